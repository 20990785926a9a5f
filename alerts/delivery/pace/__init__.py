"""How fast may a channel send, and when is it left alone? Shared by all workers of an instance."""
