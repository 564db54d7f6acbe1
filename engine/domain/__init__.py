"""Pure values and rules of trading: frozen, Decimal, no clock, no I/O, no randomness."""
