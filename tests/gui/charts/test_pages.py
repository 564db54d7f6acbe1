"""One question at a time: what happens after a failure, and without a loop."""

from engine.errors import StorageUnavailable
from gui.charts.pages import RETRY_S, PendingTask
from tests.support.qt_waiting import let_tasks_run


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def test_after_a_failure_nothing_is_asked_for_a_while_and_success_clears_the_trouble() -> None:
    clock, told = Clock(), list[str]()
    pending = PendingTask(told.append, clock)
    runs = []

    async def fail() -> None:
        runs.append("fail")
        raise StorageUnavailable("The database does not answer.")

    async def succeed() -> None:
        runs.append("succeed")

    assert pending.start(fail)
    await let_tasks_run()
    assert told == ["The database does not answer."]
    assert pending.trouble == told[0]
    clock.now_s += RETRY_S - 0.1
    assert not pending.start(succeed)
    clock.now_s += 0.2
    assert pending.start(succeed)
    await let_tasks_run()
    assert pending.trouble == ""
    assert runs == ["fail", "succeed"]


async def test_cancelling_forgets_the_failure_so_that_another_market_is_asked_for_at_once() -> None:
    pending = PendingTask(lambda _sentence: None, Clock())

    async def fail() -> None:
        raise StorageUnavailable("No.")

    pending.start(fail)
    await let_tasks_run()
    pending.cancel()

    assert pending.trouble == ""
    assert pending.start(fail)
    await let_tasks_run()


def test_without_a_running_loop_nothing_is_asked() -> None:
    pending = PendingTask(lambda _sentence: None)

    async def work() -> None:
        raise AssertionError("there is no loop to run this on")

    assert not pending.start(work)
