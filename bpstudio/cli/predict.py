"""Predict the rows of a table: raw columns in, classes or numbers in their own unit out, as CSV.

For classes the outputs follow, one column for each output neuron."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

from bpstudio.cli.options import Window, add_json, add_project
from bpstudio.cli.report import print_json
from bpstudio.cli.scores import dataset_of
from bpstudio.cli.sources import load_project
from bpstudio.engines.evaluation import predict
from bpstudio.files.atomic import write_atomically
from bpstudio.files.inputs import read_inputs
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Dataset, classes_of
from bpstudio.model.project import Project

EXAMPLE = "bpstudio predict iris.bps new-flowers.csv --out predictions.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("data", metavar="DATA", type=Path, help="a table with the input columns")
    parser.add_argument("--out", metavar="CSV", type=Path, help="a file instead of standard output")
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    header, rows = predictions(load_project(args.project), args.data)
    if args.out is not None:
        write_atomically(args.out, _csv(header, rows).encode())
    if args.json:
        named = [dict(zip(header, row, strict=True)) for row in rows]
        out = None if args.out is None else str(args.out)
        print_json({"rows": len(rows), "columns": header, "predictions": named, "out": out})
    elif args.out is not None:
        print(f"{len(rows):,} predictions are in {args.out}.")
    else:
        sys.stdout.write(_csv(header, rows))
    return 0


def predictions(project: Project, path: Path) -> tuple[list[str], list[list[str | float]]]:
    """Names of columns, and for each row of the table what the network says."""
    project.check()
    dataset = dataset_of(project)
    preparation = dataset.preparation
    raw, _ = read_inputs(path, preparation)
    X = preparation.encode_inputs(raw)
    outputs = predict(project.topology, project.network.parameters, X)
    columns = _columns(dataset, outputs)
    header = list(columns)
    return header, [list(row) for row in zip(*columns.values(), strict=True)]


def _columns(dataset: Dataset, outputs: FloatArray) -> dict[str, list[str | float]]:
    """What to tell, by name: decoded targets, then the outputs behind each class."""
    preparation = dataset.preparation
    decoded = preparation.decode_outputs(outputs)
    columns: dict[str, list[str | float]] = {}
    behind: dict[str, list[str | float]] = {}
    at = 0
    for k, column in enumerate(preparation.targets):
        if column.is_category:
            columns[column.name] = [column.text(value) for value in decoded[:, k]]
            for j, name in enumerate(column.neuron_names):
                behind[name] = outputs[:, at + j].tolist()
        else:
            columns[column.name] = decoded[:, k].tolist()
        at += column.width
    names = dataset.class_names
    if names and not behind:
        # Classes given as columns of 0 and 1.
        columns["class"] = [names[k] for k in classes_of(outputs)]
    return columns | behind


def _csv(header: list[str], rows: list[list[str | float]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    # repr of a float is the shortest text that gives the same number again.
    writer.writerows([[v if isinstance(v, str) else repr(v) for v in row] for row in rows])
    return text.getvalue()
