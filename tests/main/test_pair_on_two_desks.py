"""A two-leg bot whose accounts go from one shipped program to another: by request, by a kill, by a sleep.

Whatever happens, one desk writes, no order is there twice, and legs that differ for long are told to somebody.
"""

from collections.abc import Iterator

import pytest

from tests.main.pair_desks import ABROAD, HIGH, HOME, LOW, PairDesks, pair_desks
from tests.support.exchange.venues_under_test import BINANCE_USDM, UPBIT
from tests.support.postgres import PostgresCluster

pytestmark = pytest.mark.slow

#: A busy machine may let it expire by itself: then the other desk has both accounts earlier.
LEASE_S = 6


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, postgres_cluster: PostgresCluster, migrated_template: str
) -> Iterator[PairDesks]:
    """Both desks up, one of them with both accounts, and a bot that waits for a premium."""
    url = postgres_cluster.create_database(migrated_template)
    with pair_desks(tmp_path_factory.mktemp("pair"), url, LEASE_S) as made:
        yield made
    postgres_cluster.drop_database(url)


@pytest.mark.parametrize(("asked", "other"), [(HOME, ABROAD), (ABROAD, HOME)])
def test_an_account_that_is_handed_over_takes_the_other_half_along(town: PairDesks, asked: str, other: str) -> None:
    position = town.open_one()
    _, heir = town.holder()
    said = heir.run("lease", "move", asked, heir.name)
    assert said.startswith(f"{asked} is moved to {heir.name} with {other}, which a two-leg bot needs beside it, when")
    town.until_at(heir)
    town.close(position)


def test_a_desk_that_is_killed_while_a_position_is_open_is_replaced(town: PairDesks) -> None:
    position = town.open_one()
    desk, heir = town.holder()
    desk.kill()
    town.until_at(heir)
    desk.start()
    town.close(position)


def test_a_desk_that_is_killed_between_both_legs_is_replaced_and_they_come_together(town: PairDesks) -> None:
    desk, heir = town.holder()
    before, position = town.filled(UPBIT), town.next()
    town.at.act(BINANCE_USDM.exchange, "fault", point="request", action="reset", kind="order", times=None)
    town.premium = HIGH
    town.until(lambda: town.filled(UPBIT) > before, "the leg at home")
    desk.kill()
    town.at.act(BINANCE_USDM.exchange, "clear-faults")
    town.until_at(heir)
    town.until_stage(position, "open")
    desk.start()
    town.close(position)


def test_a_desk_that_sleeps_in_the_middle_of_an_exit_has_lost_both(town: PairDesks) -> None:
    position = town.open_one()
    desk, heir = town.holder()
    sent = len(town.orders(UPBIT))
    town.premium = LOW
    town.until(lambda: len(town.orders(UPBIT)) > sent, "the first order of the exit")
    desk.pause()
    town.until_at(heir)
    desk.go_on()
    town.until_stage(position, "closed")
    town.close(town.open_one())


def test_in_the_end_nobody_has_a_complaint(town: PairDesks) -> None:
    if not town.next() > 1:
        town.close(town.open_one())
    for desk in town.desks:
        desk.end()
    assert town.complaints() == []
