"""Time that passes only when nobody has anything to do: a simulated day takes seconds, and always the same ones.

The loop's selector never sleeps: when no socket is ready it moves the clock to the next timer. Work for threads is done
at once on the loop, because a thread would take real time that the simulated one knows nothing of. Inside `virtual`
everything that asks for the time in the modules under test is told the loop's, so that ids, nonces and stamps repeat.
"""

import asyncio
import contextlib
import contextvars
import heapq
import selectors
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, tzinfo
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

#: Sunday, 2 November 2025, 00:00 UTC.
START_S = 1_762_041_600.0
#: Modules whose clocks are replaced. The standard library, pytest and the loop itself keep the real ones.
TOLD = ("engine", "ccxt", "aiohttp", "tests.support.exchange", "tests.support.memory", "tests.simulation")
#: A loop without a timer waits so long for real sockets and threads before it is called stuck.
STUCK_S = 5.0


class Stuck(RuntimeError):
    """Everything waits for something that nothing will bring about."""


class _OnThisLoop(BaseException):
    """What `asyncio.run` does in virtual time: the loop takes the coroutine over."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        super().__init__()
        self.coroutine = coroutine


class _Leap(selectors.DefaultSelector):
    """A selector that turns waiting into the passing of virtual time."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return super().select(0)
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            ready = super().select(STUCK_S)
            if not ready:
                raise Stuck("no timer is set and no socket speaks")
            return ready
        self.now_s += max(timeout, 0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time, from 0 s."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)
        # Timers that are due within it fire together; the default is the machine's clock tick.
        self._clock_resolution = 1e-5
        #: Tasks by the program they belong to, in the order of their birth; see `belonging_to`.
        self._born: dict[str, dict[asyncio.Task[Any], None]] = {}
        #: The program whose machine sleeps, and what of it waits meanwhile.
        self._sleeper = ""
        self._held: list[asyncio.Handle] = []
        self._held_timers: list[asyncio.TimerHandle] = []
        self.set_task_factory(self._make)

    def time(self) -> float:
        return self._leap.now_s

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """Call it now, on the loop. What it would run on a loop of its own runs here, as a task."""
        outcome: asyncio.Future[Any] = self.create_future()
        try:
            outcome.set_result(func(*args))
        except _OnThisLoop as here:
            return self.create_task(here.coroutine)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            outcome.set_exception(error)
        return outcome

    def tasks_of(self, program: str) -> list["asyncio.Task[Any]"]:
        """The tasks that run, of everything that was begun inside `belonging_to(program)`, oldest first."""
        return [task for task in self._born.get(program, ()) if not task.done()]

    def hold(self, program: str) -> None:
        """Its machine sleeps: nothing of the program happens, and everything else goes on."""
        self._sleeper = program

    def let_go(self, missed_s: float = 0.0) -> None:
        """It is awake: what was due is late, by `missed_s` less where its timers did not count that time."""
        self._sleeper = ""
        for timer in self._held_timers:
            timer._when += missed_s  # type: ignore[attr-defined]
            heapq.heappush(self._scheduled, timer)
        self._ready.extend(self._held)  # type: ignore[attr-defined]
        self._held, self._held_timers = [], []

    def _run_once(self) -> None:
        if self._sleeper:
            self._hold_back()
        super()._run_once()  # type: ignore[misc]

    def _hold_back(self) -> None:
        ready, scheduled = list(self._ready), self._scheduled  # type: ignore[attr-defined,has-type]
        if any(self._sleeps(handle) for handle in ready):
            self._held += (handle for handle in ready if self._sleeps(handle))
            self._ready.clear()  # type: ignore[attr-defined]
            self._ready.extend(handle for handle in ready if not self._sleeps(handle))  # type: ignore[attr-defined]
        if any(self._sleeps(timer) for timer in scheduled):
            self._held_timers += (timer for timer in scheduled if self._sleeps(timer))
            self._scheduled = [timer for timer in scheduled if not self._sleeps(timer)]
            heapq.heapify(self._scheduled)

    def _sleeps(self, handle: asyncio.Handle) -> bool:
        context: contextvars.Context = handle._context  # type: ignore[attr-defined]
        return context.get(_PROGRAM) == self._sleeper

    def _make(self, loop: asyncio.AbstractEventLoop, coro: Any, context: Any = None) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, context=context)
        if (program := _PROGRAM.get()) and not task.done():
            born = self._born.setdefault(program, {})
            born[task] = None
            task.add_done_callback(lambda done: born.pop(done, None))
        return task


_PROGRAM: contextvars.ContextVar[str] = contextvars.ContextVar("program", default="")


@contextlib.contextmanager
def belonging_to(program: str) -> Iterator[None]:
    """Tasks begun inside, and tasks that those begin, are this program's: a crash ends them all at once."""
    token = _PROGRAM.set(program)
    try:
        yield
    finally:
        _PROGRAM.reset(token)


class VirtualClock:
    """The wall clock of a loop, of which one program may have another opinion: `skew_s` is added to what it is told.

    `missed_s` is what its steady clock has not counted, because the machine slept.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.skew_s = 0.0
        self.missed_s = 0.0

    def seconds(self) -> float:
        """Of the Unix epoch, by the true clock."""
        return START_S + self._loop.time()

    def told_s(self) -> float:
        """Of the Unix epoch, as the program under test is told it."""
        return self.seconds() + (self.skew_s if _PROGRAM.get() else 0.0)

    def steady_s(self) -> float:
        """Of a clock that nobody sets, as the program under test is told it."""
        return self.seconds() - START_S + 1.0 - (self.missed_s if _PROGRAM.get() else 0.0)

    def now_ms(self) -> int:
        """Of the Unix epoch, by the true clock: what an exchange stamps with."""
        return int(self.seconds() * 1000)


def run_virtual(make: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in virtual time. Raises Stuck when it never would end."""
    loop = VirtualLoop()
    clock = VirtualClock(loop)
    asyncio.set_event_loop(loop)
    try:
        with told_by(clock), _no_other_loop():
            return loop.run_until_complete(make(clock))
    finally:
        try:
            end_tasks(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


@contextlib.contextmanager
def _no_other_loop() -> Iterator[None]:
    """A loop on a thread of its own would know nothing of virtual time."""

    def run(coroutine: Coroutine[Any, Any, Any], **_: object) -> None:
        raise _OnThisLoop(coroutine)

    real = asyncio.run
    asyncio.run = run  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.run = real


def end_tasks(loop: VirtualLoop) -> None:
    """Cancel whatever still runs, and wait for it: before the loop is closed."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())


@contextlib.contextmanager
def told_by(clock: VirtualClock) -> Iterator[None]:
    """Every module of TOLD that is loaded, or is loaded meanwhile, asks this clock."""
    with contextlib.ExitStack() as undo:
        fakes = _fakes(clock)
        for name, module in tuple(sys.modules.items()):
            if name.split(".")[0] in TOLD or name.startswith(TOLD):
                _replace(module, fakes, undo)
        yield


def _fakes(clock: VirtualClock) -> dict[Any, Any]:
    """What stands in place of each way to ask for the time."""
    steady = clock.steady_s

    class Told(datetime, metaclass=_AnyMoment):
        """`datetime` whose `now` is the clock's."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(clock.told_s(), tz)

        @classmethod
        def utcnow(cls) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(clock.told_s(), UTC).replace(tzinfo=None)

    class Times(ModuleType):
        """`time` whose clocks are ours; all else is the real module's."""

        def __getattr__(self, name: str) -> Any:
            return getattr(time, name)

    times = Times("time")
    vars(times).update(
        time=clock.told_s,
        time_ns=lambda: int(clock.told_s() * 1_000_000_000),
        monotonic=steady,
        perf_counter=steady,
    )
    return {datetime: Told, time: times, time.time: clock.told_s, time.monotonic: steady}


class _AnyMoment(type):
    """Every real datetime is one of ours."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


def _replace(module: ModuleType, fakes: dict[Any, Any], undo: contextlib.ExitStack) -> None:
    names = vars(module)
    for name in ("datetime", "time", "monotonic"):
        real = names.get(name)
        fake = fakes.get(real) if isinstance(real, (type, ModuleType)) or callable(real) else None
        if fake is not None:
            names[name] = fake
            undo.callback(names.__setitem__, name, real)
