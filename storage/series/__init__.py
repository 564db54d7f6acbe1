"""Time series: how they are parted, kept, rolled up, and what TimescaleDB does of that where the server has it."""
