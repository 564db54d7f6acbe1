"""People who share a database: names, passwords, database roles, signing in."""
