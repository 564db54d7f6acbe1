"""The proofs: what the exchange received, what the database committed, and whether both are the same story."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.venues.factory import store_path
from storage.check import check
from tests.race.chaos import Disturbance
from tests.race.gaps import Gap, Span, any_of, both, gaps_of, running_spans, without
from tests.race.town import Town, rows_of

#: What a takeover may need beyond the lease.
BEYOND_LEASE_S = 2.0
CUTS = frozenset({"cut exchange", "freeze exchange"})
TRADES = """
    SELECT o.account_id, t.venue_trade_id, t.client_order_id FROM trades t JOIN orders o USING (client_order_id)
"""


@dataclass(frozen=True)
class Verdict:
    """What was wrong (nothing, one hopes), what was seen, and every gap."""

    complaints: tuple[str, ...]
    numbers: dict[str, int]
    gaps: tuple[Gap, ...]


async def judge(town: Town, whole: Span, happened: Sequence[Disturbance], *, is_timed: bool = True) -> Verdict:
    """Everything that must hold, asked of a town whose desks have ended. `is_timed`: gaps too long are complaints."""
    audit, intents, orders = await evidence(town)
    placed = orders_received(audit)
    gaps = await find_gaps(town, whole, happened)
    complaints = [
        *writers(audit, intents, orders),
        *same_fills(town, await rows_of(town, TRADES)),
        *await check(town.database, balances_of(town)),
    ]
    if is_timed:
        complaints += [
            f"{gap.account_id} was run by nobody for {gap.length_s:.2f} s from {gap.start - whole[0]:.2f} s on, "
            f"{gap.excess_s:.2f} s longer than it may be."
            for gap in gaps
            if gap.excess_s > 0
        ]
    changes = await rows_of(town, "SELECT count(*) FROM race_leases WHERE token > 1 AND desk_id IS NOT NULL")
    numbers = {
        "orders received": len(placed),
        "intents committed": len(intents),
        "fills": sum(len(fills_of(town, account_id)) for account_id in town.account_ids),
        "orders lost": sum(1 for order in orders.values() if order["status"] == "lost"),
        "duplicates refused": sum(1 for row in audit if row.get("code") == "duplicate_id"),
        "leases taken": changes[0][0],
    }
    return Verdict(tuple(complaints), numbers, tuple(gaps))


async def evidence(town: Town) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The audit, the intents as they were committed, the orders by id."""
    audit = town.exchange.audit()
    intents = [dict(row) for row in await rows_of(town, "SELECT * FROM race_intents ORDER BY n")]
    orders = await rows_of(town, "SELECT client_order_id, bot_uid, fencing_token, status FROM orders")
    return audit, intents, {row["client_order_id"]: dict(row) for row in orders}


def orders_received(audit: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every order that arrived, with what became of it ("" where the exchange was killed before it could say)."""
    found: list[dict[str, Any]] = []
    for row in audit:
        if row["ask"] == "place":
            found.append({**row, "code": ""})
        elif row["ask"] == "placed" and found and found[-1]["client_order_id"] == row["client_order_id"]:
            found[-1]["code"] = row.get("code", row["outcome"])
    return found


def writers(
    audit: Sequence[dict[str, Any]], intents: Sequence[dict[str, Any]], orders: dict[str, dict[str, Any]]
) -> list[str]:
    """Whatever shows that two desks wrote for one bot, or one of them under a lease that was not its own."""
    placed = orders_received(audit)
    # An order that a network kept back arrives when it arrives. One of which the exchange said before that it was lost
    # is refused then, so it is not traded; every other one counts.
    taken = [row for row in placed if row["code"] != "duplicate_id"]
    return [*one_writer(taken, intents), *each_once(placed), *intents_first(placed, intents, orders)]


def one_writer(placed: Sequence[dict[str, Any]], intents: Sequence[dict[str, Any]]) -> list[str]:
    """Tokens never go down, neither where orders arrive nor where intents are committed; and none was too old."""
    found: list[str] = []
    for what, rows, bot in (("received", placed, "bot"), ("committed", intents, "bot_uid")):
        last: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["token"] < last[row[bot]]:
                found.append(
                    f"{row['client_order_id']} was {what} under token {row['token']} after one under {last[row[bot]]}."
                )
            last[row[bot]] = max(last[row[bot]], row["token"])
    found += [
        f"The intent {row['client_order_id']} was committed under token {row['token']}; its lease had "
        f"{row['lease_token']}."
        for row in intents
        if row["token"] != row["lease_token"]
    ]
    return found


def each_once(placed: Sequence[dict[str, Any]]) -> list[str]:
    """No identity arrives twice."""
    counts = Counter(row["client_order_id"] for row in placed)
    return [f"{identity} was received {count} times." for identity, count in counts.items() if count > 1]


def intents_first(
    placed: Sequence[dict[str, Any]], intents: Sequence[dict[str, Any]], orders: dict[str, dict[str, Any]]
) -> list[str]:
    """What arrives was committed before, under the same token. A later lease may have called it off since."""
    committed = {row["client_order_id"]: row for row in intents}
    found: list[str] = []
    for row in placed:
        identity = row["client_order_id"]
        intent = committed.get(identity)
        if intent is None:
            found.append(f"{identity} was received and never committed.")
        elif intent["token"] != row["token"] or orders[identity]["fencing_token"] < row["token"]:
            found.append(f"{identity} was received under token {row['token']}, committed under {intent['token']}.")
        elif datetime.fromisoformat(row["at"]) < intent["at"]:
            found.append(f"{identity} was received at {row['at']}, before its intent at {intent['at']}.")
    return found


def same_fills(town: Town, trades: Sequence[Any]) -> list[str]:
    """Fills at the exchange and trades in the database are the same."""
    ours: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in trades:
        ours[row["account_id"]].add((row["venue_trade_id"], row["client_order_id"]))
    found: list[str] = []
    for account_id in town.account_ids:
        theirs = fills_of(town, account_id)
        found += [f"The fill {trade} of {order} was never booked." for trade, order in theirs - ours[account_id]]
        found += [f"The booked trade {trade} of {order} never was." for trade, order in ours[account_id] - theirs]
    return found


def fills_of(town: Town, account_id: str) -> set[tuple[str, str]]:
    """(trade id, order) of everything that was filled at the exchange."""
    with closing(_store(town, account_id)) as store:
        return set(store.execute("SELECT trade_id, client_order_id FROM fills"))


def balances_of(town: Town) -> dict[tuple[str, str], Decimal]:
    """What the exchange says is on each account, by (account id, asset)."""
    found: dict[tuple[str, str], Decimal] = {}
    for account_id in town.account_ids:
        with closing(_store(town, account_id)) as store:
            for asset, total in store.execute("SELECT asset, total FROM balances"):
                found[(account_id, asset)] = Decimal(total)
    return found


def _store(town: Town, account_id: str) -> sqlite3.Connection:
    return sqlite3.connect(store_path(town.exchange.folder, account_id.removeprefix("practice:")))


async def find_gaps(town: Town, whole: Span, happened: Sequence[Disturbance]) -> list[Gap]:
    """When each account was run by nobody."""
    holds: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    since: dict[str, tuple[str, float]] = {}
    for row in await rows_of(town, "SELECT * FROM race_leases ORDER BY n"):
        account_id, at = row["account_id"], row["at"].timestamp()
        if account_id in since:
            desk_id, start = since.pop(account_id)
            holds[account_id][desk_id].append((start, at))
        if row["desk_id"] is not None:
            since[account_id] = (row["desk_id"], at)
    for account_id, (desk_id, start) in since.items():
        holds[account_id][desk_id].append((start, whole[1]))
    listens = listening_spans(town, whole)
    wells = {desk.desk_id: list(desk.well_spans(whole[1])) for desk in town.desks}
    someone_is_well = any_of(span for spans in wells.values() for span in spans)
    # Healing is a change too: whoever comes back asks for what prefers it.
    marks = sorted(mark for each in happened for mark in (each.at, each.healed_at) if mark is not None)
    found: list[Gap] = []
    for account_id in town.account_ids:
        # A desk that is cut from its exchange alone keeps the lease (docs/leases.md), so nobody else may run it.
        excused = any_of(
            span for desk in town.desks for span in both(holds[account_id][desk.desk_id], cut_off(desk.name, happened))
        )
        possible = both(someone_is_well, without(excused, whole))
        running = running_spans(holds[account_id], listens[account_id], wells)
        found += gaps_of(account_id, running, possible, marks, whole, town.size.lease_s + BEYOND_LEASE_S)
    return found


def cut_off(desk: str, happened: Sequence[Disturbance]) -> list[Span]:
    """When a desk had no exchange, and as long again: it tries again after waits that double."""
    return any_of(
        (each.at, each.healed_at + (each.healed_at - each.at) + BEYOND_LEASE_S)
        for each in happened
        if each.healed_at is not None and (each.kind == "kill exchange" or (each.kind in CUTS and each.about == desk))
    )


def listening_spans(town: Town, whole: Span) -> dict[str, dict[str, list[Span]]]:
    """When a desk's line to the exchange was open and its account reconciled, by account and desk."""
    found: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    since: dict[tuple[str, str], float] = {}
    for row in town.exchange.audit():
        key = (f"practice:{row['account']}", row["desk"])
        at = datetime.fromisoformat(row["at"]).timestamp()
        if row["ask"] == "listen":
            since[key] = at
        elif row["ask"] == "bye" and key in since:
            found[key[0]][key[1]].append((since.pop(key), at))
        elif row["ask"] == "begin":
            # The exchange was killed: nobody said goodbye.
            for (account_id, desk_id), start in since.items():
                found[account_id][desk_id].append((start, at))
            since.clear()
    for (account_id, desk_id), start in since.items():
        found[account_id][desk_id].append((start, whole[1]))
    return found
