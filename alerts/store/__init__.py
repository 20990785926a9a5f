"""The truth: tables and their queries, a file per family; and the one module that seals."""
