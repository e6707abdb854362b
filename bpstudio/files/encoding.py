"""In which encoding a text is: by its mark, else by what its bytes can be."""

from __future__ import annotations

import codecs

from bpstudio.files.text import ENCODINGS, TextInput
from bpstudio.model.dataset import DataError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(source: TextInput, wanted: str | None = None) -> str:
    """The encoding: by a byte order mark, else UTF-8, GB 18030 or Latin-1, whichever all bytes fit.

    DataError where they do not fit the one that is wanted or that the mark promises.
    """
    with source.binary() as file:
        head = file.read(4096)
    if wanted is None:
        wanted = next((name for mark, name in _BOMS if head.startswith(mark)), None)
        wanted = wanted or _unmarked_utf16(head)
    elif wanted not in ENCODINGS:
        raise DataError(f"'{wanted}' is no encoding: choose from {', '.join(ENCODINGS)}.")
    if wanted is not None:
        bad = _misfit(source, wanted)
        if bad is not None:
            raise DataError(
                f"{source.name} is not all {ENCODINGS[wanted]} text, see byte {bad + 1:,}: "
                "choose another encoding or save it again as UTF-8."
            )
        return wanted
    if _misfit(source, "utf-8") is None:
        return "utf-8"
    # Western text can be decoded as Chinese by accident, but then gives rare characters.
    if _misfit(source, "gb18030") is None and _common_chinese(_odd_part(source)):
        return "gb18030"
    return "latin-1"


def _unmarked_utf16(head: bytes) -> str | None:
    """Text in western letters has a NUL in every other byte of UTF-16."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and len(head) % 2 == 0 and max(even, odd) > 0.4 * len(head) / 2:
        if even == 0:
            return "utf-16-le"
        if odd == 0:
            return "utf-16-be"
    return None


def _misfit(source: TextInput, encoding: str) -> int | None:
    """The first byte that the encoding cannot hold, from 0; None if all fit."""
    if encoding == "latin-1":
        return None
    decoder = codecs.getincrementaldecoder(encoding)()
    at = 0
    try:
        for block in source.blocks():
            held = len(decoder.getstate()[0])
            decoder.decode(block)
            at += len(block)
        held = len(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return max(at - held + error.start, 0)
    return None


def _odd_part(source: TextInput) -> str:
    """Up to a million characters from where GB 18030 text first is not ASCII."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    parts, count = [], 0
    for block in source.blocks():
        text = decoder.decode(block)
        if count or not text.isascii():
            parts.append(text)
            count += len(text)
        if count > 1_000_000:
            break
    return "".join(parts)


def _common_chinese(text: str) -> bool:
    """Whether nearly all that is not ASCII is among the 7,445 characters of GB 2312."""
    odd = {c for c in text if ord(c) > 127}
    rare = [c for c in odd if not c.encode("gb2312", "ignore")]
    return 10 * len(rare) <= len(odd)
