"""SIMD vectors for the kernels: as wide as the machine's registers, written out in LLVM.

A compiler that must find the vectors itself needs tests at run time for overlapping arrays, gives
up where there are many arrays, and adds up in an order of its own. Here the kernels say what they
mean: ``load`` takes LANES numbers from a pointer, ``+ - * /`` work on all of them, ``store_first``
writes the first few. Sums are added in one order, so the same machine gives the same bits however
calls are cut.

The functions exist only inside compiled code. Counts and indices are unsigned (``Index``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from bpstudio.engines.kernels.width import VECTOR_BYTES

Index = types.uintp
ZERO, ONE, FOUR = np.uintp(0), np.uintp(1), np.uintp(4)
"""In compiled code a plain 0 is signed, and signed plus unsigned is a float."""
WORD = ir.IntType(64)
LANE = ir.IntType(32)


class Vector(types.Type):  # type: ignore[misc]
    """LANES numbers of one precision."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.lanes = VECTOR_BYTES * 8 // element.bitwidth
        super().__init__(name=f"Vector({element} x {self.lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, llvm_type(vector))


def llvm_type(vector: Vector) -> ir.VectorType:
    return ir.VectorType(_llvm_element(vector), vector.lanes)


def _llvm_element(vector: Vector) -> ir.Type:
    return ir.DoubleType() if vector.element.bitwidth == 64 else ir.FloatType()


def suffix(vector: Vector) -> str:
    """How LLVM names the vector type in its intrinsics."""
    return f"v{vector.lanes}f{vector.element.bitwidth}"


def vector_intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of compiled code that writes its own LLVM."""
    return cast(Callable[..., Any], intrinsic(function))


def call(builder: Any, name: str, returns: ir.Type, *args: Any) -> Any:
    """Call an LLVM function by its name."""
    kind = ir.FunctionType(returns, [a.type for a in args])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)


def constant(vector: Vector, value: float) -> ir.Constant:
    """The number in every lane."""
    return ir.Constant(llvm_type(vector), [value] * vector.lanes)


def spread_lanes(builder: Any, vector: Vector, value: Any) -> Any:
    kind = llvm_type(vector)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, LANE(0))
    zeros = ir.Constant(ir.VectorType(LANE, vector.lanes), [0] * vector.lanes)
    return builder.shuffle_vector(first, first, zeros)


# Arithmetic


def _register(operation: Any, instruction: str) -> None:
    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            if len(args) == 2 and isinstance(args[0], Vector) and args[0] == args[1]:
                return signature(args[0], *args)
            return None

    infer_global(operation)(Template)

    @lower_builtin(operation, Vector, Vector)  # type: ignore[untyped-decorator]
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


_register(operator.add, "fadd")
_register(operator.sub, "fsub")
_register(operator.mul, "fmul")
_register(operator.truediv, "fdiv")


@vector_intrinsic
def muladd(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once where the machine can."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, f"llvm.fmuladd.{suffix(a)}", args[0].type, *args)

    return a(a, a, a), codegen


def _unary(name: str) -> Any:
    def operation(typing: Any, a: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return call(builder, f"llvm.{name}.{suffix(a)}", args[0].type, *args)

        return a(a), codegen

    return vector_intrinsic(operation)


magnitude = _unary("fabs")
root = _unary("sqrt")


@vector_intrinsic
def maximum(typing: Any, a: Any, b: Any) -> Any:
    """The larger one in every lane; NaN where one is NaN."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, f"llvm.maximum.{suffix(a)}", args[0].type, *args)

    return a(a, a), codegen


@vector_intrinsic
def with_sign(typing: Any, a: Any, b: Any) -> Any:
    """|a| with the sign of b."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return call(builder, f"llvm.copysign.{suffix(a)}", args[0].type, *args)

    return a(a, a), codegen


@vector_intrinsic
def where_greater(typing: Any, a: Any, b: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes where a > b, else ``no``; with NaN, ``no``."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[2], args[3])

    return a(a, a, a, a), codegen


@vector_intrinsic
def power_of_two(typing: Any, n: Any) -> Any:
    """2^n for a vector of whole numbers from -1000 (float32: -120) up to 0."""
    bits, mantissa, bias = (64, 52, 1023) if n.element.bitwidth == 64 else (32, 23, 127)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(ir.IntType(bits), n.lanes)
        # Added to 1.5 * 2^mantissa, the last bits of the sum are those of n + bias. NaN gives any
        # number.
        shifted = builder.fadd(args[0], constant(n, 1.5 * 2.0**mantissa + bias))
        exponent = builder.bitcast(shifted, whole)
        return builder.bitcast(
            builder.shl(exponent, ir.Constant(whole, [mantissa] * n.lanes)), args[0].type
        )

    return n(n), codegen


@vector_intrinsic
def nearest(typing: Any, a: Any, b: Any) -> Any:
    """The nearest whole number to a * b, which is below 2^22 in size."""
    mantissa = 52 if a.element.bitwidth == 64 else 23

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        magic = constant(a, 1.5 * 2.0**mantissa)
        moved = call(builder, f"llvm.fmuladd.{suffix(a)}", magic.type, *args, magic)
        return builder.fsub(moved, magic)

    return a(a, a), codegen


# Making vectors


@vector_intrinsic
def spread(typing: Any, number: Any, pointer: Any) -> Any:
    """A scalar in every lane, in the precision of what ``pointer`` points to."""
    vector = Vector(pointer.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = context.cast(builder, args[0], sig.args[0], vector.element)
        return spread_lanes(builder, vector, value)

    return vector(number, pointer), codegen


@vector_intrinsic
def like(typing: Any, number: Any, vector: Any) -> Any:
    """A scalar in every lane of a vector like the given one."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = context.cast(builder, args[0], sig.args[0], vector.element)
        return spread_lanes(builder, vector, value)

    return vector(number, vector), codegen


@vector_intrinsic
def lanes(typing: Any, pointer: Any) -> Any:
    """How many numbers a vector holds."""
    count = Vector(pointer.dtype).lanes

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.get_constant(Index, count)

    return Index(pointer), codegen


# Memory


def _address(builder: Any, vector: Vector, pointer: Any, index: Any) -> Any:
    element = builder.bitcast(pointer, _llvm_element(vector).as_pointer())
    return builder.gep(element, [index])


def vector_address(builder: Any, vector: Vector, pointer: Any, index: Any) -> Any:
    at = _address(builder, vector, pointer, index)
    return builder.bitcast(at, llvm_type(vector).as_pointer())


def first_lanes(builder: Any, vector: Vector, count: Any) -> Any:
    """True in the first ``count`` lanes."""
    full = WORD(vector.lanes)
    fewer = builder.select(builder.icmp_unsigned("<", count, full), count, full)
    kind = ir.VectorType(LANE, vector.lanes)
    short = builder.trunc(fewer, LANE)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), short, LANE(0))
    zeros = ir.Constant(kind, [0] * vector.lanes)
    every = builder.shuffle_vector(one, one, zeros)
    return builder.icmp_unsigned("<", ir.Constant(kind, list(range(vector.lanes))), every)


@vector_intrinsic
def load(typing: Any, pointer: Any, index: Any) -> Any:
    """The LANES numbers from pointer[index]."""
    vector = Vector(pointer.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = vector_address(builder, vector, *args)
        return builder.load(at, align=vector.element.bitwidth // 8)

    return vector(pointer, Index), codegen


@vector_intrinsic
def store(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
    """Write all lanes to pointer[index] and on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = vector_address(builder, value, args[0], args[1])
        builder.store(args[2], at, align=value.element.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(pointer, Index, value), codegen


def masked_load(
    builder: Any, vector: Vector, pointer: Any, index: Any, count: Any, other: Any
) -> Any:
    """``other`` in the lanes after the first ``count``."""
    return call(
        builder,
        f"llvm.masked.load.{suffix(vector)}.p0",
        llvm_type(vector),
        vector_address(builder, vector, pointer, index),
        LANE(vector.element.bitwidth // 8),
        first_lanes(builder, vector, count),
        other,
    )


def load_part(builder: Any, vector: Vector, pointer: Any, index: Any, count: Any) -> Any:
    """All lanes where there are as many, which is much faster right after a write; else the first."""
    result = cgutils.alloca_once(builder, llvm_type(vector))
    enough = builder.icmp_unsigned(">=", count, WORD(vector.lanes))
    with builder.if_else(enough, likely=True) as (then, otherwise):
        with then:
            at = vector_address(builder, vector, pointer, index)
            builder.store(builder.load(at, align=vector.element.bitwidth // 8), result)
        with otherwise:
            zero = constant(vector, 0.0)
            builder.store(masked_load(builder, vector, pointer, index, count, zero), result)
    return builder.load(result)


@vector_intrinsic
def load_first(typing: Any, pointer: Any, index: Any, count: Any) -> Any:
    """The first ``count`` lanes (at most LANES) from pointer[index], 0 in the others."""
    vector = Vector(pointer.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer, index, count = args
        return load_part(builder, vector, pointer, index, count)

    return vector(pointer, Index, Index), codegen


@vector_intrinsic
def keep_first(typing: Any, a: Any, count: Any) -> Any:
    """The first ``count`` lanes, 0 in the others."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(first_lanes(builder, a, args[1]), args[0], constant(a, 0.0))

    return a(a, Index), codegen


@vector_intrinsic
def load_at_most(typing: Any, pointer: Any, index: Any, count: Any, other: Any) -> Any:
    """Like ``load_first``, with ``other`` in the lanes after the first ``count``."""
    vector = Vector(pointer.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer, index, count, other = args
        return masked_load(
            builder, vector, pointer, index, count, spread_lanes(builder, vector, other)
        )

    return vector(pointer, Index, Index, vector.element), codegen


@vector_intrinsic
def store_first(typing: Any, pointer: Any, index: Any, count: Any, value: Any) -> Any:
    """Write the first ``count`` lanes (at most LANES) to pointer[index] and on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = vector_address(builder, value, args[0], args[1])
        align = value.element.bitwidth // 8
        enough = builder.icmp_unsigned(">=", args[2], WORD(value.lanes))
        with builder.if_else(enough, likely=True) as (then, otherwise):
            with then:
                builder.store(args[3], at, align=align)
            with otherwise:
                name = f"llvm.masked.store.{suffix(value)}.p0"
                mask = first_lanes(builder, value, args[2])
                call(builder, name, ir.VoidType(), args[3], at, LANE(align), mask)
        return context.get_dummy_value()

    return types.void(pointer, Index, Index, value), codegen


def fetch(builder: Any, pointer: Any, changes: bool) -> None:
    """Have a place brought near, to be read or also to be changed."""
    near = LANE(3 if changes else 2)
    call(builder, "llvm.prefetch.p0", ir.VoidType(), pointer, LANE(int(changes)), near, LANE(1))


@vector_intrinsic
def prefetch(typing: Any, pointer: Any, index: Any) -> Any:
    """Have pointer[index] brought near: it is read soon."""
    vector = Vector(pointer.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        at = vector_address(builder, vector, args[0], args[1])
        fetch(builder, at, False)
        return context.get_dummy_value()

    return types.void(pointer, Index), codegen


# Sums over lanes


def halved(builder: Any, vector: Vector, a: Any, b: Any, width: int) -> Any:
    """Groups of ``width`` lanes of a and b, each folded to half: a's groups first, then b's."""
    half, lanes = width // 2, vector.lanes
    lower: list[int] = []
    upper: list[int] = []
    for first in (0, lanes):
        for group in range(0, lanes, width):
            lower += range(first + group, first + group + half)
            upper += range(first + group + half, first + group + width)
    kind = ir.VectorType(LANE, lanes)
    parts = (builder.shuffle_vector(a, b, ir.Constant(kind, part)) for part in (lower, upper))
    return builder.fadd(*parts)


@vector_intrinsic
def total(typing: Any, a: Any) -> Any:
    """The sum over the lanes."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value, width = args[0], a.lanes
        while width > 1:
            value = halved(builder, a, value, value, width)
            width //= 2
        return builder.extract_element(value, LANE(0))

    return a.element(a), codegen


@vector_intrinsic
def largest(typing: Any, a: Any) -> Any:
    """The largest lane; NaN if there is one."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = args[0]
        kind, width = ir.VectorType(LANE, a.lanes), a.lanes
        while width > 1:
            width //= 2
            turned = ir.Constant(kind, [(k + width) % a.lanes for k in range(a.lanes)])
            other = builder.shuffle_vector(value, value, turned)
            value = call(builder, f"llvm.maximum.{suffix(a)}", value.type, value, other)
        return builder.extract_element(value, LANE(0))

    return a.element(a), codegen
