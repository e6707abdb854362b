"""bpstudio: draw a neural network, train it by back-propagation, see why every weight changes.

The public names are found when they are first used, so that a part costs nothing to those who do not
need it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpstudio.engines.reference import gradient
    from bpstudio.explain.derivation import explain
    from bpstudio.files.exporters import export
    from bpstudio.files.project_file import load, save
    from bpstudio.files.samples import sample
    from bpstudio.files.tables import load_table
    from bpstudio.model.config import TrainingConfig
    from bpstudio.model.dataset import Dataset
    from bpstudio.model.network import Network
    from bpstudio.model.project import Project
    from bpstudio.model.topology import Topology
    from bpstudio.training.session import train

__version__ = "0.1.0"
__all__ = [
    "Dataset",
    "Network",
    "Project",
    "Topology",
    "TrainingConfig",
    "explain",
    "export",
    "gradient",
    "load",
    "load_table",
    "sample",
    "save",
    "train",
]

_HOMES = {
    "Dataset": "bpstudio.model.dataset",
    "Network": "bpstudio.model.network",
    "Project": "bpstudio.model.project",
    "Topology": "bpstudio.model.topology",
    "TrainingConfig": "bpstudio.model.config",
    "export": "bpstudio.files.exporters",
    "gradient": "bpstudio.engines.reference",
    "load": "bpstudio.files.project_file",
    "load_table": "bpstudio.files.tables",
    "sample": "bpstudio.files.samples",
    "save": "bpstudio.files.project_file",
    "train": "bpstudio.training.session",
}
"""``explain`` is not among them: as a package of that name it would be set over the function."""


def __getattr__(name: str) -> Any:
    if name == "explain":
        # A package that can be called, so that it does not matter who imports it first.
        return import_module("bpstudio.explain")
    if name not in _HOMES:
        raise AttributeError(f"module 'bpstudio' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
