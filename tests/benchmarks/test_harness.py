"""The harness itself: who agrees with whom, what the figures say, and how they are told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.app.figures import Figure
from tests.benchmarks.measure import (
    TOLERANCE,
    DisagreementError,
    Figures,
    Measured,
    Row,
    agreement,
    chosen,
    epoch,
    measure,
)
from tests.benchmarks.peers import OURS, PEERS, MissingError, Runner
from tests.benchmarks.peers.ours import Ours
from tests.benchmarks.report import figure_text, machine, markdown, row_data, row_text, summary
from tests.benchmarks.works import FANN, JAX, PRODUCT, WORKS, C, Work, faster, rate_of, time_of

ONLINE = replace(WORKS[0], rows=64)
BATCHES = Work("5-7-6-2", "float32", 4, 64, ())
ADAM = replace(BATCHES, optimizer="adam", learning_rate=0.01)
LARGE = Work("6-5-4-3", "float32", 128, 1024, (rate_of(PRODUCT, 0.85),))


def row(*results: tuple[str, str, tuple[float, ...]], targets: tuple[Any, ...] = ()) -> Row:
    work = replace(ONLINE, targets=targets)
    measured = (
        Measured(peer, name, "squared_error", Figures(rounds), 1e-9)
        for peer, name, rounds in results
    )
    return Row(work, tuple(measured), {"PyTorch": "torch is not installed"})


EXAMPLE = row(
    ("bpstudio", "bpstudio", (2.0, 1.0, 9.0)),
    (JAX, "JAX, one sample", (8.0,)),
    (JAX, "JAX, matrices of one row", (6.0,)),
    (C, "C", (1.0,)),
    targets=(faster(JAX, 3.5), faster(FANN, 2), time_of(C, 2)),
)


def test_that_a_figure_is_the_median_and_the_spread_the_distance_of_the_quartiles() -> None:
    figures = Figures((1.0, 2.0, 3.0, 4.0, 100.0))
    assert figures.median == 3.0
    assert figures.spread == pytest.approx(2 / 3)


def test_that_a_target_is_held_against_the_fastest_way_a_peer_has() -> None:
    jax, fann, c = EXAMPLE.work.targets
    assert EXAMPLE.reached(jax) == 3.0 and EXAMPLE.held(jax) is False
    assert EXAMPLE.reached(fann) is None and EXAMPLE.held(fann) is None
    assert EXAMPLE.reached(c) == 0.5 and EXAMPLE.held(c) is True


def test_that_a_share_of_the_products_rate_is_held_just_where_the_time_is_short_enough() -> None:
    share = rate_of(PRODUCT, 0.85)
    for ours, held in ((1 / 0.86, True), (1 / 0.84, False)):
        times = row(("bpstudio", "bpstudio", (ours,)), (PRODUCT, "product", (1.0,)))
        assert times.held(share) is held


def test_that_the_text_names_figures_verdicts_and_who_is_missing() -> None:
    lines = row_text(EXAMPLE).splitlines()
    assert lines[0] == "online, 4-8-3, float64"
    assert lines[2].split() == ["bpstudio", "2.00", "1.00", "200%"]
    assert any(line.startswith("  MISSED: at least 3.5× JAX") for line in lines)
    assert any(line.startswith("  not measured: at least 2× FANN") for line in lines)
    assert any(line.startswith("  held: at most 2× the time of C") for line in lines)
    assert lines[-1] == "  without PyTorch: torch is not installed"


def report_of(*rows: Row) -> dict[str, Any]:
    return {
        "machine": machine(),
        "rounds": 3,
        "rows": [row_data(r) for r in rows],
        "app": [],
        "failed": {},
    }


def test_that_json_holds_all_that_the_markdown_is_made_of() -> None:
    report = report_of(EXAMPLE)
    again = json.loads(json.dumps(report))
    assert markdown(again) == markdown(report)
    assert summary(again) == "Targets: 1 held, 1 missed, 1 without their peer"


def test_that_the_markdown_has_a_column_for_each_peer_that_took_part() -> None:
    text = markdown(report_of(EXAMPLE))
    heads, rule, body = (line for line in text.splitlines() if line.startswith("|"))
    assert [h.strip() for h in heads.strip("|").split("|")] == [
        "work", "bpstudio, µs a sample", "JAX", "C", "targets",
    ]  # fmt: skip
    assert rule.count("---") == 5
    assert "| 2.00 | 3.00× | 0.500× | missed: at least 3.5× JAX |" in body
    assert machine()["NumPy"] in text


def test_that_a_figure_of_the_app_is_held_against_its_bound_and_told() -> None:
    figures = [
        Figure("gaps", "median", 5.0, "ms"),
        Figure("gaps", "longest", 101.0, "ms", most=100),
        Figure("gaps", "share", 95.0, "%", least=95),
    ]
    assert [f.held for f in figures] == [None, False, True]
    data = [f.data() for f in figures]
    lines = figure_text(data).splitlines()
    assert lines[0] == "gaps"
    assert lines[1].split() == ["median", "5.00", "ms"]
    assert lines[2].endswith("MISSED: at most 100 ms")
    assert lines[3].endswith("held: at least 95 %")
    report = {**report_of(), "app": data}
    assert summary(report) == "Targets: 1 held, 1 missed"
    assert "| gaps | longest | 101 ms | at most 100 ms: MISSED |" in markdown(report)


def test_that_rows_are_chosen_by_any_part_of_their_name() -> None:
    assert [w.name for w in chosen(WORKS, ["4-8-3", "adam"])] == [
        "online, 4-8-3, float64",
        "Adam, batch 32, 64-64-10, float32",
    ]
    assert chosen(WORKS, []) == list(WORKS)


def test_that_an_epoch_is_shuffled_and_whole_batches() -> None:
    work = replace(BATCHES, rows=30)
    order = epoch(work)
    assert len(order) == 28 and len(set(order)) == 28 and order.max() < 30
    assert not np.array_equal(order, np.sort(order))


@pytest.mark.parametrize("work", [ONLINE, BATCHES, ADAM], ids=lambda w: w.name)
def test_that_the_engine_measured_agrees_with_the_reference(work: Work) -> None:
    (ours,) = OURS(work)
    difference = agreement(work, ours)
    assert difference is not None and difference <= TOLERANCE[work.dtype]


def test_that_other_mathematics_is_found_out() -> None:
    slower = Ours(replace(ONLINE, learning_rate=0.124), "reference")
    with pytest.raises(DisagreementError, match="off by"):
        agreement(ONLINE, slower)


@pytest.mark.parametrize("peer", [name for name in PEERS if name != PRODUCT])
@pytest.mark.parametrize("work", [ONLINE, BATCHES, ADAM], ids=lambda w: w.name)
def test_that_a_peer_does_the_same_mathematics(work: Work, peer: str) -> None:
    for runner in made(peer, work):
        difference = agreement(work, runner)
        assert difference is not None and difference <= TOLERANCE[work.dtype]


def made(peer: str, work: Work) -> list[Runner]:
    try:
        runners = PEERS[peer](work)
    except (MissingError, ImportError) as error:
        pytest.skip(f"{peer}: {error}")
    if not runners:
        pytest.skip(f"{peer} does not do {work.name}")
    return runners


def test_that_a_measured_row_has_every_runner_in_every_round() -> None:
    measured = measure(LARGE, seconds=0.001, rounds=2)
    assert measured.ours.peer == "bpstudio"
    assert any(r.peer == PRODUCT for r in measured.results)
    assert all(len(r.figures.rounds) == 2 and r.figures.median > 0 for r in measured.results)
    assert measured.held(LARGE.targets[0]) is not None
