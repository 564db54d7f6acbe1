"""Storage against real servers."""
