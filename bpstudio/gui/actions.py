"""The window's actions: one table of names, keys and what they call; menus and tooltips come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

Std = QKeySequence.StandardKey


@dataclass(frozen=True)
class ActionSpec:
    """One action: the method it calls, of the window or of one of its parts; text, keys and menu.

    ``also`` are other keys that do the same, for those who know them from elsewhere.
    """

    method: str
    text: str
    menu: str
    keys: str | Std | None = None
    separator: bool = False
    also: str | None = None


ACTIONS = (
    ActionSpec("new_project", "New", "File", Std.New),
    ActionSpec("open_dialog", "Open…", "File", Std.Open),
    ActionSpec("save", "Save", "File", Std.Save, separator=True),
    ActionSpec("save_as", "Save as…", "File", Std.SaveAs),
    ActionSpec("export_dialog", "Export weights…", "File", "Ctrl+E"),
    ActionSpec("close", "Quit", "File", "Ctrl+Q", separator=True, also="Ctrl+W"),
    ActionSpec("undo", "Undo", "Edit", Std.Undo),
    ActionSpec("redo", "Redo", "Edit", "Ctrl+Shift+Z", also="Ctrl+Y"),
    ActionSpec("canvas.clipboard.cut", "Cut", "Edit", Std.Cut, separator=True),
    ActionSpec("canvas.clipboard.copy", "Copy", "Edit", Std.Copy),
    ActionSpec("paste", "Paste layers, a shape or data", "Edit", Std.Paste),
    ActionSpec("canvas.clipboard.duplicate", "Duplicate", "Edit", "Ctrl+D"),
    ActionSpec("canvas.delete_selected", "Delete", "Edit"),
    ActionSpec("canvas.select_all", "Select all", "Edit", Std.SelectAll, separator=True),
    ActionSpec("cut_weak", "Cut weak connections…", "Edit", "Ctrl+Shift+W"),
    ActionSpec("toggle_painting", "Paint points", "Edit", "Ctrl+P"),
    ActionSpec("clear_network", "Empty canvas", "Edit", separator=True),
    ActionSpec("toggle_run", "Play or pause", "Training", "Space"),
    ActionSpec("step_sample", "Step one update", "Training", "S"),
    ActionSpec("step_epoch", "Step one epoch", "Training", "E"),
    ActionSpec("reset", "Reset to the starting weights", "Training", "R", separator=True),
    ActionSpec("new_weights", "New starting weights", "Training", "Shift+R"),
    ActionSpec("edit_settings", "All settings…", "Training", "Ctrl+T", separator=True),
    ActionSpec("canvas.navigation.fit", "Show the whole network", "View", "F"),
    ActionSpec("canvas.navigation.zoom_in", "Zoom in", "View", "Ctrl++", also="Ctrl+="),
    ActionSpec("canvas.navigation.zoom_out", "Zoom out", "View", "Ctrl+-"),
    ActionSpec("canvas.navigation.actual_size", "Actual size", "View", "Ctrl+1"),
    ActionSpec("canvas.turn", "Left to right or bottom to top", "View", "Ctrl+B"),
    ActionSpec("canvas.tidy", "Tidy up", "View", "Ctrl+Shift+T"),
    ActionSpec("canvas.toggle_pruned", "Pruned connections, dotted", "View", "P"),
    ActionSpec("canvas.toggle_flow", "Flow of values and deltas", "View", "W"),
    ActionSpec("toggle_theme", "Light or dark", "View", "Ctrl+L", separator=True),
    ActionSpec("explain.walk", "Step by step", "Explain", "Ctrl+Shift+E", separator=True),
    ActionSpec("explain.open_worksheet", "Worksheet…", "Explain", "Ctrl+Shift+K"),
    ActionSpec("explain.check_gradient", "Is the gradient right?", "Explain", "Ctrl+Shift+G"),
    ActionSpec("explain.read_derivation", "The derivation", "Explain", "Ctrl+Shift+D"),
    ActionSpec("show_help", "Help", "Help", Std.HelpContents),
    ActionSpec("show_about", "About bpstudio", "Help"),
)


def make_actions(window: QWidget) -> dict[str, QAction]:
    """An action for every entry, connected to the method of that name."""
    actions = {}
    for spec in ACTIONS:
        action = QAction(spec.text, window)
        action.setObjectName(f"{spec.method.rpartition('.')[2]}Action")
        keys = [key for key in (spec.keys, spec.also) if key is not None]
        action.setShortcuts([QKeySequence(key) for key in keys])
        method: Callable[[], None] = attrgetter(spec.method)(window)
        action.triggered.connect(method)
        window.addAction(action)
        actions[spec.method] = action
    return actions


def fill_menu(menu: QMenu, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """A submenu for every menu named in the table; returned by title."""
    menus: dict[str, QMenu] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = menu.addMenu(spec.menu)
        if spec.separator:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.method])
    return menus
