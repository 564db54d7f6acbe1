"""Research on recorded markets: what a bot would have done, honest about what the recordings do not tell."""
