"""The data panel: what it shows, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import SAMPLES
from bpstudio.gui.panels.data import DataPanel
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.model.project import Project
from tests.gui.panel_help import pixel, project_on


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> DataPanel:
    themes = ThemeHolder()
    themes.set(qapp, LIGHT)
    panel = DataPanel(themes)
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 760)
    panel.show()
    return panel


def test_that_every_sample_has_a_tile_with_its_name(panel: DataPanel) -> None:
    assert [tile.text() for tile in panel.gallery.tiles.values()] == [
        s.label for s in SAMPLES.values()
    ]


@pytest.mark.parametrize("name", list(SAMPLES))
def test_that_a_tile_shows_points_of_its_data(panel: DataPanel, qtbot: QtBot, name: str) -> None:
    qtbot.waitUntil(lambda: panel.gallery.tiles[name].loaded)
    image = panel.gallery.tiles[name].grab().toImage()
    colors = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    assert {LIGHT.color("positive").name(), LIGHT.color("negative").name()} & colors or (
        SAMPLES[name].task == "regression" and len(colors) > 5
    )


def test_that_the_sample_in_use_is_marked(panel: DataPanel) -> None:
    panel.show_project(project_on("moons"))
    assert [name for name, tile in panel.gallery.tiles.items() if tile.isChecked()] == ["moons"]
    assert panel.aside_label.text() == "200 rows"


def test_that_own_data_mark_no_sample(panel: DataPanel) -> None:
    project = project_on("iris")
    panel.show_project(replace(project, dataset=replace(project.dataset, name="measured")))
    assert not any(tile.isChecked() for tile in panel.gallery.tiles.values())


def test_that_own_data_have_a_tile_that_leads_back_to_them(panel: DataPanel, qtbot: QtBot) -> None:
    own = replace(project_on("iris").dataset, name="measured")
    assert not panel.gallery.own_tile.isVisible()
    panel.show_project(replace(project_on("iris"), dataset=own))
    tile = panel.gallery.own_tile
    assert tile.isVisible() and tile.isChecked() and tile.text() == "measured"
    panel.show_project(project_on("moons"))
    panel.refresh_now()
    assert tile.isVisible() and not tile.isChecked()
    with qtbot.waitSignal(panel.own_chosen) as asked:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert asked.args == [own]
    assert not tile.isChecked()


def test_that_a_tile_asks_for_its_sample_and_marks_nothing_itself(
    panel: DataPanel, qtbot: QtBot
) -> None:
    panel.show_project(project_on("circles"))
    with qtbot.waitSignal(panel.sample_chosen) as asked:
        qtbot.mouseClick(panel.gallery.tiles["iris"], Qt.MouseButton.LeftButton)
    assert asked.args == ["iris"]
    assert panel.gallery.tiles["circles"].isChecked()
    assert not panel.gallery.tiles["iris"].isChecked()


def test_that_the_sample_in_use_is_not_asked_for_again(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("circles"))
    with qtbot.assertNotEmitted(panel.sample_chosen):
        qtbot.mouseClick(panel.gallery.tiles["circles"], Qt.MouseButton.LeftButton)


def test_that_the_button_asks_for_a_file(panel: DataPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.open_requested):
        qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)


def test_that_the_train_share_is_that_of_the_data(panel: DataPanel) -> None:
    panel.show_project(project_on("circles"))
    assert panel.share.value == pytest.approx(0.75, abs=0.006)


def test_that_a_key_on_the_slider_asks_for_another_split(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("circles"))
    with qtbot.waitSignal(panel.resplit_requested) as asked:
        qtbot.keyClick(panel.share.slider, Qt.Key.Key_Right)
    assert asked.args[0] == pytest.approx(0.76)


def test_that_a_drag_asks_once_at_its_end(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("circles"))
    asked: list[float] = []
    panel.resplit_requested.connect(asked.append)
    slider = panel.share.slider
    slider.setSliderDown(True)
    for value in (70, 60, 50):
        slider.setValue(value)
    assert asked == []
    assert panel.share.value_label.text() == "50 %"
    slider.setSliderDown(False)
    assert asked == [pytest.approx(0.5)]


def test_that_noise_and_seed_generate_the_sample_anew(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("circles"))
    assert panel.generator.noise.value == pytest.approx(SAMPLES["circles"].noise)
    with qtbot.waitSignal(panel.regenerate_requested) as asked:
        panel.generator.seed.setValue(4)
    assert asked.args == ["circles", pytest.approx(0.04), 260, 4]
    with qtbot.waitSignal(panel.regenerate_requested) as asked:
        qtbot.keyClick(panel.generator.noise.slider, Qt.Key.Key_Right)
    assert asked.args == ["circles", pytest.approx(0.045), 260, 4]


def test_that_another_size_generates_so_many_rows(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("circles"))
    box = panel.generator.size_box
    assert box.value() == 260
    with qtbot.waitSignal(panel.regenerate_requested) as asked:
        qtbot.keyClick(box, Qt.Key.Key_Up)
    assert asked.args == ["circles", pytest.approx(0.04), 286, 0]


def test_that_the_size_of_the_parity_is_its_bits(panel: DataPanel) -> None:
    panel.show_project(project_on("parity"))
    assert panel.generator.size_caption.text() == "Bits"
    assert panel.generator.size_box.value() == 3
    assert not panel.generator.noise.isVisible()


def test_that_the_source_of_measured_data_is_named(panel: DataPanel) -> None:
    panel.show_project(project_on("iris"))
    assert "R. A. Fisher" in panel.about.text()
    panel.show_project(project_on("circles"))
    panel.refresh_now()
    assert "Source" not in panel.about.text()


@pytest.mark.parametrize("height", [520, 744, 1024])
def test_that_nothing_is_under_the_scroll_bar(panel: DataPanel, height: int) -> None:
    panel.show_project(project_on("circles"))
    panel.resize(panel.width(), height)
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    assert area is not None
    bar, inside = area.verticalScrollBar(), area.widget()
    assert bar.isVisible() == (inside.height() > area.viewport().height())
    assert inside.width() == area.viewport().width()
    assert inside.minimumSizeHint().width() <= inside.width(), "no control is cut off"
    left = bar.mapTo(panel, bar.rect().topLeft()).x() if bar.isVisible() else panel.width()
    for tile in panel.gallery.tiles.values():
        assert tile.mapTo(panel, tile.rect().topRight()).x() < left


def test_that_showing_data_asks_for_nothing(panel: DataPanel, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(panel.regenerate_requested),
        qtbot.assertNotEmitted(panel.resplit_requested),
        qtbot.assertNotEmitted(panel.sample_chosen),
    ):
        for name in ("circles", "iris", "sine"):
            panel.show_project(project_on(name))
            panel.refresh_now()


@pytest.mark.parametrize("name", ["iris", "watermelon"])
def test_that_tables_have_neither_noise_nor_seed(panel: DataPanel, name: str) -> None:
    panel.show_project(project_on(name))
    assert not panel.generator.noise.isVisible()
    assert not panel.generator.seed.isVisible()


def test_that_columns_are_described_in_words(panel: DataPanel) -> None:
    panel.show_project(project_on("iris"))
    assert ("sepal_length", "standardised") in panel.columns.list.lines
    assert ("species", "3 classes") in panel.columns.list.lines


def test_that_a_click_on_a_column_tells_all_that_is_done_to_it(
    panel: DataPanel, qtbot: QtBot
) -> None:
    panel.show_project(project_on("iris"))
    columns = panel.columns.list
    before = columns.height()
    qtbot.mouseClick(columns, Qt.MouseButton.LeftButton, pos=QPoint(20, 18 + 9))
    assert columns.unfolded == [panel.project.dataset.preparation.inputs[0].words]
    assert columns.unfolded[0].startswith("standardised: (x")
    assert columns.height() > before
    qtbot.mouseClick(columns, Qt.MouseButton.LeftButton, pos=QPoint(20, 18 + 9))
    assert columns.unfolded == []


def test_that_columns_unfold_by_keys_too(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("watermelon"))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(panel.columns.list, key)
    assert len(panel.columns.list.unfolded) == 1
    assert panel.columns.list.unfolded[0].startswith("one neuron per category")


def test_that_one_button_puts_all_columns_into_words(panel: DataPanel, qtbot: QtBot) -> None:
    panel.show_project(project_on("iris"))
    qtbot.mouseClick(panel.columns.button, Qt.MouseButton.LeftButton)
    assert len(panel.columns.list.unfolded) == 5
    panel.show_project(project_on("sine"))
    panel.refresh_now()
    assert panel.columns.list.unfolded == ["as it is", "as it is"]


def test_that_no_data_leave_nothing_to_split(panel: DataPanel) -> None:
    panel.show_project(project_on("circles"))
    panel.show_project(Project())
    panel.refresh_now()
    assert not panel.share.isVisible()
    assert panel.aside_label.text() == ""


def test_that_every_control_has_a_name_and_a_tooltip(panel: DataPanel) -> None:
    controls = [
        panel.open_button,
        panel.generator.seed,
        panel.share.slider,
        panel.generator.noise.slider,
    ]
    for control in [*controls, *panel.gallery.tiles.values()]:
        assert control.accessibleName()
        assert control.toolTip()


def test_that_another_theme_repaints_the_tiles(qtbot: QtBot, qapp: object) -> None:
    themes = ThemeHolder()
    panel = DataPanel(themes)
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 760)
    panel.show()
    themes.set(qapp, DARK)
    tile = panel.gallery.tiles["xor"]
    assert pixel(tile, tile.rect().toRectF().topLeft() * 0 + tile.rect().center().toPointF()) in (
        DARK.color("background"),
    )
