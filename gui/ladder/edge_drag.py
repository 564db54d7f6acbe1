"""Dragging an edge of a grid's range: the configuration it would give, and in words what that would change."""

from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.bots.grid_rules import GridEditPreview, GridPreview, preview, preview_edit
from engine.domain.bot import BotState
from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument
from engine.domain.views import AccountView, BotView
from gui import numbers, sentences

LOWER, UPPER = "lower", "upper"
#: States in which a bot has a ladder that an edit would rebalance; in the others it only changes the plan.
LADDER_STATES = frozenset({BotState.STARTING, BotState.RUNNING, BotState.REBALANCING, BotState.PAUSED})


@dataclass(frozen=True, slots=True)
class EdgeDrag:
    """The edge ("lower" or "upper") held at a price, the configuration that gives, and what it would do."""

    edge: str
    config: GridConfig
    lines: tuple[Decimal, ...]
    sentences: tuple[str, ...]
    is_refused: bool


def dragged_config(config: GridConfig, edge: str, price: float, instrument: Instrument) -> GridConfig | None:
    """The configuration with one edge at the allowed price nearest to `price`; None where that cannot be a price."""
    wanted = Decimal(repr(price))
    if wanted <= 0:
        return None
    allowed = instrument.rules.nearest_price(wanted)
    if allowed <= 0:
        return None
    return replace(config, lower=allowed) if edge == LOWER else replace(config, upper=allowed)


def drag_preview(
    shown: BotView, config: GridConfig, edge: str, instrument: Instrument, free: Decimal | None
) -> EdgeDrag:
    """What dropping the edge here would ask for. `free` is quote of the account that no order reserves."""
    price = config.lower if edge == LOWER else config.upper
    translate = QCoreApplication.translate
    name = (
        translate("ladder", "Lower edge at {price}") if edge == LOWER else translate("ladder", "Upper edge at {price}")
    )
    head = name.format(price=f"{numbers.price(price, instrument)} {instrument.quote}")
    if shown.bot.state in LADDER_STATES and shown.rungs:
        change = preview_edit(shown, config, instrument, free)
        after, refusals = change.after, change.refusals
        told = edit_sentences(change, instrument)
    else:
        after = preview(config, instrument, shown.price)
        refusals = after.refusals
        told = (profit_sentence(after),)
    if refusals:
        told = tuple(sentences.translate(refusal.sentence) for refusal in refusals[:2])
    return EdgeDrag(edge, config, after.lines, (head, *told), bool(refusals))


def edit_sentences(change: GridEditPreview, instrument: Instrument) -> tuple[str, ...]:
    """An edit's difference in words: orders that go and come, base traded at market and its fee, profit of a rung."""
    translate = QCoreApplication.translate
    orders = translate("ladder", "{canceled} orders are cancelled and {placed} placed.").format(
        canceled=len(change.canceled), placed=len(change.placed)
    )
    trade = translate("ladder", "No base is bought or sold.")
    fee = numbers.money_with_asset(change.fee, instrument.quote)
    if change.base_to_buy:
        quantity = f"{numbers.quantity(change.base_to_buy, instrument)} {instrument.base}"
        trade = translate("ladder", "{quantity} is bought at market for a fee of {fee}.").format(
            quantity=quantity, fee=fee
        )
    elif change.base_to_sell:
        quantity = f"{numbers.quantity(change.base_to_sell, instrument)} {instrument.base}"
        trade = translate("ladder", "{quantity} is sold at market for a fee of {fee}.").format(
            quantity=quantity, fee=fee
        )
    return (orders, trade, profit_sentence(change.after))


def profit_sentence(after: GridPreview) -> str:
    """Profit of one cycle after both fees, lowest and highest."""
    low, high = numbers.percent(after.profit_low_pct, 3), numbers.percent(after.profit_high_pct, 3)
    if low == high:
        return QCoreApplication.translate("ladder", "A rung earns {low} % after fees.").format(low=low)
    text = QCoreApplication.translate("ladder", "A rung earns {low} to {high} % after fees.")
    return text.format(low=low, high=high)


def free_quote(account: AccountView | None, quote: str) -> Decimal | None:
    """Quote that no order reserves; None when the account does not say."""
    return account.free(quote) if account is not None else None
