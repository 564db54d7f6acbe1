"""Sets up what a fresh clone lacks and starts one job; pure standard library, any system, any Python that can say no.

python3.11 resources/setup/bootstrap.py run [arguments of main.py]
py -3.11 resources/setup/bootstrap.py test [arguments of pytest]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "resources" / "setup"
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OUR_CODE = ("main.py", "engine", "storage", "gui")

# What Qt's xcb plugin loads, and the Debian package that brings it.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Where Debian puts each version of PostgreSQL, and the package that brings one.
POSTGRES_PLACES, POSTGRES_PACKAGE = Path("/usr/lib/postgresql"), "postgresql"
OLDEST_POSTGRES = 15
# Tests of the storage that use no server, or bring their own: a second server would tell nothing new of them.
ONE_SERVER_IS_ENOUGH = (
    "test_embedded*", "test_redis*", "test_cache*", "test_user_cache*", "test_bell*", "test_desk_mirror*",
    "test_memory_desk*", "test_support_servers*", "administration/test_bundle*", "cached", "vault",
)  # fmt: skip
# Programs the tests start, and the Debian package that brings each.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xvfb-run": "xvfb", "xauth": "xauth", "redis-server": "redis-server"}


def say(sentence: str) -> None:
    """One line for the person at the terminal."""
    print(f"gridwright: {sentence}", file=sys.stderr, flush=True)


def refuse(sentence: str) -> NoReturn:
    """Nothing sensible can follow."""
    say(sentence)
    sys.exit(2)


def environment() -> dict[str, str]:
    """Ours, but with bytecode: without it every start would compile a hundred thousand lines again."""
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.pop("PYTHONHOME", None)
    # A bare container has no locale at all; Qt and PostgreSQL both want UTF-8.
    if LINUX and not any(env.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        env["LC_ALL"] = "C.UTF-8"
    return env


# ------------------------------------------------------------------------------------------- system packages


def may_install() -> bool:
    """Only a root on Debian gets packages installed without being asked."""
    return LINUX and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> bool:
    """True when the packages are there afterwards."""
    say(f"installing {' '.join(packages)} with apt-get ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    # An old index names files that are gone; a failed update still leaves the old index to try.
    subprocess.run(
        ["apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    done = subprocess.run(install, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-2000:])
    return done.returncode == 0


def by_hand(packages: list[str]) -> str:
    """The end of every sentence that names packages."""
    return f"on Debian: sudo apt-get install {' '.join(packages)}"


def missing_qt_packages() -> list[str]:
    """Debian packages whose library the loader does not know; nothing to check outside Linux."""
    if not LINUX:
        return []
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    try:
        known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        known = " ".join(
            str(file) for pattern in ("lib*/*.so.*", "lib/*/*.so.*") for file in Path("/usr").glob(pattern)
        )
    return sorted({package for library, package in QT_LIBRARIES.items() if library not in known})


def missing_test_packages() -> list[str]:
    """Debian packages of the programs that are not on the PATH."""
    if not LINUX:
        return []
    return sorted({package for program, package in TEST_PROGRAMS.items() if shutil.which(program) is None})


def system_postgres() -> Path | None:
    """The programs of the oldest installed PostgreSQL that a desk may meet, None where the system has none."""
    found = [place for place in POSTGRES_PLACES.glob("[0-9]*") if (place / "bin" / "initdb").exists()]
    fitting = [place for place in found if place.name.isdecimal() and int(place.name) >= OLDEST_POSTGRES]
    return min(fitting, key=lambda place: int(place.name)) / "bin" if fitting else None


def need_system_postgres() -> Path | None:
    """The same, installed where we may; without it the tests run on the server that we bring alone."""
    if system_postgres() is None and not (may_install() and apt_install([POSTGRES_PACKAGE])):
        say("the tests run on our own PostgreSQL alone, this system has none of its own.")
    return system_postgres()


def need_window_libraries(*, wants_window: bool) -> None:
    """Qt's libraries, installed where we may; a window without them cannot open, a headless run goes on."""
    packages = missing_qt_packages()
    if not packages or (may_install() and apt_install(packages)):
        return
    sentence = f"Qt cannot open a window without these libraries; {by_hand(packages)}"
    if wants_window:
        refuse(sentence)
    say(sentence)


# --------------------------------------------------------------------------------------- virtual environment


def need_python() -> None:
    """The version, and the two modules Debian packs apart."""
    if sys.version_info < (3, 11):  # noqa: UP036  # the one file an older Python may be asked to read
        refuse(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    try:
        import ensurepip  # noqa: F401  # only to see whether Debian's python3-venv is there
        import venv  # noqa: F401  # the same
    except ImportError:
        package = f"python3.{sys.version_info.minor}-venv"
        if not (may_install() and apt_install([package])):
            refuse(f"Python's venv module is missing; {by_hand([package])}")


def stamp_text(requirements: Path) -> str:
    """Changes when another interpreter or another set of requirements is asked for."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{sys.version_info.major}.{sys.version_info.minor} {digest}\n"


def is_stamped(kind: str) -> bool:
    """Whether this environment was finished for exactly these requirements."""
    stamp = VENV / f"gridwright-{kind}.stamp"
    requirements = SETUP / f"{kind}.txt"
    return VENV_PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == stamp_text(requirements)


def need_environment(kind: str) -> None:
    """`requirements` or `requirements-dev`, installed with every hash checked; quick when it is there already."""
    if is_stamped(kind):
        return
    need_python()
    env = environment()
    pip = [str(VENV_PYTHON), "-m", "pip"]
    usable = (
        VENV_PYTHON.exists() and subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode == 0
    )
    if not usable:
        say("creating the virtual environment .venv ...")
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], env=env, check=False)
        if made.returncode != 0:
            refuse(f"the virtual environment could not be created in {VENV}.")
    say(f"installing {kind}.txt with every hash checked, a minute the first time ...")
    started = time.monotonic()
    install = [*pip, "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    install += ["-r", str(SETUP / f"{kind}.txt")]
    if subprocess.run(install, env=env, check=False).returncode != 0:
        refuse("pip could not install the requirements; its own words are above.")
    compile_bytecode(env)
    for done in ("requirements", kind):
        (VENV / f"gridwright-{done}.stamp").write_text(stamp_text(SETUP / f"{done}.txt"), encoding="utf-8")
    say(f"set up in {time.monotonic() - started:.0f} s.")


def compile_bytecode(env: dict[str, str]) -> None:
    """Libraries and our own code; ccxt alone would cost ten seconds at every start of a machine that writes none."""
    site_packages = next(iter(VENV.glob("lib/python3*/site-packages")), VENV / "Lib" / "site-packages")
    targets = [str(site_packages), *(str(ROOT / name) for name in OUR_CODE if (ROOT / name).exists())]
    # A template file that is not Python for this version is no reason to stop.
    compiler = [str(VENV_PYTHON), "-m", "compileall", "-qq", "-j", "0", *targets]
    subprocess.run(compiler, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


# ----------------------------------------------------------------------------------------------------- jobs


def become(command: list[str], env: dict[str, str]) -> NoReturn:
    """Replace this process, so that signals reach the program itself; Windows has to wait beside it."""
    if WINDOWS:
        sys.exit(subprocess.run(command, env=env, cwd=ROOT, check=False).returncode)
    os.chdir(ROOT)
    os.execve(command[0], command, env)


def has_display() -> bool:
    """Whether a window could appear at all."""
    return not LINUX or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def under_display(command: list[str]) -> list[str]:
    """On Linux always the same virtual screen, whatever the desk of the person who calls."""
    if not LINUX:
        return command
    xvfb_run = shutil.which("xvfb-run") or "xvfb-run"
    return [xvfb_run, "-a", "-s", "-screen 0 1920x1200x24 -nolisten tcp", *command]


def need_test_machine() -> None:
    """Everything but Python that lint, tests, pictures and packaging use."""
    need_environment("requirements-dev")
    packages = missing_qt_packages() + missing_test_packages()
    if packages and not (may_install() and apt_install(packages)):
        refuse(f"the tests need these programs and libraries; {by_hand(packages)}")


def test_environment() -> dict[str, str]:
    """The same for everybody: language, screen and drawing do not depend on who runs it."""
    env = environment()
    if LINUX:
        env.update(LC_ALL="C.UTF-8", QT_QPA_PLATFORM="xcb", LIBGL_ALWAYS_SOFTWARE="1")
        env.pop("WAYLAND_DISPLAY", None)
    return env


def run(arguments: list[str]) -> NoReturn:
    """The main job."""
    need_environment("requirements")
    if "--no-gui" not in arguments:
        need_window_libraries(wants_window=has_display())
    become([str(VENV_PYTHON), str(ROOT / "main.py"), *arguments], environment())


def lint_steps() -> list[tuple[str, list[str]]]:
    """What reads the code without running it."""
    python = str(VENV_PYTHON)
    contracts = "import sys; from importlinter.cli import lint_imports_command as c; sys.argv[0] = 'lint-imports'; c()"
    return [
        ("ruff check", [python, "-m", "ruff", "check", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        ("mypy", [python, "-m", "mypy"]),
        ("import contracts", [python, "-c", contracts, "--no-logo"]),
    ]


def failures(steps: list[tuple[str, list[str]]], *, is_aside: bool = False) -> list[str]:
    """The names of the steps that complained. `is_aside`: what a step says is kept until its end, in one piece."""
    failed = []
    for name, command in steps:
        started = time.monotonic()
        said = (subprocess.PIPE, subprocess.STDOUT) if is_aside else (None, None)
        done = subprocess.run(command, env=test_environment(), cwd=ROOT, check=False, stdout=said[0], stderr=said[1])
        if done.stdout:
            sys.stderr.write("\n" + done.stdout.decode(errors="replace"))
        code = done.returncode
        say(f"{name}: {'ok' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - started:.1f} s")
        if code != 0:
            failed.append(name)
    return failed


def run_steps(steps: list[tuple[str, list[str]]], aside: list[tuple[str, list[str]]] | None = None) -> NoReturn:
    """All of them, so that one run shows every complaint; the exit code is 1 when any step complained.

    Those in `aside` run one after the other beside the first ones.
    """
    found: list[str] = []
    beside = threading.Thread(target=lambda: found.extend(failures(aside or [], is_aside=True)))
    beside.start()
    failed = failures(steps)
    beside.join()
    failed += found
    if failed:
        say(f"failed: {', '.join(failed)}.")
    sys.exit(1 if failed else 0)


def lint(_arguments: list[str]) -> NoReturn:
    """Style, types and contracts."""
    need_environment("requirements-dev")
    run_steps(lint_steps())


def test(arguments: list[str]) -> NoReturn:
    """Everything; with arguments for pytest, only what they name."""
    need_test_machine()
    # Two for each core: most of them wait for servers, programs and clocks most of the time.
    workers = ["-n", str(min(8, 2 * (os.cpu_count() or 1))), "--dist", "worksteal"]
    pytest = [str(VENV_PYTHON), "-m", "pytest", "-q"]
    if arguments:
        become(under_display([*pytest, *arguments]), test_environment())
    steps = [("pytest", under_display([*pytest, *workers]))]
    if (programs := need_system_postgres()) is not None:
        ignored = [f"--ignore-glob=tests/storage/{name}" for name in ONE_SERVER_IS_ENOUGH]
        again = ["env", f"GRIDWRIGHT_TEST_POSTGRES={programs}", *pytest, *workers, "tests/storage", *ignored]
        steps.append((f"pytest on PostgreSQL {programs.parent.name}", again))
    # mypy keeps one core busy for a minute, and the first tests wait for servers to be made.
    run_steps(steps, aside=lint_steps())


def bench(arguments: list[str]) -> NoReturn:
    """The measurements, by hand."""
    need_test_machine()
    become(under_display([str(VENV_PYTHON), "-m", "tests.bench", *arguments]), test_environment())


def screens(arguments: list[str]) -> NoReturn:
    """Pictures of the window."""
    need_test_machine()
    script = str(ROOT / "resources" / "screens" / "take_screens.py")
    become(under_display([str(VENV_PYTHON), script, *arguments]), test_environment())


def translations(arguments: list[str]) -> NoReturn:
    """Collect every visible string, keep its Korean, compile; says what has none yet."""
    need_environment("requirements-dev")
    become([str(VENV_PYTHON), str(ROOT / "resources" / "translations" / "update.py"), *arguments], environment())


def missing_app_packages() -> list[str]:
    """Debian packages that PyInstaller needs beside Qt's libraries, which it puts into the folder."""
    if not LINUX:
        return []
    packages = [] if shutil.which("objdump") and shutil.which("strip") else ["binutils"]
    # Debian's interpreter does without its own shared library; the packaged one does not.
    look = "from PyInstaller.depend.bindepend import get_python_library_path as look; look()"
    if subprocess.run([str(VENV_PYTHON), "-c", look], capture_output=True, check=False).returncode != 0:
        packages.append(f"libpython3.{sys.version_info.minor}")
    return packages


def app(arguments: list[str]) -> NoReturn:
    """The folder that runs without Python, tried out."""
    need_test_machine()
    packages = missing_app_packages()
    if packages and not (may_install() and apt_install(packages)):
        refuse(f"the packaged program cannot be built without these; {by_hand(packages)}")
    become([str(VENV_PYTHON), str(ROOT / "resources" / "packaging" / "build_app.py"), *arguments], environment())


def setup(_arguments: list[str]) -> NoReturn:
    """The development environment and nothing else."""
    need_environment("requirements-dev")
    sys.exit(0)


def requirements(arguments: list[str]) -> NoReturn:
    """Resolve the .in files for every system at once; `--upgrade` takes newer versions, without it pins stay."""
    need_environment("requirements-dev")
    for kind in ("requirements", "requirements-dev", "requirements-clients"):
        resolve = ["uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"]
        plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        files = [str(SETUP / f"{kind}.in"), "-o", str(SETUP / f"{kind}.txt")]
        done = subprocess.run([str(VENV_PYTHON), "-m", *resolve, *plain, *files, *arguments], cwd=SETUP, check=False)
        if done.returncode != 0:
            refuse(f"{kind}.in could not be resolved; the reason is above.")
        say(f"wrote {kind}.txt")
    sys.exit(0)


JOBS = {
    "run": run,
    "test": test,
    "lint": lint,
    "bench": bench,
    "screens": screens,
    "translations": translations,
    "app": app,
    "requirements": requirements,
    "setup": setup,
}


def main(arguments: list[str]) -> None:
    """Pick the job."""
    if not arguments or arguments[0] not in JOBS:
        refuse(f"say which job: {', '.join(JOBS)}.")
    JOBS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
