"""Explains updates: bp.explain(network, x, y, learning_rate=0.5) is a Derivation of every number in one.

The package is itself the function, because ``bp.explain`` is both: the home of the modules that explain,
and the call that does it. See ``explain.derivation.explain`` for its arguments.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpstudio.explain.derivation import Derivation


class _Explain(ModuleType):
    """A package that can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Derivation:
        # Loaded when it is called: the package alone must cost nothing.
        from bpstudio.explain.derivation import explain  # noqa: PLC0415

        return explain(*args, **kwargs)


sys.modules[__name__].__class__ = _Explain
