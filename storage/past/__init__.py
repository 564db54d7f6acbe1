"""The past of premiums and two-leg bots, one file for each question."""
