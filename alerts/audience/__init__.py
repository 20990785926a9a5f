"""Whom does it reach? From an area to the neighborhoods it touches, and to waves of batches."""
