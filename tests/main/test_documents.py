"""What README.md and docs/operations.md tell people to type is what the program understands."""

import re
import shlex
from pathlib import Path

import pytest

from engine import errors
from engine.config import HOME_VARIABLE, SETTINGS
from engine.console.arguments import parse
from tests.main.program import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
GOING_LIVE = (ROOT / "docs" / "going-live.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every line that begins with `gridwright` in a block of shell, its continuations joined."""
    blocks = re.findall(r"```sh\n(.*?)```", README + OPERATIONS + GOING_LIVE, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith("gridwright")]


@pytest.mark.parametrize("line", commands())
def test_every_command_that_is_shown_is_understood(line: str) -> None:
    parse(shlex.split(line, comments=True)[1:])


def test_commands_are_shown_at_all() -> None:
    assert len(commands()) >= 9


def test_the_settings_are_all_in_the_table_with_their_defaults() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", README, re.MULTILINE))
    kept = [setting for setting in SETTINGS if setting.key.startswith("retention_")]
    assert "`GRIDWRIGHT_RETENTION_TABLE_DAYS` | 30 to 400" in rows["retention_TABLE_days"]
    days = [int(str(setting.default)) for setting in kept]
    assert (min(days), max(days)) == (30, 400)
    for setting in (each for each in SETTINGS if each not in kept):
        assert f"`{setting.variable}`" in rows[setting.key]
        assert rows[setting.key].startswith(f"`{setting.flag}`" if setting.flag else "-")
        if setting.default is not None:
            default = setting.default if isinstance(setting.default, str) else f"{setting.default:g}"
            assert str(default) in rows[setting.key]
    assert HOME_VARIABLE in README


def test_the_exit_codes_are_those_of_the_errors() -> None:
    shown = {int(code) for code in re.findall(r"^\| (\d) \| ", README, re.MULTILINE)}
    raised = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert shown == raised | {0}


@pytest.mark.parametrize("document", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_link_leads_somewhere(document: str) -> None:
    file = ROOT / document
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", file.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (file.parent / Path(target)).exists(), f"{document} links to {target}"
