"""The two-leg bot on recorded markets of two venues: the real kernel in market time, against honest venues."""
