"""What the engine says to people: a template in English and its arguments, so that a window can translate it.

Every template that a person can read is a constant of `engine.domain.phrases`; the window translates the template in
the context "engine" and fills the arguments in afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Union

#: A sentence may be the argument of another: what happened, and its cause.
Argument = Union[str, int, Decimal, "Sentence"]


def plain(value: Argument) -> str:
    """A number as a person writes it: thousands separators, no exponent, no trailing zeros."""
    if isinstance(value, Decimal):
        text = f"{value:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for a person. `str()` gives it in English."""

    template: str
    arguments: tuple[tuple[str, Argument], ...] = ()

    def __str__(self) -> str:
        return self.fill(self.template)

    def fill(self, template: str, spell: Callable[[Argument], str] = plain) -> str:
        """The arguments, each as `spell` writes it, in a translated template."""
        return template.format_map({name: spell(value) for name, value in self.arguments})


def say(template: str, **arguments: Argument) -> Sentence:
    """A sentence from a template of `phrases` and its arguments."""
    return Sentence(template, tuple(arguments.items()))


#: The field of a refusal that no input causes: the venue cannot be used now.
UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something asked for is not done. `field` names the input that causes it ("" for the whole)."""

    field: str
    sentence: Sentence

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def pair(self) -> tuple[str, Sentence]:
        """As an answer carries it."""
        return (self.field, self.sentence)
