"""Numbers and shapes only: coordinates, circles, polygons, packing; no web, store or settings."""
