"""``bpstudio`` and ``python -m bpstudio``: hands what needs a window to gui, the rest to cli."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Before NumPy is loaded: a product of matrices on all cores would take them from the run and from the
# window at once, and its sums would come out differently on machines with more of them.
for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")

from bpstudio.cli.main import main as run  # noqa: E402
from bpstudio.cli.options import Window  # noqa: E402
from bpstudio.model.project import Project  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; Qt is loaded only where a window is opened or drawn."""
    return run(sys.argv[1:] if argv is None else argv, Window(_open, _draw))


def _open(project: Project | None, path: Path | None) -> int:
    try:
        from bpstudio.gui.app import run_app  # noqa: PLC0415
    except ImportError as error:
        raise OSError(_without_qt(error)) from None
    return run_app(project, path)


def _draw(project: Project, out: Path, size: tuple[int, int], theme: str, scale: int) -> None:
    # Qt reads these when it is loaded. A desktop's own scale must not change the picture.
    os.environ["QT_SCALE_FACTOR"] = str(scale)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from bpstudio.gui.app import draw_window  # noqa: PLC0415
    except ImportError as error:
        raise OSError(_without_qt(error)) from None
    draw_window(project, out, size, theme)


def _without_qt(error: ImportError) -> str:
    if "bpstudio" in (error.name or ""):
        raise error
    return (
        f"Qt cannot be loaded ({error}): install what it needs; "
        "python3 dev.py setup names the system's packages."
    )


if __name__ == "__main__":
    sys.exit(main())
