"""A step as the matrices of (21) to (26), with the entry that it is about marked in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.numbers import DIGITS, latex_number
from bpstudio.explain.step import Step
from bpstudio.model.arrays import FloatArray

_DELTA = r"\delta"
MOST_ROWS, LEAST_ROWS = 6, 3
"""Larger matrices are folded around the marked entry, if so many have room with its neighbours."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """One matrix of a form.

    ``values`` is (rows, columns); ``row_names`` and ``column_names`` name the neurons (or the rows of
    the table) in words, a name for each; ``marked`` is the entry that the step is about; a row or a
    column is marked whole where the other is None. ``operator`` is the LaTeX in front of it.
    """

    symbol: str
    values: FloatArray
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    marked: tuple[int | None, int | None] | None = None
    operator: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        return self.values.shape[0], self.values.shape[1]

    def is_marked(self, row: int, column: int) -> bool:
        if self.marked is None:
            return False
        r, c = self.marked
        return (r is None or r == row) and (c is None or c == column)

    def shown(self, most: int = MOST_ROWS) -> tuple[list[int | None], list[int | None]]:
        """Rows and columns to draw, None for a gap: the first, the last, and those around the mark,
        or with ``most`` below 3 the mark alone."""
        r, c = self.marked or (None, None)
        return _shown(self.shape[0], r, most), _shown(self.shape[1], c, most)

    def latex(self, digits: int = DIGITS, most: int = MOST_ROWS) -> str:
        """The folded matrix with its marked entries boxed."""
        rows, columns = self.shown(most)
        lines = [" & ".join(self.cell(r, c, digits) for c in columns) for r in rows]
        body = r" \\ ".join(lines)
        return rf"{self.operator} \begin{{bmatrix}} {body} \end{{bmatrix}}".strip()

    def cell(self, r: int | None, c: int | None, digits: int = DIGITS) -> str:
        """One entry in LaTeX, boxed where it is marked; None stands for a gap."""
        if r is None:
            return r"\ddots" if c is None else r"\vdots"
        if c is None:
            return r"\cdots"
        text = latex_number(float(self.values[r, c]), digits)
        return rf"\boxed{{{text}}}" if self.is_marked(r, c) else text


@dataclass(frozen=True, eq=False)
class MatrixForm:
    """``general`` is the formula in matrices, LaTeX with its number; the first matrix is its result,
    the others follow in the formula's order with their operators."""

    number: str
    general: str
    matrices: tuple[Matrix, ...]

    def latex(self, digits: int = DIGITS, most: int = MOST_ROWS) -> str:
        """The formula with the numbers in it."""
        return " ".join(m.latex(digits, most) for m in self.matrices)


def matrices(derivation: Derivation, step: Step, focus: StepKey | None = None) -> MatrixForm | None:
    """The matrices of which a step is one entry; None for a step that is no part of (21) to (26).

    ``focus`` is the key of the weight that is being explained: its entry is marked too where the
    step is about a whole neuron.
    """
    key = step.key
    maker = _Maker(derivation, key, focus)
    if key.kind in ("row_gradient", "gradient") and not derivation.quantities.is_present(key):
        return None
    match key.kind:
        case "net":
            return maker.net()
        case "output" if key.layer != derivation.values.topology.input.id:
            return maker.output()
        case "delta" | "residual" | "slope":
            return maker.delta()
        case "back":
            return maker.back()
        case "row_gradient" | "factor":
            return maker.row_gradient()
        case "gradient":
            return maker.gradient()
        case "change" | "new":
            return maker.update()
    return None


class _Maker:
    """Builds the matrices around one step."""

    def __init__(self, derivation: Derivation, key: StepKey, focus: StepKey | None) -> None:
        self.q = derivation.quantities
        self.v = derivation.values
        self.n = self.q.notation
        self.key = key
        self.focus = focus
        self.layer, self.j = key.layer, key.neuron
        self.sample = max(key.sample, 0)

    # Pieces

    def names(self, layer: str) -> tuple[str, ...]:
        return self.q.neuron_names(layer)

    def column(
        self,
        symbol: str,
        values: FloatArray,
        layer: str,
        operator: str = "",
        mark: int | None = None,
    ) -> Matrix:
        marked = None if mark is None else (mark, 0)
        return Matrix(symbol, values[:, None], self.names(layer), ("",), marked, operator)

    def outputs(self, layer: str) -> FloatArray:
        all_rows: FloatArray = self.v.outputs[self.v.topology.position(layer)]
        return _row_of(all_rows, self.sample)

    def deltas(self, layer: str) -> FloatArray:
        return _row_of(self.v.deltas[self.v.topology.position(layer) - 1], self.sample)

    def weights(self, source: str, target: str, vector: FloatArray | None = None) -> FloatArray:
        b = self.q.link_block(source, target)
        vector = self.v.network.parameters if vector is None else vector
        return vector[b.start : b.stop].reshape(b.shape)

    def output_symbol(self, layer: str) -> str:
        topology = self.v.topology
        if layer == topology.output.id:
            return r"\hat{y}"
        if self.n.one_hidden:
            return "x" if layer == topology.input.id else "b"
        return self.n.vector("x", layer)

    def bias_symbol(self, layer: str) -> str:
        if self.n.one_hidden:
            return r"\theta" if layer == self.v.topology.output.id else r"\gamma"
        return self.n.vector("b", layer)

    def net_symbol(self, layer: str) -> str:
        if self.n.one_hidden:
            return r"\beta" if layer == self.v.topology.output.id else r"\alpha"
        return self.n.vector("z", layer)

    def argument(self, layer: str) -> str:
        if self.n.one_hidden and self.v.topology.layer(layer).bias:
            return f"{self.net_symbol(layer)} + {self.bias_symbol(layer)}"
        return self.net_symbol(layer)

    def focused(self, source: str, target: str) -> int | None:
        """The focus' source neuron, if it is a weight of this link."""
        f = self.focus
        return f.source_neuron if f and (f.source, f.layer) == (source, target) else None

    # Forms

    def net(self) -> MatrixForm:
        nets = self.v.sums if self.n.one_hidden else self.v.nets
        values = nets[self.v.topology.position(self.layer) - 1][self.sample]
        symbol = self.net_symbol(self.layer)
        found = [self.column(symbol, values, self.layer, mark=self.j)]
        parts = []
        for k, b in enumerate(self.v.block(self.layer).incoming):
            source = b.link.source
            i = self.focused(source, self.layer)
            matrix = self.n.matrix(source, self.layer)
            found += [
                Matrix(
                    matrix,
                    self.weights(source, self.layer),
                    self.names(self.layer),
                    self.names(source),
                    (self.j, i),
                    "+" if k else "=",
                ),
                self.column(self.output_symbol(source), self.outputs(source), source, mark=i),
            ]
            parts.append(rf"{matrix}\,{self.output_symbol(source)}")
        if not self.n.one_hidden:
            biases = self.v.network.biases[self.layer]
            found.append(self.column(self.bias_symbol(self.layer), biases, self.layer, "+", self.j))
            parts.append(self.bias_symbol(self.layer))
        number = "21" if self.n.one_hidden else "22"
        return MatrixForm(number, f"{symbol} = {' + '.join(parts)}", tuple(found))

    def output(self) -> MatrixForm:
        symbol = self.output_symbol(self.layer)
        z = self.v.nets[self.v.topology.position(self.layer) - 1][self.sample]
        argument = self.argument(self.layer)
        found = (
            self.column(symbol, self.outputs(self.layer), self.layer, mark=self.j),
            self.column(argument, z, self.layer, "= f", self.j),
        )
        number = "21" if self.n.one_hidden else "22"
        return MatrixForm(number, f"{symbol} = f({argument})", found)

    def delta(self) -> MatrixForm | None:
        output = self.layer == self.v.topology.output.id
        symbol = self.n.vector(_DELTA, self.layer)
        first = self.column(symbol, self.deltas(self.layer), self.layer, mark=self.j)
        if not output:
            back = self.back()
            slope = self._slope()
            general = rf"{symbol} = \Big( {self._bracket()} \Big) \odot {slope.symbol}"
            middle = tuple(replace(m, operator=m.operator or "") for m in back.matrices[1:])
            return MatrixForm("26", general, (first, *middle, slope))
        y_hat, y = self.outputs(self.layer), self.v.Y[self.sample]
        if self.q.is_factored:
            r = self.column(
                r"\frac{\partial E}{\partial \hat{y}}",
                self.v.residuals[self.sample],
                self.layer,
                "=",
                self.j,
            )
            slope = self._slope()
            written = r"(\hat{y} - y)" if self.v.config.loss == "squared_error" else r.symbol
            return MatrixForm(
                "25", rf"{symbol} = {written} \odot {slope.symbol}", (first, r, slope)
            )
        if self.v.topology.output.activation not in self.v.loss.joint:
            return None
        found = (
            first,
            self.column(r"\hat{y}", y_hat, self.layer, "=", self.j),
            self.column("y", y, self.layer, "-", self.j),
        )
        return MatrixForm("25", rf"{symbol} = \hat{{y}} - y", found)

    def back(self) -> MatrixForm:
        symbol = rf"\frac{{\partial E}}{{\partial {self.output_symbol(self.layer)}}}"
        values = self.v.backs[self.v.topology.position(self.layer)][self.sample]
        found = [self.column(symbol, values, self.layer, mark=self.j)]
        for k, link in enumerate(self._leaving()):
            found += [
                Matrix(
                    _transposed(self.n.matrix(*link)),
                    self.weights(*link).T,
                    self.names(self.layer),
                    self.names(link[1]),
                    (self.j, None),
                    "+" if k else "=",
                ),
                self.column(self.n.vector(_DELTA, link[1]), self.deltas(link[1]), link[1]),
            ]
        return MatrixForm("26", f"{symbol} = {self._bracket()}", tuple(found))

    def _leaving(self) -> list[tuple[str, str]]:
        return [link.key for link in self.v.topology.links if link.source == self.layer]

    def _bracket(self) -> str:
        return " + ".join(
            rf"{_transposed(self.n.matrix(*link))}\,{self.n.vector(_DELTA, link[1])}"
            for link in self._leaving()
        )

    def _slope(self) -> Matrix:
        values = self.v.slopes(self.layer)[self.sample]
        symbol = f"f'({self.argument(self.layer)})"
        return self.column(symbol, values, self.layer, r"\odot", self.j)

    def row_gradient(self) -> MatrixForm:
        delta = self.n.vector(_DELTA, self.layer)
        column = self.column(delta, self.deltas(self.layer), self.layer, "=", self.j)
        if not self.key.source:
            symbol = rf"\frac{{\partial E}}{{\partial {self.bias_symbol(self.layer)}}}"
            result = replace(column, symbol=symbol, operator="")
            return MatrixForm("23", f"{symbol} = {delta}", (result, column))
        source, i = self.key.source, self.key.source_neuron
        symbol = rf"\frac{{\partial E}}{{\partial {self.n.matrix(source, self.layer)}}}"
        values = np.outer(self.deltas(self.layer), self.outputs(source))
        row = self._row(source, i)
        mask = self._mask()
        result = self._full(symbol, values * mask[0].values if mask else values)
        product = rf"{delta}\,{row.symbol}"
        general = rf"{symbol} = ({product}) \odot M" if mask else f"{symbol} = {product}"
        return MatrixForm("23", general, (result, column, row, *mask))

    def _row(self, source: str, i: int) -> Matrix:
        symbol = _transposed(self.output_symbol(source))
        return Matrix(symbol, self.outputs(source)[None, :], ("",), self.names(source), (0, i))

    def _mask(self) -> list[Matrix]:
        """What takes pruned connections out of a product, where the link has any."""
        source, i = self.key.source, self.key.source_neuron
        mask = self.v.topology.link(source, self.layer).mask
        if mask is None:
            return []
        names = self.names(self.layer), self.names(source)
        return [Matrix("M", mask.astype(np.float64), *names, (self.j, i), r"\odot")]

    def _full(self, symbol: str, values: FloatArray, operator: str = "") -> Matrix:
        """A matrix as large as the link's weights, with the step's own entry marked."""
        source, i = self.key.source, self.key.source_neuron
        names = self.names(self.layer), self.names(source)
        return Matrix(symbol, values, *names, (self.j, i), operator)

    def gradient(self) -> MatrixForm:
        """The mean over the rows as one product: deltas (neurons, rows), outputs (rows, neurons)."""
        topology = self.v.topology
        rows = tuple(f"row {number}" for number in self.q.row_numbers)
        all_deltas = self.v.deltas[topology.position(self.layer) - 1].T
        delta = self.n.vector("D", self.layer)
        factor = rf"= \frac{{1}}{{{self.v.rows}}}"
        d = Matrix(delta, all_deltas, self.names(self.layer), rows, (self.j, None), factor)
        mean = self.v.mean_gradient
        if not self.key.source:
            symbol = rf"\frac{{\partial E}}{{\partial {self.bias_symbol(self.layer)}}}"
            block = self.v.block(self.layer)
            result = self.column(symbol, mean[block.start : block.stop], self.layer, mark=self.j)
            ones = Matrix("1", np.ones((self.v.rows, 1)), rows, ("",), (None, 0))
            return MatrixForm("23", rf"{symbol} {factor}\, {delta}\, 1", (result, d, ones))
        source, i = self.key.source, self.key.source_neuron
        symbol = rf"\frac{{\partial E}}{{\partial {self.n.matrix(source, self.layer)}}}"
        result = self._full(symbol, self.weights(source, self.layer, mean))
        x = Matrix(
            "X", self.v.outputs[topology.position(source)], rows, self.names(source), (None, i)
        )
        mask = self._mask()
        product = rf"{symbol} {factor}\, {delta}\, X"
        return MatrixForm("23", product + r" \odot M" * len(mask), (result, d, x, *mask))

    def update(self) -> MatrixForm:
        """(23); with another optimizer or several rows the step as one matrix."""
        v = self.v
        plain = v.rows == 1 and v.config.optimizer == "sgd" and not (v.config.l1 or v.config.l2)
        plain = plain and v.topology.free is None
        rate = rf"- {latex_number(v.config.learning_rate, 17)}"
        delta = self.n.vector(_DELTA, self.layer)
        if not self.key.source:
            symbol, block = self.bias_symbol(self.layer), v.block(self.layer)
            part = slice(block.start, block.stop)
            found = [
                self.column(symbol, v.updated.parameters[part], self.layer, mark=self.j),
                self.column(symbol, v.network.parameters[part], self.layer, r"\leftarrow", self.j),
            ]
            step = v.changes[part]
            if plain:
                found.append(self.column(delta, self.deltas(self.layer), self.layer, rate, self.j))
                return MatrixForm(
                    "23", rf"{symbol} \leftarrow {symbol} - \eta\,{delta}", tuple(found)
                )
            found.append(self.column(rf"\Delta {symbol}", step, self.layer, "+", self.j))
            general = rf"{symbol} \leftarrow {symbol} + \Delta {symbol}"
            return MatrixForm("23", general, tuple(found))
        source = self.key.source
        symbol = self.n.matrix(source, self.layer)
        new, old = (self.weights(source, self.layer, p) for p in (v.updated.parameters, None))
        result = self._full(symbol, new), self._full(symbol, old, r"\leftarrow")
        if plain:
            column = self.column(delta, self.deltas(self.layer), self.layer, rate, self.j)
            x = self._row(source, self.key.source_neuron)
            general = rf"{symbol} \leftarrow {symbol} - \eta\,{delta}\,{x.symbol}"
            return MatrixForm("23", general, (*result, column, x))
        added = self._full(rf"\Delta {symbol}", self.weights(source, self.layer, v.changes), "+")
        return MatrixForm(
            "23", rf"{symbol} \leftarrow {symbol} + \Delta {symbol}", (*result, added)
        )


def _row_of(values: FloatArray, row: int) -> FloatArray:
    return values[row : row + 1].ravel()


def _transposed(symbol: str) -> str:
    return (
        rf"{{{symbol}}}^{{\mathsf{{T}}}}" if "^" not in symbol else rf"({symbol})^{{\mathsf{{T}}}}"
    )


def _shown(count: int, mark: int | None, most: int) -> list[int | None]:
    if count <= most:
        return list(range(count))
    around = {mark - 1, mark, mark + 1} if mark is not None else {1, 2}
    if most < LEAST_ROWS:
        around = {mark} if mark is not None else set()
    chosen = sorted(k for k in {0, count - 1, *around} if 0 <= k < count)
    shown: list[int | None] = []
    for last, k in zip([-1, *chosen], chosen, strict=False):
        if k > last + 1:
            shown.append(None)
        shown.append(k)
    return shown
