"""A document of steps as plain text, as LaTeX that compiles, and as values for JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from bpstudio.explain.document import Document, Section
from bpstudio.explain.latex_text import PREAMBLE, text_in_latex
from bpstudio.explain.matrices import Matrix, MatrixForm
from bpstudio.explain.numbers import DIGITS
from bpstudio.explain.plain_text import plain
from bpstudio.explain.step import Step

# Text


def as_text(document: Document, digits: int = DIGITS) -> str:
    """For a terminal: formulas in Unicode, one line each."""
    width = max(len(fact.name) for fact in document.facts)
    lines = [document.title, ""]
    lines += [f"{fact.name:<{width}}  {fact.text}" for fact in document.facts]
    for name, function, slope in document.functions:
        lines.append(f"{'Activation':<{width}}  {name}: {plain(function)}, {plain(slope)}")
    for section in document.sections:
        lines += ["", section.title, "─" * len(section.title)]
        for step in section.steps:
            lines += _step_text(step, digits)
        lines += _aligned(section.in_full, "")
        if section.matrix:
            lines += _matrix_text(section.matrix, digits)
        if section.omitted:
            lines += ["", f"… and {section.omitted:,} more."]
    return "\n".join(lines) + "\n"


def _step_text(step: Step, digits: int) -> list[str]:
    number = f"({step.number})" if step.number else ""
    lines = ["", f"{number:<5}{step.title}"]
    lines += _aligned(step.equations(digits), "     ")
    if step.note:
        lines.append(f"     {step.note}")
    return lines


def _aligned(equations: Sequence[tuple[str, str, str]], indent: str) -> list[str]:
    """The equations with their relations below each other."""
    if not equations:
        return []
    texts = [tuple(map(plain, equation)) for equation in equations]
    width = max(_width(left) for left, _, _ in texts)
    return [
        f"{indent}{' ' * (width - _width(left))}{left} {relation} {right}"
        for left, relation, right in texts
    ]


def _matrix_text(form: MatrixForm, digits: int) -> list[str]:
    lines = ["", f"({form.number}) {plain(form.general)}"]
    for matrix in form.matrices:
        lines += ["", f"{plain(matrix.operator)} {plain(matrix.symbol)}".strip()]
        lines += _grid(matrix, digits)
    return lines


def _grid(matrix: Matrix, digits: int) -> list[str]:
    rows, columns = matrix.shown()
    header = ["", *("…" if c is None else matrix.column_names[c] for c in columns)]
    table = [header] if any(header) else []
    for r in rows:
        name = "⋮" if r is None else matrix.row_names[r]
        table.append([name, *(plain(matrix.cell(r, c, digits)) for c in columns)])
    widths = [max(_width(line[k]) for line in table) for k in range(len(header))]

    def padded(line: list[str]) -> str:
        gaps = [" " * (w - _width(x)) for x, w in zip(line, widths, strict=True)]
        cells = [gap + x for gap, x in zip(gaps[1:], line[1:], strict=True)]
        return "  ".join([f"  {line[0]}{gaps[0]}", *cells]).rstrip()

    return [padded(line) for line in table]


def _width(text: str) -> int:
    """Columns a text takes in a terminal: characters of the far East take two, accents none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


# LaTeX


def as_latex(document: Document, digits: int = DIGITS) -> str:
    """A whole document for pdfLaTeX; XeLaTeX or LuaLaTeX where names need other scripts."""
    lines = [rf"\title{{{text_in_latex(document.title)}}}", r"\date{}", r"\begin{document}"]
    lines += [r"\maketitle", r"\noindent"]
    for fact in document.facts:
        lines.append(rf"{text_in_latex(fact.name)}: {text_in_latex(fact.text)}\\")
    for name, function, slope in document.functions:
        lines.append(rf"{text_in_latex(name)}: \({function}\), \({slope}\)\\")
    for section in document.sections:
        lines += _section_latex(section, digits)
    lines.append(r"\end{document}")
    body = "\n".join(lines)
    return f"{PREAMBLE}{body}\n"


def _section_latex(section: Section, digits: int) -> list[str]:
    lines = ["", rf"\section*{{{text_in_latex(section.title)}}}"]
    for step in section.steps:
        number = f"({step.number}) " if step.number else ""
        lines += ["", rf"\paragraph*{{{number}{text_in_latex(step.title)}}}"]
        lines.append(text_in_latex(step.note))
        lines += _align(step.equations(digits))
    lines += _align(section.in_full)
    if section.matrix:
        lines += [rf"\[ {section.matrix.general} \tag{{{section.matrix.number}}} \]"]
        lines += [rf"\[ {section.matrix.latex(digits)} \]"]
    if section.omitted:
        lines += ["", f"\\dots{{}} and {section.omitted:,} more."]
    return lines


def _align(equations: Sequence[tuple[str, str, str]]) -> list[str]:
    if not equations:
        return []
    rows = [f"  {left} &{relation} {right}" for left, relation, right in equations]
    return [r"\begin{align*}", " \\\\\n".join(rows), r"\end{align*}"]


# JSON


def as_values(document: Document, digits: int = DIGITS) -> dict[str, Any]:
    """Everything as dictionaries, lists, texts and numbers."""
    return {
        "title": document.title,
        **{fact.name.lower().replace(" ", "_"): fact.value for fact in document.facts},
        "functions": [
            {"name": name, "function": function, "derivative": slope}
            for name, function, slope in document.functions
        ],
        "sections": [_section_values(section, digits) for section in document.sections],
    }


def _section_values(section: Section, digits: int) -> dict[str, Any]:
    found: dict[str, Any] = {"title": section.title}
    if section.steps:
        found["steps"] = [step_values(step, digits) for step in section.steps]
    if section.in_full:
        found["latex"] = [" ".join(filter(None, equation)) for equation in section.in_full]
    if section.matrix:
        found["formula"] = section.matrix.number
        found["latex"] = section.matrix.general
        found["matrices"] = [_matrix_values(matrix) for matrix in section.matrix.matrices]
    if section.omitted:
        found["omitted"] = section.omitted
    return found


def step_values(step: Step, digits: int = DIGITS) -> dict[str, Any]:
    """One step, its value in full."""
    return {
        "id": step.id,
        "kind": step.key.kind,
        "formula": step.number,
        "title": step.title,
        "symbol": step.symbol,
        "latex": step.lines(digits),
        "value": step.value,
        "depends": [key.text for key in step.depends],
        "neurons": [[layer, j + 1] for layer, j in step.place.neurons],
        "connections": [[s, i + 1, t, j + 1] for s, i, t, j in step.place.connections],
        "columns": list(step.place.columns),
        "note": step.note,
    }


def _matrix_values(matrix: Matrix) -> dict[str, Any]:
    return {
        "symbol": matrix.symbol,
        "operator": matrix.operator,
        "rows": list(matrix.row_names),
        "columns": list(matrix.column_names),
        "values": matrix.values.tolist(),
        "marked": list(matrix.marked) if matrix.marked else None,
    }
