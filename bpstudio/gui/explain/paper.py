"""Worksheets on paper: a document with sharp formulas, as PDF or for a printer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QUrl
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from bpstudio.explain.formula_image import svg_size
from bpstudio.explain.worksheet_html import Picture
from bpstudio.files.atomic import write_atomically
from bpstudio.gui.explain.formulas import svg_image
from bpstudio.gui.theme import text_font

PRINT_SCALE = 4.0
"""Device pixels per pixel of a formula: some 380 to the inch."""


def paper(html: Callable[[Picture], str]) -> QTextDocument:
    """A page as a document; ``html`` writes it with whatever draws its pictures."""
    document = QTextDocument()
    document.setDefaultFont(text_font())
    count = 0

    def picture(svg: str, _label: str) -> str:
        nonlocal count
        count += 1
        image = svg_image(svg, PRINT_SCALE)
        image.setDevicePixelRatio(1.0)
        name = f"formula{count}"
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        width, height = svg_size(svg)
        return (
            f'<img src="{name}" width="{width:.0f}" height="{height:.0f}" '
            'style="vertical-align: middle">'
        )

    document.setHtml(html(picture))
    return document


def write_pdf(document: QTextDocument, path: Path, title: str) -> None:
    """The document as A4 pages. FileError if it cannot be written; the old file is then as it was."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("bpstudio")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
            QPageLayout.Unit.Millimeter,
        )
    )
    # Sizes of a page are in pixels; text is drawn as outlines and formulas finer than that.
    writer.setResolution(96)
    document.print_(writer)
    del writer
    write_atomically(path, bytes(buffer.data().data()))
