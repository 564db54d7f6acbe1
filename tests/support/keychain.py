"""A keychain in memory, for machines that have none: it keeps, finds and forgets as a real one does."""

from keyring.errors import PasswordDeleteError


class MemoryKeychain:
    """One machine's keychain. `entries` are its texts by service and name."""

    #: A subclass of the library's own would be taken for this machine's keychain everywhere.
    priority = 5.0

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("there is no such entry")
