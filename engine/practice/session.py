"""One connected desk: its requests one after the other, and what it is told, never waiting for it."""

import asyncio
import contextlib
import logging

from engine.domain import phrases
from engine.domain.codec import Json, from_json, to_json
from engine.domain.messages import OrderAccepted, OrderRejected
from engine.domain.order import Order
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.practice.audit import Audit
from engine.practice.book import PracticeBook
from engine.practice.exchange import Audience, PracticeExchange
from engine.venues import practice_wire as wire
from engine.venues.tape import instant

log = logging.getLogger(__name__)

#: A desk that lets more than this pile up is slow or asleep; it is disconnected, and asks for everything when it comes
#: again.
MOST_UNREAD_BYTES = 2 * 1024 * 1024


class Session:
    """A line to one desk. It speaks for one account, named in its first request."""

    def __init__(
        self,
        exchange: PracticeExchange,
        audit: Audit,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most_unread: int = MOST_UNREAD_BYTES,
    ) -> None:
        self._exchange = exchange
        self._audit = audit
        self._reader = reader
        self._writer = writer
        self._most_unread = most_unread
        self._desk = ""
        self._account = ""
        self._audience: Audience | None = None
        self._is_over = False

    async def run(self) -> None:
        """Answer until the desk is gone, says something that is no request, or is too slow."""
        try:
            while not self._is_over:
                text = await self._reader.readline()
                if not text.endswith(b"\n"):
                    # The end, or half a message that nobody will finish.
                    return
                await self._take(text)
        except (OSError, ValueError) as error:
            # StreamReader says ValueError for a line beyond its limit.
            self._note("garbage", error=str(error))
        except VenueUnavailable as error:
            log.error("%s", error)  # noqa: TRY400 - the sentence says it all
        finally:
            self.end()

    def tell(self, said: bytes) -> None:
        """Write without waiting; a desk that does not read is disconnected."""
        if self._is_over:
            return
        self._writer.write(said)
        if self._writer.transport.get_write_buffer_size() > self._most_unread:
            log.warning("the desk %s of %s does not read, so it is disconnected", self._desk, self._account)
            self._note("slow")
            self.end()

    def end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if self._audience is not None and self in self._audience.listeners:
            self._audience.listeners.remove(self)
            with contextlib.suppress(VenueUnavailable):
                self._note("bye")
        if self._writer.transport.get_write_buffer_size():
            # Whoever does not read would keep the rest of it, and this line, for ever.
            self._writer.transport.abort()
        else:
            self._writer.close()

    # Requests

    async def _take(self, text: bytes) -> None:
        """One request. Raises ValueError for what is none: who speaks another language is not listened to."""
        said = wire.parse(text)
        number, ask = said.get("id"), said.get("ask")
        if not isinstance(number, int) or isinstance(number, bool) or not isinstance(ask, str):
            raise ValueError("a request needs an id and an ask")  # noqa: TRY004 - bad input, not a bug
        try:
            answer = await self._answer(ask, said)
        except UsageError as error:
            self._note(ask, refusal=str(error))
            self.tell(wire.line(to=number, refusal=str(error)))
            return
        except GridwrightError as error:
            self.tell(wire.line(to=number, refusal=str(error)))
            raise
        self.tell(wire.line(to=number, answer=answer))

    async def _answer(self, ask: str, said: dict[str, Json]) -> Json:
        if ask == wire.HELLO:
            return self._hello(said)
        if self._audience is None:
            raise ValueError("the first request is hello")
        book, _ = self._exchange.account(self._account)
        if ask == wire.LISTEN:
            return self._listen(book)
        if ask == wire.OPEN:
            return list[Json](sorted(await book.open_client_order_ids(self._exchange.instrument.symbol)))
        if ask == wire.BALANCES:
            return [[asset, str(total), str(reserved)] for asset, total, reserved in await book.balances()]
        if ask == wire.INSPECT:
            return to_json(await book.inspect(()))
        if ask in (wire.PLACE, wire.CANCEL, wire.REPORT):
            return await self._about_order(ask, book, from_json(Order, said.get("order")))
        raise ValueError(f"{ask!r} is no request")

    async def _about_order(self, ask: str, book: PracticeBook, order: Order) -> Json:
        # Before it is dealt with: what the exchange did is then always among what it was asked.
        self._note(ask, bot=order.bot_id, client_order_id=order.client_order_id, token=order.fencing_token)
        if ask == wire.CANCEL:
            await book.cancel(order)
            return None
        if ask == wire.REPORT:
            report = await book.report(order)
            return None if report is None else to_json(report)
        answer = await book.place(order)
        outcome = {"outcome": type(answer).__name__}
        if isinstance(answer, OrderRejected):
            outcome["code"] = answer.reason.code.value
        self._note("placed", client_order_id=order.client_order_id, **outcome)
        if isinstance(answer, OrderAccepted) and self._audience is not None:
            self._audience.tell(wire.events_line((answer,)), but=self)
        return wire.tagged(answer)

    def _hello(self, said: dict[str, Json]) -> Json:
        """Who speaks, for which account, and at which exchange that account was opened ("" on the first visit)."""
        account, desk, known = (said.get(name) for name in ("account", "desk", "exchange"))
        if self._audience is not None or not (
            isinstance(account, str) and isinstance(desk, str) and isinstance(known, str)
        ):
            raise ValueError("a hello names account, desk and exchange, once")
        exchange = self._exchange
        if said.get("protocol") != wire.PROTOCOL:
            raise UsageError(
                say(phrases.PRACTICE_OTHER_PROTOCOL, known=wire.PROTOCOL, spoken=str(said.get("protocol")))
            )
        if known not in ("", exchange.identity):
            raise UsageError(say(phrases.PRACTICE_STRANGER, account=account, known=known, identity=exchange.identity))
        _, audience = exchange.account(account)
        self._account, self._desk, self._audience = account, desk[:100], audience
        # From here on nothing that happens to the account's orders is missed; the desk keeps it until it listens.
        audience.listeners.append(self)
        self._note("hello")
        return {
            "exchange": exchange.identity,
            "at": instant(exchange.at_ms).isoformat(),
            "instrument": to_json(exchange.instrument),
        }

    def _listen(self, book: PracticeBook) -> Json:
        """The desk has reconciled: the balances of this very moment, the quote, and from now on all that happens."""
        self._note(wire.LISTEN)
        self.tell(wire.events_line((book.reported_balances(), *self._exchange.quote())))
        return None

    def _note(self, ask: str, **words: Json) -> None:
        self._audit.note(ask=ask, desk=self._desk, account=self._account, **words)
