"""A database that several people share: set up by its owner, with roles, passwords and addresses of their own."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import asyncpg

from storage.database import connect, migrate
from storage.users.groups import set_up
from storage.users.passwords import Cost, postgres_verifier
from storage.users.people import People
from tests.support.postgres import database_name

#: The least that the server takes; a guess costs a tenth of a second.
COST = Cost(memory_kib=64 * 1024, passes=3, lanes=4)


@dataclass(frozen=True)
class SharedDatabase:
    """One database with people in it. Roles belong to the whole server, so their names carry the database's."""

    owner_url: str

    def role(self, name: str) -> str:
        """The database role of a person."""
        return f"{name}_{database_name(self.owner_url)}"

    def password(self, name: str) -> str:
        """A password that is allowed, and nobody else's."""
        return f"{name.encode().hex()}-Goes-42-ways"

    def url(self, name: str) -> str:
        """The database URL of a person."""
        place = urlsplit(self.owner_url).netloc.rpartition("@")[2]
        secret = quote(self.password(name), safe="")
        return f"postgresql://{self.role(name)}:{secret}@{place}/{database_name(self.owner_url)}"

    async def add(self, name: str, role: str = "trader") -> None:
        """Let somebody in, as `user add` does."""
        database = await connect(self.owner_url, pool_size=1)
        try:
            await People(database).add(name, role, self.password(name), database_role=self.role(name))
        finally:
            await database.close()

    async def add_role(self, name: str, role: str = "trader") -> None:
        """Let somebody in who connects and never signs in; that costs no Argon2id."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            await connection.execute(
                "SELECT add_person($1, $2, $3, $4, NULL)",
                name, role, self.role(name), postgres_verifier(self.password(name)),
            )  # fmt: skip
        finally:
            await connection.close()

    async def leave(self) -> None:
        """Take all roles of this database off the server again; its tables go with it."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity a "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename <> session_user"
            )
            names = [
                row["rolname"]
                for row in await connection.fetch(
                    "SELECT rolname FROM pg_roles WHERE rolname LIKE '%\\_' || current_database() "
                    "OR rolname LIKE 'gridwright\\_' || current_database() || '\\_%'"
                )
            ]
            for name in names:
                await connection.execute(f'DROP OWNED BY "{name}"')
                await connection.execute(f'DROP ROLE "{name}"')
        finally:
            await connection.close()


async def share(owner_url: str) -> SharedDatabase:
    """Set a migrated database up for several people."""
    await migrate(owner_url)
    connection = await asyncpg.connect(owner_url)
    try:
        await set_up(connection)
    finally:
        await connection.close()
    return SharedDatabase(owner_url)
