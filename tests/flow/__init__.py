"""The whole story, told against a running Porchlight."""
