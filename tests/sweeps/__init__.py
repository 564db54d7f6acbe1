"""Long seeded sweeps: one documented command each, and a short subset in the ordinary test run."""
