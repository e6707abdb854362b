"""Walking one row through a network, step by step: where we are, and the bar to go on with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QWidget

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.walk import Stage, walk
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import IconButton, secondary_label

PARTS = {
    "scale": "scale",
    "forward": "forward",
    "error": "error",
    "backward": "backward",
    "update": "update",
}
_PART_OF = {"net": "forward", "output": "forward", "delta": "backward", "apply": "update"}
MOST_PLAYED = 12
"""Steps of a stage that are played by themselves; by hand all can be seen."""
LEAST_FOR_SPEED = 540
SLOWEST, FASTEST = 1, 40
"""Steps in ten seconds."""


APPLIED = (
    "The network has learned from this row: all weights changed at once, each by its own step. Go back, "
    "or undo, and they are what they were. One step on is the next row."
)
WAYS = {"net": 1, "output": 1, "delta": -1, "new": -1}
"""Which way a quantity runs through the network: forward, or back."""
WALK_KEYS = {
    Qt.Key.Key_Right: "on",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_PageDown: "next stage",
    Qt.Key.Key_PageUp: "stage before",
    Qt.Key.Key_Home: "start",
    Qt.Key.Key_Space: "play",
}


@dataclass(frozen=True)
class WalkPlace:
    """A stage and the step in it, both from 0."""

    stage: int = 0
    step: int = 0


@dataclass
class Walk:
    """The stages of a derivation's row, and the ways through them."""

    derivation: Derivation
    sample: int = 0
    stages: tuple[Stage, ...] = field(init=False)
    _keys: dict[int, tuple[StepKey, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stages = walk(self.derivation, self.sample)

    @property
    def last(self) -> WalkPlace:
        return WalkPlace(len(self.stages) - 1, 0)

    def keys(self, stage: int) -> tuple[StepKey, ...]:
        """The steps of a stage."""
        if stage not in self._keys:
            self._keys = {stage: tuple(self.stages[stage].keys())}
        return self._keys[stage]

    def key(self, place: WalkPlace) -> StepKey | None:
        """The step at a place; None where the new weights take their places."""
        keys = self.keys(place.stage)
        return keys[min(place.step, len(keys) - 1)] if keys else None

    def count(self, place: WalkPlace) -> int:
        """How many steps the place's stage has."""
        return len(self.stages[place.stage])

    def after(self, place: WalkPlace, brief: bool = False) -> WalkPlace:
        """One step on; ``brief``: not through all of a large stage."""
        most = self.count(place)
        most = min(most, MOST_PLAYED) if brief else most
        if place.step + 1 < most:
            return WalkPlace(place.stage, place.step + 1)
        return WalkPlace(place.stage + 1, 0) if place.stage + 1 < len(self.stages) else place

    def before(self, place: WalkPlace) -> WalkPlace:
        """One step back."""
        if place.step:
            return WalkPlace(place.stage, place.step - 1)
        if not place.stage:
            return place
        return WalkPlace(place.stage - 1, max(0, len(self.stages[place.stage - 1]) - 1))

    def part(self, place: WalkPlace) -> str:
        """The name of the part of the walk: one of PARTS."""
        kind = self.stages[place.stage].kind
        return _PART_OF.get(kind, kind)

    def beginning(self, part: str) -> WalkPlace:
        """Where a part begins."""
        return next(p for p in self.stage_places() if self.part(p) == part)

    def stage_places(self) -> Iterator[WalkPlace]:
        return (WalkPlace(k) for k in range(len(self.stages)))

    def stage_after(self, place: WalkPlace) -> WalkPlace:
        """The beginning of the next stage."""
        return WalkPlace(min(place.stage + 1, len(self.stages) - 1))

    def stage_before(self, place: WalkPlace) -> WalkPlace:
        """The beginning of this stage, or of the one before it."""
        return WalkPlace(place.stage if place.step else max(0, place.stage - 1))

    def kept(self, place: WalkPlace) -> WalkPlace:
        """The place, if there is such a one, else the beginning."""
        there = place.stage < len(self.stages)
        return place if there and place.step < max(1, self.count(place)) else WalkPlace()


class PlayerBar(QWidget):
    """Back, play, on, the parts of the walk, and how fast it plays.

    ``went`` brings a word: "on", "back", "next stage", "stage before", "play"; ``jumped`` the part that
    was chosen; ``ticked`` comes while it plays.
    """

    went = Signal(str)
    jumped = Signal(str)
    ticked = Signal()

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.setObjectName("walkBar")
        self.setAccessibleName("Step by step")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._words: dict[IconButton, str] = {}
        for name, icon_name, words, keys, word in (
            ("walkBackButton", "step-back", "One step back", "Left", "back"),
            ("walkPlayButton", "play", "Play", "Space", "play"),
            ("walkOnButton", "step-sample", "One step on", "Right", "on"),
            ("walkStageButton", "step-epoch", "To the next stage", "Page Down", "next stage"),
        ):
            button = IconButton(icon_name, words, themes, keys)
            button.setObjectName(name)
            button.clicked.connect(self._on_clicked)
            self._words[button] = word
            row.addWidget(button)
        self.play_button = next(b for b, word in self._words.items() if word == "play")
        self.parts = Segmented("Part of the walk", PARTS, themes)
        self.parts.setObjectName("walkParts")
        self.parts.chosen.connect(self.jumped)
        row.addSpacing(GAP)
        row.addWidget(self.parts)
        self.where = secondary_label()
        self.where.setObjectName("walkWhere")
        row.addSpacing(GAP)
        self.where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.where, 1)
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setObjectName("walkSpeed")
        self.speed.setAccessibleName("Speed of the walk")
        self.speed.setToolTip("How fast it plays, from one step in ten seconds to four a second")
        self.speed.setRange(SLOWEST, FASTEST)
        self.speed.setValue(10)
        self.speed.setFixedWidth(72)
        row.addWidget(self.speed)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.ticked)
        self.speed.valueChanged.connect(self._on_speed)
        self._on_speed(self.speed.value())

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def set_playing(self, playing: bool) -> None:
        if playing == self.is_playing:
            return
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        icon_name, words = ("pause", "Pause") if playing else ("play", "Play")
        self.play_button.set_icon(icon_name, words, "Space")

    def show_place(self, walk: Walk, place: WalkPlace) -> None:
        """Show where we are."""
        with QSignalBlocker(self.parts):
            self.parts.set_value(walk.part(place))
        count = walk.count(place)
        of = f" · {place.step + 1:,} of {count:,}" if count > 1 else ""
        self.where.setText(walk.stages[place.stage].title + of)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, IconButton):
            self.went.emit(self._words[button])

    def _on_speed(self, value: int) -> None:
        self._timer.setInterval(round(10_000 / value))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.speed.setVisible(self.width() >= LEAST_FOR_SPEED)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.set_playing(False)
