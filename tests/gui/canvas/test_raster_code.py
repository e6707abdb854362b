"""The compiled kernel: kept in the cache, and never waited for by those who close."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

raster_code = pytest.importorskip("bpstudio.gui.canvas.raster_code", exc_type=ImportError)


def no_process(*_arguments: Any, **_options: Any) -> None:
    raise AssertionError("The compiler was called.")


def test_that_what_was_compiled_is_found_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "connections.kernels"
    monkeypatch.setattr(raster_code, "code_path", lambda *_: path)
    assert raster_code.make_kernel(lambda: False) is not None
    monkeypatch.setattr(raster_code.subprocess, "Popen", no_process)
    assert raster_code.make_kernel(lambda: False) is not None


def test_that_compiling_ends_when_nobody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "connections.kernels"
    monkeypatch.setattr(raster_code, "code_path", lambda *_: path)
    assert raster_code.make_kernel(lambda: True) is None
    assert not path.exists()


def test_that_a_compiler_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "not there" / "connections.kernels"
    monkeypatch.setattr(raster_code, "code_path", lambda *_: path)
    with pytest.raises(RuntimeError, match="canvas"):
        raster_code.make_kernel(lambda: False)
