"""Being signed in: proving a password, tokens that are renewed while the program runs, and signing out.

The server decides and counts (storage/migrations/rights/sign_in.py); this is the person's side of it.
"""

import asyncio
import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.domain import phrases
from engine.domain.sentences import Sentence, say
from storage.database import Connection, Database
from storage.errors import SignInRefused, WrongPassword
from storage.users.passwords import client_key, is_cheaper, keep, prove, read_cost, sign_in_message
from storage.users.sign_in_cache import WINDOW_S, AttemptLimit
from storage.users.token_store import TokenStore

TOKEN_BYTES = 32
#: An access token lives half an hour; renewing early leaves time for a database that is away.
RENEW_BEFORE = timedelta(minutes=10)

log = logging.getLogger(__name__)

BEGIN = "SELECT * FROM begin_sign_in($1, $2, $3)"
PROVE = "SELECT prove_sign_in($1, $2)"
FINISH = "SELECT * FROM finish_sign_in($1, $2, $3)"
REPLACE = "SELECT replace_password($1, $2, $3)"
#: What `begin_sign_in` answers for an attempt that it has counted for its address.
COUNTED = (None, "limited")
RENEW = "SELECT * FROM renew_session($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the server takes this program for. `role` is viewer, trader or admin."""

    user_id: int
    name: str
    role: str
    has_password: bool

    @property
    def may_trade(self) -> bool:
        """A viewer looks and sends nothing; the server refuses it as well."""
        return self.role != "viewer"


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The two tokens in clear: they exist in this program and in its token store, nowhere else."""

    access: str
    refresh: str
    access_expires_at: datetime
    renewable_until: datetime

    def __repr__(self) -> str:
        return f"Tokens(until {self.access_expires_at})"


async def who_am_i(connection: Connection) -> Person:
    """Raises SignInRefused for a database role that is nobody here, or somebody who is disabled."""
    row = await connection.fetchrow("SELECT *, session_user AS asking FROM (SELECT 1) one LEFT JOIN who_am_i() ON true")
    if row["person_id"] is None:
        raise SignInRefused(
            f"The database role {row['asking']} is no user of this database; an administrator can add one."
        )
    if not row["may_act"]:
        raise SignInRefused(say(phrases.SIGN_IN_DISABLED, name=row["person_name"]))
    return Person(row["person_id"], row["person_name"], row["person_role"], row["has_password"])


class Session:
    """A signed-in program. Made by `sign_in` or `resume`; its database is the one of the present loop."""

    def __init__(self, database: Database, person: Person, tokens: Tokens, store: TokenStore) -> None:
        self.person = person
        self._database = database
        self._tokens = tokens
        self._store = store

    @property
    def access_digest(self) -> str:
        """What stands for the access token wherever it is not the token itself: SHA-256, 64 of [0-9a-f]."""
        return _digest(self._tokens.access)

    async def is_valid(self) -> bool:
        """Whether the server still takes the access token. Raises StorageUnavailable."""
        async with self._database.question() as connection:
            return await connection.fetchrow("SELECT FROM check_session($1)", self._tokens.access) is not None

    async def renew(self) -> None:
        """Exchange both tokens for new ones. Raises SignInRefused when this session has ended."""
        self._tokens, self.person = await _renewed(self._database, self._tokens.refresh, self._store)

    async def seconds_left(self) -> float:
        """Until it is time to renew, by the database's clock; 0 when it is."""
        async with self._database.question() as connection:
            now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return max((self._tokens.access_expires_at - RENEW_BEFORE - now).total_seconds(), 0.0)

    def move_to(self, database: Database) -> None:
        """Use another connection from now on."""
        self._database = database

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End this session, or all of this person's; the tokens are forgotten here in any case."""
        await asyncio.to_thread(self._store.clear)
        async with self._database.question() as connection:
            if everywhere:
                await connection.execute("SELECT sign_out_everywhere()")
            else:
                await connection.execute("SELECT sign_out($1)", self._tokens.access)


async def sign_in(
    database: Database,
    person: Person,
    password: str,
    store: TokenStore,
    *,
    name: str = "",
    desk: str = "",
    limit: AttemptLimit | None = None,
) -> Session:
    """Prove a password. Every call counts as an attempt until the server has seen the right one.

    `name` is what was typed, where a name was; `limit` knows what the server has counted before. Raises SignInRefused
    with the reason, StorageUnavailable.
    """
    async with database.question() as connection:
        if limit is not None and await limit.is_reached(connection):
            raise SignInRefused(_why_not("limited", person.name, WINDOW_S))
        attempt = await connection.fetchrow(BEGIN, name, desk, database.application_name)
        if limit is not None and attempt["refused"] in COUNTED:
            await limit.count()
        if attempt["refused"] is not None:
            raise SignInRefused(_why_not(attempt["refused"], person.name, attempt["wait_s"]))
        proof, key_cost = await asyncio.to_thread(_proof, attempt, person.name, password)
        await connection.execute(PROVE, attempt["attempt"], proof)
        access, refresh = _token(), _token()
        done = await connection.fetchrow(FINISH, attempt["attempt"], _digest(access), _digest(refresh))
        if done["result"] != "signed in":
            raise WrongPassword(say(phrases.SIGN_IN_WRONG))
        if key_cost is not None and is_cheaper(key_cost):
            kept = await asyncio.to_thread(keep, password)
            await connection.execute(REPLACE, attempt["attempt"], None, str(kept))
    tokens = Tokens(access, refresh, done["access_expires_at"], done["renewable_until"])
    await asyncio.to_thread(store.save, refresh)
    return Session(database, _person(done), tokens, store)


async def resume(database: Database, store: TokenStore) -> Session | None:
    """Go on with the session of the last start; None when there is none or it has ended. Raises StorageUnavailable."""
    for refresh in await _stored(store):
        try:
            tokens, person = await _renewed(database, refresh, store)
        except SignInRefused as error:
            log.info("A stored session cannot go on: %s", error)
        else:
            return Session(database, person, tokens, store)
    await asyncio.to_thread(store.clear)
    return None


async def look(database: Database, store: TokenStore) -> Person | None:
    """Whose session the store holds, without using it up: another program of this desk may be living on it."""
    for refresh in await _stored(store):
        async with database.question() as connection:
            row = await connection.fetchrow("SELECT * FROM look_at_session($1)", refresh)
        if row is not None:
            return _person(row)
    return None


async def change_password(
    database: Database, person: Person, old: str, new_verifier: str | None, new_kept: str
) -> None:
    """Prove the old password and set a new one; all sessions of the person end. Raises SignInRefused."""
    async with database.question() as connection:
        attempt = await connection.fetchrow(BEGIN, "", "", database.application_name)
        if attempt["refused"] is not None:
            raise SignInRefused(_why_not(attempt["refused"], person.name, attempt["wait_s"]))
        proof, _ = await asyncio.to_thread(_proof, attempt, person.name, old)
        await connection.execute(PROVE, attempt["attempt"], proof)
        done = await connection.fetchrow(FINISH, attempt["attempt"], _digest(_token()), _digest(_token()))
        if done["result"] != "signed in":
            raise WrongPassword(say(phrases.SIGN_IN_WRONG))
        await connection.execute(REPLACE, attempt["attempt"], new_verifier, new_kept)


async def _stored(store: TokenStore) -> list[str]:
    """The refresh tokens that may be good, the newest first: a renewal that was cut off leaves two."""
    return (await asyncio.to_thread(store.load) or "").split()


async def _renewed(database: Database, refresh: str, store: TokenStore) -> tuple[Tokens, Person]:
    access, fresh = _token(), _token()
    # Before the server is asked: whether it answered or not, one of the two is good at the next start.
    await asyncio.to_thread(store.save, f"{fresh} {refresh}")
    async with database.question() as connection:
        row = await connection.fetchrow(RENEW, refresh, _digest(access), _digest(fresh))
    if row["result"] != "renewed":
        raise SignInRefused(ENDED.get(row["result"], "The session has ended; sign in again."))
    await asyncio.to_thread(store.save, fresh)
    return Tokens(access, fresh, row["access_expires_at"], row["renewable_until"]), _person(row)


#: Why a refresh token is not taken, for the person whose it is.
ENDED = {
    "expired": "The session is more than a week old; sign in again.",
    "used twice": "This session was used from two places, so it was ended everywhere; sign in again.",
}


def _proof(attempt: Any, name: str, password: str) -> tuple[bytes, Any]:
    cost = read_cost(attempt["cost"])
    key = client_key(password, attempt["salt"], cost)
    return prove(key, sign_in_message(attempt["attempt"], name, attempt["nonce"])), cost


def _why_not(refused: str, name: str, wait_s: int) -> Sentence:
    minutes = max(1, -(-wait_s // 60))
    match refused:
        case "locked":
            return say(phrases.SIGN_IN_LOCKED, name=name, minutes=minutes)
        case "limited":
            return say(phrases.SIGN_IN_LIMITED, minutes=minutes)
        case "disabled":
            return say(phrases.SIGN_IN_DISABLED, name=name)
        case "no password":
            return say(phrases.SIGN_IN_NO_PASSWORD, name=name)
    return say(phrases.SIGN_IN_UNKNOWN)


def _person(row: Any) -> Person:
    return Person(row["person_id"], row["person_name"], row["person_role"], has_password=True)


def _token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
