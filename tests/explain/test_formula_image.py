"""Formulas as pictures."""

from __future__ import annotations

import re
import threading

import pytest

from bpstudio.explain.formula_box import Box
from bpstudio.explain.formula_image import formula_box, formula_svg, svg_baseline, svg_size
from bpstudio.explain.formula_reader import FIRST_NUMBER, SPOT, SPOT_END
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
                texts.add(form.general)
                texts |= {matrix.symbol for matrix in form.matrices}
    assert len(texts) > 60
    for latex in sorted(texts)[::3]:
        width, height = svg_size(formula_svg(latex))
        assert 5 < width < 1200 and 5 < height < 70, latex


def test_that_a_picture_has_the_size_and_the_colour_that_are_asked_for() -> None:
    latex = r"\Delta w_{11} = -0.123454321"
    small, large = formula_svg(latex, 10.0), formula_svg(latex, 20.0, "#E6EAF0")
    assert "#E6EAF0" in large and "#1B2430" not in large and "<symbol" not in large
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


@pytest.mark.parametrize(
    "latex", [r"\frac{1}{", "x}", r"\sqrt", "x^1^2", r"\unheard", "花", r"\hat", "_"]
)
def test_that_what_is_not_known_is_refused_and_nothing_is_drawn_half(latex: str) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        formula_svg(latex)


def box(latex: str) -> Box:
    return formula_box(latex)


def test_that_a_fraction_has_one_part_above_and_one_below_its_bar() -> None:
    found = box(r"\frac{1}{2}")
    (bar,) = found.bars
    over, under = found.inks
    assert over.y - over.glyph.above < over.y < bar.y < bar.y + bar.height
    assert bar.y + bar.height < under.y - under.glyph.above
    assert over.x == pytest.approx(under.x, abs=0.1)
    assert box(r"\frac{\frac{1}{2}}{3}").above > found.above


def test_that_scripts_are_smaller_and_stand_above_and_below() -> None:
    _, sup, sub = box("x^{2}_{1}").inks
    assert (sup.scale, sub.scale) == (0.7, 0.7) and sup.y < 0 < sub.y
    assert sup.y + 0.05 < sub.y - sub.glyph.above * sub.scale
    assert box("x^{y^{2}}").inks[-1].scale == 0.55


def test_that_a_sum_has_its_index_below_and_behind_it_inside_a_fraction() -> None:
    sign, index = box(r"\sum_{k}").inks
    assert index.x < sign.glyph.advance and index.y > sign.glyph.below
    sign, index = box(r"\frac{\sum_{k}}{2}").inks[:2]
    assert index.x - sign.x > 0.9 * sign.glyph.advance


def test_that_fences_and_roots_are_as_high_as_what_they_hold() -> None:
    inner = box(r"\frac{1}{2}")
    for latex in (r"\Big(\frac{1}{2}\Big)", r"\sqrt{\frac{1}{2}}"):
        sign = box(latex).inks[0]
        low, high = sign.y + sign.glyph.below, sign.y - sign.glyph.above
        assert high < -0.75 * inner.above and low > 0.75 * inner.below


def test_that_operators_keep_their_distance_and_factors_do_not() -> None:
    assert box("a+b").width > box("ab").width + box("+").width + 0.3
    assert box("a=b").width > box("a+b").width
    assert box(r"\ln x").width > box(r"\ln").width + box("x").width
    assert box("x^{a+b}").width < box("x").width + 0.7 * box("a+b").width
    assert box(r"a\,b").width == pytest.approx(box("ab").width + 3 / 18)


def test_that_a_marked_part_is_found_wherever_it_stands() -> None:
    def part(number: int, latex: str) -> str:
        return f"{SPOT}{chr(FIRST_NUMBER + number)}{latex}{SPOT_END}"

    over, under = f"{part(0, '0.25')} - {part(1, '-3')}", rf"\sqrt{{{part(2, '7')}}}"
    latex = rf"\frac{{{over}}}{{{under}}}^{{{part(3, '2')}}}"
    found = box(latex)
    spots = {spot.number: spot for spot in found.spots}
    assert set(spots) == {0, 1, 2, 3}
    assert spots[0].x + spots[0].width < spots[1].x
    assert spots[1].y + spots[1].height < 0 < spots[2].y + spots[2].height
    assert spots[0].width == pytest.approx(box("0.25").width)
    assert min(s.x for s in found.spots) >= 0
    assert max(s.x + s.width for s in found.spots) <= found.width
    # The marks change nothing else.
    plain = re.sub("[\ue000-\uf8ff]", "", latex)
    assert box(plain).width == pytest.approx(found.width)
