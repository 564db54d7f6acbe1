"""The tables of 0004, and how rows of the first issue come into them and back."""
