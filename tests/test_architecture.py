"""The house rules that no linter sees: what a process loads, and that the public names are there.

The import contracts and the ban on pickle are checked by import-linter and ruff; ``dev.py test`` runs
both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bpstudio as bp

ROOT = Path(bp.__file__).resolve().parent
QT = ("PySide6", "shiboken6", "pyqtgraph")


def loaded_by(*statements: str) -> set[str]:
    """Top-level names of the modules that a fresh process has loaded after these statements."""
    script = "\n".join(
        ["import sys", *statements, "print(*{name.partition('.')[0] for name in sys.modules})"]
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def modules_of(*packages: str) -> list[str]:
    """Every module below these packages, by its full name."""
    paths = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    names = [".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in names]


def test_that_nothing_outside_the_window_loads_qt() -> None:
    modules = modules_of("model", "engines", "training", "explain", "files", "cli")
    assert "bpstudio.training.session" in modules and "bpstudio.cli.main" in modules
    loaded = loaded_by(*(f"import {name}" for name in [*modules, "bpstudio.__main__"]))
    assert "numpy" in loaded
    assert not loaded & set(QT)


def test_that_training_from_python_loads_no_qt() -> None:
    loaded = loaded_by(
        "import bpstudio as bp",
        "data = bp.sample('xor')",
        "network = bp.Network.create(bp.Topology.parse('2-3-1'))",
        "assert bp.train(network, data, bp.TrainingConfig(epochs=2)).stop_reason == 'epochs'",
    )
    assert "bpstudio" in loaded
    assert not loaded & set(QT)


MACHINE_CODE = tuple(f"bpstudio.engines.{m}" for m in ("compiled", "cache", "native", "kernels"))
"""What the compiled engine is made of: loaded when it is wanted, and if it can be."""


def test_that_the_model_and_the_engines_need_numpy_alone() -> None:
    modules = modules_of("model", "engines", "training")
    names = [name for name in modules if not name.startswith(MACHINE_CODE)]
    loaded = loaded_by(*(f"import {name}" for name in names))
    assert "numpy" in loaded
    others = {"pydantic", "safetensors", "platformdirs", "tqdm", "llvmlite", "numba"}
    assert not loaded & {*QT, *others}


def test_that_a_trained_network_needs_no_compiler_in_its_process() -> None:
    loaded = loaded_by(
        "import bpstudio as bp",
        "data = bp.sample('xor')",
        "network = bp.Network.create(bp.Topology.parse('2-3-1'))",
        "config = bp.TrainingConfig(epochs=2, engine='compiled')",
        "assert bp.train(network, data, config).stop_reason == 'epochs'",
    )
    assert "llvmlite" in loaded
    assert "numba" not in loaded


def test_that_the_package_alone_costs_nothing() -> None:
    assert "numpy" not in loaded_by("import bpstudio")


@pytest.mark.parametrize("name", bp.__all__)
def test_that_a_public_name_is_there_and_explained(name: str) -> None:
    assert name in dir(bp)
    assert getattr(bp, name).__doc__


def test_that_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        _ = bp.nothing_of_the_kind


def test_that_the_app_leaves_the_other_cores_to_the_run() -> None:
    threads = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    code = f"import os, bpstudio.__main__; print(*(os.environ[name] for name in {threads}))"
    free = {name: value for name, value in os.environ.items() if name not in threads}
    done = subprocess.run(
        [sys.executable, "-c", code], env=free, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1", "1", "1"]
    two = {**free, "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=two, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2", "1", "1"], "what people set themselves holds"
