"""Binance's own client against the loopback exchange's Binance: a mistake that ccxt shares would be seen here."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.exchange.test_binance_wire import KEY, Wire, wire
from tests.support import foreign_clients

__all__ = ["wire"]
SCRIPT = Path(__file__).with_name("clients") / "binance_spot.txt"


@pytest.mark.slow
async def test_binances_own_client_trades_and_listens(wire: Wire) -> None:
    told = await foreign_clients.run(
        SCRIPT.read_text(encoding="utf-8"), wire.server.port, wire.server.ca_file, KEY.key, KEY.secret
    )
    assert abs(told["time"] - wire.core.now_ms()) < 60_000
    assert told["tick"] == "0.01000000"
    assert told["placed"] == ["NEW", "sdk-1", "0.01000000"]
    # 700 / 50000.01 in whole steps of 0.00001, and a fifth of a percent of that.
    assert told["bought"] == ["FILLED", "0.01399000", "0.00002798", "BTC"]
    assert told["open"] == ["sdk-1"]
    assert told["query"] == "NEW"
    assert told["trades"] == ["0.01399000"]
    spent = Decimal("0.01399") * Decimal("50000.01")
    assert Decimal(told["balances"]["USDT"][0]) == 10_000 - 490 - spent
    assert told["balances"]["USDT"][1] == "490.00000000"
    assert told["commission"] == "0.00200000"
    assert told["depth"] == [5]
    assert told["canceled"] == "CANCELED"
    assert "would immediately match" in told["refused"]
    assert told["ws placed"] == "FILLED"
    assert told["heard"] == [
        ["ExecutionReport", "NEW"],
        ["OutboundAccountPosition", None],
        ["ExecutionReport", "TRADE"],
        ["OutboundAccountPosition", None],
    ]
    assert told["best"] == ["A", "B", "a", "b", "s", "u"]
    assert told["ws refused"] == {"code": -2011, "msg": "Unknown order sent."}
    assert wire.server.strays == []
