"""Tests of `pipeline.stages.local`."""

from pipeline.links.local import Commit
from pipeline.sources.github.trees import GitHubTree
from pipeline.stages.local import at_github, links_files, looked_up
from pipeline.stages.parse import parse

TEXT = """# L

[Top](#papers) [gone](#nowhere) [wiki](../../wiki) ![i](i.png)

## Papers

- [A Relational Model of Data](papers/codd.pdf) [arXiv](https://arxiv.org/abs/2401.00001)
- [Another Model of Much Data](papers/gone.pdf) [arXiv](https://arxiv.org/abs/2401.00002)
"""
TREE = GitHubTree.of(
    [
        {"path": "README.md", "mode": "100644", "type": "blob"},
        {"path": "papers", "mode": "040000", "type": "tree"},
        {"path": "papers/codd.pdf", "mode": "100644", "type": "blob"},
    ]
)
COMMIT = Commit("o/r", "a" * 40, "README.md", TREE)


def test_what_was_found_is_counted_no_more_as_not_checked() -> None:
    """Every target is counted once: found, missing, or not checked."""
    parsed = parse(TEXT, name="l")
    assert parsed.unchecked == {"heading": 2, "image": 1, "relative file": 3}

    found = looked_up(parsed, TEXT.encode(), "README.md", TREE)

    assert found.found == {"heading": 1, "relative file": 1}
    assert found.missing == {"heading": 1, "relative file": 1}
    assert found.unchecked == {"image": 1, "relative file": 1}
    assert [(one.code, one.line, one.column) for one in found.lacking] == [
        ("heading-missing", 3, 23),
        ("file-missing", 8, 32),
    ]


def test_without_a_repository_only_headings_are_looked_for() -> None:
    """A list whose files nobody tells of."""
    found = at_github(parse(TEXT, name="l"), TEXT.encode(), None)
    assert found.missing == {"heading": 1}
    assert found.unchecked == {"image": 1, "relative file": 3}


def test_files_of_a_list_at_github_get_their_address() -> None:
    """At the commit that was read; what stood in the list is kept."""
    parsed = parse(TEXT, name="l")
    assert links_files(parsed)
    found = at_github(parsed, TEXT.encode(), COMMIT)

    (link,) = (one for one in found.entries[0].links if one.written)
    assert link.url == f"https://github.com/o/r/blob/{'a' * 40}/papers/codd.pdf"
    assert (link.written, link.role) == ("papers/codd.pdf", "paper")


def test_list_without_files_needs_no_request() -> None:
    """Headings are in the text at hand."""
    assert not links_files(parse("# L\n\n[a](#l) [b](https://a.org)\n", name="l"))
