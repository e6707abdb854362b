"""Tables: what is read from odd files, and the sentence for those that cannot be used."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.files import memory, problems
from bpstudio.files.columns import natural_order
from bpstudio.files.errors import FileError
from bpstudio.files.inputs import read_inputs
from bpstudio.files.plan import propose_plan
from bpstudio.files.source import Options, read_source
from bpstudio.files.tables import load_table
from bpstudio.files.textreader import TextReader
from bpstudio.model.dataset import DataError, Dataset

FLOWERS = "length,width,kind\n1.5,2,red\n2.5,3,blue\n3.5,1,red\n0.5,4,green\n"


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """Write a table and give its path."""

    def write(content: str | bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def raw(data: Dataset) -> list[list[float]]:
    return [list(row) for row in data.values]


def test_that_numbers_and_classes_are_read(table: Any) -> None:
    data = load_table(table(FLOWERS), scaling="none", validation=0)
    assert data.name == "t"
    assert data.preparation.input_names == ("length", "width")
    assert data.class_names == ("blue", "green", "red")
    assert raw(data) == [[1.5, 2, 2], [2.5, 3, 0], [3.5, 1, 2], [0.5, 4, 1]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-be"])
def test_that_delimiters_line_ends_and_encodings_give_the_same(
    table: Any, delimiter: str, end: str, encoding: str
) -> None:
    text = "密度,颜色,好瓜\n0.5,青绿,是\n0.25,乌黑,否\n".replace(",", delimiter).replace("\n", end)
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = load_table(table(mark + text.encode(encoding)), scaling="none", validation=0)
    assert data.preparation.input_names == ("密度", "颜色=乌黑", "颜色=青绿")
    assert data.class_names == ("否", "是")
    assert raw(data) == [[0.5, 1, 1], [0.25, 0, 0]]


def test_that_western_text_is_not_taken_for_chinese(table: Any) -> None:
    text = "größe,été,maß\n1,né,ja\n2,hôte,nein\n"
    names = read_source(table(text.encode("latin-1"))).names
    assert names == ("größe", "été", "maß")


def test_that_a_decimal_comma_is_seen_beside_semicolons(table: Any) -> None:
    data = load_table(table("a;b\n1,5;2\n-2,25;3\n0,5e1;7\n"), scaling="none", validation=0)
    assert raw(data) == [[1.5, 2], [-2.25, 3], [5, 7]]


def test_that_quotes_keep_separators_and_line_ends(table: Any) -> None:
    read = read_source(table('name,n,y\n"a, ""b""\nc",1,p\nd,x,q\n"e",2,p\n'))
    assert read.columns[0].texts() == ('a, "b"\nc', "d", "e")
    assert [read.line(row) for row in range(3)] == [2, 4, 5]


def test_that_blank_lines_and_a_last_separator_do_not_count(table: Any) -> None:
    read = read_source(table("\na,b,\n\n1,2,\n,,\n3,4,\n\n"))
    assert read.names == ("a", "b")
    assert (read.rows, read.line(0), read.line(1)) == (2, 4, 6)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1,2\n3,4\n", ("column1", "column2")),
        ("a,b\n1,2\n", ("a", "b")),
        ("a,b\nc,d\ne,f\n", ("a", "b")),
        ("red,yes\nblue,no\nred,no\n", ("column1", "column2")),
        ("5.1,setosa\n4.9,virginica\n", ("column1", "column2")),
        ("a,a\nb,1\n", None),
        (",b\n1,2\n", ("column1", "b")),
    ],
)
def test_that_a_header_is_told_from_a_row(
    table: Any, text: str, names: tuple[str, ...] | None
) -> None:
    if names is None:
        with pytest.raises(DataError, match=r"t\.csv, line 1: columns 1 and 2 are both called 'a'"):
            read_source(table(text))
    else:
        assert read_source(table(text)).names == names


def test_that_the_header_can_be_overruled(table: Any) -> None:
    path = table("a,b\nc,d\ne,f\n")
    rows = [read_source(path, Options(header=header)).rows for header in (False, True)]
    assert rows == [3, 2]
    path = table("2019,2020\n1,2\n")
    assert read_source(path, Options(header=True)).names == ("2019", "2020")


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("b", ("b",)),
        ("B", ("b",)),
        (2, ("b",)),
        ("2", ("b",)),
        ("b,c", ("b", "c")),
        (["c", "b"], ("c", "b")),
        (None, ("c",)),
    ],
)
def test_that_targets_are_named_or_numbered(table: Any, target: Any, names: Any) -> None:
    data = load_table(table("a,b,c\n1,2.5,4\n2,3,5\n3,4,9\n"), target)
    assert tuple(column.name for column in data.preparation.targets) == names


def test_that_a_column_called_class_is_the_target(table: Any) -> None:
    assert load_table(table("Class,x\np,1\nq,2\n")).preparation.targets[0].name == "Class"


def test_that_columns_can_be_ignored_or_chosen(table: Any) -> None:
    path = table("a,b,c,d\n1,2,3,4\n5,6,7,9\n")
    assert load_table(path, ignore="b").preparation.input_names == ("a", "c")
    assert load_table(path, inputs=["c", "b"]).preparation.input_names == ("c", "b")


def test_that_columns_that_name_rows_are_no_inputs(table: Any) -> None:
    rows = "".join(f"{k + 1},n{k},{k % 3},{k * k}\n" for k in range(30))
    path = table("id,name,x,y\n" + rows)
    roles = {column.name: column.role for column in propose_plan(read_source(path)).columns}
    assert roles == {"id": "ignore", "name": "ignore", "x": "input", "y": "target"}
    assert load_table(path).preparation.input_names == ("x",)
    assert load_table(path, inputs="id,x").preparation.input_names == ("id", "x")


def integers(values: list[int]) -> str:
    return "x,t\n" + "".join(f"{k % 7}.5,{value}\n" for k, value in enumerate(values))


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        ([0, 1, 2] * 3, "auto", ("0", "1", "2")),
        ([1, 2] * 4, "auto", ("1", "2")),
        ([0, 1, 2], "auto", ()),
        ([0, 2] * 5, "auto", ()),
        ([5, 6] * 5, "auto", ()),
        (list(range(21)) * 3, "auto", ()),
        ([0, 1, 2] * 3, "regression", ()),
        ([7, 30, 7, 30], "classification", ("7", "30")),
    ],
)
def test_that_few_integers_are_classes(
    table: Any, values: list[int], task: str, classes: tuple[str, ...]
) -> None:
    assert load_table(table(integers(values)), task=task).class_names == classes


def test_that_two_classes_take_one_output_or_two(table: Any) -> None:
    path = table("x,y\n1,p\n2,q\n3,p\n")
    assert load_table(path).targets.shape == (3, 1)
    assert load_table(path, output_size=2).targets.tolist() == [[1, 0], [0, 1], [1, 0]]


def test_that_zeros_and_ones_as_targets_are_not_scaled(table: Any) -> None:
    data = load_table(table("x,p,q\n1,0,1\n2,1,0\n4,1,0\n"), "p,q", output_size=2)
    assert data.targets.tolist() == [[0, 1], [1, 0], [1, 0]]
    assert data.class_names == ("p", "q")


@pytest.mark.parametrize("scaling", ["standardise", "minmax", "none"])
def test_that_inputs_and_targets_are_scaled_alike(table: Any, scaling: str) -> None:
    data = load_table(table("x,y\n1,10.5\n2,20\n4,30\n"), scaling=scaling, validation=0)
    for values in (data.inputs[:, 0], data.targets[:, 0]):
        if scaling == "standardise":
            np.testing.assert_allclose([values.mean(), values.std()], [0, 1], atol=1e-12)
        elif scaling == "minmax":
            assert (values.min(), values.max()) == (0, 1)
    np.testing.assert_allclose(
        data.preparation.decode_outputs(data.targets)[:, 0], [10.5, 20, 30], rtol=1e-15
    )


BAD: list[tuple[str | bytes, dict[str, Any], str]] = [
    ("", {}, "t.csv is empty"),
    (" \n\n", {}, "t.csv is empty"),
    (b"\xef\xbb\xbf", {}, "t.csv is empty"),
    ("a,b\n", {}, "t.csv has a header but no rows"),
    ("a\n1\n2\n", {}, "t.csv has one column only, 'a'"),
    ("a,b\n1,2\n3\n4,5\n", {}, "t.csv, line 3: this row has 1 cell, but the first row has 2"),
    ("a,b\n1,2\n3,4,5\n", {}, "t.csv, line 3: this row has 3 cells, but the first row has 2"),
    ("a,b\n1,2\n\n\n3,4,5\n", {}, "t.csv, line 5: this row has 3 cells"),
    ("a,b,a\n1,2,3\n", {}, "columns 1 and 3 are both called 'a'"),
    ("a,b\n1,2\n3,\0\n", {}, "t.csv, line 3: there is a NUL byte"),
    (b"PK\x03\x04\x00\x00,x\n", {}, "t.csv' is cut off or damaged: write it again"),
    (b"\x7fELF\x02\x00\x00,x\n", {}, "line 1: there is a NUL byte"),
    ("a,b\n1,2\n1e400,3\n", {}, "t.csv, line 3, column 'a': '1e400' is infinite or too large"),
    ("a,b\n1,2\n3,-inf\n", {}, "t.csv, line 3, column 'b': '-inf' is infinite"),
    ("a,b\n1,2\n3,\n,5\n", {}, "line 3, column 'b': the value is missing; in all 2 values are mis"),
    ("a,b\n1,x\n3,NA\n2,x\n", {}, "line 3, column 'b': the value is missing: fill in or leave"),
    ("a,b\n1,2\nn/a,4\n", {}, "line 3, column 'a': the value is missing"),
    ("a,b\n1,2\nNaN,4\n", {}, "line 3, column 'a': the value is missing"),
    ("a,b\n1,2\nnull,4\n", {}, "line 3, column 'a': the value is missing"),
    ("a,b\n1,2\n-,4\n", {}, "line 3, column 'a': the value is missing"),
    ("a,b\n?,2\n?,4\n", {"inputs": "a"}, "line 2, column 'a': the value is missing; in all 2"),
    ("a,b\n" + "1,2\n" * 15 + "x,3\n", {}, "line 17, column 'a': 'x' is no number, as nearly all"),
    ("a,b\n" + "1_0,2\n" + "1,3\n" * 15, {}, "line 2, column 'a': '1_0' is no number"),
    ("a;b\n" + "1,5;2\n" * 15 + "1.234;3\n", {}, "line 17, column 'a': '1.234' is no number"),
    ("a,b\n1,p\n2,p\n", {}, "the target 'b' is 'p' in every row"),
    ("a,b\n1,3.5\n2,3.5\n", {}, "the target 'b' is '3.5' in every row"),
    ("a,b\n1,p\n2,q\n", {"target": "c"}, "t.csv has no target 'c': the columns are a, b"),
    ("a,b\n1,p\n2,q\n", {"target": 3}, "has no target '3': the columns are a, b"),
    ("a,b\n1,p\n2,q\n", {"target": "9" * 5000}, "has no target '9999"),
    ("a,b\n1,p\n2,q\n", {"target": []}, "No target is named: choose from a, b"),
    ("a,b\n1,p\n2,q\n", {"inputs": "b"}, "Column 'b' is both input and target"),
    ("a,b\n1,p\n2,q\n", {"inputs": "z"}, "has no input 'z'"),
    ("a,b\n1,p\n2,q\n", {"ignore": "a"}, "t.csv has no input column left"),
    ("a,b\n1,p\n2,q\n", {"task": "regression"}, "the target 'b' holds text like 'p', not numbers"),
    ("a,b\n1,p\n2,q\n", {"task": "guess"}, "The task 'guess' is not known"),
    ("a,b\n1,p\n2,q\n", {"scaling": "log"}, "The scaling 'log' is not known"),
    ("a,b\n1,p\n2,q\n", {"validation": 2}, "The validation share is 2"),
    ('a,b\n1,"p\n2,q\n', {}, "line 2: a quotation mark is opened here but never closed"),
    ('a,b\n1,2\n3,"p"q\n', {}, "line 3: text follows a closing quotation mark"),
    ("a,b\n1," + "9" * 140_000 + "\n", {}, "line 2: a cell is longer than 131,072 characters"),
    ("a,b\n1e308,1\n-1e308,2\n1e308,4\n", {}, "the numbers of column 'a' are too large to scale"),
    (b"\xff\xfea\x00,\x00b", {}, "t.csv is not all UTF-16 text, see byte 7"),
    ("a,b\n" + "".join(f"t{k},{k}\n" for k in range(2000)), {"inputs": "a"}, "more than 1,000"),
]


@pytest.mark.parametrize(("content", "options", "complaint"), BAD)
def test_that_a_bad_table_gives_one_sentence_with_the_place(
    table: Any, content: str | bytes, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        load_table(table(content), **options)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_that_a_problem_in_a_column_that_is_not_used_does_not_matter(table: Any) -> None:
    data = load_table(table("a,b,c\n1,,2.5\n2,5,7\n"), ignore="b")
    assert data.preparation.input_names == ("a",)


def test_that_plus_and_minus_are_classes(table: Any) -> None:
    assert load_table(table("x,y\n1,+\n2,-\n3,+\n")).class_names == ("+", "-")


def test_that_files_that_cannot_be_read_give_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        load_table(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is a folder"):
        load_table(tmp_path)
    with pytest.raises(FileError, match="NUL byte"):
        load_table("a\0b")
    if Path("/dev/zero").exists():
        with pytest.raises(FileError, match="a device"):
            load_table("/dev/zero")
    if hasattr(os, "geteuid") and os.geteuid():
        locked = tmp_path / "locked.csv"
        locked.write_text(FLOWERS)
        locked.chmod(0)
        with pytest.raises(FileError, match="may not be read"):
            load_table(locked)


def test_that_what_does_not_fit_in_memory_is_refused_unread(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 100)
    with pytest.raises(DataError, match=r"GiB of memory, but 0\.0 GiB are free"):
        load_table(table(FLOWERS))
    monkeypatch.undo()
    monkeypatch.setattr(problems, "MAX_VALUES", 10)
    with pytest.raises(DataError, match="more than memory is taken for"):
        load_table(table(FLOWERS))


cells = st.lists(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100),
    min_size=3,
    max_size=3,
)


@given(st.lists(cells, min_size=2, max_size=20), st.booleans(), st.sampled_from([",", ";", "\t"]))
@settings(max_examples=50, deadline=None)
def test_that_numbers_are_read_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]], header: bool, mark: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    lines = [mark.join(map(repr, row)) for row in rows]
    path.write_text("\n".join([mark.join("abc")] * header + lines))
    read = read_source(path)
    np.testing.assert_array_equal(np.stack([c.numbers for c in read.columns], axis=1), rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["a,b,c\n{}", "{}", "a;b;c\n{}"])
def test_that_the_quick_way_reads_the_same(
    table: Any, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    rng = np.random.default_rng(0)
    body = "\n".join(",".join(map(repr, row)) for row in rng.normal(size=(50, 3)).tolist())
    if ";" in text:
        body = body.replace(",", ";").replace(".", ",")
    path = table(text.format(body))
    quick = read_source(path)
    monkeypatch.setattr(TextReader, "_read_quickly", lambda *_: False)
    slow = read_source(path)
    assert (quick.names, quick.rows, quick.header) == (slow.names, slow.rows, slow.header)
    assert quick.preview == slow.preview
    assert [quick.line(row) for row in range(50)] == [slow.line(row) for row in range(50)]
    for a, b in zip(quick.columns, slow.columns, strict=True):
        np.testing.assert_array_equal(a.numbers, b.numbers)  # type: ignore[arg-type]


odd_cells = st.sampled_from(
    ["1", "2.5", "-3e2", "", "NA", "?", "red", "two words", " 7 ", "1e400", "1_0", "né", "nan", "-",
     '"a,b"', '"4"', '"say ""so"""', "'x'", "0x1", "5.", '"a,,b"', '"p;;q"']
)  # fmt: skip


@given(st.data(), st.booleans(), st.sampled_from([",", ";", "\t"]))
def test_that_the_quick_way_agrees_on_any_cells(
    data: st.DataObject, header: bool, mark: str
) -> None:
    width = data.draw(st.integers(2, 4))
    # Most columns hold one kind of cell, with something else now and then.
    usual = data.draw(st.lists(odd_cells, min_size=width, max_size=width))
    rows = [[f"c{k}" for k in range(width)]] if header else []
    for _ in range(data.draw(st.integers(1, 30))):
        odd = data.draw(st.integers(0, 3 * width))
        rows.append([data.draw(odd_cells) if k == odd else usual[k] for k in range(width)])
    text = "\n".join(mark.join(row) for row in rows) + "\n" * data.draw(st.integers(0, 2))
    quick = outcome_of_reading(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextReader, "_read_quickly", lambda *_: False)
        patch.setattr(TextReader, "_sound", lambda *_: False)
        assert outcome_of_reading(text) == quick


def outcome_of_reading(text: str) -> Any:
    try:
        source = read_source(text)
    except DataError as error:
        return str(error)
    columns = [
        (c.name, c.is_numeric, c.texts(), c.missing.tolist(), c.problem, c.looks_like_classes)
        for c in source.columns
    ]
    return columns, source.preview, [source.line(row) for row in range(source.rows)]


def test_that_a_long_table_with_quotes_is_read_to_its_end(table: Any) -> None:
    long = "x" * 5000
    rows = "".join(f'{k}.5,"{long}\n""{k % 3}""",{k % 2}\n' for k in range(300))
    data = load_table(table("a,text,y\n" + rows), scaling="none")
    assert (len(data), data.preparation.input_size) == (300, 4)
    assert data.values[-1].tolist() == [299.5, 2, 1]
    with pytest.raises(DataError, match="line 603: this row has 1 cell"):
        load_table(table("a,text,y\n" + rows + "\n5\n"))


@pytest.mark.parametrize(("content", "options", "complaint"), BAD)
def test_that_the_slow_way_refuses_the_same(
    table: Any, monkeypatch: pytest.MonkeyPatch, content: Any, options: Any, complaint: str
) -> None:
    monkeypatch.setattr(TextReader, "_read_quickly", lambda *_: False)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        load_table(table(content), **options)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_that_any_bytes_give_data_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        load_table(path)
    except (DataError, FileError) as error:
        assert str(error)


@given(st.text(alphabet='0123.,;\t"ab-?\n\r e', max_size=200))
@settings(max_examples=200, deadline=None)
def test_that_any_text_gives_data_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content.encode())
    try:
        load_table(path)
    except (DataError, FileError) as error:
        assert str(error)


def test_that_categories_are_in_natural_order() -> None:
    assert natural_order(["a10", "a2", "B1", "a"]) == ("a", "a2", "a10", "B1")
    assert natural_order(["10", "9.5", "-3", "1e1"]) == ("-3", "9.5", "10", "1e1")
    assert natural_order(["9" * 5000, "x1", "0", "00"])[0] == "0"


# New rows for a network that exists


@pytest.fixture
def flowers(table: Any) -> Dataset:
    return load_table(
        table("n,colour,y\n1,red,1.5\n2,blue,3\n3,red,9\n", "train.csv"), validation=0
    )


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("n,colour,y\n5,blue,7\n6,red,8\n", [[7], [8]]),
        ("y,extra,colour,n\n7,zz,blue,5\n8,zz,red,6\n", [[7], [8]]),
        ("colour,n\nblue,5\nred,6\n", None),
        ("5,blue\n6,red\n", None),
        ("5,blue,7\n6,red,8\n", [[7], [8]]),
        ("n,colour,y\n5,blue,?\n6,red,?\n", None),
        ("n,colour,y\n5,blue,x\n6,red,z\n", None),
    ],
)
def test_that_new_rows_are_matched_by_name_or_place(
    table: Any, flowers: Dataset, text: str, targets: Any
) -> None:
    inputs, found = read_inputs(table(text), flowers.preparation)
    assert inputs.tolist() == [[5, 0], [6, 1]]
    assert (None if found is None else found.tolist()) == targets


@pytest.mark.parametrize(
    ("text", "need", "complaint"),
    [
        (
            "n,colour\n5,green\n",
            False,
            "line 2, column 'colour': 'green' is not a category the netw",
        ),
        ("n,colour\n5,green\n", False, "they are: blue, red"),
        ("n,colour\nx,red\n", False, "line 2, column 'n': 'x' is no number, which 'n' needs"),
        ("n,colour\n,red\n", False, "line 2, column 'n': the value is missing"),
        ("n,color\n5,red\n", False, "t.csv lacks the column 'colour'; it has n, color"),
        ("5\n6\n", False, "has no header and 1 columns, but the network takes 2 inputs"),
        ("n,colour\n5,red\n", True, "t.csv lacks the column 'y'"),
        ("n,colour,y\n5,red,\n", True, "line 2, column 'y': the value is missing"),
    ],
)
def test_that_new_rows_that_do_not_fit_give_a_sentence(
    table: Any, flowers: Dataset, text: str, need: bool, complaint: str
) -> None:
    with pytest.raises(DataError, match=re.escape(complaint)):
        read_inputs(table(text), flowers.preparation, need_targets=need)


def test_that_numeric_classes_are_known_again(table: Any) -> None:
    data = load_table(table(integers([0, 1, 2] * 4), "train.csv"))
    _, targets = read_inputs(table("x,t\n1.5,2\n2,1.0\n"), data.preparation, need_targets=True)
    assert targets is not None
    assert targets.tolist() == [[2], [1]]


def test_that_a_table_read_again_gives_its_own_values(table: Any) -> None:
    path = table(FLOWERS)
    data = load_table(path)
    inputs, targets = read_inputs(path, data.preparation)
    np.testing.assert_array_equal(np.column_stack([inputs, targets]), data.values)  # type: ignore[arg-type]


def test_that_text_beside_decimal_commas_keeps_its_own(tmp_path: Path) -> None:
    rows = "".join(
        f"{k},5;{('ab', 'a,b', 'c')[k % 3]};{'?' if k % 5 == 0 else f'{k},25'}\n"
        for k in range(300)
    )
    (tmp_path / "t.csv").write_text(f"x;kind;y\n{rows}")
    source = read_source(tmp_path / "t.csv")
    x, kind, y = source.columns
    assert x.numbers is not None and x.numbers[:2].tolist() == [0.5, 1.5]
    assert set(kind.counts) == {"ab", "a,b", "c"}
    assert y.numbers is not None and y.numbers[1] == 1.25 and len(y.missing) == 60
