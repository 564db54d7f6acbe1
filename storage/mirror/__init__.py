"""Positions, legs, spreads and trades as CSV files, for as long as another program still reads and writes those."""
