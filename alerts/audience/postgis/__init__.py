"""The audience index of the scaled size: PostGIS answers, nothing but ids and counts leaves it."""
