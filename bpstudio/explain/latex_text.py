"""Words inside LaTeX: escaped, with the signs that pdfLaTeX does not know as mathematics."""

from __future__ import annotations

import unicodedata

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "·": r"\(\cdot\)", "→": r"\(\to\)", "←": r"\(\leftarrow\)", "“": "``", "”": "''", "’": "'",
    "–": "--", "—": "---", "…": r"\dots{}", "−": r"\(-\)", "×": r"\(\times\)", "½": r"\(\tfrac12\)",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "η": r"\(\eta\)", "α": r"\(\alpha\)", "β": r"\(\beta\)", "γ": r"\(\gamma\)", "θ": r"\(\theta\)",
    "δ": r"\(\delta\)", "μ": r"\(\mu\)", "Δ": r"\(\Delta\)", "Σ": r"\(\Sigma\)", "∂": r"\(\partial\)",
    "ᵀ": r"\(^{\mathsf{T}}\)", "ŷ": r"\(\hat{y}\)", "ε": r"\(\varepsilon\)", "λ": r"\(\lambda\)",
}  # fmt: skip

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=20mm]{geometry}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
\else
  \usepackage{fontspec}
\fi
\usepackage{textcomp}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
% A name in a script that the font lacks is written with the numbers of its letters under pdfLaTeX.
\newcommand{\letter}[2]{\ifPDFTeX\texttt{U+#2}\else#1\fi}
"""
"""What stands in front of a document; ``\\letter`` is used by ``text_in_latex``."""


def text_in_latex(text: str) -> str:
    """A text without mathematics, so that LaTeX prints it as it is."""
    return "".join(_SPECIAL.get(letter) or _letter(letter) for letter in text)


def _letter(letter: str) -> str:
    if letter.isascii() or unicodedata.name(letter, "").startswith("LATIN"):
        return letter if letter.isprintable() else " "
    return rf"\letter{{{letter}}}{{{ord(letter):04X}}}"
