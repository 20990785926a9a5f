"""What does a feed's address answer now? Atom, RSS, JSON and CAP documents that we fetch."""
