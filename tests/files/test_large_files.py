"""Large tables: how much of the processor and of memory they take, and that they can be given up."""

import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstudio.files import memory
from bpstudio.files.build import build
from bpstudio.files.errors import Cancelled
from bpstudio.files.plan import propose_plan
from bpstudio.files.source import read_source
from bpstudio.model.dataset import DataError

ROWS, COLUMNS, REPEATED = 50_000, 20, 500


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tables of 50,000 rows: of numbers, with text, with gaps and quotes."""
    block = np.random.default_rng(0).normal(size=(ROWS // REPEATED, COLUMNS))
    cells = [[f"{x:.6g}" for x in row] for row in block.tolist()]
    folder = tmp_path_factory.mktemp("large")
    header = ",".join(f"c{k}" for k in range(COLUMNS)) + "\n"
    files = {}
    for kind in ("numbers", "text", "odd"):
        rows = [list(row) for row in cells]
        for k, row in enumerate(rows):
            if kind != "numbers":
                row[3], row[7] = ("red", "green", "blue")[k % 3], f"kind {k % 40}"
            if kind == "odd":
                row[3], row[5], row[6] = f'"{row[3]}"', "NA", ""
        path = files[kind] = folder / f"{kind}.csv"
        path.write_text(header + "".join(",".join(row) + "\n" for row in rows) * REPEATED)
    return files


@pytest.mark.parametrize("kind", ["numbers", "text", "odd"])
def test_that_a_large_table_takes_little_of_the_processor(
    large: dict[str, Path], kind: str
) -> None:
    """The measured times are 0.3 to 0.5 s; cell by cell in Python it would be 4 s and more."""
    began = time.thread_time()
    source = read_source(large[kind])
    data = build(source, propose_plan(source, missing="mean"))
    assert time.thread_time() - began < 2.5
    assert data.values.shape == (ROWS, COLUMNS if kind != "odd" else COLUMNS - 2)


@pytest.mark.parametrize("kind", ["numbers", "text"])
def test_that_memory_is_at_most_three_times_what_stays(large: dict[str, Path], kind: str) -> None:
    tracemalloc.start()
    try:
        source = read_source(large[kind])
        data = build(source, propose_plan(source))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data.values.nbytes == 8 * ROWS * COLUMNS
    # A piece of the file on its way is on top of that, however large the file is.
    assert peak < 3 * data.values.nbytes + (8 << 20)


def test_that_a_head_is_read_at_once(large: dict[str, Path]) -> None:
    began = time.thread_time()
    source = read_source(large["numbers"], limit=100)
    assert time.thread_time() - began < 0.5
    assert not source.complete and 100 <= source.rows < ROWS
    assert len(source.preview) == 100


def test_that_progress_is_told_and_reading_is_given_up_on_the_way(large: dict[str, Path]) -> None:
    told: list[float] = []
    read_source(large["numbers"], progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 20
    asked: list[Any] = []

    def after_five() -> bool:
        asked.append(None)
        return len(asked) > 5

    with pytest.raises(Cancelled):
        read_source(large["numbers"], cancelled=after_five)
    assert len(asked) == 6


def test_that_too_large_a_table_is_refused_before_it_is_read(
    large: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 8 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"about 5\d,\d\d\d rows of 20 columns need about 0\.0"):
            read_source(large["numbers"])
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
