"""The sub-commands of `vault` and `credential` as a person and a script use them; what they tell, and what never."""

import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.console.arguments import parse
from engine.domain.secret import Secret, UnlockSources
from engine.errors import GridwrightError, UsageError
from storage.administration.vault import run_vault
from storage.embedded.question import ask
from storage.vault.key_file import read_secret
from storage.vault.keychain import Keychain
from storage.vault.wrapping import LOWEST_COST
from tests.support.keychain import MemoryKeychain

PASSPHRASE = "correct horse battery staple"


class Terminal(io.StringIO):
    """A stdin that is a terminal."""

    def isatty(self) -> bool:
        return True


class Person:
    """Types one line to each question, notes what was asked, and runs the program on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.keychain = MemoryKeychain()
        self.asked: list[str] = []
        self.sources = UnlockSources()

    async def __call__(self, *arguments: str, typed: Sequence[str] = (), piped: str | None = None) -> str:
        """What the program says. `typed` are the answers to its questions; `piped` is a stdin that is no terminal."""
        answers = iter(typed)

        def prompt(question: str) -> str:
            self.asked.append(question)
            answer = next(answers, None)
            if answer is None:
                raise EOFError
            return answer

        self.asked.clear()
        out = io.StringIO()
        stdin = Terminal() if piped is None else io.StringIO(piped)
        await run_vault(
            parse(arguments), self.sources, self.url, stdin, out, keychain=Keychain(self.keychain), prompt=prompt,
            cost=LOWEST_COST,
        )  # fmt: skip
        assert next(answers, None) is None
        return out.getvalue()

    async def refused(self, *arguments: str, typed: Sequence[str] = (), piped: str | None = None) -> str:
        """The one sentence of a failure."""
        with pytest.raises(GridwrightError) as failure:
            await self(*arguments, typed=typed, piped=piped)
        sentence = str(failure.value)
        assert not any(text and text in sentence for text in (*typed, *(piped or "").splitlines()))
        return sentence


@pytest.fixture
def person(migrated_url: str, tmp_path: Path) -> Person:
    return Person(migrated_url, tmp_path)


@pytest.fixture
async def owner(person: Person) -> Person:
    """Somebody who has a vault."""
    await person("vault", "create", typed=(PASSPHRASE, PASSPHRASE))
    return person


async def test_making_a_vault(person: Person) -> None:
    assert await person("vault", "status") == "There is no vault yet; `vault create` makes one.\n"
    told = await person("vault", "create", typed=(PASSPHRASE, PASSPHRASE))
    assert told == "The vault is there. Nobody can recover its passphrase: keep it somewhere else too.\n"
    assert person.asked == ["New passphrase of the vault: ", "New passphrase of the vault again: "]
    assert await person.refused("vault", "create") == (
        "There is a vault already; `vault passphrase` changes its passphrase."
    )
    assert person.asked == []
    status = json.loads(await person("vault", "status", "--json"))
    assert (status["exists"], status["key_version"], [way["kind"] for way in status["ways"]]) == (
        True, 1, ["passphrase"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ((PASSPHRASE, "correct horse battery stable"), "The two were not the same; nothing was changed."),
        (("short", "short"), "A passphrase has at least 12 characters; a sentence is easier to keep than a word."),
        ((), "New passphrase of the vault was not given."),
    ],
)
async def test_what_makes_no_vault(person: Person, typed: Sequence[str], sentence: str) -> None:
    assert await person.refused("vault", "create", typed=typed) == sentence
    assert ask(person.url, "SELECT count(*) FROM vaults") == [0]


async def test_without_a_terminal_nothing_is_asked(person: Person) -> None:
    told = await person.refused("vault", "create", piped=f"{PASSPHRASE}\n")
    assert told == "There is no terminal to ask on; use --passphrase-file FILE (- is stdin)."
    assert await person.refused("vault", "create", "--passphrase-file", "-", piped="") == (
        "New passphrase of the vault was not given on stdin."
    )
    await person("vault", "create", "--passphrase-file", "-", piped=f"{PASSPHRASE}\r\n")
    assert await person("vault", "unlock-test", typed=(PASSPHRASE,)) == "The vault opens.\n"


async def test_testing_a_passphrase(owner: Person) -> None:
    assert await owner("vault", "unlock-test", typed=(PASSPHRASE,)) == "The vault opens.\n"
    assert await owner.refused("vault", "unlock-test", typed=("something else",)) == "The passphrase is wrong."


@pytest.mark.parametrize(
    "command",
    [
        ("vault", "unlock-test"), ("vault", "rotate"), ("vault", "passphrase"), ("vault", "keychain", "add"),
        ("vault", "keychain", "remove"), ("vault", "forget", "x"), ("credential", "add", "llm", "model"),
    ],
)  # fmt: skip
async def test_there_must_be_a_vault(person: Person, command: Sequence[str]) -> None:
    assert await person.refused(*command) == "There is no vault yet; `vault create` makes one."
    assert person.asked == []


async def test_changing_the_passphrase(owner: Person) -> None:
    new = "another long sentence"
    assert await owner.refused("vault", "passphrase", typed=("something else",)) == "The passphrase is wrong."
    told = await owner("vault", "passphrase", typed=(PASSPHRASE, new, new))
    assert told == "The passphrase is changed.\n"
    assert owner.asked == ["Passphrase of the vault: ", "New passphrase: ", "New passphrase again: "]
    await owner("vault", "unlock-test", typed=(new,))


async def test_a_key_file_opens_it_until_it_is_forgotten(owner: Person) -> None:
    file = owner.folder / "desk.key"
    made = json.loads(await owner("vault", "key-file", str(file), "--json", typed=(PASSPHRASE,)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await owner.refused("vault", "key-file", str(file)) == f"The file {file} cannot be written (it exists)."
    owner.sources = UnlockSources(key_file=str(file))
    assert await owner("vault", "unlock-test") == "The vault opens.\n"
    assert owner.asked == []
    file.chmod(0o640)
    assert await owner.refused("vault", "unlock-test") == (
        f"The file {file} can be read by others; take their right away (chmod 600) and try again."
    )
    file.chmod(0o600)
    await owner("vault", "forget", made["id"])
    assert "is not one of this vault" in await owner.refused("vault", "unlock-test")
    owner.sources = UnlockSources()
    (left,) = json.loads(await owner("vault", "status", "--json"))["ways"]
    assert "so it would be lost" in await owner.refused("vault", "forget", left["id"])
    assert "Nothing with the id nobody opens the vault" in await owner.refused("vault", "forget", "nobody")


async def test_a_key_file_that_cannot_be_written_opens_nothing(owner: Person) -> None:
    there = owner.folder / "missing" / "desk.key"
    assert await owner.refused("vault", "key-file", str(there), typed=(PASSPHRASE,)) == (
        f"The file {there} cannot be written (No such file or directory)."
    )
    assert ask(owner.url, "SELECT count(*) FROM vault_keys") == [1]


async def test_the_keychain_opens_it(owner: Person) -> None:
    assert await owner("vault", "keychain", "add", typed=(PASSPHRASE,)) == (
        "This machine's keychain opens the vault from now on.\n"
    )
    assert len(owner.keychain.entries) == 1
    assert await owner("vault", "unlock-test") == "The vault opens.\n"
    assert owner.asked == []
    told = await owner("vault", "rotate", typed=(PASSPHRASE,))
    assert told.startswith("Everything is sealed under key 2: 0 credentials. These open the vault no more")
    assert await owner.refused("vault", "keychain", "remove") == (
        "The keychain of this machine has no key of this vault; `vault keychain add` puts one there."
    )
    await owner("vault", "keychain", "add", typed=(PASSPHRASE,))
    await owner("vault", "keychain", "remove")
    await owner("vault", "unlock-test", typed=(PASSPHRASE,))


async def test_a_person_adds_an_exchanges_key(owner: Person) -> None:
    typed = (PASSPHRASE, "PUBLIC-0123456789-abcd", "deepSECRET", "")
    told = await owner("credential", "add", "exchange", "upbit", "--label", "main", typed=typed)
    assert told == "main is sealed in the vault.\n"
    assert owner.asked == [
        "Passphrase of the vault: ", "API key: ", "API secret: ", "Passphrase of the key (empty when it has none): ",
    ]  # fmt: skip
    listed = await owner("credential", "list")
    assert "...abcd" in listed
    assert "PUBLIC" not in listed
    assert "deepSECRET" not in listed
    refused = await owner.refused("credential", "add", "exchange", "upbit", "--label", "main")
    assert refused == "There is a credential main of this kind already; remove it or choose another label."
    assert owner.asked == []
    assert await owner("credential", "test", "main", typed=(PASSPHRASE,)) == "main can be opened.\n"
    assert await owner("credential", "remove", "main") == "main is deleted.\n"
    assert await owner("credential", "list") == (
        "There are no credentials; `credential add exchange` seals the first.\n"
    )
    assert await owner.refused("credential", "remove", "main") == "There is no credential main."


async def test_a_script_adds_keys_from_a_pipe_and_from_files(owner: Person) -> None:
    secret = owner.folder / "secret.pem"
    secret.write_text("-----BEGIN-----\nabc\n-----END-----\n", encoding="utf-8")
    secret.chmod(0o600)
    stdin = ("--passphrase-file", "-", "--key-file", "-")
    await owner(
        "credential", "add", "exchange", "binance", *stdin, "--secret-file", str(secret),
        piped=f"{PASSPHRASE}\nPUBLIC\n",
    )  # fmt: skip
    await owner("credential", "add", "telegram", "bot", *stdin, piped=f"{PASSPHRASE}\n1234:token\n")
    await owner("credential", "add", "llm", "model", *stdin, piped=f"{PASSPHRASE}\nkey\n")
    kinds = [(row["label"], row["kind"]) for row in json.loads(await owner("credential", "list", "--json"))]
    assert kinds == [("binance", "exchange"), ("model", "llm"), ("bot", "telegram")]


async def test_a_refused_secret_is_not_repeated(owner: Person) -> None:
    told = await owner.refused("credential", "add", "llm", "model", typed=(PASSPHRASE, " se cret "))
    assert told == "The API key must be one line of printable characters without spaces around it."
    assert ask(owner.url, "SELECT count(*) FROM credentials") == [0]


@pytest.mark.parametrize("option", ["--passphrase", "--password", "--api-key", "--api-secret", "--secret", "--token"])
@pytest.mark.parametrize("command", [("vault", "create"), ("credential", "add", "exchange", "upbit")])
def test_no_secret_is_taken_from_a_command_line(option: str, command: Sequence[str]) -> None:
    with pytest.raises(UsageError) as refused:
        parse([*command, option, "hunter2-hunter2"])
    assert str(refused.value) == (
        f"{option} is not taken from a command line, which others can read; leave it out, or use a file."
    )


async def test_files_with_secrets(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes("\ufeff비밀 first\r\nsecond\n".encode())
    file.chmod(0o600)
    assert read_secret(file) == Secret("비밀 first")
    assert read_secret(file, is_whole=True) == Secret("비밀 first\nsecond")
    for mode in (0o604, 0o640, 0o620, 0o601):
        file.chmod(mode)
        with pytest.raises(UsageError, match="can be read by others"):
            read_secret(file)
    file.chmod(0o600)
    for content, sentence in ((b"", "is empty"), (b"\nx", "is empty"), (b"\xff\xfe\x00secret", "not UTF-8 text")):
        file.write_bytes(content)
        with pytest.raises(UsageError, match=sentence) as refused:
            read_secret(file)
        assert refused.value.__context__ is None
    with pytest.raises(UsageError, match="No such file"):
        read_secret(tmp_path / "nothing")
    with pytest.raises(UsageError, match="Is a directory"):
        read_secret(tmp_path)
