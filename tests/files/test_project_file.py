"""Project files: what is saved comes back bit for bit, and what is damaged gives a sentence."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy as tensors
from hypothesis import HealthCheck, given, settings

from bpstudio.files.errors import FileError
from bpstudio.files.project_file import load, save
from bpstudio.files.samples import starter
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.files.strategies import projects

Members = dict[str, bytes]


@given(projects())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_that_a_project_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, project: Project
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.bps"
    save(project, path)
    again = load(path)
    assert again == project
    assert list(again.layout) == list(project.layout)
    first = path.read_bytes()
    save(again, path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("name", ["circles", "iris", "watermelon", "sine"])
def test_that_samples_come_back(tmp_path: Path, name: str) -> None:
    project = starter(name)
    save(project, tmp_path / "p.bps")
    again = load(tmp_path / "p.bps")
    assert again == project
    assert again.dataset is not None
    assert project.dataset is not None
    np.testing.assert_array_equal(again.dataset.inputs, project.dataset.inputs)


def test_that_an_empty_project_comes_back(tmp_path: Path) -> None:
    save(Project(), tmp_path / "p.bps")
    assert load(tmp_path / "p.bps") == Project()


def test_that_the_tensors_are_named_as_documented(tmp_path: Path) -> None:
    project = starter("circles")
    save(project, tmp_path / "p.bps")
    with zipfile.ZipFile(tmp_path / "p.bps") as archive:
        named = tensors.load(archive.read("parameters.safetensors"))
        data = tensors.load(archive.read("data.safetensors"))
    np.testing.assert_array_equal(
        named["weight/input/hidden1"], project.network.weights["input", "hidden1"]
    )
    assert named["start/bias/output"].shape == (1,)
    assert data["values"].shape == (260, 3)


def test_that_an_edit_of_the_loaded_project_is_possible(tmp_path: Path) -> None:
    save(starter("xor"), tmp_path / "p.bps")
    project = load(tmp_path / "p.bps")
    assert project.is_untouched
    assert project.with_new_weights(Topology.parse("2-3-1")).problem() is None


# Damage


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[Callable[[Members], None]], Path]:
    """A good project file, its members changed."""

    def damage(change: Callable[[Members], None]) -> Path:
        path = tmp_path / "p.bps"
        save(starter("xor"), path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return damage


def in_json(change: Callable[[dict[str, Any]], object]) -> Callable[[Members], None]:
    def apply(members: Members) -> None:
        raw = json.loads(members["project.json"])
        change(raw)
        members["project.json"] = json.dumps(raw).encode()

    return apply


def in_tensors(
    member: str, change: Callable[[dict[str, Any]], object]
) -> Callable[[Members], None]:
    def apply(members: Members) -> None:
        named = dict(tensors.load(members[member]))
        change(named)
        members[member] = tensors.save(named)

    return apply


def put(*keys: Any) -> Callable[[Any], None]:
    """Set a value deep in JSON: the keys, then the value."""

    def change(raw: Any) -> None:
        for key in keys[:-2]:
            raw = raw[key]
        raw[keys[-2]] = keys[-1]

    return change


def replaced(member: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.update({member: content})


def removed(member: str) -> Callable[[Members], None]:
    return lambda members: members.pop(member) and None


PARAMETERS = "parameters.safetensors"
DAMAGE: list[tuple[Callable[[Members], None], str]] = [
    (removed("project.json"), "'project.json' is missing"),
    (removed(PARAMETERS), "'parameters.safetensors' is missing"),
    (removed("data.safetensors"), "'data.safetensors' is missing"),
    (replaced("project.json", b"{"), "breaks off in line 1"),
    (replaced("project.json", b"[]"), "is not a bpstudio project"),
    (replaced("project.json", b"\xff\xfe"), "is damaged"),
    (replaced("project.json", b"[" * 100_000), "is damaged"),
    (replaced("project.json", b'{"a": 1, "a": 2}'), "names a field twice"),
    (replaced("project.json", b'{"a": NaN}'), "NaN, which is no number"),
    (replaced(PARAMETERS, b""), "'parameters.safetensors' cannot be read"),
    (replaced(PARAMETERS, b"\xff" * 100), "'parameters.safetensors' cannot be read"),
    (replaced("data.safetensors", b"x"), "'data.safetensors' cannot be read"),
    (replaced("../evil", b""), "names a file outside itself"),
    (replaced("/etc/evil", b""), "names a file outside itself"),
    (replaced("a\\..\\..\\evil", b""), "names a file outside itself"),
    (replaced("bomb", bytes(70 << 20)), "would unpack to 70 MiB"),
    (in_json(put("format", "other")), "is not a bpstudio project"),
    (in_json(put("version", 2)), "saved by a newer bpstudio"),
    (in_json(put("version", "1")), "is wrong at version"),
    (in_json(put("version", True)), "is wrong at version"),
    (in_json(lambda raw: raw.pop("topology")), "topology: Field required"),
    (in_json(put("topology", "layers", 1, "size", "3")), "topology.layers.1.size"),
    (in_json(put("topology", "layers", 1, "size", 4)), "17 parameters, but the file holds 13"),
    (in_json(put("topology", "layers", 1, "size", -4)), "Layer 'hidden1' has size -4"),
    (in_json(put("topology", "layers", 1, "size", 10**30)), "Layer 'hidden1' has size"),
    (in_json(put("topology", "layers", 1, "size", 900_000)), "but the file holds 13"),
    (in_json(put("topology", "layers", 1, "activation", "wave")), "'wave' is not known"),
    (in_json(put("topology", "links", 0, "source", "nowhere")), "'nowhere', which does not exist"),
    (in_json(put("topology", "links", 0, "pruned", True)), "'mask/input/hidden1' is missing"),
    (in_json(put("config", "learning_rate", -1)), "learning_rate is -1"),
    (in_json(put("config", "learning_rate", [1])), "learning_rate is [1]"),
    (in_json(put("config", "learning_rate", {"a": 1})), "learning_rate is {"),
    (in_json(put("config", "optimizer", "magic")), "optimizer is 'magic'"),
    (in_json(put("dataset", "rows", 5)), "'values' is float64 (4, 3), but float64 (5, 3)"),
    (in_json(put("dataset", "rows", 0)), "dataset.rows"),
    (in_json(put("dataset", "inputs", [])), "no input column"),
    (in_json(put("dataset", "inputs", 0, "encoding", "magic")), "encoding 'magic' is not known"),
    (in_json(put("dataset", "inputs", 0, "scale", 0)), "has the scale 0"),
    (in_json(put("dataset", "inputs", 0, "shift", 10**400)), "is damaged"),
    (in_json(put("layout", {"input": [1]})), "layout.input"),
    (in_json(put("progress", "epoch", -1)), "progress.epoch"),
    (in_json(put("progress", "slots", ["velocity"])), "'slot/velocity' is missing"),
    (in_json(put("records", 3)), "'history/epoch' is float64 (0,), but float64 (3,)"),
    (in_json(put("notes", 5)), "is wrong at notes"),
    (
        in_tensors(PARAMETERS, lambda t: t.pop("bias/output")),
        "13 parameters, but the file holds 12",
    ),
    (in_tensors(PARAMETERS, lambda t: t.pop("history/epoch")), "'history/epoch' is missing"),
    (
        in_tensors(PARAMETERS, put("weight/input/hidden1", np.zeros((2, 3)))),
        "'weight/input/hidden1' is float64 (2, 3), but float64 (3, 2)",
    ),
    (in_tensors(PARAMETERS, put("bias/output", np.zeros(1, np.float32))), "is float32 (1,)"),
    (in_tensors(PARAMETERS, put("bias/output", np.zeros(1, np.int64))), "is int64 (1,)"),
    (
        in_tensors("data.safetensors", put("values", np.full((4, 3), np.nan))),
        "Row 1, column 'a' is",
    ),
    (in_tensors("data.safetensors", put("split", np.full(4, 3, np.int8))), "0, 1 or 2"),
    (in_tensors("data.safetensors", put("split", np.ones(4, np.int8))), "No row is left"),
]


@pytest.mark.parametrize(("change", "complaint"), DAMAGE)
def test_that_a_damaged_file_gives_a_sentence(
    damaged: Callable[[Callable[[Members], None]], Path],
    change: Callable[[Members], None],
    complaint: str,
) -> None:
    path = damaged(change)
    with pytest.raises(FileError) as caught:
        load(path)
    message = str(caught.value)
    assert complaint in message
    assert "p.bps" in message
    assert message.endswith(".")
    assert "\n" not in message


def test_that_a_category_out_of_range_gives_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "p.bps"
    save(starter("circles"), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    in_tensors("data.safetensors", lambda t: t["values"].__setitem__((0, 2), 7))(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(FileError, match="'place' holds a category"):
        load(path)


def test_that_a_cut_file_is_refused_at_every_length(tmp_path: Path) -> None:
    path = tmp_path / "p.bps"
    save(starter("xor"), path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 61):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError):
            load(path)


def test_that_a_flipped_byte_gives_the_project_or_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "p.bps"
    project = starter("xor")
    save(project, path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            assert load(path) == project
        except FileError as error:
            assert "p.bps" in str(error)


def test_that_a_doubled_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.bps"
    save(starter("xor"), path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("project.json", "{}")
    with pytest.raises(FileError, match=r"holds 'project\.json' twice"):
        load(path)


def test_that_what_is_no_project_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.bps").write_text("hello")
    with pytest.raises(FileError, match="is not a bpstudio project"):
        load(tmp_path / "text.bps")
    with pytest.raises(FileError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(FileError, match="does not exist"):
        load(tmp_path / "none.bps")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    (tmp_path / "zip.bps").write_bytes(buffer.getvalue())
    with pytest.raises(FileError, match=r"'project\.json' is missing"):
        load(tmp_path / "zip.bps")


def test_that_unknown_fields_are_kept(
    damaged: Callable[[Callable[[Members], None]], Path], tmp_path: Path
) -> None:
    def add(raw: dict[str, Any]) -> None:
        raw["future"] = {"a": [1, 2.5, None], "b": "层"}
        raw["config"]["warm_up"] = 5
        raw["topology"]["layers"][1]["dropout"] = 0.5
        raw["dataset"]["inputs"][0]["unit"] = "cm"

    path = damaged(in_json(add))
    project = load(path)
    assert project.extra["future"] == {"a": [1, 2.5, None], "b": "层"}
    assert project != starter("xor")
    save(project.with_new_weights(Topology.parse("2-5-5-1", "tanh")), tmp_path / "q.bps")
    with zipfile.ZipFile(tmp_path / "q.bps") as archive:
        raw = json.loads(archive.read("project.json"))
    assert raw["future"] == {"a": [1, 2.5, None], "b": "层"}
    assert raw["config"]["warm_up"] == 5
    assert [layer.get("dropout") for layer in raw["topology"]["layers"]] == [None, 0.5, None, None]
    assert raw["dataset"]["inputs"][0]["unit"] == "cm"


def test_that_a_pruned_weight_other_than_zero_is_not_saved(tmp_path: Path) -> None:
    topology = Topology.parse("2-1").without_connection("input", 0, "output", 0)
    network = Network(topology, np.ones(3))
    with pytest.raises(FileError, match="a pruned connection from 'input' to 'output'"):
        save(Project(network=network, start=np.zeros(3)), tmp_path / "p.bps")
    assert not (tmp_path / "p.bps").exists()


def test_that_a_failed_save_leaves_the_old_project(tmp_path: Path) -> None:
    path = tmp_path / "p.bps"
    save(starter("xor"), path)
    before = path.read_bytes()
    with pytest.raises(FileError, match="cannot hold this project"):
        save(Project(layout={"input": (float("nan"), 0.0)}), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
