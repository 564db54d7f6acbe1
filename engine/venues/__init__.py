"""Everything that stands where an exchange stands: paper matching, replayed and simulated markets, live adapters."""
