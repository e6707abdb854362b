"""All connections of a network as one picture: moved and scaled with the view, exact at rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.darkroom import Darkroom, Order, Picture, take_picture
from bpstudio.gui.canvas.ink import DIMMED
from bpstudio.gui.canvas.raster import Strokes, Viewpoint, cost, kernel_ready
from bpstudio.gui.canvas.raster_numpy import Array
from bpstudio.gui.canvas.sprite import FAR, STRETCH, Motion
from bpstudio.gui.canvas.viewpoint import cropped, paint_picture, suits, viewpoint_of, whole_of
from bpstudio.gui.theme import Theme

INSTANT = 400_000.0
"""Lines times columns that are drawn within a frame, on the GUI thread."""
IN_TIME = 20_000_000.0
"""Lines times columns that are drawn, off the GUI thread, long before a wave is over."""
OVERVIEW, OLD_MS = 480, 1500
"""Size of the picture of the whole that stands in where there is no other, in pixels, and how old it
may be while the weights move."""
MARGIN = 96
"""How far beyond the view pictures reach, in pixels: so far it pans without drawing anew."""
BAND = (1.5, 1.1, 0.7, 0.3)
"""Widths of the stripes that a wave is made of, as shares of its reach to both sides."""
ALL, LIT, WHOLE, FLOWING = "all", "lit", "whole", "flowing"
WARM_UP_MS = 150


class LinksPicture(QGraphicsObject):
    """Paints the connections that ``show_strokes`` brings, and over them, lit, those of ``light`` and
    those of ``mark``, which are forgotten where ``show_strokes`` brings others.

    ``exact_shown`` tells that what was asked for last is what is seen, ``warm`` that the compiled kernel
    is there now.
    """

    exact_shown = Signal()
    warm = Signal()

    def __init__(self, theme: Theme, motion: Motion) -> None:
        super().__init__()
        self._theme = theme
        self._motion = motion
        self._strokes: dict[str, tuple[Strokes, ...]] = dict.fromkeys(
            (ALL, LIT, WHOLE, FLOWING), ()
        )
        self._tokens: dict[str, str] = {}
        """The colours of those that are marked, by kind."""
        self._wave: tuple[float, float] | None = None
        self._pictures: dict[str, Picture] = {}
        self._awaited: dict[str, Order] = {}
        self._overviewed = QElapsedTimer()
        self._view: Viewpoint | None = None
        self._box = QRectF()
        self._room = Darkroom(self)
        self._room.done.connect(self._on_done)
        self._room.warm.connect(self.warm)
        self._moved = False
        motion.rested.connect(self._on_rest)
        self._warming = QTimer(self)
        self._warming.setSingleShot(True)
        self._warming.setInterval(WARM_UP_MS)
        self._warming.timeout.connect(self._room.warm_up)
        self.setZValue(1)

    # What it shows

    def show_strokes(self, strokes: Sequence[Strokes], others: bool) -> None:
        """Show these connections; the picture before stays until theirs is there, but where they are
        ``others`` than before."""
        self._strokes[ALL] = self._strokes[WHOLE] = tuple(strokes)
        if others:
            self._forget()
            box = QRectF()
            for stroke in strokes:
                left, top, right, bottom = stroke.bundle.bounds()
                box = box.united(QRectF(left, top, max(right - left, 1.0), max(bottom - top, 1.0)))
            self.prepareGeometryChange()
            self._box = box.adjusted(-6, -6, 6, 6)
        self._renew(ALL)

    def light(self, strokes: Sequence[Strokes]) -> None:
        """Light these connections and dim the rest; none: all alike."""
        if not strokes and not self._strokes[LIT]:
            return
        self._strokes[LIT] = tuple(strokes)
        if not strokes:
            self._cancel(LIT)
            self._pictures.pop(LIT, None)
        self._renew(LIT)

    def mark(self, kind: str, strokes: Sequence[Strokes], token: str = "accent") -> None:
        """Show these connections once more above all, in one colour; none: none of this kind."""
        if not strokes:
            if self._tokens.pop(kind, None) is not None:
                self._cancel(kind)
                del self._strokes[kind]
                self._pictures.pop(kind, None)
                self.update()
            return
        self._tokens[kind], self._strokes[kind] = token, tuple(strokes)
        self._renew(kind)

    @property
    def _seen(self) -> tuple[str, ...]:
        """The kinds whose pictures follow the view."""
        return ALL, LIT, *self._tokens

    def flow(self, strokes: Sequence[Strokes]) -> None:
        """What a wave will show of each connection: what flows through it."""
        self._strokes[FLOWING] = tuple(strokes)
        self._order_flow()

    def set_wave(self, x: float | None, reach: float) -> None:
        """Where the wave is, and how far it is seen to both sides; None: nowhere."""
        wave = None if x is None else (x, reach)
        if wave != self._wave:
            self._wave = wave
            self.update()

    def _order_flow(self) -> None:
        """A wave shows what flows where it can be drawn before the wave is over; in the largest
        networks the connections themselves."""
        view, strokes = self._view, self._strokes[FLOWING]
        self._forget_flow()
        if view is None or not strokes or not kernel_ready():
            return
        order = self._order_from(FLOWING, view)
        if _quick(strokes, view):
            if (picture := take_picture(order)) is not None:
                self._pictures[FLOWING] = picture
        elif cost(strokes, view) <= IN_TIME and order.view.columns * order.view.rows:
            self._awaited[FLOWING] = order
            self._room.order(FLOWING, order)

    def _forget_flow(self) -> None:
        self._cancel(FLOWING)
        self._pictures.pop(FLOWING, None)

    def warm_up(self) -> None:
        """Have the compiled kernel fetched soon, if it is not there: the window is painted first."""
        if not kernel_ready() and not self._warming.isActive():
            self._warming.start()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for kind in (WHOLE, *self._seen):
            self._renew(kind)

    def _forget(self) -> None:
        for kind in (WHOLE, FLOWING, *self._seen):
            self._cancel(kind)
        for kind in list(self._tokens):
            self.mark(kind, ())
        self._pictures.clear()
        self._overviewed.invalidate()

    def _cancel(self, kind: str) -> None:
        self._room.cancel(kind)
        self._awaited.pop(kind, None)

    @property
    def is_exact(self) -> bool:
        """Whether what is seen is what was asked for last."""
        return not (self._awaited.keys() & set(self._seen)) and not self._moved

    @property
    def shows_flow(self) -> bool:
        """Whether a wave shows what flows through each connection."""
        return FLOWING in self._pictures

    @property
    def overview(self) -> Picture | None:
        """A small picture of all connections, where there is one."""
        return self._pictures.get(WHOLE)

    @property
    def box(self) -> QRectF:
        """What all connections cover, in the scene."""
        return self._box

    # Ordering pictures

    def _renew(self, kind: str) -> None:
        """What was drawn of this kind is no longer true."""
        if self._view is not None and not self._moved:
            self._order(kind)
        self.update()

    def _wait_for_rest(self) -> None:
        """Draw anew when the view has not moved for a moment."""
        self._moved = True
        self._motion.go_on()

    def _on_rest(self) -> None:
        if not self._moved:
            return
        self._moved = False
        for kind in self._seen:
            self._order(kind)
        if self._wave is not None:
            self._order_flow()

    def _order(self, kind: str) -> None:
        """Have the picture of a kind drawn from where the view is now."""
        if self._view is None or not self._strokes[kind]:
            return
        if kind == WHOLE:
            order = self._order_from(kind, whole_of(self._box, OVERVIEW), 0)
        else:
            order = self._order_from(kind, self._view)
        if order.view.columns * order.view.rows == 0:
            # Nothing of it is in view.
            self._cancel(kind)
            self._pictures.pop(kind, None)
            return
        if kind == WHOLE or not _quick(order.strokes, order.view):
            self._awaited[kind] = order
            self._room.order(kind, order)
            return
        self._cancel(kind)
        picture = take_picture(order)
        if picture is not None:
            self._show(kind, picture)

    def _order_from(self, kind: str, view: Viewpoint, spare: float = MARGIN) -> Order:
        part = cropped(view, self._box, round(spare * view.pixel))
        return Order(self._strokes[kind], part, self._inks(kind))

    def _on_done(self, kind: str, picture: Picture) -> None:
        # On its way it may have been cancelled.
        if kind in self._awaited:
            if self._awaited[kind] is picture.order:
                del self._awaited[kind]
            self._show(kind, picture)

    def _show(self, kind: str, picture: Picture) -> None:
        self._keep(kind, picture)
        self.update()
        if self.is_exact:
            self.exact_shown.emit()

    def _keep(self, kind: str, picture: Picture) -> None:
        self._pictures[kind] = picture
        if kind == ALL and (not self._overviewed.isValid() or self._overviewed.elapsed() > OLD_MS):
            self._overviewed.start()
            self._order(WHOLE)

    def _inks(self, kind: str) -> Array:
        token = self._tokens.get(kind)
        tokens = ("positive", "secondary", "negative") if token is None else (token,) * 3
        colors = [self._theme.color(token) for token in tokens]
        return np.array([(c.red(), c.green(), c.blue()) for c in colors], dtype=np.float32)

    # Painting

    def boundingRect(self) -> QRectF:
        return self._box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if not self._strokes[ALL]:
            return
        view = viewpoint_of(painter)
        if widget is None:
            self._paint_elsewhere(painter, view)
            return
        if view != self._view:
            self._move_to(view)
        dimmed = bool(self._strokes[LIT])
        if dimmed:
            painter.setOpacity(DIMMED)
        self._paint_all(painter, view)
        if dimmed:
            painter.setOpacity(1.0)
            paint_picture(painter, view, self._pictures.get(LIT))
        for kind in self._tokens:
            paint_picture(painter, view, self._pictures.get(kind))
        if self._wave is not None:
            self._paint_wave(painter, view, *self._wave)

    def _move_to(self, view: Viewpoint) -> None:
        """The view looks from elsewhere: move what was drawn, or scale it while the view zooms; where
        that shows too little, draw at once if that is quick, or else when the view rests."""
        self._view = view
        for kind in self._seen:
            strokes, picture = self._strokes[kind], self._pictures.get(kind)
            if not strokes or (kind not in self._awaited and suits(picture, view, self._box)):
                continue
            # What is being drawn would be seen for a moment only.
            self._cancel(kind)
            if _quick(strokes, view) and self._is_due(picture, view):
                self._motion.take_turn()
                # A picture made while the view zooms is seen for a moment only.
                spare = MARGIN if picture is None or picture.view.scale == view.scale else 0
                if (taken := take_picture(self._order_from(kind, view, spare))) is not None:
                    self._keep(kind, taken)
                if not spare:
                    self._wait_for_rest()
            elif self._pictures:
                self._wait_for_rest()
            else:
                self._order(kind)
        flowing = self._pictures.get(FLOWING)
        if FLOWING in self._awaited or (
            flowing is not None and not suits(flowing, view, self._box)
        ):
            self._forget_flow()
            self._wait_for_rest()

    def _is_due(self, picture: Picture | None, view: Viewpoint) -> bool:
        """Whether a picture cannot stand in any longer for what this view shows."""
        if picture is None or not self._motion.moving:
            return True
        stretched = max(view.scale / picture.view.scale, picture.view.scale / view.scale)
        due = stretched == 1.0 or stretched > STRETCH
        return stretched > FAR or (due and self._motion.turn_is_free)

    def _paint_all(self, painter: QPainter, view: Viewpoint) -> None:
        """All connections; where the last picture does not reach, as they are in that of the whole."""
        picture, whole = self._pictures.get(ALL), self._pictures.get(WHOLE)
        paint_picture(painter, view, picture)
        if whole is None or suits(picture, view, self._box):
            return
        painter.save()
        if picture is not None:
            rest = QPainterPath()
            rest.addRect(self._box)
            inner = QPainterPath()
            inner.addRect(picture.scene_rect)
            painter.setClipPath(rest.subtracted(inner), Qt.ClipOperation.IntersectClip)
        paint_picture(painter, view, whole)
        painter.restore()

    def _paint_wave(self, painter: QPainter, view: Viewpoint, x: float, reach: float) -> None:
        """What flows, in place of the weights: clearest in the middle of the wave. Where it was not
        drawn, the connections once more, which makes them stronger."""
        flowing = self._pictures.get(FLOWING)
        painter.save()
        for share in BAND:
            half = share * reach
            stripe = QRectF(x - half, self._box.top(), 2 * half, self._box.height())
            painter.setClipRect(stripe, Qt.ClipOperation.IntersectClip)
            painter.setOpacity(0.5)
            if flowing is not None:
                painter.fillRect(stripe, self._theme.color("surface"))
                painter.setOpacity(0.75)
            paint_picture(painter, view, flowing or self._pictures.get(ALL))
        painter.restore()

    def _paint_elsewhere(self, painter: QPainter, view: Viewpoint) -> None:
        """For a file or a printer: exact and at once."""
        for kind in self._seen:
            if self._strokes[kind]:
                paint_picture(painter, view, take_picture(self._order_from(kind, view)))


def _quick(strokes: Sequence[Strokes], view: Viewpoint) -> bool:
    """Whether drawing takes so little time that nobody has to wait for it."""
    return kernel_ready() and cost(strokes, view) <= INSTANT
