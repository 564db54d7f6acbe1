"""The four CSV files of a small history, as another program wrote them."""

from collections.abc import Mapping
from pathlib import Path

#: A position that opened and closed (two lines, as a log has it), and one that is open; one time without a zone.
FILES: Mapping[str, str] = {
    "positions.csv": """\
id,symbol,direction,size,entry_upbit_price,entry_binance_price,entry_spread_pct,exit_upbit_price,exit_binance_price,\
exit_spread_pct,pnl_krw,pnl_pct,status,timestamp_open,timestamp_close,note
1,BTC,upbit_short_binance_long,0.015,145000000,100000.12345678,0.8123,,,,,,OPEN,2025-11-15T03:40:15+09:00,,x
1,BTC,upbit_short_binance_long,0.015,145000000,100000.12345678,0.8123,144500000,99900.5,0.1,12345.67,0.55,CLOSED,\
2025-11-15T03:40:15+09:00,2025-11-15T04:40:15+09:00,x
2,ETH,upbit_long_binance_short,1e-1,4800000,3200.5,-0.2,,,,,,OPEN,2025-11-15 03:40:15,,
""",
    "orders.csv": """\
timestamp,leg_id,position_id,symbol,venue,side,qty,price_theoretical,price_effective,slippage_bps,order_id
2025-11-15T03:40:15+09:00,pos_001_leg_0,1,BTC,upbit,sell,0.015,145000000,144990000,0.69,
2025-11-15T03:40:15+09:00,pos_001_leg_1,1,BTC,binance_futures,long,0.015,100000.12345678,,,abc
2025-11-15T03:41:00+09:00,pos_009_leg_0,,BTC,upbit,buy,1,1,1,0,
""",
    "trades.csv": """\
position_id,symbol,direction,size,side,price_upbit,price_binance,pnl_krw,pnl_pct,timestamp
1,BTC,upbit_short_binance_long,0.015,OPEN,145000000,100000.12345678,,,2025-11-15T03:40:15+09:00
1,BTC,upbit_short_binance_long,0.015,CLOSE,144500000,99900.5,12345.67,0.55,2025-11-15T04:40:15+09:00
,XRP,upbit_short_binance_long,10,OPEN,3000,2.1,,,1763145615
""",
    "spreads.csv": """\
symbol,upbit_price,binance_price,binance_price_krw,spread_pct,net_spread_pct,is_opportunity,timestamp
BTC,145000000,100000.12345678,144000000.5,0.8123,0.5,True,2025-11-15T03:40:15.123456+09:00
BTC,145000000,100000.12345678,144000000.5,0.8123,0.5,false,2025-11-15T03:40:16+09:00
""",
}


def write_files(folder: Path, **replaced: str) -> Path:
    """All four, some with another content (by name without `.csv`)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_text(replaced.get(name.removesuffix(".csv"), content), encoding="utf-8")
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """One file with one text replaced, for `write_files`."""
    content = FILES[f"{name}.csv"]
    assert old in content
    return {name: content.replace(old, new, 1)}
