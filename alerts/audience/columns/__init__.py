"""The audience index of the embedded size: every neighborhood, person and device in memory."""
