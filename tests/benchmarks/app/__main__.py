"""``python -m tests.benchmarks.app WHAT SCENE SECONDS``: one row in this process, as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main() -> None:
    from tests.benchmarks.app import window

    what, scene, seconds = sys.argv[1:]
    window.use_two_cores()
    module = import_module(f"tests.benchmarks.app.{what}")
    figures = module.measure(getattr(window, scene), float(seconds))
    print(json.dumps([figure.data() for figure in figures]), flush=True)


if __name__ == "__main__":
    main()
