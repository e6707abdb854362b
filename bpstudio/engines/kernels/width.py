"""How wide this machine's vectors are; knows LLVM, but not the compiler built on it."""

from __future__ import annotations

import llvmlite.binding as llvm

VECTOR_BYTES = 64 if llvm.get_host_cpu_features().get("avx512f") else 32
"""Where registers have 16 bytes, two of them do as well."""
