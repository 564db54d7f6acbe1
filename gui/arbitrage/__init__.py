"""Premiums and two-leg bots: the spread board, its charts, positions, opportunities, inventory, daily result."""
