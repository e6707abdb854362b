"""Formats other than text tables: what is read, and what is said of files that are not sound."""

import gzip
import io
import os
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstudio.files.build import build
from bpstudio.files.errors import Cancelled, FileError
from bpstudio.files.plan import propose_plan
from bpstudio.files.source import Options, Source, read_source
from bpstudio.files.tables import load_table
from bpstudio.model.dataset import TEST, TRAIN, VALIDATION, DataError, Dataset
from tests.files.files import idx, write_idx


def made(path: Path) -> Dataset:
    source = read_source(path)
    return build(source, propose_plan(source))


def numbers(source: Source) -> Any:
    return np.column_stack([column.numbers for column in source.columns])  # type: ignore[misc]


# NumPy


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i4", "u1", ">f8", ">i2"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_that_one_array_has_its_target_in_the_last_column(
    tmp_path: Path, dtype: str, order: Any
) -> None:
    array = np.arange(12).reshape(4, 3).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", array)
    source = read_source(tmp_path / "a.npy")
    assert source.names == ("x1", "x2", "x3")
    np.testing.assert_array_equal(numbers(source), array)
    assert made(tmp_path / "a.npy").preparation.targets[0].name == "x3"


def test_that_x_and_y_are_inputs_and_targets(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "a.npz", X=rng.normal(size=(20, 3)), y=np.repeat(["no", "yes"], 10))
    data = made(tmp_path / "a.npz")
    assert (data.preparation.input_names, data.class_names) == (("x1", "x2", "x3"), ("no", "yes"))
    np.savez_compressed(tmp_path / "b.npz", inputs=np.ones((5, 2)), outputs=np.eye(5)[:, :2])
    assert made(tmp_path / "b.npz").preparation.output_size == 2


def test_that_parts_named_train_and_test_are_the_split(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (9, 4, 5), dtype=np.uint8)
    labels = np.array([0, 1, 2] * 3, dtype=np.uint8)
    np.savez(
        tmp_path / "m.npz",
        x_train=images[:6], y_train=labels[:6], x_test=images[6:], y_test=labels[6:],
    )  # fmt: skip
    source = read_source(tmp_path / "m.npz")
    assert (source.image_shape, source.rows) == ((4, 5), 9)
    data = build(source, propose_plan(source))
    assert data.class_names == ("0", "1", "2")
    assert (data.split[6:] == TEST).all() and not (data.split[:6] == TEST).any()
    np.testing.assert_allclose(data.inputs, images.reshape(9, 20) / 255)


def test_that_fields_of_a_structured_array_are_columns(tmp_path: Path) -> None:
    rows = np.array([(1.5, "a"), (2.5, "b"), (3.5, "a")], dtype=[("größe", "f4"), ("art", "U5")])
    np.save(tmp_path / "s.npy", rows)
    source = read_source(tmp_path / "s.npy")
    assert source.names == ("größe", "art")
    assert source.column("art").texts() == ("a", "b", "a")


def test_that_nan_is_missing_and_infinity_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[1, 2], [np.nan, 3], [4, 5.0]]))
    assert read_source(tmp_path / "a.npy").column("x1").missing.tolist() == [1]
    np.save(tmp_path / "a.npy", np.array([[1, 2], [np.inf, 3]]))
    with pytest.raises(DataError, match=r"a\.npy, row 2, column 'x1': 'inf' is infinite"):
        made(tmp_path / "a.npy")


def npy(header: str, body: bytes = b"", version: int = 1) -> bytes:
    text = header.encode("latin-1")
    size = struct.pack("<H", len(text)) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + body


HEADER = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (npy(HEADER % ("|O", "(3, 2)"), b"x" * 48), "Python objects, which could run code"),
        (npy(HEADER % ("<f8", "(250000000, 1)")), "2,000,000,000 bytes, but holds 0"),
        (npy(HEADER % ("<f8", "(3, 2)"), b"\0" * 47), "holds 47: it is cut off"),
        (npy(HEADER % ("<f8", "(-1, 2)")), "its header is damaged"),
        (npy(HEADER % ("<f8", "(True, 2)")), "its header is damaged"),
        (npy(HEADER % ("<f8", "(1e9,)")), "its header is damaged"),
        (npy(HEADER % ("nonsense", "(1, 2)")), "its header is damaged"),
        (npy("{'descr': __import__('os')}"), "its header is damaged"),
        (npy("(" * 5000), "its header is damaged"),
        (npy("{}"), "its header is damaged"),
        (npy(HEADER % ("<f8", "()"), b"\0" * 8), "single numbers only"),
        (npy(HEADER % ("<c16", "(1, 2)"), b"\0" * 32), "complex128, which is no number or text"),
        (npy(HEADER % ("<M8[s]", "(1, 2)"), b"\0" * 16), "which is no number or text"),
        (npy(HEADER % ("<f8", "(0, 2)")), "has no rows"),
        (b"\x93NUMPY\x07\x00\x10\x00", "its header is damaged"),
        (b"\x93NUMPY", "its header is damaged"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "its header is damaged"),
    ],
)
def test_that_an_unsound_array_gives_a_sentence(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises((DataError, FileError), match=re.escape(complaint)):
        made(tmp_path / "a.npy")


def test_that_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    body = npy(HEADER % ("<f8", "(2, 2)"), b"\0" * 32)
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", body)
    # The directory at the end declares 2 GB for these few bytes.
    content = path.read_bytes()
    size = struct.pack("<I", len(body))
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, struct.pack("<I", 2_000_000_000)))
    with pytest.raises((DataError, FileError), match=r"as long as declared|of memory"):
        read_source(path)


def test_that_arrays_of_unequal_length_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.ones((3, 2)), y=np.ones(4))
    with pytest.raises(DataError, match="array 'X' has 3 rows, but 'y' has 4"):
        read_source(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "e.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(DataError, match="holds no arrays"):
        read_source(tmp_path / "e.npz")


# IDX


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("named", ["images", "labels"])
def test_that_images_and_labels_find_each_other(tmp_path: Path, packed: bool, named: str) -> None:
    pixels = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(6, 4, 3)
    images, labels = write_idx(tmp_path, pixels, [1, 0, 2, 1, 0, 2], packed)
    source = read_source(images if named == "images" else labels)
    assert (source.kind, source.image_shape, source.rows) == ("idx", (4, 3), 6)
    assert source.notes == (f"The labels are from {labels.name}.",)
    data = build(source, propose_plan(source))
    np.testing.assert_array_equal(data.inputs, pixels.reshape(6, 12) / 255)
    assert data.class_names == ("0", "1", "2")
    assert data.preparation.input_names[:4] == ("r1c1", "r1c2", "r1c3", "r2c1")


def test_that_test_images_beside_training_images_are_the_test_rows(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
    train, _ = write_idx(tmp_path, pixels, [0, 1] * 3, prefix="train")
    write_idx(tmp_path, pixels[:2] + 1, [1, 0], prefix="t10k")
    data = made(train)
    assert data.split.tolist().count(TEST) == 2
    np.testing.assert_array_equal(data.values[6:, :4], pixels[:2].reshape(2, 4) + 1)


def test_that_images_without_labels_can_be_predicted_but_not_learned(tmp_path: Path) -> None:
    images, labels = write_idx(tmp_path, np.ones((6, 2, 2), np.uint8), [0, 1] * 3)
    labels.unlink()
    source = read_source(images)
    assert source.columns[-1].name == "r2c2"
    with pytest.raises(DataError, match="images but no labels: put the file"):
        build(source, propose_plan(source))


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        (idx((250_000, 28, 28), 0x0E), "declares 250,000 × 28 × 28 values"),
        (idx((3, 2, 2), 0x08) + b"\0" * 11, "it is cut off or damaged"),
        (idx((3, 2, 2), 0x08) + b"\0" * 13, "but holds more"),
        (idx((0, 2, 2), 0x08), "there is nothing in it"),
        (idx((2**32 - 1,) * 4, 0x0E), "it is cut off or damaged"),
        (idx((3, 2, 2), 0x08)[:9], "it is cut off"),
        (idx((1, 400, 400), 0x08) + b"\0" * 160_000, "has 160,000 columns"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_that_an_idx_header_that_lies_gives_a_sentence(
    tmp_path: Path, head: bytes, complaint: str, packed: bool
) -> None:
    path = tmp_path / ("a-images-idx3-ubyte" + ".gz" * packed)
    path.write_bytes(gzip.compress(head) if packed else head)
    with pytest.raises((DataError, FileError), match=re.escape(complaint)):
        read_source(path)


def test_that_labels_of_other_images_are_refused(tmp_path: Path) -> None:
    images, _ = write_idx(tmp_path, np.ones((6, 2, 2), np.uint8), [0, 1])
    with pytest.raises(DataError, match=r"6 images, but .* has 2 labels"):
        read_source(images)


def test_that_damaged_gzip_gives_a_sentence(tmp_path: Path) -> None:
    whole = gzip.compress(idx((2, 2, 2), 0x08) + bytes(range(8)))
    for content in (whole[:-9], whole[:12], b"\x1f\x8bnonsense", whole[:20] + b"?" * 30):
        path = tmp_path / "a-images-idx3-ubyte.gz"
        path.write_bytes(content)
        with pytest.raises((DataError, FileError), match=r"damaged|cut off"):
            read_source(path)


def test_that_a_packed_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3,5\n5,9\n"))
    assert made(tmp_path / "t.csv.gz").name == "t"


# FANN


def test_that_fann_data_are_read_with_their_test_rows(tmp_path: Path) -> None:
    (tmp_path / "d.train").write_text("4 2 1\n0 0\n0\n0 1\n1\n1 0\n1\n1 1\n0\n")
    source = read_source(tmp_path / "d.train")
    assert (source.kind, source.names, source.targets) == ("fann", ("x1", "x2", "y1"), ("y1",))
    assert source.where(2, "x1") == "d.train, line 6, column 'x1'"
    (tmp_path / "d.test").write_text("1 2 1\n0.5 0.25 1\n")
    data = made(tmp_path / "d.train")
    assert data.values[4].tolist() == [0.5, 0.25, 1] and data.split[4] == TEST
    split = load_table(tmp_path / "d.train", split="ordered", validation=0.25).split
    assert split.tolist() == [TRAIN, TRAIN, TRAIN, VALIDATION]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("4 2 1\n0 0\n0\n0 1\n1\n", "too short: it is cut off"),
        ("2 2 1\n0.25 0\n0\n0 1\n", "fewer, 5: it is cut off"),
        ("1 2 1\n0 0\n0\n0 1\n1\n", "more, 6: it is cut off, or its first line is wrong"),
        ("100000000 2 1\n0 0\n0\n", "too short"),
        ("0 2 1\n0 0\n0\n", "must not be 0"),
        ("2 2 1\n0 x\n0\n0 1\n1\n", "line 2: 'x' is no finite number"),
        ("2 2 1\n0 0\n0\n0 1e999\n1\n", "line 4: '1e999' is no finite number"),
        ("2 2 1\n0 0\n0\n0 1_0\n1\n", "line 4: '1_0' is no finite number"),
    ],
)
def test_that_unsound_fann_data_give_a_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "d.data").write_text(text)
    with pytest.raises(DataError, match=re.escape(complaint)):
        made(tmp_path / "d.data")


# LIBSVM


def test_that_libsvm_rows_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.libsvm").write_text("+1 1:0.5 3:2 # first\n-1 2:1e-3\n\n+1 1:1 2:1 3:1\n")
    source = read_source(tmp_path / "a.libsvm")
    assert (source.kind, source.names) == ("libsvm", ("x1", "x2", "x3", "y"))
    assert numbers(source).tolist() == [[0.5, 0, 2, 1], [0, 1e-3, 0, -1], [1, 1, 1, 1]]
    assert source.line(2) == 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 1:1\n2 0:1\n", "line 2: '0:1' is not place:value"),
        ("1 1:1\n2 2:1 1:1\n", "line 2: place 1 comes after 2"),
        ("1 1:1\n2 1:x\n", "line 2: 'x' is no finite number"),
        ("1 1:1\nb 1:2\n", "line 2: 'b' is no finite number"),
        ("1 1:1\n2 999999999:2\n", "columns, more than 100,000"),
        ("", "is empty"),
    ],
)
def test_that_unsound_libsvm_rows_give_a_sentence(
    tmp_path: Path, text: str, complaint: str
) -> None:
    from bpstudio.files.formats.libsvm import read
    from bpstudio.files.source import Request

    (tmp_path / "a.libsvm").write_text(text)
    with pytest.raises(DataError, match=re.escape(complaint)):
        read(tmp_path / "a.libsvm", Request(Options()))


# ARFF

WEATHER = """% comment
@RELATION weather
@attribute outlook {sunny, 'heavy rain', overcast}
@attribute "air temp" NUMERIC
@attribute humid real
@attribute play {yes, no}

@DATA
sunny,85,?,no
% another
'heavy rain', 70 ,96.5,yes
overcast,64,65,yes
?,72,95,no
"""


def test_that_arff_knows_its_categories_and_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "w.arff").write_text(WEATHER)
    source = read_source(tmp_path / "w.arff")
    assert source.names == ("outlook", "air temp", "humid", "play")
    assert source.column("outlook").categories() == ("sunny", "heavy rain", "overcast")
    assert source.column("outlook").missing.tolist() == [3]
    assert source.column("humid").missing.tolist() == [0]
    assert source.line(1) == 11
    data = load_table(tmp_path / "w.arff", missing="most_frequent", validation=0)
    assert data.class_names == ("yes", "no")
    assert data.preparation.input_size == 5


def test_that_sparse_arff_rows_are_filled_up(tmp_path: Path) -> None:
    text = "@relation s\n@attribute a numeric\n@attribute b {x,y}\n@data\n{0 2.5,1 y}\n{}\n{1 x}\n"
    (tmp_path / "s.arff").write_text(text)
    source = read_source(tmp_path / "s.arff")
    assert source.column("a").numbers.tolist() == [2.5, 0, 0]  # type: ignore[union-attr]
    assert source.column("b").texts() == ("y", "x", "x")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("sunny,85,?,no", "sunny,85,?", "line 9: this row has 3 cells, but 4 attributes"),
        ("sunny,85,?,no", "snow,85,?,no", "line 9, column 'outlook': 'snow' is not among"),
        ("sunny,85,?,no", "sunny,hot,?,no", "line 9, column 'air temp': 'hot' is no finite number"),
        ("@DATA", "@DOTA", "line 8: '@DOTA' is no declaration"),
        ("@attribute humid real", "@attribute humid relational", "'relational'"),
        ("{yes, no}", "{yes, no", "lack a closing brace"),
        ("@attribute humid real", "@attribute play real", "are both called 'play'"),
        ("sunny,85,?,no", "sunny,85,\0,no", "line 9: there is a NUL byte"),
    ],
)
def test_that_unsound_arff_gives_a_sentence(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    (tmp_path / "w.arff").write_text(WEATHER.replace(old, new))
    with pytest.raises(DataError, match=re.escape(complaint)):
        load_table(tmp_path / "w.arff", missing="most_frequent")


# Workbooks and Parquet


def test_that_a_workbook_is_read_as_the_table_it_shows(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.create_sheet("empty", 0)
    sheet = book["Sheet"]
    for row in [["length", "kind"], [1.5, "a"], [2, "b"], [None, "a"], [True, None]]:
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    source = read_source(tmp_path / "b.xlsx")
    assert (source.kind, source.names, source.options.sheet) == (
        "excel", ("length", "kind"), "Sheet",
    )  # fmt: skip
    np.testing.assert_array_equal(source.column("length").numbers, [1.5, 2, np.nan, 1])  # type: ignore[arg-type]
    assert source.where(2, "length") == "b.xlsx, line 4, column 'length'"
    assert source.sheets == ("empty", "Sheet")
    with pytest.raises(DataError, match="no sheet 'x': the sheets are empty, Sheet"):
        read_source(tmp_path / "b.xlsx", Options(sheet="x"))


def test_that_a_parquet_file_is_read(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    columns = {
        "n": [1, None, 3],
        "x": [0.5, 1.5, None],
        "b": [True, False, None],
        "t": ["a", "", "b"],
    }
    polars.DataFrame(columns).write_parquet(tmp_path / "t.parquet")
    source = read_source(tmp_path / "t.parquet")
    assert source.names == ("n", "x", "b", "t")
    np.testing.assert_array_equal(source.column("n").numbers, [1, np.nan, 3])  # type: ignore[arg-type]
    np.testing.assert_array_equal(source.column("b").numbers, [1, 0, np.nan])  # type: ignore[arg-type]
    assert source.column("t").texts() == ("a", "", "b")
    whole = (tmp_path / "t.parquet").read_bytes()
    for content in (whole[:40], whole[:4] + b"?" * 50 + whole[54:], whole[:-12]):
        (tmp_path / "t.parquet").write_bytes(content)
        with pytest.raises(FileError, match="is no Parquet file, or it is damaged: write it again"):
            read_source(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("module", "name", "content"),
    [("openpyxl", "a.xlsx", b"PK\x03\x04"), ("polars", "a.parquet", b"PAR1")],
)
def test_that_without_the_extra_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str, content: bytes
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(content + b"xl/" * 9)
    with pytest.raises(DataError, match=rf"{module} is needed: pip install 'bpstudio\[tables\]'"):
        read_source(tmp_path / name)


# Images


def picture(path: Path, level: int, size: tuple[int, int] = (4, 3)) -> None:
    image = pytest.importorskip("PIL.Image")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.new("RGB", size, (level, level, level)).save(path)


def test_that_subfolders_are_the_classes_of_their_images(tmp_path: Path) -> None:
    for k in range(4):
        picture(tmp_path / "cats" / f"{k}.png", 10 * k)
        picture(tmp_path / "dogs" / f"{k}.bmp", 200 + k)
    (tmp_path / "cats" / "notes.txt").write_text("no image")
    source = read_source(tmp_path)
    assert (source.kind, source.image_shape, source.rows) == ("images", (3, 4), 8)
    data = build(source, propose_plan(source))
    assert data.class_names == ("cats", "dogs")
    np.testing.assert_allclose(data.inputs[2], 20 / 255)


def test_that_folders_for_training_and_testing_are_the_split(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for kind in ("a", "b"):
            for k in range(3):
                picture(tmp_path / part / kind / f"{k}.png", k)
    data = made(tmp_path)
    assert (data.split == TEST).sum() == 6


def test_that_unsound_images_give_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="a folder without images in subfolders"):
        read_source(tmp_path)
    picture(tmp_path / "a" / "0.png", 0)
    picture(tmp_path / "a" / "1.png", 0, (5, 5))
    with pytest.raises(
        DataError, match=r"a.1\.png has 5 × 5 pixels, but the first image has 4 × 3"
    ):
        read_source(tmp_path)
    (tmp_path / "a" / "1.png").write_bytes(b"no image")
    with pytest.raises(FileError, match=r"a.1\.png' is no image that can be read"):
        read_source(tmp_path)
    whole = (tmp_path / "a" / "0.png").read_bytes()
    (tmp_path / "a" / "1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"is damaged|is no image"):
        read_source(tmp_path)
    picture(tmp_path / "a" / "0.png", 0, (4000, 2))
    with pytest.raises(DataError, match="4000 × 2 pixels: make the images smaller"):
        read_source(tmp_path)


# All of them


def test_that_reading_can_be_given_up(tmp_path: Path) -> None:
    images, _ = write_idx(tmp_path, np.ones((6, 2, 2), np.uint8), [0, 1] * 3)
    np.savez(tmp_path / "a.npz", X=np.ones((3, 2)), y=np.ones(3))
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "w.arff").write_text(WEATHER)
    for path in (images, tmp_path / "a.npz", tmp_path / "t.csv", tmp_path / "w.arff"):
        with pytest.raises(Cancelled):
            read_source(path, cancelled=lambda: True)


def test_that_text_at_hand_is_read_like_a_file() -> None:
    source = read_source("a\tb\n1\tx\n2\ty\n3\tx\n")
    assert (source.name, source.names, source.options.delimiter) == ("clipboard", ("a", "b"), "\t")
    assert build(source, propose_plan(source)).name == "clipboard"
    buffer = io.StringIO()
    np.savetxt(buffer, np.arange(6).reshape(3, 2))
    assert numbers(read_source(buffer.getvalue())).tolist() == [[0, 1], [2, 3], [4, 5]]


def test_that_a_damaged_file_is_told_by_our_own_sentence_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("openpyxl")
    for name, content in (("t.parquet", b"PAR1" + bytes(40) + b"PAR1"), ("t.xlsx", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError) as refused:
            read_source(tmp_path / name)
        assert str(refused.value).count(":") == 1 and "(" not in str(refused.value)
    os.write(2, b"still heard")
    assert capfd.readouterr().err == "still heard"
