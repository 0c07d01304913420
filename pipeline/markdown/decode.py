"""Bytes to text, by what is known before what is likely; and the repair of damaged text."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import partial

from pipeline.errors import ConfigurationError
from pipeline.markdown.encodings import DECLARED, likeliest
from pipeline.records.lists import Problem
from pipeline.works.damaged import is_damaged, register_codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = re.compile(
    rb"\x89PNG\r\n|GIF8[79]a|\xff\xd8\xff|%PDF-|PK\x03\x04|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|7z\xbc\xaf"
    rb"|Rar!\x1a|\xd0\xcf\x11\xe0|\x28\xb5\x2f\xfd|\x7fELF|SQLite format"
)
"""How images, documents, archives, programs and databases begin."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_SAMPLE = 1 << 16
_ESCAPES = (
    (re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]"), "iso2022_jp_2", "ISO-2022-JP"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr", "ISO-2022-KR"),
)
"""How text begins that changes its character set on the way (RFC 1468, RFC 1557)."""
_DECLARED = re.compile(rb"(?:charset|coding|encoding) ?[=:] ?[\"']?([A-Za-z][\w.-]{2,20})")
"""As HTML, XML, Emacs, Vim and JabRef say it, near the beginning of a file."""
_DECLARED_WITHIN = 1024
_VALID_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_MOJIBAKE_CODECS = ("sloppy-windows-1252", "sloppy-windows-1254", "latin-1")
_LEAD_BYTE = re.compile("[\u00c2-\u00f4\u011e\u011f\u0130\u015e]")
"""The first byte of a longer character of UTF-8 as those codecs read it: C2 to F4."""
_NON_ASCII_RUN = re.compile("[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a list are to be read."""

    codec: str
    bom: bytes = b""
    assumed: str | None = None
    """What it is called where it is not plainly UTF-8, and how that is known."""
    place: int = 0
    """Of the first byte that shows it."""


def decode_bytes(data: bytes, *, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of list `name` and its faults; ConfigurationError where it is no text."""
    encoding = encoding_of(data)
    if encoding is None:
        raise ConfigurationError(f"{name} is a binary file, not a Markdown list.")
    text = data[len(encoding.bom) :].decode(encoding.codec, errors="replace")
    problems: tuple[Problem, ...] = ()
    if encoding.assumed is not None:
        line = _line(data[: encoding.place])
        problems = (_problem(name, line, f"The file is not UTF-8; {encoding.assumed}."),)
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


def encoding_of(data: bytes) -> Encoding | None:
    """Return how bytes are to be read, by what they say, show or likely mean; None for no text."""
    if _MAGIC.match(data):
        return None
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return Encoding(codec, bom)
    if (utf16 := _utf16_without_bom(data)) is not None:
        return Encoding(utf16, assumed="it is UTF-16 without a byte order mark")
    if _is_binary(data[:_SAMPLE]):
        return None
    return _with_escapes(data) or _of_bytes(data)


def _with_escapes(data: bytes) -> Encoding | None:
    for escape, codec, name in _ESCAPES:
        if (found := escape.search(data)) and _decodes(data, codec):
            return Encoding(codec, assumed=f"it is {name} by its escapes", place=found.start())
    return None


def _of_bytes(data: bytes) -> Encoding:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        codec, assumed = _not_utf8(data)
        return Encoding(codec, assumed=assumed, place=error.start)
    return Encoding("utf-8")


def _not_utf8(data: bytes) -> tuple[str, str]:
    """Return codec and reason for bytes that are no UTF-8 throughout."""
    register_codecs()
    # Text of another encoding has hardly ever a valid sequence of UTF-8 in it.
    valid = len(_VALID_UTF8.findall(data))
    if valid > data.decode("utf-8", errors="replace").count("\ufffd"):
        return "utf-8", "it was read as UTF-8 with damaged characters"
    declared = _DECLARED.search(data, 0, _DECLARED_WITHIN)
    if declared is not None:
        name = declared[1].decode()
        codec = DECLARED.get(name.lower().replace("_", "-"))
        if codec is not None and _decodes(data, codec):
            return codec, f"it was read as {name}, as it declares"
    codec, name = likeliest(data)
    return codec, f"it was read as {name}, which is likeliest"


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


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
    """Recognise UTF-16 by the zero bytes of its ASCII characters, which all text has."""
    sample = data[:4096]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 8 or b"\x00" not in sample:
        return None
    for codec, zeros, others in (
        ("utf-16-le", sample[1::2], sample[0::2]),
        ("utf-16-be", sample[0::2], sample[1::2]),
    ):
        if zeros.count(0) > 3 * others.count(0) and _is_text(sample.decode(codec, "replace")):
            return codec
    return None


def _is_text(text: str) -> bool:
    """Say whether a twentieth is ASCII, and hardly anything a control or no character."""
    plain = sum(1 for char in text if " " <= char <= "~" or char in "\t\r\n")
    odd = sum(1 for char in text if unicodedata.category(char) in _ODD and char not in "\t\r\n")
    # The end of the sample may be half a character.
    return plain * 20 >= len(text) and (odd + text[:-1].count("\ufffd")) * 20 <= len(text)


_ODD = frozenset({"Cc", "Cn", "Co", "Cs"})


def repair(text: str) -> str:
    """
    Undo a wrong decoding of UTF-8 in a title or a cell, wholly or not at all.

    Bytes that Windows-1252 and -1254 lack are lost; such a run is never valid, so none is made up.
    """
    if text.isascii() or not _LEAD_BYTE.search(text) or not is_damaged(text):
        return text
    register_codecs()
    for codec in _MOJIBAKE_CODECS:
        try:
            repaired = _NON_ASCII_RUN.sub(partial(_recoded, codec=codec), text)
        except UnicodeError:
            continue
        return text if is_damaged(repaired) else repaired
    return text


def _recoded(run: re.Match[str], *, codec: str) -> str:
    return run.group().encode(codec).decode("utf-8")
