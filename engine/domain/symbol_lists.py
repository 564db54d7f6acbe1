"""What an entry of a person's symbol list means. Exchanges write one pair in many ways, and people copy them.

An entry is a pair or, as one word, a base asset. What does not count: capitals, separators, the order of the two assets
(Upbit writes KRW-BTC), what follows the pair (SWAP, the asset of settlement, a date), and whether the two are one word.
"""

import re
from collections.abc import Iterable

#: What stands between the parts of a symbol: BTC/KRW, DOGE-USDT-SWAP, BTC_USDT, DOGE/USDT:USDT.
BETWEEN = re.compile(r"[/\-_:.\s]+")
SYMBOL = re.compile(r"[A-Za-z0-9]+(?:[/\-_:.][A-Za-z0-9]+)*")


def is_symbol(text: str) -> bool:
    """Whether a person can have meant a pair or an asset by it."""
    return len(text) <= 40 and SYMBOL.fullmatch(text) is not None


def means(entry: str, symbol: str) -> bool:
    """Whether an entry speaks of a symbol of ours, BASE/QUOTE: of that pair, or of its base in any pair."""
    said, ours = _parts(entry), _parts(symbol)
    if not said or not ours:
        return entry == symbol
    return _is_pair(said, ours) or said == ours[:1]


def is_same(entry: str, other: str) -> bool:
    """Whether two entries say the same."""
    one, two = _parts(entry), _parts(other)
    return one == two or _is_pair(one, two) or _is_pair(two, one)


def allows(white: Iterable[str], black: Iterable[str], symbol: str) -> bool:
    """Whether lists let a symbol be traded: a white list that is not empty has it, the black list has it not."""
    wanted = list(white)
    if wanted and not any(means(entry, symbol) for entry in wanted):
        return False
    return not any(means(entry, symbol) for entry in black)


def _is_pair(said: list[str], ours: list[str]) -> bool:
    """Whether the same two assets are meant, also where they are written as one word."""
    if not said or len(ours) < 2:
        return False
    one, two = ours[:2]
    return set(said[:2]) == {one, two} or said[0] in (one + two, two + one)


def _parts(text: str) -> list[str]:
    return [part for part in BETWEEN.split(text.strip().upper()) if part]
