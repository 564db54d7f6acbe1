"""What the facts of a key mean: what forbids trading with it, what changed since it was accepted, what to look at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain import live_phrases
from engine.domain.live import KeyFacts
from engine.domain.money import HUNDRED
from engine.domain.sentences import Sentence, say

#: An exchange that lives more than this before or after us refuses orders at random, or dates our fills wrongly.
MOST_CLOCK_OFFSET_MS = 1_000
WARN_BEFORE_DAYS = 14
DAY_MS = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN = "-"
FEES = (live_phrases.FACT_MAKER_FEE, live_phrases.FACT_TAKER_FEE)


def blockers(facts: KeyFacts, at: datetime, *, is_withdrawal_allowed: bool) -> list[Sentence]:
    """Why nothing may be traded with such a key now, the worst first."""
    found: list[Sentence] = []
    if facts.can_withdraw and not is_withdrawal_allowed:
        found.append(say(live_phrases.KEY_WITHDRAWS))
    if facts.can_trade is False:
        found.append(say(live_phrases.KEY_CANNOT_TRADE))
    if facts.expires_at_ms is not None and facts.expires_at_ms <= _ms(at):
        found.append(say(live_phrases.KEY_EXPIRED, day=_day(facts.expires_at_ms)))
    if facts.clock_offset_ms is not None and abs(facts.clock_offset_ms) > MOST_CLOCK_OFFSET_MS:
        found.append(say(live_phrases.CLOCK_OFF, offset=facts.clock_offset_ms, most=MOST_CLOCK_OFFSET_MS))
    return found


def warnings(facts: KeyFacts, at: datetime) -> list[Sentence]:
    """What a person should look at though it stops nothing."""
    found: list[Sentence] = []
    if facts.expires_at_ms is not None:
        left_ms = facts.expires_at_ms - _ms(at)
        if 0 < left_ms <= WARN_BEFORE_DAYS * DAY_MS:
            days = -(-left_ms // DAY_MS)
            found.append(say(live_phrases.KEY_EXPIRES_SOON, days=days, day=_day(facts.expires_at_ms)))
    if facts.is_ip_bound is False:
        found.append(say(live_phrases.KEY_NOT_IP_BOUND))
    if facts.can_withdraw:
        found.append(say(live_phrases.KEY_WITHDRAWS_ALLOWED))
    return found


def changes(pinned: KeyFacts, facts: KeyFacts) -> list[Sentence]:
    """What is otherwise than what was accepted, each with old and new. What is not told now has not changed.

    Lower fees, a later day of expiry and a clock that moved are no changes: nobody loses by them, or they are judged
    by themselves.
    """
    found = [
        say(live_phrases.FACT_CHANGED, fact=say(name), old=_word(old), new=_word(new))
        for name, old, new in (
            (live_phrases.FACT_TRADING, pinned.can_trade, facts.can_trade),
            (live_phrases.FACT_WITHDRAWAL, pinned.can_withdraw, facts.can_withdraw),
            (live_phrases.FACT_ADDRESSES, pinned.is_ip_bound, facts.is_ip_bound),
            (live_phrases.FACT_POSITION_MODE, pinned.position_mode, facts.position_mode),
            (live_phrases.FACT_MARGIN_MODE, pinned.margin_mode, facts.margin_mode),
            (live_phrases.FACT_SELF_TRADE, pinned.self_trade_prevention, facts.self_trade_prevention),
            (live_phrases.FACT_FEE_ASSET, pinned.fee_asset, facts.fee_asset),
        )
        if old is not None and new is not None and old != new
    ]
    told = dict(facts.leverage)
    found += [
        say(
            live_phrases.FACT_CHANGED,
            fact=say(live_phrases.FACT_LEVERAGE, symbol=symbol),
            old=f"{old}x",
            new=f"{told[symbol]}x",
        )
        for symbol, old in pinned.leverage
        if symbol in told and told[symbol] != old
    ]
    if pinned.fees and facts.fees:
        found += [
            say(live_phrases.FACT_CHANGED, fact=say(name), old=_percent(old), new=_percent(new))
            for name, old, new in zip(FEES, pinned.fees, facts.fees, strict=True)
            if new > old
        ]
    return found


def repinned(pinned: KeyFacts | None, facts: KeyFacts) -> KeyFacts:
    """What is pinned after facts that changed nothing: what is told now, and of the rest what was told before."""
    if pinned is None:
        return facts
    kept = {
        name: getattr(pinned, name)
        for name in facts.__dataclass_fields__
        if getattr(facts, name) is None and getattr(pinned, name) is not None
    }
    leverage = {**dict(pinned.leverage), **dict(facts.leverage)}
    return replace(facts, **kept, leverage=tuple(sorted(leverage.items())))


def permissions(facts: KeyFacts) -> tuple[str, ...]:
    """What the key may do, in words that are kept with it."""
    named = (("trade", facts.can_trade), ("withdraw", facts.can_withdraw), ("address-bound", facts.is_ip_bound))
    return tuple(name for name, is_so in named if is_so)


def described(facts: KeyFacts) -> Sequence[tuple[str, str]]:
    """(fact, its value) of all of them, for a person."""
    offset = UNKNOWN if facts.clock_offset_ms is None else f"{facts.clock_offset_ms} ms"
    return (
        ("may trade", _word(facts.can_trade)),
        ("may withdraw", _word(facts.can_withdraw)),
        ("bound to addresses", _word(facts.is_ip_bound)),
        ("expires", UNKNOWN if facts.expires_at_ms is None else _day(facts.expires_at_ms)),
        ("position mode", _word(facts.position_mode)),
        ("margin mode", _word(facts.margin_mode)),
        ("leverage", ", ".join(f"{symbol} {times}x" for symbol, times in facts.leverage) or UNKNOWN),
        ("self-trade prevention", _word(facts.self_trade_prevention)),
        ("maker fee", _percent(facts.fees[0]) if facts.fees else UNKNOWN),
        ("taker fee", _percent(facts.fees[1]) if facts.fees else UNKNOWN),
        ("fees taken in", _word(facts.fee_asset)),
        ("its clock less ours", offset),
    )


def _word(value: object) -> str:
    if value is None:
        return UNKNOWN
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _percent(fraction: Decimal) -> str:
    text = f"{fraction * HUNDRED:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _day(at_ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=at_ms)).date().isoformat()


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
