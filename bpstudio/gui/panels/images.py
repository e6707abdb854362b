"""Arrays of colours as images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from bpstudio.model.arrays import FloatArray


def rgb_image(colors: FloatArray) -> QImage:
    """An image of its own from (rows, columns, 3) uint8."""
    rows, columns = colors.shape[:2]
    data = np.ascontiguousarray(colors, dtype=np.uint8)
    # The image would share the array's memory, which nobody keeps: copy.
    return QImage(data.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
