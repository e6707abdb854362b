"""Where the files that ship with bpstudio are."""

from __future__ import annotations

from pathlib import Path

from bpstudio.files.errors import FileError

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder: ``resource("samples", "iris.csv")``.

    An installed wheel has the resources inside the package, a checkout beside it. FileError if the
    file is in neither place.
    """
    for root in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileError(
        f"'{'/'.join(parts)}' is missing from this installation: install bpstudio again."
    )
