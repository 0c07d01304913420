"""The review of a pull request as a plan: what is said, kept, deleted, struck through."""

import re
from typing import Any

import pytest

from pipeline.publishing.marks import BODY_LIMIT
from pipeline.publishing.reviews import (
    MOST_COMMENTS,
    ReviewPlan,
    fenced,
    is_said,
    mark_of,
    plan_review,
)
from pipeline.records.github import Comment, Head
from pipeline.records.reviews import Mend, Remark, Reviewed, ReviewedEntry

HEAD = Head(7, is_open=True, sha="a" * 40, base="b" * 40)
REMARK = Remark("duplicate-entry", "Same work as in line 3.")
WELL = ReviewedEntry("list.md", 4, 4, "A Good Entry")
FAULTY = ReviewedEntry("list.md", 5, 5, "A Title", (REMARK,), Mend(5, 5, ()))
SHOWN = {"list.md": ((1, 9),)}


def plan(*entries: ReviewedEntry, **given: Any) -> ReviewPlan:
    """Plan the review of these entries."""
    fields = {"notes": given.pop("notes", ()), "is_complete": given.pop("is_complete", True)}
    known = {"sticky": (), "posted": (), "shown": SHOWN, "place_url": lambda *_: None}
    return plan_review(HEAD, Reviewed(entries, **fields), **{**known, **given})


def posted(one: ReviewPlan, **fields: Any) -> list[Comment]:
    """Return the comments on lines of a plan, as GitHub has them then."""
    known = {"line": 5, "answered": False, **fields}
    bodies = enumerate((each.fields["body"] for each in one.comments), start=1)
    return [Comment(number, body, **known) for number, body in bodies]


def sticky(one: ReviewPlan) -> list[Comment]:
    """Return the summing comment of a plan, as GitHub has it then."""
    return [Comment(99, one.body or "")]


def test_nothing_is_said_of_no_entry() -> None:
    """Silent; what was said before is taken back."""
    before = plan(FAULTY)

    after = plan(sticky=sticky(before), posted=posted(before))

    assert plan() == ReviewPlan(plan().word)
    assert (after.drop, after.delete, after.body) == ((99,), (1,), None)


def test_what_could_not_be_looked_at_is_said_without_an_entry() -> None:
    """A list that is no text is no silence."""
    one = plan(notes=("list.md was not looked at: it is no text.",))

    assert "Entries: not looked at" in (one.body or "")
    assert "it is no text" in (one.body or "")


def test_the_same_again_is_nothing() -> None:
    """Neither the comment nor the remarks on lines."""
    first = plan(WELL, FAULTY)

    again = plan(WELL, FAULTY, sticky=sticky(first), posted=posted(first))

    assert len(first.comments) == 1
    assert (again.comments, again.delete, again.strike, again.body) == ((), (), {}, None)
    assert is_said(HEAD, sticky(first))


def test_an_incomplete_look_is_not_the_last_one() -> None:
    """Nothing counts as mended then, and the next run looks again."""
    first = plan(FAULTY)

    later = plan(WELL, posted=posted(first), is_complete=False)

    assert later.delete == ()
    assert not is_said(HEAD, sticky(later))
    assert "not all was checked" in (later.body or "")


def test_an_outdated_comment_is_written_anew() -> None:
    """Its suggestion can no longer be applied; one with a reply stays."""
    first = plan(FAULTY)

    assert plan(FAULTY, posted=posted(first, line=None)).delete == (1,)
    assert len(plan(FAULTY, posted=posted(first, line=None)).comments) == 1
    assert plan(FAULTY, posted=posted(first, line=None, answered=True)).delete == ()


def test_lines_may_move_and_the_remark_is_the_same() -> None:
    """A line above was added: no second notification."""
    moved = ReviewedEntry("list.md", 6, 6, "A Title", FAULTY.remarks, Mend(6, 6, ()))
    renumbered = Remark("duplicate-entry", "Same work as in line 4.")

    assert mark_of(moved) == mark_of(FAULTY)
    assert mark_of(ReviewedEntry("list.md", 6, 6, "A Title", (renumbered,), Mend(6, 6, ()))) == (
        mark_of(FAULTY)
    )
    assert mark_of(ReviewedEntry("x.md", 6, 6, "A Title", (REMARK,), Mend(6, 6, ()))) != (
        mark_of(FAULTY)
    )


@pytest.mark.parametrize(
    "shown", [{}, {"list.md": ()}, {"list.md": ((6, 9),)}, {"x.md": ((1, 9),)}]
)
def test_a_line_that_github_does_not_show_takes_no_comment(shown: Any) -> None:
    """What would mend it stands in the summing comment."""
    mend = Mend(5, 5, ("- A better line",))
    one = plan(ReviewedEntry("list.md", 5, 5, "A Title", (REMARK,), mend), shown=shown)

    assert one.comments == ()
    assert "- A better line" in (one.body or "")


def test_lines_that_reach_beyond_a_hunk_take_no_comment() -> None:
    """GitHub refuses the whole review for one of them."""
    entry = ReviewedEntry("list.md", 8, 11, "A Title", (REMARK,), Mend(8, 11, ()))

    assert plan(entry).comments == ()
    (one,) = plan(entry, shown={"list.md": ((8, 11),)}).comments
    assert (one.fields["start_line"], one.fields["line"]) == (8, 11)


def test_what_was_refused_is_not_mended() -> None:
    """Where GitHub takes no comments on lines, the old ones stay."""
    first = plan(FAULTY)

    assert plan(FAULTY, posted=posted(first), shown={}).delete == ()


def test_many_remarks_are_bounded() -> None:
    """On lines and in the summing comment; of a second summing comment one is left."""
    entries = [
        ReviewedEntry("list.md", 5, 5, f"{number} " + "x" * 190, (REMARK,) * 9)
        for number in range(2_000)
    ]

    one = plan(*entries, sticky=[Comment(1, "x"), Comment(2, "x")])

    assert len(one.comments) == MOST_COMMENTS
    assert len(one.body or "") <= BODY_LIMIT
    assert (one.sticky, one.drop) == (1, (2,))


@pytest.mark.parametrize(
    "line", ["```", "`````` js", "a ``` b", "~~~", "    ```", "> ```", "", "` `` ```` `"]
)
def test_no_line_ends_the_fence(line: str) -> None:
    """CommonMark 4.5: a closing fence is at least as long as the opening one."""
    first, *_, last = fenced([line, "text"], "suggestion")

    assert first == f"{last}suggestion"
    assert re.fullmatch("`{3,}", last)
    assert last not in line


@pytest.mark.parametrize("line", ["a\x1b[31m", "a\rb", "a\u202eb", "a\u2028b", "\x00", "x" * 2_001])
def test_lines_with_what_nobody_sees_are_not_repeated(line: str) -> None:
    """Neither beside the line nor in the summing comment."""
    entry = ReviewedEntry("list.md", 5, 5, "A Title", (REMARK,), Mend(5, 5, (line,)))

    (comment,) = plan(entry).comments
    assert "suggestion" not in comment.fields["body"]
    assert line not in (plan(entry, shown={}).body or "")


STRANGE = "- [Paper](https://x.example) @everyone <img src=x>"


def test_what_is_struck_through_repeats_no_line_of_the_list() -> None:
    """The lines of a suggestion are a stranger's Markdown: only in their fence they are text."""
    mend = Mend(5, 6, (STRANGE, "- ~~~", "``` - b"))
    first = plan(ReviewedEntry("list.md", 5, 6, "A Title", (REMARK,), mend))

    after = plan(WELL, posted=posted(first, answered=True))

    (text,) = after.strike.values()
    assert "~~Same work as in line 3." in text
    assert not any(word in text for word in ("@", "<img", "x.example", "```", "- b"))


def test_a_line_of_the_list_speaks_for_no_other_entry() -> None:
    """A mark within a suggestion is the pull request's own: the remark that it names is said."""
    forged = Mend(7, 8, ("- x", f"<!-- pipeline:remark {mark_of(FAULTY)} -->"))
    hostile = ReviewedEntry("list.md", 7, 8, "Another", (REMARK,), forged)
    first = plan(hostile)

    after = plan(hostile, FAULTY, posted=posted(first))

    assert [one.mark for one in after.comments] == [mark_of(FAULTY)]
