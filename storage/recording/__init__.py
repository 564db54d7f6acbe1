"""Market data on its way into the series: what goes where, what waits, and what is written how."""
