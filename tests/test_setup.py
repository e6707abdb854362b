"""Set-up: what dev.py does, without a network and without installing; the lock; the wheel."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import time
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def load(path: Path) -> ModuleType:
    """dev.py as a module of its own, so that what a test changes in it stays in the test."""
    spec = importlib.util.spec_from_file_location("dev_under_test", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Commands:
    """Stands in for the commands dev.py starts: keeps them, and answers by the first rule that fits.

    A rule is (a part of the command line, the exit code); a command without a rule succeeds. Making
    an environment leaves a file for its Python, without which nothing in the environment starts.
    """

    def __init__(self, python: Path) -> None:
        self.python = python
        self.lines: list[str] = []
        self.environments: list[dict[str, str]] = []
        self.rules: list[tuple[str, int]] = []

    def __call__(self, command: list[str], **options: Any) -> int:
        line = " ".join(str(part) for part in command)
        if command[0] == str(self.python) and not self.python.exists():
            raise FileNotFoundError(self.python)
        self.lines.append(line)
        self.environments.append(options.get("env") or {})
        code = next((code for part, code in self.rules if part in line), 0)
        if " -m venv " in line and code == 0:
            self.python.parent.mkdir(parents=True)
            self.python.touch()
        return code

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, self(command, **options), "", "")

    def count(self, part: str) -> int:
        return sum(part in line for line in self.lines)


@pytest.fixture
def dev(tmp_path: Path) -> ModuleType:
    """dev.py in a project of its own that is not set up."""
    for name in ("dev.py", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return load(tmp_path / "dev.py")


@pytest.fixture
def commands(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands that dev.py starts, none of which is really run."""
    fake = Commands(dev.venv_python())
    stand_in = SimpleNamespace(call=fake, run=fake.run, DEVNULL=subprocess.DEVNULL)
    monkeypatch.setattr(dev, "subprocess", stand_in)
    return fake


@pytest.fixture
def finished(dev: ModuleType, commands: Commands) -> ModuleType:
    """dev.py in a project that was set up, as far as its files tell."""
    dev.set_up()
    commands.lines.clear()
    commands.environments.clear()
    return dev


@pytest.fixture
def linux(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes this machine a Linux with the display, the user and the packager a test asks for."""

    def pretend(display: str = "", root: bool = False, apt: bool = True) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
        which = (lambda name: f"/usr/bin/{name}") if apt else (lambda name: None)
        monkeypatch.setattr(dev, "shutil", SimpleNamespace(which=which))

    return pretend


# --- what dev.py asks of the machine


def test_that_dev_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module is not None
            names.add(node.module.split(".")[0])
    assert names and names <= sys.stdlib_module_names


def test_that_an_older_python_can_read_dev_and_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.9\."):
        load(ROOT / "dev.py")


@pytest.mark.parametrize(
    ("system", "path"), [("posix", "bin/python"), ("nt", "Scripts/python.exe")]
)
def test_that_the_environments_python_is_found_on_every_system(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, system: str, path: str
) -> None:
    monkeypatch.setattr(dev, "os", SimpleNamespace(name=system))
    assert dev.venv_python() == dev.ROOT / ".venv" / path


# --- installing


def test_that_a_set_up_installs_the_lock_with_hashes_and_the_project_without_network(
    dev: ModuleType, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.set_up()
    installs = [line for line in commands.lines if " install " in line]
    assert len(installs) == 2
    assert f"--require-hashes --requirement {dev.LOCK}" in installs[0]
    assert f"--no-deps --no-build-isolation --editable {dev.ROOT}" in installs[1]
    assert capsys.readouterr().out == "Setting up (once, about a minute)...\n"


def test_that_a_second_set_up_does_nothing(
    finished: ModuleType, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    finished.set_up()
    assert commands.lines == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_that_a_changed_file_is_installed_into_the_same_environment(
    finished: ModuleType, commands: Commands, name: str
) -> None:
    with (finished.ROOT / name).open("a") as file:
        file.write("# changed\n")
    finished.set_up()
    assert commands.count(" install ") == 2
    assert commands.count("-m venv") == 0
    assert finished.content(finished.STAMP) == finished.fingerprint()


def test_that_a_moved_project_is_set_up_again(dev: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for name in ("dev.py", "pyproject.toml", "requirements.lock"):
        (copy / name).write_bytes((dev.ROOT / name).read_bytes())
    assert load(copy / "dev.py").fingerprint() != dev.fingerprint()


def test_that_a_half_made_environment_is_made_anew(
    finished: ModuleType, commands: Commands
) -> None:
    leftover = finished.VENV / "leftover"
    leftover.touch()
    finished.STAMP.write_text(finished.UNFINISHED)
    finished.set_up()
    assert not leftover.exists()
    assert commands.count("-m venv") == 1


def test_that_an_environment_without_a_python_is_made_anew(
    finished: ModuleType, commands: Commands
) -> None:
    finished.venv_python().unlink()
    finished.set_up()
    assert commands.count("-m venv") == 1


def test_that_an_environment_that_lost_its_configuration_is_made_anew(
    dev: ModuleType,
) -> None:
    venv.create(dev.VENV, with_pip=False, symlinks=os.name != "nt")
    configuration = dev.VENV / "pyvenv.cfg"
    configuration.unlink()  # as a deletion that was interrupted leaves it
    dev.make_environment()
    assert configuration.exists()


def test_that_pip_never_installs_into_the_systems_python(
    dev: ModuleType, commands: Commands
) -> None:
    dev.set_up()
    installs = [line for line in commands.lines if " install " in line]
    assert installs and all("--require-virtualenv" in line for line in installs)


def test_that_an_environment_made_by_hand_is_used_as_it_is(
    finished: ModuleType, commands: Commands
) -> None:
    finished.STAMP.unlink()
    own = finished.VENV / "own"
    own.touch()
    finished.set_up()
    assert own.exists()
    assert commands.count("-m venv") == 0
    assert commands.count(" install ") == 2


def test_that_a_python_without_ensurepip_is_enough(dev: ModuleType, commands: Commands) -> None:
    commands.rules = [("--without-pip", 0), ("-m venv", 1), (f"{commands.python} -m pip", 1)]
    dev.set_up()
    outside = f"{dev.PYTHON} -m pip --python {dev.venv_python()} install"
    assert commands.count(outside) == 2


def test_that_a_machine_without_pip_is_told_how_to_get_it(
    dev: ModuleType, commands: Commands
) -> None:
    commands.rules = [("-m pip", 1)]
    with pytest.raises(SystemExit, match="Install it, on Debian and Ubuntu with: sudo apt-get"):
        dev.set_up()


def test_that_a_python_without_venv_is_told_how_to_get_it(
    dev: ModuleType, commands: Commands
) -> None:
    commands.rules = [("-m venv", 1)]
    with pytest.raises(SystemExit, match="cannot make a virtual environment in"):
        dev.set_up()


@pytest.mark.parametrize(
    ("code", "made_anew"), [pytest.param(1, 0, id="gave up"), pytest.param(-9, 1, id="was killed")]
)
def test_that_the_next_set_up_goes_on_after_pip_failed(
    dev: ModuleType, commands: Commands, code: int, made_anew: int
) -> None:
    commands.rules = [(" install ", code)]
    with pytest.raises(SystemExit, match="Set-up stopped"):
        dev.set_up()
    commands.lines.clear()
    commands.rules = []
    dev.set_up()
    assert commands.count("-m venv") == made_anew
    assert commands.count(" install ") == 2


# --- Qt's system libraries


def test_that_a_missing_library_is_named_with_the_line_to_run(
    dev: ModuleType,
    linux: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    linux(display=":0")
    reason = "ImportError: libEGL.so.1: cannot open shared object file"
    monkeypatch.setattr(dev, "qt_problem", lambda kind: reason)
    assert not dev.qt_is_ready()
    message = capsys.readouterr().err.splitlines()
    assert message[0] == f"Qt cannot start: {reason}"
    line = message[-1].split()
    assert line[:3] == ["sudo", "apt-get", "install"]
    assert {"libegl1", "libxkbcommon0", "libxcb-cursor0", "fonts-dejavu-core"} <= set(line)


def test_that_root_gets_the_libraries_installed_without_a_question(
    finished: ModuleType,
    commands: Commands,
    linux: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linux(root=True)
    monkeypatch.setattr(
        finished, "qt_problem", lambda kind: "" if commands.count("apt-get install") else "missing"
    )
    assert finished.qt_is_ready()
    assert commands.lines[0].startswith("apt-get update")
    assert commands.lines[1].startswith("apt-get install --yes")
    assert "libegl1" in commands.lines[1]
    assert "libxcb" not in commands.lines[1]  # there is no display
    assert all(env["DEBIAN_FRONTEND"] == "noninteractive" for env in commands.environments)


def test_that_nothing_is_installed_where_there_is_no_apt_get(
    finished: ModuleType,
    commands: Commands,
    linux: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linux(root=True, apt=False)
    monkeypatch.setattr(finished, "qt_problem", lambda kind: "missing")
    assert not finished.qt_is_ready()
    assert commands.lines == []


def test_that_qt_is_probed_once_for_each_kind_of_display(
    finished: ModuleType, linux: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    probed = []

    def probe(kind: str) -> str:
        probed.append(kind)
        return ""

    monkeypatch.setattr(finished, "qt_problem", probe)
    for display in ("", "", ":0", ":0", ""):
        linux(display=display)
        assert finished.qt_is_ready()
    assert probed == ["offscreen", "x11"]


def test_that_the_probe_finds_qt_where_these_tests_run(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "venv_python", lambda: Path(sys.executable))
    assert dev.qt_problem("offscreen") == ""


def test_that_the_probe_gives_the_last_line_of_what_went_wrong(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "venv_python", lambda: Path(sys.executable))
    monkeypatch.setattr(dev, "QT_PROBE", "raise ImportError('libGL.so.1: not there')")
    assert dev.qt_problem("offscreen") == "ImportError: libGL.so.1: not there"


# --- running


@pytest.mark.parametrize(
    ("display", "arguments", "passed_on"),
    [
        ("", [], ["demo"]),
        (":0", [], []),
        ("", ["train", "a.csv", "--json"], ["train", "a.csv", "--json"]),
        (":0", ["a.bps"], ["a.bps"]),
    ],
)
def test_that_arguments_are_passed_on_and_no_display_means_the_demo(
    finished: ModuleType,
    linux: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    display: str,
    arguments: list[str],
    passed_on: list[str],
) -> None:
    linux(display=display)
    monkeypatch.setattr(finished, "run", lambda given: given)
    assert finished.main(arguments) == passed_on


@pytest.mark.parametrize(
    ("display", "arguments", "goes_on"),
    [
        (":0", [], False),
        ("", ["setup"], False),
        ("", ["test"], False),
        ("", [], True),
        ("", ["train", "a.csv"], True),
    ],
)
def test_that_only_what_cannot_do_without_qt_stops_for_it(
    finished: ModuleType,
    linux: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    display: str,
    arguments: list[str],
    goes_on: bool,
) -> None:
    linux(display=display)
    monkeypatch.setattr(finished, "qt_problem", lambda kind: "missing")
    monkeypatch.setattr(finished, "run", lambda given: 0)
    assert finished.main(arguments) == (0 if goes_on else 1)


def test_that_a_project_that_is_set_up_starts_in_a_second_and_the_exit_code_is_the_apps(
    dev: ModuleType, tmp_path: Path
) -> None:
    venv.create(dev.VENV, with_pip=False, symlinks=os.name != "nt")
    for stamp in ("bpstudio-setup", "bpstudio-qt-offscreen", "bpstudio-qt-x11"):
        (dev.VENV / stamp).write_text(dev.fingerprint())
    app = tmp_path / "path" / "bpstudio"
    app.mkdir(parents=True)
    (app / "__main__.py").write_text(
        "import os, sys; print(os.getcwd(), sys.argv[1:]); sys.exit(7)"
    )
    took = []
    for _ in range(3):  # the quickest of three, as other work on this machine may slow one down
        start = time.monotonic()
        result = subprocess.run(
            [sys.executable, str(tmp_path / "dev.py"), "predict", "a b.bps"],
            capture_output=True,
            check=False,
            cwd=app,
            env={**os.environ, "PYTHONPATH": str(app.parent)},
            text=True,
        )
        took.append(time.monotonic() - start)
    assert min(took) < 1
    assert result.stdout == f"{app} ['predict', 'a b.bps']\n"
    assert result.returncode == 7


# --- testing


def test_that_every_check_runs_and_pytest_comes_last(
    finished: ModuleType, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert finished.test([]) == 0
    checks = [line.partition(" ")[2] for line in commands.lines]
    assert checks[:3] == ["-m ruff check .", "-m ruff format --check .", "-m mypy"]
    assert "importlinter" in checks[3]
    assert checks[4] == "-m pytest -n 2"
    assert capsys.readouterr().out.splitlines()[-1].startswith("== everything passed (")


def test_that_a_failed_check_is_named_and_the_others_still_run(
    finished: ModuleType, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.rules = [("mypy", 1)]
    assert finished.test([]) == 1
    assert len(commands.lines) == 5
    assert capsys.readouterr().out.splitlines()[-1].startswith("== failed: mypy (")


def test_that_arguments_for_pytest_leave_the_other_checks_out(
    finished: ModuleType, commands: Commands
) -> None:
    assert finished.test(["-x", "tests/gui"]) == 0
    assert [line.partition(" ")[2] for line in commands.lines] == ["-m pytest -x tests/gui"]


@pytest.mark.parametrize(("given", "used"), [(None, "offscreen"), ("minimal", "minimal")])
def test_that_tests_need_no_display_unless_one_is_asked_for(
    finished: ModuleType,
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    given: str | None,
    used: str,
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    if given:
        monkeypatch.setenv("QT_QPA_PLATFORM", given)
    finished.test([])
    assert {env["QT_QPA_PLATFORM"] for env in commands.environments} == {used}


# --- the lock and the wheel


def test_that_the_lock_pins_what_the_project_names_with_hashes_and_no_address() -> None:
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", LOCK, flags=re.MULTILINE))
    named = [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["dependency-groups"]["dev"],
        *PYPROJECT["build-system"]["requires"],
    ]
    for requirement in map(Requirement, named):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None and requirement.specifier.contains(pin), requirement
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK


def test_that_a_wheel_contains_the_package_and_its_resources(tmp_path: Path) -> None:
    build = "import hatchling.build, sys; hatchling.build.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], check=True, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    contents = set(zipfile.ZipFile(wheel).namelist())
    resources = {
        f"bpstudio/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    }
    assert "bpstudio/resources/icons/app.svg" in resources
    assert resources | {"bpstudio/__init__.py"} <= contents
