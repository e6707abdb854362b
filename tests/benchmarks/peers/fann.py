"""FANN, the Fast Artificial Neural Network library, through ctypes: its own epoch of online updates.

It bounds an output y to 0.01 … 0.99 where it computes y (1 - y); within these bounds it does what (10)
and (20) say.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.peers import MissingError
from tests.benchmarks.works import Work

SIGMOID, INCREMENTAL, LINEAR_ERROR = 3, 0, 0
HALF = 0.5
"""Its sigmoid is 1 / (1 + exp(-2 s z)) with this steepness s."""


def library(dtype: str) -> Any:
    """libdoublefann or libfloatfann; raises MissingError."""
    name = {"float64": "doublefann", "float32": "floatfann"}[dtype]
    found = ctypes.util.find_library(name)
    if found is None:
        raise MissingError(f"lib{name} is not installed (Debian: libfann-dev)")
    return ctypes.CDLL(found)


class Fann:
    name = "FANN"
    loss = "squared_error"

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lib = lib = library(work.dtype)
        self._real = {"float64": ctypes.c_double, "float32": ctypes.c_float}[work.dtype]
        self._X, self._Y = work.data()

        class Connection(ctypes.Structure):
            _fields_ = [
                ("source", ctypes.c_uint),
                ("target", ctypes.c_uint),
                ("weight", self._real),
            ]

        self._connection = Connection
        for function in ("fann_create_standard_array", "fann_create_train"):
            getattr(lib, function).restype = ctypes.c_void_p
        lib.fann_train_epoch.restype = ctypes.c_float
        sizes = (ctypes.c_uint * len(work.sizes))(*work.sizes)
        self._network = ctypes.c_void_p(lib.fann_create_standard_array(len(sizes), sizes))
        lib.fann_set_activation_function_hidden(self._network, SIGMOID)
        lib.fann_set_activation_function_output(self._network, SIGMOID)
        lib.fann_set_activation_steepness_hidden(self._network, self._real(HALF))
        lib.fann_set_activation_steepness_output(self._network, self._real(HALF))
        lib.fann_set_training_algorithm(self._network, INCREMENTAL)
        lib.fann_set_train_error_function(self._network, LINEAR_ERROR)
        lib.fann_set_learning_momentum(self._network, ctypes.c_float(0))
        lib.fann_set_learning_rate(self._network, ctypes.c_float(work.learning_rate))
        self._rows: ctypes.c_void_p | None = None

    def __del__(self) -> None:
        if hasattr(self, "_network"):
            self._forget_rows()
            self._lib.fann_destroy(self._network)

    def _forget_rows(self) -> None:
        if self._rows is not None:
            self._lib.fann_destroy_train(self._rows)
            self._rows = None

    def prepare(self, order: IntArray) -> None:
        self._forget_rows()
        self._next, self._order = 0, order
        signature = ctypes.CFUNCTYPE(
            None, *[ctypes.c_uint] * 3, ctypes.POINTER(self._real), ctypes.POINTER(self._real)
        )
        create = self._lib.fann_create_train_from_callback
        create.restype = ctypes.c_void_p
        X, Y = self._X, self._Y
        self._rows = ctypes.c_void_p(
            create(len(order), X.shape[1], Y.shape[1], signature(self._fill))
        )

    def _fill(self, _number: int, inputs: int, outputs: int, x: Any, y: Any) -> None:
        """FANN asks for one row after the other."""
        row = self._order[self._next]
        self._next += 1
        np.ctypeslib.as_array(x, (inputs,))[:] = self._X[row]
        np.ctypeslib.as_array(y, (outputs,))[:] = self._Y[row]

    def _connections(self) -> Any:
        count = self._lib.fann_get_total_connections(self._network)
        array = (self._connection * count)()
        self._lib.fann_get_connection_array(self._network, array)
        return array

    def _places(self) -> dict[tuple[int, int], int]:
        """Where the weight from one of FANN's neurons to another lies in bpstudio's vector."""
        # FANN numbers neurons layer by layer, with the neuron that is always 1 at the end of each.
        first = np.concatenate([[0], np.cumsum([size + 1 for size in self._work.sizes])])
        places = {}
        for k, block in enumerate(self._work.topology.blocks):
            rows, columns = block.incoming[0].shape
            for j in range(rows):
                target = int(first[k + 1]) + j
                for i in range(columns):
                    places[int(first[k]) + i, target] = block.incoming[0].start + j * columns + i
                places[int(first[k]) + columns, target] = block.start + j
        return places

    def reset(self) -> None:
        vector, places, connections = self._work.start(), self._places(), self._connections()
        for connection in connections:
            connection.weight = vector[places[connection.source, connection.target]]
        self._lib.fann_set_weight_array(self._network, connections, len(connections))

    def advance(self) -> None:
        self._lib.fann_train_epoch(self._network, self._rows)

    def parameters(self) -> FloatArray:
        vector, places = np.empty_like(self._work.start()), self._places()
        for connection in self._connections():
            vector[places[connection.source, connection.target]] = connection.weight
        return vector


def make(work: Work) -> list[Fann]:
    """FANN learns online and by its own batch methods; only online is the same mathematics."""
    return [Fann(work)] if work.batch == 1 and work.optimizer == "sgd" else []
