"""What every test gets: a quiet platform, the same examples every time, and a watch for leaks."""

from __future__ import annotations

import os
import tempfile

# Before anything imports Qt or NumPy: no window opens, and sums are added in one order.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What the app remembers for its user is not for tests to change.
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="bpstudio-tests-")

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bpstudio.engines import choice

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
LEAK_SECONDS = 5.0
"""How long a thread, timer or window may take to end after its test."""

# A busy machine is no reason to fail. HYPOTHESIS_PROFILE=explore looks for examples nobody has seen.
_COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, max_examples=40, **_COMMON)
settings.register_profile("explore", print_blob=True, max_examples=300, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

_leaked: list[threading.Thread] = []


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets that lie beside the repository; the test is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the data in {SHARED}")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def compiled_kernels() -> None:
    """Have the kernels compiled once, before the first test: from the cache, if this machine has
    them."""
    for dtype in ("float64", "float32"):
        choice.prepare(dtype)
    while not all(choice.is_ready(dtype) for dtype in ("float64", "float32")):
        threading.Event().wait(0.02)


@pytest.fixture(scope="module", autouse=True)
def settled_heap() -> None:
    """What is there before a module's tests is there to stay: collecting garbage and looking for leaks
    after every test takes only as long as what these tests make."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_is_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, and a test with Qt that leaves a timer or a window, alive."""
    threads = set(threading.enumerate())
    with_qt = "qapp" in request.fixturenames
    timers, windows = (_active_timers(), _windows()) if with_qt else ([], [])
    yield
    left: list[Any] = [t for t in _working_threads() if t not in threads]
    _wait_until(lambda: not any(t.is_alive() for t in left))
    left = [t for t in left if t.is_alive()]
    _leaked.extend(left)
    if with_qt:
        _wait_until(lambda: not _added(_active_timers, timers) and not _added(_windows, windows))
        left += _added(_active_timers, timers) + _added(_windows, windows)
    if left:
        pytest.fail("The test left running: " + ", ".join(map(repr, left)))


def pytest_unconfigure() -> None:
    """A leaked thread would keep the interpreter from ending, and a failed run would hang."""
    if any(thread.is_alive() for thread in _leaked):
        sys.stdout.flush()
        os._exit(1)


def _working_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if not t.daemon and t.is_alive()]


def _wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + LEAK_SECONDS
    while not condition() and time.monotonic() < limit:
        _process_events()
        gc.collect()
        threading.Event().wait(0.01)


def _process_events() -> None:
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtCore import QCoreApplication, QEvent

        if QCoreApplication.instance() is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents()


def _added(look: Callable[[], list[Any]], before: list[Any]) -> list[Any]:
    return [found for found in look() if not any(found is known for known in before)]


def _active_timers() -> list[Any]:
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    # By type: asking some lazily made objects for their class would import what they stand for.
    timers = [x for x in gc.get_objects() if issubclass(type(x), QTimer)]
    return [timer for timer in timers if isValid(timer) and timer.isActive()]


def _windows() -> list[Any]:
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
