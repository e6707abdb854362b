"""Formulas as text for a terminal or a screen reader: the LaTeX that derivations use, in Unicode."""

from __future__ import annotations

import re

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "theta": "θ", "eta": "η", "mu": "μ",
    "nu": "ν", "rho": "ρ", "lambda": "λ", "kappa": "κ", "epsilon": "ε", "Delta": "Δ",
    "partial": "∂", "sum": "Σ", "cdot": "·", "times": "×", "odot": "⊙", "leftarrow": "←",
    "le": "≤", "ne": "≠", "infty": "∞", "quad": "  ", "cdots": "…", "dots": "…", "vdots": "⋮",
    "ddots": "⋱", "ln": "ln ", "tanh": "tanh ", "max": "max", "min": "min", "Vert": "‖",
    "vert": "|", "to": "→", "in": "∈", "approx": "≈",
}  # fmt: skip
_SUBSCRIPT, _SUPERSCRIPT = re.compile(r"_([0-9]+)(?![\w,])"), re.compile(r"\^(\([0-9]+\)|[0-9]+)")
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_HIGH = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_MARK = re.compile("[\ue000-\uf8ff]")
"""What marks parts of a formula."""
_IGNORED = {"Big", "big", "left", "right", "displaystyle"}
_TOKEN = re.compile(r"\\([a-zA-Z]+|.)|([{}^_])|([^\\{}^_]+)")


def plain(latex: str) -> str:
    """The formula in Unicode: ``\\frac{\\partial E}{\\partial w_{11}}`` is ``∂E/∂w_11``."""
    text = _Reader(_MARK.sub("", latex)).rest()
    text = text.replace("-", "−").replace("'", "′").replace("×", " × ").replace("Δ ", "Δ")
    text = re.sub(r"\s+", " ", text).strip()
    return text.replace("( ", "(").replace(" )", ")").replace("[ ", "[").replace(" ]", "]")


def pretty(latex: str) -> str:
    """The same with indices of digits as small ones: ``w₁₁⁽²⁾``. Only for proportional fonts."""
    text = _SUBSCRIPT.sub(lambda found: found[1].translate(_LOW), plain(latex))
    return _SUPERSCRIPT.sub(lambda found: found[1].translate(_HIGH), text)


class _Reader:
    def __init__(self, latex: str) -> None:
        self._tokens = [(m[1], m[2], m[3]) for m in _TOKEN.finditer(latex)]

    def rest(self, closing: bool = False) -> str:
        """Everything up to the end, or to the brace that closes the group."""
        text = ""
        while self._tokens:
            command, mark, other = self._tokens.pop(0)
            if mark == "}" and closing:
                break
            text += self._piece(command, mark, other, text)
        return text

    def _piece(self, command: str, mark: str, other: str, before: str) -> str:
        if mark == "{":
            return self.rest(closing=True)
        if mark in ("^", "_"):
            return _script(mark, self._argument())
        if mark:
            return ""
        return self._command(command, before) if command else other.replace("&", " ")

    def _argument(self) -> str:
        command, mark, other = self._tokens.pop(0)
        if other and len(other) > 1:
            self._tokens.insert(0, ("", "", other[1:]))
            other = other[0]
        return self._piece(command, mark, other, "")

    def _command(self, name: str, before: str) -> str:
        if name in ("frac", "tfrac"):
            over, under = self._argument(), self._argument()
            if (over, under) == ("1", "2"):
                return "½"
            return f"{_grouped(over)}/{_grouped(under)}"
        if name == "hat":
            return f"{self._argument()}\u0302".replace("y\u0302", "ŷ").replace("g\u0302", "ĝ")
        if name == "sqrt":
            return f"√({self._argument()})"
        if name in ("mathrm", "operatorname", "mathsf", "mathbf", "text"):
            return self._argument() + (" " if name == "operatorname" else "")
        if name == "boxed":
            return f"⟨{self._argument()}⟩"
        if name in ("begin", "end"):
            self._argument()
            return "[" if name == "begin" else "]"
        if name == "\\":
            return "; "
        if name in (",", ";", " "):
            return " "
        if name in _LETTERS:
            gap = " " if name == "partial" and before[-1:].isalnum() else ""
            return gap + _LETTERS[name]
        return "" if name in _IGNORED else name


def _script(mark: str, text: str) -> str:
    text = text.strip().replace(" ← ", "←")
    if mark == "^" and text == "2":
        return "²"
    if mark == "^" and text == "T":
        return "ᵀ"
    simple = re.fullmatch(r"[\w+−-]", text) or (mark == "_" and text.isalnum())
    if simple or re.fullmatch(r"\(.*\)", text):
        return f"{mark}{text}"
    return f"{mark}({text})"


def _grouped(text: str) -> str:
    """In parentheses if it is more than one thing."""
    text = re.sub(r"(?<=∂) ", "", text.strip())
    whole = re.fullmatch(r"\(.*\)", text) and text.count("(") == 1
    return text if whole or not re.search(r"[ +−·]|(?<!^)-", text) else f"({text})"
