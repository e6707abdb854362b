"""The way that a reader has taken from a weight down to where its numbers come from."""

from __future__ import annotations

from dataclasses import dataclass

from bpstudio.explain.keys import StepKey


@dataclass(frozen=True)
class Trail:
    """The steps looked at, one after the other; the first is the weight's own, the last is shown."""

    keys: tuple[StepKey, ...] = ()

    @property
    def here(self) -> StepKey | None:
        return self.keys[-1] if self.keys else None

    def to(self, key: StepKey) -> Trail:
        """One step further; a step that was passed already is gone back to."""
        if key in self.keys:
            return Trail(self.keys[: self.keys.index(key) + 1])
        return Trail((*self.keys, key))

    def back(self) -> Trail:
        """One step back, at most to the first."""
        return Trail(self.keys[:-1]) if len(self.keys) > 1 else self

    def at_sample(self, sample: int) -> Trail:
        """The same way through another row."""
        return Trail(
            tuple(key._replace(sample=sample) if key.sample >= 0 else key for key in self.keys)
        )
