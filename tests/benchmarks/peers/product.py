"""The ceiling for large batches: the matrix products that training needs, and nothing else."""

from __future__ import annotations

import numpy as np

from bpstudio.model.arrays import IntArray
from tests.benchmarks.works import Work

SMALLEST = 128
"""Below this many rows for each update the products are not where the time goes."""


class Product:
    """W x of (22), W^T delta of (26) but for the first layer, delta x^T of (23), each with ``out=``."""

    name = "matrix product"
    loss = ""

    def __init__(self, work: Work) -> None:
        rng = np.random.default_rng(0)
        rows, sizes = work.batch, work.sizes
        self._batch = rows
        values = [rng.random((rows, size)).astype(work.dtype) for size in sizes]
        vector = work.start()
        self._products = []
        for k, block in enumerate(work.topology.blocks):
            link = block.incoming[0]
            W = vector[link.start : link.stop].reshape(link.shape)
            below, above = values[k], values[k + 1]
            self._products.append((below, W.T, np.empty_like(above)))
            self._products.append((above.T, below, np.empty_like(W)))
            if k > 0:
                self._products.append((above, W, np.empty_like(below)))

    def prepare(self, order: IntArray) -> None:
        self._updates = len(order) // self._batch

    def reset(self) -> None:
        """It keeps nothing."""

    def advance(self) -> None:
        for _ in range(self._updates):
            for left, right, out in self._products:
                np.matmul(left, right, out=out)

    def parameters(self) -> None:
        return None


def make(work: Work) -> list[Product]:
    return [Product(work)] if work.batch >= SMALLEST else []
