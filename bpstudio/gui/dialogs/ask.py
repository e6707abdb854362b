"""Questions that need an answer before something may be lost, and problems that need to be read."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QMessageBox, QWidget

Answer = Literal["save", "discard", "cancel"]


def ask_unsaved(parent: QWidget, name: str) -> Answer:
    """What to do with changes that are not saved."""
    box = QMessageBox(parent)
    box.setObjectName("unsavedDialog")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("bpstudio")
    box.setText(f"Save the changes to “{name}”?")
    box.setInformativeText("They are lost if you do not save them.")
    button = QMessageBox.StandardButton
    box.setStandardButtons(button.Save | button.Discard | button.Cancel)
    box.setDefaultButton(button.Save)
    answers: dict[int, Answer] = {button.Save: "save", button.Discard: "discard"}
    return answers.get(box.exec(), "cancel")


def show_problem(parent: QWidget, title: str, sentence: str) -> None:
    """A problem with its cause and remedy; the text can be selected and copied."""
    box = QMessageBox(parent)
    box.setObjectName("problemDialog")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("bpstudio")
    box.setText(title)
    box.setInformativeText(sentence)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.exec()
