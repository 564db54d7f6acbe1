"""The command line: what a person types, and the lines and tables that answer."""
