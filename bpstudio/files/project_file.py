"""The project file, ``.bps``: one zip with everything that is saved.

==========================  ======================================================================
``project.json``            the format's name and version, topology, config, columns, layout, notes
``parameters.safetensors``  ``weight/input/hidden1`` (target size, source size) and ``bias/hidden1``;
                            the same under ``start/`` for epoch 0; ``mask/…`` of pruned links,
                            ``locked/…`` of links with locked weights; the optimizer's vectors
                            ``slot/…``, the ``best`` weights of early stopping; the record
                            ``history/train_loss`` …
``data.safetensors``        ``values`` (rows, inputs then targets), float64: numbers, and indices of
                            categories, NaN for a missing value that is filled in; ``split`` (rows,),
                            int8: 0 train, 1 validation, 2 test
==========================  ======================================================================

In the names of layers ``/`` is written ``%2F`` and ``%`` is ``%25``. The members are stored without
compression, with a fixed date: the same project gives the same bytes. What ``project.json`` says that
this version does not know is kept in ``Project.extra`` and saved again.

Versions: 1 (bpstudio 0.1).
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import safetensors.numpy as tensors
from numpy.typing import NDArray
from pydantic import ValidationError

from bpstudio.files.archive import read_archive, read_json, read_tensors
from bpstudio.files.atomic import write_atomically
from bpstudio.files.errors import FileError, shown
from bpstudio.files.project_schema import (
    FORMAT,
    VERSION,
    ColumnPart,
    DatasetPart,
    ProgressPart,
    ProjectPart,
    TopologyPart,
    first_problem,
    merged,
    unknown,
)
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import SETTINGS, TrainingConfig
from bpstudio.model.dataset import Column, Dataset, Preparation
from bpstudio.model.history import History, SettingChange
from bpstudio.model.methods import SINGLE_SLOTS
from bpstudio.model.network import Network
from bpstudio.model.progress import Best, Plateau
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Layer, Link, Topology

Tensors = dict[str, NDArray[Any]]

_JSON, _PARAMETERS, _DATA = "project.json", "parameters.safetensors", "data.safetensors"
_DATE = (1980, 1, 1, 0, 0, 0)


# Saving


def save(project: Project, path: str | os.PathLike[str]) -> None:
    """Write the project; what was there stays until the new file is whole. FileError if it cannot."""
    path = Path(path)
    try:
        members = {
            _JSON: _json(project),
            _PARAMETERS: tensors.save(_contiguous(_parameter_tensors(project))),
        }
        if (dataset := project.dataset) is not None:
            members[_DATA] = tensors.save({"values": dataset.values, "split": dataset.split})
    except (ValueError, TypeError, UnicodeEncodeError, KeyError) as error:
        raise FileError(f"'{shown(path)}' cannot hold this project: {error}") from None
    write_atomically(path, lambda file: _write_zip(file, members))


def _write_zip(file: BinaryIO, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def _json(project: Project) -> bytes:
    topology, dataset = project.topology, project.dataset
    plateau, best = project.progress.plateau, project.progress.best
    known: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "topology": {
            "layers": [asdict(layer) for layer in topology.layers],
            "links": [
                {
                    "source": x.source,
                    "target": x.target,
                    "pruned": x.mask is not None,
                    "locked": x.locked is not None,
                }
                for x in topology.links
            ],
        },
        "config": asdict(project.config),
        "dataset": None
        if dataset is None
        else {
            "name": dataset.name,
            "rows": len(dataset),
            "inputs": [asdict(column) for column in dataset.preparation.inputs],
            "targets": [asdict(column) for column in dataset.preparation.targets],
            "split_kind": dataset.split_kind,
        },
        "layout": {layer: [float(v) for v in place] for layer, place in project.layout.items()},
        "unfolded": sorted(project.unfolded),
        "upward": project.upward,
        "progress": {
            "epoch": project.progress.epoch,
            "position": project.progress.position,
            "slots": list(project.progress.slots),
            "plateau": None if plateau is None else asdict(plateau),
            "best_epoch": None if best is None else best.epoch,
        },
        "records": len(project.history),
        "changes": [asdict(change) for change in project.history.changes],
        "dtypes": {
            "network": str(project.network.parameters.dtype),
            "start": str(project.start.dtype),
        },
        "notes": project.notes,
    }
    # With the reader's eyes: nothing is written that could not be read again.
    try:
        ProjectPart.model_validate(json.loads(json.dumps(known, allow_nan=False)))
    except ValidationError as error:
        raise ValueError(f"{first_problem(error)}.") from None
    whole = merged(known, project.extra)
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _parameter_tensors(project: Project) -> Tensors:
    start = project.network.with_parameters(project.start)
    _check_pruned(project.network)
    _check_pruned(start)
    named: Tensors = {**_views(project.network), **_views(start, "start/")}
    for link in project.topology.links:
        if link.mask is not None:
            named[_of_link("mask", *link.key)] = link.mask
        if link.locked is not None:
            named[_of_link("locked", *link.key)] = link.locked
    named |= {f"slot/{_quoted(name)}": vector for name, vector in project.progress.slots.items()}
    if project.progress.best is not None:
        named["best"] = project.progress.best.parameters
    return named | {f"history/{name}": project.history.column(name) for name in History.COLUMNS}


def _views(network: Network, prefix: str = "") -> dict[str, FloatArray]:
    """The weights and biases of a network by their names in the file."""
    weights = {
        f"{prefix}weight/{_quoted(source)}/{_quoted(target)}": matrix
        for (source, target), matrix in network.weights.items()
    }
    return weights | {f"{prefix}bias/{_quoted(i)}": biases for i, biases in network.biases.items()}


def _of_link(what: str, source: str, target: str) -> str:
    """The name in the file of an array that belongs to a link."""
    return f"{what}/{_quoted(source)}/{_quoted(target)}"


def _quoted(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F")


def _contiguous(named: Tensors) -> Tensors:
    return {name: np.ascontiguousarray(array) for name, array in named.items()}


def _check_pruned(network: Network) -> None:
    for link in network.topology.links:
        if link.mask is not None and network.weights[link.key][~link.mask].any():
            raise ValueError(
                f"a pruned connection from '{link.source}' to '{link.target}' has a weight other than 0."
            )
    for layer in network.topology.layers[1:]:
        if not layer.bias and network.biases[layer.id].any():
            raise ValueError(f"layer '{layer.id}' has no biases, but one is other than 0.")


# Loading


def load(path: str | os.PathLike[str]) -> Project:
    """Read a project file, whole or not at all. FileError with one sentence if it cannot be used."""
    path = Path(path)
    name = shown(path)
    members = read_archive(path, (_JSON, _PARAMETERS, _DATA))
    for needed in (_JSON, _PARAMETERS):
        if needed not in members:
            raise FileError(f"'{name}' is not a bpstudio project: '{needed}' is missing in it.")
    try:
        raw = read_json(members[_JSON], name)
        part = _checked(raw, name)
        if part.dataset is not None and _DATA not in members:
            raise ValueError(f"'{_DATA}' is missing in it.")
        named = read_tensors(members[_PARAMETERS], _PARAMETERS)
        data = read_tensors(members[_DATA], _DATA) if part.dataset is not None else {}
        return _project(part, named, data, raw)
    except FileError:
        raise
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise FileError(
            f"'{name}' is damaged: {str(error) or type(error).__name__} Use an older copy."
        ) from None


def _checked(raw: Any, name: str) -> ProjectPart:
    """The typed contents of ``project.json``."""
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise FileError(f"'{name}' is not a bpstudio project: choose a .bps file.")
    version = raw.get("version")
    if type(version) is int and version > VERSION:
        raise FileError(
            f"'{name}' was saved by a newer bpstudio (file version {version}; this one reads up to "
            f"{VERSION}): update bpstudio to open it."
        )
    # True equals 1 for pydantic's Literal too.
    if type(version) is not int:
        raise ValueError(f"'{_JSON}' is wrong at version: a whole number is needed.")
    try:
        return ProjectPart.model_validate(raw)
    except ValidationError as error:
        raise ValueError(f"'{_JSON}' is wrong at {first_problem(error)}.") from None


def _project(part: ProjectPart, named: Tensors, data: Tensors, raw: dict[str, Any]) -> Project:
    topology = _topology(part.topology, named)
    network = _network(topology, named, "", part.dtypes.network)
    start = _network(topology, named, "start/", part.dtypes.start)
    known = part.model_dump()
    known["config"] = dict.fromkeys(SETTINGS)
    return Project(
        network=network,
        start=start.parameters,
        config=TrainingConfig(**{k: v for k, v in part.config.items() if k in SETTINGS}),
        dataset=None if part.dataset is None else _dataset(part.dataset, data),
        layout={layer: (x, y) for layer, (x, y) in part.layout.items()},
        unfolded=frozenset(part.unfolded),
        upward=part.upward,
        progress=_progress(part.progress, topology, named),
        history=_history(part, named),
        notes=part.notes,
        extra=unknown(raw, known) or {},
    )


def _progress(part: ProgressPart, topology: Topology, named: Tensors) -> Progress:
    size = topology.parameter_count
    slots = {
        # An optimizer's vector is as long as the parameters, or one number.
        slot: _taken(named, f"slot/{_quoted(slot)}", (1 if slot in SINGLE_SLOTS else size,))
        for slot in part.slots
    }
    plateau = None if part.plateau is None else Plateau(**part.plateau.model_dump())
    best = None
    if part.best_epoch is not None:
        best = Best(part.best_epoch, _taken(named, "best", (size,)))
    return Progress(part.epoch, part.position, slots, plateau, best)


def _history(part: ProjectPart, named: Tensors) -> History:
    columns = [
        _taken(named, f"history/{column}", (part.records,))
        for column in History.COLUMNS
        # Files of the first days lack it.
        if column != "learning_rate" or f"history/{column}" in named
    ]
    changes = tuple(SettingChange(**change.model_dump()) for change in part.changes)
    return History(*columns, changes=changes)


def _topology(part: TopologyPart, named: Tensors) -> Topology:
    layers = tuple(Layer(**x.model_dump()) for x in part.layers)
    sizes = {layer.id: layer.size for layer in layers}
    links = []
    for x in part.links:
        shape = sizes.get(x.target, 0), sizes.get(x.source, 0)
        mask, locked = (
            _taken(named, _of_link(what, x.source, x.target), shape, "bool") if there else None
            for what, there in (("mask", x.pruned), ("locked", x.locked))
        )
        links.append(Link(x.source, x.target, mask, locked))
    topology = Topology(layers, tuple(links))
    if topology.layers != layers:
        raise ValueError("its layers are not in the order of its links.")
    return topology


def _network(topology: Topology, named: Tensors, prefix: str, dtype: str) -> Network:
    """A network whose every view is filled from the file."""
    # The tensors are there already; their sizes are compared before the vector is made.
    total = sum(array.size for name, array in named.items() if name.startswith(_parts(prefix)))
    if total != topology.parameter_count:
        raise ValueError(
            f"the network has {topology.parameter_count} parameters, but the file holds {total}."
        )
    network = Network(topology, np.empty(topology.parameter_count, dtype=dtype))
    for name, view in _views(network, prefix).items():
        view[...] = _taken(named, name, view.shape, dtype)
    _check_pruned(network)
    return network


def _parts(prefix: str) -> tuple[str, str]:
    return f"{prefix}weight/", f"{prefix}bias/"


def _taken(
    named: Tensors, name: str, shape: tuple[int, ...], dtype: str = "float64"
) -> NDArray[Any]:
    """A tensor that must be there with this shape and type."""
    if name not in named:
        raise ValueError(f"the tensor '{name}' is missing.")
    array = named[name]
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise ValueError(
            f"the tensor '{name}' is {array.dtype} {array.shape}, but {dtype} {shape} is needed."
        )
    return array


def _dataset(part: DatasetPart, data: Tensors) -> Dataset:
    inputs, targets = (tuple(map(_column, columns)) for columns in (part.inputs, part.targets))
    preparation = Preparation(inputs, targets)
    values = _taken(data, "values", (part.rows, len(preparation.columns)))
    for k, column in enumerate(preparation.columns):
        indices = values[:, k]
        if column.missing:
            indices = column.filled(indices)
        if column.is_category and not np.isin(indices, range(len(column.categories))).all():
            raise ValueError(f"column '{column.name}' holds a category that it does not name.")
    split = _taken(data, "split", (part.rows,), "int8")
    return Dataset(part.name, preparation, values, split, part.split_kind)


def _column(part: ColumnPart) -> Column:
    if part.scale == 0:
        raise ValueError(f"column '{part.name}' has the scale 0.")
    bounds = None if part.bounds is None else (part.bounds[0], part.bounds[1])
    known = part.model_dump() | {"categories": tuple(part.categories), "bounds": bounds}
    column = Column(**known | {"gaps": tuple(part.gaps)})
    if column.is_category and not 0 <= column.fill < len(column.categories):
        raise ValueError(f"column '{part.name}' fills in a category that it does not name.")
    return column
