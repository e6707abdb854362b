"""A derivation's numbers are the engine's, and each follows from those that it says it depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.engines.base import State
from bpstudio.engines.choice import create_engine
from bpstudio.engines.forward import forward
from bpstudio.engines.reference import ReferenceEngine, deltas, parameter_gradient
from bpstudio.explain.derivation import Derivation, explain
from bpstudio.explain.keys import KINDS, StepKey, parse_key
from bpstudio.explain.step import Step
from bpstudio.explain.walk import parameters_of, walk
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import ENCODINGS, SCALINGS, Column, Dataset
from bpstudio.model.functions import LOSSES
from bpstudio.model.methods import OPTIMIZERS
from bpstudio.model.network import Network
from bpstudio.model.project import Project, ProjectError
from bpstudio.model.topology import Topology, TopologyError
from tests.explain.arithmetic import work_out
from tests.explain.example import example, example_network
from tests.strategies import PAIRS, Problem, problems

configs = st.builds(
    TrainingConfig,
    learning_rate=st.sampled_from([0.01, 0.5]),
    l1=st.sampled_from([0.0, 0.0, 0.01]),
    l2=st.sampled_from([0.0, 0.0, 0.1]),
    optimizer=st.sampled_from([name for name in OPTIMIZERS if name != "lm"]),
    clip=st.sampled_from([None, None, 0.05]),
)


def derivation_of(
    problem: Problem, config: TrainingConfig | None = None, updates: int = 0
) -> Derivation:
    config = replace(config or TrainingConfig(), loss=problem.loss, batch_size="all")
    state = State(problem.network.parameters.copy())
    # Three updates, so that the optimizer has something to remember.
    engine = create_engine(problem.topology, problem.X, problem.Y, config, state)
    for _ in range(updates):
        engine.advance(np.arange(len(problem.X)))
    network = problem.network.with_parameters(state.parameters)
    return explain(network, problem.X, problem.Y, config=config, slots=state.slots)


def every_step(derivation: Derivation) -> list[Step]:
    """All steps behind all new parameters and all errors."""
    found: dict[StepKey, Step] = {}
    for block in derivation.values.topology.blocks:
        for key in parameters_of(block):
            for step in derivation.ancestry(derivation.step(key.at("new"))):
                found[step.key] = step
    for stage in walk(derivation):
        for step in stage.steps():
            found[step.key] = step
    return list(found.values())


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-12 * max(1.0, abs(a), abs(b))


# The law


@given(problems(held=True), configs, st.integers(0, 3))
@settings(max_examples=30)
def test_that_every_step_follows_from_the_steps_it_depends_on(
    problem: Problem, config: TrainingConfig, updates: int
) -> None:
    derivation = derivation_of(problem, config, updates)
    for step in every_step(derivation):
        assert step.depends == tuple(s.key for s in derivation.depends(step))
        assert [part.value for part in step.parts] == [s.value for s in derivation.depends(step)]
        if step.formula is None:
            assert step.key.kind in ("weight", "bias", "setting", "output", "target") or (
                step.key.kind.startswith("slot:before")
            )
        else:
            assert close(derivation.recomputed(step), step.value), step
            # The same from the digits that are shown.
            assert close(work_out(step.numbers(17, most_terms=99)), step.value), step.numbers(17)


@given(problems(held=True), configs)
@settings(max_examples=25)
def test_that_the_values_are_the_engines(problem: Problem, config: TrainingConfig) -> None:
    derivation = derivation_of(problem, config)
    topology, vector = problem.topology, problem.network.parameters
    outputs = forward(topology, vector, problem.X)
    found = deltas(topology, vector, outputs, problem.Y, LOSSES[problem.loss])
    gradient = parameter_gradient(topology, outputs, found)
    state = State(vector.copy())
    config = replace(config, loss=problem.loss, batch_size="all")
    engine = ReferenceEngine(topology, problem.X, problem.Y, config, state)
    assert engine.advance(np.arange(len(problem.X))) == len(problem.X)
    for block, delta in zip(topology.blocks, found, strict=True):
        layer = block.layer.id
        for j in range(block.layer.size):
            for s in range(len(problem.X)):
                at = StepKey("output", layer, j, sample=s)
                assert derivation.step(at).value == outputs[block.index][s, j]
                assert derivation.step(at.at("delta")).value == delta[s, j]
        for position, key in enumerate(parameters_of(block), block.incoming[0].start):
            assert derivation.step(key.at("new")).value == state.parameters[position]
            mean = sum(
                derivation.step(key._replace(kind="row_gradient", sample=s)).value
                for s in range(len(problem.X))
            )
            assert close(mean / len(problem.X), gradient[position])


@given(problems(held=True, rows=2))
@settings(max_examples=15)
def test_that_every_step_says_which_parts_it_is_about(problem: Problem) -> None:
    derivation = derivation_of(problem)
    topology = problem.topology
    for step in every_step(derivation):
        place, key = step.place, step.key
        assert not place.columns
        if key.kind in ("setting", "norm"):
            continue
        for layer, j in (*place.neurons, *place.biases):
            assert 0 <= j < topology.layer(layer).size
        for source, i, target, j in place.connections:
            mask = topology.link(source, target).mask
            own = (key.source, key.source_neuron, key.layer, key.neuron) == (source, i, target, j)
            assert mask is None or mask[j, i] or own
        if key.layer:
            assert (key.layer, key.neuron) in (*place.neurons, *place.biases)
        if key.source:
            assert (key.source, key.source_neuron, key.layer, key.neuron) in place.connections


# The worked example


def test_that_the_table_of_the_worked_example_appears_digit_for_digit() -> None:
    d = example()
    outputs = [
        d.step(StepKey("output", layer, k, sample=0)).plain_value(9)
        for layer in ("hidden1", "output")
        for k in (0, 1)
    ]
    assert outputs == ["0.593269992", "0.596884378", "0.751365070", "0.772928465"]
    assert d.step(StepKey("error", sample=0)).plain_value(9) == "0.298371109"
    # w_11, w_21, w_12, w_22: the source first.
    w = [d.of_weight("hidden1", h, "output", j).plain_value(9) for j in (0, 1) for h in (0, 1)]
    assert w == ["0.358916480", "0.408666186", "0.511301270", "0.561370121"]
    v = [d.of_weight("input", i, "hidden1", h).plain_value(9) for h in (0, 1) for i in (0, 1)]
    assert v == ["0.149780716", "0.199561432", "0.249751144", "0.299502287"]


def test_the_story_of_an_output_weight_in_the_letters_of_the_derivation() -> None:
    d = example()
    chain = d.chain(d.of_weight("hidden1", 0, "output", 1))
    assert [step.number for step in chain] == ["7", "8", "9", "6", "10", "5"]
    residual, slope, factor, gradient, change, new = chain
    assert residual.symbol == r"\frac{\partial E}{\partial \hat{y}_{2}}"
    assert residual.symbols == r"\hat{y}_{2} - y_{2}"
    assert slope.symbol == r"f'(\beta_{2} + \theta_{2})"
    assert factor.symbols == "b_{1}"
    assert gradient.general == (
        r"\frac{\partial E}{\partial \hat{y}_{2}}\,\frac{\partial \hat{y}_{2}}{\partial \beta_{2}}"
        r"\,\frac{\partial \beta_{2}}{\partial w_{12}}"
    )
    assert d.full_lines(change)[0] == (
        r"\Delta w_{12} = -\eta\,(\hat{y}_{2} - y_{2})\,f'(\beta_{2} + \theta_{2})\,b_{1}"
    )
    assert new.lines(9) == [
        r"w_{12} \leftarrow w_{12} + \Delta w_{12}",
        "= 0.5 + 0.0113012702",
        "= 0.511301270",
    ]


def test_the_story_of_a_hidden_weight() -> None:
    d = example()
    chain = d.chain(d.of_weight("input", 1, "hidden1", 0))
    assert [step.number for step in chain] == ["19", "16", "17", "15", "20", "5"]
    back, change = chain[0], chain[4]
    assert back.general == (r"\sum_j (\hat{y}_{j} - y_{j})\,f'(\beta_{j} + \theta_{j})\,w_{1j}")
    symbols, numbers, result = d.full_lines(change, 9)
    assert symbols == (
        r"\Delta v_{21} = -\eta\,[(\hat{y}_{1} - y_{1})\,f'(\beta_{1} + \theta_{1})\,w_{11} + "
        r"(\hat{y}_{2} - y_{2})\,f'(\beta_{2} + \theta_{2})\,w_{12}]\,f'(\alpha_{1} + \gamma_{1})"
        r"\,x_{2}"
    )
    assert work_out(numbers.removeprefix("= ")) == pytest.approx(change.value, rel=1e-7)
    assert result == "= -0.000438567734"
    # The old output weights are in it, not the new ones.
    assert {part.value for part in back.parts if part.key.kind == "weight"} == {0.40, 0.50}


def test_the_story_of_a_bias() -> None:
    d = example()
    chain = d.chain(d.of_bias("hidden1", 1))
    assert [step.number for step in chain] == ["19", "16", "15", "20", "5"]
    assert chain[-1].symbol == r"\gamma_{2}"
    assert "always 1" in chain[2].note
    assert [step.number for step in d.chain(d.of_bias("output", 0))] == ["7", "8", "11", "11", "5"]


# Where numbers come from


def test_that_a_number_is_followed_to_the_raw_column() -> None:
    raw = np.array([[1.0, 0, 10], [3.0, 1, 20], [5.0, 1, 60]])
    columns = [
        Column("length", scaling="standardise"),
        Column("colour", "one_hot", ("red", "green")),
    ]
    dataset = Dataset.prepare("d", columns, [Column("price", scaling="minmax")], raw)
    project = Project.create(Topology.parse("3-2-1"), dataset)
    d = Derivation.of_project(project, [2])
    scaled = d.step(StepKey("output", "input", 0, sample=0))
    assert scaled.value == dataset.inputs[2, 0]
    raw_step = d.depends(scaled)[0]
    assert raw_step.value == 5.0 and raw_step.is_given
    assert raw_step.place.columns == ("length",) and "Row 3" in raw_step.note
    assert work_out(scaled.numbers(17)) == pytest.approx(scaled.value, rel=1e-12)
    assert scaled.symbols == r"\frac{u_{1} - m_{1}}{s_{1}}"
    red, green = (d.step(StepKey("output", "input", k, sample=0)) for k in (1, 2))
    assert (red.value, green.value) == (0.0, 1.0)
    assert [d.recomputed(step) for step in (red, green)] == [0.0, 1.0]
    assert "green" in d.depends(green)[0].note
    assert green.symbols.endswith(r"u_{2} = \text{green}\;\mathrm{else}\; 0")
    assert (red.numbers(), green.numbers()) == ("0", "1")
    assert red.note == "“colour” says “green”: 0 for the neuron of “red”."
    target = d.step(StepKey("target", "output", 0, sample=0))
    assert target.value == 1.0 and d.depends(target)[0].value == 60.0
    net = d.step(StepKey("net", "hidden1", 0, sample=0))
    assert ("x_{1}", "input · 1 (length)") in net.legend
    kinds = {step.key.kind for step in d.ancestry(d.of_weight("input", 0, "hidden1", 0))}
    assert {"raw", "setting", "weight"} < kinds <= set(KINDS)


@pytest.mark.parametrize(("scaling", "title"), [("minmax", "is scaled"), ("none", "enters")])
def test_that_a_row_is_called_scaled_only_where_a_column_is(scaling: str, title: str) -> None:
    columns = [Column("a", scaling=scaling), Column("b", "one_hot", ("x", "y"), "standardise")]
    raw = np.array([[1.0, 0, 2], [3.0, 1, 4]])
    dataset = Dataset.prepare("d", columns, [Column("c")], raw)
    project = Project.create(Topology.parse("3-1-1"), dataset)
    first = walk(Derivation.of_project(project, [0]))[0]
    assert first.title == f"The row {title}: input"


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_that_every_scaling_and_encoding_follows_from_the_raw_column(
    scaling: str, encoding: str
) -> None:
    raw = np.column_stack([np.array([3.0, 5.5, -1.25, 5.5]), [0, 1, 1, 0], [0, 1, 0, 1]])
    categories = () if encoding == "number" else ("no", "yes")
    second = Column("b", encoding, categories)
    target = Column("c", encoding, categories, scaling if encoding == "number" else "none")
    dataset = Dataset.prepare("d", [Column("a", scaling=scaling), second], [target], raw)
    width = dataset.preparation.input_size, dataset.preparation.output_size
    project = Project.create(Topology.chain([width[0], 2, width[1]]), dataset)
    d = Derivation.of_project(project, range(4))
    for s in range(4):
        for layer, kind, size in (("input", "output", width[0]), ("output", "target", width[1])):
            for j in range(size):
                step = d.step(StepKey(kind, layer, j, sample=s))
                given = dataset.inputs if kind == "output" else dataset.targets
                assert step.value == given[s, j] and not step.is_given
                assert close(d.recomputed(step), step.value)
                assert close(work_out(step.numbers(17)), step.value)
                assert all(origin.is_given for origin in d.depends(step))


def test_that_saturated_neurons_are_no_trouble() -> None:
    for output, loss in PAIRS:
        topology = Topology.parse("2-3-2", hidden="softplus", output=output)
        network = Network(topology, 500 * np.ones(topology.parameter_count))
        network.weights["hidden1", "output"][1:] *= -1
        config = TrainingConfig(loss=loss, learning_rate=1e-9)
        d = explain(network, [1.0, 2.0], [0.0, 1.0], config=config)
        for step in every_step(d):
            assert close(d.recomputed(step), step.value), step.latex()


def test_how_a_step_and_a_derivation_say_themselves() -> None:
    d = example()
    change = d.depends(d.of_weight("hidden1", 0, "output", 0))[1]
    assert str(change) == "(10) Δw_11 = −η ∂E/∂w_11 = −0.5 · 0.08217 = −0.04108"
    assert repr(d) == "<Derivation of an update of 2-2-2 from 1 row>"


def test_that_a_batch_shows_each_rows_share() -> None:
    network = example_network()
    X, Y = np.array([[0.05, 0.1], [1.0, -1.0]]), np.array([[0.01, 0.99], [0.5, 0.5]])
    d = explain(network, X, Y)
    chain = d.chain(d.of_weight("hidden1", 0, "output", 0), sample=1)
    assert [step.key.kind for step in chain[-3:]] == ["gradient", "change", "new"]
    gradient = chain[-3]
    shares = d.depends(gradient)
    assert [step.key.sample for step in shares] == [0, 1]
    assert gradient.value == pytest.approx(np.mean([step.value for step in shares]), rel=1e-12)
    assert shares[0].symbol == r"\frac{\partial E_{1}}{\partial w_{11}}"
    assert [words for _, words in gradient.legend] == ["gradient of row 1", "gradient of row 2"]
    mean = d.step(StepKey("mean_error"))
    assert d.recomputed(mean) == pytest.approx(mean.value, rel=1e-12)


# What stays


def test_that_a_pruned_connection_is_0_and_says_so() -> None:
    topology = Topology.parse("2-2-1").without_connection("input", 0, "hidden1", 1)
    d = explain(Network.create(topology), [1.0, 2.0], [0.5])
    chain = d.chain(d.of_weight("input", 0, "hidden1", 1))
    assert [step.value for step in chain] == [0.0, 0.0, 0.0]
    assert "pruned" in chain[1].note
    net = d.step(StepKey("net", "hidden1", 1, sample=0))
    assert ("input", 0, "hidden1", 1) not in net.place.connections


def test_that_locked_frozen_and_missing_parameters_stay_and_say_why() -> None:
    topology = Topology.parse("2-2-1")
    locked = topology.with_locked("input", "hidden1", np.array([[True, False], [False, False]]))
    d = explain(Network.create(locked), [1.0, 2.0], [0.5])
    step = d.of_weight("input", 0, "hidden1", 0)
    gradient, change = d.chain(step)[-3:-1]
    assert gradient.value != 0 and change.value == 0 and "locked" in change.note
    assert step.value == d.values.network.weights["input", "hidden1"][0, 0]
    frozen = topology.with_layer_options("output", frozen=True)
    change = explain(Network.create(frozen), [1.0, 2.0], [0.5]).chain(
        explain(Network.create(frozen), [1.0, 2.0], [0.5]).of_bias("output", 0)
    )[-2]
    assert change.value == 0 and "frozen" in change.note
    bare = topology.with_layer_options("hidden1", bias=False)
    d = explain(Network.create(bare), [1.0, 2.0], [0.5])
    assert "no biases" in d.chain(d.of_bias("hidden1", 0))[1].note
    assert d.step(StepKey("slope", "hidden1", 0, sample=0)).symbol == r"f'(\alpha_{1})"


def test_that_levenberg_marquardt_says_that_its_steps_belong_together() -> None:
    network = Network.create(Topology.parse("2-2-1"))
    X, Y = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[0.2], [0.8]])
    d = explain(network, X, Y, config=TrainingConfig(optimizer="lm", batch_size="all"))
    new = d.of_weight("input", 0, "hidden1", 0)
    change = d.depends(new)[1]
    assert "all parameters at once" in change.note and "J" in change.lines()[0]
    assert change.value == pytest.approx(new.value - network.weights["input", "hidden1"][0, 0])
    assert change.value != 0


# Walking, and asking for what is not there


def test_that_a_walk_goes_forward_then_back_then_updates_everything() -> None:
    d = example()
    stages = walk(d)
    assert [stage.kind for stage in stages] == [
        "scale", "net", "output", "net", "output", "error", "delta", "delta", "update", "update",
        "apply",
    ]  # fmt: skip
    assert [stage.layer for stage in stages[6:10]] == ["output", "hidden1", "output", "hidden1"]
    for stage in stages:
        assert len(list(stage.keys())) == len(stage)
    updated = {step.key for stage in stages[8:10] for step in stage.steps()}
    assert len(updated) == d.values.topology.parameter_count
    assert np.array_equal(d.updated.parameters, d.values.updated.parameters)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_that_applying_the_walk_is_a_real_update_that_reset_takes_back(optimizer: str) -> None:
    dataset = Dataset.from_arrays(np.array([[0.05, 0.10], [1.0, 2.0]]), np.eye(2))
    config = TrainingConfig(optimizer=optimizer, learning_rate=0.1, engine="reference")
    project = Project.create(Topology.parse("2-2-2"), dataset, config)
    project = project.with_start(example_network())
    done = Derivation.of_project(project, [1]).applied(project)
    state = State(project.network.parameters.copy())
    engine = create_engine(project.topology, dataset.inputs, dataset.targets, config, state)
    engine.advance(np.array([1]))
    assert done.network.parameters.tobytes() == state.parameters.tobytes()
    assert dict(done.progress.slots).keys() == state.slots.keys()
    assert done.reset().network == project.network and not done.is_untouched
    # And the next one goes on from there.
    again = Derivation.of_project(done, [0]).applied(done)
    engine.advance(np.array([0]))
    assert again.network.parameters.tobytes() == state.parameters.tobytes()


def test_that_the_learning_rate_is_the_one_that_the_schedule_has_come_to() -> None:
    dataset = Dataset.from_arrays(np.eye(2), np.eye(2))
    config = TrainingConfig(
        learning_rate=0.8, schedule="step", schedule_epochs=10, schedule_factor=0.5
    )
    project = Project.create(Topology.parse("2-2-2"), dataset, config)
    later = replace(project, progress=replace(project.progress, epoch=25))
    d = Derivation.of_project(later, [0])
    rate = d.step(StepKey("setting", "learning_rate"))
    assert rate.value == pytest.approx(0.2) and "schedule" in rate.note
    new = d.of_weight("input", 0, "hidden1", 0)
    row = d.step(new.key._replace(kind="row_gradient", sample=0))
    assert d.depends(new)[1].value == pytest.approx(-0.2 * row.value)


def test_that_a_step_is_found_by_its_id() -> None:
    d = example()
    for step in every_step(d):
        assert parse_key(step.id) == step.key and d.step(step.id) is step
    with pytest.raises(ValueError, match="names no step"):
        d.step("nonsense")


def test_errors_for_what_is_not_there() -> None:
    d = example()
    with pytest.raises(TopologyError, match="no link from 'input' to 'output'"):
        d.of_weight("input", 0, "output", 0)
    with pytest.raises(TopologyError, match="no neuron 7"):
        d.of_weight("input", 0, "hidden1", 7)
    with pytest.raises(TopologyError):
        d.of_bias("input", 0)
    with pytest.raises(ValueError, match="needs rows of 2 inputs"):
        explain(example_network(), [1.0], [1.0, 2.0])
    with pytest.raises(ProjectError):
        Derivation.of_project(Project(), [0])
    dataset = Dataset.from_arrays(np.eye(2), np.eye(2))
    project = Project.create(Topology.parse("2-2-2"), dataset)
    with pytest.raises(ValueError, match="no row 3: the data have 2 rows"):
        Derivation.of_project(project, [2])


def test_that_an_update_that_explodes_is_an_error_in_words() -> None:
    network = Network.create(Topology.parse("1-1-1", output="linear"))
    d = explain(network, [1.0], [1e300], config=TrainingConfig(learning_rate=1000.0))
    with pytest.raises(ValueError, match="not finite"):
        d.of_bias("output", 0)
