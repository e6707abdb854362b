"""What a hand can do on the canvas: each gesture is a small class with move, end and cancel."""

from bpstudio.gui.canvas.gestures.band import RubberBand
from bpstudio.gui.canvas.gestures.base import Gesture
from bpstudio.gui.canvas.gestures.cut import Cut
from bpstudio.gui.canvas.gestures.draw import DrawLayer
from bpstudio.gui.canvas.gestures.link import LinkEnds
from bpstudio.gui.canvas.gestures.move import MoveLayers
from bpstudio.gui.canvas.gestures.pan import Pan
from bpstudio.gui.canvas.gestures.stretch import StretchLayer

__all__ = [
    "Cut",
    "DrawLayer",
    "Gesture",
    "LinkEnds",
    "MoveLayers",
    "Pan",
    "RubberBand",
    "StretchLayer",
]
