"""A host of its own for tests in other processes: faults, acts, the true state, the auditor. JSON both ways.

POST https://control.test/VENUE/ACT with the act's arguments in the body; GET https://control.test/ lists venues and
acts. Decimals are text. A refusal is answered with 409 and its reason, a mistake with 400 and a sentence.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from tests.support.exchange.audit import Auditor
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Action, Plan, Point, Rule
from tests.support.exchange.flow import Player
from tests.support.exchange.office import Hand, Office
from tests.support.exchange.ports import Answer, Asked, Core, Socket, Trouble
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.told import Intent, Told, Trade, Wish
from tests.support.exchange.values import Refused, Side
from tests.support.exchange.writing import plain

HOST = "control.test"

Act = Callable[[Mapping[str, Any]], Any]


class Control:
    """A skin without a venue. `cut` ends a venue's WebSockets; `players` are the flows of a venue."""

    def __init__(
        self,
        exchanges: Mapping[str, Exchange],
        plan: Plan,
        players: Mapping[str, Sequence[Player]],
        cut: Callable[[str, int | None], int],
    ) -> None:
        self._exchanges = dict(exchanges)
        self._plan = plan
        self._players = players
        self._cut = cut
        self.trouble: Trouble | None = None
        self.hosts = (HOST,)
        self.cores: tuple[Core, ...] = ()
        self.core: Core = next(iter(self._exchanges.values()))

    def answer(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        if asked.path == "/":
            return Answer({"venues": list(self._exchanges), "acts": sorted(self._acts(next(iter(self._exchanges))))})
        try:
            venue, act = parts
            told = json.loads(asked.body) if asked.body else {}
            answer = self._acts(venue)[act](told)
        except Refused as refused:
            return Answer({"refused": refused.reason.value, "text": refused.text}, 409)
        except (ValueError, LookupError, TypeError, ArithmeticError) as error:
            return Answer({"error": f"{type(error).__name__}: {error}"}, 400)
        return Answer(_plain(answer))

    def connect(self, socket: Socket) -> bool:
        return False

    def hear(self, socket: Socket, text: str) -> None:
        """Nobody is connected."""

    def is_order_entry(self, asked: Asked) -> bool:
        return False

    def is_cancel(self, asked: Asked) -> bool:
        return False

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        return Answer({}, 429)

    def _acts(self, venue: str) -> Mapping[str, Act]:
        exchange = self._exchanges[venue]
        office = Office(exchange, self._plan.acts)
        strangers = Strangers(exchange)

        def hand(told: Mapping[str, Any]) -> Hand:
            return Hand(exchange, told["account"], self._plan.acts)

        return {
            "fault": lambda told: self._fault(venue, told),
            "clear-faults": lambda _: self._plan.clear(),
            "counts": lambda _: self._plan.counts(),
            "cut": lambda told: self._cut(venue, told.get("code")),
            "speed": lambda told: self._each(venue, lambda player: player.set_speed(told["speed"])),
            "stop-flow": lambda _: self._each(venue, Player.stop),
            "start-flow": lambda _: self._each(venue, Player.start),
            "move": lambda told: strangers.move_to(
                told["symbol"], Decimal(told["price"]), size=Decimal(told.get("size", "1"))
            ),
            "take": lambda told: strangers.take(told["symbol"], Side(told["side"]), Decimal(told["size"])),
            "clock": lambda _: min((player.market_ms for player in self._players.get(venue, ())), default=0),
            "top": lambda told: _top(exchange, told["symbol"]),
            "halt": lambda told: office.halt(told["symbol"]),
            "resume": lambda told: office.resume(told["symbol"]),
            "delist": lambda told: office.delist(told["symbol"]),
            "tick": lambda told: office.change_tick(told["symbol"], Decimal(told["increment"])),
            "end-order": lambda told: office.end_order(told["order_id"]),
            "fill": lambda told: office.fill(told["order_id"], _decimal(told.get("size")), told.get("parts", 1)),
            "lag": lambda told: office.lag(told["lag_ms"]),
            "skew": lambda told: office.skew(told["skew_ms"]),
            "mark": lambda told: exchange.perps.set_mark(told["symbol"], Decimal(told["price"])),
            "fund": lambda _: exchange.perps.fund(),
            "order": lambda told: hand(told).order(
                told["symbol"],
                Side(told["side"]),
                Decimal(told["size"]),
                _decimal(told.get("price")),
                told.get("client_order_id", ""),
            ),
            "cancel": lambda told: hand(told).cancel(told["order_id"]),
            "cancel-all": lambda told: exchange.cancel_all(told["account"]),
            "key": lambda told: _change_key(exchange, told),
            "deposit": lambda told: hand(told).move_money(told["asset"], Decimal(told["amount"])),
            "orders": lambda told: exchange.truth(told["account"]),
            "balances": lambda told: exchange.balances(told["account"]),
            "positions": lambda told: exchange.positions(told["account"]),
            "knocks": lambda _: exchange.history.knocks,
            "usage": lambda _: {
                "requests": exchange.history.requests,
                "refused_for_limits": exchange.history.refused_for_limits,
                "over_limits": exchange.history.over_limits,
            },
            "audit": lambda told: Auditor(exchange).check(_told(told), is_settled=told.get("is_settled", True)),
        }

    def _each(self, venue: str, act: Callable[[Player], None]) -> int:
        players = self._players.get(venue, ())
        for player in players:
            act(player)
        return len(players)

    def _fault(self, venue: str, told: Mapping[str, Any]) -> None:
        more = {name: value for name, value in told.items() if name not in ("point", "action")}
        self._plan.add(Rule(Point(told["point"]), Action(told["action"]), venue=venue, **more))


def _change_key(exchange: Exchange, told: Mapping[str, Any]) -> None:
    """Other rights of a key: can_trade, can_withdraw, is_ip_bound, expires_ms. Raises LookupError."""
    found = exchange.key(told["key"])
    if found is None:
        raise LookupError(told["key"])
    account, key = found
    exchange.open_account(account, replace(key, **{name: value for name, value in told.items() if name != "key"}))


def _top(exchange: Exchange, symbol: str) -> dict[str, Decimal | None]:
    """The best prices that rest."""
    book = exchange.book(symbol, 1)
    return {
        "bid": book.bids[0][0] if book.bids else None,
        "ask": book.asks[0][0] if book.asks else None,
    }


def _told(told: Mapping[str, Any]) -> Told:
    return Told(
        account=told["account"],
        intents=tuple(
            Intent(
                **{
                    **row,
                    "quantity": Decimal(row["quantity"]),
                    "price": _decimal(row["price"]),
                    "filled": Decimal(row["filled"]),
                }
            )
            for row in told["intents"]
        ),
        trades=tuple(
            Trade(**{**row, **{name: Decimal(row[name]) for name in ("price", "quantity", "fee")}})
            for row in told["trades"]
        ),
        balances=_decimals(told["balances"]),
        position_assets=told.get("position_assets", {}),
        most_bound=_decimals(told.get("most_bound", {})),
        profit=_decimal(told.get("profit")),
        quote=told.get("quote", ""),
        marks=_decimals(told.get("marks", {})),
        ladder=_ladder(told.get("ladder")),
    )


def _ladder(rows: Sequence[Mapping[str, str]] | None) -> tuple[Wish, ...] | None:
    if rows is None:
        return None
    return tuple(Wish(row["symbol"], row["side"], Decimal(row["price"]), Decimal(row["quantity"])) for row in rows)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _decimals(told: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    """Decimals as text, records as objects."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    return value
