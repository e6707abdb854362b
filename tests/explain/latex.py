"""Looks whether a document would compile: as far as that can be seen without TeX."""

from __future__ import annotations

import re

from latex2mathml.converter import convert

_TEXT = """textbackslash textasciitilde textasciicircum textless textgreater textbar textquotedbl dots
    letter section paragraph maketitle noindent title date tag"""
_MATH = """frac tfrac partial hat alpha beta gamma theta delta Delta eta rho lambda kappa nu mu epsilon
    sum sqrt Vert vert tanh ln operatorname text mathrm mathsf boxed cdot cdots vdots ddots times odot
    leftarrow le ne approx infty Big min max quad begin end"""
TEXT_COMMANDS, MATH_COMMANDS = (frozenset(text.split()) for text in (_TEXT, _MATH))
MATH = re.compile(
    r"\\\((.*?)\\\)|\\\[(.*?)(?:\\tag\{\d+\} )?\\\]|\\begin\{align\*\}(.*?)\\end\{align\*\}", re.S
)


def check_document(text: str) -> list[str]:
    """Every formula of a document, after looking at all of it."""
    assert text.isprintable() or "\n" in text
    _check_nesting(text)
    preamble, body = text.split(r"\begin{document}")
    assert r"\usepackage{amsmath" in preamble and body.rstrip().endswith(r"\end{document}")
    body = body.replace(r"\end{document}", "")
    words = MATH.sub("", body)
    assert not re.search(r"(?<!\\)[$&#%_^~]", words), words
    commands = set(re.findall(r"\\([a-zA-Z]+)", words))
    assert commands <= TEXT_COMMANDS, commands - TEXT_COMMANDS
    formulas = []
    for found in MATH.finditer(body):
        rows = re.split(r"\\\\\n", found[3]) if found[3] else [found[1] or found[2]]
        formulas += [check_formula(row.replace(" &", " ") if found[3] else row) for row in rows]
    return formulas


def check_formula(latex: str) -> str:
    """The formula, if it can be read; commands are those that amsmath knows."""
    commands = set(re.findall(r"\\([a-zA-Z]+)", latex))
    assert commands <= MATH_COMMANDS, (commands - MATH_COMMANDS, latex)
    assert latex.isascii() or not re.search(r"[^\x00-\x7f]", latex), latex
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        assert depth >= 0, latex
    assert depth == 0, latex
    assert not re.search(r"[_^](?=\s|$|[_^}])", latex), latex
    # Two scripts of one kind on one letter would be an error.
    assert not re.search(r"\^\{[^{}]*\}\^|_\{[^{}]*\}_", latex), latex
    convert(latex)
    return latex


def _check_nesting(text: str) -> None:
    open_ones: list[str] = []
    for what, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if what == "begin":
            open_ones.append(name)
        else:
            assert open_ones.pop() == name
    assert not open_ones
