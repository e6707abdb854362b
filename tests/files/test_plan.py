"""Plans: what is proposed for a table, what is made of it, and what is said where it cannot be."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstudio.files.build import build
from bpstudio.files.errors import Cancelled
from bpstudio.files.plan import (
    ColumnPlan,
    Plan,
    missing_treatments,
    propose_plan,
    treatments,
)
from bpstudio.files.problems import Problem, plan_problems
from bpstudio.files.source import Options, Source, read_source
from bpstudio.files.summary import outcome, summarise
from bpstudio.model.dataset import TEST, TRAIN, VALIDATION, DataError, Dataset
from bpstudio.model.topology import Topology

TABLE = """size,colour,grade,part,y
1.5,red,low,train,a
,blue,high,train,b
3.5,,mid,train,a
4.5,red,low,train,b
2.5,blue,high,test,a
5.0,red,mid,validation,b
"""


def both(text: str, **options: Any) -> tuple[Source, Plan]:
    source = read_source(text, Options(**options))
    return source, propose_plan(source)


def errors(source: Source, plan: Plan) -> list[Problem]:
    return [p for p in plan_problems(source, plan) if p.severity == "error"]


def test_that_roles_and_treatments_are_proposed() -> None:
    source, plan = both(TABLE.replace("part", "split"))
    assert [c.role for c in plan.columns] == ["input", "input", "input", "split", "target"]
    assert [c.treatment for c in plan.columns[:3]] == ["standardise", "one_hot", "one_hot"]
    assert plan.targets[0].treatment == "classes"
    assert plan.split.kind == "column"
    # A third of the rows has a gap, so gaps are filled in.
    assert [c.missing for c in plan.inputs] == ["median", "most_frequent", "drop"]
    assert errors(source, plan) == []


def test_that_few_gaps_are_left_out_and_said() -> None:
    rows = "".join(f"{k},{k % 2}\n" for k in range(40))
    source, plan = both("x,y\n" + rows + ",1\n")
    (problem,) = plan_problems(source, plan)
    assert (problem.severity, problem.row, problem.line) == ("warning", 40, 42)
    assert problem.sentence == "1 row with a missing value is left out, the first at line 42."
    assert len(build(source, plan)) == 40


def test_that_treatments_follow_role_and_type() -> None:
    source, plan = both(TABLE)
    assert treatments(source, plan.column("size")) == (
        "none", "standardise", "minmax", "one_hot", "ordinal",
    )  # fmt: skip
    assert treatments(source, plan.column("colour")) == ("one_hot", "ordinal")
    assert treatments(source, ColumnPlan("colour", "target")) == ("classes", "one_hot")
    assert "mean" in missing_treatments(plan.column("size"))
    assert missing_treatments(plan.column("colour")) == (
        "refuse", "drop", "most_frequent", "category",
    )  # fmt: skip
    assert missing_treatments(plan.column("y")) == ("refuse", "drop")


@pytest.mark.parametrize(
    ("missing", "fill"),
    [("mean", 3.4), ("median", 3.5), ("most_frequent", 1.5)],
)
def test_that_gaps_are_filled_in_from_the_training_rows(missing: str, fill: float) -> None:
    source, plan = both(TABLE)
    plan = plan.with_column("size", missing=missing, treatment="none").with_split(validation=0.0)
    data = build(source, plan)
    column = data.preparation.inputs[0]
    assert (column.missing, column.fill) == (missing, pytest.approx(fill))
    assert np.isnan(data.values[1, 0])
    assert data.filled[1, 0] == data.inputs[1, 0] == pytest.approx(fill)
    held = plan.with_split(kind="column").with_column("part", role="split")
    assert (
        build(source, held).preparation.inputs[0].fill != pytest.approx(fill) or missing != "mean"
    )


def test_that_what_is_missing_can_be_a_category_of_its_own() -> None:
    source, plan = both(TABLE)
    data = build(source, plan.with_column("colour", missing="category"))
    assert data.preparation.inputs[1].categories == ("blue", "red", "(missing)")
    assert data.inputs[2, 1:4].tolist() == [0, 0, 1]


def test_that_ranks_follow_the_order_given() -> None:
    source, plan = both(TABLE)
    plan = plan.with_column("grade", treatment="ordinal", categories=("low", "mid", "high"))
    data = build(source, plan)
    place = data.preparation.input_names.index("grade")
    assert data.inputs[:, place].tolist() == [0, 1, 0.5, 0, 1, 0.5]
    with pytest.raises(DataError, match="order of its categories lacks 'mid'"):
        build(source, plan.with_column("grade", categories=("low", "high")))


def test_that_numbers_are_scaled_to_any_range() -> None:
    source, plan = both("x,y\n0,10\n5,20\n10,40\n")
    plan = plan.with_split(validation=0.0).with_column("x", treatment="minmax", low=-1.0)
    plan = plan.with_column("y", treatment="minmax", low=0.1, high=0.9)
    data = build(source, plan)
    np.testing.assert_allclose(data.inputs[:, 0], [-1, 0, 1])
    np.testing.assert_allclose(data.targets[[0, 2], 0], [0.1, 0.9])
    np.testing.assert_allclose(data.preparation.decode_outputs(data.targets)[:, 0], [10, 20, 40])
    known = build(source, plan.with_column("x", bounds=(0.0, 100.0), low=0.0))
    np.testing.assert_allclose(known.inputs[:, 0], [0, 0.05, 0.1])


# Splits


def test_that_a_column_says_which_rows_are_for_what() -> None:
    source, plan = both(TABLE)
    data = build(source, plan.with_column("part", role="split"))
    assert data.split.tolist() == [TRAIN] * 4 + [TEST, VALIDATION]
    assert data.split_kind == "column"
    result = outcome(source, plan.with_column("part", role="split"))
    assert (result.train, result.validation, result.test) == (4, 1, 1)
    assert result.classes == (("a", 2, 0, 1), ("b", 2, 1, 0))


def test_that_a_marker_with_other_words_is_refused_with_its_place() -> None:
    source, plan = both(TABLE.replace("validation", "maybe"))
    (problem,) = errors(source, plan.with_column("part", role="split"))
    assert problem.sentence.startswith("clipboard, line 7, column 'part': 'maybe' says of no row")
    assert problem.remedies[0].plan is not None
    assert errors(source, problem.remedies[0].plan) == []


def test_that_rows_in_order_are_split_in_order() -> None:
    rows = "".join(f"{k},{k % 2}\n" for k in range(10))
    source, plan = both("x,y\n" + rows)
    data = build(source, plan.with_split(kind="ordered", validation=0.2, test=0.3))
    assert data.split.tolist() == [TRAIN] * 5 + [VALIDATION] * 2 + [TEST] * 3


def test_that_random_is_not_stratified() -> None:
    rows = "".join(f"{k},{'a' if k < 90 else 'b'}\n" for k in range(100))
    source, plan = both("x,y\n" + rows)
    counts = {}
    for kind in ("stratified", "random"):
        held = []
        for seed in range(8):
            split = build(source, plan.with_split(kind=kind, seed=seed)).split
            assert (split == VALIDATION).sum() == 20
            held.append(int((split[90:] == VALIDATION).sum()))
        counts[kind] = held
    assert counts["stratified"] == [2] * 8
    assert len(set(counts["random"])) > 1


def test_that_test_rows_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,c,y\n1,p,2\n2,q,4\n3,p,6\n4,q,8\n")
    (tmp_path / "b.csv").write_text("c,y,x\nq,1,9\n")
    source = read_source(tmp_path / "a.csv")
    plan = propose_plan(source).with_split(kind="file", test_file=tmp_path / "b.csv")
    data = build(source, plan)
    assert (len(data), data.split[4], data.values[4].tolist()) == (5, TEST, [9, 1, 1])
    again = data.resplit(0.5, seed=3)
    assert again.split[4] == TEST and (again.split == VALIDATION).sum() == 2
    (tmp_path / "b.csv").write_text("c,y,x\nz,1,9\n")
    with pytest.raises(DataError, match=r"b\.csv, line 2, column 'c': 'z' is not a category"):
        build(source, plan)


# Problems and what helps


@pytest.mark.parametrize(
    ("text", "part", "labels"),
    [
        ("x,z,y\n1,1,1\n2,,2\n3,3,4\n", "line 3, column 'z': the value is missing",
         ["Leave out the row", "Fill in the median or the most frequent value", "Ignore 'z'"]),
        ("x,z,y\n1,1,1\n2,2,\n3,3,4\n", "line 3, column 'y': the value is missing",
         ["Leave out the row"]),
        ("x,z,y\n" + "1,2,3\n2,3,5\n" * 10 + "a,2,4\n", "column 'x': 'a' is no number",
         ["Treat 'a' as missing", "Ignore 'x'", "Read 'x' as text"]),
    ],
)  # fmt: skip
def test_that_each_remedy_helps(text: str, part: str, labels: list[str]) -> None:
    source = read_source(text)
    plan = propose_plan(source, missing="refuse")
    (problem,) = errors(source, plan)
    assert part in problem.sentence and problem.line == source.line(problem.row or 0)
    assert [remedy.label for remedy in problem.remedies] == labels
    for remedy in problem.remedies:
        if remedy.plan is not None:
            assert errors(source, remedy.plan) == []
        else:
            again = read_source(text, remedy.options)
            assert errors(again, propose_plan(again)) == []


def test_that_a_plan_without_roles_says_what_to_choose() -> None:
    source, plan = both("x,y\n1,1\n2,5\n3,4\n")
    (problem,) = errors(source, plan.with_column("y", role="ignore"))
    assert problem.remedies[0].label == "Make 'y' the target"
    assert problem.remedies[0].plan == plan
    (problem,) = errors(source, plan.with_column("x", role="ignore"))
    assert problem.remedies[0].plan is not None
    assert problem.remedies[0].plan.column("x").role == "input"


def test_that_targets_are_held_against_what_the_output_can_give() -> None:
    source, plan = both("x,y\n1,0.5\n2,5.25\n3,4\n")
    plan = plan.with_column("y", treatment="none")
    sigmoid = Topology.parse("1-2-1", output="sigmoid")
    (problem,) = plan_problems(source, plan, sigmoid)
    assert (problem.severity, problem.line, problem.column) == ("warning", 3, "y")
    assert "the targets lie from 0.5 to 5.25" in problem.sentence
    rescale, linear = problem.remedies
    assert rescale.plan is not None and linear.activation == "linear"
    assert plan_problems(source, rescale.plan, sigmoid) == ()
    assert plan_problems(source, plan, Topology.parse("1-2-1", output="linear")) == ()
    tanh = Topology.parse("1-2-1", output="tanh")
    assert (
        plan_problems(source, plan, tanh)[0].remedies[0].label == "Scale the target to -0.8 … 0.8"
    )
    assert plan_problems(source, rescale.plan, tanh) == ()


def test_that_a_constant_input_is_only_a_warning() -> None:
    source, plan = both("x,z,y\n1,7,1\n2,7,5\n3,7,4\n")
    (problem,) = plan_problems(source, plan)
    assert problem.severity == "warning" and problem.column == "z"
    assert build(source, plan).inputs[:, 1].tolist() == [0, 0, 0]


def test_that_a_new_target_makes_the_old_one_an_input() -> None:
    source, plan = both(TABLE)
    changed = plan.with_target(source, "size")
    assert [c.name for c in changed.targets] == ["size"]
    assert (changed.column("size").treatment, changed.column("size").missing) == (
        "standardise", "drop",
    )  # fmt: skip
    assert (changed.column("y").role, changed.column("y").treatment) == ("input", "one_hot")
    assert errors(source, changed) == []


def test_that_a_wrong_word_is_refused() -> None:
    for wrong in ({"role": "output"}, {"treatment": "log"}, {"missing": "zero"}):
        with pytest.raises(DataError, match="choose from"):
            ColumnPlan("x", **wrong)
    _, plan = both(TABLE)
    with pytest.raises(DataError, match="no column 'z'"):
        plan.with_column("z", role="input")
    with pytest.raises(DataError, match="split 'half' is not known"):
        plan.with_split(kind="half")


# Figures


def test_that_columns_are_summarised() -> None:
    source, _ = both(TABLE)
    size, colour, *_ = summarise(source)
    assert (size.kind, size.rows, size.missing, size.distinct) == ("number", 6, 1, 5)
    assert (size.low, size.high, size.median) == (1.5, 5.0, 3.5)
    assert size.mean == pytest.approx(3.4)
    assert sum(size.histogram) == 5 and len(size.edges) == len(size.histogram) + 1
    assert colour.top == (("red", 3), ("blue", 2))
    assert np.isnan(colour.mean)


def test_that_whole_numbers_get_a_bin_each() -> None:
    source, _ = both("x,y\n0,1\n1,2.5\n1,1\n3,0\n")
    assert summarise(source)[0].histogram == (1, 2, 0, 1)


def test_that_building_can_be_given_up_and_tells_how_far_it_is() -> None:
    source, plan = both(TABLE)
    told: list[float] = []
    data = build(source, plan, progress=told.append)
    assert isinstance(data, Dataset) and told[-1] == 1.0 and told == sorted(told)
    with pytest.raises(Cancelled):
        build(source, plan, cancelled=lambda: True)
