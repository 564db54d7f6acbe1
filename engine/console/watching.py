"""`premium watch`, `unwatch` and `list`: the user's list of pairs that the spread desk looks at."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from engine.console.desk import Desk
from engine.console.listing import Column, as_json, as_table, dump, json_row
from engine.domain.codec import Json
from engine.domain.premium import Pair
from engine.domain.watching import UnwatchPairs, WatchCommon, WatchedPair, WatchPairs
from engine.errors import UsageError

NONE_WATCHED = "No pair is watched; `premium watch` puts pairs on the list."

LIST: tuple[Column[WatchedPair], ...] = (
    Column("home", "Home", lambda row: row.pair.home_venue),
    Column("home_symbol", "Symbol", lambda row: row.pair.home_symbol),
    Column("foreign", "Foreign", lambda row: row.pair.foreign_venue),
    Column("foreign_symbol", "Symbol", lambda row: row.pair.foreign_symbol),
    Column("fx_pair", "Rate", lambda row: row.pair.fx_pair or None),
    Column("fx_source", "By", lambda row: row.fx_source or None),
    Column("size", "Size", lambda row: row.size),
    Column("value", "Value", lambda row: row.value),
    Column("opportunity_pct", "Opportunity %", lambda row: row.opportunity_pct),
    Column("record_every_s", "Every s", lambda row: row.record_every_s),
    Column("hold_days", "Days", lambda row: row.hold_days),
    Column("home_fee", "Home fee", lambda row: row.home_fee),
    Column("foreign_fee", "Foreign fee", lambda row: row.foreign_fee),
)


async def show_watched(options: Namespace, desk: Desk, out: TextIO) -> None:
    """`premium list`. Raises UsageError where the base is not on the list."""
    watched = await desk.watched()
    found = watched if options.base is None else _of_bases(watched, [options.base])
    out.write((as_json(LIST, found) if options.json else as_table(LIST, found, empty=NONE_WATCHED)) + "\n")


async def act_on_watched(options: Namespace, desk: Desk, out: TextIO) -> bool:
    """`premium watch` and `unwatch`. False for any other. Raises UsageError with one sentence; nothing was written."""
    match options.premium_command:
        case "watch":
            await _watch(options, desk, out)
        case "unwatch":
            await _unwatch(options, desk, out)
        case _:
            return False
    return True


async def _watch(options: Namespace, desk: Desk, out: TextIO) -> None:
    command = watch_command(options)
    before = await desk.watched()
    await desk.ask(command)
    after = await desk.watched()
    new = {each.pair for each in after} - {each.pair for each in before}
    changed = [each for each in after if each not in before]
    # Said again as it was: asked for all the same, so it is shown as what is watched now.
    touched = changed or [each for each in after if isinstance(command, WatchPairs) and each in command.pairs]
    sentence = f"{_counted(len(new))} put on the list, {len(changed) - len(new)} changed; {_left(len(after))}"
    if options.json:
        rows: list[Json] = [json_row(LIST, each) for each in touched]
        out.write(dump({"done": True, "added": len(new), "watched": len(after), "pairs": rows}) + "\n")
    else:
        out.write(sentence + "\n")


def watch_command(options: Namespace) -> WatchPairs | WatchCommon:
    """What was typed as a command. Raises UsageError."""
    bases = tuple(dict.fromkeys(base.upper() for base in options.bases))
    without = tuple(dict.fromkeys((options.without or "").upper().replace(",", " ").split()))
    if options.all and bases:
        raise UsageError(f"Say --all or name {', '.join(bases)}, not both.")
    if not options.all and not bases:
        raise UsageError("Name the assets, such as BTC XRP, or say --all for every base that both exchanges trade.")
    if without and not options.all:
        raise UsageError("--without leaves bases out of --all; name the assets you want, or say --all.")
    if options.all and options.size is not None:
        raise UsageError("One --size in base does not suit all assets; say a --value.")
    if options.all:
        return WatchCommon(_watched(options, ""), without)
    return WatchPairs(tuple(_watched(options, base) for base in bases))


def _watched(options: Namespace, base: str) -> WatchedPair:
    home_quote, foreign_quote = options.home_quote.upper(), options.foreign_quote.upper()
    of_quotes = "" if home_quote == foreign_quote else f"{foreign_quote}{home_quote}"
    fx_pair = of_quotes if options.fx_pair is None else options.fx_pair.upper()
    pair = Pair(
        options.home.lower(), f"{base}/{home_quote}", options.foreign.lower(), f"{base}/{foreign_quote}", fx_pair
    )
    return WatchedPair(
        pair, size=options.size, value=options.value, home_fee=options.home_fee, foreign_fee=options.foreign_fee,
        hold_days=options.hold_days, fx_source=options.fx_source or "", opportunity_pct=options.opportunity_pct,
        record_every_s=options.record_every_s,
    )  # fmt: skip


async def _unwatch(options: Namespace, desk: Desk, out: TextIO) -> None:
    bases = [base.upper() for base in options.bases]
    if options.all and bases:
        raise UsageError(f"Say --all or name {', '.join(bases)}, not both.")
    if not options.all and not bases:
        raise UsageError("Name the assets, such as BTC XRP, or say --all.")
    watched = await desk.watched()
    of_exchanges = [each for each in watched if _is_at(each.pair, options)]
    if watched and not of_exchanges:
        sides = ((options.home, "at home"), (options.foreign, "abroad"))
        where = " and ".join(f"{exchange} {side}" for exchange, side in sides if exchange)
        raise UsageError(f"No pair with {where} is watched.")
    # An empty command would take everything off, so that there is something to take off is made sure here.
    found = of_exchanges if options.all else _of_bases(of_exchanges, bases)
    if not found:
        raise UsageError(NONE_WATCHED)
    await desk.ask(UnwatchPairs(tuple(each.pair for each in found)))
    left = len(await desk.watched())
    rows: list[Json] = [json_row(LIST, each) for each in found]
    sentence = f"{_counted(len(found))} taken off the list; {_left(left)}"
    out.write((dump({"done": True, "watched": left, "pairs": rows}) if options.json else sentence) + "\n")


def _is_at(pair: Pair, options: Namespace) -> bool:
    sides = ((options.home, pair.home_venue), (options.foreign, pair.foreign_venue))
    return all(wanted is None or wanted.lower() == exchange for wanted, exchange in sides)


def _of_bases(watched: Sequence[WatchedPair], bases: Sequence[str]) -> list[WatchedPair]:
    """Those of these bases, each of which must be there."""
    for base in bases:
        if all(each.pair.base != base.upper() for each in watched):
            raise UsageError(f"No pair of {base.upper()} is watched." if watched else NONE_WATCHED)
    return [each for each in watched if each.pair.base in {base.upper() for base in bases}]


def _left(count: int) -> str:
    return f"{count} {'is' if count == 1 else 'are'} watched."


def _counted(count: int) -> str:
    return "1 pair was" if count == 1 else f"{count} pairs were"
