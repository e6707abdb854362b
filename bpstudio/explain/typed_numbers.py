"""Numbers and weights as people type or paste them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from bpstudio.explain.numbers import FULL, plain_number
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

_POWER = re.compile(r"\s*(?:\*|×|x|·)\s*10\s*(?:\^|\*\*)?\s*\{?\(?\s*([+-]?\d+)\s*\)?\}?")
_FRACTION = re.compile(r"([+-]?[\d.]+)\s*/\s*([\d.]+)")
_NAMED = re.compile(
    r"\s*(v|w|gamma|γ|theta|θ)\s*_?\s*[{(\[]?\s*(\d+)(?:\s*[,;_ ]\s*(\d+))?\s*[})\]]?\s*"
    r"(?:\^?\(?\d+\)?)?\s*[=:]\s*(.+)",
    re.I,
)


def parse_number(text: str) -> float:
    """A number as typed: ``-0.05``, ``−0,05``, ``1.2e-3``, ``1.2·10^-3``, ``1/3``.

    ValueError with one sentence if it is none.
    """
    words = text.strip().replace("\u2212", "-").replace("–", "-")
    if "," in words and "." not in words:
        words = words.replace(",", ".")
    words = _POWER.sub(r"e\1", words)
    if found := _FRACTION.fullmatch(words.replace(" ", "")):
        top, bottom = found.groups()
        words = repr(float(top) / float(bottom)) if float(bottom) else words
    try:
        value = float(words)
    except ValueError:
        raise ValueError(f"'{text.strip()}' is not a number: write it as in -0.05.") from None
    if not math.isfinite(value):
        raise ValueError(f"'{text.strip()}' is not a finite number.")
    return value


def parse_weights(network: Network, text: str) -> Network:
    """The network with the weights that a text gives; what it does not mention stays.

    The text is one of
    - headings with matrices below them, rows = target neurons, as a table is pasted:
      ``input -> hidden1`` and ``bias hidden1``;
    - names of the derivation, for one hidden layer: ``v_11 = 0.15``, ``w_21 = 0.45``, ``gamma_1 = …``,
      ``theta_2 = …``, source first;
    - all parameters as numbers, in the order of the parameter vector.

    ValueError with one sentence, naming the line, if it is none of these or does not fit.
    """
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ValueError("No weights were given: paste numbers, or lines like v_11 = 0.15.")
    result = network.with_parameters(network.parameters.astype(np.float64).copy())
    if _heading(network.topology, lines[0][1]):
        _read_blocks(result, lines)
    elif _NAMED.fullmatch(lines[0][1]):
        _read_names(result, lines)
    else:
        _read_vector(result, lines)
    present = network.topology.present
    if present is not None:
        gone = ~present & (result.parameters != 0)
        if gone.any():
            raise ValueError(
                "A pruned connection or a missing bias was given a value: restore it first, or write 0."
            )
    return result


def weights_text(network: Network, digits: int = FULL) -> str:
    """All weights as ``parse_weights`` reads them back, with headings and matrices."""
    lines = []
    for block in network.topology.blocks:
        for b in block.incoming:
            lines.append(f"{b.link.source} -> {b.link.target}")
            for row in network.weights[b.link.key]:
                lines.append("\t".join(plain_number(value, digits) for value in row))
        lines.append(f"bias {block.layer.id}")
        values = network.biases[block.layer.id]
        lines.append("\t".join(plain_number(value, digits) for value in values))
    return "\n".join(lines) + "\n"


def _numbers(line: int, text: str) -> list[float]:
    """The numbers of a line, between tabs, semicolons, spaces or, with decimal points, commas."""
    pieces = [p for p in re.split(r"[\t;\s|\[\]{}()]+", text) if p]
    if any("." in piece for piece in pieces) or len(pieces) == 1:
        pieces = [p for piece in pieces for p in piece.split(",") if p]
    else:
        pieces = [p for p in (piece.strip(",") for piece in pieces) if p]
    try:
        return [parse_number(piece) for piece in pieces]
    except ValueError as error:
        raise ValueError(f"Line {line}: {error}") from None


# Headings and matrices


def _heading(topology: Topology, text: str) -> tuple[str, str] | None:
    """(source, target) of a heading, or ("", layer) for biases; None if the line is no heading."""
    words = re.sub(r"[:=]\s*$", "", text)
    if found := re.fullmatch(r"(.+?)\s*(?:->|→|to)\s*(.+)", words):
        return _layer(topology, found[1]), _layer(topology, found[2])
    if found := re.fullmatch(r"bias(?:es)?\s*(?:of\s+)?(.+)", words, re.I):
        return "", _layer(topology, found[1])
    return None


def _layer(topology: Topology, text: str) -> str:
    name = text.strip()
    for layer in topology.layers:
        if name == layer.id or name.casefold() == topology.label(layer.id).casefold():
            return layer.id
    known = ", ".join(layer.id for layer in topology.layers)
    raise ValueError(f"There is no layer '{name}'; the layers are: {known}.")


def _read_blocks(network: Network, lines: list[tuple[int, str]]) -> None:
    for (source, target), first, rows in _blocks(network.topology, lines):
        if source:
            network.topology.link(source, target)
            view = network.weights[source, target]
        else:
            if target not in network.biases:
                raise ValueError(f"Line {first}: layer '{target}' is the input and has no biases.")
            view = network.biases[target][None, :]
            if len(rows) == view.size and all(len(row) == 1 for row in rows):
                view = view.T
        shape = len(rows), len(rows[0]) if rows else 0
        if any(len(row) != shape[1] for row in rows) or shape != view.shape:
            raise ValueError(
                f"Line {first}: {view.shape[0]} rows of {view.shape[1]} numbers are needed, a row for "
                f"each neuron of '{target}'."
            )
        view[:] = rows


def _blocks(
    topology: Topology, lines: list[tuple[int, str]]
) -> Iterator[tuple[tuple[str, str], int, list[list[float]]]]:
    heading, first = ("", ""), 0
    rows: list[list[float]] = []
    for line, text in lines:
        if found := _heading(topology, text):
            if first:
                yield heading, first, rows
            heading, first, rows = found, line, []
        else:
            rows.append(_numbers(line, text))
    yield heading, first, rows


# Names


def _read_names(network: Network, lines: list[tuple[int, str]]) -> None:
    topology = network.topology
    if len(topology.layers) != 3 or len(topology.links) != 2:
        raise ValueError(
            "Names like v_11 are for networks with one hidden layer and no skip link: "
            "paste matrices under headings like input -> hidden1."
        )
    first, hidden, last = (layer.id for layer in topology.layers)
    for line, text in lines:
        for piece in re.split(r"[;\n]|,\s+(?=[a-zA-Zγθ])", text):
            found = _NAMED.fullmatch(piece)
            if found is None:
                raise ValueError(f"Line {line}: '{piece.strip()}' is no weight: write v_11 = 0.15.")
            name, a, b = found[1].lower(), found[2], found[3]
            if b is None and name in "vw" and len(a) == 2:
                a, b = a[0], a[1]
            value = _numbers(line, found[4])
            if name in "vw":
                view = network.weights[(first, hidden) if name == "v" else (hidden, last)].T
            else:
                view = network.biases[last if name in ("theta", "θ") else hidden]
            index = (int(a) - 1,) if view.ndim == 1 else (int(a) - 1, int(b or 0) - 1)
            inside = all(0 <= k < size for k, size in zip(index, view.shape, strict=True))
            if not inside or len(value) != 1:
                raise ValueError(f"Line {line}: the network has no '{piece.strip()}'.")
            view[index] = value[0]


def _read_vector(network: Network, lines: list[tuple[int, str]]) -> None:
    values: list[float] = []
    for line, text in lines:
        values += _numbers(line, text)
    if len(values) != network.parameters.size:
        raise ValueError(
            f"{len(values)} numbers were given, but the network has {network.parameters.size} weights "
            "and biases: give all of them, or put headings like input -> hidden1 above matrices."
        )
    network.parameters[:] = np.array(values)
