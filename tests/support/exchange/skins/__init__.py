"""The venues' wires, one skin each, and what several of them share: signatures, limits, words."""
