"""What is kept in the cache, a file for each kind of value: writers, and readers that believe nothing."""
