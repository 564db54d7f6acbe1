"""A key in memory, for as long as it is needed."""

import secrets

from engine.domain.secret import Silent

KEY_BYTES = 32


class Key(Silent):
    """256 bits that can be forgotten. `wipe` overwrites our copy; libraries may have had their own for a moment."""

    __slots__ = ("_bytes",)

    def __init__(self, content: bytes) -> None:
        if len(content) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._bytes = bytearray(content)

    @classmethod
    def random(cls) -> "Key":
        """A new one, from the system's source of randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def reveal(self) -> bytes:
        """The bytes themselves, for a cipher. Raises ValueError when they were wiped."""
        if not self._bytes:
            raise ValueError("the key was wiped")
        return bytes(self._bytes)

    def wipe(self) -> None:
        """Forget it."""
        self._bytes[:] = bytes(len(self._bytes))
        self._bytes.clear()

    @property
    def is_wiped(self) -> bool:
        return not self._bytes
