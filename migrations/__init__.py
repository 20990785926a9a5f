"""The tables' history, by Alembic: one head, run by `porchlight init`."""
