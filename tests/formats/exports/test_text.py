"""Text of strangers made clean."""

import pytest

from pipeline.formats.exports.text import ascii_letters, clean, file_name
from tests.formats.telling import HOSTILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("  two\r\n lines\t", "two lines"),
        ("a\x00b\x1b[31mc\x85d", "ab[31mc d"),
        ("left\u202eturned\u2066\ufeff", "leftturned"),
        ("half \ud800 pair", "half pair"),
        ("cafe\u0301", "café"),
        ("数据 – “quoted”", "数据 – “quoted”"),
    ],
)
def test_one_line_without_what_is_not_seen(text: str | None, expected: str) -> None:
    """Control characters, halves of pairs and what turns text round are taken out."""
    assert clean(text) == expected


def test_ascii_letters() -> None:
    """For keys: accents off, letters without a decomposition spelt."""
    assert ascii_letters("Łukasz Müller-Sørenßen 3D") == "lukaszmullersorenssen3d"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("docs/papers", "docs-papers"),
        ("../../etc/passwd", "etc-passwd"),
        ("...", "list"),
        ("论文", "论文"),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_of_files_lead_nowhere(name: str, expected: str) -> None:
    """A list's name may be a path; a file of an export stays in its folder."""
    assert file_name(name) == expected


def test_a_hostile_name() -> None:
    """Nothing of a shell, a path or a terminal is left."""
    assert set(file_name(HOSTILE)) & set("/\\\x1b\n<>`|:\x00") == set()
