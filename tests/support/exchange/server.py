"""All venues behind one TLS port: who is asked is told by the host name. Faults strike here, whatever the venue."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

from aiohttp import web

from engine.venues.ccxt_line import Route
from tests.support.exchange.core import Exchange
from tests.support.exchange.dialling import LOOPBACK, route_to
from tests.support.exchange.faults import Action, Plan, Point, Rule
from tests.support.exchange.history import Ban, History, Knock
from tests.support.exchange.line import Line, reset
from tests.support.exchange.ports import Answer, Asked, Skin, Socket
from tests.support.exchange.tls import Authority
from tests.support.exchange.writing import written

log = logging.getLogger(__name__)

PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"
KEEP_AWAY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT)


class Server:
    """Belongs to one loop, whose time drives everything. After a stop it starts again on the same port.

    `folder` is where the authority's certificate goes; without one the port speaks no TLS (a virtual network).
    """

    def __init__(self, skins: Sequence[Skin], folder: Path | None, plan: Plan | None = None, port: int = 0) -> None:
        self.skins = tuple(skins)
        self.plan = plan or Plan(skins[0].core.now_ms)
        self.port = port
        self.lines: dict[Line, Skin] = {}
        self.strays: list[str] = []
        self.dials = 0
        #: (when, method, host and path) of the last requests: what a failed test wants to see first.
        self.recent: deque[tuple[int, str, str]] = deque(maxlen=500)
        self._by_host: dict[str, Skin] = {}
        for skin in skins:
            for host in skin.hosts:
                # Binance's futures ask its spot host about keys; who is named first plays a host.
                self._by_host.setdefault(host, skin)
        self._authority = None if folder is None else Authority(folder)
        self._context: ssl.SSLContext | None = None
        if self._authority is not None:
            self._context = self._authority.server_context(sorted(self._by_host))
        self._runner: web.AppRunner | None = None
        for skin in self.skins:
            skin.trouble = _Words(self.plan, name_of(skin))

    @property
    def ca_file(self) -> Path:
        assert self._authority is not None, "this server speaks no TLS"
        return self._authority.ca_file

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self.take)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port, ssl_context=self._context).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nobody is listened to; every connection is gone, and new ones are refused."""
        self.cut()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def route(self) -> Route:
        """A client's way here, under the venues' own addresses."""
        return route_to(self.port, self.ca_file)

    def cut(self, venue: str = "", code: int | None = None) -> int:
        """End all WebSockets of a venue ("" all), with a closing code or by a reset; how many there were."""
        found = [line for line, skin in self.lines.items() if venue in ("", name_of(skin))]
        for line in found:
            if code is None:
                line.reset()
            else:
                line.close(code)
        return len(found)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request or one WebSocket from beginning to end."""
        host = request.host.partition(":")[0]
        skin = self._by_host.get(host)
        if skin is None:
            self.strays.append(f"{request.method} {request.host}{request.raw_path}")
            return web.Response(status=HTTPStatus.MISDIRECTED_REQUEST, text=f"{host} is not played here")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._dialled(request, skin)
        asked = await _asked(request, host)
        kind = "order" if skin.is_order_entry(asked) else "cancel" if skin.is_cancel(asked) else "query"
        self._note(skin, asked)
        rule = self.plan.strike(Point.REQUEST, name_of(skin), kind, f"{asked.path}?{asked.raw_query}{asked.body}")
        if rule is None:
            return self._response(skin, asked, skin.answer(asked))
        return await self._spoilt(request, skin, asked, rule)

    async def _dialled(self, request: web.Request, skin: Skin) -> web.StreamResponse:
        rule = self.plan.strike(Point.DIAL, name_of(skin), "", f"{request.host}{request.raw_path}")
        if rule is not None:
            match rule.action:
                case Action.RESET:
                    reset(request.transport)
                case Action.HANG | Action.DELAY:
                    await _wait(rule.delay_s)
                case _:
                    pass
            if rule.action not in (Action.DELAY, Action.PASS):
                return web.Response(status=rule.status, text=PAGE.format(rule.status), content_type="text/html")
        line = Line(request, name_of(skin), self.plan)
        if not skin.connect(line):
            line.ended()
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        self.dials += 1
        self.lines[line] = skin
        try:
            return await line.serve(lambda text: skin.hear(line, text))
        finally:
            self.lines.pop(line, None)

    async def _spoilt(self, request: web.Request, skin: Skin, asked: Asked, rule: Rule) -> web.StreamResponse:
        action = rule.action
        if action is Action.PASS:
            return self._response(skin, asked, skin.answer(asked))
        if action is Action.COUNTED:
            counted = getattr(skin, "too_many_orders", None)
            said = counted(asked) if counted is not None else skin.ban(asked, retry_after_s=1, is_ban=False)
            return self._response(skin, asked, said, is_made_up=True)
        if action in (Action.TOO_MANY, Action.BAN):
            banned = skin.ban(asked, retry_after_s=rule.retry_after_s, is_ban=action is Action.BAN)
            return self._response(skin, asked, banned, is_made_up=True)
        if action is Action.DELAY and not rule.is_processed:
            await _wait(rule.delay_s)
        is_done = rule.is_processed or action in (Action.DELAY, Action.SLOW, Action.TRUNCATED)
        answer = skin.answer(asked) if is_done else Answer("")
        match action:
            case Action.RESET:
                reset(request.transport)
                return web.Response(status=HTTPStatus.BAD_GATEWAY)
            case Action.HANG | Action.DELAY:
                if action is Action.HANG or rule.is_processed:
                    await _wait(rule.delay_s)
                if action is Action.HANG:
                    reset(request.transport)
                return self._response(skin, asked, answer)
            case Action.TRUNCATED | Action.SLOW:
                return await _in_pieces(request, answer, rule)
            case Action.UNSURE:
                unsure = getattr(skin, "unsure", None)
                said = unsure(asked) if unsure is not None else Answer(PAGE.format(504), HTTPStatus.GATEWAY_TIMEOUT)
                return self._response(skin, asked, said)
            case Action.EMPTY:
                return web.Response(text="", content_type="application/json")
            case Action.BRACES:
                return web.Response(text="{}", content_type="application/json")
            case Action.HTML:
                return web.Response(text=PAGE.format("Just a moment..."), content_type="text/html")
            case _:
                assert action is Action.STATUS, f"{action} is no fault of a request"
                return web.Response(status=rule.status, text=PAGE.format(rule.status), content_type="text/html")

    def _response(self, skin: Skin, asked: Asked, answer: Answer, *, is_made_up: bool = False) -> web.Response:
        headers = dict(answer.headers or {})
        if answer.status in KEEP_AWAY:
            wait = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
            now_ms = skin.core.now_ms()
            for history in _histories(skin):
                history.refused_for_limits += 1
                history.over_limits += not is_made_up
                if wait is not None:
                    history.bans.append(Ban(asked.host, now_ms, now_ms + int(float(wait) * 1000)))
        body = written(answer.body)
        kind = headers.pop("Content-Type", "application/json")
        return web.Response(
            status=answer.status,
            body=body if isinstance(body, bytes) else body.encode(),
            headers={"Content-Type": f"{kind};charset=UTF-8", **headers},
        )

    def _note(self, skin: Skin, asked: Asked) -> None:
        """Who is asked while its client was told to keep away is remembered."""
        now_ms = skin.core.now_ms()
        self.recent.append((now_ms, asked.method, f"{asked.host}{asked.path}"))
        for history in _histories(skin):
            history.requests += 1
            for ban in history.bans[-8:]:
                if ban.host == asked.host and ban.at_ms < now_ms < ban.until_ms:
                    history.knocks.append(Knock(now_ms, asked.host, asked.path, ban.at_ms, ban.until_ms))
                    break


class _Words:
    """A `ports.Trouble` of one venue."""

    def __init__(self, plan: Plan, venue: str) -> None:
        self._plan = plan
        self._venue = venue

    def is_login_refused(self, socket: Socket) -> bool:
        return self._plan.strike(Point.LOGIN, self._venue, "", socket.host + socket.path) is not None

    def is_subscribe_refused(self, socket: Socket, channel: str) -> bool:
        return self._plan.strike(Point.SUBSCRIBE, self._venue, "", channel) is not None


def name_of(skin: Skin) -> str:
    """The venue's name in fault plans and reports."""
    return skin.core.house.name


def _histories(skin: Skin) -> list[History]:
    """Of every core that it plays over."""
    cores: Sequence[object] = getattr(skin, "cores", (skin.core,))
    return [core.history for core in cores if isinstance(core, Exchange)]


async def _asked(request: web.Request, host: str) -> Asked:
    raw_path, _, raw_query = request.raw_path.partition("?")
    query: Mapping[str, str] = dict(parse_qsl(raw_query, keep_blank_values=True))
    body = (await request.read()).decode()
    return Asked(host, request.method, raw_path, raw_query, query, request.headers, body)


async def _wait(seconds: float) -> None:
    """What a venue lets its client wait, by the loop's time."""
    over = asyncio.get_running_loop().create_future()
    handle = asyncio.get_running_loop().call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        handle.cancel()


async def _in_pieces(request: web.Request, answer: Answer, rule: Rule) -> web.StreamResponse:
    """The body byte by byte over `delay_s`, or only its first half."""
    body = written(answer.body)
    body = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(answer.headers or {})}
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    if rule.action is Action.TRUNCATED:
        await response.write(body[: len(body) // 2])
        reset(request.transport)
        return response
    for number in range(len(body)):
        await response.write(body[number : number + 1])
        await _wait(rule.delay_s / len(body))
    await response.write_eof()
    return response
