"""PyTorch as its users write it: eager, one Linear for each layer, an optimizer of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.works import ADAM_EPSILON, Work

OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {}),
    "adam": (torch.optim.Adam, {"eps": ADAM_EPSILON}),
}


class PyTorch:
    loss = "squared_error"

    def __init__(self, work: Work, name: str, options: dict[str, Any]) -> None:
        torch.set_num_threads(1)
        self.name = name
        self._work = work
        self._options = options
        self._X, self._Y = (torch.from_numpy(a) for a in work.data())

    def prepare(self, order: IntArray) -> None:
        batch, index = self._work.batch, torch.from_numpy(order)
        self._batches = list(
            zip(self._X[index].split(batch), self._Y[index].split(batch), strict=True)
        )

    def reset(self) -> None:
        vector, blocks = self._work.start(), self._work.topology.blocks
        self._linears = []
        layers: list[torch.nn.Module] = []
        for block in blocks:
            link = block.incoming[0]
            rows, columns = link.shape
            linear = torch.nn.Linear(columns, rows, dtype=self._X.dtype)
            with torch.no_grad():
                weights = vector[link.start : link.stop].reshape(link.shape)
                linear.weight.copy_(torch.from_numpy(weights))
                linear.bias.copy_(torch.from_numpy(vector[block.start : block.stop]))
            self._linears.append(linear)
            layers += [linear, torch.nn.Sigmoid()]
        self._model = torch.nn.Sequential(*layers)
        make_optimizer, options = OPTIMIZERS[self._work.optimizer]
        options = {**options, **self._options, "lr": self._work.learning_rate}
        self._optimizer = make_optimizer(self._model.parameters(), **options)

    def advance(self) -> None:
        model, optimizer, half = self._model, self._optimizer, 0.5 / self._work.batch
        for x, y in self._batches:
            optimizer.zero_grad()
            loss = (model(x) - y).square().sum() * half
            loss.backward()
            optimizer.step()

    def parameters(self) -> FloatArray:
        parts = [
            part.detach().numpy().ravel() for x in self._linears for part in (x.weight, x.bias)
        ]
        return np.concatenate(parts)


def make(work: Work) -> list[PyTorch]:
    """With its defaults, and with the one-pass optimizers it offers."""
    return [
        PyTorch(work, "PyTorch", {}),
        PyTorch(work, "PyTorch, fused optimizer", {"fused": True}),
    ]
