"""Formulas as pictures."""

from __future__ import annotations

import threading

import pytest

from bpstudio.explain import formula_image
from bpstudio.explain.formula_image import drawable, formula_svg, is_cached, svg_baseline, svg_size
from bpstudio.explain.matrices import matrices
from bpstudio.explain.walk import walk
from tests.explain.example import example


def test_that_every_formula_of_the_example_can_be_drawn_at_a_sensible_size() -> None:
    d = example()
    texts: set[str] = set()
    for stage in walk(d):
        for step in stage.steps():
            for line in (*step.lines(), *d.full_lines(step)):
                texts.add(line)
            if form := matrices(d, step):
                texts.add(form.latex())
    assert len(texts) > 60
    for latex in sorted(texts)[::3]:
        width, height = svg_size(formula_svg(latex))
        assert 5 < width < 1200 and 5 < height < 70, latex


def test_that_a_picture_is_drawn_once_for_every_size_and_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    latex = r"\Delta w_{11} = -0.123454321"
    assert not is_cached(latex)
    small = formula_svg(latex, 10.0)
    assert is_cached(latex)
    monkeypatch.setattr(formula_image, "_drawn", None)
    large = formula_svg(latex, 20.0, "#E6EAF0")
    assert "#E6EAF0" in large and "#1B2430" not in large and "<symbol" not in large
    assert formula_svg(latex, 10.0) == small
    assert svg_size(large) == pytest.approx([2 * side for side in svg_size(small)], abs=0.01)
    assert svg_baseline(large) == pytest.approx(2 * svg_baseline(small), abs=0.01)


def test_that_a_sign_stands_close_to_its_number_and_a_difference_does_not() -> None:
    def width(latex: str) -> float:
        return svg_size(formula_svg(latex))[0]

    minus = width("(-0.25)") - width("(0.25)")
    assert width(r"2 \cdot (-0.25)") - width(r"2 \cdot (0.25)") == pytest.approx(minus)
    assert width("(2-0.25)") - width("(2)") - width("0.25") + width("x") > 1.2 * minus
    assert width("x = -0.25") - width("x = 0.25") == pytest.approx(minus)


def test_that_the_baseline_is_where_the_letters_stand() -> None:
    for latex in ("x", "x^{2}", r"\frac{x}{2}"):
        svg = formula_svg(latex)
        assert 0 < svg_baseline(svg) <= svg_size(svg)[1]
    assert svg_baseline(formula_svg("x^{2}")) > svg_baseline(formula_svg("x"))
    with pytest.raises(ValueError, match="box"):
        svg_baseline("<svg/>")


def test_that_threads_may_draw_at_once() -> None:
    found: list[str] = []

    def draw() -> None:
        found.append(formula_svg(r"\frac{\partial E}{\partial w_{12}}", 16.5))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_that_nonsense_is_an_error_with_the_formula_in_it() -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        formula_svg(r"\frac{1}{")


def test_that_names_outside_the_font_are_known() -> None:
    assert drawable("petal length (cm)") and drawable("θ é")
    assert not drawable("花瓣长度")
