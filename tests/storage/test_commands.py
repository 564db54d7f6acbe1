"""A command is durable, reaches its desk once, and its answer reaches who asked."""

import asyncio
import contextlib
import json
from decimal import Decimal
from typing import get_args

import pytest

from engine.domain import live_messages, messages
from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage
from engine.domain.grid import Inventory
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import Command, CommandAnswered, CommandReceived
from engine.domain.sentences import say
from engine.domain.truth_requests import LookAtTruth, RepairAccount
from engine.domain.watching import UnwatchPairs, WatchCommon, WatchPairs
from engine.errors import StorageUnavailable
from storage.commands import KINDS, PostgresCommands
from storage.database import Database, connect
from storage.journal import PostgresJournal
from tests.storage.builders import ACCOUNT, CONFIG, DESK, T0, contents
from tests.storage.cutting_proxy import cutting_proxy

PAIR = ArbitrageConfig(
    "live:binanceusdm", "BTC/USDT", Decimal("0.01"), Decimal("1.5"), Decimal("-0.5"), "USDTKRW", "upbit",
    ways=Ways.BOTH, max_value=Decimal(5_000_000),
)  # fmt: skip
COMMANDS: list[Command] = [
    messages.OpenAccount(ACCOUNT),
    messages.SetMarketSpeed("replay:x", None),
    messages.SetMarketSpeed("replay:x", Decimal("1.50")),
    messages.AddGrid("abcd1234", "격자", "replay:x", "XRP/KRW", CONFIG, Decimal("12.5"), start=True),
    messages.StartBot("abcd1234"),
    messages.PauseBot("abcd1234"),
    messages.StopBot("abcd1234", Inventory.SELL),
    messages.EditGrid("abcd1234", CONFIG, "new name", None),
    messages.RemoveBot("abcd1234"),
    messages.RestoreBot("abcd1234"),
    messages.HaltAll(),
    messages.LiftHalt(),
    live_messages.GoLive("live:x", without_rehearsal=True),
    live_messages.GoDark("live:x"),
    live_messages.AllowWithdrawalKey("live:x"),
    live_messages.AcceptFacts("live:x"),
    live_messages.ConfirmBot("abcd1234"),
    live_messages.AdoptOrder("abcd1234", "v1", 3),
    live_messages.CancelUnknown("live:x"),
    live_messages.ChangeSymbols("live:x", ("A/B",), ("C/B", "D/B"), without_rehearsal=True),
    LookAtTruth("replay:x", ("asset:KRW",)),
    RepairAccount("replay:x", "0123456789ab"),
    AddArbitrage("abcd1234", "abcd1235", "차익", "upbit", "BTC/KRW", PAIR, Decimal("12.5"), start=True),
    EditArbitrage("abcd1234", PAIR, "new name"),
    ClosePosition("abcd1234", "abcd1234-1"),
]


def received(number: int, command: Command | None = None) -> CommandReceived:
    return CommandReceived(f"c{number}", command or messages.StartBot("abcd1234"), T0)


async def take(queue: PostgresCommands, count: int) -> list[CommandReceived]:
    """The next commands; fails when they do not come."""
    found: list[CommandReceived] = []
    async with asyncio.timeout(60), contextlib.aclosing(queue.pending()) as pending:
        async for command in pending:
            found.append(command)
            if len(found) == count:
                break
    return found


@pytest.fixture
def queue(database: Database) -> PostgresCommands:
    return PostgresCommands(database, DESK)


def test_every_command_can_be_stored() -> None:
    # What is asked about leases is written into the lease, and what is watched onto the list.
    stored = set(get_args(Command)) - {HandOver, PreferDesk, WatchPairs, WatchCommon, UnwatchPairs}
    assert set(KINDS.values()) == stored == {type(command) for command in COMMANDS}


async def test_every_command_comes_back(queue: PostgresCommands) -> None:
    sent = [received(number, command) for number, command in enumerate(COMMANDS)]
    for command in sent:
        await queue.submit(command)
    assert await take(queue, len(sent)) == sent


async def test_a_command_arrives_while_somebody_waits(queue: PostgresCommands) -> None:
    waiting = asyncio.create_task(take(queue, 2))
    await queue.submit(received(1))
    await queue.submit(received(2))
    assert [command.command_id for command in await waiting] == ["c1", "c2"]


async def test_a_known_id_is_left_as_it_is(queue: PostgresCommands, database: Database) -> None:
    await queue.submit(received(1, messages.HaltAll()))
    async with database.question() as connection:
        before = await contents(connection)
        await queue.submit(received(1, messages.LiftHalt()))
        assert await contents(connection) == before


async def test_another_desk_does_not_see_it(queue: PostgresCommands, database: Database) -> None:
    await PostgresCommands(database, "another-desk").submit(received(1))
    await queue.submit(received(2))
    assert [command.command_id for command in await take(queue, 1)] == ["c2"]


async def test_an_answer_is_given_once_and_reaches_who_asks(
    queue: PostgresCommands, journal: PostgresJournal, database: Database
) -> None:
    await queue.submit(received(1))
    await queue.submit(received(2))
    asking = asyncio.create_task(queue.answer_of("c1", 10))
    refusal = say("It needs {needed} {asset}, {n} times.", needed=Decimal("1.10"), asset="KRW", n=3)
    answer = CommandAnswered("c1", (("investment", refusal), ("", say("No."))), T0)
    await journal.commit([answer])
    assert await asking == answer
    await journal.commit([CommandAnswered("c1", (), T0)])
    assert await queue.answer_of("c1", 10) == answer
    done = CommandAnswered("c2", (), T0)
    await journal.commit([done])
    assert await queue.answer_of("c2", 10) == done
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM commands WHERE answered_at IS NULL") == 0


async def test_an_answer_may_carry_what_was_asked_for_and_old_ones_are_thrown_away(
    queue: PostgresCommands, journal: PostgresJournal, database: Database
) -> None:
    await queue.submit(received(1, LookAtTruth("paper:1")))
    await journal.commit([CommandAnswered("c1", (), T0, '{"rows": [1, "2.50"]}')])
    answered = await queue.answer_of("c1", 10)
    assert answered is not None
    assert json.loads(answered.body) == {"rows": [1, "2.50"]}
    async with database.question() as connection:
        await connection.execute("UPDATE commands SET answered_at = now() - interval '11 minutes'")
    await queue.submit(received(2, LookAtTruth("paper:1")))
    old = await queue.answer_of("c1", 10)
    assert old is not None
    assert old.body == ""


async def test_an_answered_command_is_not_handed_out_again(queue: PostgresCommands, journal: PostgresJournal) -> None:
    await queue.submit(received(1))
    await journal.commit([CommandAnswered("c1", (), T0)])
    await queue.submit(received(2))
    assert [command.command_id for command in await take(queue, 1)] == ["c2"]


async def test_nobody_answers(queue: PostgresCommands) -> None:
    await queue.submit(received(1))
    assert await queue.answer_of("c1", 0.05) is None
    assert await queue.answer_of("never asked", 0.05) is None


async def test_a_command_of_a_newer_program_is_passed_over(queue: PostgresCommands, database: Database) -> None:
    await queue.submit(received(1))
    async with database.question() as connection:
        await connection.execute("UPDATE commands SET kind = 'TradeOnMars'")
    await queue.submit(received(2))
    assert [command.command_id for command in await take(queue, 1)] == ["c2"]


async def test_a_command_that_commits_late_is_not_missed(queue: PostgresCommands, database: Database) -> None:
    """Its number is lower than that of one that was handed out already."""
    await queue.submit(received(0))
    pending = queue.pending()
    assert (await anext(pending)).command_id == "c0"
    async with database.question() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(
            "INSERT INTO commands (command_id, desk_id, kind, body, received_at) "
            "VALUES ('late', $1, 'HaltAll', '{}', $2)",
            DESK, T0,
        )  # fmt: skip
        await queue.submit(received(1))
        async with asyncio.timeout(60):
            assert (await anext(pending)).command_id == "c1"
        await slow.execute("SELECT pg_notify('gridwright_commands', $1)", DESK)
        await transaction.commit()
    async with asyncio.timeout(60):
        assert (await anext(pending)).command_id == "late"
    await pending.aclose()


async def test_waiting_survives_a_lost_connection(migrated_url: str, database: Database) -> None:
    async with cutting_proxy(migrated_url) as (proxy, url):
        network = await connect(url)
        pending = PostgresCommands(network, DESK).pending()
        direct = PostgresCommands(database, DESK)
        await direct.submit(received(1))
        assert (await anext(pending)).command_id == "c1"
        waiting = asyncio.ensure_future(anext(pending))
        async with database.question() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% commands'"
            )
        await direct.submit(received(2))
        async with asyncio.timeout(60):
            assert (await waiting).command_id == "c2"
        await pending.aclose()
        proxy.reset(request=0)
        with pytest.raises(StorageUnavailable):
            await PostgresCommands(network, DESK).submit(received(3))
        await network.close()
