"""What a row of the app says: one figure with its target."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A number in ``unit``; ``least`` or ``most`` is its target, if it has one."""

    row: str
    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether the target was reached; None without one."""
        if self.least is not None:
            return self.value >= self.least
        return None if self.most is None else self.value <= self.most

    @property
    def target(self) -> str:
        """The target for people; "" where there is none."""
        if self.least is not None:
            return f"at least {self.least:g} {self.unit}"
        return "" if self.most is None else f"at most {self.most:g} {self.unit}"

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "target": self.target, "held": self.held}
