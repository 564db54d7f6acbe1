"""What may stand on the list of watched pairs. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from engine.domain import live_phrases, premium_phrases
from engine.domain.sentences import Refusal, say
from engine.domain.watching import WatchedPair
from engine.spreads.exchanges import SOURCES
from engine.spreads.rates import OTHERS

MOST_PAIRS = 1_000
SLOWEST_S, QUICKEST_S = Decimal(3600), Decimal("0.1")
SYMBOL = re.compile(r"[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")


def refusals_of(watched: WatchedPair) -> Sequence[Refusal]:
    """Why a pair may not be watched so; the fields are those of WatchedPair and Pair."""
    pair, found = watched.pair, []
    known = ", ".join(sorted(SOURCES))
    for field, exchange in (("home_venue", pair.home_venue), ("foreign_venue", pair.foreign_venue)):
        if exchange not in SOURCES:
            found.append(Refusal(field, say(premium_phrases.PAIR_UNKNOWN_EXCHANGE, exchange=exchange, known=known)))
    for field, symbol in (("home_symbol", pair.home_symbol), ("foreign_symbol", pair.foreign_symbol)):
        if not SYMBOL.match(symbol):
            found.append(Refusal(field, say(live_phrases.SYMBOLS_BAD, symbol=symbol)))
    if found:
        return found
    home, foreign = (pair.home_venue, pair.home_symbol), (pair.foreign_venue, pair.foreign_symbol)
    if home == foreign:
        found.append(Refusal("foreign_venue", say(premium_phrases.PAIR_SAME, exchange=home[0], symbol=home[1])))
    if pair.foreign_symbol.partition("/")[0] != pair.base:
        about = {"home": pair.home_symbol, "foreign": pair.foreign_symbol}
        found.append(Refusal("foreign_symbol", say(premium_phrases.PAIR_BASES, **about)))
    is_rate_needed = pair.home_quote != pair.foreign_quote
    if is_rate_needed and (not pair.fx_pair.endswith(pair.home_quote) or pair.fx_pair == pair.home_quote):
        example = f"{pair.foreign_quote}{pair.home_quote}"
        about = {"home": pair.home_quote, "foreign": pair.foreign_quote, "example": example}
        found.append(Refusal("fx_pair", say(premium_phrases.PAIR_RATE_MISSING, **about)))
    return [*found, *source_refusals(watched.fx_source), *_numbers(watched)]


def source_refusals(fx_source: str) -> Sequence[Refusal]:
    """Whether anybody of that name tells rates; "" is nobody in particular."""
    if not fx_source or fx_source in SOURCES or fx_source in OTHERS:
        return ()
    known = ", ".join([*sorted(SOURCES), *OTHERS])
    return (Refusal("fx_source", say(premium_phrases.RATE_SOURCE_UNKNOWN, source=fx_source, known=known)),)


def refusals_of_common(like: WatchedPair) -> Sequence[Refusal]:
    """The same for what is said of all common bases: of its symbols only the quotes count, a base may be missing."""
    pair = like.pair
    any_base = replace(pair, home_symbol=f"BASE/{pair.home_quote}", foreign_symbol=f"BASE/{pair.foreign_quote}")
    return refusals_of(replace(like, pair=any_base))


def _numbers(watched: WatchedPair) -> Sequence[Refusal]:
    found = []
    if watched.size is None and watched.value is None:
        found.append(Refusal("size", say(premium_phrases.SIZE_MISSING)))
    if watched.size is not None and watched.value is not None:
        found.append(Refusal("value", say(premium_phrases.PAIR_SIZE_BOTH)))
    for field, amount in (("size", watched.size), ("value", watched.value)):
        if amount is not None and not (amount.is_finite() and amount > 0):
            found.append(Refusal(field, say(premium_phrases.PAIR_SIZE_BAD, value=str(amount))))
    for field, fee in (("home_fee", watched.home_fee), ("foreign_fee", watched.foreign_fee)):
        if fee is not None and not (fee.is_finite() and 0 <= fee < 1):
            found.append(Refusal(field, say(premium_phrases.PAIR_FEE_BAD, value=str(fee))))
    if not (watched.hold_days.is_finite() and watched.hold_days >= 0):
        found.append(Refusal("hold_days", say(premium_phrases.PAIR_DAYS_BAD, value=str(watched.hold_days))))
    every_s = watched.record_every_s
    if every_s is not None and not (every_s.is_finite() and QUICKEST_S <= every_s <= SLOWEST_S):
        sentence = say(premium_phrases.PAIR_PACE_BAD, lowest=QUICKEST_S, highest=SLOWEST_S, value=str(every_s))
        found.append(Refusal("record_every_s", sentence))
    return found
