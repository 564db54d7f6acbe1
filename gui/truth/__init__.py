"""Our books beside the venue's: the board that asks, the panel that shows, the dialog that shows what would be sent."""
