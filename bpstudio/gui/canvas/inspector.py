"""What is selected on the canvas, in fields: options of layers, one neuron, links, one connection."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.inspector_fields import Page
from bpstudio.gui.canvas.inspector_pages import (
    ConnectionPage,
    EmptyPage,
    LayersPage,
    LinksPage,
    NeuronPage,
)
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.project import Project


class Inspector(QStackedWidget):
    """One row under the canvas, with a page for each kind of selection.

    ``weak_requested`` asks for the dialog that cuts weak connections.
    """

    weak_requested = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAccessibleName("What is selected")
        self._selection = Selection()
        self._project = editor.document.project
        self.empty = EmptyPage(editor)
        self.layers = LayersPage(editor)
        self.neuron = NeuronPage(editor)
        self.links = LinksPage(editor)
        self.connection = ConnectionPage(editor)
        for page in (self.empty, self.layers, self.neuron, self.links, self.connection):
            self.addWidget(page)
        self.links.weak_requested.connect(self.weak_requested)
        self.empty.weak_requested.connect(self.weak_requested)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_project(self._project)

    def show_selection(self, selection: Selection) -> None:
        """Show another selection."""
        self._selection = selection
        self._refresh()

    def show_project(self, project: Project) -> None:
        """Show these weights and options of what is selected."""
        self._project = project
        self._refresh()

    def open_first(self) -> None:
        """Let people type the first option of what is selected: a name, a bias, a weight."""
        page = self.currentWidget()
        if isinstance(page, Page):
            page.open_first()

    def open_size(self) -> None:
        """Let people type the selected layers' size."""
        if self.currentWidget() is self.layers:
            self.layers.size_edit.take_focus()

    def _refresh(self) -> None:
        selection = self._selection.within(self._project.topology)
        page = self._page(selection)
        before = self.currentWidget()
        if isinstance(before, Page) and (before is not page or page.selection != selection):
            # What is typed is of what was selected: an undo may have taken that away.
            before.forget()
        if before is not page:
            self.setCurrentWidget(page)
        page.show_selection(self._project, selection)

    def _page(self, selection: Selection) -> Page:
        if selection.layers:
            return self.layers
        if selection.neurons:
            return self.neuron
        if selection.connection is not None:
            return self.connection
        return self.links if selection.links else self.empty
