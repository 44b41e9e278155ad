"""Who is asking, what they may see, and the log of what was shown to whom."""
