"""What did the feed say? From a raw document to a `Poster` and its problems, never a traceback."""
