"""Asks a person for what a command needs, checks it with the domain's own functions, and emits the command."""
