"""A spot grid on recorded candles, worked out the slow and obvious way from docs/matching.md and docs/grid.md alone.

It imports nothing of the product and shares no idea with it: no orders with identities, no events, no states of an
order. There is a price that walks, a list of what rests, and after each step every rung is looked at again. Sums and
products are exact by construction (the decimal context traps every inexact result); whatever must be rounded goes
through fractions. It assumes that the account can always pay, and raises when that is not true.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction
from typing import Any

from tests.reference.simple_ladder import SimpleConfig, down, fee_of, lines_of, quantities_of, resting_unit_cost, up

Row = dict[str, Any]


@dataclass
class SimpleResult:
    """All amounts in quote except `base` and `fees_base`. `fills` rows: side, price, quantity, fee, fee_in_base, ts.

    `base` and `cash` are the whole account's, `equity` = cash + base at the last price. `stopped_by` names the stop
    that ended the run, then `floating` is what stood when the rest of the base was handed back.
    """

    cycles: int = 0
    matched: Decimal = Decimal(0)
    floating: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    fees_base: Decimal = Decimal(0)
    base: Decimal = Decimal(0)
    cash: Decimal = Decimal(0)
    equity: Decimal = Decimal(0)
    stopped_by: str = ""
    fills: list[Row] = field(default_factory=list)
    rungs: list[Row] = field(default_factory=list)
    resting: list[Row] = field(default_factory=list)


def simulate(
    ts: Sequence[int],
    opens: Sequence[float],
    highs: Sequence[float],
    lows: Sequence[float],
    closes: Sequence[float],
    volumes: Sequence[float],
    config: SimpleConfig,
) -> SimpleResult:
    """Run one grid from the first open to the last close. Raises ValueError when the account could not pay."""
    with localcontext(Context(prec=120, traps=[Inexact, InvalidOperation])):
        return _Walk(config).run(zip(ts, opens, highs, lows, closes, volumes, strict=True))


class _Walk:
    """The price, the rungs, what rests (in order of acceptance), the money."""

    def __init__(self, config: SimpleConfig) -> None:
        self.config = config
        self.result = SimpleResult(cash=config.cash)
        self.price = self.volume = self.started_cost = self.received = Decimal(0)
        self.now = 0
        self.rungs: list[Row] = self.result.rungs
        self.book: list[Row] = self.result.resting
        self.spare = Decimal(0)
        self.ladder_done = self.ended = self.filled_since_look = False
        self.cell: int | None = None
        self.chosen: set[tuple[int, str]] = set()

    def run(self, candles: Any) -> SimpleResult:
        config, result = self.config, self.result
        for ts, *numbers in candles:
            first, high, low, last, volume = (Decimal(repr(float(x))) for x in numbers)
            available = Fraction(volume) / (Fraction(first) if config.volume_in_quote else 1)
            self.volume = down(available * Fraction(config.participation), config.size_increment)
            self.now, self.price = int(ts), first
            self.jump()
            path = (low, high, last) if last >= first else (high, low, last)
            for quarter, target in enumerate(path, start=1):
                self.now = int(ts) + quarter * config.candle_ms // 4
                self.walk_to(target)
        if not self.ended:
            result.floating = self.total() - result.matched if result.stopped_by else self.floating()
        result.equity = result.cash + result.base * self.price
        return result

    def jump(self) -> None:
        """At an open everything at or beyond the price fills at its own price, before anybody may act."""
        buys = [row for row in self.book if row["side"] == "buy" and row["price"] >= self.price]
        sells = [row for row in self.book if row["side"] == "sell" and row["price"] <= self.price]
        for row in sorted(buys, key=lambda row: -row["price"]) + sorted(sells, key=lambda row: row["price"]):
            self.fill_resting(row)
        self.look()

    def walk_to(self, target: Decimal) -> None:
        """Move to the next point of the candle, stopping at each order on the way as long as there is volume."""
        is_down = target < self.price
        while self.volume:
            if is_down:
                reached = [r for r in self.book if r["side"] == "buy" and target <= r["price"] <= self.price]
                row = max(reached, key=lambda r: r["price"], default=None)
            else:
                reached = [r for r in self.book if r["side"] == "sell" and self.price <= r["price"] <= target]
                row = min(reached, key=lambda r: r["price"], default=None)
            if row is None:
                break
            self.price = row["price"]
            self.fill_resting(row)
            self.look()
        self.price = target
        self.look()

    def fill_resting(self, row: Row) -> None:
        quantity = min(row["left"], self.volume)
        if quantity:
            row["left"] -= quantity
            self.trade(row["side"], row["price"], quantity, self.config.maker, row["rung"])
            if not row["left"]:
                self.book[:] = [other for other in self.book if other is not row]
            self.close_if_done(row["rung"])

    def trade(self, side: str, price: Decimal, quantity: Decimal, rate: Decimal, rung: Row | None) -> None:
        """Book one fill on the account and on its rung; without a rung it belongs to the start or to the end."""
        result, value = self.result, price * quantity
        in_base = self.config.fee_in_base and side == "buy"
        fee = fee_of(quantity if in_base else value, rate)
        got = quantity - fee if in_base else quantity
        paid = value if in_base else value + fee
        self.volume -= quantity
        self.filled_since_look = True
        if in_base:
            result.fees_base += fee
        else:
            result.fees += fee
        result.base += got if side == "buy" else -quantity
        result.cash += -paid if side == "buy" else value - fee
        if result.cash < 0 or result.base < 0:
            raise ValueError("The account of this case cannot pay what the grid wants.")
        if rung is not None and side == "buy":
            rung["gross"] += quantity
            rung["bought"] += got
            rung["cost"] += paid
        elif rung is not None:
            rung["sold"] += quantity
            rung["proceeds"] += value - fee
        elif side == "buy":
            self.received += got
            self.started_cost += paid
        row = {"side": side, "price": price, "quantity": quantity, "fee": fee, "fee_in_base": in_base, "ts": self.now}
        result.fills.append(row)

    def look(self) -> None:
        """What the bot does when it sees the present price."""
        if self.ended:
            return
        if self.result.stopped_by or self.stop_reached():
            self.finish()
            return
        if not self.rungs:
            self.lay_out()
        if not self.ladder_done:
            self.buy_missing()
        if self.ladder_done:
            self.place_wanted()

    def total(self) -> Decimal:
        return self.result.cash + self.result.base * self.price - self.config.cash

    def floating(self) -> Decimal:
        if not self.ladder_done:
            return self.received * self.price - self.started_cost
        open_cycles = [r["proceeds"] - r["cost"] + (r["bought"] - r["sold"]) * self.price for r in self.rungs]
        return sum(open_cycles, self.spare * self.price)

    def stop_reached(self) -> bool:
        config, total = self.config, self.total()
        hundredth = config.investment * Decimal("0.01")
        stops = [
            ("stop_lower", config.stop_lower is not None and self.price <= config.stop_lower),
            ("stop_upper", config.stop_upper is not None and self.price >= config.stop_upper),
            ("stop_loss", config.stop_loss_pct is not None and total <= -hundredth * config.stop_loss_pct),
            ("take_profit", config.take_profit_pct is not None and total >= hundredth * config.take_profit_pct),
        ]
        self.result.stopped_by = next((name for name, is_reached in stops if is_reached), "")
        return bool(self.result.stopped_by)

    def finish(self) -> None:
        """Nothing rests any more; sell what can be sold, if asked, then hand the rest back at the present price."""
        self.book.clear()
        if self.result.stopped_by in self.config.sell_on:
            quantity = down(Fraction(self.result.base), self.config.size_increment)
            if self.is_tradable(quantity, self.price) and self.volume:
                sold = min(quantity, self.volume)
                self.trade("sell", self.price, sold, self.config.taker, None)
                quantity = down(Fraction(self.result.base), self.config.size_increment)
            if self.is_tradable(quantity, self.price):
                return
        self.result.floating = self.total() - self.result.matched
        self.ended = True

    def lay_out(self) -> None:
        lines = lines_of(self.config)
        self.lines = lines
        for i, quantity in enumerate(quantities_of(self.config, lines, self.price)):
            empty = dict.fromkeys(("gross", "bought", "cost", "sold", "proceeds", "profit"), Decimal(0))
            sizes = {"first": quantity, "quantity": quantity, "cycles": 0}
            self.rungs.append({"buy": lines[i], "sell": lines[i + 1], **sizes, **empty})
        self.holding = [rung for rung in self.rungs if rung["buy"] > self.price]

    def buy_missing(self) -> None:
        """Buy what the holding rungs need at the market; when all is there, share its cost out."""
        config = self.config
        needed = sum((rung["quantity"] for rung in self.holding), Decimal(0))
        missing = needed - self.received
        if missing > 0 and self.volume:
            if config.fee_in_base:
                missing = up(Fraction(missing) / (1 - Fraction(config.taker)), config.size_increment)
            if not self.is_tradable(missing, self.price):
                least = max(Fraction(config.min_quantity), Fraction(config.min_notional) / Fraction(self.price))
                missing = up(least, config.size_increment)
            self.trade("buy", self.price, min(missing, self.volume), config.taker, None)
        if self.received < needed:
            return
        shares = [
            down(Fraction(self.started_cost) * Fraction(rung["quantity"]) / Fraction(needed), Decimal("0.00000001"))
            for rung in self.holding[:-1]
        ]
        shares.append(self.started_cost - sum(shares, Decimal(0)))
        for rung, share in zip(self.holding, shares, strict=False):
            rung["gross"] = rung["bought"] = rung["quantity"]
            rung["cost"] = share
        self.spare = self.received - needed
        self.ladder_done = True

    def is_tradable(self, quantity: Decimal, price: Decimal) -> bool:
        config = self.config
        return quantity > 0 and quantity >= config.min_quantity and quantity * price >= config.min_notional

    def wanted_of(self, rungs: list[Row]) -> list[Row]:
        """What these rungs would like to rest and does not rest yet."""
        resting: dict[tuple[int, str], Decimal] = {}
        for row in self.book:
            key = (id(row["rung"]), row["side"])
            resting[key] = resting.get(key, Decimal(0)) + row["left"]
        wanted = []
        for rung in rungs:
            to_buy = rung["quantity"] - rung["gross"] - resting.get((id(rung), "buy"), 0)
            to_sell = rung["bought"] - rung["sold"] - resting.get((id(rung), "sell"), 0)
            if to_sell:
                to_sell = down(Fraction(to_sell), self.config.size_increment)
            for side, quantity in (("buy", to_buy), ("sell", to_sell)):
                if quantity and self.is_tradable(quantity, rung[side]):
                    wanted.append({"side": side, "price": rung[side], "left": quantity, "rung": rung})
        return wanted

    def close_if_done(self, rung: Row) -> None:
        """Close the cycle when nothing of it rests, is to be bought or can be sold any more."""
        if not rung["gross"] or any(row["rung"] is rung for row in self.book) or self.wanted_of([rung]):
            return
        left_over, kept_cost = rung["bought"] - rung["sold"], Decimal(0)
        if left_over:
            share = Fraction(rung["cost"]) * Fraction(rung["sold"]) / Fraction(rung["bought"])
            kept_cost = rung["cost"] - down(share, Decimal("0.00000001"))
        profit = rung["proceeds"] - (rung["cost"] - kept_cost)
        self.result.matched += profit
        self.result.cycles += 1
        rung["profit"] += profit
        rung["cycles"] += 1
        if self.config.compounding:
            spent_again = Fraction(rung["proceeds"]) / resting_unit_cost(self.config, rung["buy"])
            rung["quantity"] = max(rung["first"], down(spent_again, self.config.size_increment))
        rung.update(gross=Decimal(0), bought=left_over, cost=kept_cost, sold=Decimal(0), proceeds=Decimal(0))

    def rank(self, row: Row) -> tuple[Decimal, bool]:
        return (abs(row["price"] - self.price), row["side"] == "sell")

    def choose(self, wanted: list[Row]) -> None:
        """Too many for the venue: the nearest rest, the others go and may not come before the next choice."""
        nearest = sorted(self.book + wanted, key=self.rank)[: self.config.order_cap]
        self.book[:] = [row for row in self.book if any(row is near for near in nearest)]
        self.chosen = {(id(row["rung"]), row["side"]) for row in wanted if any(row is near for near in nearest)}
        for rung in self.rungs:
            self.close_if_done(rung)

    def place_wanted(self) -> None:
        """Let everything rest that may rest now. What trades on arrival changes its rung, so look again until quiet."""
        cell = sum(1 for line in self.lines if line <= self.price)
        is_choice_due = self.filled_since_look or cell != self.cell
        self.cell, self.filled_since_look = cell, False
        has_traded = True
        while has_traded:
            has_traded = False
            wanted = self.wanted_of(self.rungs)
            if len(self.book) + len(wanted) > self.config.order_cap:
                if is_choice_due:
                    self.choose(wanted)
                    is_choice_due = False
                wanted = [row for row in self.wanted_of(self.rungs) if (id(row["rung"]), row["side"]) in self.chosen]
            for row in sorted(wanted, key=self.rank):
                would_trade = row["price"] >= self.price if row["side"] == "buy" else row["price"] <= self.price
                if (would_trade and self.config.post_only) or len(self.book) >= self.config.order_cap:
                    continue
                self.book.append(row)
                if would_trade and self.volume:
                    quantity = min(row["left"], self.volume)
                    row["left"] -= quantity
                    self.trade(row["side"], self.price, quantity, self.config.taker, row["rung"])
                    self.book[:] = [other for other in self.book if other["left"]]
                    self.close_if_done(row["rung"])
                    has_traded = True
