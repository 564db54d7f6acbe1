"""The spread desk: books, rates and premiums of many pairs."""
