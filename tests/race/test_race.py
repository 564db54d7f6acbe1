"""The race, short: `python -m tests.race` runs it for as long as you like."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.race.exchange import Size
from tests.race.gaps import Gap, any_of, both, gaps_of, running_spans, without
from tests.race.race import race

pytestmark = pytest.mark.slow


async def test_nobody_trades_twice_whatever_happens(
    tmp_path: Path, database_url: str, redis_url: str, record_property: Callable[[str, object], None]
) -> None:
    size = Size(accounts=6, bots=18, lease_s=3.0, speed=16)
    told: list[str] = []
    # A build machine does other things beside; how long nobody ran an account is told and not judged here.
    verdict, happened = await race(size, 30, 1, tmp_path, database_url, redis_url, told.append, is_timed=False)
    assert verdict.complaints == (), "\n".join((*told, *verdict.complaints))
    assert len(happened) > 5
    assert verdict.numbers["fills"] > 0
    assert verdict.numbers["leases taken"] > size.accounts
    longest = max((gap.length_s for gap in verdict.gaps), default=0.0)
    record_property("race", f"{len(happened)} disturbances, longest gap {longest:.1f} s, {verdict.numbers}")


def test_spans_are_added_and_taken_apart() -> None:
    assert both([(0, 4), (6, 9)], [(3, 7)]) == [(3, 4), (6, 7)]
    assert any_of([(5, 6), (0, 2), (1, 3)]) == [(0, 3), (5, 6)]
    assert without([(1, 2), (4, 9)], (0, 8)) == [(0, 1), (2, 4)]
    assert without([], (0, 1)) == [(0, 1)]


def test_an_account_runs_where_one_desk_holds_has_reconciled_and_is_well() -> None:
    holds = {"a": [(0.0, 10.0)], "b": [(10.0, 20.0)]}
    listens = {"a": [(2.0, 30.0)], "b": [(13.0, 20.0)]}
    wells = {"a": [(0.0, 8.0)], "b": [(0.0, 20.0)]}
    assert running_spans(holds, listens, wells) == [(2.0, 8.0), (13.0, 20.0)]


def test_a_gap_counts_from_the_last_disturbance_and_while_somebody_is_well() -> None:
    def excess(well: list[tuple[float, float]], disturbed: list[float]) -> list[Gap]:
        return gaps_of("a", [(0.0, 10.0), (20.0, 30.0)], well, disturbed, (0.0, 30.0), 4.0)

    assert excess([(0.0, 30.0)], [10.0]) == [Gap("a", 10.0, 20.0, 6.0)]
    assert excess([(0.0, 30.0)], [10.0, 15.0]) == [Gap("a", 10.0, 20.0, 1.0)]
    assert excess([(0.0, 12.0), (17.0, 30.0)], [10.0]) == [Gap("a", 10.0, 20.0, 0.0)]
    assert excess([], [10.0]) == [Gap("a", 10.0, 20.0, 0.0)]
