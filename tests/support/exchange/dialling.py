"""A client's way to the loopback exchange under the venues' own addresses: every host is one port of this machine."""

import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from engine.venues.ccxt_line import Route

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Outage:
    """What is wrong on the client's own side of the wire: names are not found, or certificates are not believed."""

    has_no_names: bool = False
    trusts_nobody: bool = False


class OnePort(AbstractResolver):
    """Whatever the host and the port, it is this one."""

    def __init__(self, port: int, outage: Outage) -> None:
        self._port = port
        self._outage = outage

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._outage.has_no_names:
            raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [
            ResolveResult(
                hostname=host, host=LOOPBACK, port=self._port, family=socket.AF_INET, proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is open."""


async def at_once() -> None:
    """Nothing is waited for."""


class NamesOnly(aiohttp.TCPConnector):
    """Dials names, which the resolver sends to the loopback, and no numbers, which it would not be asked about.

    `before_connect` is waited for before each request has its connection.
    """

    before_connect: Callable[[], Awaitable[None]] = staticmethod(at_once)

    def __init__(self, outage: Outage, **more: Any) -> None:
        super().__init__(**more)
        self._outage = outage
        self._nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _get_ssl_context(self, req: aiohttp.ClientRequest) -> ssl.SSLContext | None:
        return self._nobody if self._outage.trusts_nobody and req.is_ssl() else super()._get_ssl_context(req)

    async def connect(
        self, req: aiohttp.ClientRequest, traces: Any, timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        await self.before_connect()
        host = req.url.host or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return await super().connect(req, traces, timeout)
        raise aiohttp.ClientConnectionError(f"{host} is a number, not a host of the loopback exchange")


def route_to(port: int, ca_file: Path | str, outage: Outage | None = None) -> Route:
    """The venues' own addresses, dialled on the loopback, trusted by the exchange's authority and nobody else's.

    An `outage` may come and go while the route is used; a name is looked up at each dial, trust is asked for at each.
    """
    trouble = outage or Outage()

    def connector() -> aiohttp.BaseConnector:
        context = ssl.create_default_context(cafile=str(ca_file))
        return NamesOnly(trouble, resolver=OnePort(port, trouble), ssl=context, use_dns_cache=False)

    return Route(lambda address: address, connector)
