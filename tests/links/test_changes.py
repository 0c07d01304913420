"""Tests of `pipeline.links.changes`: a diff's added lines, and what lies on them."""

from collections.abc import Callable

import pytest

from pipeline.links.changes import (
    Added,
    added_lines,
    lines_not_in,
    only_touched,
    read_patch,
    restricted,
    restricted_papers,
)
from pipeline.records.catalog import Finding, Paper, Resolution
from pipeline.records.lists import Entry, Link, ParsedList, Problem

HEAD = "diff --git a/{0} b/{0}\nindex 1..2 100644\n--- a/{0}\n+++ b/{0}\n"


# --- a diff -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hunks", "lines"),
    [
        pytest.param("@@ -3 +3 @@ # Papers\n-a\n+b\n", {3}, id="one line changed"),
        pytest.param("@@ -2,0 +3,2 @@\n+a\n+b\n", {3, 4}, id="two lines added"),
        pytest.param("@@ -2,2 +1,0 @@\n-a\n-b\n", set(), id="two lines deleted"),
        pytest.param("@@ -1 +1 @@\n-a\n+b\n@@ -9,0 +10 @@\n+c\n", {1, 10}, id="two hunks"),
        pytest.param("@@ -1,3 +1,3 @@\n x\n-a\n+b\n y\n", {2}, id="with context"),
        pytest.param("@@ -0,0 +1,2 @@\n++++ b/x\n+@@ -1 +1 @@\n", {1, 2}, id="looks like a head"),
        pytest.param("@@ -1,2 +0,0 @@\n--- a/x\n-+++ b/y\n", set(), id="looks like a file"),
        pytest.param(
            "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
            {1},
            id="no newline at the end",
        ),
        pytest.param("@@ -1 +1 @@\n-a\r\n+b\x0bc\x0c\u2028d\r\n", {1}, id="other line ends"),
        pytest.param("@@ -0,0 +1,5 @@\n+a\n", {1}, id="cut off"),
    ],
)
def test_added_lines(hunks: str, lines: set[int]) -> None:
    """The numbers are those of the new file."""
    assert added_lines(HEAD.format("README.md") + hunks) == {"README.md": lines}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("b/a list.md\t", "a list.md"),
        ("b/lists/b/README.md", "lists/b/README.md"),
        ('"b/tab\\there.md"', "tab\there.md"),
        ('"b/a \\"quoted\\" \\\\ name.md"', 'a "quoted" \\ name.md'),
        ('"b/\\303\\244.md"', "ä.md"),
        ("b/ä.md", "ä.md"),
        ('"b/new\\nline\\001.md"', "new\nline\x01.md"),
        ("b/README.md\r", "README.md"),
    ],
)
def test_paths_are_unquoted(written: str, path: str) -> None:
    """As git writes them, with and without `core.quotePath`."""
    diff = f"diff --git x y\n--- a/x\n+++ {written}\n@@ -0,0 +1 @@\n+a\n"

    assert added_lines(diff) == {path: {1}}


def test_bytes_that_are_no_utf8_stay_apart() -> None:
    """A name in Latin-1 is the one that the file system gives."""
    diff = b'--- a/x\n+++ "b/\\344.md"\n@@ -0,0 +1 @@\n+a\n'

    assert list(added_lines(diff)) == [b"\xe4.md".decode("utf-8", "surrogateescape")]


def test_several_files() -> None:
    """Each has its own; a deleted one has none, nor has a binary or a renamed one."""
    diff = (
        HEAD.format("a.md")
        + "@@ -1 +1 @@\n-a\n+b\n"
        + "diff --git a/b.md b/b.md\ndeleted file mode 100644\n--- a/b.md\n+++ /dev/null\n"
        + "@@ -1 +0,0 @@\n-a\n"
        + "diff --git a/c.png b/c.png\nBinary files a/c.png and b/c.png differ\n"
        + "diff --git a/d.md b/e.md\nsimilarity index 100%\nrename from d.md\nrename to e.md\n"
        + HEAD.format("f.md")
        + "@@ -0,0 +7 @@\n+b\n"
    )

    assert added_lines(diff) == {"a.md": {1}, "f.md": {7}}


def test_time_is_linear(growth: Callable[..., float]) -> None:
    """A hunk that claims more lines than it has is read once."""

    def make(size: int) -> str:
        return HEAD.format("a") + "@@ -1,999999999 +1,999999999 @@\n" * size

    assert growth(make, added_lines, small=500) < 24


# --- what lies on the lines -------------------------------------------------------------------


def link(line: int) -> Link:
    """Return the link of a line."""
    return Link(url=f"https://example.org/{line}", line=line, column=1)


def entry(*lines: int, name: str = "l") -> Entry:
    """Return an entry with a link on each line."""
    links = tuple(map(link, lines))
    return Entry(list=name, line=lines[0], end_line=lines[-1], title="T", links=links)


def paper(key: str, *mentions: Entry, findings: tuple[Finding, ...] = ()) -> Paper:
    """Return a paper."""
    resolution = Resolution(status="skipped")
    return Paper(key=key, title="T", mentions=mentions, resolution=resolution, findings=findings)


def lines_of(entries: tuple[Entry, ...]) -> list[list[int]]:
    """Return the lines of the entries' links."""
    return [[one.line for one in each.links] for each in entries]


@pytest.mark.parametrize(
    ("added", "entries", "others"),
    [
        (frozenset[int](), [], []),
        (frozenset({4}), [[4]], []),
        (frozenset({3, 4, 9}), [[3, 4]], [9]),
        (frozenset({1, 5}), [[1]], []),
        (None, [[1], [3, 4]], [8, 9]),
    ],
)
def test_list_is_restricted_to_links(
    added: Added, entries: list[list[int]], others: list[int]
) -> None:
    """Entries without a link on the lines are left out; None stands for the whole file."""
    problem = Problem(list="l", line=9, code="unread-entry", message="m")
    whole = ParsedList(
        name="l",
        entries=(entry(1), entry(3, 4)),
        other_links=(link(8), link(9)),
        problems=(problem,),
        ignored={4: ""},
    )

    found = restricted(whole, added)

    assert lines_of(found.entries) == entries
    assert [one.line for one in found.other_links] == others
    assert found.problems == ((problem,) if 9 in others else ())
    assert found.ignored == {4: ""}


def test_entry_keeps_what_it_says() -> None:
    """Its place and title are those of the whole entry."""
    (found,) = restricted(ParsedList(name="l", entries=(entry(3, 4),)), frozenset({4})).entries

    assert (found.line, found.end_line, found.title) == (3, 4, "T")


def test_papers_are_restricted_to_links() -> None:
    """A mention in a list that was not touched is left out, and so are findings elsewhere."""
    told = tuple(
        Finding(code="pdf-link", severity="info", message="m", list="l", line=line)
        for line in (3, 4)
    )
    papers = [
        paper("a", entry(3, 4), entry(9), entry(4, name="other"), findings=told),
        paper("b", entry(3)),
        paper("c", entry(1, name="new")),
    ]
    added: dict[str, Added] = {"l": frozenset({4}), "new": None}

    found = restricted_papers(papers, added)

    assert [(one.key, lines_of(one.mentions)) for one in found] == [("a", [[4]]), ("c", [[1]])]
    assert [one.line for one in found[0].findings] == [4]


def test_touched_papers_stay_whole() -> None:
    """So that which work is meant does not hang on what was touched."""
    papers = [
        paper("a", entry(3, 4), entry(9)),
        paper("b", entry(3)),
        paper("c", entry(4, name="other")),
    ]

    assert only_touched(papers, {"l": frozenset({4})}) == papers[:1]


# --- as GitHub gives it -----------------------------------------------------------------------

PATCH = """@@ -1,4 +1,4 @@ # Papers
 one
-two
+two and a half
+new
 three
-moved
@@ -10,2 +11,3 @@
 ten
+moved
 eleven
\\ No newline at end of file"""


def test_hunks_without_a_head() -> None:
    """What is added, what of it is new, and the lines that are shown."""
    patch = read_patch(PATCH)

    assert patch.added == {2, 3, 12}
    assert patch.new == {2, 3}
    assert patch.shown == (range(1, 5), range(11, 14))


def test_other_line_ends_are_no_new_lines() -> None:
    """Whoever saves a file with CRLF changes no entry."""
    patch = read_patch("@@ -1,2 +1,2 @@\n-one\n-two\n+one\r\n+two\r")

    assert patch.added == {1, 2}
    assert patch.new == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+one",
        "@@ -1 +1,999999999 @@\n+one",
        "@@ nonsense @@\n+x",
        "@@ -1,0 +1 @@\n+@@ -1 +1 @@",
    ],
)
def test_hunks_that_are_none_lead_nowhere(text: str) -> None:
    """Nor does a line that looks like a head."""
    assert read_patch(text).added <= {1}


def test_lines_that_another_text_has_not() -> None:
    """As often as it has them, wherever they are."""
    assert lines_not_in("a\nb\nc\n", "c\r\na\r\nb\r\nb\r\nx\r\n") == {4, 5}
    assert lines_not_in("", "a\rb") == {1, 2}
