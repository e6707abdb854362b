"""Explain: why the chosen weight or bias changes, each number with where it comes from."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import Place, StepKey
from bpstudio.explain.matrices import matrices
from bpstudio.explain.numbers import plain_number
from bpstudio.explain.plain_text import plain, pretty
from bpstudio.explain.step import Step
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.explain.frame import DIGITS_KEPT, ExplainFrame
from bpstudio.gui.explain.page import Block, origin, step_block, story
from bpstudio.gui.explain.player import Walk, WalkPlace
from bpstudio.gui.explain.shares import shares
from bpstudio.gui.explain.trail import Trail
from bpstudio.gui.explain.typeset import Target
from bpstudio.gui.preferences import set_preference
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model.project import Project

LIVE_SECONDS = 0.8
"""While the weights move, formulas are set anew this often: reading needs rest, and so do frames."""
INVITATION = (
    "Click a connection: here stands why its weight changes, from the numbers in the table to the new "
    "weight, each formula with its numbers. Click a neuron for its bias. Every number leads to where it "
    "comes from. Step by step walks one row through the network; lessons, worksheets and the derivation "
    "are in the Explain menu."
)


class ExplainPanel(ExplainFrame):
    """Shows a weight's story, a step of it that was followed, or one row's walk through the network.

    ``lit`` brings a Place to light on the canvas and a word, ``edit_requested`` the name of an edit and
    the edit, ``pulsed`` which way the walk's quantity runs through the network (1 forward, -1 back),
    ``undo_requested`` that the last edit is to be taken back; ``emptied`` comes when what had the focus
    has gone.
    """

    lit = Signal(object, str)
    pulsed = Signal(int)
    edit_requested = Signal(str, object)
    undo_requested = Signal()
    emptied = Signal()

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__("Why does this weight change?", themes)
        self.setObjectName("explainPanel")
        self._selection = Selection()
        self._trail = Trail()
        self._sample = 0
        self._derivation: Derivation | None = None
        self._made_of: tuple[object, ...] = ()
        self._walk: Walk | None = None
        self._place = WalkPlace()
        self._applied: Project | None = None
        self._base = Place(), ""
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.page.followed.connect(self.follow)
        self.page.pointed.connect(self._on_pointed)
        self.page.key_pressed.connect(self.go)
        self.page.revealed.connect(self._on_revealed)
        self.crumbs.chosen.connect(self._on_crumb)
        self.rows.changed.connect(self._on_rows)
        self.shares.chosen.connect(self._on_sample)
        self.digits.valueChanged.connect(self._on_digits)
        self.walk_button.toggled.connect(self._on_walk)
        self.bar.went.connect(self.go)
        self.bar.ticked.connect(self._on_tick)
        self.bar.jumped.connect(self._on_part)
        back = QShortcut(QKeySequence("Alt+Left"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.back)

    # What is explained

    @property
    def step(self) -> Step | None:
        """The step that is shown."""
        key = self._walk.key(self._place) if self._walk is not None else self._trail.here
        if key is None or self._derivation is None:
            return None
        return self._derivation.step(key)

    @property
    def derivation(self) -> Derivation | None:
        return self._derivation

    @property
    def is_walking(self) -> bool:
        return self.walk_button.isChecked()

    def show_selection(self, selection: Selection) -> None:
        """Explain what is selected now."""
        self._selection = selection
        self._trail = Trail()
        if selection.connection is not None or selection.neuron is not None:
            self.walk_button.setChecked(False)
        if self.isVisible():
            self.refresh_now()
        else:
            self.show_project(self.project)

    def show_project(self, project: Project) -> None:
        """Show a project; while only its weights move, now and then."""
        before = self.project
        moving = (before.topology, before.config) == (project.topology, project.config) and (
            before.dataset is project.dataset and before.network != project.network
        )
        if moving and self._derivation is not None:
            self._free_at = max(self._free_at, self._refreshed_at + LIVE_SECONDS)
        super().show_project(project)

    _refreshed_at = 0.0

    def show_row(self, project: Project, row: int) -> None:
        """Explain one row of a project's data, from 0."""
        self.rows.show_project(project)
        self.rows.choose_row(row)
        self.show_project(project)

    def _target(self) -> StepKey | None:
        """The step that belongs to the selection."""
        topology = self.project.topology
        chosen = self._selection.within(topology)
        if chosen.connection is not None:
            source, i, target, j = chosen.connection
            return StepKey("new", target, j, source, i)
        if chosen.neuron is None:
            return None
        layer, j = chosen.neuron
        if topology.position(layer) == 0:
            return StepKey("output", layer, j, sample=0)
        return StepKey("new", layer, j)

    def refresh(self) -> None:
        self._refreshed_at = time.perf_counter()
        self.rows.show_project(self.project)
        target = self._target()
        if not self._trail.keys or (target is not None and self._trail.keys[0] != target):
            self._trail = Trail() if target is None else Trail((target,))
        if target is None and not self.is_walking:
            self._show_words(INVITATION if self.project.topology.layers else _EMPTY)
            return
        problem = self.project.problem()
        if problem is not None:
            self._show_words(problem)
            return
        try:
            self._renew()
            self._show()
        except ValueError as error:
            self._derivation = None
            self._show_words(str(error))

    def _renew(self) -> None:
        """The derivation of these weights and rows, if it is not the one there is."""
        project, rows = self.project, self.rows.rows()
        parts = (project.network, project.dataset, project.config, project.progress)
        made_of = (*(id(part) for part in parts), rows.tobytes())
        if self._derivation is not None and made_of == self._made_of:
            return
        self._derivation = Derivation.of_project(project, rows)
        self._kept = parts
        self._made_of = made_of
        self._sample = min(self._sample, self._derivation.rows - 1)
        self._trail = self._trail.at_sample(self._sample)
        if self.is_walking:
            self._walk = Walk(self._derivation, self._sample)
            self._place = self._walk.kept(self._place)

    _kept: tuple[object, ...] = ()
    """What the derivation was made of stays alive, so that its identity stays its own."""

    def _show_words(self, words: str) -> None:
        if words == self.words.text() and not self.page.blocks:
            return
        self.set_title("Why does this weight change?")
        self.words.setText(words)
        focused = self.focusWidget()
        held = focused is not None and focused.hasFocus()
        self.crumbs.show_way([])
        self._set_visible(page=False)
        self._light(Place(), "")
        self.page.show_page([])
        self.matrix.show_form(None)
        if held and focused is not None and not focused.isVisible():
            self.emptied.emit()

    def _set_visible(self, page: bool) -> None:
        self.show_page_or_words(page)
        self.show_matrix(page and self.matrix.form is not None)
        self.hint.setVisible(page)
        self.crumbs.setVisible(page and not self.is_walking)
        self.bar.setVisible(page and self.is_walking)
        batch = page and self._derivation is not None and self._derivation.rows > 1
        self.shares.setVisible(batch and not self.is_walking and self.parameter is not None)

    @property
    def parameter(self) -> StepKey | None:
        """The weight or bias that is explained, as the key of its new value."""
        first = self._trail.keys[0] if self._trail.keys else None
        return first if first is not None and first.kind == "new" else None

    def _show(self) -> None:
        derivation, digits = self._derivation, self.digits.value()
        assert derivation is not None
        step = self.step
        blocks = self._blocks(derivation, step, digits)
        live = bool(self.page.blocks) and self.page.blocks[0].target == blocks[0].target
        self.page.show_page(blocks, keep=live)
        focus = self.parameter
        form = None if step is None else matrices(derivation, step, focus)
        if form is None and step is not None and focus is not None and not self.is_walking:
            form = matrices(derivation, derivation.step(focus), focus)
        self.matrix.show_form(form, digits)
        if focus is not None and derivation.rows > 1:
            values = shares(derivation, focus)
            self.shares.show_shares(values, derivation.quantities.row_numbers, self._sample)
        self._show_way(derivation)
        self._set_visible(page=True)
        if self._walk is not None:
            self.bar.show_place(self._walk, self._place)
        self._light_step(step, digits)

    def _light_step(self, step: Step | None, digits: int) -> None:
        """On the canvas: what the walk is at, or the step that was followed."""
        if step is None or (self._walk is None and len(self._trail.keys) < 2):
            self._light(Place(), "")
        else:
            self._light(step.place, _value_text(step, digits) if self._walk is not None else "")

    def _blocks(self, derivation: Derivation, step: Step | None, digits: int) -> list[Block]:
        if self._walk is not None:
            if step is None:
                return [Block("The new weights take their places", words=_APPLIED, large=True)]
            return [step_block(step, digits, large=True)]
        assert step is not None
        if len(self._trail.keys) == 1 and step.key.kind == "new":
            return story(derivation, step, self._sample, digits)
        return origin(derivation, step, digits)

    def _show_way(self, derivation: Derivation) -> None:
        if self._walk is not None:
            row = derivation.quantities.row_numbers[self._sample]
            self.set_title(f"Row {row}, step by step")
            self.crumbs.show_way([])
            return
        parameter = self.parameter
        name = "this weight" if parameter is None or parameter.source else "this bias"
        self.set_title(
            f"Why does {name} change?" if parameter else "Where does this number come from?"
        )
        steps = [derivation.step(key) for key in self._trail.keys]
        texts = [pretty(step.symbol) for step in steps]
        if parameter is not None:
            texts[0] += f"  {derivation.quantities.parameter_name(parameter)}"
        self.crumbs.show_way(texts)

    # Pointing and following

    def follow(self, key: object) -> None:
        """Go to the step that a number comes from."""
        if not isinstance(key, StepKey) or self._derivation is None:
            return
        if self.is_walking:
            self.walk_button.setChecked(False)
        self._trail = self._trail.to(key)
        self.page_scroll.verticalScrollBar().setValue(0)
        self.refresh_now()

    def back(self) -> None:
        """To the step before."""
        self._trail = self._trail.back()
        self.refresh_now()

    def _on_crumb(self, place: int) -> None:
        self._trail = Trail(self._trail.keys[: place + 1])
        self.refresh_now()

    def _on_pointed(self, target: Target | None) -> None:
        if target is None or self._derivation is None or not isinstance(target.key, StepKey):
            self.hint.setText("")
            self.lit.emit(*self._base)
            return
        step = self._derivation.step(target.key)
        text = _value_text(step, self.digits.value())
        self.hint.setText(f"{text}   {step.title}")
        self.lit.emit(step.place, text)

    def _light(self, place: Place, text: str) -> None:
        if (place, text) != self._base:
            self._base = place, text
            self.lit.emit(place, text)

    def _on_revealed(self, rect: QRectF) -> None:
        middle = rect.center()
        self.page_scroll.ensureVisible(
            round(middle.x()), round(middle.y()), 20, round(rect.height() / 2) + 30
        )

    # Rows and digits

    def _on_rows(self) -> None:
        self._sample = 0
        self._trail = self._trail.at_sample(0)
        self.refresh_now()

    def _on_sample(self, sample: int) -> None:
        self._sample = sample
        self._trail = self._trail.at_sample(sample)
        self.refresh_now()

    def _on_digits(self, digits: int) -> None:
        set_preference(DIGITS_KEPT, digits)
        self.refresh_now()

    # Step by step

    def _on_walk(self, walking: bool) -> None:
        self._place, self._applied = WalkPlace(), None
        self._walk = None
        self._made_of = ()
        if walking and self.rows.is_batch:
            self.rows.choose_row(self.rows.first_row())
        self.rows.kind.setVisible(not walking)
        self.page.keys = dict(_WALK_KEYS) if walking else {}
        self.refresh_now()
        if walking:
            self.page.setFocus()

    def go(self, way: str) -> None:
        """Walk: "on", "back", "next stage", "stage before", "start", "play"."""
        walk, place = self._walk, self._place
        if walk is None:
            return
        if way == "play":
            self.bar.set_playing(not self.bar.is_playing)
            return
        if place == walk.last:
            self._leave_end(way)
            return
        moves = {
            "on": walk.after,
            "back": walk.before,
            "next stage": walk.stage_after,
            "stage before": walk.stage_before,
        }
        self._set_place(moves[way](place) if way in moves else WalkPlace())

    def _leave_end(self, way: str) -> None:
        """From where the new weights are in their places: back takes them out, on is the next row."""
        self.bar.set_playing(False)
        if way in ("back", "stage before"):
            if self._applied is not None and self.project.network == self._applied.network:
                self._applied = None
                self._place = WalkPlace(self._place.stage - 1)
                self.undo_requested.emit()
                self.refresh_now()
            return
        self._applied, self._place = None, WalkPlace()
        number = self.rows.number
        number.setValue(number.value() + 1 if number.value() < number.maximum() else 1)
        self.refresh_now()

    def _set_place(self, place: WalkPlace) -> None:
        self._place = place
        if self._walk is not None and place == self._walk.last:
            self.bar.set_playing(False)
            self._apply()
        self.refresh_now()
        step = self.step
        self.pulsed.emit(0 if step is None else _WAYS.get(step.key.kind, 0))

    def _apply(self) -> None:
        """The last step: the new weights take their places, as one edit."""
        derivation = self._derivation
        if derivation is None:
            return
        row = derivation.quantities.row_numbers[self._sample]
        self._applied = derivation.applied(self.project)
        self.edit_requested.emit(f"Update by row {row}", derivation.applied)

    def _on_tick(self) -> None:
        if self._walk is not None and self._place != self._walk.last:
            self._set_place(self._walk.after(self._place, brief=True))

    def _on_part(self, part: str) -> None:
        if self._walk is not None and self._place != self._walk.last:
            self._set_place(self._walk.beginning(part))


_EMPTY = "Draw layers on the canvas; then click a connection."
_APPLIED = (
    "The network has learned from this row: all weights changed at once, each by its own step. Go back, "
    "or undo, and they are what they were. One step on is the next row."
)
_WAYS = {"net": 1, "output": 1, "delta": -1, "new": -1}
_WALK_KEYS = {
    Qt.Key.Key_Right: "on",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_PageDown: "next stage",
    Qt.Key.Key_PageUp: "stage before",
    Qt.Key.Key_Home: "start",
    Qt.Key.Key_Space: "play",
}


def _value_text(step: Step, digits: int) -> str:
    return (
        f"{pretty(step.symbol)} = {plain(step.result(digits))}"
        if step.symbol
        else plain_number(step.value, digits)
    )
