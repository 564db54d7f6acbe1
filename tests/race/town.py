"""The whole race on one machine: a database, a Redis, a practice exchange, three desks, and the lines between them."""

import asyncio
import contextlib
import itertools
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from engine.domain.grid import GridConfig
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import AddGrid, Command, CommandReceived, OpenAccount
from engine.venues.practice import practice_account
from storage.commands import PostgresCommands
from storage.database import Database, connect
from storage.desk import HEARTBEAT_STALE_S
from storage.lease_requests import request_lease
from storage.leases import LEASES_BELL
from storage.migrate import migrate
from tests.race.desk import RaceDesk
from tests.race.exchange import SYMBOL, Exchange, Size
from tests.race.lines import Network, desk_of_hello, network
from tests.race.witness import watch
from tests.support.waiting import last, wait_for

USER = 1
GRID = GridConfig(lower=Decimal(85), upper=Decimal(115), grid_count=20, investment=Decimal(5_000))
START_S, ANSWER_S = 60.0, 30.0
SHARE_TRIES = 10


@dataclass
class Town:
    """Everything that runs. `database` reaches PostgreSQL directly, around all networks."""

    size: Size
    folder: Path
    url: str
    database: Database
    desks: list[RaceDesk]
    networks: dict[str, Network]
    exchange: Exchange
    account_ids: list[str] = field(default_factory=list)

    async def command(self, desk: RaceDesk, command: Command) -> None:
        """Ask a desk for something, and wait until it is done. Raises AssertionError when it is refused."""
        queue = PostgresCommands(self.database, desk.desk_id)
        received = CommandReceived(uuid.uuid4().hex, command, datetime.now(UTC))
        await queue.submit(received)
        answer = await queue.answer_of(received.command_id, ANSWER_S)
        assert answer is not None, f"{desk.name} did not answer {command}"
        assert not answer.refusals, answer.refusals

    async def end(self) -> list[str]:
        """End every desk in order; complaints about those that do not."""
        for desk in self.desks:
            desk.ask_to_end()
        codes = await asyncio.gather(*(desk.ended(30) for desk in self.desks))
        return [
            f"{desk.name} ended with {code}: {desk.output[-2000:]}"
            for desk, code in zip(self.desks, codes, strict=True)
            if code
        ]

    async def open(self) -> None:
        """Start the desks, open the accounts on the first, put the bots on them, and share them out."""
        for desk in self.desks:
            desk.start()
        await self.wait_for_desks(self.desks)
        opener = self.desks[0]
        for number in range(self.size.accounts):
            account = await practice_account(f"a{number:02}", "127.0.0.1", self.exchange.entry, "race")
            await self.command(opener, OpenAccount(account))
            self.account_ids.append(account.account_id)
        share = (Decimal(100) / self.size.bots).quantize(Decimal("0.01"), "ROUND_DOWN")
        symbol = SYMBOL.replace("-", "/")
        adds = [
            AddGrid(f"bot{number:05}", f"Bot {number}", account_id, symbol, GRID, share, start=True)
            for number, account_id in zip(range(self.size.bots), itertools.cycle(self.account_ids))
        ]
        await asyncio.gather(*(self.command(opener, add) for add in adds))
        await self.share_out()
        for account_id in self.account_ids:
            await self.wait_for_running(account_id)

    async def share_out(self) -> None:
        """Every desk gets its part. On a machine so busy that leases expire by themselves, some part of it."""
        wanted = dict(zip(self.account_ids, itertools.cycle(self.desks), strict=False))
        for _ in range(SHARE_TRIES):
            holders = await self.holders()
            elsewhere = [(id_, desk) for id_, desk in wanted.items() if holders.get(id_) != desk.desk_id]
            for account_id, desk in elsewhere:
                await self.hand_over(account_id, desk)
            if not elsewhere:
                return
            await last(self.size.lease_s / 2)

    async def hand_over(self, account_id: str, desk: RaceDesk) -> None:
        """A person wants the account run elsewhere."""
        await self._request(HandOver(account_id, desk.desk_id))

    async def prefer(self, account_id: str, desk: RaceDesk | None) -> None:
        """A person wants the account back on a desk whenever it runs."""
        await self._request(PreferDesk(account_id, "" if desk is None else desk.desk_id))

    async def _request(self, request: HandOver | PreferDesk) -> None:
        async with self.database.question() as connection:
            await request_lease(connection, USER, "", request, HEARTBEAT_STALE_S, LEASES_BELL)

    async def holders(self) -> dict[str, str]:
        """The desk of each account whose lease is valid now."""
        async with self.database.question() as connection:
            rows = await connection.fetch(
                "SELECT account_id, desk_id FROM leases WHERE desk_id IS NOT NULL AND expires_at > clock_timestamp()"
            )
        return {row["account_id"]: row["desk_id"] for row in rows}

    async def wait_for_running(self, account_id: str, within_s: float = START_S) -> str:
        """Wait until a desk that holds the account has reconciled it; its id."""

        async def runs() -> str | None:
            desk_id = self.exchange.listening().get(account_id)
            return desk_id if desk_id is not None and (await self.holders()).get(account_id) == desk_id else None

        found = await wait_for(runs, what=f"{account_id} to run", within_s=within_s)
        assert found is not None, "waited for"
        return found

    async def wait_for_desks(self, desks: Sequence[RaceDesk], within_s: float = START_S) -> None:
        """Wait until these desks have said in the database that they are there."""
        await asyncio.gather(*(self.wait_for_heartbeat(desk, within_s) for desk in desks))
        for desk in desks:
            desk.troubles.clear()
            desk.well(time.time())

    async def wait_for_heartbeat(self, desk: RaceDesk, within_s: float) -> None:
        """Wait until a desk has said again that it is there. Raises AssertionError when it ends after it was up."""
        began = datetime.now(UTC)

        async def is_seen() -> bool:
            desk.start_again_if_it_could_not()
            seen = (await self.seen([desk]))[desk.desk_id]
            return seen is not None and seen >= began

        await wait_for(is_seen, what=f"{desk.name} to come back", within_s=within_s)

    async def seen(self, desks: Sequence[RaceDesk]) -> dict[str, datetime | None]:
        """The last heartbeat of desks, by id."""
        async with self.database.question() as connection:
            rows = await connection.fetch(
                "SELECT desk_id, last_seen_at FROM desks WHERE desk_id = ANY($1)", [desk.desk_id for desk in desks]
            )
        found = {row["desk_id"]: row["last_seen_at"] for row in rows}
        return {desk.desk_id: found.get(desk.desk_id) for desk in desks}


@contextlib.asynccontextmanager
async def town(size: Size, folder: Path, url: str, redis_url: str, desks: int = 3) -> AsyncIterator[Town]:
    """Everything up and running on an empty database; all of it is gone afterwards."""
    await migrate(url)
    await watch(url)
    exchange = Exchange(folder / "exchange", size)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(exchange.kill)
        await asyncio.to_thread(exchange.start)
        to_exchange, exchange.entry = await stack.enter_async_context(
            network("127.0.0.1", exchange.port, desk_of_hello)
        )
        made, networks = [], {"exchange": to_exchange}
        for number in range(1, desks + 1):
            name = f"desk {number}"
            lines = [(f"database {name}", url), (f"redis {name}", redis_url)]
            entries = [await stack.enter_async_context(_line_of(name, address)) for _, address in lines]
            networks |= {kind: line for (kind, _), (line, _) in zip(lines, entries, strict=True)}
            (folder / f"desk{number}").mkdir(parents=True)
            made.append(RaceDesk(name, folder / f"desk{number}", entries[0][1], entries[1][1], size.lease_s))
            stack.callback(end_hard, made[-1])
        database = await connect(url)
        stack.push_async_callback(database.close)
        yield Town(size, folder, url, database, made, networks, exchange)


@contextlib.asynccontextmanager
async def _line_of(name: str, address: str) -> AsyncIterator[tuple[Network, str]]:
    """A desk's own network before a server, and the server's address through it."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    assert parts.port is not None
    async with network(parts.hostname, parts.port, lambda _: name) as (line, port):
        credentials = parts.netloc.rpartition("@")[0]
        where = f"{credentials}@127.0.0.1:{port}" if credentials else f"127.0.0.1:{port}"
        yield line, urlunsplit(parts._replace(netloc=where, query="sslmode=disable" if credentials else ""))


def end_hard(desk: RaceDesk) -> None:
    """Whatever it does, it does it no more."""
    if desk.is_running:
        desk.kill()


async def rows_of(town: Town, query: str, *arguments: object) -> list[asyncpg.Record]:
    """Rows straight from the database."""
    async with town.database.question() as connection:
        return list(await connection.fetch(query, *arguments))
