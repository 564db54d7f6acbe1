"""Trouble while the real program trades: its database killed, its cache gone. Nothing is lost, and it says so."""

import json
import os
import signal
from pathlib import Path

import pytest
import redis

from storage.embedded import EmbeddedPostgres
from tests.main.desks import desk as desk
from tests.main.program import GRID, TestDesk, program, recording, start_program
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until

NUMBERS = ("fills", "cycles", "matched", "floating", "fees", "cash", "base_held", "equity_end", "ledger_problems")


@pytest.mark.slow
def test_the_embedded_database_is_killed_twice_under_a_replay(tmp_path: Path) -> None:
    """The server's main process dies with SIGKILL while bots trade; the report is that of an undisturbed run."""
    file = recording(tmp_path)
    command = ("replay", str(file), *GRID, "--cash", "2000000", "--json")
    calm = program(*command, "--data-folder", str(tmp_path / "calm"))
    folder = tmp_path / "troubled"
    at_speed = ("market", "speed", f"replay:{file.stem}")
    with start_program(*command, "--speed", "300", "--data-folder", str(folder)) as running:
        server = EmbeddedPostgres(folder / "postgres")
        killed: set[int] = set()
        try:
            # A fill shows that all that the replay asks for was answered; asking without a database would be refused.
            wait_until(lambda: fills_in(folder) > 0, what="the first fill", within_s=60)
            for _ in range(2):
                wait_until(lambda: new_server(server, killed) is not None, what="a server that is ready", within_s=30)
                pid = new_server(server, killed)
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            # Slow until now, so that the recording does not end before the second kill.
            fast = (*at_speed, "max", "--data-folder", str(folder))
            wait_until(lambda: program(*fast).returncode == 0, what="the market to be told its speed", within_s=60)
            out, err = running.communicate(timeout=180)
        finally:
            running.kill()
    assert running.returncode == 0, err
    found, expected = json.loads(out), json.loads(calm.stdout)
    assert {key: found[key] for key in NUMBERS} == {key: expected[key] for key in NUMBERS}


def fills_in(folder: Path) -> int:
    """Fills on the desk of this folder; 0 also while there is no database yet."""
    said = program("fills", "--json", "--data-folder", str(folder))
    return len(json.loads(said.stdout)) if said.returncode == 0 else 0


def new_server(server: EmbeddedPostgres, killed: set[int]) -> int | None:
    """The process of a server that answers and was not killed by us."""
    state = server.state
    if state is None or state.phase != "ready" or state.pid in killed:
        return None
    return state.pid


def keys_of(server: RedisServer) -> bool:
    with redis.Redis(port=server.port) as client:
        return bool(client.keys("gridwright:*"))


def test_redis_goes_away_while_the_desk_runs(desk: TestDesk, redis_server: RedisServer) -> None:
    """The heartbeat says that the cache is down; trading goes on to the same end."""
    file = recording(desk.folder.parent)
    command = ("replay", str(file), *GRID, "--cash", "2000000", "--json")
    calm = desk.ask(*command[:-1], "--name", "calm")
    with start_program(
        *command, "--name", "troubled", "--speed", "1200", *desk.options, "--redis-url", redis_server.url,
        more={"GRIDWRIGHT_HEARTBEAT_S": "1"},
    ) as running:  # fmt: skip
        try:
            wait_until(lambda: keys_of(redis_server), what="the engine's sign of life in Redis", within_s=30)
            redis_server.stop()
            out, err = running.communicate(timeout=180)
        finally:
            running.kill()
    assert running.returncode == 0, err
    assert "cache down" in err
    found = json.loads(out)
    assert {key: found[key] for key in NUMBERS} == {key: calm[key] for key in NUMBERS}
