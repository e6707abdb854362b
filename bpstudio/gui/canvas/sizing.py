"""Sizes that are found little by little: typed digit by digit, or turned by the wheel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

from bpstudio.gui.canvas.layout import LayerPlace, place_layer
from bpstudio.gui.canvas.overlay import GhostItem
from bpstudio.model.editing import resize_layers
from bpstudio.model.words import counted

if TYPE_CHECKING:
    from bpstudio.gui.canvas.editor import Editor

TYPING_MS, TURNING_MS = 1500, 600
"""After such a pause the next digit begins a number of its own, the next turn another step."""
NOTCH = 120
"""What a mouse wheel turns from notch to notch; a touchpad brings many small parts of it."""


class Sizing(QObject):
    """The size that one number or one turn of the wheel gives to layers, as one undoable step.

    Every size on the way is that of the network with which it began, so none of them takes away what
    neurons have learned. While a run goes on, the network gets its size when the hand rests or by
    ``settle``; ``waiting`` tells the sizes that it will get, by layer, and at last none.
    """

    waiting = Signal(object)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.settle)
        self._running = self._waits = False
        self._of: tuple[str, tuple[str, ...]] = "", ()
        self._begun = self._made = editor.document.project
        self._count = self._turned = 0
        self._typed = self._name = ""
        self._sizes: dict[str, int] = {}

    @property
    def going_on(self) -> bool:
        """Whether the next digit or turn still belongs to the step begun."""
        return self._pause.isActive()

    def show_running(self, running: bool) -> None:
        """A run has begun or ended: what is found during one waits."""
        self._running = running
        if running and not self._waits:
            self.begin_anew()

    def type_digit(self, digit: str, layers: Iterable[str]) -> None:
        """The next digit of the size of layers."""
        self._begin("typed", layers)
        self._typed = (self._typed + digit)[-6:]
        if int(self._typed):
            sizes = dict.fromkeys(self._of[1], int(self._typed))
            self._give(sizes, f"Resize to {int(self._typed)}")
        self._pause.start(TYPING_MS)

    def turn(self, delta: int, layers: Iterable[str]) -> None:
        """Turn the wheel over layers, by eighths of a degree: a neuron more or less for each notch."""
        self._begin("turned", layers)
        before = {i: self._begun.topology.layer(i).size for i in self._of[1]}
        # What is turned on at one neuron need not be turned back.
        self._turned = max(self._turned + delta, (1 - max(before.values())) * NOTCH)
        notches = int(self._turned / NOTCH)
        sizes = {i: max(1, size + notches) for i, size in before.items()}
        if sizes != (self._sizes or before):
            self._give(sizes, step_name(notches))
        self._pause.start(TURNING_MS)

    def begin_anew(self) -> None:
        """The next digit or turn begins another step."""
        if self._waits:
            # Not here and now: this may be told in the middle of another edit.
            self._pause.start(0)
        else:
            self._pause.stop()

    def settle(self) -> bool:
        """Give the size that waits for the hand to rest; False if none does."""
        waited = self.cancel()
        if waited and self._begun.topology == self._editor.topology:
            sizes = self._sizes
            self._editor.edit(self._name, lambda project: resize_layers(project, sizes))
        # No project is kept for longer than it is needed.
        self._begun = self._made = self._editor.document.project
        return waited

    def cancel(self) -> bool:
        """Forget the size that waits; False if none does."""
        self._pause.stop()
        waited, self._waits = self._waits, False
        if waited:
            self.waiting.emit({})
        return waited

    def _begin(self, what: str, layers: Iterable[str]) -> None:
        """Go on with the step begun, or begin another one."""
        of = what, tuple(layers)
        others_came = not self._waits and self._editor.document.project is not self._made
        if self.going_on and self._of == of and not others_came:
            return
        self.settle()
        self._of, self._count = of, self._count + 1
        self._begun = self._made = self._editor.document.project
        self._typed, self._turned, self._sizes = "", 0, {}

    def _give(self, sizes: Mapping[str, int], name: str) -> None:
        self._sizes, self._name, begun = dict(sizes), name, self._begun
        self._waits = self._waits or self._running
        if self._waits:
            self.waiting.emit(self._sizes)
            return
        merge = f"{self._of[0]} {self._count}"
        self._editor.edit(name, lambda _made: resize_layers(begun, sizes), merge)
        self._made = self._editor.document.project


def step_name(neurons: int) -> str:
    """What adding neurons to each layer, or with a minus removing them, is called."""
    verb = "Remove" if neurons < 0 else "Add"
    return f"{verb} a neuron" if abs(neurons) == 1 else f"{verb} {abs(neurons):,} neurons"


def show_sizes(ghost: GhostItem, places: Mapping[str, LayerPlace], sizes: Mapping[str, int]) -> str:
    """Show the last of the sizes that layers will get as a ghost, none without any; and in words."""
    ghost.setVisible(bool(sizes))
    words = ""
    for layer_id, size in sizes.items():
        outline = place_layer(layer_id, size, places[layer_id].x, places[layer_id].y)
        words = f"{counted(size, 'neuron')} · Enter"
        ghost.show_ghost([], words, QPointF(outline.x + 30, outline.bottom), outline)
    return words
