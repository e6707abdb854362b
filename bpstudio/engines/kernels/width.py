"""How wide vectors are; knows LLVM, but not the compiler built on it."""

from __future__ import annotations

import os

import llvmlite.binding as llvm

WIDEST = 64 if llvm.get_host_cpu_features().get("avx512f") else 32
"""Where registers have 16 bytes, two of them do as well."""

BYTES = {"online": 32, "batches": WIDEST}
"""For each group of ``signatures``: standard BP waits for single results, and half a vector waits
less."""

VECTOR_BYTES = int(os.environ.get("BPSTUDIO_VECTOR_BYTES", WIDEST))
"""In the process that compiles: what it compiles for."""
