#!/usr/bin/env python3
"""Sets bpstudio up, runs it and tests it. Python and pip are all it needs.

python3 dev.py [args]         sets up once, then runs "bpstudio [args]"; without arguments and
                              without a display that is "bpstudio demo"
python3 dev.py test [args]    runs every check; with arguments, only pytest with these
python3 dev.py bench [args]   measures how fast it is ("bench --peers" installs what to compare with)
python3 dev.py setup          sets up, no more
python3 dev.py lock [args]    makes requirements.lock again ("lock --upgrade": with newer versions)
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

# All of this file has to parse on an older Python 3, which would else show a SyntaxError instead.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "bpstudio needs Python 3.11 or newer, and this is Python {}.{}. Run dev.py with a newer "
        "one, for instance: python3.11 dev.py".format(*sys.version_info[:2])
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
# Not a virtual environment's Python, which could not make its own environment anew.
PYTHON = getattr(sys, "_base_executable", sys.executable)
STAMP = VENV / "bpstudio-setup"
UNFINISHED = "unfinished"

APT_INSTALL = "apt-get install --yes --no-install-recommends "
QT_PACKAGES = (
    "libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 fonts-dejavu-core"
)
X11_PACKAGES = " libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"

# Run by the environment's Python. Loading Qt's X11 plugin names a missing library in one sentence,
# where Qt itself would abort; without any font Qt draws boxes for letters and does not complain.
QT_PROBE = """
import ctypes, pathlib, sys
import PySide6
from PySide6 import QtGui, QtWidgets
if "x11" in sys.argv:
    ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"))
app = QtGui.QGuiApplication(["probe", "-platform", "offscreen"])
if not QtGui.QFontMetrics(QtGui.QFont()).inFontUcs4(ord("A")):
    sys.exit("there is no font to draw text with")
"""


def venv_python() -> Path:
    """The environment's own Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(*command: object) -> bool:
    """Whether a command can be started and succeeds; it gets no input, its output is not shown."""
    parts = [str(part) for part in command]
    try:
        result = subprocess.run(parts, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return False
    return result.returncode == 0


def fingerprint() -> str:
    """What a set-up holds for: this lock, this project file, this Python, this place."""
    place = f"{sys.version_info[:2]} {ROOT}".encode()
    parts = LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), place
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def content(stamp: Path) -> str:
    """What a stamp file says, "" if there is none."""
    return stamp.read_text() if stamp.is_file() else ""


def set_up() -> None:
    """Makes the environment and installs what is locked; does nothing where that is done."""
    if content(STAMP) == fingerprint() and venv_python().exists():
        return
    print("Setting up (once, about a minute)...", flush=True)
    make_environment()
    STAMP.write_text(UNFINISHED)
    pip("install", "--require-hashes", "--requirement", LOCK)
    # The lock holds the build backend, so this needs neither network nor an environment of its own.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    STAMP.write_text(fingerprint())


def make_environment() -> None:
    """Makes the environment, unless there is a whole one for this version of Python."""
    # Without its pyvenv.cfg the Python in there is the system's, and has the system's prefix.
    is_whole = (
        "import sys; sys.exit(sys.prefix == sys.base_prefix "
        f"or sys.version_info[:2] != {sys.version_info[:2]})"
    )
    if content(STAMP) != UNFINISHED and works(venv_python(), "-c", is_whole):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    STAMP.write_text(UNFINISHED)
    command = (PYTHON, "-m", "venv", VENV)
    # Debian's venv fails where ensurepip is a package apart; pip() then works from outside.
    if not works(*command) and not works(*command, "--without-pip"):
        sys.exit(
            f"{PYTHON} cannot make a virtual environment in {VENV}. "
            "On Debian and Ubuntu, run this first: sudo apt-get install python3-venv"
        )


def pip(*arguments: object) -> None:
    """Runs pip on the environment: the pip inside, or else the outer Python's."""
    python = venv_python()
    for command in ([python, "-m", "pip"], [PYTHON, "-m", "pip", "--python", python]):
        if works(*command, "--version"):
            break
    else:
        sys.exit(
            "bpstudio needs pip 22.3 or newer to set itself up. Install it, on Debian and Ubuntu "
            "with: sudo apt-get install python3-pip python3-venv (elsewhere with: "
            f"{PYTHON} -m ensurepip --upgrade), then run dev.py again."
        )
    # Whatever is wrong with the environment, the packages of the system's Python stay as they are.
    options = ("--require-virtualenv", "-qq", "--disable-pip-version-check", "--no-input")
    code = subprocess.call([str(c) for c in (*command, *arguments, *options)])
    if code > 0:
        STAMP.unlink(missing_ok=True)  # pip has undone what it began: nothing is half made
    if code:
        sys.exit("Set-up stopped. Put right what pip says above, then run dev.py again.")


def has_display() -> bool:
    """Whether a window can be shown; macOS and Windows always have a display."""
    on_linux = sys.platform.startswith("linux")
    return not on_linux or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def qt_problem(kind: str) -> str:
    """Why Qt cannot start, "" if it can; kind is "x11" or "offscreen"."""
    probe = [str(venv_python()), "-c", QT_PROBE, kind]
    result = subprocess.run(probe, capture_output=True, check=False, text=True, errors="replace")
    if result.returncode == 0:
        return ""
    return (result.stderr.strip() or f"code {result.returncode}").splitlines()[-1]


def qt_is_ready() -> bool:
    """Whether Qt finds its system libraries; on Debian and Ubuntu, root has them installed."""
    kind = "x11" if os.environ.get("DISPLAY") else "offscreen"
    stamp = VENV / f"bpstudio-qt-{kind}"
    if not sys.platform.startswith("linux") or content(stamp) == fingerprint():
        return True
    install = APT_INSTALL + QT_PACKAGES + (X11_PACKAGES if kind == "x11" else "")
    is_root = os.geteuid() == 0
    problem = qt_problem(kind)
    if problem and is_root and shutil.which("apt-get"):
        print("Installing the system libraries that Qt needs...", flush=True)
        noninteractive = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in ("apt-get update", install):
            command = [*step.split(), "-qq"]
            subprocess.call(
                command, env=noninteractive, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
        problem = qt_problem(kind)
    if problem:
        print(
            f"Qt cannot start: {problem}\nInstall what it needs from the system, then run dev.py "
            f"again. On Debian and Ubuntu:\n  {'' if is_root else 'sudo '}{install}",
            file=sys.stderr,
        )
        return False
    stamp.write_text(fingerprint())
    return True


def run(arguments: list[str]) -> int:
    """Runs bpstudio in the folder the user is in; the exit code is the app's."""
    # -P: a random.py in that folder must not stand in for the standard library's.
    command = [str(venv_python()), "-P", "-m", "bpstudio", *arguments]
    if os.name == "posix":
        os.execv(command[0], command)  # so signals reach the app too
    return subprocess.call(command)


def test(arguments: list[str]) -> int:
    """Runs every check and says which failed; with arguments, only pytest with these."""
    stages = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "lint-imports": ["-c", "from importlinter.cli import lint_imports_command as f; f()"],
        # The last, so that its closing line is in sight; two processes halve its time.
        "pytest": ["-m", "pytest", *(arguments or ["-n", "2"])],
    }
    # One thread, so that sums are added in the same order on every machine.
    env = {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1", **os.environ}
    start = time.monotonic()
    failed = []
    for stage in ["pytest"] if arguments else stages:
        print(f"== {stage}", flush=True)
        if subprocess.call([str(venv_python()), *stages[stage]], cwd=ROOT, env=env):
            failed.append(stage)
    verdict = f"failed: {', '.join(failed)}" if failed else "everything passed"
    print(f"== {verdict} ({time.monotonic() - start:.0f} s)")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Measures speed beside the peers there are; after --peers they are there (gigabytes)."""
    if arguments[:1] == ["--peers"]:
        import tomllib  # noqa: PLC0415 (an older Python, which has none, is to get its sentence)

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        pip("install", *project["dependency-groups"]["bench"])
        arguments = arguments[1:]
    return subprocess.call([str(venv_python()), "-m", "tests.benchmarks", *arguments], cwd=ROOT)


def lock(arguments: list[str]) -> int:
    """Pins what pyproject.toml names, with hashes, for every platform and Python from 3.11 on."""
    make_environment()
    uv = [str(venv_python()), "-m", "uv"]
    if not works(*uv, "--version"):
        pip("install", "uv")
    compile_all = (
        "pip compile pyproject.toml --group dev --universal --python-version 3.11 "
        "--generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock"
    )
    return subprocess.call([*uv, *compile_all.split(), *arguments], cwd=ROOT)


def main(arguments: list[str]) -> int:
    """Does what the command line asks for; returns the exit code."""
    command = arguments[0] if arguments else ""
    if command == "lock":
        return lock(arguments[1:])
    set_up()
    # Without Qt the command line still works, and the demo's training.
    opens_window = not arguments and has_display()
    if not qt_is_ready() and (opens_window or command in ("setup", "test")):
        return 1
    if command == "setup":
        print("bpstudio is set up. To open it: python3 dev.py")
        return 0
    if command == "test":
        return test(arguments[1:])
    if command == "bench":
        return bench(arguments[1:])
    return run(arguments or ([] if opens_window else ["demo"]))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
