"""Virtual time passes as fast as there is nothing to do, and repeats."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

import engine.connections
from tests.support.virtual_time import START_S, Stuck, VirtualClock, VirtualLoop, belonging_to, run_virtual
from tests.support.waiting import last


def test_a_day_passes_at_once_and_timers_fire_in_order() -> None:
    async def day(clock: VirtualClock) -> list[float]:
        fired: list[float] = []

        async def sleeper(seconds: float) -> None:
            await last(seconds)
            fired.append(clock.seconds() - START_S)

        await asyncio.gather(*(sleeper(seconds) for seconds in (86_400, 60, 3_600)))
        return fired

    began = time.monotonic()
    assert run_virtual(day) == [60, 3_600, 86_400]
    assert time.monotonic() - began < 60


def test_the_program_is_told_the_time_of_the_loop_and_its_own_skew_of_it() -> None:
    async def look(clock: VirtualClock) -> tuple[datetime, datetime]:
        await last(90)
        clock.skew_s = 5
        outside = vars(engine.connections)["datetime"].now(UTC)
        with belonging_to("program"):
            return outside, vars(engine.connections)["datetime"].now(UTC)

    true, skewed = run_virtual(look)
    assert true.timestamp() == START_S + 90
    assert skewed.timestamp() == START_S + 95
    assert vars(engine.connections)["datetime"] is datetime


def test_work_for_threads_is_done_on_the_loop_at_once() -> None:
    async def ask(clock: VirtualClock) -> tuple[int, float]:
        found = await asyncio.to_thread(lambda: 5)
        return found, clock.seconds() - START_S

    assert run_virtual(ask) == (5, 0)


def test_a_program_is_all_tasks_that_it_and_its_tasks_began() -> None:
    async def count(clock: VirtualClock) -> tuple[int, int]:
        async def parent() -> None:
            child = asyncio.create_task(last(100))
            await child

        with belonging_to("program"):
            running = asyncio.create_task(parent())
        other = asyncio.create_task(last(100))
        await last(1)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        tasks = loop.tasks_of("program")
        await asyncio.gather(running, other)
        return len(tasks), len(loop.tasks_of("program"))

    assert run_virtual(count) == (2, 0)


def test_who_waits_for_ever_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.virtual_time.STUCK_S", 0.01)

    async def wait(clock: VirtualClock) -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        run_virtual(wait)


@pytest.mark.parametrize(("missed_s", "fires_at", "steady"), [(0.0, 1_000.0, 1_000.0), (940.0, 1_040.0, 60.0)])
def test_a_machine_that_sleeps_does_nothing_and_is_late_for_everything(
    missed_s: float, fires_at: float, steady: float
) -> None:
    """Its timers count the time that it slept, or go on where they were."""

    async def sleep(clock: VirtualClock) -> tuple[list[tuple[str, float]], float]:
        fired: list[tuple[str, float]] = []

        async def fire(name: str, after_s: float) -> None:
            await last(after_s)
            fired.append((name, clock.seconds() - START_S))

        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        with belonging_to("program"):
            slow = asyncio.create_task(fire("program", 100))
        await last(60)
        loop.hold("program")
        await fire("other", 440)
        await last(500)
        loop.let_go(missed_s)
        clock.missed_s = missed_s
        with belonging_to("program"):
            steady_s = clock.steady_s() - 1
        await slow
        return fired, steady_s

    assert run_virtual(sleep) == ([("other", 500.0), ("program", fires_at)], steady)
