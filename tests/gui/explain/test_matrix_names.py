"""Names beside a matrix where there is little room."""

from __future__ import annotations

import pytest

from bpstudio.gui.explain.matrix_names import even_names

NAMES = ("hidden 1 · 5", "hidden 1 · 12", "hidden 1 · 107")


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (14, NAMES),
        (13, ("h1 · 5", "h1 · 12", "h1 · 107")),
        (8, ("h1 · 5", "h1 · 12", "h1 · 107")),
        (7, ("5", "12", "107")),
        (1, ("5", "12", "107")),
    ],
)
def test_that_all_names_are_shortened_alike(room: float, shown: tuple[str, ...]) -> None:
    assert even_names(NAMES, room, len) == shown


def test_that_the_names_of_columns_go_first() -> None:
    names = ("input · 1 (sepal_length)", "input · 2 (x)")
    assert even_names(names, 12, len) == ("input · 1", "input · 2")
    assert even_names(names, 6, len) == ("in · 1", "in · 2")


def test_that_names_of_another_kind_stay_whole() -> None:
    assert even_names(("row 1", "row 20"), 3, len) == ("row 1", "row 20")
    assert even_names((), 3, len) == ()
