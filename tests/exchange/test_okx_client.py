"""OKX's own client against the loopback exchange's OKX: a mistake that ccxt shares would be seen here."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.exchange.test_okx_wire import KEY, Wire, wire
from tests.support import foreign_clients

__all__ = ["wire"]
SCRIPT = Path(__file__).with_name("clients") / "okx.txt"


@pytest.mark.slow
async def test_okxs_own_client_trades_and_listens(wire: Wire) -> None:
    told = await foreign_clients.run(
        SCRIPT.read_text(encoding="utf-8"), wire.server.port, wire.server.ca_file, KEY.key, KEY.secret, KEY.passphrase
    )
    assert told["rules"] == ["0.01", "0.00001", "0.00001", "live"]
    assert abs(told["time"] - wire.spot.now_ms()) < 60_000
    assert told["book"] == "50000.01"
    assert told["placed"] == ["0", "own1"]
    assert told["bought"] == ["filled", "0.01", "-0.00002", "BTC", True]
    # 500 / 50000.01 in whole lots.
    assert told["by money"] == "0.00999"
    assert told["pending"] == ["own1"]
    assert told["fills"] == ["0.01"]
    assert told["history"] == ["own3", "own2"]
    assert told["amended"] == ["0", "0.02"]
    assert (told["canceled"], told["again"]) == ("0", "51402")
    assert told["lot"] == ["2", ["0", "51006"]]
    assert told["nobody"] == "51603"
    assert told["status"] == "0"
    assert told["config"] == ["net_mode", "read_only,trade"]
    assert told["leverage"] == "10"
    assert told["position"] == ["20", "50000.1", "10", "cross", "net"]
    assert told["flat"] == []
    assert (told["fee"], told["bills"]) == ("-0.0005", "0")
    spent = Decimal("0.01999") * Decimal("50000.01")
    lost = Decimal("0.02") * (Decimal("0.2") + (Decimal("50000.1") + Decimal("49999.9")) * Decimal("0.0005"))
    assert Decimal(told["balances"]["USDT"]) == 20_000 - spent - lost
    assert told["events"] == ["login", "subscribe", "subscribe"]
    assert told["heard"] == [["live", "0", ""], ["filled", "0.001", "T"]]
    assert told["entered"] == ["0"]
    assert told["best"] == ["50000.01"]
    assert wire.server.strays == []
