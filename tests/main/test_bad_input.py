"""Bad input to the real program: one clear sentence, an exit code that is not 0, and nothing written.

What argparse refuses is in tests/engine/console/test_arguments.py word by word; a few of each kind are here again,
because here the whole program runs.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.main.bad_recordings import BAD_RECORDINGS
from tests.main.desks import busy_desk as busy_desk
from tests.main.program import GRID, TestDesk, program, recording

ADD = ("bot", "add", "grid", "--account", "replay:small")
SENTENCE = re.compile(r"gridwright: [A-Z–\-a-z0-9/_(].*[.]\n")


def one_sentence(done: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    """Exactly one line that ends like a sentence and says `words`; no traceback, nothing on stdout."""
    assert done.returncode == code, f"{done.returncode}: {done.stderr}"
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    assert words in done.stderr, done.stderr
    assert done.stdout == ""


def grid(**changed: str) -> tuple[str, ...]:
    """`bot add grid` with some options of GRID replaced or added."""
    options = dict(zip(GRID[::2], GRID[1::2], strict=True))
    options |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    # "=" because a value may begin with a minus sign.
    return (*ADD, *(f"{name}={value}" for name, value in options.items()))


REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (grid(lower="4200", upper="3800"), "The lower price 4,200 must be below the upper price 3,800."),
    (grid(lower="4000", upper="4000"), "must be below the upper price"),
    (grid(lower="0"), "--lower: this must be above 0, not 0."),
    (grid(lower="-5"), "--lower: this must be above 0, not -5."),
    (grid(upper="-1"), "--upper: this must be above 0, not -1."),
    (grid(lower="0.000000001"), "must be above 0"),
    (grid(investment="0"), "--investment: this must be above 0, not 0."),
    (grid(investment="-1000"), "--investment: this must be above 0, not -1,000."),
    (grid(lower="NaN"), "--lower must be a finite number, not 'NaN'."),
    (grid(upper="Infinity"), "--upper must be a finite number, not 'Infinity'."),
    (grid(investment="much"), "--investment must be a number, not 'much'."),
    (grid(grid_count="1"), "The number of grids must be from 2 to 1,000, not 1."),
    (grid(grid_count="0"), "The number of grids must be from 2 to 1,000, not 0."),
    (grid(grid_count="10000"), "The number of grids must be from 2 to 1,000, not 10,000."),
    (grid(grid_count="-3"), "not -3."),
    (grid(grid_count="ten"), "--grid-count must be a whole number, not 'ten'."),
    (grid(grid_count="900"), "two lines fall on the same price"),
    (grid(investment="50000"), "Each order must reach 5,000 KRW"),
    (grid(lower="3999", upper="4001", grid_count="2"), "after fees; use fewer grids or a wider range."),
    ((*grid(investment="90000000", allocation="40"), "--start"), "are free."),
    ((*ADD, "--symbol", "BTC-KRW", *GRID), "The venue replay:small does not trade BTC-KRW."),
    (("bot", "add", "grid", "--account", "upbit:me", *GRID), "There is no account upbit:me"),
    (grid(name=""), "--name must not be empty."),
    (grid(name="   "), "--name must not be empty."),
    (grid(name="x" * 101), "--name must not be longer than 100 characters."),
    (grid(name="Resting"), "Another bot is already called Resting."),
    (grid(allocation="0"), "The allocation must be above 0 % and at most 100 %, not 0 %."),
    (grid(allocation="101"), "at most 100 %, not 101 %."),
    (grid(allocation="-1"), "at most 100 %, not -1 %."),
    (
        (*grid(allocation="50"), "--start"),
        "Your running bots have 60 % allocated, so 50 % more",
    ),
    (grid(stop_lower="3900"), "The lower stop 3,900 must be below the lowest line 3,800."),
    (grid(stop_upper="4100"), "The upper stop 4,100 must be above the highest line 4,200."),
    (grid(stop_loss="0"), "The stop loss must be above 0 % and at most 100 %, not 0 %."),
    (grid(stop_loss="150"), "The stop loss must be above 0 % and at most 100 %, not 150 %."),
    (grid(take_profit="-1"), "--take-profit: this must be above 0, not -1."),
    (grid(trigger_price="0"), "--trigger-price: this must be above 0, not 0."),
    (grid(mode="cubic"), "--mode must be one of arithmetic, geometric, not 'cubic'."),
    (("bot", "show", "nobody"), "There is no bot nobody."),
    (("bot", "start", "nobody"), "There is no bot nobody."),
    (("bot", "start", "Started"), "Started is already running."),
    (("bot", "pause", "Resting"), "Resting is not running."),
    (("bot", "stop", "Resting", "--sell"), "Resting is not running."),
    (("bot", "remove", "Started"), "Started has not been stopped; stop it first."),
    (("bot", "restore", "Resting"), "Resting was not removed."),
    (("bot", "edit", "Resting", "--grid-count", "20"), "Nothing would change on Resting"),
    (("bot", "edit", "Resting", "--lower", "5000"), "The lower price 5,000 must be below the upper price 4,200."),
    (("bot", "edit", "Resting", "--name", "Started"), "Another bot is already called Started."),
    (("bot", "edit", "Resting", "--allocation", "200"), "at most 100 %, not 200 %."),
    (("fills", "--bot", "nobody"), "There is no bot nobody."),
    (("market", "speed", "replay:other", "1"), "There is no account replay:other."),
    (("market", "speed", "replay:small", "-1"), "SPEED must be max or a number that is not negative, not '-1'."),
    (("resume",), "Trading is not halted."),
    (("account", "open-simulated", "--cash", "0"), "A paper account needs starting cash in USDT."),
    (("account", "open-simulated", "--symbol", "nonsense"), "nonsense"),
    (("account", "open-simulated", "--seed=-4"), "seed"),
    (("account", "open-simulated", "--rule", "maker_fee=lots"), "maker_fee"),
    (("account", "open-simulated", "--rule", "speed_of_light=3"), "--rule must be NAME=VALUE"),
    (("teleport",), "There is no command 'teleport'"),
    (("bot", "add", "grid", "--lower", "1"), "Missing: --account, --upper, --grid-count, --investment."),
)


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_is_refused(busy_desk: TestDesk, arguments: tuple[str, ...], words: str) -> None:
    before = busy_desk.written()
    one_sentence(busy_desk.run(*arguments), 2, words)
    assert busy_desk.written() == before


@pytest.mark.parametrize(
    ("make", "words"), [case[1:] for case in BAD_RECORDINGS], ids=[case[0] for case in BAD_RECORDINGS]
)
def test_a_bad_recording_is_refused(
    busy_desk: TestDesk, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    file = make(tmp_path)
    before = busy_desk.written()
    one_sentence(busy_desk.run("replay", str(file), *GRID), 2, words)
    assert busy_desk.written() == before


def test_a_replay_of_a_bad_grid_opens_nothing(busy_desk: TestDesk, tmp_path: Path) -> None:
    file = recording(tmp_path)
    before = busy_desk.written()
    one_sentence(busy_desk.run("replay", str(file), *GRID, "--cash", "1000"), 2, "are free.")
    one_sentence(busy_desk.run("replay", str(file), *GRID[:-2], "--investment", "3000"), 2, "Each order must reach")
    one_sentence(busy_desk.run("replay", str(file), *GRID, "--latency-ms=-1"), 2, "latency_ms")
    one_sentence(busy_desk.run("replay", str(file), *GRID, "--participation", "0"), 2, "participation")
    assert busy_desk.written() == before


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    """Refused before anything is made: not even the data folder."""
    folder = tmp_path / "desk"
    where = ["--data-folder", str(folder)]
    for more, words in (
        ({"GRIDWRIGHT_THEME": "pink"}, "GRIDWRIGHT_THEME must be one of dark, light, not 'pink'."),
        ({"GRIDWRIGHT_HEARTBEAT_S": "often"}, "GRIDWRIGHT_HEARTBEAT_S must be a number of seconds"),
        ({"GRIDWRIGHT_DATABASE_URL": "mysql://root@localhost/x"}, "a mysql:// URL cannot be used"),
        ({"GRIDWRIGHT_DATABASE_URL": "localhost"}, "must look like postgresql://"),
    ):
        done = program("status", *where, more=more)
        one_sentence(done, 3 if "DATABASE" in next(iter(more)) else 2, words)
    assert not folder.exists()
    folder.mkdir()
    (folder / "settings.toml").write_text("colour = 'blue'\n", encoding="utf-8")
    one_sentence(program("status", *where), 2, "has an unknown key 'colour'")
    (folder / "settings.toml").write_text("theme = \n", encoding="utf-8")
    one_sentence(program("status", *where), 2, "is not valid TOML")
    assert [path.name for path in folder.iterdir()] == ["settings.toml"]
