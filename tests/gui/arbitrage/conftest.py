"""A screen and a look for the widgets of this room."""

from tests.support.display import display
from tests.support.themes import theme

__all__ = ["display", "theme"]
