"""Where does it matter? From what a poster says to an `AreaOfInterest`, with provenance."""
