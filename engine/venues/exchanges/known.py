"""The exchanges on which real accounts trade, by the name in an account's setting "exchange"."""

from collections.abc import Callable, Mapping

from engine.venues.exchanges.binance import BinanceSpot
from engine.venues.exchanges.binanceusdm import BinanceUsdm
from engine.venues.exchanges.bitget import Bitget
from engine.venues.exchanges.bitget_mix import BitgetMix
from engine.venues.exchanges.bithumb import Bithumb
from engine.venues.exchanges.dialect import Dialect
from engine.venues.exchanges.okx import Okx
from engine.venues.exchanges.okx_swap import OkxSwap
from engine.venues.exchanges.upbit import Upbit

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "binance": BinanceSpot,
    "bitget": Bitget,
    "bitgetmix": BitgetMix,
    "bithumb": Bithumb,
    "okx": Okx,
    "okxswap": OkxSwap,
    "upbit": Upbit,
    "binanceusdm": BinanceUsdm,
}
