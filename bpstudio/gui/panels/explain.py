"""Explain: what the chosen weight or bias is, and why the next update moves it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel

from bpstudio.explain.change import bias_position, change_of, weight_position
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import Stat, secondary_label, signed_text
from bpstudio.model.config import SETTINGS
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

MOST_VALUES = 2_000_000
"""Rows times parameters above which the gradient would take too long for a live figure."""


class ExplainPanel(Panel):
    """The chosen parameter's value, gradient and next step, live, and how to read them."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__("Why does this weight change?", themes)
        self.setObjectName("explainPanel")
        self._selection = Selection()
        self._value = Stat("w", themes, widest="-0.00000")
        self._gradient = Stat("∂E/∂w", themes, widest="-0.0000000")
        self._step = Stat("Δw = −η ∂E/∂w", themes, widest="-0.0000000")
        self._next = Stat("w after it", themes, widest="-0.00000")
        self._stats = (self._value, self._gradient, self._step, self._next)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setObjectName("explainWords")
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        for stat in self._stats:
            row.addWidget(stat)
        row.addStretch(1)
        self._note = secondary_label()
        self._note.setWordWrap(True)
        self.body.addLayout(row)
        self.body.addWidget(self._words)
        self.body.addWidget(self._note)
        self.body.addStretch(1)
        self.refresh()

    def show_selection(self, selection: Selection) -> None:
        """Explain what is selected now."""
        self._selection = selection
        self.show_project(self.project)

    def refresh(self) -> None:
        topology = self.project.topology
        chosen = self._selection.within(topology)
        if chosen.connection is not None:
            source, i, target, j = chosen.connection
            where = f"{topology.label(source)} · {i + 1} → {topology.label(target)} · {j + 1}"
            self._explain(self.project, weight_position(topology, source, i, target, j), "w", where)
        elif chosen.neuron is not None and topology.position(chosen.neuron[0]) > 0:
            layer, j = chosen.neuron
            where = f"bias of {topology.label(layer)} · {j + 1}"
            self._explain(self.project, bias_position(topology, layer, j), "b", where)
        else:
            self._invite(topology)

    def _invite(self, topology: Topology) -> None:
        self.set_aside("")
        for stat in self._stats:
            stat.setVisible(False)
        if topology.parameter_count:
            self._words.setText(
                "Click a connection to see its weight, the slope of the loss along it, and the step "
                "that follows. Click a neuron for its bias."
            )
        else:
            self._words.setText("Draw layers on the canvas; then click a connection.")
        self._note.setText("")

    def _explain(self, project: Project, position: int, symbol: str, where: str) -> None:
        self.set_aside(where)
        for stat in self._stats:
            stat.setVisible(True)
        self._value.caption.setText(symbol)
        self._gradient.caption.setText(f"∂E/∂{symbol}")
        self._step.caption.setText(f"Δ{symbol} = −η · ∂E/∂{symbol}")
        self._next.caption.setText(f"{symbol} + Δ{symbol}")
        value = float(project.network.parameters[position])
        self._value.set_value(signed_text(value))
        problem = project.problem()
        size = project.topology.parameter_count * (len(project.dataset) if project.dataset else 0)
        if problem is not None or size > MOST_VALUES:
            for stat in (self._gradient, self._step, self._next):
                stat.set_value("–")
            self._words.setText(problem or "The network is too large for a live gradient.")
            self._note.setText("")
            return
        change = change_of(project, position)
        self._gradient.set_value(signed_text(change.gradient))
        self._step.set_value(signed_text(change.step))
        self._next.set_value(signed_text(change.value + change.step))
        self._words.setText(_reading(change.gradient, symbol))
        rate = SETTINGS["learning_rate"].text(project.config.learning_rate)
        self._note.setText(
            f"Mean over the {change.rows} training rows, η = {rate}: formulas (4), (11), (12). "
            "A batch takes the mean over its own rows."
        )


def _reading(gradient: float, symbol: str) -> str:
    if gradient == 0:
        return f"The loss does not depend on {symbol} here, so {symbol} stays."
    way, step = ("rises", "smaller") if gradient > 0 else ("falls", "larger")
    return f"The loss {way} when {symbol} grows, so back-propagation makes {symbol} {step}."
