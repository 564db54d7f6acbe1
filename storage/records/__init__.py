"""One file for each kind of record: its columns, its SQL, and the way from a value to a row and back."""
