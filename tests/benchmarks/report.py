"""What is told of the figures: text for the terminal, Markdown for the README, JSON to keep."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Row
from tests.benchmarks.works import FANN, JAX, PRODUCT, PYTORCH, SKLEARN, C, Target

PACKAGES = {
    "NumPy": "numpy", "numba": "numba", "PySide6": "PySide6-Essentials", PYTORCH: "torch",
    "JAX": "jax", SKLEARN: "scikit-learn",
}  # fmt: skip
COLUMNS = (PYTORCH, JAX, FANN, SKLEARN, C, PRODUCT)
VERDICTS = {True: "held", False: "MISSED", None: "not measured"}


def machine() -> dict[str, str]:
    """Processor, system, and the versions of what takes part."""
    found = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for name, package in PACKAGES.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def number(value: float) -> str:
    """Three digits that mean something, never as 1e+03."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def row_text(row: Row) -> str:
    """A work as a block of lines for the terminal."""
    lines = [row.work.name, f"  {'':<32}{'µs a sample':>12}{'× bpstudio':>12}{'spread':>8}"]
    for r in row.results:
        ratio = number(row.ratio(r))
        median, spread = number(r.figures.median), f"{r.figures.spread:.0%}"
        lines.append(f"  {r.name:<32}{median:>12}{ratio:>12}{spread:>8}")
    lines += [f"  {_target_text(row, target)}" for target in row.work.targets]
    lines += [f"  without {peer}: {why}" for peer, why in row.missing.items()]
    return "\n".join(lines)


def _target_text(row: Row, target: Target) -> str:
    reached = row.reached(target)
    now = (
        "" if reached is None else f" (time ratio {number(reached)}, needed {number(target.least)})"
    )
    return f"{VERDICTS[row.held(target)]}: {target.text}{now}"


def figure_text(figures: Sequence[dict[str, Any]]) -> str:
    """A row of the app as a block of lines for the terminal."""
    lines = [figures[0]["row"]]
    for f in figures:
        value = f"{number(f['value'])} {f['unit']}"
        verdict = f"{VERDICTS[f['held']]}: {f['target']}" if f["target"] else ""
        lines.append(f"  {f['name']:<40}{value:>16}  {verdict}".rstrip())
    return "\n".join(lines)


def row_data(row: Row) -> dict[str, Any]:
    """A work for JSON: times in microseconds for each sample."""
    return {
        "work": row.work.name,
        "results": [
            {
                "peer": r.peer,
                "name": r.name,
                "loss": r.loss,
                "median_us": r.figures.median,
                "ratio": row.ratio(r),
                "spread": r.figures.spread,
                "rounds_us": list(r.figures.rounds),
                "difference": r.difference,
            }
            for r in row.results
        ],
        "targets": [
            {"text": t.text, "least": t.least, "reached": row.reached(t), "held": row.held(t)}
            for t in row.work.targets
        ],
        "missing": row.missing,
    }


def training_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The README's table from the JSON's ``rows``: bpstudio's time, and each peer's as a multiple."""
    peers = [p for p in COLUMNS if any(_fastest(row, p) for row in rows)]
    heads = ["work", "bpstudio, µs a sample", *(f"{peer}" for peer in peers), "targets"]
    body = []
    for row in rows:
        ratios = [_fastest(row, peer) for peer in peers]
        cells = [row["work"], number(row["results"][0]["median_us"])]
        cells += ["–" if ratio is None else f"{number(ratio)}×" for ratio in ratios]
        body.append([*cells, _verdict(row["targets"])])
    return _table(heads, body)


def _fastest(row: dict[str, Any], peer: str) -> float | None:
    return min((r["ratio"] for r in row["results"] if r["peer"] == peer), default=None)


def _verdict(targets: Iterable[dict[str, Any]]) -> str:
    missed = [t["text"] for t in targets if t["held"] is False]
    return "missed: " + ", ".join(missed) if missed else "held"


def app_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The README's table of the app's rows."""
    body = [
        [
            f["row"],
            f["name"],
            f"{number(f['value'])} {f['unit']}",
            f"{f['target']}: {VERDICTS[f['held']]}" if f["target"] else "",
        ]
        for f in rows
    ]
    return _table(["app", "figure", "measured", "target"], body)


def markdown(report: dict[str, Any]) -> str:
    """The README's "How fast": what it was measured on, then the tables."""
    versions = dict(report["machine"])
    where = f"{versions.pop('processor')}, {versions.pop('cores')} cores, {versions.pop('system')}"
    parts = [
        f"Measured on {where}, with " + ", ".join(f"{k} {v}" for k, v in versions.items()) + "."
    ]
    if report["rows"]:
        parts.append(
            "One thread each, medians of "
            f"{report['rounds']} rounds in turn; a peer's column is its time as a multiple of "
            "bpstudio's, by the fastest way it has. Sigmoid, squared error (scikit-learn, which "
            "has none with sigmoid outputs: cross-entropy)."
        )
        parts.append(training_markdown(report["rows"]))
    if report["app"]:
        parts.append(app_markdown(report["app"]))
    return "\n\n".join(parts) + "\n"


def _table(heads: list[str], body: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def verdicts(report: dict[str, Any]) -> list[bool | None]:
    """Of every target whether it was held; None where its peer was not there."""
    training = [t["held"] for row in report["rows"] for t in row["targets"]]
    return training + [figure["held"] for figure in report["app"] if figure["target"]]


def summary(report: dict[str, Any]) -> str:
    """How many targets were held and missed, and what could not be measured, in one line."""
    held = verdicts(report)
    parts = [f"{held.count(True)} held", f"{held.count(False)} missed"]
    if held.count(None):
        parts.append(f"{held.count(None)} without their peer")
    failed = f"; not measured: {', '.join(report['failed'])}" if report["failed"] else ""
    return f"Targets: {', '.join(parts)}{failed}"
