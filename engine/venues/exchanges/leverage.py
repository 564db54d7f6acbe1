"""The leverage that a futures account was opened with, set at the exchange where that has another one."""

from collections.abc import Mapping, Sequence

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.sentences import say
from engine.errors import UsageError
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import Dialect, Listed

BAD_REQUEST = 400


async def set_leverage(account: Account, dialect: Dialect, calls: CcxtCalls, listed: Sequence[Listed]) -> bool:
    """Whether it had to be set, and the rules are to be read again. Raises UsageError, NoAnswer."""
    others = _others(account, listed)
    for each in others:
        answer = await calls.ask(dialect.set_leverage(each, account.leverage))
        if answer.status >= BAD_REQUEST:
            raise _refused(account, dialect, _words(answer.body))
    return bool(others)


def check_leverage(account: Account, dialect: Dialect, listed: Sequence[Listed]) -> None:
    """Some exchanges say no with a status that says yes. Raises UsageError."""
    if others := _others(account, listed):
        raise _refused(account, dialect, f"{others[0].market_id} {others[0].instrument.rules.leverage}")


def _others(account: Account, listed: Sequence[Listed]) -> list[Listed]:
    if not account.setting("leverage"):
        return []
    return [each for each in listed if each.instrument.rules.leverage != account.leverage]


def _words(body: object) -> str:
    """Code and sentence of a refusal; the three exchanges with futures name them alike."""
    said = f"{body.get('code', '')} {body.get('msg', '')}" if isinstance(body, Mapping) else str(body)
    return " ".join(said.split())[:200]


def _refused(account: Account, dialect: Dialect, text: str) -> UsageError:
    return UsageError(
        say(phrases.LIVE_LEVERAGE_REFUSED, exchange=dialect.exchange, leverage=account.leverage, text=text)
    )
