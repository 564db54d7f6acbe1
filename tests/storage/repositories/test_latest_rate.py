"""The newest rate that the database knows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.market import FxRate
from storage.database import Database
from storage.repositories.fx_rates import FxRateRepository

D = Decimal


async def test_the_newest_rate_is_found_whoever_said_it(database: Database) -> None:
    rates = FxRateRepository(database)
    assert await rates.latest("USDTKRW") is None
    now = datetime.now(UTC).replace(microsecond=0)
    newest = FxRate("USDTKRW", D("1381.5"), "bithumb", now - timedelta(minutes=1))
    await rates.log_rates([FxRate("USDTKRW", D(1380), "upbit", now - timedelta(hours=1)), newest])
    assert await rates.latest("USDTKRW") == newest
    assert await rates.latest("USDKRW") is None
