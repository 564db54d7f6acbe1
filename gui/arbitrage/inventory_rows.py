"""Rows and columns of the inventory: which asset lies on which venue, and for how many entries it still lasts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.bots.arbitrage import directions_of, entry_sides
from engine.bots.arbitrage_rules import needed_for
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.instrument import Instrument
from engine.domain.money import HUNDRED, ZERO
from engine.domain.order import Side
from engine.domain.rebalancing import Need, Shortage, shortages
from engine.domain.views import AccountView, EngineView, MarketView
from gui import numbers
from gui.arbitrage.pair_questions import markets_of
from gui.bot_list import listed
from gui.dialogs.markets import market_view
from gui.models.columns import Column, Meaning, muted_meaning
from gui.money import Money, money_of


@dataclass(frozen=True, slots=True)
class BotNeed:
    """What the entries of a bot that may still come take of an asset on an account."""

    bot_name: str
    need: Need


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """An asset on an account. `whole` is what all accounts of the same kind of money hold of it together.

    `shortage` says that it runs out before its bots have made their entries; `source` names the account that could
    send some.
    """

    asset: str
    account: AccountView
    instrument: Instrument | None
    total: Decimal
    whole: Decimal
    needs: tuple[BotNeed, ...]
    shortage: Shortage | None
    source: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.asset, self.account.account.account_id)

    @property
    def free(self) -> Decimal:
        return self.account.free(self.asset) or ZERO

    @property
    def share_pct(self) -> Decimal | None:
        return self.total / self.whole * HUNDRED if self.whole > 0 else None

    @property
    def entries_left(self) -> int | None:
        """For how many more entries it lasts, of the bot that needs most; None where no bot needs it."""
        needed = max((each.need.per_entry for each in self.needs), default=ZERO)
        return int(max(self.free, ZERO) // needed) if needed > 0 else None

    def amount(self, value: Decimal) -> str:
        """On the decimals of the venue's increment where it trades the asset."""
        if self.instrument is not None:
            return numbers.quantity(value, self.instrument)
        return numbers.money(value, self.asset)


def inventory_rows(view: EngineView) -> list[InventoryRow]:
    """All assets that somebody has or that a two-leg bot needs, by asset and account."""
    needs = tuple(_needs(view))
    accounts = {shown.account.account_id: shown for shown in view.accounts}
    bases = {(market.instrument.venue, market.instrument.base): market.instrument for market in view.markets}
    held = {(asset, name): total for name, shown in accounts.items() for asset, total, _ in shown.balances if total}
    for each in needs:
        if each.need.account in accounts:
            held.setdefault((each.need.asset, each.need.account), ZERO)
    free = {(name, asset): accounts[name].free(asset) or ZERO for asset, name in held}
    short = {(each.asset, each.account): each for each in shortages(free, [each.need for each in needs])}
    rows = []
    for (asset, account_id), total in sorted(held.items()):
        shown = accounts[account_id]
        found = short.get((asset, account_id))
        source = found.transfer.source if found is not None and found.transfer is not None else ""
        rows.append(
            InventoryRow(
                asset,
                shown,
                bases.get((shown.account.venue, asset)),
                total,
                _whole(held, accounts, asset, shown),
                tuple(each for each in needs if (each.need.asset, each.need.account) == (asset, account_id)),
                found,
                accounts[source].account.name if source in accounts else source,
            )
        )
    return rows


def _whole(
    held: Mapping[tuple[str, str], Decimal], accounts: Mapping[str, AccountView], asset: str, like: AccountView
) -> Decimal:
    """What accounts with the same kind of money hold of an asset."""
    mode = like.account.mode
    same = (total for (name, where), total in held.items() if name == asset and accounts[where].account.mode is mode)
    return sum(same, ZERO)


def _needs(view: EngineView) -> Iterator[BotNeed]:
    """What the entries to come of each two-leg bot take, in every direction it may enter."""
    for shown in listed(view):
        config, markets = shown.bot.config, markets_of(view, shown)
        if not isinstance(config, ArbitrageConfig) or markets is None:
            continue
        opened = next((len(pair.positions) for pair in view.arbitrage if pair.bot_id == shown.bot.bot_id), 0)
        if opened >= config.max_positions:
            continue
        for direction in directions_of(config.ways):
            for market, other, side in zip(markets, markets[::-1], entry_sides(direction), strict=True):
                known: MarketView | None = market_view(view, market.instrument)
                price = ZERO if known is None else known.ask if side is Side.BUY else known.bid
                if price > 0:
                    asset, amount = needed_for(config, market.instrument, side, price)
                    account, partner = market.account.account_id, other.account.account_id
                    need = Need(account, asset, amount, config.max_positions - opened, partner)
                    yield BotNeed(shown.bot.name, need)


def _entries(row: InventoryRow) -> str:
    return numbers.NOTHING if row.entries_left is None else f"{row.entries_left:,}"


def _entries_meaning(row: InventoryRow) -> Meaning:
    return Meaning.LOOK if row.shortage is not None else Meaning.PLAIN


def _needs_text(row: InventoryRow) -> str:
    return ", ".join(dict.fromkeys(each.bot_name for each in row.needs))


def _needs_exact(row: InventoryRow) -> str:
    text = QCoreApplication.translate("arbitrage", "{bot}: {amount} an entry, {count} to come")
    return "\n".join(
        text.format(bot=each.bot_name, amount=f"{row.amount(each.need.per_entry)} {row.asset}", count=each.need.entries)
        for each in row.needs
    )


def _remark(row: InventoryRow) -> str:
    """What is lacking, and which transfer by hand would restore it. The program moves nothing."""
    short = row.shortage
    if short is None:
        return ""
    translate = QCoreApplication.translate
    text = translate("arbitrage", "Runs out: {lacking} lacking for {count} entries.")
    parts = [text.format(lacking=f"{row.amount(short.lacking)} {row.asset}", count=short.entries)]
    if short.transfer is None:
        parts.append(translate("arbitrage", "No other account of its bots can spare any."))
    else:
        fee = short.transfer.terms.fee
        cost = translate("arbitrage", "what the venue takes for it is not known here")
        if fee is not None:
            cost = translate("arbitrage", "it costs {fee}").format(fee=f"{row.amount(fee)} {row.asset}")
        text = translate("arbitrage", "{amount} sent from {account} by hand would restore it; {cost}.")
        if short.transfer.arriving < short.lacking:
            text = translate("arbitrage", "{amount} sent from {account} by hand would be part of it; {cost}.")
        amount = f"{row.amount(short.transfer.amount)} {row.asset}"
        parts.append(text.format(amount=amount, account=row.source, cost=cost))
    return " ".join(parts)


def inventory_columns() -> list[Column[InventoryRow]]:
    translate = QCoreApplication.translate
    return [
        Column("asset", translate("columns", "Asset"), lambda row: row.asset, lambda row: row.asset, width=80),
        Column(
            "account",
            translate("columns", "Account"),
            lambda row: row.account.account.name,
            lambda row: row.account.account.name,
            width=132,
        ),
        Column(
            "mode",
            translate("columns", "Money"),
            lambda row: money_of(row.account).value,
            lambda row: money_of(row.account).value,
            width=92,
            badge=_money,
        ),
        Column(
            "total",
            translate("columns", "Total"),
            lambda row: row.amount(row.total),
            lambda row: float(row.total),
            is_number=True,
            width=144,
            exact=lambda row: numbers.exact(row.total),
        ),
        Column(
            "free",
            translate("columns", "Free"),
            lambda row: row.amount(row.free),
            lambda row: float(row.free),
            is_number=True,
            width=144,
            exact=lambda row: numbers.exact(row.free),
        ),
        Column(
            "share",
            translate("columns", "Share"),
            lambda row: numbers.percent(row.share_pct, 1),
            lambda row: None if row.share_pct is None else float(row.share_pct),
            unit="%",
            is_number=True,
            width=84,
        ),
        Column(
            "entries",
            translate("columns", "Entries left"),
            _entries,
            lambda row: None if row.entries_left is None else float(row.entries_left),
            is_number=True,
            width=96,
            meaning=_entries_meaning,
            exact=_needs_exact,
        ),
        Column(
            "bots",
            translate("columns", "For"),
            _needs_text,
            _needs_text,
            width=132,
            meaning=muted_meaning,
            exact=_needs_exact,
        ),
        Column("remark", translate("columns", "Remarks"), _remark, _remark, width=0, meaning=lambda _row: Meaning.LOOK),
    ]


def _money(row: InventoryRow) -> Money:
    return money_of(row.account)
