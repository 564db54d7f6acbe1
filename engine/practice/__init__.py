"""The practice exchange: a program of its own that several desks reach over TCP, as they would reach a real one."""
