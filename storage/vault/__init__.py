"""A user's secrets, sealed: keys in memory, sealing, ways to unlock, and what lies in the vault."""
