"""The world around a window: an engine that shows given pictures and notes what it is asked, a past in memory."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from engine.domain.bot import Account
from engine.domain.market import Candle
from engine.domain.messages import Command, CommandAnswered, DecisionLogged, EquitySampled, FillRecorded
from engine.domain.order import Order
from engine.domain.secret import Secret, VaultState
from engine.domain.sentences import Sentence
from engine.domain.views import EngineView
from tests.support.views import view_of

ANSWERED_AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
Reaction = Callable[[Command, EngineView], EngineView]


def nothing_changes(_command: Command, view: EngineView) -> EngineView:
    return view


class ScriptedEngine:
    """An EngineHandle. `react` turns a command and the present view into the next one; `refusals` refuse all, for
    the field `refused_field`."""

    def __init__(self, view: EngineView | None = None, react: Reaction = nothing_changes) -> None:
        self._view = view if view is not None else view_of()
        self._react = react
        self.refusals: tuple[Sentence, ...] = ()
        self.refused_field = ""
        self.commands: list[Command] = []

    def view(self) -> EngineView:
        return self._view

    def show(self, view: EngineView) -> None:
        """The engine has another picture now; its sequence grows by itself."""
        self._view = replace(view, sequence=self._view.sequence + 1)

    def submit(self, command: Command) -> "Future[CommandAnswered]":
        self.commands.append(command)
        answer: Future[CommandAnswered] = Future()
        refusals = tuple((self.refused_field, sentence) for sentence in self.refusals)
        if not refusals:
            after = self._react(command, self._view)
            if after is not self._view:
                self.show(after)
        answer.set_result(CommandAnswered(str(len(self.commands)), refusals, ANSWERED_AT))
        return answer


class PastInMemory:
    """A History over lists, newest last in each."""

    def __init__(
        self,
        candles: list[Candle] | None = None,
        fills: list[FillRecorded] | None = None,
        orders: list[Order] | None = None,
        equity: list[EquitySampled] | None = None,
        log: list[DecisionLogged] | None = None,
    ) -> None:
        self._candles = candles or []
        self._fills = fills or []
        self._orders = orders or []
        self._equity = equity or []
        self._log = log or []

    async def candles(
        self, venue: str, symbol: str, timeframe_s: int, before: datetime | None, limit: int
    ) -> list[Candle]:
        found = [
            candle
            for candle in self._candles
            if (candle.venue, candle.symbol, candle.timeframe_s) == (venue, symbol, timeframe_s)
            and (before is None or candle.opened_at < before)
        ]
        return found[-limit:]

    async def fills(self, bot_id: str | None, before: datetime | None, limit: int) -> list[FillRecorded]:
        found = [
            recorded
            for recorded in reversed(self._fills)
            if bot_id in (None, recorded.order.bot_id) and (before is None or recorded.fill.at < before)
        ]
        return found[:limit]

    async def orders(self, bot_id: str | None, before: datetime | None, limit: int) -> list[Order]:
        found = [
            order
            for order in reversed(self._orders)
            if bot_id in (None, order.bot_id) and (before is None or order.created_at < before)
        ]
        return found[:limit]

    async def equity(self, bot_id: str, account_id: str, since: datetime | None, limit: int) -> list[EquitySampled]:
        found = [
            sample
            for sample in self._equity
            if sample.bot_id == bot_id and sample.account_id == account_id and (since is None or sample.at >= since)
        ]
        return found[:: max(1, -(-len(found) // limit))]

    async def log(self, bot_id: str | None, before: datetime | None, limit: int) -> list[DecisionLogged]:
        found = [
            line
            for line in reversed(self._log)
            if bot_id in (None, line.bot_id) and (before is None or line.at < before)
        ]
        return found[:limit]


class StoppingEngine:
    """Stands for main.py's stop: counts the calls and is done when told."""

    def __init__(self) -> None:
        self.calls = 0
        self.done: Future[None] = Future()

    def __call__(self) -> "Future[None]":
        self.calls += 1
        return self.done


def no_recording(_choice: object) -> Account:
    raise AssertionError("this test opens no recording")


class ScriptedVault:
    """A VaultDoor. What was tried is kept; each answer is given by the test, as another thread would."""

    def __init__(self, state: VaultState = VaultState.LOCKED) -> None:
        self.state = state
        self.tried: list[Secret] = []
        self.answers: list[Future[None]] = []

    def vault_state(self) -> VaultState:
        return self.state

    def unlock_vault(self, passphrase: Secret) -> "Future[None]":
        self.tried.append(passphrase)
        self.answers.append(Future())
        return self.answers[-1]

    def lock_vault(self) -> "Future[None]":
        self.state = VaultState.LOCKED
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def open(self) -> None:
        """The last passphrase was right."""
        self.state = VaultState.OPEN
        self.answers[-1].set_result(None)
