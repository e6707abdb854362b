"""What else stands for a missing value: said once, it holds for training, prediction and exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpstudio.files.build import build
from bpstudio.files.inputs import read_inputs
from bpstudio.files.plan import Plan, propose_plan
from bpstudio.files.problems import plan_problems
from bpstudio.files.project_file import load, save
from bpstudio.files.source import Options, Source, read_source
from bpstudio.files.tables import load_table
from bpstudio.model.dataset import DataError
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal


def table(odd: dict[int, str], rows: int = 60) -> str:
    """Rows of a number that counts up, but for the odd cells, and a class."""
    return "size,y\n" + "".join(f"{odd.get(k, str(k))},{'ab'[k % 2]}\n" for k in range(rows))


def planned(text: str, options: Options | None = None) -> tuple[Source, Plan]:
    source = read_source(text, options)
    return source, propose_plan(source)


def test_that_one_remedy_takes_every_odd_cell_of_a_column_for_missing() -> None:
    source, plan = planned(table({7: "unknown", 20: "Broken", 31: "unknown"}))
    problem = plan_problems(source, plan)[0]
    assert (problem.severity, problem.line) == ("error", 9)
    remedy = problem.remedies[0]
    assert remedy.label == "Treat 'unknown' and 1 more as missing"
    source, plan = planned(table({7: "unknown", 20: "Broken", 31: "unknown"}), remedy.options)
    assert source.notes == ("Column 'size': 3 cells with unknown or Broken count as missing.",)
    assert not any(problem.severity == "error" for problem in plan_problems(source, plan))
    data = build(source, plan.with_column("size", missing="median"))
    assert np.flatnonzero(np.isnan(data.values[:, 0])).tolist() == [7, 20, 31]
    column = data.preparation.inputs[0]
    assert column.gaps == ("unknown", "Broken")
    assert "unknown or Broken count as missing; missing values become" in column.words


def test_that_numbers_read_as_text_are_told_and_can_be_numbers() -> None:
    text = table(dict.fromkeys(range(0, 60, 4), "none seen"))
    source, plan = planned(text)
    assert plan.column("size").treatment == "one_hot"
    warning = next(p for p in plan_problems(source, plan) if p.column == "size")
    assert warning.severity == "warning" and warning.line == 2
    assert "'none seen' is no number, so the column is read as text; 15 of 60" in warning.sentence
    source, plan = planned(text, warning.remedies[0].options)
    assert plan.column("size").treatment == "standardise"
    assert len(source.column("size").missing) == 15


def test_that_categories_that_are_partly_numbers_are_no_problem() -> None:
    source, plan = planned(
        "card,y\n" + "".join(f"{'23456789JQKA'[k % 12]},{k % 2}\n" for k in range(60))
    )
    assert plan_problems(source, plan) == ()


@pytest.mark.parametrize("gap", ["-999", "-999.0", "-9.99e2"])
def test_that_a_number_can_stand_for_a_missing_value(gap: str) -> None:
    source, _ = planned(table({3: "-999", 9: "-999.00"}), Options().with_gaps("size", [gap]))
    assert source.column("size").missing.tolist() == [3, 9]
    assert source.column("size").treated == 2


def test_that_only_the_column_that_is_meant_is_treated() -> None:
    text = "a,b,y\n" + "".join(f"{k},{k},{k % 2}\n" for k in range(30))
    source, _ = planned(text, Options(gaps={"a": ("7",)}))
    assert [len(column.missing) for column in source.columns] == [1, 0, 0]
    source, _ = planned(text, Options(gaps={"": ("7",)}))
    assert [len(column.missing) for column in source.columns] == [1, 1, 0]


def test_that_a_category_can_stand_for_a_missing_value() -> None:
    text = "kind,y\n" + "".join(f"{('red', 'blue', 'unknown')[k % 3]},{k % 2}\n" for k in range(30))
    source, plan = planned(text, Options(gaps={"kind": ("Unknown",)}))
    data = build(source, plan.with_column("kind", missing="category"))
    assert data.preparation.inputs[0].categories == ("blue", "red", "(missing)")


def test_that_arrays_know_gaps_too(tmp_path: Path) -> None:
    values = np.arange(30.0)[:, None]
    values[4] = -1.0
    np.savez(tmp_path / "t.npz", X=values, y=np.arange(30) % 2)
    source = read_source(tmp_path / "t.npz", Options(gaps={"": ("-1",)}))
    assert source.columns[0].missing.tolist() == [4]
    assert source.notes[-1].endswith("1 cell with -1 counts as missing.")


def test_that_new_rows_are_read_with_what_was_said_of_the_old(tmp_path: Path) -> None:
    options = Options(gaps={"": ("unknown", "-999")})
    (tmp_path / "t.csv").write_text(table({7: "unknown", 20: "-999"}))
    data = load_table(tmp_path / "t.csv", missing="mean", options=options)
    proposed = proposal(data)
    save(Project.create(proposed.topology, data, proposed.config), tmp_path / "t.bps")
    loaded = load(tmp_path / "t.bps").dataset
    assert loaded is not None and loaded.preparation == data.preparation
    (tmp_path / "new.csv").write_text("size\n4\nUnknown\n-999\n")
    values, _ = read_inputs(tmp_path / "new.csv", loaded.preparation)
    assert np.isnan(values[:, 0]).tolist() == [False, True, True]
    encoded = loaded.preparation.encode_inputs(values)
    assert encoded[1] == encoded[2] and np.isfinite(encoded).all()


def test_that_a_header_without_rows_is_refused_in_new_rows_too(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("kind,y\nred,0\nblue,1\nred,1\n")
    data = load_table(tmp_path / "t.csv", validation=0)
    (tmp_path / "new.csv").write_text("kind,y\n")
    with pytest.raises(DataError, match="a header but no rows"):
        read_inputs(tmp_path / "new.csv", data.preparation)
