"""The decorator of kernel functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile as a part of the kernel that calls it; numbers follow NumPy's rules for 1 / 0."""
    return cast(F, njit(error_model="numpy")(function))


def inlined(function: F) -> F:
    """A kernel written out in its caller, where a call would cost as much as what it does."""
    return cast(F, njit(error_model="numpy", forceinline=True)(function))
