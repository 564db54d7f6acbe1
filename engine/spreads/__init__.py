"""The spread desk: live books of many symbols, rates, and the premiums of the pairs that a user watches."""
