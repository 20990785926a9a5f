"""The pages, rendered and opened in Chromium."""
