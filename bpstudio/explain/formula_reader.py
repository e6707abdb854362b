"""Reads the LaTeX that derivations write, and composes it."""

from __future__ import annotations

import re

from bpstudio.explain.formula_box import (
    BIG_FENCE,
    DISPLAY,
    LARGE_OPERATOR,
    SCALES,
    SCRIPT,
    TEXT,
    Atom,
    Box,
    accented,
    fraction,
    letter,
    root,
    row,
    with_limits,
    with_scripts,
)
from bpstudio.explain.glyphs import styled

SPOT, SPOT_END, FIRST_NUMBER = "\ue000", "\ue001", 0xE100
"""What stands around a marked part of a formula, from Unicode's private use: SPOT, its number as a
letter from FIRST_NUMBER on, the part, SPOT_END."""

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "theta": "θ", "eta": "η",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "rho": "ρ", "partial": "∂",
}  # fmt: skip
_SIGNS = {
    "Delta": ("ord", "Δ"), "infty": ("ord", "∞"), "vdots": ("ord", "⋮"), "ddots": ("ord", "⋱"),
    "Vert": ("ord", "‖"), "vert": ("ord", "|"), "cdots": ("inner", "⋯"), "dots": ("inner", "…"),
    "cdot": ("bin", "⋅"), "times": ("bin", "×"), "odot": ("bin", "⊙"), "leftarrow": ("rel", "←"),
    "to": ("rel", "→"), "le": ("rel", "≤"), "ne": ("rel", "≠"), "in": ("rel", "∈"),
    "approx": ("rel", "≈"),
}  # fmt: skip
_PLAIN = {
    "+": ("bin", "+"), "-": ("bin", "−"), "−": ("bin", "−"), "=": ("rel", "="), "<": ("rel", "<"),
    ">": ("rel", ">"), "(": ("open", "("), "[": ("open", "["), ")": ("close", ")"),
    "]": ("close", "]"), ",": ("punct", ","), ";": ("punct", ";"), "|": ("ord", "|"),
    ".": ("ord", "."), "/": ("ord", "/"), "*": ("bin", "∗"), ":": ("rel", ":"), "…": ("inner", "…"),
}  # fmt: skip
_WORDS = ("ln", "tanh", "max", "min", "exp")
_SPACES = {",": 3 / 18, ":": 4 / 18, ";": 5 / 18, " ": 0.25, "quad": 1.0}
_FONTS = {"mathrm": "upright", "text": "upright", "mathsf": "sans", "mathbf": "bold"}
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\s+|.", re.DOTALL)


class UnknownLatexError(ValueError):
    """The formula holds something that is not read here."""


def composed(latex: str) -> Box:
    """The formula in display style; UnknownLatexError for commands or letters that are not known.

    FONT_LOCK must be held.
    """
    reader = _Reader(latex)
    try:
        atoms = reader.atoms(DISPLAY)
    except KeyError as error:
        raise UnknownLatexError(f"{error} is not known here: {latex}") from None
    if reader.rest:
        raise UnknownLatexError(f"The braces do not match: {latex}")
    return row(atoms, DISPLAY)


class _Reader:
    """Goes through the tokens; ``rest`` are those to come, the next one last."""

    def __init__(self, latex: str) -> None:
        self.rest = _TOKEN.findall(latex)[::-1]

    def atoms(self, style: int, until: str = "") -> list[Atom]:
        """The atoms up to a token that ends the group, or to the end."""
        found: list[Atom] = []
        while self.rest:
            token = self.rest.pop()
            if token == until:
                return found
            if token in ("}", SPOT_END):
                raise UnknownLatexError("Something ends that has not begun.")
            if token.isspace():
                continue
            if token in ("^", "_", "'"):
                self.rest.append(token)
                base = found.pop() if found and found[-1].kind != "space" else Atom("ord", Box())
            else:
                base = self._atom(token, style)
            found.append(self._with_scripts(base, style))
        if until:
            raise UnknownLatexError("Something begins that does not end.")
        return found

    def _atom(self, token: str, style: int) -> Atom:
        if token == "{":
            return Atom("ord", row(self.atoms(style, "}"), style))
        if token == SPOT:
            number = ord(self.rest.pop()) - FIRST_NUMBER
            inner = self.atoms(style, SPOT_END)
            atom = inner[0] if len(inner) == 1 else Atom("ord", row(inner, style))
            kind = "ord" if atom.kind == "bin" else atom.kind
            return Atom(kind, atom.box.as_spot(number), atom.italic, atom.letter)
        if token[0] == "\\":
            return self._command(token[1:], style)
        if token in _PLAIN:
            kind, sign = _PLAIN[token]
            return Atom(kind, letter(sign, style)[0], letter=True)
        if token.isdecimal():
            return Atom("ord", letter(token, style)[0], letter=True)
        return _letter(styled(token, "italic"), style)

    def _command(self, name: str, style: int) -> Atom:
        if name in _GREEK:
            return _letter(styled(_GREEK[name], "italic"), style)
        if name in _SIGNS:
            kind, sign = _SIGNS[name]
            return Atom(kind, letter(sign, style)[0], letter=True)
        if name in _SPACES:
            return Atom("space", Box(_SPACES[name] * SCALES[style]))
        if name in _WORDS:
            return Atom("op", _word(name, "upright", style))
        if name == "operatorname":
            return Atom("op", _word(self._text(), "upright", style))
        if name in _FONTS:
            return Atom("ord", _word(self._text(), _FONTS[name], style), letter=True)
        if name in ("frac", "tfrac"):
            whole = max(style, TEXT) if name == "tfrac" else style
            inner = min(whole + 1, len(SCALES) - 1)
            over, under = self._argument(inner), self._argument(inner)
            return Atom("inner", fraction(over, under, whole))
        if name == "sqrt":
            return Atom("ord", root(self._argument(style), style))
        if name == "hat":
            return self._hat(style)
        if name == "sum":
            tall = LARGE_OPERATOR if style == DISPLAY else 0.0
            return Atom("op", letter("∑", style, tall)[0], limits=style == DISPLAY)
        if name == "Big":
            kind, sign = _PLAIN[self.rest.pop()]
            return Atom(kind, letter(sign, style, BIG_FENCE)[0])
        raise KeyError(f"\\{name}")

    def _hat(self, style: int) -> Atom:
        name = self._text()
        sign = styled(name, "italic")
        box, found = letter(sign, style)
        return Atom("ord", accented(box, found.top, "\u0302", style), found.italic, letter=True)

    def _with_scripts(self, base: Atom, style: int) -> Atom:
        sub: Box | None = None
        sup: Box | None = None
        inner = max(SCRIPT, min(style + 1, len(SCALES) - 1))
        while self.rest and self.rest[-1] in ("^", "_", "'"):
            token = self.rest.pop()
            if token == "_" and sub is None:
                sub = self._argument(inner)
            elif token != "_" and sup is None:
                sup = self._argument(inner) if token == "^" else None
                if token == "'":
                    prime = row([Atom("ord", letter("′", style)[0])], style)
                    base = Atom(base.kind, row([base, Atom("ord", prime)], style), letter=True)
            else:
                raise UnknownLatexError("A letter has two scripts of one kind.")
        if sub is None and sup is None:
            return base
        if base.limits:
            return Atom(base.kind, with_limits(base.box, sub, sup, style))
        return Atom(base.kind, with_scripts(base, sub, sup, style))

    def _argument(self, style: int) -> Box:
        """A group in braces, or a single token."""
        while self.rest and self.rest[-1].isspace():
            self.rest.pop()
        if not self.rest:
            raise UnknownLatexError("A command lacks its argument.")
        token = self.rest.pop()
        if token == "{":
            return row(self.atoms(style, "}"), style)
        return row([self._atom(token, style)], style)

    def _text(self) -> str:
        """A group in braces as it is written."""
        if not self.rest or self.rest.pop() != "{":
            raise UnknownLatexError("A command lacks its argument.")
        text = ""
        while self.rest and self.rest[-1] != "}":
            text += self.rest.pop()
        if not self.rest:
            raise UnknownLatexError("Something begins that does not end.")
        self.rest.pop()
        return text


def _letter(sign: str, style: int) -> Atom:
    box, found = letter(sign, style)
    return Atom("ord", box, found.italic, letter=True)


def _word(text: str, font: str, style: int) -> Box:
    atoms = []
    for sign in text:
        if sign == " ":
            atoms.append(Atom("space", Box(0.25 * SCALES[style])))
        else:
            atoms.append(Atom("ord", letter(styled(sign, font), style)[0]))
    return row(atoms, style)
