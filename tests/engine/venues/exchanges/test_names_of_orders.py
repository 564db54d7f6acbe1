"""Every order that a bot of ours sends is known by its name when its exchange tells of it."""

import pytest

from engine.domain.order import client_order_id
from engine.kernel.orders import LEGS
from engine.venues.exchanges.order_stories import is_ours


@pytest.mark.parametrize("leg", ["R0B", "R189S", *LEGS.values(), "E", "X"])
def test_whatever_it_is_for(leg: str) -> None:
    """Rungs, a grid's purchases and sales, entries (E) and ways back (X) of two-leg positions: found by the pairs'
    fault matrix, because frames about legs were taken for somebody else's.
    """
    assert is_ours(client_order_id("proof001", 12, leg, 0, 3))


@pytest.mark.parametrize("name", ["", "byhand1", "x-TKT5PX2F1", "proof001G1QC0A1", "proof001G1EC0A1x"])
def test_somebody_elses_is_not(name: str) -> None:
    assert not is_ours(name)
