"""The disk under the database, and that under a venue's own book, fill up while a bot trades, and get room again."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.views import EngineState
from engine.engine import Engine
from storage.embedded import EmbeddedPostgres
from tests.faults.database import full, small_disk
from tests.support.trading import TradingDesk, begin, fills_of, recorded_market, stand_still, wait_for_fills
from tests.support.waiting import wait_until_async

DATABASE_MB = 160
VENUES_MB = 4
SOON_S = 60.0


@pytest.fixture
def database_disk(tmp_path: Path) -> Iterator[Path]:
    yield from _disk(tmp_path / "postgres", DATABASE_MB)


@pytest.fixture
def venue_disk(tmp_path: Path) -> Iterator[Path]:
    yield from _disk(tmp_path / "desk" / "venues", VENUES_MB)


def _disk(folder: Path, megabytes: int) -> Iterator[Path]:
    try:
        with small_disk(folder, megabytes) as disk:
            yield disk
    except PermissionError as error:
        pytest.skip(str(error))


async def is_well(engine: Engine) -> None:
    """Nothing is wrong any more, and the bot trades."""
    await wait_until_async(lambda: engine.refresh().trouble is None, what="the trouble to be over", within_s=SOON_S)
    assert engine.refresh().state is EngineState.RUNNING
    await wait_for_fills(engine, fills_of(engine.refresh()) + 5, within_s=SOON_S)


async def test_no_room_for_the_database(database_disk: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(database_disk / "cluster") as server:
        desk = TradingDesk(server.ensure_running(), tmp_path / "desk")
        account = recorded_market(desk.folder, 20_000)

        def revive() -> None:
            server.ensure_running()

        async with desk.engine(revive_storage=revive) as engine:
            await begin(engine, account, Decimal(60_000))
            await wait_for_fills(engine, 10)
            with full(database_disk):
                await wait_until_async(
                    lambda: engine.refresh().state is EngineState.DEGRADED, what="trouble", within_s=SOON_S
                )  # fmt: skip
                assert "The database does not answer" in str(engine.view().trouble)
                orders = desk.venue_counts(account)
                await wait_until_async(lambda: engine.refresh().pending_records > 0, what="facts that are kept")
                assert desk.venue_counts(account)[0] == orders[0]
            await is_well(engine)
            await stand_still(engine, account)
        assert await desk.complaints(account) == []


async def test_no_room_for_the_book_of_a_venue(database_url: str, venue_disk: Path, tmp_path: Path) -> None:
    desk = TradingDesk(database_url, tmp_path / "desk")
    account = recorded_market(desk.folder, 20_000)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(60_000))
        await wait_for_fills(engine, 10)
        with full(venue_disk):
            await wait_until_async(
                lambda: "cannot be read or written" in str(engine.refresh().trouble), what="a sentence", within_s=SOON_S
            )  # fmt: skip
            assert engine.view().is_database_up
        await is_well(engine)
        await stand_still(engine, account)
    assert await desk.complaints(account) == []
