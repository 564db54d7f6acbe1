"""More and fewer instruments on a live account: refused in a sentence, tried at the exchange, or as it was."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain import live_phrases, phrases
from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.grid import Inventory
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignKind, ForeignOrder, KeyFacts
from engine.domain.live_messages import ChangeSymbols, FactsTold, GoDark, GoLive, OrdersSeen
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    AccountRecorded,
    CommandReceived,
    ConnectAccount,
    RemoveBot,
    StartBot,
    StopBot,
)
from engine.domain.order import Side
from engine.domain.positions import PositionReported, PositionSide
from engine.domain.sentences import say
from engine.kernel.books import Outbox
from tests.engine.kernel.test_live import CONFIG, GOOD, LIVE, trading
from tests.engine.kernel.town import BOT, RULES, Town

D = Decimal
NAME = LIVE.account_id
TWO = replace(LIVE, settings=(*LIVE.settings, ("symbols", "XRP/KRW,BTC/KRW")))
ONE = TWO.with_symbols(["XRP/KRW"])
NEW = Instrument("town", "ETH/KRW", "ETH", "KRW", RULES)


class Tried(Town):
    """A town whose connections of a live account are answered by the test. `asked` are the accounts to connect."""

    def carry_out(self, outbox: Outbox | None) -> None:
        if outbox is not None:
            self.asked += [effect.account for effect in outbox.effects if isinstance(effect, ConnectAccount)]
            outbox.effects = [effect for effect in outbox.effects if not isinstance(effect, ConnectAccount)]
        super().carry_out(outbox)

    def __init__(self, account: Account = TWO, *, is_on: bool = True) -> None:
        self.asked: list[Account] = []
        super().__init__(account=account, is_live_at_once=False)
        self.price(125)
        self.tell(FactsTold(NAME, GOOD, self.now))
        if is_on:
            assert self.refusals(GoLive(NAME, without_rehearsal=True)) == []

    def change(self, command: ChangeSymbols) -> list[str] | None:
        """The refusals; None while it is not answered."""
        count = len(self.answers)
        self.tell(CommandReceived(f"s{count}", command, self.now))
        return self.told(count)

    def told(self, count: int) -> list[str] | None:
        if len(self.answers) == count:
            return None
        [answer] = self.answers[count:]
        return [str(sentence) for _, sentence in answer.refusals]

    def connect(self, account: Account, facts: KeyFacts = GOOD) -> None:
        self.tell(AccountConnected(account, (self.instrument, NEW), self.now, facts))

    def interrupt(self) -> None:
        """As the connections do once the exchange has said yes."""
        known = self.kernel.accounts()[0]
        self.tell(AccountFailed(known, say(live_phrases.SYMBOLS_BUSY, account=NAME), self.now))

    @property
    def symbols(self) -> tuple[str, ...]:
        return self.kernel.accounts()[0].symbols

    def connected(self) -> bool:
        return self.kernel._state.accounts[NAME].is_connected

    @property
    def recorded(self) -> list[tuple[str, ...]]:
        return [record.account.symbols for record in self.records if isinstance(record, AccountRecorded)]


def adding(*symbols: str, is_without: bool = True) -> ChangeSymbols:
    return ChangeSymbols(NAME, symbols, without_rehearsal=is_without)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (adding("XRP/KRW"), "live:main trades XRP/KRW already."),
        (adding("ETH/USDT"), "live:main trades against KRW, not against USDT; open another account for ETH/USDT."),
        (adding("ETH"), "ETH is no symbol; write BASE/QUOTE, such as BTC/KRW."),
        (adding("KRW/KRW"), "KRW/KRW is no symbol; write BASE/QUOTE, such as BTC/KRW."),
        (adding(), "Say which symbols to add or to remove."),
        (ChangeSymbols(NAME, (), ("ETH/KRW",)), "live:main does not trade ETH/KRW."),
        (ChangeSymbols(NAME, (), ("XRP/KRW", "BTC/KRW")), "XRP/KRW, BTC/KRW is all that live:main trades."),
        (ChangeSymbols("live:x", ("ETH/KRW",)), "There is no account live:x."),
    ],
)
def test_what_cannot_be_is_refused_before_the_exchange_is_asked(command: ChangeSymbols, words: str) -> None:
    town = Tried()
    assert town.change(command) == [words]
    assert (town.asked, town.symbols) == ([], ("XRP/KRW", "BTC/KRW"))


def test_an_account_without_real_money_keeps_its_market() -> None:
    town = Town()
    assert town.refusals(ChangeSymbols("town", ("ETH/KRW",))) == [
        "town has no real money; its market is what it was opened on."
    ]
    assert town.account.mode is AccountMode.SIMULATED


def test_the_old_setting_stays_until_the_account_is_connected_with_the_new_one() -> None:
    town = Tried()
    town.records.clear()
    count = len(town.answers)
    assert town.change(adding("ETH/KRW")) is None
    [wanted] = town.asked
    assert (town.symbols, town.recorded) == (("XRP/KRW", "BTC/KRW"), [])
    assert town.change(adding("SOL/KRW")) == ["The symbols of live:main are being changed."]
    town.interrupt()
    assert not town.connected()
    town.connect(wanted)
    assert town.told(count + 1) == []
    assert town.symbols == ("XRP/KRW", "BTC/KRW", "ETH/KRW")
    assert town.recorded == [town.symbols]
    assert town.connected()
    assert ("town", "ETH/KRW") in {book.instrument.key for book in town.kernel.market_books()}


def test_an_exchange_that_does_not_have_it_leaves_the_account_as_it_is() -> None:
    town = trading_town()
    resting, placed = dict(town.orders), len(town.placed)
    count = len(town.answers)
    assert town.change(adding("ETH/KRW")) is None
    [wanted] = town.asked
    cause = say(phrases.FEED_UNKNOWN_SYMBOL, exchange="upbit", symbol="ETH/KRW")
    town.tell(AccountFailed(wanted, cause, town.now))
    assert town.told(count) == ["upbit does not trade ETH/KRW."]
    trouble = town.kernel.account_views()[0].trouble
    assert (town.connected(), trouble, town.symbols) == (True, None, ("XRP/KRW", "BTC/KRW"))
    assert len(town.asked) == 1, "it was never interrupted, so nothing is to be connected again"
    assert (town.orders, len(town.placed)) == (resting, placed)
    town.price(101, 125)
    assert len(town.placed) > placed, "its bots trade on"


def test_a_connection_that_fails_with_the_new_ones_goes_back_to_the_old() -> None:
    town = trading_town()
    placed = len(town.placed)
    count = len(town.answers)
    town.change(adding("ETH/KRW"))
    [wanted] = town.asked
    town.interrupt()
    town.tell(AccountFailed(wanted, say(phrases.FEED_UNREACHABLE, exchange="upbit"), town.now))
    assert town.told(count) == ["upbit cannot be reached."]
    assert town.asked == [wanted, TWO]
    town.price(101, 125)
    assert len(town.placed) == placed, "between two connections nothing is decided"
    town.connect(TWO)
    assert town.symbols == ("XRP/KRW", "BTC/KRW")
    assert town.connected()
    assert town.recorded == [TWO.symbols]


def test_an_account_that_breaks_while_the_exchange_is_asked_has_not_changed() -> None:
    town = Tried()
    count = len(town.answers)
    town.change(adding("ETH/KRW"))
    [wanted] = town.asked
    town.tell(AccountFailed(TWO, say(phrases.FEED_UNREACHABLE, exchange="upbit"), town.now))
    assert town.told(count) == ["upbit cannot be reached."]
    town.tell(AccountFailed(wanted, say(phrases.FEED_UNREACHABLE, exchange="upbit"), town.now))
    assert town.asked == [wanted, TWO]


def test_one_that_is_connected_as_it_was_meanwhile_has_not_changed() -> None:
    town = Tried()
    count = len(town.answers)
    town.change(adding("ETH/KRW"))
    [wanted] = town.asked
    town.connect(TWO)
    assert town.told(count) == ["live:main was connected anew meanwhile, so its symbols stay as they were; ask again."]
    town.interrupt()
    town.connect(wanted)
    assert town.asked == [wanted, TWO], "what nobody waits for any more is undone"
    assert town.symbols == ("XRP/KRW", "BTC/KRW")
    assert not town.connected()


def test_a_symbol_with_other_facts_than_were_accepted_does_not_stop_the_account() -> None:
    town = trading_town()
    resting = dict(town.orders)
    count = len(town.answers)
    town.change(adding("ETH/KRW"))
    town.interrupt()
    town.connect(town.asked[0], replace(GOOD, position_mode="hedge"))
    assert town.told(count) == ["The position mode was one-way and is hedge now."]
    assert town.asked[1:] == [TWO]
    town.connect(TWO)
    assert town.symbols == ("XRP/KRW", "BTC/KRW")
    assert town.orders == resting


def test_fees_of_another_first_symbol_are_no_change_of_the_key() -> None:
    town = Tried()
    assert town.change(ChangeSymbols(NAME, (), ("XRP/KRW",))) is None
    town.interrupt()
    town.connect(town.asked[0], replace(GOOD, fees=(D("0.002"), D("0.002"))))
    live = town.kernel.account_views()[0].live
    assert live is not None
    assert (live.hold, live.changes, town.symbols) == (None, (), ("BTC/KRW",))
    town.tell(FactsTold(NAME, replace(GOOD, fees=(D("0.003"), D("0.003"))), town.now))
    live = town.kernel.account_views()[0].live
    assert live is not None
    assert "0.2 %" in str(live.hold), "from then on they are watched again"


def test_while_it_is_on_a_new_symbol_needs_a_rehearsal_of_its_own() -> None:
    town = Tried()
    [refusal] = town.change(adding("ETH/KRW", is_without=False)) or []
    assert refusal.startswith("ETH/KRW was not rehearsed: no grid of yours ran an hour on paper at upbit")
    rehearsed = CommandReceived("r", adding("ETH/KRW", is_without=False), town.now, rehearsed=frozenset({"ETH/KRW"}))
    town.tell(rehearsed)
    assert len(town.asked) == 1
    off = Tried(ONE, is_on=False)
    assert off.change(adding("ETH/KRW", is_without=False)) is None
    off.interrupt()
    off.connect(off.asked[0])
    sentences = off.refusals(GoLive(NAME))
    assert [sentence.split()[0] for sentence in sentences] == ["ETH/KRW", "XRP/KRW"], "going live asks for all of them"


def trading_town() -> Tried:
    town = Tried()
    trading(town)
    return town


def test_a_symbol_in_use_stays_until_its_bot_has_nothing_there() -> None:
    town = trading_town()
    gone = ChangeSymbols(NAME, (), ("XRP/KRW",))
    used = [f"{BOT} trades XRP/KRW or holds some of it; stop it with its inventory sold, or remove it, first."]
    assert town.change(gone) == used
    town.send(GoDark(NAME))
    assert town.orders == {}
    assert town.change(gone) == used
    town.send(GoLive(NAME, without_rehearsal=True))
    town.price(125)
    town.send(StopBot(BOT, Inventory.SELL))
    town.price(125)
    assert town.kernel.bot_views()[0].bot.state is BotState.STOPPED
    assert town.change(gone) is None
    town.interrupt()
    town.connect(town.asked[0])
    assert town.symbols == ("BTC/KRW",)
    assert town.refusals(StartBot(BOT)) == ["The venue town does not trade XRP/KRW."]
    assert town.grid(CONFIG, bot_id="testbot2") == ["The venue town does not trade XRP/KRW."]
    assert not town.resting(Side.BUY)


def test_what_a_removed_bot_kept_is_its_owners() -> None:
    town = trading_town()
    town.price(101)
    town.send(StopBot(BOT, Inventory.KEEP))
    town.price(101)
    assert town.refusals(RemoveBot(BOT)) == []
    assert town.change(ChangeSymbols(NAME, (), ("XRP/KRW",))) is None


def test_a_position_or_an_unknown_order_keeps_a_symbol() -> None:
    town = Tried()
    gone = ChangeSymbols(NAME, (), ("XRP/KRW",))
    unknown = ForeignOrder("9", f"{BOT}G1R0BC1A9", "XRP/KRW", Side.BUY, D(100), D(1), D(0), town.now)
    trading(town)
    town.send(StopBot(BOT, Inventory.SELL))
    town.price(125)
    town.tell(OrdersSeen(NAME, (unknown,), town.now))
    live = town.kernel.account_views()[0].live
    assert live is not None
    assert [each.kind for each in live.foreign] == [ForeignKind.UNKNOWN]
    assert town.change(gone) == [
        "Orders of XRP/KRW with our name that nobody knows are open; adopt or cancel them first."
    ]
    town.tell(OrdersSeen(NAME, (), town.now))
    town.kernel._state.accounts[NAME].positions["XRP/KRW", PositionSide.BOTH] = position()
    assert town.change(gone) == ["live:main has a position of XRP/KRW; close it first."]


def position() -> PositionReported:
    return PositionReported(
        NAME, "town", "XRP/KRW", PositionSide.BOTH, D(2), D(100), None, None, None, None, None, Town().now
    )
