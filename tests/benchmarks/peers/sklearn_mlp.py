"""scikit-learn's MLPClassifier with logistic outputs, an epoch for each ``partial_fit``.

It has no squared error with sigmoid outputs; binary cross-entropy costs it the same.
"""

from __future__ import annotations

import numpy as np
from sklearn.neural_network import MLPClassifier

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.works import ADAM_EPSILON, Work


class ScikitLearn:
    name = "scikit-learn"
    loss = "binary_cross_entropy"

    def __init__(self, work: Work) -> None:
        self._work = work
        self._X, self._Y = work.data()

    def prepare(self, order: IntArray) -> None:
        self._rows = self._X[order], self._Y[order]

    def reset(self) -> None:
        work = self._work
        self._model = MLPClassifier(
            hidden_layer_sizes=work.sizes[1:-1],
            activation="logistic",
            solver=work.optimizer,
            alpha=0.0,
            batch_size=work.batch,
            learning_rate_init=work.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
            epsilon=ADAM_EPSILON,
        )
        # Made by its first update; then it gets the weights that everyone starts from.
        classes = np.arange(work.sizes[-1])
        self._model.partial_fit(self._X[: work.batch], self._Y[: work.batch], classes=classes)
        vector = work.start()
        for k, block in enumerate(work.topology.blocks):
            link = block.incoming[0]
            weights = vector[link.start : link.stop].reshape(link.shape)
            self._model.coefs_[k][:] = weights.T
            self._model.intercepts_[k][:] = vector[block.start : block.stop]
        del self._model._optimizer  # the next call makes one that has seen nothing

    def advance(self) -> None:
        self._model.partial_fit(*self._rows)

    def parameters(self) -> FloatArray:
        pairs = zip(self._model.coefs_, self._model.intercepts_, strict=True)
        return np.concatenate([a.ravel() for w, b in pairs for a in (w.T, b)])


def make(work: Work) -> list[ScikitLearn]:
    return [ScikitLearn(work)]
