"""Two shipped programs on one database, and a two-leg bot between two venues of the loopback exchange."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from storage.desk import desk_identity
from tests.main.loopback import Exchange, LiveDesk, exchange
from tests.main.program import environment
from tests.race.checker import one_writer
from tests.race.witness import watch
from tests.support.exchange.town import ACCOUNT
from tests.support.exchange.venues_under_test import BINANCE_USDM, UPBIT, VenueUnderTest
from tests.support.waiting import wait_until
from tests.support.warm_programs import Running, start

SIDES = (UPBIT, BINANCE_USDM)
HOME, ABROAD = ACCOUNTS = ("live:upbit", "live:binanceusdm")
#: Won for a dollar, so that both markets begin at one price.
RATE = UPBIT.price / BINANCE_USDM.price
SIZE = Decimal("0.01")
#: The premium, in percent, at which the bot enters, at which it leaves, and at which it does neither.
HIGH, LOW, NEUTRAL = Decimal(3), Decimal("0.2"), Decimal("1.2")
#: For how long the legs may differ before it is mended, and after how long a person is told at the latest.
BUDGET_S, TOLD_S = 5, 10
#: It may be told in the moment in which it is mended.
GRACE = timedelta(seconds=5)
#: Legs that differ by less than this are level.
NOTHING = Decimal("0.0002")
#: Best prices of each market, a beat and the next: books are told anew when they change.
BEATS = (Decimal(1), Decimal("1.00002"))
BOT = [
    "--size", str(SIZE), "--entry", "2", "--exit", "0.5", "--fx-source", "static", "--cooldown-s", "1",
    "--max-imbalance-s", str(BUDGET_S), "--max-slippage", "0.3", "--max-book-age-s", "60", "--max-fx-age-s", "3600",
    "--allocation", "50", "--hedge-allocation", "50",
]  # fmt: skip


class Desk:
    """One program of the two, with a folder of its own."""

    def __init__(self, name: str, folder: Path, url: str, at: Exchange, lease_s: int) -> None:
        self.name = name
        self._folder = folder / name
        self._sides = tuple(LiveDesk(self._folder, url, at, what, lease_s) for what in SIDES)
        self._process: Running | None = None

    @property
    def desk_id(self) -> str:
        return desk_identity(self._folder)

    def books(self, what: VenueUnderTest) -> LiveDesk:
        """The desk with its books of one venue."""
        return self._sides[SIDES.index(what)]

    def run(self, *arguments: str) -> str:
        return self._sides[0].run(*arguments)

    def ask(self, *arguments: str) -> Any:
        return self._sides[0].ask(*arguments)

    def settle_in(self, other: "Desk | None" = None) -> None:
        """Its name and the rate, and the user's vault: made here, or opened by the key of the other desk."""
        if other is None:
            for side in self._sides:
                side.open_vault() if side is self._sides[0] else side.add_credential()
        else:
            self._folder.mkdir(parents=True)
            shutil.copy(other._folder / "key", self._folder / "key")
        (self._folder / "settings.toml").write_text(f'desk_name = "{self.name}"\nfx_static = "USDTKRW={RATE}"\n')

    def start(self) -> None:
        """Begin, or begin again; its words are in files beside it."""
        with (self._folder / "said").open("a") as said, (self._folder / "errors").open("a") as errors:
            self._process = start(
                self._sides[0].command("--no-gui"), environment=environment(), stdout=said, stderr=errors
            )

    def pause(self) -> None:
        """As a laptop that is closed."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def end(self) -> None:
        """In order. Raises AssertionError where it does not end, or ended by itself."""
        if self._process is not None:
            assert self._process.poll() is None, f"{self.name} ended by itself: {self.errors()}"
            self._process.terminate()
            assert self._process.wait(timeout=180) == 0, self.errors()

    def errors(self) -> str:
        return (self._folder / "errors").read_text()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.name} ended by itself: {self.errors()}"
        os.kill(self._process.pid, number)


@dataclass
class PairDesks:
    """Both desks, both markets, and what became of the bot."""

    url: str
    at: Exchange
    desks: tuple[Desk, Desk]
    premium: Decimal = NEUTRAL
    beats: int = 0

    def begin(self) -> None:
        """The first desk runs both accounts and the bot, which waits for a premium; the second one is started after."""
        first, second = self.desks
        first.settle_in()
        for what in SIDES:
            leverage = ["--leverage", "3"] if what is BINANCE_USDM else []
            symbols = ["--symbols", what.symbol]
            first.run("account", "open-live", what.exchange, "--credential", what.exchange, *symbols, *leverage)
        first.start()
        for account in ACCOUNTS:
            first.run("account", "go-live", account, "--without-rehearsal", account)
        where = ["--account", HOME, "--symbol", UPBIT.symbol, "--hedge-account", ABROAD]
        hedge = ["--hedge-symbol", BINANCE_USDM.symbol]
        self.beat()
        first.run("arb", "add", *where, *hedge, *BOT, "--name", "Kimchi", "--start", "--yes")
        second.settle_in(first)
        second.start()
        wait_until(lambda: self.rows("SELECT FROM desks WHERE name = $1", second.name), what="the second desk")

    def beat(self) -> None:
        """Both markets are told anew."""
        self.beats += 1
        by = BEATS[self.beats % len(BEATS)]
        home = UPBIT.price * (1 + self.premium / 100)
        for what, price in ((UPBIT, home), (BINANCE_USDM, BINANCE_USDM.price)):
            size = SIZE * 3 / what.listing.contract_size
            at = price * by // what.tick * what.tick
            self.at.act(what.exchange, "move", symbol=what.symbol, price=at, size=size)

    def until(self, fact: Callable[[], object], what: str, within_s: float = 30) -> None:
        """Wait for a fact while both markets go on."""

        def is_so() -> bool:
            self.beat()
            return bool(fact())

        wait_until(is_so, what=what, within_s=within_s)

    def next(self) -> int:
        """The number that the next position will have."""
        rows = self.rows("SELECT max(number) AS last FROM two_leg_positions")
        return int(rows[0]["last"] or 0) + 1

    def open_one(self) -> int:
        """The premium rises until the bot has entered, and is neither high nor low from then on; its number."""
        number, self.premium = self.next(), HIGH
        self.until_stage(number, "open")
        self.premium = NEUTRAL
        return number

    def close(self, number: int) -> None:
        """The premium falls until the position is closed."""
        self.premium = LOW
        self.until_stage(number, "closed")
        self.premium = NEUTRAL

    def until_stage(self, number: int, stage: str) -> None:
        query = "SELECT FROM two_leg_positions WHERE number = $1 AND stage = $2"
        self.until(lambda: self.rows(query, number, stage), f"position {number} to be {stage}", within_s=60)

    def holders(self) -> dict[str, str]:
        """The name of the desk of each account whose lease is valid now."""
        rows = self.rows(
            "SELECT l.account_id, d.name FROM leases l JOIN desks d USING (desk_id) "
            "WHERE l.expires_at > clock_timestamp()"
        )
        return {row["account_id"]: row["name"] for row in rows}

    def until_at(self, desk: Desk) -> None:
        """Wait until a desk has both accounts."""
        both = dict.fromkeys(ACCOUNTS, desk.name)
        self.until(lambda: self.holders() == both, f"both accounts to come to {desk.name}")

    def holder(self) -> tuple[Desk, Desk]:
        """The desk that has both accounts, and the other one: a busy machine may have moved them already."""
        found: list[Desk] = []

        def is_one() -> bool:
            found[:] = [desk for desk in self.desks if self.holders() == dict.fromkeys(ACCOUNTS, desk.name)]
            return bool(found)

        self.until(is_one, "both accounts to be on one desk")
        return found[0], next(desk for desk in self.desks if desk is not found[0])

    def rows(self, query: str, *arguments: object) -> list[Any]:
        """Rows straight from the database."""

        async def ask() -> list[Any]:
            connection = await asyncpg.connect(self.url)
            try:
                return list(await connection.fetch(query, *arguments))
            finally:
                await connection.close()

        return asyncio.run(ask())

    def filled(self, what: VenueUnderTest) -> Decimal:
        """How much base the bot has traded on a venue as the journal knows it, buys and sells alike."""
        rows = self.rows("SELECT sum(t.quantity) AS sum FROM trades t JOIN orders o USING (client_order_id) "
                         "WHERE o.account_id = $1", f"live:{what.exchange}")  # fmt: skip
        return Decimal(rows[0]["sum"] or 0)

    # What must hold

    def orders(self, what: VenueUnderTest) -> list[Any]:
        """What the exchange knows of the owner's orders."""
        found: list[Any] = self.at.act(what.exchange, "orders", account=ACCOUNT)
        return found

    def complaints(self) -> list[str]:
        """Both auditors', whatever shows that two desks wrote for one bot, and legs that were apart for long while
        nobody was told. Both desks have ended.
        """
        found = [each for what in SIDES for each in self.desks[0].books(what).complaints()]
        intents = [dict(row) for row in self.rows("SELECT * FROM race_intents ORDER BY n")]
        found += one_writer([], intents)
        for what in SIDES:
            names = [row["client_order_id"] for row in self.orders(what)]
            found += [f"{name} was taken twice by {what.exchange}." for name in set(names) if names.count(name) > 1]
        told = [row["at"] for row in self.rows("SELECT at FROM decisions WHERE level = 'error'")]
        for begin, end in self.apart():
            seconds = (end - begin).total_seconds()
            if seconds > TOLD_S and not any(begin <= at <= end + GRACE for at in told):
                found.append(f"The legs differed for {seconds:.1f} s from {begin} on, and nobody was told.")
        return found

    def apart(self) -> list[tuple[datetime, datetime]]:
        """The spans in which the legs differed, by the times of the exchanges' own fills."""
        steps: list[tuple[int, Decimal]] = []
        for what in SIDES:
            for order in self.orders(what):
                sign = 1 if order["side"] == "buy" else -1
                contract = sign * what.listing.contract_size
                steps += [(fill["at_ms"], contract * Decimal(fill["size"])) for fill in order["fills"]]
        spans, differs, since = [], Decimal(0), 0
        for at_ms, step in sorted(steps):
            before, differs = differs, differs + step
            if abs(before) <= NOTHING < abs(differs):
                since = at_ms
            elif abs(before) > NOTHING >= abs(differs):
                spans.append((since, at_ms))
        assert abs(differs) <= NOTHING, f"in the end the legs differ by {differs}"
        return [(_time(begin), _time(end)) for begin, end in spans]


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000).astimezone()


@contextmanager
def pair_desks(folder: Path, url: str, lease_s: int) -> Iterator[PairDesks]:
    """Both desks up, the bot waiting; all of it is gone afterwards."""
    asyncio.run(watch(url))
    with exchange(folder / "exchange", " ".join(what.exchange for what in SIDES)) as at:
        desks = (Desk("attic", folder, url, at, lease_s), Desk("cellar", folder, url, at, lease_s))
        town = PairDesks(url, at, desks)
        try:
            town.begin()
            yield town
        finally:
            for desk in desks:
                desk.kill()
