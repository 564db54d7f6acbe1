"""What the docks show, apart from charts and the ladder."""
