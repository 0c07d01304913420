"""Several lists are linted on all cores, to the same result as one after the other."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import LOST
from pipeline.executors.local import Local
from pipeline.links.rules import IgnoreRule
from pipeline.run import linting
from pipeline.run.linting import Linted, lint_all
from pipeline.sources.lists import File, ListSource, Remote

TODAY = date(2026, 11, 30)
GOOD = b"# A\n- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)\n"
BAD = GOOD + b"- [Deep Residual Learning](http:/example.org/x)\n[a](no.md)\n"
BINARY = b"\x89PNG\r\n\x1a\n"
FATAL = b"ends its process"
Words = tuple[str, int, list[tuple[str, int]]] | str


def ending(job: linting.Job, **options: object) -> object:
    """Lint a list; one takes its process along, as a fault in native code would."""
    if job[1] == FATAL:
        os._exit(1)
    return LINT_ONE(job, **options)  # type: ignore[arg-type]


LINT_ONE = linting.lint_one


def run(
    folder: Path, lists: Sequence[bytes], cores: int, *, found: bool = False, named: bool = True
) -> list[Words]:
    """Lint lists that lie in a folder; return what was found, and why nothing was."""
    sources = []
    for number, data in enumerate(lists):
        path = folder / f"{number}.md"
        path.write_bytes(data)
        sources.append(ListSource(str(number), File(path), found))
    with Local(cores) as executor:
        results = list(lint_all(sources, (), TODAY, executor, named=named))
    return [words(one) for one in results]


def words(one: Linted | ConfigurationError) -> Words:
    """Return what can be compared."""
    if isinstance(one, ConfigurationError):
        return str(one)
    faults = [(fault.code, fault.locations[0].line) for fault in one.found]
    return Path(one.name).name, one.entries, faults


@pytest.fixture
def _heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is worth a process."""
    monkeypatch.setattr(linting, "weigh", lambda _: 10_000_000)


@pytest.mark.usefixtures("_heavy")
def test_result_is_the_same_on_all_cores(tmp_path: Path) -> None:
    """In the order of the lists: also what is no text, and what its neighbours on disk tell."""
    lists = [BAD, BINARY, GOOD, BAD * 2]
    alone, together = run(tmp_path, lists, 1), run(tmp_path, lists, 2)

    assert alone == together
    assert alone[0] == ("0.md", 2, [("link-malformed", 3), ("file-missing", 4)])
    assert str(alone[1]).endswith("1.md is a binary file, not a Markdown list.")
    assert alone[2] == ("2.md", 1, [])


@pytest.mark.usefixtures("_heavy")
def test_list_that_ends_its_process_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named with the reason."""
    monkeypatch.setattr(linting, "lint_one", ending)

    found = run(tmp_path, [GOOD, FATAL, BAD], 2)

    assert found[1] == f"1: {LOST.reason}"
    assert [one[0] for one in (found[0], found[2])] == ["0.md", "2.md"]


def test_what_a_folder_holds_without_an_entry_is_left_out(tmp_path: Path) -> None:
    """A file that is named needs no entry either; a list of the config file should have some."""
    prose = b"Be kind.\n"

    assert run(tmp_path, [GOOD, prose], 1, found=True) == [("0.md", 1, [])]
    assert run(tmp_path, [prose], 1) == [("0.md", 0, [])]
    assert run(tmp_path, [prose], 1, named=False) == [("0.md", 0, [("no-entries", 1)])]


def test_rules_and_comments_of_each_list_are_honoured(tmp_path: Path) -> None:
    """A rule holds for all lists, a comment for its line."""
    (tmp_path / "a.md").write_bytes(BAD.replace(b"/x)", b"/x) <!-- pipeline:ignore moves -->"))
    (tmp_path / "b.md").write_bytes(BAD)
    sources = [ListSource(name, File(tmp_path / f"{name}.md")) for name in "ab"]
    rule = IgnoreRule(url="no.md", reason="r", expires=date(9999, 1, 1), file="f", line=1)

    first, second = lint_all(sources, (rule,), TODAY, None, named=True)

    assert words(first) == ("a.md", 2, [])
    assert words(second) == ("b.md", 2, [("link-malformed", 3)])


def test_list_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """In its place among the others."""
    sources = [
        ListSource("lost", File(tmp_path / "lost.md")),
        ListSource("far", Remote("https://example.org/list.md")),
    ]

    lost, far = lint_all(sources, (), TODAY, None, named=True)

    assert "lost.md" in str(lost)
    assert str(far) == "far: lint reads local files only"
