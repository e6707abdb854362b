"""The symbols of a network's quantities: the derivation's own letters for one hidden layer
(x, v, alpha, gamma, b, w, beta, theta, y), and those of the layer form (21) to (26) for any other."""

from __future__ import annotations

from bpstudio.model.topology import Topology


class Notation:
    """LaTeX symbols of a topology's quantities; every index is given from 0 and written from 1."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.one_hidden = is_one_hidden(topology)
        self._many_links = {block.layer.id: len(block.incoming) > 1 for block in topology.blocks}
        ids = [layer.id for layer in topology.layers]
        self._input, self._output = ids[0], ids[-1]

    # Neurons

    def output(self, layer: str, j: int | str) -> str:
        """x_i, b_h, y-hat_j; in the layer form x_j^(a)."""
        if layer == self._output:
            return rf"\hat{{y}}_{{{_index(j)}}}"
        if self.one_hidden:
            letter = "x" if layer == self._input else "b"
            return f"{letter}_{{{_index(j)}}}"
        return f"x_{{{_index(j)}}}^{{({self.number(layer)})}}"

    def target(self, j: int | str) -> str:
        return f"y_{{{_index(j)}}}"

    def raw(self, layer: str, c: int) -> str:
        """A column's raw value: u_c of an input column, t_c of a target column."""
        return f"{'t' if layer == self._output else 'u'}_{{{_index(c)}}}"

    def net(self, layer: str, j: int | str) -> str:
        """alpha_h or beta_j, without the bias; z_j^(a), with it, in the layer form."""
        if self.one_hidden:
            return rf"\{self._net_letter(layer)}_{{{_index(j)}}}"
        return f"z_{{{_index(j)}}}^{{({self.number(layer)})}}"

    def argument(self, layer: str, j: int | str) -> str:
        """What the activation function is applied to: alpha_h + gamma_h, or z_j^(a)."""
        if self.one_hidden and self.topology.layer(layer).bias:
            return f"{self.net(layer, j)} + {self.bias(layer, j)}"
        return self.net(layer, j)

    def slope(self, layer: str, j: int | str) -> str:
        return f"f'({self.argument(layer, j)})"

    def delta(self, layer: str, j: int | str) -> str:
        """delta = dE/dz (24), with the layer's number."""
        return rf"\delta_{{{_index(j)}}}^{{({self.number(layer)})}}"

    def residual(self, j: int | str) -> str:
        """dE/dy-hat_j (7)."""
        return _derivative("E", self.output(self._output, j))

    def back(self, layer: str, h: int | str) -> str:
        """dE/db_h (18)."""
        return _derivative("E", self.output(layer, h))

    # Parameters

    def weight(self, source: str, i: int | str, target: str, j: int | str) -> str:
        """v_ih or w_hj, source first; in the layer form w_ji^(a) as in the matrix, target first."""
        if self.one_hidden:
            letter = "v" if source == self._input else "w"
            return f"{letter}_{{{_index(i, j)}}}"
        return f"w_{{{_index(j, i)}}}^{{({self.link_mark(source, target)})}}"

    def bias(self, layer: str, j: int | str) -> str:
        """gamma_h, theta_j, or b_j^(a)."""
        if self.one_hidden:
            letter = "theta" if layer == self._output else "gamma"
            return rf"\{letter}_{{{_index(j)}}}"
        return f"b_{{{_index(j)}}}^{{({self.number(layer)})}}"

    def factor(self, layer: str, j: int, parameter: str) -> str:
        """d net / d parameter (9), (17)."""
        return _derivative(self.net(layer, j), parameter)

    def gradient(self, parameter: str, error: str = "E") -> str:
        return _derivative(error, parameter)

    # Matrices

    def matrix(self, source: str, target: str) -> str:
        """W^(a); W^(a<-s) where several links reach the layer; V and W for one hidden layer."""
        if self.one_hidden:
            return "V" if source == self._input else "W"
        return f"W^{{({self.link_mark(source, target)})}}"

    def vector(self, letter: str, layer: str) -> str:
        r"""A vector of a layer: x^(a), z^(a), b^(a), \delta^(a)."""
        return f"{letter}^{{({self.number(layer)})}}"

    # Indices

    def derivative(self, of: str, by: str) -> str:
        """A partial derivative of two symbols."""
        return _derivative(of, by)

    def number(self, layer: str) -> int:
        """a of the layer form: 1 is the input."""
        return self.topology.position(layer) + 1

    def link_mark(self, source: str, target: str) -> str:
        if self._many_links[target]:
            return rf"{self.number(target)} \leftarrow {self.number(source)}"
        return str(self.number(target))

    def letter(self, layer: str) -> str:
        """The index letter of a layer in sums: i, h, j; in the layer form i."""
        if not self.one_hidden:
            return "i"
        return "i" if layer == self._input else "j" if layer == self._output else "h"

    def _net_letter(self, layer: str) -> str:
        return "beta" if layer == self._output else "alpha"


def is_one_hidden(topology: Topology) -> bool:
    """Whether the network is the derivation's: input, one hidden layer, output, no skip link."""
    return len(topology.layers) == 3 and len(topology.links) == 2


def _index(*indices: int | str) -> str:
    """Indices as written, from 1: ``12`` for 1 and 2, ``1,12`` where one has two digits."""
    texts = [str(k + 1) if isinstance(k, int) else k for k in indices]
    return ("," if any(len(text) > 1 for text in texts) else "").join(texts)


def _derivative(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"
