"""How do feeds hear what became of their cases? Signed events, delivered until they are taken."""
