"""Long random sequences of edits, undone and redone: the same bytes at every depth.

By default 25 sequences of 500 steps each; ``HYPOTHESIS_PROFILE=explore`` makes 200 of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from bpstudio.explain.pruning import magnitudes, threshold_for
from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.document import Document
from bpstudio.model.dataset import Dataset
from bpstudio.model.editing import (
    fit_to_data,
    insert_layer,
    move_layers,
    set_shape,
    set_upward,
    tidy,
)
from bpstudio.model.fragment import Fragment
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import connect, prune, weak_connections

STEPS = 500
SEQUENCES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 25
MOST_LAYERS = 8
Step = Callable[[Editor, np.random.Generator], object]


def digest(project: Project) -> bytes:
    """Every byte that belongs to a project."""
    hasher = hashlib.sha256()
    for link in project.topology.links:
        for flags in (link.mask, link.locked):
            hasher.update(b"-" if flags is None else flags.tobytes())
    parts = (
        project.topology.layers,
        [link.key for link in project.topology.links],
        sorted(project.layout.items()),
        sorted(project.unfolded),
        project.upward,
        project.config,
        project.epoch,
        project.progress.position,
        sorted(project.progress.slots),
    )
    hasher.update(repr(parts).encode())
    for vector in (project.network.parameters, project.start, *project.progress.slots.values()):
        hasher.update(vector.tobytes())
    return hasher.digest()


def a_layer(editor: Editor, rng: np.random.Generator) -> str:
    layers = editor.topology.layers
    return layers[rng.integers(len(layers))].id


def a_link(editor: Editor, rng: np.random.Generator) -> tuple[str, str]:
    links = editor.topology.links
    return links[rng.integers(len(links))].key if links else ("", "")


def a_neuron(editor: Editor, rng: np.random.Generator) -> tuple[str, int]:
    layer = a_layer(editor, rng)
    return layer, int(rng.integers(editor.topology.layer(layer).size))


def a_connection(editor: Editor, rng: np.random.Generator) -> tuple[str, int, str, int]:
    source, target = a_link(editor, rng)
    sizes = editor.topology.layer(source).size, editor.topology.layer(target).size
    return source, int(rng.integers(sizes[0])), target, int(rng.integers(sizes[1]))


def draw(editor: Editor, rng: np.random.Generator) -> object:
    if len(editor.topology.layers) >= MOST_LAYERS:
        return delete(editor, rng)
    ids = [None, *(layer.id for layer in editor.topology.layers)]
    after = ids[rng.integers(len(ids))]
    size, keep = int(rng.integers(1, 6)), bool(rng.integers(2))
    return editor.edit("Draw", lambda p: insert_layer(p, size, after, (1.0, 2.0), keep))


def draw_between(editor: Editor, rng: np.random.Generator) -> object:
    """What a stroke does, between any two layers or at an end."""
    if len(editor.topology.layers) >= MOST_LAYERS:
        return delete(editor, rng)
    ids = [None, *(layer.id for layer in editor.topology.layers)]
    left, right = rng.choice(len(ids), size=2, replace=False)
    size, keep = int(rng.integers(1, 6)), bool(rng.integers(2))
    return editor.draw_layer(size, ids[left], ids[right], (3.0, 4.0), keep)


def delete(editor: Editor, rng: np.random.Generator) -> object:
    if len(editor.topology.layers) < 3:
        return draw(editor, rng)
    return editor.delete(Selection(frozenset({a_layer(editor, rng)})))


def paste(editor: Editor, rng: np.random.Generator) -> object:
    if len(editor.topology.layers) >= MOST_LAYERS:
        return delete(editor, rng)
    fragment = editor.copied(Selection(frozenset({a_layer(editor, rng)})))
    assert fragment is not None
    if rng.integers(2):
        fragment = Fragment.parse(fragment.text())
    return editor.paste(fragment, a_layer(editor, rng))


def learn(editor: Editor, rng: np.random.Generator) -> object:
    """What a run would keep: other weights, an epoch more, and the optimizer's memory."""
    project = editor.document.project
    vector = rng.normal(size=project.network.parameters.size)
    present = project.topology.present
    if present is not None:
        vector[~present] = 0.0
    progress = Progress(project.epoch + 1, 0, {"velocity": rng.normal(size=vector.size)})
    network = project.network.with_parameters(vector)
    editor.document.keep("Train", project.trained(network, progress, project.history))
    return None


def link(editor: Editor, rng: np.random.Generator) -> object:
    (source, i), (target, j) = a_neuron(editor, rng), a_neuron(editor, rng)
    whole = bool(rng.integers(2))
    ends = (source, None, target, None) if whole else (source, i, target, j)
    return editor.edit("Link", lambda p: connect(p, *ends))


def move(editor: Editor, rng: np.random.Generator) -> object:
    places = {x.id: tuple(rng.normal(size=2).tolist()) for x in editor.topology.layers}
    return editor.edit("Move", lambda p: move_layers(p, places))


def resized(editor: Editor, rng: np.random.Generator) -> object:
    layer, size = a_layer(editor, rng), int(rng.integers(1, 7))
    return editor.resize_to([layer], str(size))


def one_more_or_less(editor: Editor, rng: np.random.Generator) -> object:
    layers = [layer.id for layer in editor.topology.layers if rng.integers(2)]
    return editor.resize_by(layers, 1 if rng.integers(2) else -1)


def typed(editor: Editor, rng: np.random.Generator) -> object:
    """One digit, or two of which the first alone would leave a single neuron; then another number."""
    layers = [a_layer(editor, rng)]
    two = bool(rng.integers(2))
    for digit in "1" * two + str(rng.integers(3 if two else 7)):
        editor.sizing.type_digit(digit, layers)
    return editor.sizing.begin_anew()


def turned(editor: Editor, rng: np.random.Generator) -> object:
    """Small turns of the wheel, up and down."""
    layers = [a_layer(editor, rng)]
    for delta in rng.integers(-200, 200, size=4):
        editor.sizing.turn(int(delta), layers)
    return editor.sizing.begin_anew()


def cut_weak(editor: Editor, rng: np.random.Generator) -> object:
    """What the dialog with the slider does."""
    project = editor.document.project
    weak = weak_connections(project, threshold_for(magnitudes(project), rng.uniform(0, 0.3)))
    return editor.edit("Cut weak", lambda p: prune(p, weak))


def shaped(editor: Editor, rng: np.random.Generator) -> object:
    sizes = rng.integers(1, 6, size=rng.integers(2, 6))
    text = "-".join(map(str, sizes))
    return editor.edit("Shape", lambda p: set_shape(p, text))


def on_connection(act: Callable[[Editor, Selection], object]) -> Step:
    def step(editor: Editor, rng: np.random.Generator) -> object:
        if not editor.topology.links:
            return draw(editor, rng)
        if rng.integers(4) == 0:
            return act(editor, Selection(links=frozenset({a_link(editor, rng)})))
        return act(editor, Selection(connection=a_connection(editor, rng)))

    return step


STEPS_OF_ALL_KINDS: tuple[Step, ...] = (
    draw, draw, draw_between, draw_between, delete, delete, paste, learn, link, link, move, resized,
    one_more_or_less, typed, typed, turned, shaped, cut_weak,
    on_connection(lambda editor, chosen: editor.cut(chosen)),
    on_connection(lambda editor, chosen: editor.restore(chosen)),
    on_connection(lambda editor, chosen: editor.lock(chosen, True)),
    on_connection(lambda editor, chosen: editor.lock(chosen, False)),
    on_connection(lambda editor, chosen: editor.delete(chosen)),
    lambda editor, rng: editor.set_weight(a_connection(editor, rng), float(rng.normal()))
    if editor.topology.links
    else draw(editor, rng),
    lambda editor, rng: editor.fold(a_layer(editor, rng)),
    lambda editor, rng: editor.edit("Fit", fit_to_data),
    lambda editor, rng: editor.delete(Selection.of_neurons(a_neuron(editor, rng))),
    lambda editor, rng: editor.set_bias(a_neuron(editor, rng), float(rng.normal())),
    lambda editor, rng: editor.set_activation([a_layer(editor, rng)], "relu"),
    lambda editor, rng: editor.set_options([a_layer(editor, rng)], frozen=bool(rng.integers(2))),
    lambda editor, rng: editor.set_options([a_layer(editor, rng)], bias=bool(rng.integers(2))),
    lambda editor, rng: editor.set_options([a_layer(editor, rng)], name=f"n{rng.integers(99)}"),
    lambda editor, rng: editor.set_options([a_layer(editor, rng)], initialiser="zeros"),
    lambda editor, rng: editor.edit("Tidy up", tidy),
    lambda editor, rng: editor.edit("Turn", lambda p: set_upward(p, not p.upward)),
)  # fmt: skip


@settings(
    max_examples=SEQUENCES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.integers(0, 2**32 - 1))
def test_that_500_random_edits_undone_and_redone_give_the_same_bytes_at_every_depth(
    qapp: QApplication, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    data = Dataset.from_arrays(np.eye(4), np.ones((4, 2)))
    document = Document(Project.create(Topology.parse("2-4-3-1"), data))
    said: list[str] = []
    editor = Editor(document, said.append, said.append)
    digests = [digest(document.project)]
    for _ in range(STEPS):
        step = STEPS_OF_ALL_KINDS[rng.integers(len(STEPS_OF_ALL_KINDS))]
        # On an empty canvas there is nothing to do but to draw.
        (step if document.project.topology.layers else draw)(editor, rng)
        # One more depth, or the last one as it is now: as after another digit of a number.
        del digests[document.stack.index() :]
        digests.append(digest(document.project))
    assert all(sentence.endswith(".") for sentence in said)
    assert document.stack.count() == len(digests) - 1 > STEPS // 3
    for depth in range(len(digests) - 1, -1, -1):
        assert digest(document.project) == digests[depth]
        if depth:
            document.undo()
    for expected in digests:
        assert digest(document.project) == expected
        if document.stack.canRedo():
            document.redo()
    assert not document.stack.canRedo()
