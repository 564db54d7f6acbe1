"""What must hold between our books and an exchange's whatever happens: judged from outside, on the exchange's truth."""
