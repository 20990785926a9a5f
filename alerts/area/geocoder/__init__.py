"""The last level of a derived area: a geocoder that knows places we don't (DOMAIN rule 8)."""
