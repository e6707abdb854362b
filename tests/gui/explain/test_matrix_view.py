"""The matrices beside the formulas: the entry in question marked, names, and large ones folded."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.matrices import matrices
from bpstudio.files.lessons import load_lesson
from bpstudio.gui.explain.formulas import FormulaStore
from bpstudio.gui.explain.matrix_view import MatrixView
from bpstudio.gui.theme import ThemeHolder
from tests.gui.panel_help import project_on


def view_of(qtbot: QtBot, derivation: Derivation, *weight: object) -> MatrixView:
    view = MatrixView(FormulaStore(), ThemeHolder())
    qtbot.addWidget(view)
    view.resize(520, 400)
    view.show()
    step = derivation.of_weight(*weight)  # type: ignore[arg-type]
    view.show_form(matrices(derivation, step, step.key))
    return view


def test_that_the_entry_of_the_weight_is_marked_in_every_matrix(qtbot: QtBot) -> None:
    derivation = Derivation.of_project(load_lesson("worked-example"), [0])
    view = view_of(qtbot, derivation, "hidden1", 0, "output", 0)
    assert view.form is not None and view.form.number == "23"
    marked = [cell.text for cell in view.cells if cell.marked]
    assert marked == ["0.3589", "0.4", "0.1385", "0.5933"]
    view.copy_menu().actions()[0].trigger()
    assert r"\boxed{0.3589}" in QGuiApplication.clipboard().text()


def test_that_a_large_matrix_is_folded_around_its_entry_and_stays_inside_the_view(
    qtbot: QtBot,
) -> None:
    derivation = Derivation.of_project(project_on("digits"), [0])
    layers = [layer.id for layer in derivation.values.topology.layers]
    view = view_of(qtbot, derivation, layers[0], 30, layers[1], 5)
    texts = {cell.text for cell in view.cells}
    assert {"⋮", "⋯", "⋱"} <= texts
    assert len(view.cells) < 200
    assert any(cell.marked for cell in view.cells)
    assert max(cell.rect.right() for cell in view.cells) <= view.width()
