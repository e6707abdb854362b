"""Files that tests write."""

import gzip
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def idx(shape: Sequence[int], kind: int) -> bytes:
    """The head of an IDX file."""
    return bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape)


def write_idx(
    folder: Path, pixels: Any, labels: Sequence[int], packed: bool = False, prefix: str = "a"
) -> tuple[Path, Path]:
    """Images (count, height, width) and their labels, as MNIST's files are called."""
    ending = ".gz" if packed else ""
    images = folder / f"{prefix}-images-idx3-ubyte{ending}"
    names = folder / f"{prefix}-labels-idx1-ubyte{ending}"
    for path, content in (
        (images, idx(pixels.shape, 0x08) + pixels.tobytes()),
        (names, idx((len(labels),), 0x08) + bytes(labels)),
    ):
        path.write_bytes(gzip.compress(content) if packed else content)
    return images, names
