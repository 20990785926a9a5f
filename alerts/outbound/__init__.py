"""How do we ask a stranger's server? At a checked address, and only so long and so much."""
