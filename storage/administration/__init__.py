"""What an administrator does with a database from the command line: report, check, back up, restore, import, users."""
