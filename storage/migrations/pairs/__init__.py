"""What 0010 does for two-leg bots and the history of premiums, by what it is about."""
