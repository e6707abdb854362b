"""The loss panel: how training and validation loss fall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from bpstudio.files.atomic import write_atomically
from bpstudio.files.errors import FileError
from bpstudio.files.history_csv import save_history
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.loss_plot import LossPlot
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import Theme, ThemeHolder, text_font
from bpstudio.model.history import History

HINT = "Press Space to train"
PICTURE_SCALE = 2


class LossPanel(Panel):
    """Train and validation loss over the epochs. The context menu copies and saves both.

    ``message`` brings a sentence for people and whether it is a problem.
    """

    message = Signal(str, bool)

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Loss", themes, parent)
        self.plot = LossPlot(themes)
        self.scale = Segmented("Scale of the losses", {"log": "log", "linear": "linear"}, themes)
        self.scale.chosen.connect(self._on_scale)
        self.header_layout.addWidget(self.scale)
        self.body.addWidget(self.plot)
        self._hint = _Hint(self.plot, themes)
        self._history: History | None = None
        self.plot.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.plot.plot.customContextMenuRequested.connect(self._on_menu)
        self._make_actions()
        self.setMinimumSize(220, 104)
        self.refresh()

    def _make_actions(self) -> None:
        self.copy_action = QAction("Copy Picture", self)
        self.copy_action.triggered.connect(self._copy_picture)
        self.save_picture_action = QAction("Save Picture…", self)
        self.save_picture_action.triggered.connect(self._ask_picture)
        self.save_values_action = QAction("Save Values…", self)
        self.save_values_action.triggered.connect(self._ask_values)

    def refresh(self) -> None:
        history = self.project.history
        if history is self._history:
            return
        self._history = history
        self.plot.show_history(history)
        self._hint.setVisible(len(history) < 2)

    def _on_scale(self, scale: str) -> None:
        self.plot.set_log(scale == "log")

    # Pictures and values

    def menu(self) -> QMenu:
        """The context menu."""
        menu = QMenu(self)
        menu.addActions([self.copy_action, self.save_picture_action, self.save_values_action])
        self.save_values_action.setEnabled(len(self.project.history) > 0)
        return menu

    def _on_menu(self, place: QPoint) -> None:
        self.menu().popup(self.plot.plot.mapToGlobal(place))

    def picture(self) -> QPixmap:
        """The panel as it is seen, at twice its size."""
        pixmap = QPixmap(self.size() * PICTURE_SCALE)
        pixmap.setDevicePixelRatio(PICTURE_SCALE)
        pixmap.fill(self.theme.color("surface"))
        self.render(pixmap)
        return pixmap

    def save_picture(self, path: Path) -> None:
        """Write the picture as PNG; FileError if that cannot be done."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.picture().save(buffer, "PNG")
        write_atomically(path, bytes(buffer.data().data()))

    def _copy_picture(self) -> None:
        QApplication.clipboard().setPixmap(self.picture())
        self.message.emit("The picture of the loss is on the clipboard.", False)

    def _ask_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save Picture", "loss.png", "PNG (*.png)")
        if name:
            self._save(name, self.save_picture)

    def _ask_values(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save Values", "loss.csv", "CSV (*.csv)")
        if name:
            self._save(name, self._save_values)

    def _save_values(self, path: Path) -> None:
        save_history(self.project.history, path)

    def _save(self, name: str, write: Callable[[Path], None]) -> None:
        try:
            write(Path(name))
        except FileError as error:
            self.message.emit(str(error), True)
        else:
            self.message.emit(f"Saved '{Path(name).name}'.", False)


class _Hint(QWidget):
    """Quiet words over the empty plot."""

    def __init__(self, plot: LossPlot, themes: ThemeHolder) -> None:
        super().__init__(plot)
        self._plot = plot
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(HINT)
        plot.installEventFilter(self)
        themes.listen(self._restyle)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._plot.rect())
        return super().eventFilter(watched, event)

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(text_font())
        painter.setPen(self._themes.theme.color("secondary"))
        painter.drawText(self._plot.plot_area(), Qt.AlignmentFlag.AlignCenter, HINT)
        painter.end()
