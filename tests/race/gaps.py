"""How long each account was run by nobody, and how much of that may be: pure arithmetic on what was seen."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Span = tuple[float, float]


@dataclass(frozen=True)
class Gap:
    """From `start` to `end` no desk ran the account. `excess_s` is how much longer that was than it may be."""

    account_id: str
    start: float
    end: float
    excess_s: float

    @property
    def length_s(self) -> float:
        return self.end - self.start


def both(first: Iterable[Span], second: Sequence[Span]) -> list[Span]:
    """When both were."""
    found = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return sorted((start, end) for start, end in found if start < end)


def any_of(spans: Iterable[Span]) -> list[Span]:
    """When at least one was."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(spans: Sequence[Span], whole: Span) -> list[Span]:
    """The rest of `whole`."""
    found, at = [], whole[0]
    for start, end in spans:
        if start > at:
            found.append((at, min(start, whole[1])))
        at = max(at, end)
    if at < whole[1]:
        found.append((at, whole[1]))
    return [(start, end) for start, end in found if start < end]


def gaps_of(
    account_id: str,
    running: Sequence[Span],
    someone_is_well: Sequence[Span],
    disturbed_at: Sequence[float],
    whole: Span,
    allowed_s: float,
) -> list[Gap]:
    """The account's gaps. One may last `allowed_s` from the last disturbance on, while somebody could run it.

    `running`: when a desk that was well held and had reconciled it.
    """
    found = []
    for start, end in without(any_of(running), whole):
        excess = 0.0
        for from_, to in both([(start, end)], someone_is_well):
            marks = [from_, *(at for at in disturbed_at if from_ < at < to), to]
            lengths = [after - before for before, after in itertools.pairwise(marks)]
            excess = max(excess, max(lengths) - allowed_s)
        found.append(Gap(account_id, start, end, excess))
    return found


def running_spans(
    holds: Mapping[str, Sequence[Span]], listens: Mapping[str, Sequence[Span]], wells: Mapping[str, Sequence[Span]]
) -> list[Span]:
    """When one desk at once held the account, had reconciled it and was well; each by desk id."""
    found: list[Span] = []
    for desk_id, spans in holds.items():
        found += both(both(spans, listens.get(desk_id, ())), wells.get(desk_id, ()))
    return found
