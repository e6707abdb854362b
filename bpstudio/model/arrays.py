"""The array types that annotations use, and the freezing of what crosses between owners."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
BoolArray: TypeAlias = NDArray[np.bool_]

Array = TypeVar("Array", bound=NDArray[Any])


def frozen(array: Array) -> Array:
    """The array itself if nobody can write to it, else a read-only copy."""
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return array


def sealed(array: Array) -> Array:
    """An array that nobody else has yet, read-only from now on; no copy is made."""
    array.flags.writeable = False
    return array
