"""Identities for what is being made."""

import secrets
import string
import uuid

_CHARACTERS = string.ascii_lowercase + string.digits
_LENGTH = 8


def new_bot_id() -> str:
    """An identity for a new bot: 8 of [a-z0-9]."""
    return "".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH))


def new_command_id() -> str:
    """An identity for a command that is being asked."""
    return uuid.uuid4().hex
