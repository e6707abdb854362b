"""How a file is written: what was detected, and each of it to be overruled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from bpstudio.files.source import SOURCE_KINDS, Options, Source
from bpstudio.files.text import DELIMITERS, ENCODINGS
from bpstudio.gui.theme import GAP
from bpstudio.gui.widgets import secondary_label

DECIMALS = {".": "point", ",": "comma"}
QUOTES = {'"': 'double "', "'": "single '", "": "none"}
HEADERS = {True: "first row is names", False: "no names"}
FIELDS: dict[str, tuple[str, str, Mapping[Any, str]]] = {
    "delimiter": ("Separator", "What stands between two cells", DELIMITERS),
    "decimal": ("Decimal mark", "What stands before the decimals", DECIMALS),
    "quote": ("Quotes", "What encloses text with a separator in it", QUOTES),
    "encoding": ("Encoding", "How letters are written as bytes", ENCODINGS),
    "header": ("Header", "Whether the first row holds the columns' names", HEADERS),
    "sheet": ("Sheet", "Which table of the workbook", {}),
}
DETECTED = "detected"


class DetectedBox(QComboBox):
    """A menu whose first entry is what was detected; ``choice`` is None for that."""

    def __init__(self, choices: Mapping[Any, str]) -> None:
        super().__init__()
        self._choices = dict(choices)
        self.addItem(DETECTED, None)
        for value, label in self._choices.items():
            self.addItem(label, value)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def choice(self) -> Any:
        return self.currentData()

    def offer(self, choices: Mapping[Any, str]) -> None:
        """Offer other values beside what is detected."""
        if dict(choices) == self._choices:
            return
        self._choices = dict(choices)
        with QSignalBlocker(self):
            while self.count() > 1:
                self.removeItem(1)
            for value, label in self._choices.items():
                self.addItem(label, value)

    def show_choice(self, chosen: object, used: object) -> None:
        """Show what people chose (None: nothing) and what is used."""
        with QSignalBlocker(self):
            label = self._choices.get(used, DETECTED)
            self.setItemText(0, f"{label} ({DETECTED})" if label != DETECTED else label)
            places = [k for k in range(1, self.count()) if self.itemData(k) == chosen]
            self.setCurrentIndex(places[0] if chosen is not None and places else 0)


class FormatBar(QWidget):
    """``changed(options)`` when people overrule what was detected, or take that back."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("formatBar")
        self._options = Options()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP // 2)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        whole.addLayout(row)
        self._fields: dict[str, QWidget] = {}
        self.boxes: dict[str, DetectedBox] = {}
        for name, (label, help, choices) in FIELDS.items():
            box = self.boxes[name] = DetectedBox(choices)
            box.setObjectName(f"{name}Box")
            box.setAccessibleName(label)
            box.setToolTip(help)
            box.activated.connect(self._on_chosen)
            caption = secondary_label(label)
            caption.setBuddy(box)
            field = self._fields[name] = QWidget()
            column = QVBoxLayout(field)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            column.addWidget(caption)
            column.addWidget(box)
            row.addWidget(field)
        self.note = secondary_label()
        self.note.setObjectName("formatNote")
        self.note.setWordWrap(True)
        row.addStretch(1)
        whole.addWidget(self.note)

    @property
    def options(self) -> Options:
        """What people chose; None where they left it to detection."""
        return self._options

    def show_source(self, source: Source | None, options: Options) -> None:
        """Show what a source was read with, and what of it people chose."""
        self._options = options
        used = source.options if source is not None else options
        text = source is None or source.kind == "text"
        named = source is None or source.kind in ("text", "excel")
        sheets = source.sheets if source is not None else ()
        if source is not None:
            self.boxes["sheet"].offer({sheet: sheet for sheet in sheets})
        shown = dict.fromkeys(FIELDS, text) | {"header": named, "sheet": len(sheets) > 1}
        for name, box in self.boxes.items():
            box.show_choice(getattr(options, name), getattr(used, name))
            self._fields[name].setVisible(shown[name])
        words = [] if text or source is None else [SOURCE_KINDS[source.kind]]
        if source is not None:
            words += source.notes
        self.note.setText("  ".join(words))
        self.note.setVisible(bool(words))

    def with_type(self, column: str, type_name: str | None) -> None:
        """Overrule the type of a column; None leaves it to detection."""
        types = {name: known for name, known in self._options.types.items() if name != column}
        if type_name is not None:
            types[column] = type_name
        self.take(replace(self._options, types=types))

    def with_gaps(self, column: str, texts: tuple[str, ...]) -> None:
        """Take other texts of a column for missing values."""
        self.take(self._options.with_gaps(column, texts))

    def take(self, options: Options) -> None:
        """Read with these options from now on."""
        if options != self._options:
            self._options = options
            self.changed.emit(options)

    def _on_chosen(self, _index: int) -> None:
        chosen = {name: box.choice for name, box in self.boxes.items()}
        self.take(replace(self._options, **chosen))
