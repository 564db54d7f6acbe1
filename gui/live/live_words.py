"""What is known of a key and of a rehearsal, in the reader's language."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication

from engine.domain.bot import AccountMode, Bot
from engine.domain.live import KeyFacts
from engine.domain.money import HUNDRED
from engine.domain.views import AccountView, EngineView
from gui import numbers
from gui.money import Money, money_of
from gui.sentences import translate as translate_sentence

translate = QCoreApplication.translate
#: A grid that ran so long on paper, and closed a cycle, was a rehearsal.
REHEARSAL = timedelta(hours=1)
#: On which exchange's spot market perpetuals are rehearsed.
REHEARSED_AT = {"binanceusdm": "binance", "okxswap": "okx", "bitgetmix": "bitget"}


def facts_lines(facts: KeyFacts) -> list[tuple[str, str]]:
    """(name, value) of all that the exchange says of a key, the most serious first."""
    lines = [
        (translate("live", "Trading"), _yes_no(facts.can_trade)),
        (translate("live", "Withdrawal"), _yes_no(facts.can_withdraw)),
        (translate("live", "Bound to addresses"), _yes_no(facts.is_ip_bound)),
        (translate("live", "Expires"), "" if facts.expires_at_ms is None else _day(facts.expires_at_ms)),
        (translate("live", "Fees (maker, taker)"), fees_text(facts)),
        (translate("live", "Fees are paid in"), facts.fee_asset or ""),
        (translate("live", "Position mode"), facts.position_mode or ""),
        (translate("live", "Margin mode"), facts.margin_mode or ""),
        (translate("live", "Leverage"), ", ".join(f"{symbol} {times}×" for symbol, times in facts.leverage)),
        (translate("live", "Self-trade prevention"), facts.self_trade_prevention or ""),
        (
            translate("live", "Clock"),
            "" if facts.clock_offset_ms is None else translate("live", "{ms} ms off ours").format(
                ms=numbers.fixed(HUNDRED * facts.clock_offset_ms / HUNDRED, 0, signed=True)
            ),
        ),
    ]  # fmt: skip
    return [(name, value) for name, value in lines if value]


def fees_text(facts: KeyFacts) -> str:
    """Both fees in percent."""
    if facts.fees is None:
        return ""
    return " / ".join(f"{numbers.exact(fee * HUNDRED)} %" for fee in facts.fees)


def key_text(shown: AccountView, now: datetime) -> str:
    """A key in one line, with the age of what is known of it."""
    live = shown.live
    if live is None:
        return ""
    if live.facts is None or live.checked_at is None:
        return translate("live", "not looked at yet")
    facts = live.facts
    parts = [
        translate("live", "trades") if facts.can_trade is not False else translate("live", "may not trade"),
        "" if facts.can_withdraw is None else
        translate("live", "CAN WITHDRAW") if facts.can_withdraw else translate("live", "no withdrawal"),
        translate("live", "any address") if facts.is_ip_bound is False else "",
        fees_text(facts),
    ]  # fmt: skip
    age = numbers.age(max(0.0, (now - live.checked_at).total_seconds()))
    return " · ".join([age, *(part for part in parts if part)])


def key_lines(shown: AccountView) -> str:
    """All that is known of a key, for a tool tip."""
    live = shown.live
    if live is None or live.facts is None:
        return ""
    lines = [f"{name}: {value}" for name, value in facts_lines(live.facts)]
    lines += [translate_sentence(sentence) for sentence in (*live.changes, *live.warnings)]
    lines.append(translate("live", "As of {at}").format(at=numbers.instant(live.checked_at)))
    return "\n".join(lines)


def live_state(shown: AccountView) -> str:
    """Why a live account does not trade, or what is to be looked at; "" when there is nothing."""
    live = shown.live
    if live is None:
        return ""
    if live.changes:
        return " ".join(translate_sentence(sentence) for sentence in live.changes)
    if live.is_on and live.hold is not None:
        return translate_sentence(live.hold)
    if money_of(shown) is Money.LIVE_OFF:
        return translate("live", "off: no order is sent")
    return " ".join(translate_sentence(sentence) for sentence in live.warnings)


def symbols_of(shown: AccountView) -> tuple[str, ...]:
    """What an account trades."""
    return tuple(symbol for symbol in shown.account.setting("symbols").split(",") if symbol)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The best that a grid did on paper for a symbol: how long its run is or was, and the cycles that it closed."""

    ran_for: timedelta = timedelta(0)
    cycles: int = 0

    @property
    def is_enough(self) -> bool:
        return self.cycles > 0 and self.ran_for >= REHEARSAL


def rehearsal_of(view: EngineView, shown: AccountView, symbol: str, now: datetime) -> Rehearsed:
    """What was tried on paper at the same exchange; of runs before the present ones only the engine knows."""
    exchange = REHEARSED_AT.get(shown.account.exchange, shown.account.exchange)
    papers = {
        each.account.account_id
        for each in view.accounts
        if each.account.mode is AccountMode.PAPER and each.account.exchange == exchange
    }
    tried = [
        Rehearsed(_ran_for(row.bot, now), row.bot.closed_cycles)
        for row in view.bots
        if row.bot.account_id in papers and row.bot.is_grid and row.bot.symbol == symbol
    ]
    return max(tried, key=lambda each: (each.is_enough, each.ran_for, each.cycles), default=Rehearsed())


def rehearsal_text(symbol: str, done: Rehearsed) -> str:
    """A rehearsal in one line, with what it still lacks."""
    if not done.ran_for:
        return translate("live", "{symbol}: no grid ran on paper").format(symbol=symbol)
    if not done.is_enough:
        text = translate("live", "{symbol}: not yet, {age} of {wanted}, cycles closed: {cycles}")
    else:
        text = translate("live", "{symbol}: rehearsed, {age}, cycles closed: {cycles}")
    age, wanted = numbers.age(done.ran_for.total_seconds()), numbers.age(REHEARSAL.total_seconds())
    return text.format(symbol=symbol, age=age, wanted=wanted, cycles=done.cycles)


def _ran_for(bot: Bot, now: datetime) -> timedelta:
    if bot.started_at is None:
        return timedelta(0)
    end = now if bot.is_active or bot.stopped_at is None else bot.stopped_at
    return max(end - bot.started_at, timedelta(0))


def _yes_no(value: bool | None) -> str:
    if value is None:
        return ""
    return translate("live", "yes") if value else translate("live", "no")


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")
