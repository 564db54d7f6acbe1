"""OKX tells the account every five seconds, whether anything changed or not: that is no reason to ask."""

from decimal import Decimal

from tests.proof.towns import loaded
from tests.proof.world import OWNER, World
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

BALANCE = "/api/v5/account/balance"


def test_frames_that_tell_nothing_new_are_not_asked_about() -> None:
    town = loaded("okxswap")

    async def play(clock: VirtualClock) -> tuple[int, int, int]:
        world = World(town, clock, 1)
        await world.open(is_flowing=False)
        await last(60)
        asked: list[str] = []
        world.asked = lambda request: asked.append(request.path)

        async def minute(act: object) -> int:
            asked.clear()
            for _ in range(12):
                if callable(act):
                    act()
                await last(5)
            return asked.count(BALANCE)

        def regular() -> None:
            with world.exchange.turn():
                world.exchange.ledger.touched[OWNER, "USDT"] = None
                world.exchange.changed(OWNER, "regular")

        quiet = await minute(None)
        told = await minute(regular)
        moved = await minute(lambda: world.exchange.transfer(OWNER, "USDT", Decimal(1)))
        await world.close()
        return quiet, told, moved

    quiet, told, moved = run_virtual(play)
    # The first of them may be the first that is heard at all.
    assert told <= quiet + 1
    assert moved >= quiet + 12
