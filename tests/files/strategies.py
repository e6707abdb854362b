"""Random networks, data sets and projects for the round trips."""

import string
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bpstudio.model.config import OPTIMIZERS, TrainingConfig
from bpstudio.model.dataset import SPLITS, Column, Dataset, Preparation
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.history import History, SettingChange
from bpstudio.model.network import Network
from bpstudio.model.preparation import MISSING_CATEGORY
from bpstudio.model.progress import Best, Plateau
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Layer, Link, Topology

HIDDEN = [name for name, a in ACTIVATIONS.items() if not a.output_only]
names = st.text(alphabet=string.ascii_letters + "/%\\. -é层😀", min_size=1, max_size=8)
finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def topologies(
    draw: Any, input_size: int | None = None, output_size: int | None = None
) -> Topology:
    """Whole networks, with skip links, pruned and locked connections, frozen layers, layers without
    biases, and names of every kind."""
    ids = draw(st.lists(names, min_size=2, max_size=5, unique=True))
    sizes = [draw(st.integers(1, 4)) for _ in ids]
    sizes[0], sizes[-1] = input_size or sizes[0], output_size or sizes[-1]
    activations = [draw(st.sampled_from(HIDDEN)) for _ in ids[1:-1]]
    last = draw(st.sampled_from(list(ACTIVATIONS)))
    layers = [
        Layer(
            *parts,
            name=draw(st.sampled_from(["", "features", "特征"])),
            initialiser=draw(st.sampled_from(["", "zeros", "he_normal"])),
            frozen=draw(st.booleans()),
            bias=draw(st.booleans()),
        )
        for parts in zip(ids, sizes, ["linear", *activations, last], strict=True)
    ]
    links = []
    for k, target in enumerate(layers[1:], start=1):
        for j, source in enumerate(layers[:k]):
            if j == k - 1 or draw(st.booleans()):
                mask = None
                if draw(st.booleans()):
                    bits = draw(st.lists(st.booleans(), min_size=1, max_size=4))
                    mask = np.resize(bits, (target.size, source.size))
                locked = draw(st.none() | st.booleans())
                if locked is not None:
                    locked = np.full((target.size, source.size), locked)
                links.append(Link(source.id, target.id, mask, locked))
    return Topology(tuple(layers), tuple(links))


@st.composite
def vectors(draw: Any, topology: Topology, dtype: str = "float64", wild: bool = True) -> Any:
    """Parameters that are not pretty: infinities, NaN, -0.0, subnormal numbers."""
    network = Network.create(topology, draw(st.integers(0, 99)), "normal")
    vector = network.parameters
    if wild and vector.size:
        for value in draw(st.lists(st.floats(), max_size=4)):
            vector[draw(st.integers(0, vector.size - 1))] = value
    if topology.present is not None:
        vector[~topology.present] = 0.0
    with np.errstate(over="ignore"):
        return vector.astype(dtype)


@st.composite
def columns(draw: Any, name: str, target: bool = False) -> Column:
    """Every encoding and scaling, and for inputs every filling of missing values."""
    encoding = draw(st.sampled_from(["number", "one_hot", "binary", "ordinal"]))
    kinds = [] if target else ["most_frequent"]
    fitted: dict[str, Any] = {}
    if encoding in ("number", "ordinal"):
        fitted = {
            "scaling": draw(st.sampled_from(["none", "standardise", "minmax"])),
            "shift": draw(st.floats(-100, 100)),
            "scale": draw(st.floats(1e-3, 1e3)),
            "low": draw(st.sampled_from([0.0, -1.0])),
            "bounds": draw(st.sampled_from([None, (0.0, 255.0)])),
        }
    if encoding == "number":
        missing = draw(st.sampled_from(["", *kinds, *([] if target else ["mean", "median"])]))
        fill = draw(st.floats(-10, 10)) if missing else 0.0
        return Column(name, missing=missing, fill=fill, **fitted)
    most = 2 if encoding == "binary" else 4
    categories = tuple(draw(st.lists(names, min_size=2, max_size=most, unique=True)))
    missing = draw(st.sampled_from(["", *kinds]))
    fill = float(draw(st.integers(0, len(categories) - 1))) if missing else 0.0
    if encoding == "one_hot" and not target and draw(st.booleans()):
        missing, fill = "category", float(len(categories))
        categories = (*categories, MISSING_CATEGORY)
    return Column(name, encoding, categories, missing=missing, fill=fill, **fitted)


@st.composite
def datasets(draw: Any) -> Dataset:
    count = draw(st.integers(2, 5))
    called = draw(st.lists(names, min_size=count, max_size=count, unique=True))
    cut = draw(st.integers(1, count - 1))
    chosen = [draw(columns(name, target=k >= cut)) for k, name in enumerate(called)]
    rows = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = np.column_stack(
        [
            rng.integers(len(c.categories), size=rows) if c.is_category else rng.normal(size=rows)
            for c in chosen
        ]
    ).astype(float)
    for k, column in enumerate(chosen):
        if column.missing:
            values[rng.random(rows) < 0.3, k] = np.nan
    split = rng.integers(0, 3, size=rows)
    split[0] = 0
    preparation = Preparation(tuple(chosen[:cut]), tuple(chosen[cut:]))
    return Dataset(draw(names), preparation, values, split, draw(st.sampled_from(list(SPLITS))))


@st.composite
def configs(draw: Any) -> TrainingConfig:
    return TrainingConfig(
        batch_size=draw(st.sampled_from([1, 7, "all"])),
        learning_rate=draw(st.floats(1e-9, 10)),
        epochs=draw(st.integers(1, 1000)),
        optimizer=draw(st.sampled_from(sorted(OPTIMIZERS))),
        l2=draw(st.floats(0, 1)),
        shuffle=draw(st.booleans()),
        seed=draw(st.integers(0, 2**31 - 1)),
        target_loss=draw(st.none() | st.floats(1e-9, 1)),
        patience=draw(st.none() | st.integers(1, 99)),
    )


@st.composite
def projects(draw: Any) -> Project:
    topology = draw(topologies())
    length = draw(st.integers(0, 4))
    record = [np.array(draw(st.lists(st.floats(), min_size=length, max_size=length)))] * 6
    ids = [layer.id for layer in topology.layers]
    slots = {
        name: draw(vectors(topology)) for name in draw(st.lists(names, max_size=2, unique=True))
    }
    dtype = draw(st.sampled_from(["float64", "float32"]))
    plateau = st.builds(Plateau, finite, finite, finite, st.integers(0, 99), finite)
    best = st.builds(Best, st.integers(0, 99), vectors(topology))
    value = st.integers(0, 99) | finite | st.just("all")
    change = st.builds(SettingChange, st.integers(0, 99), names, value, value)
    return Project(
        network=Network(topology, draw(vectors(topology, dtype))),
        start=draw(vectors(topology)),
        config=draw(configs()),
        dataset=draw(st.none() | datasets()),
        layout=draw(st.dictionaries(st.sampled_from(ids), st.tuples(finite, finite))),
        progress=Progress(
            draw(st.integers(0, 10**9)),
            draw(st.integers(0, 99)),
            slots,
            draw(st.none() | plateau),
            draw(st.none() | best),
        ),
        history=History(*record, changes=tuple(draw(st.lists(change, max_size=2)))),
        notes=draw(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)),
    )
