"""What strokes of the brush do to the document: one undoable step each, and the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.document import Change
from bpstudio.gui.panels.paint_view import Stroke
from bpstudio.model.adoption import Wish, adopt
from bpstudio.model.arrays import BoolArray
from bpstudio.model.dataset import DataError, Dataset
from bpstudio.model.painting import blank_points, with_points, without_rows
from bpstudio.model.project import Project
from bpstudio.model.words import counted

PAINTED = "painted"


class Painting(QObject):
    """Turns strokes into edits; ``edit(name, change)`` is the window's."""

    def __init__(self, edit: Callable[[str, Change], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._edit = edit

    def stroke(self, stroke: Stroke, value: float, classes: tuple[str, ...] | None) -> None:
        """Put points with a value, begin new data with them, or take away what the eraser met."""
        count = len(stroke.places)
        points = counted(count, "point")
        if stroke.erase:
            self._edit("Erase points", lambda project: erased(project, stroke))
        elif classes is not None:
            self._edit(f"Paint {points}", lambda project: begun(project, stroke, value, classes))
        else:
            self._edit(f"Paint {points}", lambda project: painted(project, stroke, value))


def begun(project: Project, stroke: Stroke, value: float, classes: tuple[str, ...]) -> Project:
    """New data with the points of a stroke; the outer layers follow them."""
    dataset = blank_points(stroke.places, value, classes=classes, name=PAINTED)
    return adopt(project, dataset, Wish(keep=True)).project


def painted(project: Project, stroke: Stroke, value: float) -> Project:
    """The points of a stroke added to the data; what was learned stays."""
    if project.dataset is None:
        raise DataError("There are no data to paint on: start an empty plane.")
    return _with(project, with_points(project.dataset, stroke.places, value))


def erased(project: Project, stroke: Stroke) -> Project:
    """The data without the points that an eraser met; the last one stays."""
    if project.dataset is None:
        return project
    met = met_by(project.dataset, stroke)
    if not met.any():
        return project
    return _with(project, without_rows(project.dataset, met))


def met_by(dataset: Dataset, stroke: Stroke) -> BoolArray:
    """Which rows lie under the eraser anywhere on its way, (rows,)."""
    met = np.zeros(len(dataset), dtype=bool)
    places = dataset.filled[:, :2]
    for centre in stroke.places:
        met |= (((places - centre) / np.array(stroke.radii)) ** 2).sum(axis=1) <= 1
    return met


def _with(project: Project, dataset: Dataset) -> Project:
    if dataset.name in SAMPLES:
        # What was painted on is no longer the sample that its tile stands for.
        dataset = replace(dataset, name=PAINTED)
    progress = replace(project.progress, position=0)
    return replace(project, dataset=dataset, progress=progress)
