"""Several real desks on one database while somebody kills, stops and cuts them."""
