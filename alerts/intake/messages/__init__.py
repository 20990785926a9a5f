"""What does a CAP message ask, and of which cases? Done once, alert by alert."""
