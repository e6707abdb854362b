"""The derivation of back-propagation, formulas (1) to (26) with their argument, as a text "
"to read."""

from __future__ import annotations

from bpstudio.explain.reading import Formula, Passage, Reading

_F = Formula
_OUT = ("output_weights",)
_HID = ("hidden_weights",)

_SCALAR = (
    Passage(
        "What is asked",
        "A network answers, and the answer is wrong by some amount. Which weight is to blame, and "
        "how much? Back-propagation answers for every weight at once: it says how the error would "
        "change if this one weight were a little larger, and then moves the weight a little the "
        "other way. Everything below follows from one rule, the chain rule: the effect of a chain "
        "of causes is the product of the effects of its links.",
    ),
    Passage(
        "The letters",
        "We begin with one hidden layer. Input neuron i gives x_i. The weight v_ih leads from it "
        "to hidden neuron h, whose weighted sum is α_h, whose bias is γ_h and whose output is b_h. "
        "The weight w_hj leads on to output neuron j with the sum β_j, the bias θ_j and the output "
        "ŷ_j; y_j is what it should have been. f is the activation function, f′ its slope, η the "
        "learning rate. A bias is added to the sum.",
    ),
    Passage(
        "The error and the way forward",
        "The error of one row is half the sum of the squared differences; the half will cancel a 2 "
        "as soon as we differentiate. An output is the activation of its weighted sum and "
        "its bias.",
        (
            _F("1", r"E = \tfrac{1}{2} \sum_j (\hat{y}_j - y_j)^{2}", ("outputs",)),
            _F("2", r"\hat{y}_j = f(\beta_j + \theta_j)", ("outputs", "output_biases")),
            _F("3", r"\beta_j = \sum_h w_{hj}\,b_h", ("hidden", "output_weights")),
        ),
    ),
    Passage(
        "The weights of the output layer",
        "Downhill is against the slope: the step is the slope of the error, times the learning "
        "rate, with the other sign. It is added to the weight.",
        (
            _F("4", r"\Delta w_{hj} = -\eta\,\frac{\partial E}{\partial w_{hj}}", _OUT),
            _F("5", r"w_{hj} \leftarrow w_{hj} + \Delta w_{hj}", _OUT),
        ),
    ),
    Passage(
        "",
        "How does the error depend on w_hj? The weight changes the sum β_j, the sum changes the "
        "output ŷ_j, the output changes the error: three links, three factors.",
        (
            _F(
                "6",
                r"\frac{\partial E}{\partial w_{hj}} = \frac{\partial E}{\partial \hat{y}_j}\,"
                r"\frac{\partial \hat{y}_j}{\partial \beta_j}\,"
                r"\frac{\partial \beta_j}{\partial w_{hj}}",
                ("output_weights", "outputs", "hidden"),
            ),
        ),
    ),
    Passage(
        "",
        "Each factor can be read off a formula that we have. From (1): the difference itself. From "
        "(2): the slope of the activation function where the neuron is. From (3): the weight is "
        "multiplied by the hidden output, so that is its effect on the sum.",
        (
            _F(
                "7",
                r"\frac{\partial E}{\partial \hat{y}_j} = \hat{y}_j - y_j",
                ("outputs",),
            ),
            _F(
                "8",
                r"\frac{\partial \hat{y}_j}{\partial \beta_j} = f'(\beta_j + \theta_j)",
                ("outputs",),
            ),
            _F("9", r"\frac{\partial \beta_j}{\partial w_{hj}} = b_h", ("hidden",)),
        ),
    ),
    Passage(
        "",
        "Put together they are the step of an output weight. A bias is a weight from a neuron "
        "whose output is always 1, so its step is the same with b_h replaced by 1.",
        (
            _F(
                "10",
                r"\Delta w_{hj} = -\eta\,(\hat{y}_j - y_j)\,f'(\beta_j + \theta_j)\,b_h",
                ("output_weights", "outputs", "hidden"),
            ),
            _F(
                "11",
                r"\Delta \theta_j = -\eta\,(\hat{y}_j - y_j)\,f'(\beta_j + \theta_j)",
                ("output_biases", "outputs"),
            ),
        ),
    ),
    Passage(
        "The weights of the hidden layer",
        "The rule is the same, one layer deeper: downhill, and three factors. The way forward into "
        "a hidden neuron has the same form as that into an output.",
        (
            _F("12", r"\Delta v_{ih} = -\eta\,\frac{\partial E}{\partial v_{ih}}", _HID),
            _F("13", r"\alpha_h = \sum_i v_{ih}\,x_i", ("inputs", "hidden_weights")),
            _F("14", r"b_h = f(\alpha_h + \gamma_h)", ("hidden", "hidden_biases")),
            _F(
                "15",
                r"\frac{\partial E}{\partial v_{ih}} = \frac{\partial E}{\partial b_h}\,"
                r"\frac{\partial b_h}{\partial \alpha_h}\,"
                r"\frac{\partial \alpha_h}{\partial v_{ih}}",
                ("hidden_weights", "hidden", "inputs"),
            ),
            _F(
                "16",
                r"\frac{\partial b_h}{\partial \alpha_h} = f'(\alpha_h + \gamma_h)",
                ("hidden",),
            ),
            _F("17", r"\frac{\partial \alpha_h}{\partial v_{ih}} = x_i", ("inputs",)),
        ),
    ),
    Passage(
        "",
        "Only the first factor is new. A hidden neuron touches the error through every output that "
        "it feeds, so its effects add up: for each output the error's change with the output, the "
        "output's with its sum, and the sum's with b_h, which is the weight w_hj. The error comes "
        "back along the same connections that the signal took forward: this gave the method "
        "its name.",
        (
            _F(
                "18",
                r"\frac{\partial E}{\partial b_h} = \sum_j \frac{\partial E}{\partial \hat{y}_j}\,"
                r"\frac{\partial \hat{y}_j}{\partial \beta_j}\,"
                r"\frac{\partial \beta_j}{\partial b_h}",
                ("hidden", "outputs", "output_weights"),
            ),
            _F(
                "19",
                r"\frac{\partial E}{\partial b_h} = \sum_j (\hat{y}_j - y_j)\,"
                r"f'(\beta_j + \theta_j)\,w_{hj}",
                ("hidden", "outputs", "output_weights"),
            ),
        ),
    ),
    Passage(
        "",
        "With it the step of a hidden weight is complete; that of the bias γ_h is the same with "
        "x_i replaced by 1. Every hidden weight's step uses the output weights from before the "
        "update: all slopes are those of one and the same network.",
        (
            _F(
                "20",
                r"\Delta v_{ih} = -\eta\,\Big[ \sum_j (\hat{y}_j - y_j)\,f'(\beta_j + \theta_j)\,"
                r"w_{hj} \Big]\,f'(\alpha_h + \gamma_h)\,x_i",
                ("hidden_weights", "inputs", "hidden", "outputs", "output_weights"),
            ),
        ),
    ),
)

_LAYERS = (
    Passage(
        "All neurons of a layer at once",
        "A layer's weights are a matrix W, a row for each of its neurons, a column for each neuron "
        "that feeds it. Then (2) and (3) for all outputs are one line.",
        (_F("21", r"\hat{y} = f(W b + \theta)", ("outputs", "output_weights", "hidden")),),
    ),
    Passage(
        "Any number of layers",
        "Layer 1 is the input x. Every later layer a has its weights, its biases, its net input z "
        "and its output x. The sign ⊙ multiplies entry by entry, ᵀ turns rows into columns.",
        (
            _F(
                "22",
                r"x^{(a)} = f(z^{(a)}), \quad z^{(a)} = W^{(a)} x^{(a-1)} + b^{(a)}, \quad a > 1",
                ("hidden_weights", "output_weights", "hidden", "outputs"),
            ),
        ),
    ),
    Passage(
        "",
        "Let δ be how the error changes with a layer's net input. Then every step has the form of "
        "(10): the neuron's delta times what came in through the connection. All of them together "
        "are a column times a row.",
        (
            _F(
                "23",
                r"W^{(a)} \leftarrow W^{(a)} - \eta\,\delta^{(a)} (x^{(a-1)})^{\mathsf{T}}, \quad "
                r"b^{(a)} \leftarrow b^{(a)} - \eta\,\delta^{(a)}",
                ("hidden_weights", "output_weights", "hidden_biases", "output_biases"),
            ),
            _F(
                "24",
                r"\delta^{(a)} = \frac{\partial E}{\partial z^{(a)}}",
                ("hidden", "outputs"),
            ),
        ),
    ),
    Passage(
        "",
        "At the output delta is (7) times (8). In any other layer it is what came back through the "
        "weights, as in (19), times the slope, as in (16). So the deltas are worked out from the "
        "output back, each layer from the one behind it: one pass forward, one pass back, and "
        "every slope is known.",
        (
            _F("25", r"\delta^{(a)} = (x^{(a)} - y) \odot f'(z^{(a)})", ("outputs",)),
            _F(
                "26",
                r"\delta^{(a)} = \Big[ (W^{(a+1)})^{\mathsf{T}} \delta^{(a+1)} \Big] \odot "
                r"f'(z^{(a)})",
                ("hidden", "output_weights"),
            ),
        ),
    ),
    Passage(
        "Skip links and pruned connections",
        "A layer may be fed by several earlier layers s. Their products add up in its net input, "
        "and what comes back to a layer is the sum over all links that leave it. Where a "
        "connection is pruned the mask M is 0: nothing flows, nothing comes back, nothing "
        "is learned.",
        (
            _F(
                "",
                r"z^{(a)} = \sum_s (M \odot W)^{(a \leftarrow s)} x^{(s)} + b^{(a)}",
                ("hidden_weights", "output_weights"),
            ),
        ),
    ),
    Passage(
        "Other losses",
        "With another measure of the error only (7) changes, and with it the start of the way "
        "back. Softmax mixes its neurons, so (8) is no single factor; with cross-entropy the two "
        "derivatives together are as simple as one could wish. The same holds for one sigmoid with "
        "binary cross-entropy.",
        (
            _F(
                "",
                r"\delta = \frac{\partial E}{\partial \hat{y}} \odot f'(z)",
                ("outputs",),
            ),
            _F("", r"\delta = \hat{y} - y", ("outputs",)),
        ),
    ),
    Passage(
        "One row, all rows, some rows",
        "Standard back-propagation updates after every row: quick and restless. Accumulated "
        "back-propagation goes through all rows first and takes the mean of their errors, so the "
        "slope is the mean of the rows' slopes: smooth and slow. A batch of a few rows stands between "
        "the two.",
        (_F("", r"E = \frac{1}{n} \sum_r E_r", ("outputs",)),),
    ),
)

DERIVATION = Reading("How back-propagation follows from the chain rule", (*_SCALAR, *_LAYERS))
"""The whole text; its Markdown ships as resources/derivation.md."""
