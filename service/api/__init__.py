"""The JSON API, a part per audience: app users, partner feeds, everybody, operators."""
