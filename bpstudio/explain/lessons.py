"""Four lessons: small networks with round numbers, to be worked out by hand, and a text "
"for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bpstudio.explain.reading import Formula, Passage, Reading
from bpstudio.explain.typed_numbers import parse_weights
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Column, Dataset
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

_F = Formula


@dataclass(frozen=True)
class Lesson:
    """A lesson: ``reading`` is its text, ``row`` (from 0) the row to work out first, ``build`` makes
    its project, whose notes are the text too."""

    name: str
    summary: str
    reading: Reading
    build: Callable[[], Project]
    row: int = 0

    @property
    def title(self) -> str:
        return self.reading.title

    @property
    def file_name(self) -> str:
        return f"{self.name}.bps"

    def project(self) -> Project:
        """The lesson's project, untrained."""
        return replace(self.build(), notes=self.reading.markdown())


def _project(topology: Topology, weights: str, dataset: Dataset, config: TrainingConfig) -> Project:
    empty = Network(topology, np.zeros(topology.parameter_count))
    network = parse_weights(empty, weights)
    project = Project.create(topology, dataset, config).with_start(network)
    project.check()
    return project


def _hand(learning_rate: float, epochs: int, loss: str = "squared_error") -> TrainingConfig:
    """Standard back-propagation, row after row in the order of the table."""
    return TrainingConfig(
        batch_size=1, learning_rate=learning_rate, epochs=epochs, loss=loss, shuffle=False
    )


# The worked example


def _worked_example() -> Project:
    dataset = Dataset.from_arrays(
        np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]]), name="The worked example"
    )
    weights = """v_11 = 0.15; v_21 = 0.20; v_12 = 0.25; v_22 = 0.30; gamma_1 = 0.35; gamma_2 = 0.35
    w_11 = 0.40; w_21 = 0.45; w_12 = 0.50; w_22 = 0.55; theta_1 = 0.60; theta_2 = 0.60"""
    return _project(Topology.parse("2-2-2"), weights, dataset, _hand(0.5, 1000))


_WORKED_EXAMPLE = Reading(
    "The worked example",
    (
        Passage(
            "What there is",
            "Two inputs, two hidden neurons, two outputs, all sigmoids, and a single row: for x = "
            "(0.05, 0.10) the network should answer y = (0.01, 0.99). The weights are round "
            "numbers, the learning rate is 0.5. One update, by hand, to nine digits.",
        ),
        Passage(
            "Forward",
            "Start at hidden neuron 1. Its weighted sum is 0.15 · 0.05 + 0.20 · 0.10 = 0.0275; "
            "with its bias 0.35 the sigmoid makes 0.593269992 of it. Do the same for neuron 2, "
            "then for both outputs: 0.751365070 and 0.772928465. The first is far from 0.01.",
            (
                _F("13", r"\alpha_h = \sum_i v_{ih}\,x_i", ("inputs", "hidden_weights")),
                _F("14", r"b_h = f(\alpha_h + \gamma_h)", ("hidden",)),
                _F("2", r"\hat{y}_j = f(\beta_j + \theta_j)", ("outputs",)),
            ),
        ),
        Passage(
            "The error",
            "Half the sum of the squared differences is 0.298371109. Nearly all of it is the first "
            "output's.",
            (_F("1", r"E = \tfrac{1}{2} \sum_j (\hat{y}_j - y_j)^{2}", ("outputs",)),),
        ),
        Passage(
            "An output weight",
            "For w_11: the difference is 0.7414, the slope of the sigmoid 0.7514 · (1 − 0.7514) = "
            "0.1868, the hidden output 0.5933. Their product, 0.0822, times −0.5 is the step. The "
            "weight goes from 0.40 to 0.358916480.",
            (
                _F(
                    "10",
                    r"\Delta w_{hj} = -\eta\,(\hat{y}_j - y_j)\,f'(\beta_j + \theta_j)\,b_h",
                    ("output_weights",),
                ),
            ),
        ),
        Passage(
            "A hidden weight",
            "For v_11 the error has to come back first, along w_11 and w_12, and with their old "
            "values. That gives 0.0364. Times the slope 0.2413, times x_1 = 0.05, times −0.5: a "
            "very small step, from 0.15 to 0.149780716. Small inputs teach little.",
            (
                _F(
                    "20",
                    r"\Delta v_{ih} = -\eta\,\Big[ \sum_j (\hat{y}_j - y_j)\,f'(\beta_j + \theta_j)\,"
                    r"w_{hj} \Big]\,f'(\alpha_h + \gamma_h)\,x_i",
                    ("hidden_weights", "output_weights"),
                ),
            ),
        ),
        Passage(
            "Then",
            "Let it run. After some hundred updates the answer is close. Which of the weights have "
            "moved most, and why those?",
        ),
    ),
)


# XOR


def _xor() -> Project:
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    Y = np.array([[0], [1], [1], [0]])
    dataset = Dataset.from_arrays(
        X, Y, name="XOR", input_names=["a", "b"], target_names=["a xor b"]
    )
    weights = """v_11 = 1; v_21 = 1; v_12 = 1; v_22 = 1; gamma_1 = -0.5; gamma_2 = -1.5
    w_11 = 1; w_21 = -1; theta_1 = 0"""
    return _project(Topology.parse("2-2-1"), weights, dataset, _hand(1.0, 2000))


_XOR = Reading(
    "XOR by hand",
    (
        Passage(
            "What there is",
            "Either one or the other, but not both: no straight line parts the 1s from the 0s of "
            "XOR, so without a hidden layer it cannot be learned. Two hidden sigmoids are enough.",
        ),
        Passage(
            "Two questions",
            "The first hidden neuron has the bias −0.5: its sum is above 0 as soon as one input is "
            "1. It asks: a or b? The second has the bias −1.5: only both together lift it above 0. "
            "It asks: a and b? The output should say: the first but not the second. That is why "
            "w_11 = 1 and w_21 = −1.",
            (
                _F(
                    "14",
                    r"b_h = f(\alpha_h + \gamma_h)",
                    ("hidden", "hidden_weights", "hidden_biases"),
                ),
            ),
        ),
        Passage(
            "It is right, and it does not know it",
            "Work out row 2, (0, 1): the answer is 0.56, and 1 is wanted. All four answers lie "
            "within a tenth of each other. The weights have the right signs and are far too small: "
            "sigmoids of small sums are all close to one half.",
            (_F("2", r"\hat{y}_j = f(\beta_j + \theta_j)", ("outputs", "output_weights")),),
        ),
        Passage(
            "What a 0 teaches",
            "In row 2 the first input is 0. Which steps are exactly 0? Look at the last factor of "
            "(20): a weight from an input that is 0 cannot be to blame, and stays. In row 1 only "
            "the biases of the hidden layer learn.",
            (
                _F(
                    "17",
                    r"\frac{\partial \alpha_h}{\partial v_{ih}} = x_i",
                    ("inputs", "hidden_weights"),
                ),
            ),
        ),
        Passage(
            "Then",
            "Let it run for 2,000 epochs and look at the weights again. The signs are the ones "
            "from the start; the sizes have grown until the sigmoids say yes and no.",
        ),
    ),
)


# Two hidden tanh


def _tanh() -> Project:
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    dataset = Dataset.from_arrays(
        x, x * x, name="A parabola", input_names=["x"], target_names=["x squared"]
    )
    weights = """v_11 = 1; v_12 = -1; gamma_1 = -0.5; gamma_2 = -0.5
    w_11 = 0.5; w_21 = 0.5; theta_1 = 0.5"""
    topology = Topology.parse("1-2-1", hidden="tanh", output="linear")
    return _project(topology, weights, dataset, _hand(0.2, 500))


_TANH = Reading(
    "A hidden layer of two with tanh",
    (
        Passage(
            "What there is",
            "One input x, one output that should be x², five rows from −1 to 1. Two hidden neurons "
            "with tanh, a linear output. Two bent curves, added up, make a valley.",
        ),
        Passage(
            "Another slope",
            "The slope of tanh is 1 minus the square of its output: it is 1 where the neuron "
            "answers 0 and dies away towards ±1. A linear output has the slope 1 everywhere, so "
            "(8) is 1 and delta is the difference itself.",
            (
                _F("16", r"f' = 1 - f^{2}", ("hidden",)),
                _F("8", r"\frac{\partial \hat{y}_j}{\partial \beta_j} = 1", ("outputs",)),
            ),
        ),
        Passage(
            "Row 1 and row 5",
            "Work out row 1, x = −1. Then row 5, x = 1: the same numbers with the hidden neurons "
            "swapped, because the weights are each other's mirror image. Will the two neurons ever "
            "become alike? What would happen if both had started with the same weights?",
            (_F("13", r"\alpha_h = \sum_i v_{ih}\,x_i", ("hidden_weights", "inputs")),),
        ),
        Passage(
            "Row 3",
            "At x = 0 the weights from the input do not move at all. What does the network learn "
            "from this row? Only how deep the valley is: everything that is left is in the biases "
            "and the output weights.",
            (
                _F(
                    "17",
                    r"\frac{\partial \alpha_h}{\partial v_{ih}} = x_i",
                    ("inputs", "hidden_biases", "output_weights"),
                ),
            ),
        ),
        Passage(
            "Then",
            "Let it run and watch the curve bend. After 500 epochs it goes through all "
            "five points.",
        ),
    ),
)


# Softmax with cross-entropy


def _softmax() -> Project:
    points = [(1, 0), (1, 0.5), (0, 1), (0.5, 1.5), (-1, -1), (-1.5, -0.5)]
    values = np.array([(*point, k // 2) for k, point in enumerate(points)])
    inputs = [Column("x"), Column("y")]
    target = Column("class", "one_hot", ("red", "green", "blue"))
    dataset = Dataset.prepare("Three classes", inputs, [target], values)
    weights = """v_11 = 0.5; v_21 = -0.5; v_12 = 0.5; v_22 = 0.5; gamma_1 = 0; gamma_2 = 0
    w_11 = 0.5; w_21 = -0.5; w_12 = -0.5; w_22 = 0.5; w_13 = 0.2; w_23 = 0.2
    theta_1 = 0; theta_2 = 0; theta_3 = 0.1"""
    topology = Topology.parse("2-2-3", hidden="tanh", output="softmax")
    return _project(topology, weights, dataset, _hand(0.5, 100, "categorical_cross_entropy"))


_SOFTMAX = Reading(
    "Softmax with cross-entropy",
    (
        Passage(
            "What there is",
            "Six points in three classes. Each class has its output, and the expected output is 1 "
            "for the right class and 0 for the others. The outputs should be probabilities: "
            "positive, and together 1.",
        ),
        Passage(
            "Softmax",
            "The exponential makes every net input positive, dividing by their sum makes them add "
            "up to 1. One output cannot grow without the others giving way, so each depends on all "
            "net inputs of the layer.",
            (_F("", r"\hat{y}_j = \frac{e^{z_j}}{\sum_k e^{z_k}}", ("outputs", "output_weights")),),
        ),
        Passage(
            "Cross-entropy",
            "Only the output of the right class counts, and it counts by its logarithm: being sure "
            "and wrong is very expensive.",
            (_F("", r"E = -\sum_j y_j \ln \hat{y}_j", ("outputs",)),),
        ),
        Passage(
            "Two derivatives that cancel",
            "The derivative of the logarithm divides by ŷ, that of the exponential multiplies by "
            "it. What is left is the difference. Work out row 1 (the class is red): the deltas are "
            "0.30 − 1, 0.30 and 0.40. They add up to 0: what one class gains the others lose.",
            (_F("25", r"\delta_j = \hat{y}_j - y_j", ("outputs",)),),
        ),
        Passage(
            "Why not the squared error?",
            "Try it: change the loss and look at the same weight. Where an output is close to 0 "
            "and should be 1, the slope of the softmax is close to 0 too, and the step with it. "
            "With cross-entropy the worst mistakes teach the most.",
        ),
        Passage("Then", "Let it run: after 100 epochs all six points are where they belong."),
    ),
)

LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        Lesson(
            "worked-example",
            "One update of a 2-2-2 network, to nine digits",
            _WORKED_EXAMPLE,
            _worked_example,
        ),
        Lesson("xor", "Why a hidden layer, and what a 0 teaches", _XOR, _xor, row=1),
        Lesson("two-tanh", "Another activation, and a curve from two neurons", _TANH, _tanh),
        Lesson("softmax", "Three classes, probabilities, and a joint delta", _SOFTMAX, _softmax),
    )
}
"""The lessons in their order, by name; their projects ship in resources/lessons."""
