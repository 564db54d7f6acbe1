"""Technical indicators of recorded candles, one row a bar, as the customer's document 001 lists them."""

from typing import Annotated

from sqlalchemy import Double
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Row, Words
from storage.tables.series import BY_TIME

#: NULL while there are too few bars before it.
Indicator = Annotated[float | None, mapped_column(Double)]


class TechnicalIndicatorRow(Row):
    """What was computed of the bar that opened at `timestamp` and those before it; NULL was not computed."""

    __tablename__ = "technical_indicators"
    __table_args__ = BY_TIME

    venue: Mapped[Words] = mapped_column(primary_key=True)
    symbol: Mapped[Words] = mapped_column(primary_key=True)
    timeframe_s: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    ma_5: Mapped[Indicator]
    ma_10: Mapped[Indicator]
    ma_20: Mapped[Indicator]
    ma_50: Mapped[Indicator]
    ma_100: Mapped[Indicator]
    ma_200: Mapped[Indicator]
    ema_8: Mapped[Indicator]
    ema_13: Mapped[Indicator]
    ema_21: Mapped[Indicator]
    ema_50: Mapped[Indicator]
    ema_200: Mapped[Indicator]
    rsi_14: Mapped[Indicator]
    stochastic_k: Mapped[Indicator]
    stochastic_d: Mapped[Indicator]
    macd_line: Mapped[Indicator]
    macd_signal: Mapped[Indicator]
    macd_histogram: Mapped[Indicator]
    cci_20: Mapped[Indicator]
    atr_14: Mapped[Indicator]
    bollinger_upper: Mapped[Indicator]
    bollinger_middle: Mapped[Indicator]
    bollinger_lower: Mapped[Indicator]
    keltner_upper: Mapped[Indicator]
    keltner_middle: Mapped[Indicator]
    keltner_lower: Mapped[Indicator]
    volume_ma_20: Mapped[Indicator]
    obv: Mapped[Indicator]
    vwap: Mapped[Indicator]
