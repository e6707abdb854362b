"""Which engine a run uses."""

from __future__ import annotations

import contextlib
import importlib
import threading
from functools import cache
from types import ModuleType

from bpstudio.engines.base import Engine, State
from bpstudio.engines.levenberg import LevenbergEngine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.topology import Topology

ENGINES = ("compiled", "reference")


class EngineError(RuntimeError):
    """The engine asked for cannot be had here; the message is a sentence that says why."""


@cache
def _compiled() -> ModuleType | None:
    """The compiled engine's module; None where its libraries are missing or broken."""
    # Not imported with this module: who reads a table needs no machine code.
    try:
        return importlib.import_module("bpstudio.engines.compiled")
    except (ImportError, OSError):
        return None


def prepare(dtype: str = "float64") -> None:
    """Begin, in the background, to make the compiled engine ready."""
    # A daemon: nobody should wait for a compiler when the app ends.
    threading.Thread(target=_prepare, args=(dtype,), daemon=True, name="bpstudio-prepare").start()


def _prepare(dtype: str) -> None:
    # What goes wrong is told to who needs the engine.
    if (compiled := _compiled()) is not None and not compiled.is_ready(dtype):
        with contextlib.suppress(RuntimeError):
            compiled.kernels(dtype)


def is_ready(dtype: str) -> bool:
    """Whether it is known if there is a compiled engine: what ``auto`` gives will not get better."""
    compiled = _compiled()
    return compiled is None or compiled.is_ready(dtype)


def is_at_hand(dtype: str) -> bool:
    """Whether the compiled engine needs less than a second: its code is in memory or in the cache."""
    compiled = _compiled()
    return compiled is None or compiled.is_cached(dtype)


def create_engine(
    topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
) -> Engine:
    """The engine that ``config.engine`` names; ``auto`` is the fastest that is at hand.

    ``compiled`` may take some ten seconds the first time on a machine; EngineError where it cannot
    be had. Levenberg-Marquardt is no step along a gradient and has an engine of its own.
    """
    arguments = topology, X, Y, config, state
    if config.optimizer == "lm":
        return LevenbergEngine(*arguments)
    compiled = _compiled()
    if config.engine == "compiled" or (config.engine == "auto" and is_at_hand(config.dtype)):
        try:
            if compiled is None:
                raise EngineError("The compiled engine needs numba, which cannot be imported.")
            engine: Engine = compiled.CompiledEngine(*arguments)
            return engine
        except RuntimeError as error:
            if config.engine == "compiled":
                raise EngineError(str(error)) from None
    return ReferenceEngine(*arguments)
