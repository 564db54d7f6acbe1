"""All trading state. Synchronous, no I/O, no clock, no chance: the same messages give the same answers."""

from engine.kernel.kernel import Kernel

__all__ = ["Kernel"]
