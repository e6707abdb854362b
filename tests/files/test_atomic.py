"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from bpstudio.files.atomic import write_atomically
from bpstudio.files.errors import FileError


def test_that_bytes_and_writers_write_the_same(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"content")
    write_atomically(tmp_path / "b", lambda file: file.write(b"content"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"content"


def test_that_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def breaks(file: BinaryIO) -> None:
        file.write(b"half")
        raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        write_atomically(path, breaks)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_that_a_full_disk_gives_a_sentence(tmp_path: Path) -> None:
    def breaks(_file: BinaryIO) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="disk is full"):
        write_atomically(tmp_path / "file", breaks)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_that_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    write_atomically(tmp_path / "other", b"new")
    (tmp_path / "plain").write_bytes(b"")
    plain, other = ((tmp_path / name).stat().st_mode for name in ("plain", "other"))
    assert plain == other


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights there")
def test_that_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_that_a_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_that_a_folder_or_a_missing_one_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        write_atomically(tmp_path, b"")
    with pytest.raises(FileError, match=r"folder of .* does not exist"):
        write_atomically(tmp_path / "none" / "file", b"")
