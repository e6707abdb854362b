"""Text for people: tables, numbers, and what there is to say about a project."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from bpstudio.model.config import SETTINGS, TrainingConfig
from bpstudio.model.dataset import SPLIT_NAMES, Dataset
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.methods import OPTIMIZERS, SCHEDULES
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

_MOST_NAMES = 6


def print_json(value: Any) -> None:
    """One object on standard output; what is not a finite number becomes null."""
    print(json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def plain(value: Any) -> Any:
    """The value with None in place of every number that JSON cannot hold."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number(value: float, digits: int = 5) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}g}"


def percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Aligned columns, the first to the left and all others to the right."""
    every = [header, *rows]
    widths = [max(_width(row[k]) for row in every) for k in range(len(header))]
    return [
        "  ".join(
            _padded(cell, width, left=k == 0)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in every
    ]


def _width(text: str) -> int:
    """Columns a text takes in a terminal: characters of the far East take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def facts(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Names and values, one to a line."""
    width = max(len(name) for name, _ in pairs)
    return [f"{name:<{width}}  {value}" for name, value in pairs]


def network_text(topology: Topology) -> str:
    """``4-8-3 · tanh → softmax · 67 parameters``."""
    names = dict.fromkeys(ACTIVATIONS[layer.activation].label for layer in topology.hidden)
    chain = " → ".join([*names, ACTIVATIONS[topology.output.activation].label])
    count = topology.parameter_count
    return f"{topology} · {chain} · {count:,} parameter{'' if count == 1 else 's'}"


def data_text(dataset: Dataset) -> str:
    """``iris · 150 rows (120 train, 30 validation) · target species: setosa, …``."""
    counts = [(name, int((dataset.split == k).sum())) for k, name in enumerate(SPLIT_NAMES)]
    parts = ", ".join(f"{count:,} {name}" for name, count in counts if count)
    targets = ", ".join(column.name for column in dataset.preparation.targets[:_MOST_NAMES])
    names = dataset.class_names
    classes = f": {_some(names)}" if names else ""
    return f"{dataset.name} · {len(dataset):,} rows ({parts}) · target {targets}{classes}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def method_text(config: TrainingConfig) -> str:
    """``standard BP · learning rate 0.1 · categorical cross-entropy · seed 0``."""
    batch = {1: "standard BP", "all": "accumulated BP"}.get(
        config.batch_size, f"mini-batches of {config.batch_size}"
    )
    parts = [batch]
    if config.optimizer != "sgd":
        parts.append(OPTIMIZERS[config.optimizer])
    if config.idle("learning_rate") is None:
        parts.append(f"learning rate {SETTINGS['learning_rate'].text(config.learning_rate)}")
    if config.schedule != "constant" and config.idle("schedule") is None:
        parts.append(f"schedule {SCHEDULES[config.schedule]}")
    if config.idle("momentum") is None:
        parts.append(f"momentum {config.momentum:g}")
    parts += [f"{name.upper()} {v:g}" for name in ("l1", "l2") if (v := getattr(config, name))]
    if config.clip is not None and config.idle("clip") is None:
        parts.append(f"gradients clipped to {config.clip:g}")
    return " · ".join([*parts, LOSSES[config.loss].label, f"seed {config.seed}"])


def confusion_lines(matrix: Sequence[Sequence[int]], names: Sequence[str]) -> list[str]:
    """Counts, rows the true classes and columns the predicted ones."""
    header = ["true \\ predicted", *names, "right"]
    rows = []
    for k, (name, counts) in enumerate(zip(names, matrix, strict=True)):
        total = sum(counts)
        right = percent(counts[k] / total) if total else "–"
        rows.append([name, *(f"{count:,}" if count else "·" for count in counts), right])
    return table(header, rows)


def project_facts(project: Project) -> list[tuple[str, str]]:
    """Network and data, for the head of a report."""
    pairs = [("Network", network_text(project.topology))]
    if project.dataset is not None:
        pairs.append(("Data", data_text(project.dataset)))
    return pairs
