"""Writing a network so that others can compute with it: npz, json, csv.

Each format holds the weights and biases, and a description in JSON: the layers with their activations,
the links, and for every input and target column the scaling, the categories and what is filled in for
a missing value, so that outputs follow from the raw columns. Weights have the shape (target size,
source size); pruned ones are 0. This is a whole reader, in NumPy alone (a row is a list of raw cells,
in the order of ``inputs``)::

    file = np.load("net.npz")                                   # csv: np.loadtxt(…, ndmin=2)
    net = json.loads(str(file["network"]))                      # json: the weights are in it
    f = {"linear": lambda z: z, "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
         "relu": lambda z: np.maximum(z, 0), "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
         "softplus": lambda z: np.logaddexp(z, 0),
         "softmax": lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()}
    def encode(column, cell):
        names = column["categories"]
        if column["missing"] and cell in ("", *column["gaps"]):
            cell = names[int(column["fill"])] if names else column["fill"]
        if column["encoding"] in ("number", "ordinal"):
            x = names.index(cell) if names else float(cell)
            return [(x - column["shift"]) / column["scale"]]
        hot = [float(cell == name) for name in names]
        return hot if column["encoding"] == "one_hot" else hot[1:]
    def predict(row):
        x = [v for column, cell in zip(net["inputs"], row) for v in encode(column, cell)]
        y = {net["layers"][0]["id"]: np.array(x)}
        for layer in net["layers"][1:]:
            incoming = [link for link in net["links"] if link["target"] == layer["id"]]
            z = sum(file[link["weights"]] @ y[link["source"]] for link in incoming)
            y[layer["id"]] = f[layer["activation"]](z + file[layer["biases"]])
        return y[layer["id"]]              # a scaled target: times its scale, plus its shift
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.atomic import write_atomically
from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import LEAK
from bpstudio.model.network import Network
from bpstudio.model.project import Project

Arrays = dict[str, FloatArray]
Described = tuple[dict[str, Any], Arrays]
"""The description, in which weights and biases are named, and the arrays by these names."""

FORMATS: dict[str, str] = {
    "npz": "NumPy arrays in one file",
    "json": "one text file",
    "csv": "a folder, or a .zip, with one table per matrix",
}
_SUFFIXES = {".npz": "npz", ".json": "json", ".csv": "csv", ".zip": "csv", "": "csv"}
_DATE = (1980, 1, 1, 0, 0, 0)


def export(
    source: Project | Network, path: str | os.PathLike[str], format: str | None = None
) -> None:
    """Write a network; ``format`` is one of ``FORMATS``, or follows from the path's suffix.

    A project's data say how raw columns become inputs and outputs become values; of a bare network
    there is none of that, and the description's ``inputs`` and ``targets`` are null. FileError if the
    file cannot be written, TopologyError if the network is unfinished.
    """
    path = Path(path)
    chosen = format or _SUFFIXES.get(path.suffix.lower())
    if chosen not in FORMATS:
        known = ", ".join(FORMATS)
        what = f"'{chosen}' is no format" if chosen else f"'{path.suffix}' names no format"
        raise FileError(f"{what} that a network can be exported to: choose one of {known}.")
    _WRITERS[chosen](describe(source), path)


def describe(source: Project | Network) -> Described:
    """The description of a network and its arrays, without a file."""
    network = source.network if isinstance(source, Project) else source
    dataset = source.dataset if isinstance(source, Project) else None
    topology = network.topology
    topology.validate()
    arrays: Arrays = {}

    def stored(name: str, array: FloatArray) -> str:
        # Layer ids are free text; the names of arrays are file names too.
        name = re.sub(r"[^\w.-]", "_", name)
        while name.lower() in (taken.lower() for taken in arrays):
            name += "_"
        arrays[name] = array
        return name

    links = [
        {
            "source": link.source,
            "target": link.target,
            "weights": stored(f"W_{link.source}_{link.target}", network.weights[link.key]),
            "pruned": [] if link.mask is None else np.argwhere(~link.mask).tolist(),
        }
        for link in topology.links
    ]
    layers = [
        {"id": layer.id, "size": layer.size, "activation": layer.activation}
        | ({"biases": stored(f"b_{layer.id}", network.biases[layer.id])} if k else {})
        for k, layer in enumerate(topology.layers)
    ]
    preparation = dataset.preparation if dataset else None
    return {
        "format": "bpstudio network",
        "version": 1,
        "layers": layers,
        "links": links,
        "leaky_relu_slope": LEAK,
        "inputs": [asdict(c) for c in preparation.inputs] if preparation else None,
        "targets": [asdict(c) for c in preparation.targets] if preparation else None,
        "input_names": preparation.input_names if preparation else None,
        "output_names": preparation.output_names if preparation else None,
        "class_names": dataset.class_names if dataset else None,
    }, arrays


def _text(description: Mapping[str, Any]) -> str:
    return json.dumps(description, indent=1, ensure_ascii=False, allow_nan=False)


def _write_npz(described: Described, path: Path) -> None:
    """Arrays by name, and the description as text in ``network``: no pickle on either side."""
    description, arrays = described
    named: dict[str, NDArray[Any]] = {**arrays, "network": np.array(_text(description))}

    def write(file: BinaryIO) -> None:
        np.savez(file, allow_pickle=False, **named)

    write_atomically(path, write)


def _write_json(described: Described, path: Path) -> None:
    """The description with the numbers in place of the arrays' names; every number exact."""
    description, arrays = described
    for parts, key in ((description["links"], "weights"), (description["layers"][1:], "biases")):
        for part in parts:
            part[key] = arrays[part[key]].tolist()
    try:
        text = _text(description)
    except ValueError:
        raise FileError(
            f"'{shown(path)}' is not written: a weight is not finite, which JSON cannot hold; "
            "choose npz, or reset the network."
        ) from None
    write_atomically(path, text.encode())


def _write_csv(described: Described, path: Path) -> None:
    """``network.json`` and one table per matrix, in a folder or, for a path in .zip, in a zip."""
    description, arrays = described
    members = {"network.json": _text(description).encode()}
    members |= {f"{name}.csv": _table(array) for name, array in arrays.items()}
    if path.suffix.lower() == ".zip":
        write_atomically(path, lambda file: _write_zip(file, members))
        return
    if path.is_file():
        raise FileError(
            f"'{shown(path)}' is a file, but a CSV export makes a folder: choose another name or .zip."
        )
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise file_error(error, path, "written") from None
    # The description last: where it stands, every table it names is whole.
    for name, content in reversed(members.items()):
        write_atomically(path / name, content)


def _write_zip(file: BinaryIO, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def _table(array: FloatArray) -> bytes:
    """Rows are neurons of the target, columns those of the source; biases one to a row."""
    text = io.StringIO()
    for row in array.reshape(len(array), -1).tolist():
        text.write(",".join(map(repr, row)) + "\n")
    return text.getvalue().encode()


_WRITERS: dict[str, Callable[[Described, Path], None]] = {
    "npz": _write_npz,
    "json": _write_json,
    "csv": _write_csv,
}
