"""Formulas are drawn beside the window, kept, sharp at every scale, and never drawn for nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from bpstudio.explain.formula_reader import FIRST_NUMBER, SPOT, SPOT_END
from bpstudio.explain.writer import Piece
from bpstudio.gui.app import application
from bpstudio.gui.explain import formulas
from bpstudio.gui.explain.formulas import FormulaKey, FormulaStore, drawn
from bpstudio.gui.explain.page import Block, Line
from bpstudio.gui.explain.page_view import PageView
from bpstudio.gui.explain.typeset import typeset
from bpstudio.gui.theme import ThemeHolder

BLACK = "#000000"


def key(latex: str, scale: float = 1.0) -> FormulaKey:
    return FormulaKey(latex, 15.0, BLACK, scale)


@pytest.fixture
def store(qtbot: QtBot) -> Iterator[FormulaStore]:
    store = FormulaStore()
    yield store
    store.close()


def test_that_formulas_are_there_at_once_when_the_font_is(store: FormulaStore) -> None:
    drawn(key("x"))
    wanted = [key(rf"\frac{{\partial E}}{{\partial w_{{{k}}}}}") for k in range(3)]
    assert store.want("view", wanted)
    assert all(store.picture(one) is not None for one in wanted)


def test_that_what_takes_too_long_comes_later_and_is_there_at_once_the_next_time(
    store: FormulaStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulas, "AT_ONCE_SECONDS", 0.0)
    wanted = [key(r"\alpha_1 + 1")]
    assert not store.want("view", wanted)
    qtbot.waitUntil(lambda: store.picture(wanted[0]) is not None, timeout=30_000)
    assert store.want("view", wanted)
    assert store.picture(key(r"\alpha_1 + 1", 2.0)) is None


def test_that_what_a_view_no_longer_needs_is_not_drawn(
    store: FormulaStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulas, "AT_ONCE_SECONDS", 0.0)
    store.want("view", [key(f"x_{{{k}}} + 7") for k in range(100)])
    store.want("view", [key("z + 9")])
    qtbot.waitUntil(lambda: store.picture(key("z + 9")) is not None, timeout=30_000)
    assert store.picture(key("x_{99} + 7")) is None
    store.want("other", [key("u + 3")])
    store.forget("other")
    store.close()
    assert store.picture(key("x_{99} + 7")) is None


def test_that_at_200_percent_a_formula_has_twice_the_pixels_at_the_same_size() -> None:
    application()
    once, twice = drawn(key(r"\frac{a}{b}")), drawn(key(r"\frac{a}{b}", 2.0))
    assert once.image is not None and twice.image is not None
    assert (once.width, once.baseline) == (twice.width, twice.baseline)
    assert twice.image.width() == pytest.approx(2 * once.image.width(), abs=1)
    assert twice.image.devicePixelRatio() == 2.0


def test_that_a_formula_that_cannot_be_read_stands_as_text(qtbot: QtBot) -> None:
    block = Block(lines=(Line("", "", (Piece(r"\left( a"),)),))
    page = typeset([block], 400, BLACK, 1.0, drawn)
    assert page.complete and not page.figures
    assert page.texts and "a" in page.texts[0].text


def test_that_a_long_sum_goes_on_below_and_stays_inside_the_page(qtbot: QtBot) -> None:
    pieces = [Piece("0.1234", k) if k % 2 == 0 else Piece(" + ") for k in range(41)]
    page = typeset([Block(lines=(Line("y", "=", tuple(pieces)),))], 400, BLACK, 1.0, drawn)
    assert max(t.rect.right() for t in page.targets) <= 400
    assert len({round(t.rect.top()) for t in page.targets}) >= 3
    assert [t.key for t in page.targets] == list(range(0, 41, 2))


def test_that_a_page_that_is_kept_stays_until_the_next_one_is_drawn(
    store: FormulaStore, qtbot: QtBot
) -> None:
    view = PageView("page", store, ThemeHolder())
    qtbot.addWidget(view)
    view.show()
    old = Block("Old", lines=(Line("a", "=", (Piece("1"),)),))
    new = Block("Old", lines=(Line("a", "=", (Piece("2.718281828"),)),))
    view.show_page([old])
    qtbot.waitUntil(lambda: view.is_complete, timeout=30_000)
    view.show_page([new], keep=True)
    if not view.is_complete:
        assert view.blocks == (old,)
    qtbot.waitUntil(lambda: view.blocks == (new,), timeout=30_000)
    assert view.is_complete


def test_that_the_numbers_in_a_fraction_can_be_followed(qtbot: QtBot) -> None:
    inner = Piece("2", "over"), Piece("3", "under")
    marked = f"\\frac{{{marks(0)}2{SPOT_END}}}{{{marks(1)}3{SPOT_END}}}"
    block = Block(lines=(Line("x", "=", (Piece(r"\frac{2}{3}", None, inner, marked),)),))
    page = typeset([block], 400, BLACK, 1.0, drawn)
    over, under = page.targets
    assert (over.key, over.text, under.key, under.text) == ("over", "2", "under", "3")
    assert over.rect.bottom() < under.rect.top()
    assert abs(over.rect.center().x() - under.rect.center().x()) < 2


def marks(number: int) -> str:
    return f"{SPOT}{chr(FIRST_NUMBER + number)}"


def test_that_no_line_begins_with_a_closing_bracket(qtbot: QtBot) -> None:
    for width in range(250, 400, 10):
        pieces = [Piece("[")]
        for k in range(8):
            pieces += [Piece("0.1234", k), Piece("] [" if k % 2 else r" \cdot ")]
        page = typeset([Block(lines=(Line("y", "=", tuple(pieces)),))], width, BLACK, 1.0, drawn)
        firsts: dict[int, str] = {}
        for figure in sorted(page.figures, key=lambda f: f.at.x()):
            if figure.key.latex not in ("y", "="):
                firsts.setdefault(round(figure.at.y() / 12), figure.key.latex)
        assert not any(latex.startswith("]") for latex in firsts.values()), (width, firsts)
