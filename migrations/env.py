"""Runs migrations for Alembic, on SQLite and on PostgreSQL."""

from alembic import context
from geoalchemy2 import alembic_helpers

from alerts.store import tables
from alerts.store.engine import make_engine

config = context.config
url = config.attributes["url"]

engine = make_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        include_object=alembic_helpers.include_object,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
