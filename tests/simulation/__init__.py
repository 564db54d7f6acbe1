"""Days of trading in virtual time against the loopback exchange, with faults drawn from a seed."""
