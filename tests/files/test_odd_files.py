"""Odd files, some hundreds of them: each gives the right values, or one sentence with the place."""

import gzip
import io
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpstudio.files.errors import FileError
from bpstudio.files.formats import choice
from bpstudio.files.tables import load_table
from bpstudio.model.dataset import DataError, Dataset
from tests.files.files import idx

SECONDS = 1.0
"""Of the processor in this thread, for any of these small files."""


def opened(path: Path, **options: Any) -> Dataset | str:
    """The data, or the sentence that says why there are none."""
    began = time.thread_time()
    try:
        return load_table(path, **options)
    except (DataError, FileError) as error:
        sentence = str(error)
        assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 700, sentence
        return sentence
    finally:
        assert time.thread_time() - began < SECONDS


def written(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# Encodings and delimiters: the same table however it is written

TEXT = "größe,été,y\n1.5,né,2\n2.5,hôte,4\n-3,né,9\n"
CHINESE = "密度,颜色,y\n1.5,青绿,2\n2.5,乌黑,4\n-3,青绿,9\n"
WRITTEN = [
    (TEXT, "utf-8", b""), (TEXT, "utf-8", b"\xef\xbb\xbf"), (TEXT, "utf-16", b""),
    (TEXT, "utf-16-le", b""), (TEXT, "utf-16-be", b""), (TEXT, "utf-16-be", b"\xfe\xff"),
    (TEXT, "utf-32", b""), (TEXT, "latin-1", b""), (TEXT, "cp1252", b""),
    (CHINESE, "utf-8", b""), (CHINESE, "gbk", b""), (CHINESE, "gb18030", b""), (CHINESE, "utf-16", b""),
]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("text", "encoding", "mark"), WRITTEN)
def test_that_a_table_reads_the_same_however_it_is_written(
    tmp_path: Path, text: str, encoding: str, mark: bytes, delimiter: str
) -> None:
    path = written(tmp_path, mark + text.replace(",", delimiter).encode(encoding))
    data = opened(path, scaling="none", validation=0)
    assert isinstance(data, Dataset), data
    names = text.partition("\n")[0].split(",")
    assert data.preparation.inputs[0].name == names[0]
    assert data.values[:, 0].tolist() == [1.5, 2.5, -3]
    assert sorted(data.preparation.inputs[1].categories) == sorted(
        {line.split(",")[1] for line in text.splitlines()[1:]}
    )
    assert data.values[:, 2].tolist() == [2, 4, 9]


# Rows of unequal length


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line", [3, 7, 12])
@pytest.mark.parametrize("cells", [1, 2, 4, 7])
def test_that_a_ragged_row_is_named(tmp_path: Path, delimiter: str, line: int, cells: int) -> None:
    rows = [["a", "b", "c"], *([str(k), str(k * k), "1.5"] for k in range(11))]
    rows[line - 1] = ["5"] * cells
    path = written(tmp_path, "\n".join(delimiter.join(row) for row in rows))
    found = opened(path)
    assert isinstance(found, str)
    assert re.search(
        rf"^t\.csv, line {line}: this row has {cells} cells?, but the first row has 3", found
    )


# Cells that are nearly numbers

GOOD = {
    "1e-400": 0.0, "+5": 5.0, " 7 ": 7.0, "-0": 0.0, ".5": 0.5, "5.": 5.0, "1E3": 1000.0,
    "007": 7.0, "1e+2": 100.0, '"8"': 8.0, "1.7976931348623157e308": 1.7976931348623157e308,
    "0.1000000000000000055511151231257827": 0.1, "123456789012345678901": 123456789012345678901.0,
}  # fmt: skip
MISSING = ["", " ", "?", "NA", "n/a", "N/A", "#N/A", "nan", "NaN", "NULL", "null", "-", '""']
WRONG = [
    "1e400", "-1e400", "inf", "-Infinity", "1_0", "0x1F", "１２", "1.2.3", "$5", "5%", "--1", "+-1",
    "1e", "e5", ".", "12a", "TRUE", "none", "1d5", "1 2", "−1", "∞", "1e5e5", "0b1", "ⅷ", "1'000",
    "#REF!", "1/2", "12:30", "2020-01-01", "<5", "~3", "1+2j", "nan(1)", "\u200b1",
]  # fmt: skip


def table_with(cell: str, row: int) -> str:
    cells = [f"{k}.25" for k in range(40)]
    cells[row] = cell
    return "x,y\n" + "".join(f"{cell},{k}\n" for k, cell in enumerate(cells))


@pytest.mark.parametrize("row", [0, 23, 39])
@pytest.mark.parametrize("cell", GOOD)
def test_that_a_number_is_read_in_any_dress(tmp_path: Path, cell: str, row: int) -> None:
    data = opened(written(tmp_path, table_with(cell, row)), scaling="none")
    assert isinstance(data, Dataset), data
    assert data.values[row, 0] == GOOD[cell]
    assert (len(data), data.values[row - 1, 0]) == (40, (row - 1) % 40 + 0.25)


@pytest.mark.parametrize("row", [0, 23, 39])
@pytest.mark.parametrize("cell", MISSING)
def test_that_a_missing_number_is_named_or_left_out(tmp_path: Path, cell: str, row: int) -> None:
    path = written(tmp_path, table_with(cell, row))
    found = opened(path)
    assert isinstance(found, str)
    assert found.startswith(f"t.csv, line {row + 2}, column 'x': the value is missing: fill in")
    data = opened(path, missing="drop")
    assert isinstance(data, Dataset) and len(data) == 39
    filled = opened(path, missing="mean", scaling="none", validation=0)
    assert isinstance(filled, Dataset)
    assert filled.inputs[row, 0] == pytest.approx(np.delete(filled.values[:, 0], row).mean())


@pytest.mark.parametrize("row", [0, 23, 39])
@pytest.mark.parametrize("cell", WRONG)
def test_that_a_cell_that_is_no_number_is_named(tmp_path: Path, cell: str, row: int) -> None:
    found = opened(written(tmp_path, table_with(cell, row)))
    assert isinstance(found, str)
    assert found.startswith(f"t.csv, line {row + 2}, column 'x': '{cell}' is ")


# Tables that are odd as a whole

ROWS = "".join(f"{k},{k % 3},{'pq'[k % 2]}\n" for k in range(12))
ODD: list[tuple[str, str | bytes, str | int]] = [
    ("empty", "", "t.csv is empty"),
    ("blank", " \n\n\t\n", "t.csv is empty"),
    ("only a mark", b"\xef\xbb\xbf", "t.csv is empty"),
    ("only a UTF-16 mark", b"\xff\xfe", "t.csv is empty"),
    ("only a header", "a,b,c\n", "has a header but no rows"),
    ("only a header, no line end", "a,b,c", "has a header but no rows"),
    ("only separators", ",,,\n,,,\n", "t.csv is empty"),
    ("one column", "a\n1\n2\n", "has one column only, 'a'"),
    ("prose", "It was a dark night.\nThe rain fell.\n", "has one column only"),
    ("two names alike", "a,b,a\n1,2,3\n", "columns 1 and 3 are both called 'a'"),
    ("no line end", "a,b,c\n" + ROWS.rstrip(), 12),
    ("blank lines between", "a,b,c\n\n" + ROWS.replace("\n", "\n\n"), 12),
    ("separators at the end", "a,b,c,\n" + ROWS.replace("\n", ",\n"), 12),
    ("spaces around", "a , b , c\n" + ROWS.replace(",", " , "), 12),
    ("carriage returns", ("a,b,c\n" + ROWS).replace("\n", "\r"), 12),
    ("both line ends", "a,b,c\r\n" + ROWS.replace("\n", "\r\n", 5), 12),
    ("quotes around all", re.sub(r"([^,\n]+)", r'"\1"', "a,b,c\n" + ROWS), 12),
    ("single quotes around all", re.sub(r"([^,\n]+)", r"'\1'", "a,b,c\n" + ROWS), 12),
    ("a separator in quotes", 'a,b,c\n' + ROWS + '3,4,"p, q"\n3,4,"p, q"\n', 14),
    ("a line end in quotes", 'a,b,c\n' + ROWS + '3,4,"p\nq"\n', 13),
    ("a line end in a class", 'a,y\n1,"p\nq"\n2,"p\nq"\n', "the target 'y' is 'p q' in every row"),
    ("a line end in a name", '"a\nb",y\n1,2\n2,4\n3,7\n', 3),
    ("a quote never closed", 'a,b,c\n1,2,p\n3,4,"q\n5,6,p\n', "line 3: a quotation mark is opened"),
    ("text after a quote", 'a,b,c\n1,2,p\n3,4,"q"r\n', "line 3: text follows a closing quotation mark"),
    ("a quote within", 'a,b,c\n1,2,5" pipe\n3,4,6" pipe\n1,5,5" pipe\n', 3),
    ("a NUL at the start", b"\0a,b,c\n1,2,p\n", "line 1: there is a NUL byte"),
    ("a NUL inside", b"a,b,c\n1,2,p\n3,\0,q\n", "line 3: there is a NUL byte"),
    ("a NUL at the end", b"a,b,c\n1,2,p\n3,4,q\n\0", "line 4: there is a NUL byte"),
    ("a long cell", "a,b,c\n1,2,p\n1,2," + "x" * 140_000 + "\n", "line 3: a cell is longer"),
    ("a long line", b"a,b\n1," + b"9" * 400_000 + b"\n", "line 2: a cell is longer"),
    ("too many columns", ",".join(map(str, range(100_001))) + "\n", "has 100,001 columns"),
    ("a class alone", "a,b,c\n" + ROWS.replace("q", "p"), "the target 'c' is 'p' in every row"),
    ("a target that never changes", "a,y\n1,2.5\n2,2.5\n", "is '2.5' in every row"),
    ("an input that never changes", "a,b,c\n" + re.sub(r",\d,", ",7,", ROWS), 12),
    ("a target that is missing", "a,b\n1,\n2,\n3,\n", "column 'b': the value is missing; in all 3"),
    ("inputs that are missing", "a,b\n,1\n,2\n,3\n", "has no input column left"),
    ("one row", "a,b,y\n1,2,3.5\n", "is '3.5' in every row"),
    ("two rows", "a,b,y\n1,2,3.5\n1,3,4.5\n", 2),
    ("a comment above", "# made by hand\na,b,c\n" + ROWS, 12),
    ("a header in a comment", "# made by hand\n# a,b,c\n" + ROWS, 12),
    ("names behind a hash", "# a b y\n1 2 3.5\n4 5 6.5\n1 3 4.5\n", 3),
    ("colours", "#ff0000,1\n#00ff00,2\n#0000ff,3\n#ff0000,7\n", 4),
    ("a column called hash", "#,b,c\n" + ROWS, 12),
    ("not UTF-16 to its end", b"\xff\xfea\0,\0b", "is not all UTF-16 text, see byte 7"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(90)), "there is a NUL byte"),
    ("a program", b"\x7fELF\x02\x01\x01" + b"\0" * 90, "there is a NUL byte"),
    ("noise", np.random.default_rng(0).bytes(3000), "t.csv"),
    ("a page", "<html><body><p>a,b</p>\n</body></html>\n", "t.csv"),
    ("JSON", '{"a": [1, 2],\n "b": [3, 4]}\n', "t.csv"),
    ("zip, but not that", b"PK\x03\x04" + b"\0" * 40, "is cut off or damaged"),
    ("packed, but not named so", gzip.compress(b"a,b\n1,2\n"), "is packed: give its name the ending"),
    (
        "too many categories",
        "a,y\n" + "".join(f"t{k % 1500},{k}\n" for k in range(3000)),
        "more than 1,000",
    ),
    ("huge numbers", "a,y\n1e308,1\n-1e308,2\n1e308,4\n", "too large to scale"),
    ("tiny numbers", "a,y\n1e-320,1\n2e-320,2\n3e-320,4\n", 3),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [x[1:] for x in ODD], ids=[x[0] for x in ODD])
def test_that_an_odd_table_gives_its_rows_or_a_sentence(
    tmp_path: Path, content: str | bytes, expected: str | int
) -> None:
    found = opened(written(tmp_path, content))
    if isinstance(expected, int):
        assert isinstance(found, Dataset), found
        assert len(found) == expected
    else:
        assert isinstance(found, str)
        assert expected in found


# Files cut off or damaged, in every format


def sound_files() -> dict[str, bytes]:
    """A good file of each binary format, by its name."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(30, 3))
    files: dict[str, bytes] = {}
    for name, write in (
        ("a.npy", lambda out: np.save(out, table)),
        ("a.npz", lambda out: np.savez_compressed(out, X=table, y=rng.normal(size=30))),
    ):
        buffer = io.BytesIO()
        write(buffer)
        files[name] = buffer.getvalue()
    files["a-images-idx3-ubyte"] = idx((20, 3, 3), 8) + rng.bytes(180)
    files["a-images-idx3-ubyte.gz"] = gzip.compress(files["a-images-idx3-ubyte"], mtime=0)
    text = "a,b,c\n" + "".join(",".join(map(repr, row)) + "\n" for row in table.tolist())
    files["a.csv.gz"] = gzip.compress(text.encode(), mtime=0)
    return files


SOUND = sound_files()
LABELS = idx((20,), 8) + bytes([0, 1] * 10)


@pytest.mark.parametrize("cut", [0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("name", SOUND)
def test_that_a_file_cut_off_is_refused(tmp_path: Path, name: str, cut: float) -> None:
    written(tmp_path, LABELS, "a-labels-idx1-ubyte")
    whole = SOUND[name]
    assert isinstance(opened(written(tmp_path, whole, name)), Dataset)
    found = opened(written(tmp_path, whole[: min(int(cut * len(whole)), len(whole) - 1)], name))
    assert isinstance(found, str) and name in found


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("name", SOUND)
def test_that_a_damaged_file_gives_data_or_a_sentence(
    tmp_path: Path, name: str, place: int
) -> None:
    written(tmp_path, LABELS, "a-labels-idx1-ubyte")
    damaged = bytearray(SOUND[name])
    for at in (place, (place + 1) * len(damaged) // 9):
        damaged[at] ^= 0xA5
    found = opened(written(tmp_path, bytes(damaged), name), missing="drop")
    assert isinstance(found, str) or np.isfinite(found.values).all()


@pytest.mark.parametrize("place", range(12))
def test_that_a_damaged_workbook_gives_data_or_a_sentence(tmp_path: Path, place: int) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [["a", "b", "y"], *([k, k * k, k + 0.5] for k in range(12))]:
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    damaged = bytearray((tmp_path / "b.xlsx").read_bytes())
    # Among other things the flags and the method of packing in the entries' heads.
    for at in (place, len(damaged) - 20 * (place + 2), (place + 1) * len(damaged) // 13):
        damaged[at] ^= 0xA5
    found = opened(written(tmp_path, bytes(damaged), "b.xlsx"))
    assert isinstance(found, str) or np.isfinite(found.values).all()


def test_that_what_unpacks_to_far_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bpstudio.files import memory
    from bpstudio.files.formats import packed

    for module in (memory, packed):
        monkeypatch.setattr(module, "available_memory", lambda: 3 << 20)
    found = opened(written(tmp_path, gzip.compress(b"1,2\n" * 500_000), "b.csv.gz"))
    assert isinstance(found, str) and "for which there is no memory" in found
    buffer = io.BytesIO()
    np.savez_compressed(buffer, X=np.zeros((200_000, 4)), y=np.zeros(200_000))
    assert len(buffer.getvalue()) < 20_000
    found = opened(written(tmp_path, buffer.getvalue(), "b.npz"))
    assert isinstance(found, str) and "of memory" in found


def test_that_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", b" " * (80 << 20))
    found = opened(tmp_path / "b.xlsx")
    assert isinstance(found, str) and "would unpack to 80 MiB" in found


# Paths that are no files


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere.csv")


def locked(path: Path) -> None:
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("every file may be read here")


def below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file")


@pytest.mark.skipif(os.name == "nt", reason="what a path may be is another matter there")
@pytest.mark.parametrize(
    ("make", "part"),
    [
        (Path.mkdir, "is a folder without images in subfolders"),
        (os.mkfifo if hasattr(os, "mkfifo") else Path.mkdir, "is not a file but a device"),
        (loop, "is a link that leads back to itself"),
        (dangling, "does not exist"),
        (locked, "may not be read"),
        (below_a_file, "lies in something that is not a folder"),
        (lambda _path: None, "does not exist"),
    ],
)
def test_that_a_path_that_is_no_file_gives_a_sentence(
    tmp_path: Path, make: Callable[[Path], None], part: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    make(folder / "t.csv")
    found = opened(folder / "t.csv")
    assert isinstance(found, str) and part in found and "t.csv" in found


def test_that_names_that_cannot_be_give_a_sentence(tmp_path: Path) -> None:
    for name, part in (("x" * 300 + ".csv", "too long a name"), ("a\0b.csv", "holds a NUL byte")):
        found = opened(tmp_path / name)
        assert isinstance(found, str) and part in found


def test_that_a_file_that_vanishes_gives_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    found = choice.kind_of

    def then_gone(path: Path) -> str:
        kind = found(path)
        path.unlink()
        return kind

    monkeypatch.setattr(choice, "kind_of", then_gone)
    sentence = opened(path)
    assert isinstance(sentence, str) and "does not exist" in sentence
