"""Running commands in this process, and looking at what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bpstudio.__main__ import main
from bpstudio.files.resources import resource

IRIS = str(resource("samples", "iris.csv"))


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What is on standard output, which must be one JSON object and nothing else."""
        return json.loads(self.out)


class Shell:
    """Runs commands in a folder of its own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *words: object) -> Answer:
        self._capture.readouterr()
        code = main([str(word) for word in words])
        captured = self._capture.readouterr()
        return Answer(code, captured.out, captured.err)

    def done(self, *words: object) -> Answer:
        """Run what must succeed."""
        answer = self(*words)
        assert answer.code == 0, answer.err
        return answer

    def refused(self, *words: object) -> str:
        """Run what must be refused, with one sentence on standard error and nothing else."""
        answer = self(*words)
        assert (answer.code, answer.out) == (2, "")
        lines = answer.err.splitlines()
        assert len(lines) == 1 and lines[0].startswith("bpstudio: ") and lines[0].endswith(".")
        assert "Traceback" not in answer.err
        return lines[0].removeprefix("bpstudio: ")
