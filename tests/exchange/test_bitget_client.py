"""A client that is not ccxt against the loopback exchange's Bitget: a mistake that ccxt shares would be seen here."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.exchange.test_bitget_wire import KEY, Wire, wire
from tests.support import foreign_clients

__all__ = ["wire"]
SCRIPT = Path(__file__).with_name("clients") / "bitget.txt"


@pytest.mark.slow
async def test_a_client_written_from_the_documents_trades_and_listens(wire: Wire) -> None:
    told = await foreign_clients.run(
        SCRIPT.read_text(encoding="utf-8"), wire.server.port, wire.server.ca_file, KEY.key, KEY.secret, KEY.passphrase
    )
    assert told["rules"] == ["2", "5", "5", "online"]
    assert abs(told["time"] - wire.spot.now_ms()) < 60_000
    assert told["placed"] == "hand-1"
    assert told["pending"] == [["hand-1", "49000", "live"]]
    # 500 / 50000.01 in whole steps, and a fifth of a percent of that.
    assert told["bought"] == ["filled", "500", "0.00999"]
    assert told["fee"] == [-0.00001998, "BTC"]
    assert told["fill"] == ["50000.01", "0.00999", "-0.00001998", "taker"]
    assert told["lot"] == [["60000"], ["40808"]]
    assert (told["canceled"], told["again"], told["twice"]) == ("hand-1", "43004", "43118")
    spent = Decimal("0.00999") * Decimal("50000.01")
    assert told["assets"]["USDT"] == [f"{10_000 - spent:f}".rstrip("0"), "0"]
    assert told["assets"]["BTC"][1] == "0.01"
    assert told["nowhere"] == "40404"
    assert told["contract"] == ["1", "1", "0.001", "0.001"]
    assert told["leverage"] == "10"
    assert told["position"] == ["long", "0.02", "50000.1", "10", "crossed", "one_way_mode"]
    assert told["account"] == ["one_way_mode", "10"]
    opened, closed = Decimal("0.02") * Decimal("50000.1"), Decimal("0.02") * Decimal("49999.9")
    assert Decimal(told["equity"]) == 10_000 - opened * Decimal("0.0005")
    assert told["closed"] == ["filled", "YES", "net", "sell_single", "0.02"]
    assert told["flat"] == []
    fees = [f"-{value * Decimal('0.0005'):f}".rstrip("0") for value in (closed, opened)]
    assert told["fills"] == [["sell", "0.02", fees[0]], ["buy", "0.02", fees[1]]]
    assert told["bills"] == []
    assert told["nothing to close"] == [400, "22002"]
    assert told["stranger"] == 30004
    assert told["login"] == 0
    assert told["subscribed"] == {"instType": "SPOT", "channel": "orders", "instId": "default"}
    assert told["heard"] == ["hand-4", "0.001", "50000.01", "BTC", "T"]
    assert told["pong"] == "pong"
    assert told["best"] == ["50000.01", "50000.01", 5]
    assert wire.server.strays == []
