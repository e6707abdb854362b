"""``bp.explain`` is a function and a package at once, whichever is used first."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bpstudio as bp
from tests.explain.example import example_network

CALL = (
    "import bpstudio as bp; n = bp.Network.create(bp.Topology.parse('1-1-1'));"
    "assert bp.explain(n, [1.0], [0.0]).rows == 1"
)
SUBMODULE = (
    "import bpstudio.explain.outputs; from bpstudio.explain.step import Step;"
    "import bpstudio.explain.keys as keys; assert keys.KINDS and bpstudio.explain.outputs.evenly"
)


@pytest.mark.parametrize("script", [f"{CALL}; {SUBMODULE}", f"{SUBMODULE}; {CALL}"])
def test_that_the_function_and_the_package_do_not_cover_each_other(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_explaining_from_python() -> None:
    derivation = bp.explain(example_network(), [0.05, 0.10], [0.01, 0.99], learning_rate=0.5)
    assert derivation.of_weight("hidden1", 0, "output", 0).plain_value(9) == "0.358916480"
