"""Names of people: one spelling each, safe as the name of a database role."""

import re
import unicodedata

from engine.errors import UsageError

LONGEST = 40
SHAPE = re.compile(r"[a-z][a-z0-9_.-]{1,39}\Z")
#: Names that mean something to PostgreSQL or to this program. What begins with `pg_` PostgreSQL keeps for itself.
RESERVED = frozenset({
    "public", "none", "user", "current_user", "current_role", "session_user", "postgres", "local", "root", "admin",
})  # fmt: skip
RESERVED_STARTS = ("pg_", "gridwright")


def normal_name(typed: str) -> str:
    """The one spelling that is compared: compatibility forms folded, no case, no blanks around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def check_name(typed: str) -> str:
    """A name that may be given to a new person. Raises UsageError.

    Letters outside a-z are refused: two names that look alike must not be two people.
    """
    if not SHAPE.match(typed):
        raise UsageError(
            f"A user's name has 2 to {LONGEST} of the characters a-z, 0-9, '_', '.' and '-' and begins with a letter."
        )
    if typed in RESERVED or typed.startswith(RESERVED_STARTS):
        raise UsageError(f"The name {typed} is taken by the database or the program itself; choose another one.")
    return typed
