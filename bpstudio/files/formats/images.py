"""A folder of small images, one class per subfolder; below train and test, if they are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn, natural_order
from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.files.formats.common import matrix_columns, pixel_names, preview_of
from bpstudio.files.memory import check_memory
from bpstudio.files.plan import SPLIT_WORDS
from bpstudio.files.source import Request, Source
from bpstudio.model.dataset import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".pgm", ".ppm", ".tif", ".tiff", ".webp")
LARGEST_SIDE = 128
MOST_FILES = 1_000_000
LABEL = "class"

Found = tuple[Path, str, int]
"""A file, its class, and the part of the split."""


def read(path: Path, request: Request) -> Source:
    """Grey values from 0 to 255 of images of one size, and the subfolder's name as the class."""
    name = shown(Path(path.name))
    files, parted = _files(path, name)
    if request.limit is not None:
        files = files[:: max(len(files) // max(request.limit, 1), 1)]
    try:
        from PIL import Image  # noqa: PLC0415
    except ImportError:
        raise DataError(
            f"{name} is a folder of images, for which Pillow is needed: pip install pillow."
        ) from None
    width, height = _size(Image, files[0][0], path)
    check_memory(
        17.0 * len(files) * width * height, f"{name}: {len(files):,} images", "take a part of them"
    )
    pixels = np.empty((len(files), height * width), dtype=np.uint8)
    for k, (file, _, _) in enumerate(files):
        if k % 50 == 0:
            request.check(k / len(files))
        pixels[k] = _pixels(Image, file, path, (width, height)).ravel()
    columns = matrix_columns(pixels, pixel_names(height, width), (0.0, 255.0))
    columns.append(RawColumn.of_texts(LABEL, (label for _, label, _ in files)))
    split = np.array([part for _, _, part in files], dtype=np.int8) if parted else None
    notes = (f"{len(files):,} images of {width} × {height} pixels.",)
    return Source(
        name, path, "images", tuple(columns), len(files), preview_of(columns), request.options,
        request.limit is None, notes, (LABEL,), split, (height, width),
    )  # fmt: skip


def _files(folder: Path, name: str) -> tuple[list[Found], bool]:
    """All images with their classes, and whether folders called train and the like part them."""
    try:
        tops = [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
        parts = [p for p in tops if p.name.lower() in SPLIT_WORDS and any(_folders(p))]
        parted = bool(parts) and len(parts) == len(tops)
        found: list[Found] = []
        for top in sorted(parts if parted else [folder]):
            part = SPLIT_WORDS[top.name.lower()] if parted else 0
            classes = {p.name: p for p in _folders(top)}
            for label in natural_order(classes):
                inside = sorted(p for p in classes[label].iterdir() if _is_image(p))
                found += [(file, label, part) for file in inside]
                if len(found) > MOST_FILES:
                    raise DataError(f"{name} holds more than {MOST_FILES:,} images: take a part.")
    except OSError as error:
        raise file_error(error, folder) from None
    if not found:
        raise FileError(
            f"'{name}' is a folder without images in subfolders: choose a file in it, or put the "
            "images of each class into a folder of their own."
        )
    return found, parted


def _folders(path: Path) -> list[Path]:
    return [p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")]


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _size(image: Any, file: Path, folder: Path) -> tuple[int, int]:
    with _opened(image, file, folder) as picture:
        width, height = picture.size
    if max(width, height) > LARGEST_SIDE:
        raise DataError(
            f"{_inside(file, folder)} has {width} × {height} pixels: make the images smaller, "
            f"up to {LARGEST_SIDE} × {LARGEST_SIDE}."
        )
    return width, height


def _pixels(image: Any, file: Path, folder: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    with _opened(image, file, folder) as picture:
        if picture.size != size:
            raise DataError(
                f"{_inside(file, folder)} has {picture.size[0]} × {picture.size[1]} pixels, but the "
                f"first image has {size[0]} × {size[1]}: make them the same."
            )
        try:
            return np.asarray(picture.convert("L"))
        except Exception as error:
            raise FileError(
                f"'{_inside(file, folder)}' is damaged ({type(error).__name__}): leave it out."
            ) from None


def _opened(image: Any, file: Path, folder: Path) -> Any:
    try:
        return image.open(file)
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise file_error(error, file) from None
        raise FileError(
            f"'{_inside(file, folder)}' is no image that can be read: leave it out."
        ) from None


def _inside(file: Path, folder: Path) -> str:
    return shown(file.relative_to(folder))
