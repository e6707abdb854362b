"""A worksheet as a page to print: the exercise with empty boxes, or the solution. One file, with its
formulas as pictures inside."""

from __future__ import annotations

from html import escape

from bpstudio.explain.formula_image import formula_svg
from bpstudio.explain.function_forms import DEFINITIONS
from bpstudio.explain.network_svg import network_svg
from bpstudio.explain.numbers import DIGITS
from bpstudio.explain.plain_text import plain
from bpstudio.explain.step import Step
from bpstudio.explain.worksheet import Blank, Worksheet, result_latex
from bpstudio.model.functions import ACTIVATIONS

_SIZE = 16.0
_STYLE = """
body { font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif;
  color: #1B2430; background: #FFFFFF; max-width: 46em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; border-bottom: 1px solid #E4E7EC; }
table { border-collapse: collapse; } td { padding: .15em 1.2em .15em 0; vertical-align: middle; }
.formula svg { vertical-align: middle; max-width: 100%; height: auto; }
.blank { display: inline-block; width: 10em; height: 1.9em; border: 1px solid #667085;
  border-radius: 3px; vertical-align: middle; margin-left: .4em; }
.task { break-inside: avoid; margin: .7em 0; } .name, .note { color: #667085; font-size: .87em; }
.number { display: inline-block; min-width: 2.6em; color: #667085; }
.line { margin: .25em 0 .25em 2.6em; } .network { display: block; margin: 1em 0; font-size: 12px; }
.network .label { fill: #667085; font-size: 11px; }
.result { font-weight: 600; }
@media print { body { margin: 0; max-width: none; font-size: 12px; } h2 { break-after: avoid; } }
"""


def exercise_html(worksheet: Worksheet, title: str = "Worksheet", text: str = "") -> str:
    """The exercise, with boxes to fill in; ``text`` introduces it, an empty line ends a paragraph."""
    parts = [*_opening(worksheet, title, text)]
    for number, task in enumerate(worksheet.tasks, 1):
        parts.append(f"<h2>{number}. {escape(task.title)}</h2>")
        parts += [_open_blank(worksheet, blank) for blank in task.blanks]
    return _page(title, parts)


def solution_html(
    worksheet: Worksheet, title: str = "Solution", text: str = "", digits: int = DIGITS
) -> str:
    """The solution: every blank with its formula, the numbers in it, and the result."""
    parts = [*_opening(worksheet, title, text)]
    for number, task in enumerate(worksheet.tasks, 1):
        parts.append(f"<h2>{number}. {escape(task.title)}</h2>")
        parts += [_solved(worksheet, blank, digits) for blank in task.blanks]
    return _page(title, parts)


def _page(title: str, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _opening(worksheet: Worksheet, title: str, text: str) -> list[str]:
    d = worksheet.derivation
    parts = [f"<p>{escape(p.strip())}</p>" for p in text.split("\n\n") if p.strip()]
    parts.append(network_svg(d.quantities))
    names = dict.fromkeys(layer.activation for layer in d.values.topology.layers[1:])
    for name in names:
        function, slope = (_formula(latex) for latex in DEFINITIONS[name])
        label = escape(ACTIVATIONS[name].label)
        parts.append(f"<p>Activation {label}: {function}, &nbsp; {slope}</p>")
    parts.append(f"<p>Loss: {escape(d.values.loss.label)}.</p>")
    parts += ["<h2>Given</h2>", "<table>"]
    parts += [_given(step) for step in worksheet.given()]
    parts.append("</table>")
    return parts


def _given(step: Step) -> str:
    formula = _formula(f"{step.symbol} = {step.result(9)}")
    return f"<tr><td>{formula}</td><td class=name>{escape(step.title)}</td></tr>"


def _open_blank(worksheet: Worksheet, blank: Blank) -> str:
    decimals = f"{blank.decimals} decimals" if blank.decimals != 1 else "1 decimal"
    return (
        f'<div class="task">{_number(blank)}{_formula(_left(worksheet, blank))}'
        f'<span class="blank"></span> <span class="name">{decimals}</span>'
        f'<div class="line name">{escape(blank.title)}</div></div>'
    )


def _solved(worksheet: Worksheet, blank: Blank, digits: int) -> str:
    formula, numbers, _ = worksheet.hints(blank.key, digits)
    result = f"{_left(worksheet, blank)} {result_latex(blank)}"
    lines = [f'<div class="line">{_formula(latex)}</div>' for latex in (formula, numbers)]
    return (
        f'<div class="task">{_number(blank)}<span class="name">{escape(blank.title)}</span>'
        f'{"".join(lines)}<div class="line result">{_formula(result)}</div>'
        f'<div class="line name">{escape(blank.range_text)} counts as right</div></div>'
    )


def _left(worksheet: Worksheet, blank: Blank) -> str:
    return f"{blank.symbol} {worksheet.derivation.step(blank.key).relation}"


def _number(blank: Blank) -> str:
    return f'<span class="number">{f"({blank.number})" if blank.number else ""}</span>'


def _formula(latex: str) -> str:
    """A formula as a picture that says itself to those who cannot see it."""
    svg = formula_svg(latex, _SIZE)
    start = svg.index("<svg")
    label = escape(plain(latex), quote=True)
    return f'<span class="formula" role="img" aria-label="{label}">{svg[start:]}</span>'
