"""A frame of a run reaches every part of the window, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.explain.outputs import Confusion, confusion
from bpstudio.gui.panels import counting
from bpstudio.gui.panels.counting import Counter
from bpstudio.gui.turns import Turns
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project


class Parts:
    """Three parts that note what they were shown."""

    def __init__(self, owner: QObject) -> None:
        self.seen: list[tuple[str, Project]] = []
        self.turns = Turns([self.a, self.b, self.c], owner)

    def a(self, project: Project) -> None:
        self.seen.append(("a", project))

    def b(self, project: Project) -> None:
        self.seen.append(("b", project))

    def c(self, project: Project) -> None:
        self.seen.append(("c", project))


def test_that_all_parts_are_shown_a_project_at_once() -> None:
    owner, project = QObject(), Project()
    parts = Parts(owner)
    parts.turns.show(project)
    assert parts.seen == [("a", project), ("b", project), ("c", project)]


def test_that_a_frame_goes_round_and_the_newest_reaches_every_part(qtbot: QtBot) -> None:
    owner, first, second = QObject(), Project(), Project()
    parts = Parts(owner)
    parts.turns.show_in_turn(first)
    assert parts.seen == [("a", first)], "the others have turns of their own"
    parts.turns.show_in_turn(second)
    qtbot.waitUntil(lambda: len(parts.seen) == 4)
    assert [name for name, _ in parts.seen] == ["a", "b", "c", "a"]
    assert all(project is second for _, project in parts.seen[1:])


class Restless(Parts):
    """While the second part is shown a project, the next frame is there already."""

    def __init__(self, owner: QObject, frames: list[Project]) -> None:
        self.frames = frames
        super().__init__(owner)

    def b(self, project: Project) -> None:
        super().b(project)
        if self.frames:
            self.turns.show_in_turn(self.frames.pop(0))


def test_that_every_round_is_told_even_if_frames_come_faster(qtbot: QtBot) -> None:
    owner, first, told = QObject(), Project(), []
    frames = [Project() for _ in range(3)]
    second, _, last = frames
    parts = Restless(owner, frames)
    parts.turns.shown.connect(told.append)
    parts.turns.show_in_turn(first)
    qtbot.waitUntil(lambda: [p is last for _, p in parts.seen].count(True) >= 3)
    assert not frames
    assert [told[0] is second, told[1] is last] == [True, True]
    assert [name for name, _ in parts.seen].count("c") == len(told) == 2


def test_that_what_is_shown_at_once_takes_the_place_of_a_frame(qtbot: QtBot) -> None:
    owner, frame, project = QObject(), Project(), Project()
    parts = Parts(owner)
    parts.turns.show_in_turn(frame)
    parts.turns.show(project)
    qtbot.wait(30)
    assert [p is project for _, p in parts.seen] == [False, True, True, True]


# The confusion matrix, some rows at a time


def project_of_classes() -> Project:
    return Project.create(bp.Topology.parse("4-4-3"), bp.sample("iris"), bp.TrainingConfig())


def same(one: Confusion, other: Confusion) -> bool:
    return np.array_equal(one.counts, other.counts) and one.rows == other.rows


def test_that_a_large_network_is_counted_in_turns_and_the_newest_last(
    qtbot: QtBot, monkeypatch: Any
) -> None:
    monkeypatch.setattr(counting, "TURN_PRODUCTS", 1)  # the fewest rows a turn
    project, owner, results = project_of_classes(), QObject(), []
    dataset = project.dataset
    assert dataset is not None
    counter = Counter(4096, owner)
    counter.counted.connect(results.append)
    networks = [bp.Network.create(project.topology, seed=k) for k in range(3)]
    expected = [confusion(network, dataset, TRAIN) for network in networks]
    counter.count(networks[0], dataset, TRAIN)
    assert same(results[0], expected[0]), "data that are new are counted at once"
    counter.count(networks[0], dataset, TRAIN)
    counter.count(networks[1], dataset, TRAIN)
    counter.count(networks[2], dataset, TRAIN)
    assert len(results) == 1, "this takes some turns"
    qtbot.waitUntil(lambda: len(results) == 3)
    assert same(results[1], expected[0]) and same(results[2], expected[2])
