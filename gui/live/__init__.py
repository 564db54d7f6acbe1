"""Real money in the window: opening an account, going live, a bot's first orders, what a key may do."""
