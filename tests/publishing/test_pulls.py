"""Pull requests: what differs, what is ours, what the texts say."""

from typing import Any

import pytest

from pipeline.formats.report_json import Location
from pipeline.publishing.pulls import (
    CATALOG,
    FIXES,
    Change,
    blob_sha,
    catalog_text,
    changes_of,
    fixes_text,
    is_ours,
    plan_pull,
)
from pipeline.records.github import Branch, Commit, PullRequest, TreeEntry
from tests.publishing.test_issue import diagnostic, report

BASE = Commit(sha="b" * 40, tree="c" * 40, message="first")


OLD = TreeEntry("100644", blob_sha(b"old"))


def test_blob_has_gits_name() -> None:
    """As `git hash-object` names it."""
    assert blob_sha(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_sha(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_changes_are_what_differs() -> None:
    """New files, changed files; the same ones and those that are no files are left."""
    base = {
        "same.md": TreeEntry("100644", blob_sha(b"same")),
        "run.sh": TreeEntry("100755", blob_sha(b"old")),
        "link.md": TreeEntry("120000", blob_sha(b"target")),
        "module": TreeEntry("160000", "d" * 40),
    }
    files = {"same.md": b"same", "run.sh": b"new", "link.md": b"x", "module": b"x", "new.md": b"n"}

    changes, notes = changes_of(files, base)

    assert [(change.path, change.mode) for change in changes] == [
        ("new.md", "100644"),
        ("run.sh", "100755"),
    ]
    assert len(notes) == 2


def message(branch: str, tree: str) -> str:
    """Return the message of a commit of ours."""
    return f"Title\n\nPipeline-Branch: {branch}\nPipeline-Tree: {tree}\n"


@pytest.mark.parametrize(
    ("text", "ahead", "ours"),
    [
        (message(FIXES.branch, "a" * 40), 1, True),
        (message(FIXES.branch, "a" * 40), 0, True),
        (message(FIXES.branch, "a" * 40), 2, False),
        (message(FIXES.branch, "e" * 40), 1, False),
        (message(CATALOG.branch, "a" * 40), 1, False),
        ("Merge branch 'main'", 1, False),
        ("", 0, False),
    ],
)
def test_branch_is_ours_by_its_one_commit(text: str, ahead: int, ours: bool) -> None:
    """Its message names branch and tree, and there is no further commit."""
    head = Commit(sha="1" * 40, tree="a" * 40, message=text)
    assert is_ours(Branch(head, ahead), FIXES.branch) is ours


def test_pull_request_of_a_person_from_our_branch_is_left_alone() -> None:
    """It has no marker of ours."""
    head = Commit("1" * 40, "a" * 40, message(FIXES.branch, "a" * 40), (BASE.sha,))
    plan = plan_pull(
        FIXES,
        base=BASE,
        base_files={"a.md": OLD},
        changes=(Change("a.md", "100644", blob_sha(b"new"), b"new"),),
        branch=Branch(head, 1),
        pulls=(PullRequest(number=4, title="mine", body="my words", is_open=True),),
        title="t",
        text="t",
    )

    assert (plan.branch, plan.pull, plan.commit) == ("keep", "keep", None)
    assert "opened by others" in plan.word


def test_fixes_are_listed_with_their_places() -> None:
    """Only what is certain and stands in a changed file; text of strangers does nothing."""
    certain: dict[str, Any] = {"certain": True, "replacement": "https://new.example/x"}
    text = fixes_text(
        report(
            diagnostic(url="http://old.example", title="A | @b <i>", **certain),
            diagnostic(url="http://not.example", replacement="https://maybe.example"),
            diagnostic(locations=(Location(list="other", line=1),), **certain),
        ),
        {"mine": "lists/mine.md"},
    )

    rows = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 1
    assert rows[0].startswith("| lists/mine.md:3 |")
    assert "https://new.example/x" in rows[0]
    assert rows[0].count("|") == 4
    assert "@b" not in rows[0]
    assert "<i>" not in rows[0]


def test_fix_is_listed_where_it_stands_in_a_changed_file() -> None:
    """The first place of a link may be in a list that was not changed."""
    places = (Location(list="other", line=1), Location(list="mine", line=8))
    one = diagnostic(locations=places, certain=True, replacement="https://new.example/x")

    assert "| lists/mine.md:8 |" in fixes_text(report(one), {"mine": "lists/mine.md"})


def test_place_of_a_fix_is_a_link() -> None:
    """To the line of the file in the repository."""
    told = report(diagnostic(certain=True, replacement="https://new.example/x"))

    text = fixes_text(told, {"mine": "lists/a|b.md"}, lambda path, line: f"https://x/{path}#{line}")

    assert "| [lists/a&#124;b.md:3](<https://x/lists/a%7Cb.md#3>) |" in text


def test_catalog_text_counts() -> None:
    """Numbers of the report, and a sentence without one."""
    assert "Entries: 0" in catalog_text(report())
    assert catalog_text(None)
