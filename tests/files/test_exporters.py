"""Exports: outputs recomputed from each file with NumPy alone are those of the project."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.files.build import build
from bpstudio.files.errors import FileError
from bpstudio.files.exporters import export
from bpstudio.files.plan import propose_plan
from bpstudio.files.samples import sample, starter
from bpstudio.files.source import read_source
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology, TopologyError
from tests.files.strategies import datasets, topologies, vectors

Opened = tuple[dict[str, Any], dict[str, Any]]


# Readers as users would write them: the network's description and its arrays by name


def open_npz(path: Path) -> Opened:
    file = np.load(path)
    return json.loads(str(file["network"])), dict(file)


def open_json(path: Path) -> Opened:
    net = json.loads(path.read_text(encoding="utf-8"))
    arrays: dict[str, Any] = {}
    for k, part in enumerate(net["links"] + net["layers"][1:]):
        key = "weights" if "weights" in part else "biases"
        arrays[f"array{k}"] = np.array(part[key])
        part[key] = f"array{k}"
    return net, arrays


def open_csv(path: Path) -> Opened:
    net = json.loads((path / "network.json").read_text(encoding="utf-8"))
    weights = {x["weights"]: (path / x["weights"]) for x in net["links"]}
    biases = {x["biases"]: (path / x["biases"]) for x in net["layers"][1:]}
    arrays = {k: np.loadtxt(f"{p}.csv", delimiter=",", ndmin=2) for k, p in weights.items()}
    return net, arrays | {k: np.loadtxt(f"{p}.csv", ndmin=1) for k, p in biases.items()}


def open_zip(path: Path) -> Opened:
    with zipfile.ZipFile(path) as file:
        net = json.loads(file.read("network.json"))

        def array(name: str) -> Any:
            rows = csv.reader(io.StringIO(file.read(name + ".csv").decode()))
            return np.array([list(map(float, row)) for row in rows])

        arrays = {x["weights"]: array(x["weights"]) for x in net["links"]}
        return net, arrays | {x["biases"]: array(x["biases"])[:, 0] for x in net["layers"][1:]}


READERS = {"npz": open_npz, "json": open_json, "csv": open_csv, "zip": open_zip}


# The reader of the module's description


def encode(column: dict[str, Any], cell: Any) -> list[float]:
    names = column["categories"]
    if column["missing"] and cell == "":
        cell = names[int(column["fill"])] if names else column["fill"]
    if column["encoding"] in ("number", "ordinal"):
        x = names.index(cell) if names else float(cell)
        return [(x - column["shift"]) / column["scale"]]
    hot = [float(cell == name) for name in names]
    return hot if column["encoding"] == "one_hot" else hot[1:]


def compute(net: dict[str, Any], arrays: dict[str, Any], x: Any) -> Any:
    f = {
        "linear": lambda z: z,
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "relu": lambda z: np.maximum(z, 0),
        "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "softplus": lambda z: np.logaddexp(z, 0),
        "softmax": lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
    }
    y = {net["layers"][0]["id"]: np.array(x)}
    for layer in net["layers"][1:]:
        incoming = [link for link in net["links"] if link["target"] == layer["id"]]
        z = sum(arrays[link["weights"]] @ y[link["source"]] for link in incoming)
        y[layer["id"]] = f[layer["activation"]](z + arrays[layer["biases"]])
    return y[layer["id"]]


def predict(net: dict[str, Any], arrays: dict[str, Any], row: list[Any]) -> Any:
    x = [v for column, cell in zip(net["inputs"], row, strict=True) for v in encode(column, cell)]
    return compute(net, arrays, x)


def decode(net: dict[str, Any], y: Any) -> list[Any]:
    decoded: list[Any] = []
    for column in net["targets"]:
        width = len(column["categories"]) if column["encoding"] == "one_hot" else 1
        part, y = y[:width], y[width:]
        if column["encoding"] == "number":
            decoded.append(part[0] * column["scale"] + column["shift"])
        elif column["encoding"] == "ordinal":
            rank = np.rint(part[0] * column["scale"] + column["shift"])
            decoded.append(
                column["categories"][int(np.clip(rank, 0, len(column["categories"]) - 1))]
            )
        else:
            k = int(part[0] >= 0.5) if width == 1 else int(part.argmax())
            decoded.append(column["categories"][k])
    return decoded


def cells(project: Project, row: int) -> list[Any]:
    """The raw cells of a row, as they stand in a table."""
    assert project.dataset is not None
    columns = project.dataset.preparation.inputs
    values = project.dataset.values[row]
    return [
        c.text(v) if c.is_category or np.isnan(v) else v
        for c, v in zip(columns, values, strict=False)
    ]


def assert_recomputed(project: Project, opened: Opened) -> None:
    net, arrays = opened
    data = project.dataset
    assert data is not None
    outputs = project.network.predict(data.inputs)
    recomputed = [predict(net, arrays, cells(project, row)) for row in range(len(data))]
    np.testing.assert_allclose(recomputed, outputs, rtol=1e-12, atol=1e-12)
    values = data.preparation.decode_outputs(outputs)
    for y, value in zip(recomputed, values, strict=True):
        for got, wanted, column in zip(
            decode(net, y), value, data.preparation.targets, strict=True
        ):
            if column.is_category:
                assert got == column.text(wanted)
            else:
                np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-9)


def project_on(name: str) -> Project:
    project = starter(name)
    topology = project.topology.with_link("input", "output")
    topology = topology.without_connection("input", 0, "hidden1", 2)
    network = Network.create(topology, 7, "normal")
    return project.with_start(network)


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("name", ["circles", "iris", "watermelon", "sine"])
def test_that_outputs_follow_from_the_file(tmp_path: Path, name: str, suffix: str) -> None:
    project = project_on(name)
    path = tmp_path / f"net.{suffix}"
    export(project, path)
    net, arrays = READERS[suffix](path)
    assert_recomputed(project, (net, arrays))
    assert project.dataset is not None
    assert tuple(net["class_names"]) == project.dataset.class_names
    assert tuple(net["output_names"]) == project.dataset.preparation.output_names
    for link in net["links"]:
        weights = project.network.weights[link["source"], link["target"]]
        np.testing.assert_array_equal(arrays[link["weights"]], weights)
        for j, i in link["pruned"]:
            assert arrays[link["weights"]][j, i] == 0
    assert net["links"][0]["pruned"] == [[2, 0]]


def test_that_standardised_targets_are_decoded(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("x,colour,y\n1,red,100\n2,blue,250\n3,red,180\n4,green,90\n")
    from bpstudio.files.tables import load_table

    data = load_table(table)
    assert data.preparation.targets[0].scale > 10
    project = Project.create(Topology.parse("4-3-1", "softplus", "linear"), data)
    for suffix, reader in READERS.items():
        export(project, tmp_path / f"net.{suffix}")
        assert_recomputed(project, reader(tmp_path / f"net.{suffix}"))


@pytest.mark.parametrize("suffix", READERS)
def test_that_the_cells_of_a_table_with_gaps_give_the_same_outputs(
    tmp_path: Path, suffix: str
) -> None:
    text = "size,grade,colour,y\n1.5,low,red,10\n,high,blue,30\n3.5,,red,20\n"
    text += "4.5,mid,,15\n2,low,blue,12\n"
    source = read_source(text)
    plan = propose_plan(source, missing="mean").with_split(validation=0.0)
    plan = plan.with_column("size", treatment="minmax", low=-1.0, high=1.0)
    order = ("low", "mid", "high")
    plan = plan.with_column("grade", treatment="ordinal", categories=order)
    plan = plan.with_column("colour", missing="category")
    plan = plan.with_column("y", treatment="minmax", low=0.1, high=0.9)
    data = build(source, plan)
    project = Project.create(Topology.parse("5-3-1", "tanh", "sigmoid"), data)
    export(project, tmp_path / f"net.{suffix}")
    net, arrays = READERS[suffix](tmp_path / f"net.{suffix}")
    outputs = project.network.predict(data.inputs)
    for k, row in enumerate(list(csv.reader(io.StringIO(text)))[1:]):
        recomputed = predict(net, arrays, row[:3])
        np.testing.assert_allclose(recomputed, outputs[k], rtol=1e-12)
        (value,) = decode(net, recomputed)
        assert value == pytest.approx(data.preparation.decode_outputs(outputs)[k, 0])


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_that_any_network_can_be_recomputed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    dataset = data.draw(datasets())
    sizes = dataset.preparation.input_size, dataset.preparation.output_size
    topology = data.draw(topologies(*sizes))
    vector = data.draw(vectors(topology, wild=False))
    project = Project(network=Network(topology, vector), start=vector, dataset=dataset)
    folder = tmp_path_factory.mktemp("any")
    for suffix, reader in READERS.items():
        export(project, folder / f"net.{suffix}")
        assert_recomputed(project, reader(folder / f"net.{suffix}"))


def test_that_a_bare_network_has_no_preparation(tmp_path: Path) -> None:
    network = Network.create(Topology.parse("2-3-1"), 0)
    export(network, tmp_path / "net.npz")
    net, arrays = open_npz(tmp_path / "net.npz")
    assert (net["inputs"], net["targets"], net["class_names"]) == (None, None, None)
    np.testing.assert_allclose(compute(net, arrays, [1, 2]), network.predict([[1, 2]])[0])  # type: ignore[arg-type]


def test_that_npz_names_arrays_by_layers(tmp_path: Path) -> None:
    network = Network.create(Topology.parse("2-3-1"), 0)
    export(network, tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as file:
        np.testing.assert_array_equal(file["W_input_hidden1"], network.weights["input", "hidden1"])
        np.testing.assert_array_equal(file["b_output"], network.biases["output"])
        assert file["network"].dtype.kind == "U"


def test_that_the_format_can_be_named(tmp_path: Path) -> None:
    project = starter("xor")
    export(project, tmp_path / "weights.dat", format="json")
    assert_recomputed(project, open_json(tmp_path / "weights.dat"))
    export(project, tmp_path / "folder")
    assert_recomputed(project, open_csv(tmp_path / "folder"))


def test_that_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    for suffix in ("npz", "json", "zip"):
        for copy in "ab":
            export(starter("xor"), tmp_path / f"{copy}.{suffix}")
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_that_exporting_again_replaces_the_folder_s_tables(tmp_path: Path) -> None:
    path = tmp_path / "net"
    export(starter("iris"), path)
    project = starter("xor")
    export(project, path)
    assert_recomputed(project, open_csv(path))


def test_that_what_cannot_be_exported_gives_a_sentence(tmp_path: Path) -> None:
    project = starter("xor")
    with pytest.raises(FileError, match=r"'\.onion' names no format .* npz, json, csv"):
        export(project, tmp_path / "net.onion")
    with pytest.raises(FileError, match=r"'onion' is no format .* npz, json, csv"):
        export(project, tmp_path / "net", format="onion")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="is a file, but a CSV export makes a folder"):
        export(project, tmp_path / "file")
    with pytest.raises(FileError, match="does not exist"):
        export(project, tmp_path / "none" / "net.npz")
    with pytest.raises(FileError, match="does not exist"):
        export(project, tmp_path / "none" / "net")
    with pytest.raises(FileError, match="is a folder"):
        export(project, tmp_path, format="npz")
    with pytest.raises(TopologyError, match="draw"):
        export(Project(), tmp_path / "net.npz")


def test_that_json_refuses_weights_that_are_not_finite_and_npz_keeps_them(tmp_path: Path) -> None:
    network = Network(Topology.parse("1-1"), np.array([np.inf, np.nan]))
    with pytest.raises(FileError, match="a weight is not finite"):
        export(network, tmp_path / "net.json")
    export(network, tmp_path / "net.npz")
    assert np.isinf(open_npz(tmp_path / "net.npz")[1]["W_input_output"])


def test_that_classes_of_numbers_are_named(tmp_path: Path) -> None:
    data = sample("xor")
    project = Project.create(Topology.parse("2-2-1"), data)
    export(project, tmp_path / "net.json")
    assert open_json(tmp_path / "net.json")[0]["class_names"] == ["not xor", "xor"]
