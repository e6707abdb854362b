"""The command line as people start it: no Qt, quiet pipes, Ctrl+C, a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bpstudio.files.project_file import load
from tests.cli.command import IRIS

START = [sys.executable, "-P", "-m", "bpstudio"]


def start(*words: object, folder: Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [*START, *map(str, words)]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


def test_that_no_command_without_a_window_loads_qt(tmp_path: Path, iris: Path) -> None:
    commands = [
        ["train", IRIS, "--epochs", "2", "--out", "a.bps"],
        ["evaluate", str(iris)],
        ["predict", str(iris), IRIS],
        ["export", str(iris), "w.npz"],
        ["check", str(iris)],
        ["--help"],
    ]
    script = f"""
import sys
from bpstudio.__main__ import main
for command in {commands!r}:
    assert main(command) == 0, command
loaded = [name for name in sys.modules if name.startswith(("PySide6", "shiboken", "pyqtgraph"))]
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_exit_codes_and_streams(tmp_path: Path) -> None:
    done = start("train", IRIS, "--epochs", 2, "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["out"] == "iris.bps"
    wrong = start("evaluate", "no.bps", folder=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("\n") == 1


def test_that_scale_2_draws_twice_the_pixels(tmp_path: Path) -> None:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = start(
        "screenshot", "a.png", "--size", "960x620", "--scale", 2, folder=tmp_path, env=env
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    head = (tmp_path / "a.png").read_bytes()[16:24]
    assert (int.from_bytes(head[:4]), int.from_bytes(head[4:])) == (1920, 1240)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a display")
def test_that_the_app_without_a_display_says_what_to_do(tmp_path: Path) -> None:
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: value for name, value in os.environ.items() if name not in without}
    done = start(folder=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no display" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="uses POSIX pipes")
def test_that_a_closed_pipe_is_no_error(tmp_path: Path, iris: Path) -> None:
    head = Path(IRIS).read_text().splitlines()
    (tmp_path / "many.csv").write_text("\n".join(head[:1] + head[1:] * 200))
    command = [*START, "predict", str(iris), "many.csv"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="uses a POSIX terminal")
def test_that_ctrl_c_in_a_terminal_keeps_what_was_learned(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [*START, "train", IRIS, "--epochs", "1000000", "--out", "a.bps"]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=theirs
    ) as running:
        os.close(theirs)
        seen = b""
        deadline = time.monotonic() + 20
        while seen.count(b"epochs:") < 4 and time.monotonic() < deadline:
            seen += os.read(ours, 65536)
        running.send_signal(signal.SIGINT)
        # What is still drawn has to be read, or the terminal would block it.
        while running.poll() is None and time.monotonic() < deadline:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
        assert running.stdout is not None
        out = running.stdout.read().decode()
    os.close(ours)
    assert running.returncode == 0
    assert "Stopped in epoch" in out
    assert load(tmp_path / "a.bps").epoch > 0
    picture = seen.decode()
    assert "┤" in picture and "loss: training" in picture and "\x1b[" in picture
