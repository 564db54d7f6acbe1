"""Hazard F12: of which kind a Bitget account is. ccxt asks, and takes every failure for an answer; we never ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import ccxt.pro
import pytest

from engine.domain.order import Side
from engine.errors import VenueUnavailable
from tests.engine.venues.exchanges.test_orders import placed
from tests.support.exchange.account import LoopbackAccount, loopback_account
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.skins.bitget import BitgetSkin
from tests.support.exchange.venues_under_test import BITGET

#: What asks Bitget of which kind an account is.
KIND_OF_ACCOUNT = "/api/v3/account/settings"


@pytest.fixture
async def spot(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(BITGET, tmp_path) as account:
        yield account


async def test_ccxt_left_to_itself_takes_a_failure_for_a_classic_account(spot: LoopbackAccount) -> None:
    """Without the defence: one lost answer at the start, and a unified account is a classic one from then on."""
    [skin] = spot.server.skins
    assert isinstance(skin, BitgetSkin)
    skin.is_unified = True
    spot.plan.add(Rule(Point.REQUEST, Action.STATUS, contains=KIND_OF_ACCOUNT))
    key = spot.what.key
    words = {"apiKey": key.key, "secret": key.secret, "password": key.passphrase}
    async with aiohttp.ClientSession(connector=spot.server.route().connector()) as session:
        bare = ccxt.pro.bitget({**words, "session": session})
        bare.timeout_on_exit = 0
        for _ in range(2):
            # And it never asks again.
            assert await bare.handle_uta_and_params({}, "fetchBalance") == [False, {}]
        assert bare.options["uta"] is False
        await bare.close()


async def test_we_never_ask_which_kind_of_account_it_is(spot: LoopbackAccount) -> None:
    rule = spot.plan.add(Rule(Point.REQUEST, Action.RESET, contains="/api/v3/", times=None))
    await spot.connect()
    await placed(spot, spot.order(Side.BUY, spot.below(50)))
    await spot.venue.probe()
    assert spot.venue._calls.ccxt.options["uta"] is False
    assert rule.seen == 0


async def test_a_unified_account_is_a_sentence_and_not_traded(spot: LoopbackAccount) -> None:
    [skin] = spot.server.skins
    assert isinstance(skin, BitgetSkin)
    skin.is_unified = True
    with pytest.raises(VenueUnavailable, match="bitget refused: 40085 You are in Unified Account mode"):
        await spot.connect()
