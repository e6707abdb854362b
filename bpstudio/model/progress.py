"""What a run needs to remember so that it can be cut anywhere: of its schedule and of early stopping."""

from __future__ import annotations

from dataclasses import dataclass

from bpstudio.model.arrays import FloatArray, frozen


@dataclass(frozen=True, slots=True)
class Plateau:
    """Where "reduce on plateau" stands: the learning rate it came to from ``base``, the best loss, the
    epochs waited since, and the loss it saw last."""

    base: float
    rate: float
    best: float
    waited: int
    last: float


@dataclass(frozen=True, eq=False)
class Best:
    """The weights with the best validation loss so far, (parameters,), and their epoch."""

    epoch: int
    parameters: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", frozen(self.parameters))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Best):
            return NotImplemented
        return (self.epoch, self.parameters.tobytes()) == (other.epoch, other.parameters.tobytes())

    __hash__ = None  # type: ignore[assignment]
