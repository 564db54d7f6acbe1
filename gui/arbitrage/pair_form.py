"""A two-leg bot's form as a configuration and back: what the fields say, rules and refusals beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox

from engine.domain import phrases
from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle, Ways
from engine.domain.sentences import Refusal, say
from gui import numbers, sentences
from gui.arbitrage import pair_words
from gui.arbitrage.pair_fields import FIRST_ROWS, OPTIONAL, WHOLE, PairFields
from gui.arbitrage.pair_markets import fx_pair_of
from gui.dialogs.markets import TradableMarket
from gui.theme import Theme

#: A form begins with these; 0 leaves its field blank.
FIRST = ArbitrageConfig(
    hedge_account_id="",
    hedge_symbol="",
    size=Decimal(0),
    entry_pct=Decimal(1),
    exit_pct=Decimal(0),
    fx_pair="",
    fx_source="",
)
#: By how much legs may differ at first, in dollars and in won.
USUAL_IMBALANCES = (Decimal(50), FIRST.max_imbalance_value)
#: Refusals that name the account stand beside the list in which it was chosen.
ROW_OF = {"hedge_account_id": "hedge_symbol", "account_id": "symbol", "fx_pair": "fx_source"}


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What the fields say. `config` is None while one that is needed is no number; then `refusals` say which."""

    config: ArbitrageConfig | None
    allocation_percent: Decimal | None
    hedge_allocation_percent: Decimal | None
    name: str
    refusals: tuple[Refusal, ...]


class PairForm(PairFields):
    """Knows what its fields mean; what a configuration would do is worked out elsewhere."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.set_config(FIRST)

    def show_homes(self, markets: Sequence[TradableMarket]) -> None:
        _offer(self.home, [(market.title, market.key) for market in markets])

    def show_partners(self, markets: Sequence[TradableMarket]) -> None:
        _offer(self.foreign, [(market.title, market.key) for market in markets])

    def show_sources(self, sources: Sequence[str], heard: Sequence[str], *, is_needed: bool) -> None:
        """Who may say the rate, those that are `heard` now first; none where both sides are in one quote."""
        offered = tuple(dict.fromkeys((*heard, *sources))) if is_needed else ()
        _offer(self.source, [(pair_words.fx_source(source), source) for source in offered])
        self.source.setEnabled(is_needed)

    def show_rules(self, home: TradableMarket, foreign: TradableMarket, increment: Decimal) -> None:
        """Units and rules of both markets under the fields."""
        base, quote = home.instrument.base, home.instrument.quote
        self.rows["size"].set_unit(base)
        self.rows["max_positions"].set_unit(self.tr("at once"))
        for name in ("max_value", "max_imbalance_value"):
            self.rows[name].set_unit(quote)
        self.rows["size"].set_rule(
            self.tr("Of each entry, in steps of {increment}.").format(increment=numbers.exact(increment))
        )
        self.rows["symbol"].set_rule(self._free(home))
        self.rows["hedge_symbol"].set_rule(self._free(foreign))
        self.rows["entry_pct"].set_rule(self.tr("Net premium at which it enters, after both fees and slippage."))
        self.rows["exit_pct"].set_rule(self.tr("Premium of the way back at which it closes, before fees."))

    def set_config(self, config: ArbitrageConfig) -> None:
        """Show a configuration; a size of 0 leaves its field blank."""
        self._is_filling = True
        for name, field in self.numbers.items():
            if hasattr(config, name):
                value = getattr(config, name)
                field.set_value(None if value is None or (name == "size" and not value) else Decimal(value))
        self.policy.setCurrentIndex(self.policy.findData(config.policy))
        self.ways.setCurrentIndex(self.ways.findData(config.ways))
        self.style_box.setCurrentIndex(self.style_box.findData(config.style))
        if config.fx_source:
            if self.source.findData(config.fx_source) < 0:
                self.source.addItem(pair_words.fx_source(config.fx_source), config.fx_source)
            self.source.setCurrentIndex(self.source.findData(config.fx_source))
        self._is_filling = False
        self.edited.emit()

    def suit_quote(self, quote: str) -> None:
        """The imbalance that a new bot begins with is meant in won; elsewhere as much is said in dollars."""
        field = self.numbers["max_imbalance_value"]
        if field.value in USUAL_IMBALANCES:
            field.set_value(USUAL_IMBALANCES[quote == "KRW"])

    def set_number(self, name: str, value: Decimal) -> None:
        """Show another number in one field, as dragging its line does."""
        self.numbers[name].set_value(value)

    def answer(self, home: TradableMarket, foreign: TradableMarket) -> PairAnswer:
        """What the fields say now, for these two markets."""
        refusals = []
        values: dict[str, Decimal | None] = {}
        for name, field in self.numbers.items():
            value = values[name] = field.value
            if value is None and not (field.is_blank and name in OPTIONAL):
                refusals.append(Refusal(name, say(phrases.NOT_A_NUMBER)))
            elif name in WHOLE and value is not None and value != value.to_integral_value():
                refusals.append(Refusal(name, say(phrases.NOT_WHOLE, count=value)))
        allocations = values.pop("allocation_percent"), values.pop("hedge_allocation_percent")
        name = self.name.text().strip()
        if refusals:
            return PairAnswer(None, *allocations, name, tuple(refusals))
        known = {key: value for key, value in values.items() if value is not None and key not in WHOLE}
        config = replace(
            FIRST,
            hedge_account_id=foreign.account.account_id,
            hedge_symbol=foreign.instrument.symbol,
            fx_pair=fx_pair_of(home, foreign),
            fx_source=self.source.currentData() or "",
            ways=Ways(self.ways.currentData()),
            style=LegStyle(self.style_box.currentData()),
            policy=ImbalancePolicy(self.policy.currentData()),
            max_positions=int(values["max_positions"] or 0),
            confirmations=int(values["confirmations"] or 0),
            **known,
        )
        return PairAnswer(config, *allocations, name, ())

    def show_refusals(self, refusals: Iterable[Refusal]) -> Mapping[str, str]:
        """Put each refusal beside its field. Returns those whose field is not among these, by name."""
        texts: dict[str, str] = {}
        for refusal in refusals:
            texts.setdefault(ROW_OF.get(refusal.field, refusal.field), sentences.translate(refusal.sentence))
        for name, row in self.rows.items():
            # A field that nobody has filled in yet needs no reproach.
            is_fresh = name == "size" and self.numbers["size"].is_blank
            row.set_refusal("" if is_fresh else texts.get(name, ""))
        if any(name in texts for name in self.rows if name not in FIRST_ROWS):
            self.more.setChecked(True)
        return {name: text for name, text in texts.items() if name not in self.rows}

    def _free(self, market: TradableMarket) -> str:
        text = self.tr("Free: {quote} and {base}.")
        return text.format(
            quote=numbers.money_with_asset(market.free_quote, market.instrument.quote),
            base=f"{numbers.quantity(market.free_base, market.instrument)} {market.instrument.base}",
        )


def _offer(box: QComboBox, wanted: Sequence[tuple[str, object]]) -> None:
    """Offer these choices, keeping the chosen one where it is still there."""
    if [(box.itemText(at), box.itemData(at)) for at in range(box.count())] == list(wanted):
        return
    chosen = box.currentData()
    keys = [key for _, key in wanted]
    with QSignalBlocker(box):
        box.clear()
        for title, key in wanted:
            box.addItem(title, key)
        box.setCurrentIndex(keys.index(chosen) if chosen in keys else 0)
