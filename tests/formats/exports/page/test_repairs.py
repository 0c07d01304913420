"""What of a list's repairs can be copied from the page, and what cannot."""

import pytest

from pipeline.formats.exports.page.repairs import Repaired, new_lines, patches

OLD, NEW = "https://old.example/a", "https://new.example/a"


def repaired(before: bytes, line: int = 1) -> Repaired:
    """A list whose one link is repaired."""
    old, new = OLD.encode(), NEW.encode()
    return Repaired(
        list="mine",
        before=before,
        after=before.replace(old, new),
        patch=b"+" + before.replace(old, new),
        edits=((line, OLD, before.index(old)),),
    )


@pytest.mark.parametrize(
    ("before", "number", "after"),
    [
        (f"- [A]({OLD})", 1, f"- [A]({NEW})"),
        (f"\ufeff- [A]({OLD})\r\n\r\n", 1, f"- [A]({NEW})"),
        (f"# L\r\n\r\n- [Ä]({OLD})  \r\n", 3, f"- [Ä]({NEW})  "),
        (f"# L\r- one\r- [A]({OLD})\r", 3, f"- [A]({NEW})"),
        (f"one\n\ttwo `{OLD}`\nthree\n", 2, f"\ttwo `{NEW}`"),
    ],
)
def test_the_line_as_it_should_be(before: str, number: int, after: str) -> None:
    """Numbered as the reader of lists does, without the end of the line."""
    assert new_lines([repaired(before.encode())]) == {("mine", 1, OLD): (number, after)}


def test_the_line_of_a_definition() -> None:
    """The link stands in line 1; what changes is the definition of its address, in line 3."""
    before = f"- [A][a]\n\n[a]: {OLD}\n"

    assert new_lines([repaired(before.encode())]) == {("mine", 1, OLD): (3, f"[a]: {NEW}")}


@pytest.mark.parametrize(
    "before",
    [
        f"- [A]({OLD}) \x1b[201~reboot\n".encode(),
        f"- [A]({OLD}) \x00\n".encode(),
        f"- [A]({OLD}) \x9b31m\n".encode(),
        f"- [É]({OLD})\n".encode("latin-1"),
    ],
)
def test_what_a_copy_would_change_or_a_terminal_obey(before: bytes) -> None:
    """Neither the line nor the patch is offered."""
    assert new_lines([repaired(before)]) == {}
    assert patches([repaired(before)]) == {}


def test_patch_with_the_number_of_its_repairs() -> None:
    """As it is, CR too."""
    text = f"- [A]({OLD})\r\n"

    assert patches([repaired(text.encode())]) == {"mine": (f"+- [A]({NEW})\r\n", 1)}
