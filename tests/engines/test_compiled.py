"""What is the compiled engine's own: calls cut anywhere, updates given up, and what it needs to
start."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.engines import cache, choice
from bpstudio.engines.base import State
from bpstudio.engines.compiled import CompiledEngine
from bpstudio.engines.kernels import code
from bpstudio.engines.kernels.plan import MOVED_PARAMETERS, plan
from bpstudio.engines.kernels.signatures import GROUPS
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import OPTIMIZERS, TrainingConfig
from bpstudio.model.topology import Topology

SMALL, LARGE = Topology.parse("5-9-3"), Topology.parse("300-120-10")
STEPPING = sorted({*OPTIMIZERS} - {"lm"})


def rows(topology: Topology, count: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(count, topology.input.size)), rng.random((count, topology.output.size))


def engine(
    topology: Topology, X: FloatArray, Y: FloatArray, **settings: Any
) -> tuple[CompiledEngine, State]:
    config = TrainingConfig(**{"learning_rate": 0.01, **settings})
    state = State.start(bp.Network.create(topology, seed=1).parameters, {}, config.dtype)
    return CompiledEngine(topology, X, Y, config, state), state


def bits(state: State) -> tuple[bytes, dict[str, bytes]]:
    return state.parameters.tobytes(), {k: v.tobytes() for k, v in state.slots.items()}


def test_that_the_networks_here_are_of_both_kinds() -> None:
    assert SMALL.parameter_count <= MOVED_PARAMETERS < LARGE.parameter_count
    assert plan(SMALL, "float64", 32).moves.size and not plan(LARGE, "float64", 32).moves.size


# However calls are cut


@pytest.mark.parametrize("optimizer", STEPPING)
@pytest.mark.parametrize("topology", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("batch", [1, 7, "all"])
def test_that_the_length_of_a_native_call_changes_no_bit(
    monkeypatch: pytest.MonkeyPatch, topology: Topology, batch: int | str, optimizer: str
) -> None:
    X, Y = rows(topology, 400)
    found = []
    for seconds in (1e3, 0.0):
        monkeypatch.setattr(CompiledEngine, "call_seconds", seconds)
        fast, state = engine(topology, X, Y, batch_size=batch, optimizer=optimizer)
        for _ in range(2):
            assert fast.advance(np.arange(400)) == 400
        found.append(bits(state))
    assert found[0] == found[1]


@pytest.mark.parametrize("topology", [SMALL, LARGE], ids=str)
def test_that_an_update_of_many_native_calls_is_the_one_of_the_reference(
    monkeypatch: pytest.MonkeyPatch, topology: Topology
) -> None:
    monkeypatch.setattr(CompiledEngine, "call_seconds", 0.0)
    X, Y = rows(topology, 1000)
    fast, state = engine(topology, X, Y, batch_size="all")
    expected = State.start(state.parameters, {}, "float64")
    slow = ReferenceEngine(topology, X, Y, fast.config, expected)
    for _ in range(3):
        assert fast.advance(np.arange(1000)) == slow.advance(np.arange(1000)) == 1000
    assert state.parameters == pytest.approx(expected.parameters, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_that_a_large_update_can_be_given_up_and_made_again(
    monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    monkeypatch.setattr(CompiledEngine, "call_seconds", 0.0)
    X, Y = rows(SMALL, 1000)
    whole, expected = engine(SMALL, X, Y, batch_size=500, optimizer=optimizer)
    whole.advance(np.arange(1000))
    fast, state = engine(SMALL, X, Y, batch_size=500, optimizer=optimizer)
    assert fast.advance(np.arange(500)) == 500 and not fast.interrupted
    between = bits(state)
    asked = []

    def interrupt() -> bool:
        asked.append(True)
        return len(asked) == 3

    fast.interrupt = interrupt
    assert fast.advance(np.arange(500, 1000)) == 0 and fast.interrupted
    assert bits(state) == between
    assert fast.advance(np.arange(500, 1000)) == 500 and not fast.interrupted
    assert bits(state) == bits(expected)


@pytest.mark.parametrize("topology", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("optimizer", STEPPING)
def test_that_a_run_may_go_on_with_the_other_engine(topology: Topology, optimizer: str) -> None:
    X, Y = rows(topology, 60)
    fast, state = engine(topology, X, Y, batch_size=5, optimizer=optimizer)
    fast.advance(np.arange(30))
    expected = State.start(bp.Network.create(topology, seed=1).parameters, {}, "float64")
    slow = ReferenceEngine(topology, X, Y, fast.config, expected)
    slow.advance(np.arange(30))
    handed = State.start(state.parameters, state.slots, "float64")
    ReferenceEngine(topology, X, Y, fast.config, handed).advance(np.arange(30, 60))
    slow.advance(np.arange(30, 60))
    assert handed.parameters == pytest.approx(expected.parameters, rel=1e-9, abs=1e-11)
    assert handed.slots.keys() == expected.slots.keys()


@pytest.mark.parametrize("topology", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "rprop"])
@pytest.mark.parametrize("batch", [1, 10])
def test_that_the_state_is_the_one_before_a_bad_row(
    topology: Topology, optimizer: str, batch: int
) -> None:
    X, Y = rows(topology, 200)
    calm, expected = engine(topology, X, Y, batch_size=batch, optimizer=optimizer)
    calm.advance(np.arange(130))
    X = X.copy()
    X[137] = np.nan
    fast, state = engine(topology, X, Y, batch_size=batch, optimizer=optimizer)
    # In two calls, so that there is something to do again before the bad one.
    assert fast.advance(np.arange(60)) == 60
    assert fast.advance(np.arange(60, 200)) == 137 // batch * batch - 60
    calm.advance(np.arange(130, 137 // batch * batch))
    assert bits(state) == bits(expected)


def test_that_other_threads_run_during_a_call() -> None:
    X, Y = rows(LARGE, 2000)
    fast, _ = engine(LARGE, X, Y)
    fast.call_seconds = 10.0
    fast.advance(np.arange(10))
    turns, over = [0], threading.Event()

    def turn() -> None:
        while not over.is_set():
            turns[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=turn)
    patience, begun = sys.getswitchinterval(), 0
    # The interpreter is not taken away from who does not let it go.
    sys.setswitchinterval(1000.0)
    try:
        thread.start()
        begun = turns[0]
        fast.advance(np.arange(2000))
        ended = turns[0]
    finally:
        sys.setswitchinterval(patience)
        over.set()
        thread.join()
    assert ended > begun


# Starting


def test_that_machine_code_that_was_damaged_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "float64.kernels"
    cache.write_code(path, b"machine code", {"online": "symbol"})
    assert cache.read_code(path) == (b"machine code", {"online": "symbol"})
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20], b"", whole[:-3] + b"xyz", b"x" + whole[1:]):
        path.write_bytes(damaged)
        assert cache.read_code(path) is None
    path.unlink()
    assert cache.read_code(path) is None


def test_that_only_the_newest_files_are_kept(tmp_path: Path) -> None:
    for number in range(20):
        cache.write_code(tmp_path / f"{number}.kernels", b"", {})
    assert len(list(tmp_path.iterdir())) == 16
    assert (tmp_path / "19.kernels").exists()


def test_that_the_cache_is_for_its_user_alone() -> None:
    folder = cache.code_path("float64-online").parent
    assert folder.stat().st_mode & 0o022 == 0


def test_that_a_damaged_cache_is_compiled_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good = {group: cache.read_code(cache.code_path(f"float64-{group}")) for group in GROUPS}
    paths = {group: tmp_path / f"{group}.kernels" for group in GROUPS}
    for group, part in good.items():
        assert part is not None
        cache.write_code(paths[group], *part)
    paths["online"].write_bytes(b"damaged")
    asked = []

    def compiled(dtype: str, missing: dict[str, Path]) -> None:
        asked.append((dtype, missing))
        part = good["online"]
        assert part is not None
        cache.write_code(paths["online"], *part)

    monkeypatch.setattr(code, "code_path", lambda name: paths[name.removeprefix("float64-")])
    monkeypatch.setattr(code, "_loaded", {})
    monkeypatch.setattr(code, "compile_files", compiled)
    assert code.is_cached("float64") and not code.is_ready("float64")
    assert code.kernels("float64") is code.kernels("float64")
    assert asked == [("float64", {"online": paths["online"]})]


def test_that_a_compiler_that_fails_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(code, "code_path", lambda name: tmp_path / f"{name}.kernels")
    monkeypatch.setattr(code, "_loaded", {})
    # A process that ends at once, with a word on standard error.
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    (tmp_path / "bpstudio.py").write_text("raise ImportError('no numba')")
    X, Y = rows(SMALL, 4)
    state = State.start(bp.Network.create(SMALL).parameters, {}, "float64")
    config = TrainingConfig(engine="compiled")
    with pytest.raises(choice.EngineError, match="could not be compiled: ImportError: no numba"):
        choice.create_engine(SMALL, X, Y, config, state)
    assert choice.is_ready("float64")
    auto = choice.create_engine(SMALL, X, Y, replace(config, engine="auto"), state)
    assert isinstance(auto, ReferenceEngine)


def test_that_without_its_libraries_the_reference_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_compiled", lambda: None)
    X, Y = rows(SMALL, 4)
    state = State.start(bp.Network.create(SMALL).parameters, {}, "float64")
    assert choice.is_ready("float64")
    auto = choice.create_engine(SMALL, X, Y, TrainingConfig(), state)
    assert isinstance(auto, ReferenceEngine)
    with pytest.raises(choice.EngineError, match="needs numba"):
        choice.create_engine(SMALL, X, Y, TrainingConfig(engine="compiled"), state)
