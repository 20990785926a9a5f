"""Which audience index does this store need? Embedded, the columns; scaled, the database itself."""

from alerts.audience.columns.index import Columns
from alerts.audience.index import AudienceIndex
from alerts.store.engine import Store


def audience_index(store: Store) -> AudienceIndex:
    """Make the index for a store: in memory for SQLite, in the database for PostgreSQL."""
    if store.engine.dialect.name == "postgresql":
        from alerts.audience.postgis.index import PostgisIndex

        return PostgisIndex()
    return Columns()
