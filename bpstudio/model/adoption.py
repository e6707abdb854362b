"""Other data for a project: what becomes of its network, its output and its loss, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Dataset
from bpstudio.model.editing import adopt_dataset, set_activation
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.project import Project
from bpstudio.model.proposal import Proposal, proposal


@dataclass(frozen=True)
class Wish:
    """What people want of the network: its hidden layers kept, and the output's activation and the loss;
    None where the data decide."""

    keep: bool = False
    activation: str | None = None
    loss: str | None = None


@dataclass(frozen=True)
class Adoption:
    """The project with the other data; ``reason`` says why its output and loss are as they are."""

    project: Project
    reason: str


def adopt(
    project: Project, dataset: Dataset, wish: Wish, proposed: Proposal | None = None
) -> Adoption:
    """Give a project other data, and a network that suits them, with new starting weights.

    ``proposed`` (None: what the data suggest) decides what ``wish`` leaves open. The input and output
    layers get the sizes that the data need in any case.
    """
    proposed = proposal(dataset) if proposed is None else proposed
    after = adopt_dataset(project, dataset, proposed, wish.keep)
    output = after.topology.output
    activation = wish.activation or output.activation
    loss = wish.loss or after.config.loss
    if wish.loss is None and not suits(activation, loss):
        loss = next(name for name in LOSSES if suits(activation, name))
    if (activation, loss) == (output.activation, after.config.loss):
        kept = output.activation != proposed.topology.output.activation
        return Adoption(after, _kept(activation, loss) if kept else proposed.reason)
    topology = after.topology.with_activation(output.id, activation)
    config = replace(after.config, loss=loss)
    after = replace(after, config=config).with_new_weights(topology)
    return Adoption(after, _chosen(activation, loss))


def with_settings(
    project: Project, config: TrainingConfig, proposed: Proposal | None = None
) -> Project:
    """Other settings; with a proposal the output layer gets its activation too, and what was learned
    stays."""
    if proposed is not None and len(project.topology.layers) > 1:
        activation = proposed.topology.output.activation
        project = set_activation(project, [project.topology.output.id], activation)
    return project.with_config(config)


def suits(activation: str, loss: str) -> bool:
    """Whether a loss can be used behind an output activation."""
    try:
        LOSSES[loss].check_output(activation, "output")
    except ValueError:
        return False
    return True


def _kept(activation: str, loss: str) -> str:
    return (
        f"The output stays {ACTIVATIONS[activation].label} with the {LOSSES[loss].label}: "
        "it suits these data."
    )


def _chosen(activation: str, loss: str) -> str:
    return f"Your choice: {ACTIVATIONS[activation].label} outputs with the {LOSSES[loss].label}."
