"""The tables that 0004 makes, as they were then. `{by_time}` parts a table by range where TimescaleDB does not."""

BY_TIME = " PARTITION BY RANGE (timestamp)"

INDICATORS = (
    "ma_5", "ma_10", "ma_20", "ma_50", "ma_100", "ma_200",
    "ema_8", "ema_13", "ema_21", "ema_50", "ema_200",
    "rsi_14", "stochastic_k", "stochastic_d", "macd_line", "macd_signal", "macd_histogram", "cci_20",
    "atr_14", "bollinger_upper", "bollinger_middle", "bollinger_lower",
    "keltner_upper", "keltner_middle", "keltner_lower",
    "volume_ma_20", "obv", "vwap",
)  # fmt: skip

BAR = """
    open_price double precision NOT NULL,
    high_price double precision NOT NULL,
    low_price double precision NOT NULL,
    close_price double precision NOT NULL,
    volume double precision NOT NULL,
"""

SERIES = (
    f"""
    CREATE TABLE candles (
        venue text NOT NULL,
        symbol text NOT NULL,
        timeframe_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        {BAR}
        is_closed boolean NOT NULL,
        vwap double precision,
        CONSTRAINT pk_candles PRIMARY KEY (venue, symbol, timeframe_s, timestamp)
    ){{by_time}}
    """,
    """
    CREATE TABLE tickers (
        venue text NOT NULL,
        symbol text NOT NULL,
        timestamp timestamptz NOT NULL,
        bid_price double precision,
        ask_price double precision,
        spread double precision,
        opening_price double precision,
        closing_price double precision,
        high_price double precision,
        low_price double precision,
        volume double precision,
        value double precision,
        change_24h double precision,
        change_rate_24h double precision
    ){by_time}
    """,
    "CREATE INDEX idx_tickers_symbol_time ON tickers (venue, symbol, timestamp)",
    """
    CREATE TABLE orderbooks (
        venue text NOT NULL,
        symbol text NOT NULL,
        timestamp timestamptz NOT NULL,
        bids double precision[] NOT NULL,
        asks double precision[] NOT NULL,
        bid_volume double precision,
        ask_volume double precision,
        spread double precision,
        mid_price double precision
    ){by_time}
    """,
    "CREATE INDEX idx_orderbooks_symbol_time ON orderbooks (venue, symbol, timestamp)",
    """
    CREATE TABLE transactions (
        venue text NOT NULL,
        symbol text NOT NULL,
        timestamp timestamptz NOT NULL,
        price double precision NOT NULL,
        quantity double precision NOT NULL,
        value double precision NOT NULL,
        side text NOT NULL,
        venue_trade_id text,
        CONSTRAINT unique_transaction UNIQUE (venue, symbol, venue_trade_id, timestamp)
    ){by_time}
    """,
    "CREATE INDEX idx_transactions_symbol_time ON transactions (venue, symbol, timestamp)",
    f"""
    CREATE TABLE technical_indicators (
        venue text NOT NULL,
        symbol text NOT NULL,
        timeframe_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        {", ".join(f"{name} double precision" for name in INDICATORS)},
        CONSTRAINT pk_technical_indicators PRIMARY KEY (venue, symbol, timeframe_s, timestamp)
    ){{by_time}}
    """,
    """
    CREATE TABLE spreads (
        symbol text NOT NULL,
        won_venue text NOT NULL,
        foreign_venue text NOT NULL,
        timestamp timestamptz NOT NULL,
        won_price double precision NOT NULL,
        foreign_price double precision NOT NULL,
        foreign_price_krw double precision NOT NULL,
        spread_pct double precision NOT NULL,
        net_spread_pct double precision NOT NULL,
        is_opportunity boolean DEFAULT false NOT NULL,
        created_at timestamptz DEFAULT now() NOT NULL,
        CONSTRAINT pk_spreads PRIMARY KEY (symbol, won_venue, foreign_venue, timestamp)
    ){by_time}
    """,
    "CREATE INDEX idx_spreads_timestamp ON spreads (timestamp)",
    "CREATE INDEX idx_spreads_is_opportunity ON spreads (symbol, timestamp) WHERE is_opportunity",
    """
    CREATE TABLE fx_rates (
        pair text NOT NULL,
        source text DEFAULT '' NOT NULL,
        timestamp timestamptz NOT NULL,
        rate double precision NOT NULL,
        created_at timestamptz DEFAULT now() NOT NULL,
        CONSTRAINT pk_fx_rates PRIMARY KEY (pair, source, timestamp)
    ){by_time}
    """,
    """
    CREATE TABLE funding_rates (
        venue text NOT NULL,
        symbol text NOT NULL,
        timestamp timestamptz NOT NULL,
        rate double precision NOT NULL,
        mark_price double precision,
        CONSTRAINT pk_funding_rates PRIMARY KEY (venue, symbol, timestamp)
    ){by_time}
    """,
)

OWN = """
        user_id bigint DEFAULT current_user_id() NOT NULL,
        venue text NOT NULL,
        symbol text NOT NULL,
"""


def of_account(table: str) -> str:
    """The references of a table of somebody's market in its own time."""
    return f"""
        CONSTRAINT fk_{table}_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT fk_{table}_user_id_venue FOREIGN KEY (user_id, venue)
            REFERENCES accounts (user_id, venue) ON DELETE CASCADE
    """


PLAIN = (
    f"""
    CREATE TABLE replayed_candles (
        {OWN}
        timeframe_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        {BAR}
        is_closed boolean NOT NULL,
        vwap double precision,
        CONSTRAINT pk_replayed_candles PRIMARY KEY (user_id, venue, symbol, timeframe_s, timestamp),
        {of_account("replayed_candles")}
    )
    """,
    f"""
    CREATE TABLE replayed_tickers (
        {OWN}
        timestamp timestamptz NOT NULL,
        bid_price double precision NOT NULL,
        ask_price double precision NOT NULL,
        {of_account("replayed_tickers")}
    )
    """,
    "CREATE INDEX idx_replayed_tickers_symbol_time ON replayed_tickers (user_id, venue, symbol, timestamp)",
    f"""
    CREATE TABLE candle_rollups (
        venue text NOT NULL,
        symbol text NOT NULL,
        timeframe_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        {BAR}
        vwap double precision,
        bars integer NOT NULL,
        CONSTRAINT pk_candle_rollups PRIMARY KEY (venue, symbol, timeframe_s, timestamp)
    )
    """,
    """
    CREATE TABLE spread_rollups (
        symbol text NOT NULL,
        won_venue text NOT NULL,
        foreign_venue text NOT NULL,
        hour timestamptz NOT NULL,
        avg_spread_pct double precision NOT NULL,
        avg_net_spread_pct double precision NOT NULL,
        max_spread_pct double precision NOT NULL,
        min_spread_pct double precision NOT NULL,
        readings integer NOT NULL,
        CONSTRAINT pk_spread_rollups PRIMARY KEY (symbol, won_venue, foreign_venue, hour)
    )
    """,
    """
    CREATE TABLE rollup_progress (
        view_name text NOT NULL,
        rolled_until timestamptz NOT NULL,
        CONSTRAINT pk_rollup_progress PRIMARY KEY (view_name)
    )
    """,
    """
    CREATE TABLE rollup_changes (
        id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        series text NOT NULL,
        since timestamptz NOT NULL,
        until timestamptz NOT NULL,
        CONSTRAINT pk_rollup_changes PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX idx_rollup_changes_series ON rollup_changes (series, since)",
    """
    CREATE TABLE series_retention (
        series text NOT NULL,
        dropped_before timestamptz NOT NULL,
        CONSTRAINT pk_series_retention PRIMARY KEY (series)
    )
    """,
)

#: Everything, newest dependants first.
NAMES = (
    "series_retention", "rollup_changes", "rollup_progress", "spread_rollups", "candle_rollups",
    "replayed_tickers", "replayed_candles",
    "funding_rates", "fx_rates", "spreads", "technical_indicators", "transactions", "orderbooks", "tickers", "candles",
)  # fmt: skip
