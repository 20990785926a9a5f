"""Did it arrive? Wording, channels, and the dispatch of batches: claim, send, record."""
