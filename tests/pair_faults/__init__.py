"""Two-leg bots of the real engine between two loopback exchanges, in virtual time, with faults at every step."""
