"""Measurements: each prints one JSON object; none is a test with a stop-watch."""
