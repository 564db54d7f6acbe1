"""Whatever goes wrong in ccxt, said in one sentence: it raises far more than its own errors."""

from http import HTTPStatus

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError, VenueUnavailable

#: Too many requests, and what follows when they do not end.
TOO_MANY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT)


def ours(error: Exception, exchange: str, symbol: str = "", *, has_heard: bool = False) -> GridwrightError:
    """The error that the desk knows. `has_heard`: the line told something before, so it broke off."""
    if isinstance(error, GridwrightError):
        return error
    # By name, because ccxt is not imported here.
    names = {kind.__name__ for kind in type(error).__mro__}
    if "BadSymbol" in names:
        return UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=exchange, symbol=symbol))
    if names & {"RateLimitExceeded", "DDoSProtection"}:
        return VenueUnavailable(say(phrases.FEED_TOO_MANY, exchange=exchange))
    if "RequestTimeout" in names or isinstance(error, TimeoutError):
        return VenueUnavailable(say(phrases.FEED_NO_ANSWER, exchange=exchange))
    if "NetworkError" in names or isinstance(error, OSError):
        return gone(exchange, has_heard=has_heard)
    if "BaseError" in names:
        text = " ".join(str(error).split())[:200]
        return VenueUnavailable(say(phrases.FEED_REFUSED, exchange=exchange, text=text))
    return VenueUnavailable(say(phrases.FEED_STRANGE, exchange=exchange, cause=type(error).__name__))


def gone(exchange: str, *, has_heard: bool) -> VenueUnavailable:
    """The line is lost."""
    template = phrases.FEED_BROKE_OFF if has_heard else phrases.FEED_UNREACHABLE
    return VenueUnavailable(say(template, exchange=exchange))


def checked_body(exchange: str, status: int, body: str) -> str:
    """The text of an answer, looked at before ccxt takes a page of a closed exchange for an empty list."""
    text = body.strip()
    if status in TOO_MANY:
        # ccxt has four different classes for this.
        raise VenueUnavailable(say(phrases.FEED_TOO_MANY, exchange=exchange))
    if status == HTTPStatus.OK and not text.startswith(("{", "[")):
        raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=exchange, cause="no JSON"))
    return text
