"""Accounts with real money: one venue for what is common, one dialect for each exchange, over ccxt."""
