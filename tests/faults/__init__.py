"""Everything the program stands on is broken while it trades: nothing may be lost, and it must say what is wrong."""
