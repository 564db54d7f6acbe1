"""An independent, deliberately simple reference for grids on recorded candles, and what is held against it."""
