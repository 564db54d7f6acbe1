"""A whole exchange on the loopback: six venues' wires over one ledger that the program under test cannot see."""
