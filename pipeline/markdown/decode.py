"""Bytes to text, by what is known before what is likely; and the repair of damaged text."""

import codecs
import re
from functools import partial

import ftfy.bad_codecs
import ftfy.badness

from pipeline.errors import ConfigurationError
from pipeline.records.lists import Problem

ftfy.bad_codecs.ok()  # registers the sloppy-windows codecs
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = re.compile(
    rb"\x89PNG\r\n|GIF8[79]a|\xff\xd8\xff|%PDF-|PK\x03\x04|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|7z\xbc\xaf"
    rb"|Rar!\x1a|\xd0\xcf\x11\xe0|\x28\xb5\x2f\xfd|\x7fELF|SQLite format"
)
"""How images, documents, archives, programs and databases begin."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_SAMPLE = 1 << 16
# GB18030 assigns nearly every pair of bytes, so it is believed only where it yields Chinese.
_CHINESE_SHARE = 0.5
_MOJIBAKE_CODECS = ("sloppy-windows-1252", "sloppy-windows-1254", "latin-1")
_LEAD_BYTE = re.compile("[\u00c2-\u00f4\u011e\u011f\u0130\u015e]")
"""The first byte of a longer character of UTF-8 as those codecs read it: C2 to F4."""
_NON_ASCII_RUN = re.compile("[^\x00-\x7f\ue000-\ue00f]+")  # the marks of marked text stay


def decode_bytes(data: bytes, *, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of list `name` and its faults; ConfigurationError where it is no text."""
    if _MAGIC.match(data):
        raise ConfigurationError(f"{name} is a binary file, not a Markdown list.")
    text, problems = _decoded(data, name)
    if "\x00" in text:
        line = _line(text[: text.index("\x00")].encode())
        problems = (*problems, _problem(name, line, _NULS.format(text.count("\x00"))))
        return text.replace("\x00", "\ufffd"), problems
    lines = [] if text.isascii() else re.split(r"\r\n|\n|\r", text)
    wrong = [number for number, line in enumerate(lines, 1) if _is_mojibake(line)]
    lost = [number for number, line in enumerate(lines, 1) if "\ufffd" in line]
    for numbers, message in (wrong, _MOJIBAKE), ([] if problems else lost, _LOST):
        if numbers:  # what an earlier wrong decoding has left; U+FFFD may be our own
            count = "One line" if len(numbers) == 1 else f"{len(numbers):,} lines"
            problems = (*problems, _problem(name, numbers[0], message.format(count)))
    return text, problems


def _is_mojibake(line: str) -> bool:
    """Say whether a line, or a cell of it, is repaired; each of them is a unit of its own."""
    return _LEAD_BYTE.search(line) is not None and any(
        repair(part) != part for part in line[:_LONGEST].split("|")
    )


_LONGEST = 20_000
_MOJIBAKE = (
    "{} from here on with text that was decoded wrongly (like “Ã¶” for “ö”); it is read as"
    " what it was."
)
_LOST = "{} from here on with U+FFFD, which stands for a character that was lost."
_NULS = "The file holds {} zero byte(s) from this line on; each was read as U+FFFD."


def _decoded(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace"), ()
    utf16 = _utf16_without_bom(data)
    if utf16 is not None:
        return utf16, (_problem(name, 1, "The file is UTF-16 without a byte order mark."),)
    if _is_binary(data[:_SAMPLE]):
        raise ConfigurationError(f"{name} is a binary file, not a Markdown list.")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = _line(data[: error.start])
    text, encoding = _best_effort(data)
    return text, (_problem(name, line, f"The file is not UTF-8; it was read as {encoding}."),)


def _is_binary(sample: bytes) -> bool:
    """Say whether zero bytes are no accident: over one in a hundred is a control character."""
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return b"\x00" in sample and controls > max(3, len(sample) // 100)


def _line(before: bytes) -> int:
    """Return the line on which something stands, from what stands before it."""
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


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
        chinese = ""
    foreign = [c for c in chinese if c > "\x7f"]
    ideographs = sum(1 for c in foreign if "\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f")
    if chinese and ideographs >= _CHINESE_SHARE * len(foreign):
        return chinese, "GB18030"
    return data.decode("sloppy-windows-1252"), "Windows-1252"


def repair(text: str) -> str:
    """
    Undo a wrong decoding of UTF-8 in a title or a cell, wholly or not at all.

    Bytes that Windows-1252 and -1254 lack are lost; such a run is never valid, so none is made up.
    """
    if text.isascii() or not _LEAD_BYTE.search(text) or not ftfy.badness.is_bad(text):
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
