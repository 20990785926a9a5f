"""Photos: fetched with a guard, checked, cleaned of metadata, before anybody sees them."""
