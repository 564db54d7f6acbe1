"""Keeps gridwright_ko.ts complete and compiles it. Run by `make translations`.

    update.py                    collect all strings, drop gone ones, compile; says what is still without Korean
    update.py --fill FILE.json   the same, and take Korean from a JSON object {English: Korean} for what has none;
                                 a key "context|English" speaks of one context only
    update.py --check            write nothing; exit 1 when a string has no Korean or the .qm is not that of the .ts

The .ts is the one place where Korean lives. Strings come from two sources: what lupdate finds in gui/, and the
templates of engine/domain/phrases.py and its siblings, read from the modules themselves (context "engine").
"""

import argparse
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import PySide6  # noqa: E402

from engine.domain import live_phrases, pair_phrases, phrases, premium_phrases  # noqa: E402

FOLDER = ROOT / "resources" / "translations"
TS = FOLDER / "gridwright_ko.ts"
QM = FOLDER / "gridwright_ko.qm"
TOOLS = Path(PySide6.__file__).parent
Key = tuple[str, str]


def templates() -> list[str]:
    """Every sentence the engine can say."""
    return [
        value
        for module in (phrases, live_phrases, pair_phrases, premium_phrases)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    ]


def tool(name: str, *arguments: str) -> None:
    """lupdate or lrelease of the PySide6 wheel; its words are shown when it fails."""
    program = TOOLS / (f"{name}.exe" if sys.platform == "win32" else name)
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed: {done.stdout}{done.stderr}")


def collected() -> list[Key]:
    """(context, English) of all strings, in a stable order."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Path(folder) / "engine_sentences.py"
        calls = "".join(f"QCoreApplication.translate('engine', {json.dumps(text)})\n" for text in templates())
        engine.write_text(calls, encoding="utf-8")
        found = Path(folder) / "found.ts"
        sources = [str(file) for file in sorted((ROOT / "gui").rglob("*.py"))]
        tool("lupdate", *sources, str(engine), "-ts", str(found), "-locations", "none", "-no-obsolete", "-silent")
        return sorted({(context, english) for context, english, _ in messages(found)})


def messages(file: Path) -> list[tuple[str, str, str]]:
    """(context, English, Korean) of a .ts file; Korean is "" while unfinished."""
    rows = []
    for context in ET.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            is_done = translation is not None and translation.get("type") is None
            korean = (translation.text or "") if translation is not None and is_done else ""
            rows.append((context.findtext("name", ""), message.findtext("source", ""), korean))
    return rows


def write(file: Path, keys: list[Key], korean: dict[Key, str]) -> None:
    """A .ts file with these strings."""
    root = ET.Element("TS", version="2.1", language="ko_KR", sourcelanguage="en")
    contexts: dict[str, ET.Element] = {}
    for context, english in keys:
        if context not in contexts:
            contexts[context] = ET.SubElement(root, "context")
            ET.SubElement(contexts[context], "name").text = context
        message = ET.SubElement(contexts[context], "message")
        ET.SubElement(message, "source").text = english
        translation = ET.SubElement(message, "translation")
        if korean.get((context, english)):
            translation.text = korean[context, english]
        else:
            translation.set("type", "unfinished")
    ET.indent(root, space="    ")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    file.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")


def compiled(ts: Path) -> bytes:
    """The .qm of a .ts."""
    with tempfile.TemporaryDirectory() as folder:
        qm = Path(folder) / "out.qm"
        tool("lrelease", str(ts), "-qm", str(qm), "-silent")
        return qm.read_bytes()


def missing(keys: list[Key], korean: dict[Key, str]) -> list[str]:
    """What to say about each string without Korean."""
    return [f"[{context}] {english}" for context, english in keys if not korean.get((context, english))]


def check(keys: list[Key], korean: dict[Key, str]) -> list[str]:
    """Everything that is wrong with the files as they are."""
    complaints = [f"no Korean: {line}" for line in missing(keys, korean)]
    if not QM.exists() or QM.read_bytes() != compiled(TS):
        complaints.append(f"{QM.name} is not compiled from {TS.name}; run make translations")
    return complaints


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fill", type=Path, metavar="FILE.json")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    keys = collected()
    korean = {(context, english): text for context, english, text in messages(TS)} if TS.exists() else {}
    if chosen.check:
        complaints = check(keys, korean)
        print("\n".join(complaints) or f"{len(keys)} strings, all in Korean.")
        return 1 if complaints else 0
    if chosen.fill is not None:
        filling: dict[str, str] = json.loads(chosen.fill.read_text(encoding="utf-8"))
        for context, english in keys:
            text = filling.get(f"{context}|{english}") or filling.get(english)
            if text and not korean.get((context, english)):
                korean[context, english] = text
    write(TS, keys, korean)
    QM.write_bytes(compiled(TS))
    open_ones = missing(keys, korean)
    print("\n".join(open_ones))
    print(f"{len(keys)} strings, {len(open_ones)} without Korean.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
