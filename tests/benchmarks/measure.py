"""Measures a work: bpstudio and its peers in turn, several rounds, each from the same weights."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.peers import OURS, PEERS, Maker, MissingError, Runner
from tests.benchmarks.peers.ours import Ours
from tests.benchmarks.works import Target, Work

TOLERANCE = {"float64": 1e-6, "float32": 1e-3}
"""How far weights may be from the reference's, as a share of the largest change of any weight."""
CHECKED_UPDATES = 8


@dataclass(frozen=True)
class Figures:
    """Microseconds for each sample, one for each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.rounds))

    @property
    def spread(self) -> float:
        """Distance between the quartiles, as a share of the median."""
        low, high = np.percentile(self.rounds, [25, 75])
        return float((high - low) / self.median)


@dataclass(frozen=True)
class Measured:
    """One runner's figures; ``difference`` of its weights is against the reference, as in TOLERANCE."""

    peer: str
    name: str
    loss: str
    figures: Figures
    difference: float | None


@dataclass(frozen=True)
class Row:
    """A work's outcome: bpstudio first, then its peers; ``missing`` says who could not take part."""

    work: Work
    results: tuple[Measured, ...]
    missing: dict[str, str]

    @property
    def ours(self) -> Measured:
        return self.results[0]

    def ratio(self, result: Measured) -> float:
        """The runner's time by bpstudio's."""
        return result.figures.median / self.ours.figures.median

    def reached(self, target: Target) -> float | None:
        """The ratio to the fastest way the peer has; None if it did not take part."""
        ratios = [self.ratio(r) for r in self.results if r.peer == target.peer]
        return min(ratios, default=None)

    def held(self, target: Target) -> bool | None:
        reached = self.reached(target)
        return None if reached is None else reached >= target.least


class DisagreementError(Exception):
    """A runner's weights are not those that the mathematics gives."""


def measure(work: Work, seconds: float, rounds: int) -> Row:
    """Find who is there, check that they agree, time them in turn: ``seconds`` each a round."""
    found: list[tuple[str, Runner]] = [("bpstudio", runner) for runner in OURS(work)]
    missing = {}
    for peer, make in PEERS.items():
        runners, problem = _made(make, work)
        found += [(peer, runner) for runner in runners]
        if problem:
            missing[peer] = problem
    differences = [agreement(work, runner) for _, runner in found]
    repeats = [_ready(work, runner, seconds) for _, runner in found]
    times: list[list[float]] = [[] for _ in found]
    for k in range(rounds):
        # Everyone is first in turn.
        for at in np.roll(np.arange(len(found)), -k):
            times[at].append(_timed(found[at][1], repeats[at]))
    results = [
        Measured(peer, runner.name, runner.loss, Figures(tuple(t)), difference)
        for (peer, runner), t, difference in zip(found, times, differences, strict=True)
    ]
    return Row(work, tuple(results), missing)


def _made(make: Maker, work: Work) -> tuple[list[Runner], str]:
    try:
        return make(work), ""
    except MissingError as error:
        return [], str(error)
    except ImportError as error:
        return [], f"{(error.name or str(error)).partition('.')[0]} is not installed"


def agreement(work: Work, runner: Runner) -> float | None:
    """The largest difference between the runner's weights and the reference engine's after some updates,
    as a share of the largest change; None if it has no weights.

    Raises DisagreementError beyond TOLERANCE.
    """
    order = epoch(work)[: CHECKED_UPDATES * work.batch]
    mine = _weights_after(runner, order)
    if mine is None:
        return None
    reference = Ours(replace(work, dtype="float64"), "reference", runner.loss)
    expected = _weights_after(reference, order)
    assert expected is not None
    largest = np.abs(expected - work.start()).max()
    difference = float(np.abs(mine - expected).max() / largest)
    if not difference <= TOLERANCE[work.dtype]:
        raise DisagreementError(
            f"{work.name}: after {CHECKED_UPDATES} updates the weights of {runner.name} are off by "
            f"{difference:.1e} of the largest change."
        )
    return difference


def _weights_after(runner: Runner, order: IntArray) -> FloatArray | None:
    runner.prepare(order)
    runner.reset()
    runner.advance()
    weights = runner.parameters()
    return None if weights is None else weights.astype(np.float64)


def epoch(work: Work) -> IntArray:
    """A shuffled order of the rows, a whole number of batches."""
    rows = work.rows // work.batch * work.batch
    return np.random.default_rng(2).permutation(work.rows)[:rows]


@dataclass(frozen=True)
class _Repeats:
    """What one round does: ``times`` passes over ``rows`` prepared rows."""

    times: int
    rows: int


def _ready(work: Work, runner: Runner, seconds: float) -> _Repeats:
    """Warm up, see how fast it is, and prepare so much that a round lasts about ``seconds``."""
    order = epoch(work)
    few = order[: CHECKED_UPDATES * work.batch]
    runner.prepare(few)
    _timed(runner, _Repeats(1, len(few)))
    one_sample = _timed(runner, _Repeats(1, len(few))) * 1e-6
    wanted = max(int(seconds / one_sample), 1)
    if wanted < len(order):
        order = order[: max(wanted // work.batch, CHECKED_UPDATES) * work.batch]
    runner.prepare(order)
    _timed(runner, _Repeats(1, len(order)))
    # Whole epochs: again, because few samples tell little about many.
    one_sample = _timed(runner, _Repeats(1, len(order))) * 1e-6
    return _Repeats(max(1, round(seconds / (one_sample * len(order)))), len(order))


def _timed(runner: Runner, repeats: _Repeats) -> float:
    """Microseconds for each sample."""
    runner.reset()
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        for _ in range(repeats.times):
            runner.advance()
        elapsed = time.perf_counter() - began
    finally:
        gc.enable()
    return elapsed / (repeats.times * repeats.rows) * 1e6


def chosen(works: Sequence[Work], words: Sequence[str]) -> list[Work]:
    """The works whose name holds any of the words; all of them without words."""
    return [w for w in works if not words or any(word.lower() in w.name.lower() for word in words)]
