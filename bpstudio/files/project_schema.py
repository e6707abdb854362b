"""What ``project.json`` may hold: checked strictly on reading, so that nothing half-right is loaded.

Fields that are not named here are kept (see ``unknown``) and written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT = "bpstudio project"
VERSION = 1

Finite = Annotated[float, Field(allow_inf_nan=False)]
Dtype = Literal["float32", "float64"]


class _Part(BaseModel):
    # Strict: a number is no text and 1 is not true. Unknown fields are kept elsewhere.
    model_config = ConfigDict(strict=True, extra="ignore")


class LayerPart(_Part):
    id: str
    size: int
    activation: str
    name: str = ""
    initialiser: str = ""
    frozen: bool = False
    bias: bool = True


class LinkPart(_Part):
    source: str
    target: str
    pruned: bool = False
    """Whether the parameters hold a mask for it."""
    locked: bool = False
    """Whether they hold its locks."""


class TopologyPart(_Part):
    layers: list[LayerPart]
    links: list[LinkPart]


class ColumnPart(_Part):
    name: str
    encoding: str
    categories: list[str]
    scaling: str
    shift: Finite
    scale: Finite
    low: Finite = 0.0
    high: Finite = 1.0
    bounds: Annotated[list[Finite], Field(min_length=2, max_length=2)] | None = None
    missing: str = ""
    fill: Finite = 0.0
    gaps: list[str] = []


class DatasetPart(_Part):
    name: str
    rows: Annotated[int, Field(ge=1)]
    inputs: list[ColumnPart]
    targets: list[ColumnPart]
    split_kind: str = "stratified"


class PlateauPart(_Part):
    base: Finite
    rate: Finite
    best: Finite
    waited: Annotated[int, Field(ge=0)]
    last: Finite


class ProgressPart(_Part):
    epoch: Annotated[int, Field(ge=0)]
    position: Annotated[int, Field(ge=0)]
    slots: list[str] = []
    """Names of the optimizer's vectors."""
    plateau: PlateauPart | None = None
    best_epoch: Annotated[int, Field(ge=0)] | None = None
    """With it the parameters hold the best weights so far, for early stopping."""


class ChangePart(_Part):
    epoch: Annotated[int, Field(ge=0)]
    setting: str
    before: int | Finite | str
    after: int | Finite | str


class DtypesPart(_Part):
    network: Dtype = "float64"
    start: Dtype = "float64"


class ProjectPart(_Part):
    format: Literal["bpstudio project"]
    version: Literal[1]
    topology: TopologyPart
    config: dict[str, Any]
    dataset: DatasetPart | None = None
    layout: dict[str, Annotated[list[Finite], Field(min_length=2, max_length=2)]] = {}
    unfolded: list[str] = []
    """Layers of which the canvas shows every neuron, however many."""
    upward: bool = False
    """Whether the canvas shows the network from bottom to top, not from left to right."""
    progress: ProgressPart = ProgressPart(epoch=0, position=0)
    records: Annotated[int, Field(ge=0)] = 0
    """Length of the history's columns."""
    changes: list[ChangePart] = []
    """Of settings, during the runs."""
    dtypes: DtypesPart = DtypesPart()
    notes: str = ""


def first_problem(error: ValidationError) -> str:
    """The first thing a schema check found, as the end of a sentence."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"]) or "the top level"
    return f"{place}: {problem['msg']}"


def unknown(raw: Any, known: Any) -> Any:
    """What ``raw`` has and ``known`` has not, in nested mappings; None if there is nothing.

    Entries of lists are told apart by what they are called, so that a layer's unknown fields follow it
    when another is deleted.
    """
    raw, known = _by_name(raw), _by_name(known)
    if not isinstance(raw, Mapping) or not isinstance(known, Mapping):
        return None
    rest = {}
    for key, value in raw.items():
        if key not in known:
            rest[key] = value
        elif (inner := unknown(value, known[key])) is not None:
            rest[key] = inner
    return rest or None


def merged(known: Any, extra: Any) -> Any:
    """``known`` with the unknown fields put back that ``unknown`` found."""
    if not isinstance(extra, Mapping):
        return known
    if isinstance(known, list):
        named = _by_name(known)
        if not isinstance(named, Mapping):
            return known
        return [merged(item, extra.get(name)) for name, item in named.items()]
    if not isinstance(known, Mapping):
        return known
    result = {key: merged(value, extra.get(key)) for key, value in known.items()}
    return result | {key: value for key, value in extra.items() if key not in known}


def _by_name(value: Any) -> Any:
    """A list of named parts as a mapping; anything else as it is."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return value
    names = [
        str(item.get("id") or item.get("name") or f"{item.get('source')} -> {item.get('target')}")
        for item in value
    ]
    return dict(zip(names, value, strict=True)) if len(set(names)) == len(names) else value
