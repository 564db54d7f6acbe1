"""The shipped program and the loopback exchange as programs of their own, for tests of both together."""

import asyncio
import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from engine.domain.instrument import Instrument, InstrumentKind, PriceBand, VenueRules
from engine.domain.money import ZERO
from tests.main.program import environment
from tests.proof.books import OurBooks, read_postgres, told_of
from tests.support.exchange.control import HOST
from tests.support.exchange.told import Wish
from tests.support.exchange.town import ACCOUNT
from tests.support.exchange.values import Kind
from tests.support.exchange.venues_under_test import VenueUnderTest
from tests.support.warm_programs import PIPE, Running, run, start

PASSPHRASE = "a passphrase for the loopback exchange"


class Exchange:
    """A running loopback exchange, steered over its control host."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self.port: int = about["port"]
        self.ca_file: str = about["ca"]
        self._context = ssl.create_default_context(cafile=self.ca_file)

    def act(self, venue: str, act: str, **told: object) -> Any:
        """One act of the control host; what is refused fails the test with its words."""
        line = http.client.HTTPSConnection(HOST, self.port, context=self._context, timeout=120)
        line.sock = self._context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=120), server_hostname=HOST
        )
        try:
            line.request("POST", f"/{venue}/{act}", json.dumps(told, default=str), {"Host": HOST})
            answer = line.getresponse()
            body = answer.read()
        finally:
            line.close()
        assert answer.status == http.client.OK, f"{act}: {answer.status} {body.decode()}"
        return json.loads(body) if body else None


@contextmanager
def exchange(folder: Path, venues: str, *more: str) -> Iterator[Exchange]:
    """A loopback exchange with a venue, or with several (names with a space between); its flow stands still."""
    folder.mkdir()
    where = ["--folder", str(folder), "--venues", *venues.split(), "--speed", "0"]
    running = start(
        ["-m", "tests.support.exchange", *where, "--with-parent", *more], environment=environment(), stdin=PIPE
    )  # fmt: skip
    try:
        assert running.stdout is not None
        yield Exchange(json.loads(running.stdout.readline()))
    finally:
        running.kill()
        running.communicate()


@dataclass(frozen=True)
class LiveDesk:
    """A desk whose exchanges are the loopback, and its books of one of them. `key_file` opens its vault.

    A machine busy with other things may keep a desk waiting for longer than the usual lease of ten seconds.
    """

    folder: Path
    url: str
    at: Exchange
    what: VenueUnderTest
    lease_s: int = 120

    @property
    def account(self) -> str:
        return f"live:{self.what.exchange}"

    def command(self, *arguments: str) -> list[str]:
        """What the interpreter is started with."""
        options = ["--data-folder", str(self.folder), "--database-url", self.url, "--lease", str(self.lease_s)]
        if (self.folder / "key").exists():
            options += ["--vault-key-file", str(self.folder / "key")]
        return [
            "-m", "tests.support.exchange_desk", "--port", str(self.at.port), "--ca", self.at.ca_file,
            "--", *arguments, *options,
        ]  # fmt: skip

    def run(self, *arguments: str) -> str:
        """A sub-command to its end; a failed one is a failed test with its own words."""
        done = run(self.command(*arguments), environment=environment())
        assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr} {arguments}"
        return done.stdout

    def ask(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    @contextmanager
    def headless(self) -> Iterator[Running]:
        """`--no-gui`, its words in files beside the desk; stopped in order at the end."""
        with (self.folder / "said").open("a") as said, (self.folder / "errors").open("a") as errors:
            running = start(self.command("--no-gui"), environment=environment(), stdout=said, stderr=errors)
            try:
                yield running
                running.terminate()
                assert running.wait(timeout=180) == 0, (self.folder / "errors").read_text()
            finally:
                running.kill()
                running.wait()

    def open_vault(self) -> None:
        """A vault with the venue's key in it, and the file that opens it without a person."""
        self.folder.mkdir(parents=True)
        by = self._passphrase()
        self.run("vault", "create", *by)
        self.add_credential()
        self.run("vault", "key-file", str(self.folder / "key"), *by)

    def add_credential(self) -> None:
        """The venue's key goes into the vault, which may have one of another venue."""
        key = self.what.key
        files = [self._secret(name, text) for name, text in (("api", key.key), ("secret", key.secret))]
        more = ["--key-passphrase-file", self._secret("word", key.passphrase)] if key.passphrase else []
        self.run(
            "credential", "add", "exchange", self.what.exchange, "--key-file", files[0], "--secret-file", files[1],
            *more, *self._passphrase(),
        )  # fmt: skip

    def _passphrase(self) -> list[str]:
        return ["--passphrase-file", self._secret("pass", PASSPHRASE)]

    def _secret(self, name: str, text: str) -> str:
        """A file that only its owner reads."""
        file = self.folder / name
        file.write_text(text)
        file.chmod(0o600)
        return str(file)

    def books(self) -> OurBooks:
        """What is durable."""
        return asyncio.run(read_postgres(self.url, self.account))

    def instruments(self) -> dict[str, Instrument]:
        """Those of the account by symbol, as far as the books need them."""
        listing = self.what.listing
        kind = InstrumentKind.PERP if listing.kind is Kind.PERP else InstrumentKind.SPOT
        rules = VenueRules((PriceBand(ZERO, listing.price_bands[0][1]),), ZERO, ZERO, None, ZERO, 1, ZERO, ZERO)
        return {
            listing.symbol: Instrument(self.account, listing.symbol, listing.base, listing.quote, rules, kind)
        }  # fmt: skip

    def bot(self) -> dict[str, Any]:
        """The only bot, as `pnl` shows it."""
        [row] = self.ask("pnl")
        return dict(row)

    def own(self) -> dict[str, Decimal]:
        """What the ledger says that the account has of its own, beside its bots: what it paid for them, for one."""
        return asyncio.run(_own(self.url, self.account))

    def complaints(
        self,
        *,
        profit: Decimal | None = None,
        marks: Mapping[str, Decimal] | None = None,
        ladder: Sequence[Wish] | None = None,
    ) -> list[str]:
        """What the auditor has against our books; `profit` in quote at `marks` as the program reports it, and `ladder`
        all that should rest.
        """
        told = replace(
            told_of(self.books(), ACCOUNT, self.instruments(), {}), ladder=None if ladder is None else tuple(ladder)
        )
        row = {**asdict(told), "profit": profit, "quote": self.what.listing.quote, "marks": dict(marks or {})}
        found: list[str] = self.at.act(self.what.exchange, "audit", **row)
        return found


async def _own(url: str, account: str) -> dict[str, Decimal]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT asset, sum(amount) AS total FROM ledger_entries WHERE account_id = $1 AND bot_uid IS NULL "
            "AND kind <> 'deposit' "
            "GROUP BY asset",
            account,
        )
    finally:
        await connection.close()
    return {row["asset"]: row["total"] for row in rows}
