"""
Bytes to text, and the repair of text that an earlier wrong decoding has damaged.

Nothing is guessed that can be known: a byte order mark decides, then valid UTF-8. Only what is
left is tried as the encodings that lists are really saved in.
"""

import codecs
import re
from functools import partial

import ftfy.bad_codecs
import ftfy.badness

from pipeline.errors import ConfigurationError
from pipeline.records import Problem

ftfy.bad_codecs.ok()  # registers the sloppy-windows codecs
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# GB18030 assigns nearly every pair of bytes, so it is believed only where it yields Chinese.
_CHINESE_SHARE = 0.5
_MOJIBAKE_CODECS = ("sloppy-windows-1252", "sloppy-windows-1254", "latin-1")
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")


def decode_bytes(data: bytes, *, name: str) -> tuple[str, tuple[Problem, ...]]:
    """
    Return the text of a list file and what was wrong with its encoding.

    `name` is the list's name, for the messages. Raises ConfigurationError where the bytes are no
    text at all.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace"), ()
    utf16 = _utf16_without_bom(data)
    if utf16 is not None:
        return utf16, (_problem(name, 1, "The file is UTF-16 without a byte order mark."),)
    if b"\x00" in data:
        raise ConfigurationError(f"{name} is a binary file, not a Markdown list.")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    text, encoding = _best_effort(data)
    return text, (_problem(name, line, f"The file is not UTF-8; it was read as {encoding}."),)


def _problem(name: str, line: int, message: str) -> Problem:
    return Problem(list=name, line=line, code="encoding", message=message)


def _utf16_without_bom(data: bytes) -> str | None:
    """Read UTF-16 that says so only by the zero bytes of its ASCII characters."""
    sample = data[:4096]
    if len(sample) < 8 or len(data) % 2:
        return None
    half = len(sample) // 2
    for encoding, zeros, others in (
        ("utf-16-le", sample[1::2], sample[0::2]),
        ("utf-16-be", sample[0::2], sample[1::2]),
    ):
        if zeros.count(0) > 0.4 * half and others.count(0) == 0:
            return data.decode(encoding, errors="replace")
    return None


def _best_effort(data: bytes) -> tuple[str, str]:
    """Read bytes that are no UTF-8: damaged UTF-8, GB18030, or else Windows-1252."""
    damaged = data.decode("utf-8", errors="replace")
    broken, others = damaged.count("\ufffd"), sum(1 for c in damaged if c > "\x7f")
    if broken * 10 < others:
        return damaged, "UTF-8 with damaged characters"
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("sloppy-windows-1252"), "Windows-1252"
    foreign = [c for c in chinese if c > "\x7f"]
    ideographs = sum(1 for c in foreign if "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f")
    if ideographs >= _CHINESE_SHARE * len(foreign):
        return chinese, "GB18030"
    return data.decode("sloppy-windows-1252"), "Windows-1252"


def repair(text: str) -> str:
    """
    Undo a wrong decoding of UTF-8 where that loses nothing; else return the text as it is.

    The whole text is one unit (a title, a cell): every run of foreign characters must turn into
    valid UTF-8 again, or nothing is touched. Bytes that Windows-1252 and -1254 do not define are
    lost in such text, and then a run cannot be valid, so no wrong character is ever made up.
    """
    if text.isascii() or not ftfy.badness.is_bad(text):
        return text
    for codec in _MOJIBAKE_CODECS:
        try:
            repaired = _NON_ASCII_RUN.sub(partial(_recoded, codec=codec), text)
        except UnicodeError:
            continue
        return repaired if not ftfy.badness.is_bad(repaired) else text
    return text


def _recoded(run: re.Match[str], *, codec: str) -> str:
    return run.group().encode(codec).decode("utf-8")
