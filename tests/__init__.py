"""Proves what the program promises; must never need a network, a recorded data set or a sleeping clock."""
