"""A key that the exchange does not take is told as that, in the exchange's own words, and never as silence."""

from dataclasses import replace

import pytest

from engine.errors import VenueUnavailable
from tests.support.exchange.account import OWNER, LoopbackAccount

#: What each exchange says to a key that it does not know, and to a signature of another secret.
UNKNOWN = {
    "binance": "-2015 Invalid API-key, IP, or permissions for action",
    "binanceusdm": "-2015 Invalid API-key, IP, or permissions for action",
    "okx": "50111 Invalid OK-ACCESS-KEY",
    "okxswap": "50111 Invalid OK-ACCESS-KEY",
    "bitget": "40037 Apikey does not exist",
    "bitgetmix": "40037 Apikey does not exist",
    "upbit": "invalid_access_key",
    "bithumb": "invalid_access_key",
}
FORGED = {
    "binance": "-1022 Signature for this request is not valid.",
    "binanceusdm": "-1022 Signature for this request is not valid.",
    "okx": "50113 Invalid Sign",
    "okxswap": "50113 Invalid Sign",
    "bitget": "40009 sign signature error",
    "bitgetmix": "40009 sign signature error",
    "upbit": "jwt_verification",
    "bithumb": "jwt_verification",
}


async def refusal(account: LoopbackAccount) -> str:
    with pytest.raises(VenueUnavailable) as caught:
        await account.connect()
    return str(caught.value)


async def test_a_key_that_is_not_known_there_is_refused_in_the_words_of_the_exchange(
    unconnected: LoopbackAccount,
) -> None:
    unconnected.core.drop_key(unconnected.what.key.key)
    said, name = await refusal(unconnected), unconnected.what.exchange
    assert said.startswith(f"{name} refused: {UNKNOWN[name]}"), said


async def test_a_wrong_secret_is_refused_in_the_words_of_the_exchange(unconnected: LoopbackAccount) -> None:
    key = unconnected.what.key
    unconnected.core.drop_key(key.key)
    unconnected.core.open_account(OWNER, replace(key, secret="another-secret-than-the-one-that-was-typed"))
    said, name = await refusal(unconnected), unconnected.what.exchange
    assert said.startswith(f"{name} refused: {FORGED[name]}"), said
