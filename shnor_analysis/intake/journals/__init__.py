"""Electronic journals: class sheets, summaries, long tables."""
