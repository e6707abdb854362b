"""A worksheet as a page to print: the exercise with empty boxes, or the solution. One file, with its
formulas as pictures inside."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TypeAlias

from bpstudio.explain.formula_image import formula_svg, svg_baseline, svg_size
from bpstudio.explain.function_forms import DEFINITIONS
from bpstudio.explain.network_svg import network_svg
from bpstudio.explain.numbers import DIGITS
from bpstudio.explain.plain_text import plain
from bpstudio.explain.step import Step
from bpstudio.explain.worksheet import Blank, Worksheet, result_latex
from bpstudio.model.functions import ACTIVATIONS

Picture: TypeAlias = Callable[[str, str], str]

_SIZE = 16.0
_STYLE = """
body { font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif;
  color: #1B2430; background: #FFFFFF; max-width: 46em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; border-bottom: 1px solid #E4E7EC; }
table { border-collapse: collapse; } td { padding: .15em 1.2em .15em 0; vertical-align: middle; }
.formula svg { max-width: 100%; }
.blank { display: inline-block; width: 10em; height: 1.9em; border: 1px solid #667085;
  border-radius: 3px; vertical-align: middle; margin-left: .4em; }
.blank u { visibility: hidden; }
.task { break-inside: avoid; margin: .7em 0; } .name, .note { color: #667085; font-size: .87em; }
.number { display: inline-block; min-width: 2.6em; color: #667085; }
.line { margin: .25em 0 .25em 2.6em; } .network { display: block; margin: 1em 0; font-size: 12px; }
.network .label { fill: #667085; font-size: 11px; }
.result { font-weight: 600; }
@media print { body { margin: 0; max-width: none; font-size: 12px; } h2 { break-after: avoid; } }
"""


def inline(svg: str, label: str) -> str:
    """A picture inside the page, that says itself to those who cannot see it."""
    name, drawing = escape(label, quote=True), svg[svg.index("<svg") :]
    if "viewBox" in svg and 'class="network"' not in svg:
        # On the line of the words around it.
        below = svg_size(svg)[1] - svg_baseline(svg)
        drawing = drawing.replace("<svg", f'<svg style="vertical-align:-{below:.1f}px"', 1)
    return f'<span class="formula" role="img" aria-label="{name}">{drawing}</span>'


def exercise_html(
    worksheet: Worksheet, title: str = "Worksheet", text: str = "", picture: Picture = inline
) -> str:
    """The exercise, with boxes to fill in; ``text`` introduces it, an empty line ends a paragraph.

    ``picture`` turns an SVG and its words into HTML, for readers that have no SVG inside pages.
    """
    return _Page(worksheet, picture).exercise(title, text)


def solution_html(
    worksheet: Worksheet,
    title: str = "Solution",
    text: str = "",
    digits: int = DIGITS,
    picture: Picture = inline,
) -> str:
    """The solution: every blank with its formula, the numbers in it, and the result."""
    return _Page(worksheet, picture).solution(title, text, digits)


class _Page:
    """Builds the pages of one worksheet."""

    def __init__(self, worksheet: Worksheet, picture: Picture) -> None:
        self._worksheet = worksheet
        self._picture = picture

    def exercise(self, title: str, text: str) -> str:
        parts = self._opening(text)
        for number, task in enumerate(self._worksheet.tasks, 1):
            parts.append(f"<h2>{number}. {escape(task.title)}</h2>")
            parts += map(self._open_blank, task.blanks)
        return _page(title, parts)

    def solution(self, title: str, text: str, digits: int) -> str:
        parts = self._opening(text)
        for number, task in enumerate(self._worksheet.tasks, 1):
            parts.append(f"<h2>{number}. {escape(task.title)}</h2>")
            parts += [self._solved(blank, digits) for blank in task.blanks]
        return _page(title, parts)

    def _opening(self, text: str) -> list[str]:
        d = self._worksheet.derivation
        parts = [f"<p>{escape(p.strip())}</p>" for p in text.split("\n\n") if p.strip()]
        if network := network_svg(d.quantities):
            parts.append(f"<div>{self._picture(network, f'Network {d.values.topology}')}</div>")
        for name in dict.fromkeys(layer.activation for layer in d.values.topology.layers[1:]):
            function, slope = map(self._formula, DEFINITIONS[name])
            label = escape(ACTIVATIONS[name].label)
            parts.append(f"<p>Activation {label}: {function}, &nbsp; {slope}</p>")
        parts.append(f"<p>Loss: {escape(d.values.loss.label)}.</p>")
        parts += ["<h2>Given</h2>", "<table>"]
        parts += map(self._given, self._worksheet.given())
        return [*parts, "</table>"]

    def _given(self, step: Step) -> str:
        formula = self._formula(f"{step.symbol} = {step.result(9)}")
        return f'<tr><td>{formula}</td><td class="name">{escape(step.title)}</td></tr>'

    def _open_blank(self, blank: Blank) -> str:
        decimals = f"{blank.decimals} decimals" if blank.decimals != 1 else "1 decimal"
        return (
            f'<div class="task">{_number(blank)}{self._formula(self._left(blank))}'
            f'<span class="blank"><u>{"&nbsp;" * 24}</u></span> <span class="name">{decimals}</span>'
            f'<div class="line name">{escape(blank.title)}</div></div>'
        )

    def _solved(self, blank: Blank, digits: int) -> str:
        formula, numbers, _ = self._worksheet.hints(blank.key, digits)
        result = f"{self._left(blank)} {result_latex(blank)}"
        lines = [f'<div class="line">{self._formula(latex)}</div>' for latex in (formula, numbers)]
        return (
            f'<div class="task">{_number(blank)}<span class="name">{escape(blank.title)}</span>'
            f'{"".join(lines)}<div class="line result">{self._formula(result)}</div>'
            f'<div class="line name">{escape(blank.range_text)} counts as right</div></div>'
        )

    def _left(self, blank: Blank) -> str:
        return f"{blank.symbol} {self._worksheet.derivation.step(blank.key).relation}"

    def _formula(self, latex: str) -> str:
        return self._picture(formula_svg(latex, _SIZE), plain(latex))


def _page(title: str, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _number(blank: Blank) -> str:
    number = f"({blank.number})&nbsp;" if blank.number else ""
    return f'<span class="number">{number}</span>'
