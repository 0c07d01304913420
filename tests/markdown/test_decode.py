"""Bytes to text, and the repair of text that a wrong decoding damaged."""

import codecs

import pytest

from pipeline.errors import ConfigurationError
from pipeline.markdown.decode import decode_bytes, repair

TEXT = "# 推荐系统\n\n- Café ✅\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
)
def test_unicode_files_are_read_without_a_problem(data: bytes) -> None:
    """UTF-8, and UTF-16 or -32 with a byte order mark, are known and not guessed."""
    assert decode_bytes(data, name="list") == (TEXT, ())


@pytest.mark.parametrize(
    ("data", "text", "said"),
    [
        (
            "中文论文列表\n注意力就是一切".encode("gb18030"),
            "中文论文列表\n注意力就是一切",
            "GB18030",
        ),
        ("Résumé – naïve".encode("cp1252"), "Résumé – naïve", "Windows-1252"),
        (
            "ok\n中文论文列表，注意力就是你所需要的全部".encode() + b"\xff!",
            "ok\n中文论文列表，注意力就是你所需要的全部\ufffd!",
            "damaged",
        ),
        ("# A list of papers\n".encode("utf-16-le"), "# A list of papers\n", "UTF-16"),
    ],
)
def test_other_encodings_are_read_with_a_problem(data: bytes, text: str, said: str) -> None:
    """What is no UTF-8 is read as well as it can be, and the problem names the encoding."""
    got, (problem,) = decode_bytes(data, name="list")
    assert got == text
    assert (problem.code, problem.list) == ("encoding", "list")
    assert said in problem.message


def test_problem_names_the_first_bad_line() -> None:
    """The line of an encoding problem is that of the first byte that does not fit."""
    _, (problem,) = decode_bytes(b"one\ntwo\nthr\xe9e\n", name="list")
    assert problem.line == 3


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"PK\x03\x04\x00\x00abc"])
def test_binary_files_are_refused_by_name(data: bytes) -> None:
    """A file with zero bytes that is no UTF-16 ends the run with a sentence that names it."""
    with pytest.raises(ConfigurationError, match=r"papers\.md"):
        decode_bytes(data, name="papers.md")


def garbled(text: str, codec: str = "cp1252") -> str:
    """Return text as it looks after its UTF-8 was read in another encoding."""
    return text.encode().decode(codec)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("HKFR✅", "cp1252"),
        ("🔷 1.1 Features", "cp1254"),
        ("（8B）", "cp1252"),
        ("目录如下", "cp1252"),
    ],
)
def test_lossless_mojibake_is_repaired(text: str, codec: str) -> None:
    """Text whose bytes are all still there becomes what it was."""
    assert garbled(text, codec) != text
    assert repair(garbled(text, codec)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Café naïve Müller ß",
        "推荐系统✅",
        "Schrödinger’s “cat” – née",
        garbled("✅") + " 推荐",
        "é\u00b5å¾ª",
        "æ¢æµ‹ChatGPTåœ¨point-wise",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    """Right text, mixed text and text that lost bytes are returned unchanged."""
    assert repair(text) == text
