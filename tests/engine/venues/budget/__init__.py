"""Budgets of requests: windows, the queue, lots shared by desks, and exchanges that count strictly."""
