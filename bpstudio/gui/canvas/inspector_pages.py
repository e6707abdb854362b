"""The pages of the inspector: each shows one kind of selection and edits it by the editor."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from bpstudio.explain.slope import bias_position, weight_position
from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.gradient_label import GradientLabel
from bpstudio.gui.canvas.inspector_fields import Page
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.settings import ChoiceControl
from bpstudio.gui.widgets import exact_text, secondary_label
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.initialise import INITIALISERS
from bpstudio.model.project import Project
from bpstudio.model.words import counted

LEAST_CHOICE = 84
INITIALISER_CHOICES = {"": "as all layers", **{n: x.label for n, x in INITIALISERS.items()}}
"""Labels of what a layer's initialiser can be, by name."""
MIXED = ""
"""What a field shows where the selected layers differ."""


class EmptyPage(Page):
    """Nothing selected: what can be done."""

    weak_requested = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._words = FittingLabel("Click a layer, a neuron or a connection to change it here.")
        self.row.addWidget(self._words, 1)
        self._cut = self.add_button(
            "cutWeakButton",
            "Cut weak connections…",
            "Prune the connections whose weights are small (Ctrl+Shift+W)",
            self.weak_requested.emit,
        )

    def show_selection(self, project: Project, selection: Selection) -> None:
        super().show_selection(project, selection)
        # On an empty canvas there is nothing to click; the canvas says how to begin.
        self._words.setVisible(bool(project.topology.layers))
        self._cut.setVisible(project.topology.connection_count > 0)


class LayersPage(Page):
    """Name, size, activation, initialiser, frozen and biases of the layers selected."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self.name = self.add_field("layerNameEdit", "Name", "What this layer is called (F2)", 118)
        self.size_edit = self.add_field(
            "layerSizeEdit",
            "Size",
            "How many neurons: type it here, or on the canvas as + and −",
            48,
        )
        labels = {name: activation.label for name, activation in ACTIVATIONS.items()}
        self.activation = self._choice(
            "layerActivationBox", "Activation", "Activation of this layer", labels
        )
        self.initialiser = self._choice(
            "layerInitialiserBox",
            "Initialiser",
            "How starting weights into this layer are drawn",
            INITIALISER_CHOICES,
        )
        self.frozen = self.add_box(
            "layerFrozenBox", "frozen", "Training changes nothing that leads into this layer"
        )
        self.bias = self.add_box(
            "layerBiasBox", "biases", "Without them, the biases of this layer are 0 and stay 0"
        )
        self.row.addStretch(1)
        self.name.entered.connect(self._on_name)
        self.size_edit.entered.connect(self._on_size)
        self.activation.chosen.connect(self._on_activation)
        self.initialiser.chosen.connect(self._on_initialiser)
        self.frozen.clicked.connect(self._on_frozen)
        self.bias.clicked.connect(self._on_bias)

    def _choice(self, name: str, label: str, help: str, choices: dict[str, str]) -> ChoiceControl:
        box = ChoiceControl(choices)
        box.setObjectName(name)
        box.setAccessibleName(label)
        box.setToolTip(help)
        box.setMaximumWidth(128)
        box.setMinimumWidth(LEAST_CHOICE)
        self.row.addWidget(box)
        return box

    def show_selection(self, project: Project, selection: Selection) -> None:
        super().show_selection(project, selection)
        topology = project.topology
        layers = [x for x in topology.layers if x.id in selection.layers]
        only_hidden = topology.layers[0] not in layers
        one = layers[0] if len(layers) == 1 else None
        self.name.setEnabled(one is not None)
        self.name.show_value(one.name if one is not None else MIXED)
        self.name.setPlaceholderText(
            topology.label(one.id) if one is not None else f"{len(layers)} layers"
        )
        sizes = {x.size for x in layers}
        self.size_edit.show_value(str(layers[0].size) if len(sizes) == 1 else MIXED)
        for box, values in (
            (self.activation, {x.activation for x in layers}),
            (self.initialiser, {x.initialiser for x in layers}),
        ):
            # The input has none of these: it computes nothing.
            box.setVisible(only_hidden)
            box.setEnabled(only_hidden)
            if len(values) == 1 and only_hidden:
                box.show_value(values.pop())
            else:
                box.setCurrentIndex(-1)
        for check, flags in (
            (self.frozen, [x.frozen for x in layers]),
            (self.bias, [x.bias for x in layers]),
        ):
            check.setVisible(only_hidden)
            check.setEnabled(only_hidden)
            check.setChecked(only_hidden and all(flags))

    def _on_name(self, name: str) -> None:
        self.editor.set_options(self.selection.layers, name=name[:80])

    def _on_size(self, text: str) -> None:
        self.editor.resize_to(self.selection.layers, text)

    def _on_activation(self, name: str) -> None:
        self.editor.set_activation(self.selection.layers, name)
        # What was refused must not stay in view.
        self.show_selection(self.editor.document.project, self.selection)

    def _on_initialiser(self, name: str) -> None:
        self.editor.set_options(self.selection.layers, initialiser=name)

    def _on_frozen(self, checked: bool) -> None:
        self.editor.set_options(self.selection.layers, frozen=checked)

    def _on_bias(self, checked: bool) -> None:
        self.editor.set_options(self.selection.layers, bias=checked)


class ParameterPage(Page):
    """A page with one parameter's value and its gradient on the training rows."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self.title = self.add_title()
        self.gradient = GradientLabel()

    def show_gradient(self, project: Project, position: int | None, symbol: str) -> None:
        """The slope of the loss along the parameter at a position of the vector; None: there is none."""
        self.gradient.setVisible(position is not None)
        if position is not None:
            moving = project is not self.editor.document.project
            self.gradient.show_parameter(project, position, symbol, moving)


class NeuronPage(ParameterPage):
    """Neurons selected alone."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self.bias = self.add_field(
            "neuronBiasEdit", "bias", "The neuron's bias: type another (F2)", 96
        )
        self.row.addWidget(self.gradient, 1)
        self._delete = self.add_button(
            "deleteNeuronButton",
            "Delete neuron",
            "It takes only its own weights (Delete)",
            self._on_delete,
        )
        self.bias.entered.connect(self._on_bias)

    def show_selection(self, project: Project, selection: Selection) -> None:
        super().show_selection(project, selection)
        topology, count = project.topology, len(selection.neurons)
        layer, k = selection.neuron or min(selection.neurons)
        one = count == 1 and topology.position(layer) > 0
        label = topology.neuron_label(layer, k)
        self.title.setText(label if count == 1 else counted(count, "neuron"))
        self.bias.setEnabled(one and topology.layer(layer).bias)
        self._delete.setText("Delete neuron" if count == 1 else f"Delete {count} neurons")
        self.bias.show_value(exact_text(project.network.biases[layer][k]) if one else MIXED)
        there = one and topology.layer(layer).bias
        self.show_gradient(project, bias_position(topology, layer, k) if there else None, "b")

    def _on_bias(self, text: str) -> None:
        value = self.number(text)
        if value is not None and self.selection.neuron is not None:
            self.editor.set_bias(self.selection.neuron, value)

    def _on_delete(self) -> None:
        self.editor.delete(self.selection)


class LinksPage(Page):
    """Whole links."""

    weak_requested = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self.title = self.add_title()
        self._count = secondary_label()
        self.row.addWidget(self._count)
        self.row.addStretch(1)
        self.locked = self.add_box(
            "linkLockedBox",
            "locked",
            "Training keeps the weights of these connections (F2 leads here)",
        )
        self.locked.clicked.connect(self._on_locked)
        self.add_button(
            "restoreLinkButton",
            "Restore all",
            "Bring back pruned connections, at 0 (Shift+X)",
            self._on_restore,
        )
        self.add_button(
            "cutWeakHereButton",
            "Cut weak…",
            "Prune connections whose weights are small (Ctrl+Shift+W)",
            self.weak_requested.emit,
        )

    def show_selection(self, project: Project, selection: Selection) -> None:
        super().show_selection(project, selection)
        topology = project.topology
        links = [topology.link(*key) for key in sorted(selection.links)]
        source, target = links[0].key
        several = f"{len(links)} links"
        name = f"{topology.label(source)} → {topology.label(target)}"
        self.title.setText(name if len(links) == 1 else several)
        whole = sum(project.network.weights[x.key].size for x in links)
        gone = sum(0 if x.mask is None else int((~x.mask).sum()) for x in links)
        there = f"{whole - gone:,} of {whole:,} connections" if gone else f"{whole:,} connections"
        self._count.setText(there)
        held = sum(0 if x.locked is None else int(x.locked.sum()) for x in links)
        self.locked.setCheckState(
            Qt.CheckState.Checked
            if held and held == whole - gone
            else Qt.CheckState.PartiallyChecked
            if held
            else Qt.CheckState.Unchecked
        )

    def _on_locked(self, checked: bool) -> None:
        self.editor.lock(self.selection, checked)

    def _on_restore(self) -> None:
        self.editor.restore(self.selection)


class ConnectionPage(ParameterPage):
    """One connection."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self.weight = self.add_field(
            "weightEdit", "w", "The connection's weight: type another (F2)", 96
        )
        self.row.addWidget(self.gradient, 1)
        self.locked = self.add_box("weightLockedBox", "locked", "Training keeps this weight")
        self.cut = self.add_button("cutConnectionButton", "Cut", "", self._on_cut)
        self.weight.entered.connect(self._on_weight)
        self.locked.clicked.connect(self._on_locked)

    def show_selection(self, project: Project, selection: Selection) -> None:
        super().show_selection(project, selection)
        if selection.connection is None:
            return
        topology = project.topology
        source, i, target, j = selection.connection
        self.title.setText(topology.connection_label(source, i, target, j))
        link = topology.link(source, target)
        pruned = link.is_pruned(i, j)
        self.weight.setEnabled(not pruned)
        weight = project.network.weights[source, target][j, i]
        self.weight.show_value("pruned" if pruned else exact_text(weight))
        self.locked.setEnabled(not pruned)
        self.locked.setChecked(link.is_locked(i, j))
        self.cut.setText("Restore" if pruned else "Cut")
        self.cut.setToolTip(
            "Bring the connection back, at 0 (Shift+X)"
            if pruned
            else "Prune the connection: its weight is 0 and stays 0 (X)"
        )
        position = weight_position(topology, source, i, target, j)
        self.show_gradient(project, None if pruned else position, "w")

    @property
    def _alone(self) -> Selection:
        return Selection(connection=self.selection.connection)

    def _on_weight(self, text: str) -> None:
        value = self.number(text)
        if value is not None and self.selection.connection is not None:
            self.editor.set_weight(self.selection.connection, value)

    def _on_locked(self, checked: bool) -> None:
        self.editor.lock(self._alone, checked)

    def _on_cut(self) -> None:
        if self.cut.text() == "Restore":
            self.editor.restore(self._alone)
        else:
            self.editor.cut(self._alone)
