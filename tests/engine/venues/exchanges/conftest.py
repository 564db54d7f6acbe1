"""Every test here runs on each exchange that has a skin and a dialect."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.exchange.account import LoopbackAccount, loopback_account
from tests.support.exchange.venues_under_test import VENUES, VenueUnderTest


@pytest.fixture(params=VENUES, ids=str)
def what(request: pytest.FixtureRequest) -> VenueUnderTest:
    found: VenueUnderTest = request.param
    return found


@pytest.fixture
async def unconnected(what: VenueUnderTest, tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(what, tmp_path) as found:
        yield found


@pytest.fixture
async def account(unconnected: LoopbackAccount) -> LoopbackAccount:
    """Connected, with a market that runs."""
    await unconnected.connect()
    return unconnected
