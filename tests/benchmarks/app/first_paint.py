"""Starts the app as ``bpstudio`` does and ends it when its window is painted; prints the time it was.

``time.time()``, because the process that compares it is another one.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication

from bpstudio import __main__ as command
from bpstudio.gui import app
from bpstudio.gui.main_window import MainWindow


class Watched(MainWindow):
    """A main window that notes its first picture."""

    _painted = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            # By then the whole window is painted and handed to the screen.
            QTimer.singleShot(0, self._tell)
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        print(time.time())
        QApplication.quit()


if __name__ == "__main__":
    vars(app)[MainWindow.__name__] = Watched
    sys.exit(command.main([]))
