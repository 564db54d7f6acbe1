"""A grid's form as a configuration and back: what the fields say, the venue's rules and refusals beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.bots.grid_rules import MAX_GRIDS, MIN_GRIDS
from engine.domain import phrases
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.domain.sentences import Refusal, say
from gui import numbers, sentences
from gui.dialogs.grid_fields import OPTIONAL, PRICES, GridFields
from gui.dialogs.markets import TradableMarket
from gui.theme import Theme

INVENTORY_OF = {
    "stop_upper": "stop_upper_inventory",
    "stop_lower": "stop_lower_inventory",
    "stop_loss_pct": "stop_loss_inventory",
    "take_profit_pct": "take_profit_inventory",
}
FIRST = GridConfig(Decimal(0), Decimal(0), 20, Decimal(0))


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What the fields say. `config` is None while one that is needed is no number; then `refusals` say which."""

    config: GridConfig | None
    allocation_percent: Decimal | None
    name: str
    refusals: tuple[Refusal, ...]


class GridForm(GridFields):
    """Knows what its fields mean; what a configuration would do is worked out elsewhere."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.set_config(FIRST)

    def show_markets(self, markets: Iterable[TradableMarket]) -> None:
        """Offer these markets, keeping the chosen one where it is still there."""
        wanted = [(market.title, market.key) for market in markets]
        present = [(self.market.itemText(at), self.market.itemData(at)) for at in range(self.market.count())]
        if wanted == present:
            return
        chosen = self.market.currentData()
        keys = [key for _, key in wanted]
        self.market.blockSignals(True)
        self.market.clear()
        for title, key in wanted:
            self.market.addItem(title, key)
        self.market.setCurrentIndex(keys.index(chosen) if chosen in keys else 0)
        self.market.blockSignals(False)

    def show_rules(self, market: TradableMarket) -> None:
        """Units and the venue's rules for this market under the fields."""
        instrument = self._instrument = market.instrument
        rules, quote = instrument.rules, instrument.quote
        price = market.price
        for name in (*PRICES, "investment"):
            self.rows[name].set_unit(quote)
        self.rows["grid_count"].set_unit(self.tr("grids"))
        for name in ("stop_loss_pct", "take_profit_pct", "allocation_percent"):
            self.rows[name].set_unit("%")
        if price is not None:
            step = numbers.exact(rules.price_increment(price))
            now = numbers.price(price, instrument)
            self.rows["lower"].set_rule(
                self.tr("Now {price}; prices move in steps of {step}.").format(price=now, step=step)
            )
        self.rows["grid_count"].set_rule(
            self.tr("{minimum} to {maximum}; the venue lets {orders} orders rest.").format(
                minimum=MIN_GRIDS, maximum=f"{MAX_GRIDS:,}", orders=f"{rules.max_open_orders:,}"
            )
        )
        free = numbers.money(market.free_quote, quote)
        least = numbers.money(rules.min_notional, quote)
        self.rows["investment"].set_rule(
            self.tr("{free} {quote} are free; each order must reach {least} {quote}.").format(
                free=free, quote=quote, least=least
            )
        )
        held = f"{numbers.quantity(market.free_base, instrument)} {instrument.base}"
        self.rows["use_held_base"].set_rule(self.tr("The account holds {base} free.").format(base=held))

    def set_config(self, config: GridConfig) -> None:
        """Show a configuration; prices and amounts of 0 leave their fields blank."""
        self._is_filling = True
        for name in ("lower", "upper", "investment", *OPTIONAL):
            value = getattr(config, name)
            self.numbers[name].set_value(value if value else None)
        self.numbers["grid_count"].set_value(Decimal(config.grid_count))
        self.mode.setCurrentIndex(self.mode.findData(config.mode))
        self.sizing.setCurrentIndex(self.sizing.findData(config.sizing))
        for name, check in self.checks.items():
            check.setChecked(getattr(config, name))
        for name, box in self.inventories.items():
            box.setCurrentIndex(box.findData(getattr(config, INVENTORY_OF[name])))
        self._is_filling = False
        self.edited.emit()

    def set_number(self, name: str, value: Decimal) -> None:
        """Show another number in one field, as dragging its line does."""
        self.numbers[name].set_value(value)

    def answer(self) -> FormAnswer:
        """What the fields say now."""
        refusals = []
        values: dict[str, Decimal | None] = {}
        for name, field in self.numbers.items():
            values[name] = field.value
            if field.value is None and not (field.is_blank and name in (*OPTIONAL, "allocation_percent")):
                refusals.append(Refusal(name, say(phrases.NOT_A_NUMBER)))
        count = values["grid_count"]
        if count is not None and count != count.to_integral_value():
            refusals.append(Refusal("grid_count", say(phrases.NOT_WHOLE, count=count)))
        allocation, title = values["allocation_percent"], self.name.text().strip()
        lower, upper, investment = values["lower"], values["upper"], values["investment"]
        if refusals or lower is None or upper is None or investment is None or count is None:
            return FormAnswer(None, allocation, title, tuple(refusals))
        inventory = {name: Inventory(box.currentData()) for name, box in self.inventories.items()}
        config = GridConfig(
            lower=lower,
            upper=upper,
            grid_count=int(count),
            investment=investment,
            mode=GridMode(self.mode.currentData()),
            sizing=Sizing(self.sizing.currentData()),
            post_only=self.checks["post_only"].isChecked(),
            use_held_base=self.checks["use_held_base"].isChecked(),
            compounding=self.checks["compounding"].isChecked(),
            trigger_price=values["trigger_price"],
            stop_upper=values["stop_upper"],
            stop_lower=values["stop_lower"],
            stop_loss_pct=values["stop_loss_pct"],
            take_profit_pct=values["take_profit_pct"],
            stop_upper_inventory=inventory["stop_upper"],
            stop_lower_inventory=inventory["stop_lower"],
            stop_loss_inventory=inventory["stop_loss_pct"],
            take_profit_inventory=inventory["take_profit_pct"],
        )
        return FormAnswer(config, allocation, title, ())

    def show_refusals(self, refusals: Iterable[Refusal]) -> Mapping[str, str]:
        """Put each refusal beside its field. Returns those whose field is not among these, by name."""
        texts: dict[str, str] = {}
        for refusal in refusals:
            texts.setdefault(refusal.field, sentences.translate(refusal.sentence))
        for name, row in self.rows.items():
            # A field that nobody has filled in yet needs no reproach.
            is_fresh = name in ("lower", "upper", "investment") and self.numbers[name].is_blank
            row.set_refusal("" if is_fresh else texts.get(name, ""))
        if any(name in texts for name in self._hidden_names()):
            self.more.setChecked(True)
        return {name: text for name, text in texts.items() if name not in self.rows}

    def _hidden_names(self) -> tuple[str, ...]:
        return (*OPTIONAL, "allocation_percent", "name", *self.checks)
