"""The functions that the machine code offers, and their arguments."""

from __future__ import annotations

ENTRIES: dict[str, tuple[str, str]] = {
    "online": ("online", "onppiinnpinpnppbt"),
    "batches": ("batches", "onnnnppiinnppppinnnppppnpinppppbnbs"),
    "measure": ("measures", "onnppobiinnpinpppndo"),
    "epochs": ("epochs", "nniipnpsdis"),
}
"""By name: the module, and a letter for each argument.

``p`` points to numbers of the precision, ``o`` to int64, ``i`` to unsigned words, ``s`` to
float64; ``n`` is an unsigned word,
``b`` a truth value, ``t`` a number of the precision and ``d`` a float64. Each returns a float64.
"""

GROUPS = {"online": ("online", "epochs"), "batches": ("batches", "measure")}
"""What is compiled together, for vectors of ``width.BYTES``."""
