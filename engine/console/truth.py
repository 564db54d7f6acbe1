"""`account truth` and `account repair`: our books beside the venue's, and what would mend them."""

from argparse import Namespace
from dataclasses import dataclass
from decimal import Decimal
from typing import TextIO

from engine.console.desk import Desk
from engine.console.listing import Column, as_table, dump, json_row, shown
from engine.domain.codec import Json, to_json
from engine.domain.truth import Cause, ExpectedOrder, RepairStep, StepKind, TruthReport, TruthRow
from engine.domain.truth_requests import LookAtTruth, RepairAccount
from engine.errors import UsageError
from engine.truth import report_of

#: Each cause in a few words.
CAUSES: dict[Cause, str] = {
    Cause.NOTHING: "the same",
    Cause.NOT_OURS: "not ours",
    Cause.VENUE_LAG: "changed just now",
    Cause.FILL_NOT_BOOKED: "fill not booked yet",
    Cause.UNKNOWN_TO_VENUE: "order unknown to the venue",
    Cause.UNKNOWN_TO_US: "order unknown to us",
    Cause.QUANTITY_DIFFERS: "quantity differs",
    Cause.PRICE_DIFFERS: "price differs",
    Cause.CANCELED_BY_HAND: "order cancelled by hand",
    Cause.END_NOT_BOOKED: "end of the order not booked yet",
    Cause.FUNDING_NOT_BOOKED: "funding not booked yet",
    Cause.MONEY_MOVED: "money moved in or out",
    Cause.FEE_ROUNDING: "rounding of fees",
    Cause.POSITION_CHANGED: "position changed without us",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row with the name of its bot."""

    row: TruthRow
    bot: str


LINES: tuple[Column[Line], ...] = (
    Column("key", "Key", lambda line: line.row.key),
    Column("bot", "Bot", lambda line: line.bot or None),
    Column("what", "What", lambda line: what_of(line.row)),
    Column("ours", "Ours", lambda line: line.row.ours),
    Column("venue", "Venue's", lambda line: line.row.venue),
    Column("difference", "Difference", lambda line: line.row.difference, is_signed=True),
    Column("our_price", "Our price", lambda line: line.row.our_price),
    Column("venue_price", "Its price", lambda line: line.row.venue_price),
    Column("cause", "Cause", lambda line: CAUSES[line.row.cause]),
    Column("repair", "Repair", lambda line: "; ".join(step_text(step) for step in line.row.repair) or None),
)


async def show_truth(options: Namespace, desk: Desk, out: TextIO) -> None:
    """Ask the venue and show what differs; everything with `--all`. Raises UsageError, VenueUnavailable."""
    account_id = await _account_of(options, desk)
    report = report_of(await desk.ask(LookAtTruth(account_id)))
    names = {bot.bot_id: bot.name for bot in (await desk.state()).bots}
    rows = report.rows if options.all else tuple(row for row in report.rows if row.cause is not Cause.NOTHING)
    lines = [Line(row, names.get(row.bot_id, row.bot_id)) for row in rows]
    if options.json:
        found: dict[str, Json] = {
            "account": account_id,
            "at": to_json(report.at),
            "taken_at": to_json(report.taken_at),
            "differences": len(report.differences),
            "plan": report.plan.plan_id or None,
            "rows": [json_row(LINES, line) | {"cause": line.row.cause.value} for line in lines],
        }
        out.write(dump(found) + "\n")
        return
    empty = f"{account_id} and its venue say the same."
    out.write(as_table(LINES, lines, empty=empty) + "\n")
    if report.plan.steps:
        out.write(f"\n`account repair {account_id} --dry-run` shows what would mend it.\n")


async def repair(options: Namespace, desk: Desk, out: TextIO) -> None:
    """Show the plan of a repair, or carry one out. Raises UsageError when it no longer fits."""
    account_id = await _account_of(options, desk)
    rows = tuple(options.row or ())
    if options.plan is not None:
        await desk.ask(RepairAccount(account_id, options.plan, rows))
        answer: dict[str, Json] = {"done": True, "account": account_id, "plan": options.plan}
        out.write((dump(answer) if options.json else f"The repair {options.plan} of {account_id} is under way.") + "\n")
        return
    report = report_of(await desk.ask(LookAtTruth(account_id, rows)))
    if options.json:
        out.write(dump({"account": account_id, "plan": to_json(report.plan)}) + "\n")
        return
    out.write(plan_text(report, rows) + "\n")


def plan_text(report: TruthReport, rows: tuple[str, ...]) -> str:
    """What would be done, what would be sent because of it, and how to have it done."""
    plan = report.plan
    if not plan.steps:
        return f"Nothing on {report.account_id} needs a repair."
    lines = ["It would:", *(f"  {step_text(step)}" for step in plan.steps)]
    if plan.orders:
        lines += ["Because of it bots would place:", *(f"  {order_text(order)}" for order in plan.orders)]
    also = "".join(f" --row {key}" for key in rows)
    return "\n".join([*lines, "", f"account repair {report.account_id} --plan {plan.plan_id}{also}"])


def what_of(row: TruthRow) -> str:
    """A rung, an order, an asset, in a few words."""
    if row.asset:
        return row.asset
    side = f" {row.side.value}" if row.side is not None else ""
    return f"{row.symbol} rung {row.rung + 1}{side}" if row.rung >= 0 else f"{row.symbol}{side}"


def step_text(step: RepairStep) -> str:
    """One step as a person reads it."""
    match step.kind:
        case StepKind.ASK:
            return f"ask the venue about {step.client_order_id} and book what it says"
        case StepKind.CANCEL:
            name = step.client_order_id or step.venue_order_id
            return f"cancel {name}: {_side(step)} {_amount(step.quantity)} {step.symbol} at {_price(step.price)}"
        case StepKind.FILL:
            return f"book the fill {step.trade_id}: {_side(step)} {_amount(step.quantity)} at {_price(step.price)}"
        case StepKind.FUNDING:
            return f"book the funding {step.reference}: {shown(step.amount, is_signed=True)} {step.asset}"
        case StepKind.BOOK:
            return f"enter {shown(step.amount, is_signed=True)} {step.asset} into our ledger"


def order_text(order: ExpectedOrder) -> str:
    """An order that would be placed."""
    rung = f" on rung {order.rung + 1}" if order.rung >= 0 else ""
    return f"{order.side.value} {_amount(order.quantity)} {order.symbol} at {_price(order.price)}{rung}"


def _side(step: RepairStep) -> str:
    return step.side.value if step.side is not None else ""


def _amount(amount: Decimal) -> str:
    return shown(amount)


def _price(price: Decimal | None) -> str:
    return "the market's price" if price is None else shown(price)


async def _account_of(options: Namespace, desk: Desk) -> str:
    """An account of any desk. Raises UsageError."""
    known = [account.account_id for account in (await desk.state()).accounts]
    known += [row.account_id for row in await desk.leases() if row.account_id not in known]
    if options.account not in known:
        raise UsageError(f"There is no account {options.account}; known are {', '.join(known) or 'none'}.")
    return str(options.account)
