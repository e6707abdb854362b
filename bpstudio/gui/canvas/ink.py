"""How much ink a connection gets: width and opacity by the magnitude of its weight, colour by its sign.

Magnitudes are shares of a stated scale, which a legend on the canvas tells. Where many connections lie
over each other each gets less, so that the strong ones can still be told from the sea of the weak.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import FloatArray

FEW = 60.0
"""Up to this many connections each has its full ink."""
LEAST_WIDTH, MORE_WIDTH = 0.7, 5.3
LEAST_OPACITY, LEAST_IN_CROWD = 0.3, 0.02
CROWDED = 1.5
"""Power of ten of the connections per pixel that make a full crowd."""
KNEE = 0.6
"""Ink up to this much darkens evenly; what is laid over it counts less and less."""
SEA = 0.55
"""How dark, on average, connections may become where they lie close."""
DIMMED = 0.2
"""Opacity of connections that are not looked at."""
MARK_WIDTH, MARK_OPACITY = 2.0, 0.9


@dataclass(frozen=True)
class Pen:
    """How the connections of one link are drawn, from their shares of the scale, 0 to 1.

    ``count`` is how many there are, ``density`` how many cross a scene pixel in the middle of the link.
    """

    count: int
    density: float

    @property
    def thin(self) -> float:
        """1 for few connections, less for many."""
        return max(0.2, min(1.0, math.pow(FEW / max(self.count, 1), 0.25)))

    @property
    def crowding(self) -> float:
        """0 where connections lie apart, 1 where tens of them cross a pixel."""
        return min(1.0, max(0.0, math.log10(max(self.density, 1e-9)) / CROWDED))

    def widths(self, shares: FloatArray) -> FloatArray:
        """Widths in scene pixels."""
        widths: FloatArray = (LEAST_WIDTH + MORE_WIDTH * shares) * self.thin
        return widths

    def opacities(self, shares: FloatArray) -> FloatArray:
        """Opacities of single connections, 0 to 1. In a crowd the weak ones step back."""
        crowding = self.crowding
        least = LEAST_OPACITY * (1 - crowding) + LEAST_IN_CROWD * crowding
        strength = 0.55 + 0.45 * self.thin
        opacities: FloatArray = (least + (1 - least) * shares ** (1 + crowding)) * strength
        return opacities

    def exposure(self, ink: FloatArray) -> float:
        """What to multiply ink (width times depth of each connection) with, so that a crowd keeps
        within SEA on average."""
        mean = self.density * float(ink.sum()) / max(self.count, 1)
        return min(1.0, SEA / mean) if mean > 0 else 1.0


@dataclass(frozen=True)
class Marker(Pen):
    """A pen for connections that are marked: none is fainter than another."""

    def widths(self, shares: FloatArray) -> FloatArray:
        """See ``Pen``."""
        return np.full(shares.shape, MARK_WIDTH * self.thin)

    def opacities(self, shares: FloatArray) -> FloatArray:
        """See ``Pen``."""
        return np.full(shares.shape, MARK_OPACITY)


def shares(weights: FloatArray, scale: float) -> FloatArray:
    """Magnitudes of weights as shares of the scale, 0 to 1; 0 for what is no number."""
    sizes = np.nan_to_num(np.abs(weights), nan=0.0, posinf=scale)
    result: FloatArray = np.minimum(sizes / (scale if scale > 0 else 1.0), 1.0)
    return result


def depth_of(opacity: FloatArray) -> FloatArray:
    """How much ink makes this opacity, where nothing else is."""
    beyond = KNEE - (1 - KNEE) * np.log(np.maximum(1 - opacity, 1e-3) / (1 - KNEE))
    depths: FloatArray = np.where(opacity <= KNEE, opacity, beyond)
    return depths


def opacity_of(depth: FloatArray) -> FloatArray:
    """How opaque this much ink is: the inverse of ``depth_of``."""
    beyond = 1 - (1 - KNEE) * np.exp(-(np.maximum(depth, KNEE) - KNEE) / (1 - KNEE))
    opacities: FloatArray = np.where(depth <= KNEE, depth, beyond)
    return opacities
