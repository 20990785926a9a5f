"""Is it the same child? Names, dates and numbers of two posters, compared in memory."""
