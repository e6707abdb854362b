"""PyTorch's own optimizers on a 3-4-2 network, and what comes out: torch_numbers.json.

    python tests/engines/torch_numbers.py > tests/engines/torch_numbers.json

writes it, wherever PyTorch is installed; nothing of bpstudio is used here. The tests compare bpstudio
with the stored numbers always, and with PyTorch itself where it can be imported.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from typing import Any, TypeAlias

STEPS, ROWS, BATCH = 10, 12, 4
SHAPES = ((4, 3), (4,), (2, 4), (2,))
"""Weights and biases of the hidden layer, then of the output: the order of the parameter vector."""

Case: TypeAlias = tuple[dict[str, Any], str, dict[str, Any]]

CASES: dict[str, Case] = {
    "sgd": ({"optimizer": "sgd"}, "SGD", {}),
    "sgd, L2": ({"optimizer": "sgd", "l2": 0.1}, "SGD", {"weight_decay": 0.1}),
    "momentum": ({"optimizer": "momentum", "momentum": 0.8}, "SGD", {"momentum": 0.8}),
    "nesterov": (
        {"optimizer": "nesterov", "momentum": 0.8},
        "SGD",
        {"momentum": 0.8, "nesterov": True},
    ),
    "rprop": ({"optimizer": "rprop"}, "Rprop", {}),
    "rprop, other factors and bounds": (
        {
            "optimizer": "rprop",
            "rprop_increase": 1.5,
            "rprop_decrease": 0.3,
            "rprop_lowest": 0.02,
            "rprop_highest": 0.1,
        },
        "Rprop",
        {"etas": (0.3, 1.5), "step_sizes": (0.02, 0.1)},
    ),
    "rmsprop": ({"optimizer": "rmsprop"}, "RMSprop", {}),
    "rmsprop, decay 0.9": (
        {"optimizer": "rmsprop", "decay": 0.9, "epsilon": 1e-3},
        "RMSprop",
        {"alpha": 0.9, "eps": 1e-3},
    ),
    "adam": ({"optimizer": "adam"}, "Adam", {}),
    "adam, L2, other betas": (
        {"optimizer": "adam", "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-4, "l2": 0.1},
        "Adam",
        {"betas": (0.5, 0.9), "eps": 1e-4, "weight_decay": 0.1},
    ),
    "adamw": ({"optimizer": "adamw"}, "AdamW", {"weight_decay": 0.0}),
    "adamw, L2": ({"optimizer": "adamw", "l2": 0.3}, "AdamW", {"weight_decay": 0.3}),
}
"""By name: bpstudio's settings, PyTorch's class and its arguments. L2 is for weights, not biases."""

RATE = 0.05


def start() -> list[float]:
    """The 26 parameters before training."""
    return [0.6 * math.sin(1 + 2.3 * k) for k in range(26)]


def inputs() -> list[list[float]]:
    return [[math.cos(0.7 * i + 1.9 * j) for j in range(3)] for i in range(ROWS)]


def targets() -> list[list[float]]:
    return [[math.sin(1.3 * i + 0.4 * j) for j in range(2)] for i in range(ROWS)]


def trained(torch: Any, case: Case) -> list[float]:
    """The parameters after STEPS batches of BATCH rows in order, in float64."""
    _, kind, arguments = case
    tensors, at = [], 0
    for shape in SHAPES:
        size = math.prod(shape)
        values = torch.tensor(start()[at : at + size], dtype=torch.float64)
        tensors.append(values.reshape(shape).requires_grad_())
        at += size
    W1, b1, W2, b2 = tensors
    arguments = dict(arguments)
    decay = arguments.pop("weight_decay", None)
    groups: list[dict[str, Any]] = [{"params": [W1, W2]}, {"params": [b1, b2]}]
    if decay is not None:
        groups[0]["weight_decay"], groups[1]["weight_decay"] = decay, 0.0
    optimizer = getattr(torch.optim, kind)(groups, lr=RATE, **arguments)
    X, Y = (torch.tensor(rows, dtype=torch.float64) for rows in (inputs(), targets()))
    for k in range(STEPS):
        rows = slice(k * BATCH % ROWS, k * BATCH % ROWS + BATCH)
        y_hat = torch.tanh(X[rows] @ W1.T + b1) @ W2.T + b2
        loss = 0.5 * ((y_hat - Y[rows]) ** 2).sum(dim=1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [float(v) for tensor in tensors for v in tensor.detach().ravel()]


def main() -> None:
    torch = importlib.import_module("torch")
    numbers = {name: trained(torch, case) for name, case in CASES.items()}
    made = f"PyTorch {torch.__version__}, float64, by torch_numbers.py"
    sys.stdout.write(json.dumps({"made": made, "parameters": numbers}, indent=1) + "\n")


if __name__ == "__main__":
    main()
