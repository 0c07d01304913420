"""
The review of a pull request: from what was found about its entries to a plan. Pure.

One comment sums up, and is edited in place. GitHub takes a suggestion only in a comment on lines
of its difference, so the replacements stand there, all of a push in one review; where it has no
such line, they stand in the summing comment as plain text. Marks hold what was said: nothing is
said twice, and what is mended is deleted, or struck through where somebody has replied to it.

What a list holds is a stranger's text: it is escaped, or stands in a fence longer than any run of
backticks within; a line with control characters is never repeated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.formats.escape import markdown, markdown_link, markdown_url
from pipeline.formats.places import PlaceUrl
from pipeline.publishing.marks import BODY_LIMIT, State, cut, digest, state_line, state_of
from pipeline.records.github import Comment, Head
from pipeline.records.reviews import Mend, Remark, Reviewed, ReviewedEntry

REVIEW: Final = "<!-- pipeline:review -->"
REMARK: Final = "<!-- pipeline:remark "
_MENDED: Final = "<!-- pipeline:mended -->"

MOST_COMMENTS: Final = 30
"""Comments on lines; further remarks stand in the summing comment alone."""
MOST_LISTED: Final = 100
LONGEST_LINE: Final = 2_000
"""Characters of a line that is repeated in a replacement."""
MESSAGE_LIMIT: Final = 600

Shown = Mapping[str, Sequence[tuple[int, int]]]
"""Path of a file to the first and last lines of the runs that GitHub's difference shows."""


@dataclass(frozen=True, slots=True)
class LineComment:
    """A comment on lines of the difference that is to be written."""

    fields: Mapping[str, Any]
    mark: str


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """What is to be done on a pull request; nothing where only `word` is set."""

    word: str
    comments: tuple[LineComment, ...] = ()
    delete: tuple[int, ...] = ()
    """Comments on lines whose remark is mended."""
    strike: Mapping[int, str] = field(default_factory=dict)
    """Those that somebody has replied to, with their new text."""
    body: str | None = None
    """Of the summing comment; None where it stays as it is."""
    sticky: int | None = None
    """The summing comment that is there."""
    drop: tuple[int, ...] = ()
    """Summing comments that are to go."""

    @property
    def fields(self) -> dict[str, Any]:
        """Return what the review holds."""
        text = "Remarks about entries, each with lines that mend it where that is certain."
        return {"body": text, "comments": [dict(one.fields) for one in self.comments]}


def is_said(head: Head, sticky: Sequence[Comment]) -> bool:
    """Say whether all that is to be said of this commit was said by an earlier run."""
    said = state_of(sticky[0].body) if len(sticky) == 1 else None
    return said is not None and said.done and said.findings == head.sha


def plan_review(
    head: Head,
    reviewed: Reviewed,
    *,
    sticky: Sequence[Comment],
    posted: Sequence[Comment],
    shown: Shown,
    place_url: PlaceUrl,
) -> ReviewPlan:
    """
    Decide about the comments on one pull request.

    `sticky` and `posted` are ours: the summing comments, and those on lines. `shown` is empty where
    GitHub has refused comments on lines.
    """
    if not reviewed.entries and not reviewed.notes:
        gone = tuple(one.id for one in sticky)
        delete, strike = _mended(posted)
        word = "no entry is added or changed: nothing is said"
        return ReviewPlan(word, delete=delete, strike=strike, drop=gone)
    wanted = list(_line_comments(reviewed.entries, shown))
    now = {mark_of(one) for one in reviewed.entries if one.remarks}
    again = {one.mark for one in wanted}
    kept, old = [], []
    for one in posted:
        mark = _mark_in(one.body)
        # GitHub calls a comment outdated whose line has changed: its suggestion cannot be applied.
        usable = one.line is not None or one.answered or mark not in again
        if mark in now and usable:
            kept.append(one)
        elif mark in now or reviewed.is_complete:  # what could not be asked is not mended
            old.append(one)
    said = {mark for one in kept if (mark := _mark_in(one.body))}
    room = max(0, MOST_COMMENTS - len(kept))
    new = tuple(one for one in wanted if one.mark not in said)[:room]
    delete, strike = _mended(old)
    beside = {one.mark for one in new} | (said & now)
    body = _body(head, reviewed, beside, place_url)
    same = len(sticky) == 1 and state_of(sticky[0].body) == state_of(body)
    return ReviewPlan(
        word=_word(reviewed, changed=bool(new or delete or strike or not same)),
        comments=new,
        delete=delete,
        strike=strike,
        body=None if same else body,
        sticky=sticky[0].id if sticky else None,
        drop=tuple(one.id for one in sticky[1:]),
    )


def _word(reviewed: Reviewed, *, changed: bool) -> str:
    if not changed:
        return "the review is up to date: nothing is written"
    number = sum(bool(one.remarks) for one in reviewed.entries)
    if not number:
        return "says that all is well" if reviewed.is_complete else "says what was not checked"
    return f"remarks on {number} of {_entries(len(reviewed.entries))}"


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


# --- comments on lines ------------------------------------------------------------------------


def _line_comments(entries: Iterable[ReviewedEntry], shown: Shown) -> Iterator[LineComment]:
    for entry in entries:
        if not entry.remarks:
            continue
        mend = entry.mend if entry.mend is not None and _is_repeatable(entry.mend) else None
        first, last = (mend.line, mend.end_line) if mend else (entry.line, entry.line)
        runs = shown.get(entry.path, ())
        if not any(start <= first and last <= end for start, end in runs):
            continue
        text = "\n".join(_remarks(entry.remarks))
        if mend is not None:
            text += "\n\n" + "\n".join(fenced(mend.lines, "suggestion"))
        mark = mark_of(entry)
        fields: dict[str, Any] = {"path": entry.path, "line": last, "side": "RIGHT"}
        if first < last:
            fields |= {"start_line": first, "start_side": "RIGHT"}
        yield LineComment(fields | {"body": f"{REMARK}{mark} -->\n{text}\n"}, mark)


_LINE_NUMBER: Final = re.compile(r"(?<=\bline )[0-9]{1,9}")


def mark_of(entry: ReviewedEntry) -> str:
    """Return what one entry's remarks are known by: the same while the same is said of it."""
    said = (f"{one.code} {_LINE_NUMBER.sub('', one.message)}" for one in entry.remarks)
    lines = entry.mend.lines if entry.mend is not None else ("-",)
    return digest(entry.path, entry.title, *said, "", *lines)


_MARK: Final = re.compile(r"\s*<!-- pipeline:remark ([0-9a-f]{16}) -->")


def _mark_in(body: str) -> str | None:
    """Return the mark at the start of a comment: further down stand lines of the pull request."""
    match = _MARK.match(body)
    return match[1] if match else None


def _mended(old: Iterable[Comment]) -> tuple[tuple[int, ...], dict[int, str]]:
    """Return which comments are deleted, and what becomes of those that have replies."""
    delete = tuple(one.id for one in old if not one.answered)
    return delete, {one.id: _struck(one.body) for one in old if one.answered}


def _struck(body: str) -> str:
    own, *_ = body.partition("```")  # behind it stand lines of the pull request, as they are
    said = [line.strip() for line in own.splitlines() if line.startswith("- ")]
    lines = [f"- ~~{line.removeprefix('- ')}~~" for line in said]
    return "\n".join([_MENDED, *lines, "", "Mended.", ""])


# --- words ------------------------------------------------------------------------------------


def _remarks(remarks: Iterable[Remark], indent: str = "") -> Iterator[str]:
    for one in remarks:
        words = f"{indent}- {markdown(one.message, MESSAGE_LIMIT)}"
        if one.url is not None:
            words += f" Link: {markdown_url(one.url, other=one.replacement or '')}"
        if one.replacement is not None:
            put = one.replacement
            shown = markdown_url(put) if "://" in put else markdown(put, MESSAGE_LIMIT)
            words += f" Instead: {shown}"
        yield f"{words} (`{_WORD.sub('', one.code)}`)"


_WORD: Final = re.compile(r"[^A-Za-z_-]+")


_CONTROL: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _is_repeatable(mend: Mend) -> bool:
    """Say whether lines may be repeated: neither too long, nor with marks that nobody sees."""
    return not any(len(line) > LONGEST_LINE or _CONTROL.search(line) for line in mend.lines)


def fenced(lines: Sequence[str], info: str) -> Iterator[str]:
    """Yield lines in a fence that none of them ends (CommonMark 4.5)."""
    runs = (len(run) for line in lines for run in re.findall("`+", line))
    fence = "`" * max(3, 1 + max(runs, default=0))
    yield fence + info
    yield from lines
    yield fence


def _body(head: Head, reviewed: Reviewed, beside: set[str], place_url: PlaceUrl) -> str:
    """Return the summing comment; the replacements of what is not `beside` its line with it."""
    text = "\n".join(_summary(head, reviewed, beside, place_url)) + "\n"
    state = State(body=digest(text), findings=head.sha, done=reviewed.is_complete)
    start = f"{REVIEW}\n{state_line(state)}\n\n"
    return start + cut(text, BODY_LIMIT - len(start), "")


def _summary(
    head: Head, reviewed: Reviewed, beside: set[str], place_url: PlaceUrl
) -> Iterator[str]:
    entries = reviewed.entries
    faulty = [one for one in entries if one.remarks]
    yield f"### {_headline(len(entries), len(faulty), reviewed)}"
    yield ""
    for one in faulty[:MOST_LISTED]:
        place = markdown_link(f"{one.path}:{one.line}", place_url(one.path, one.line))
        yield f"- **{place}** · {markdown(one.title or 'no title')}"
        yield from _remarks(one.remarks, "  ")
        if one.mend is not None and mark_of(one) not in beside and _is_repeatable(one.mend):
            yield from _replacement(one.mend)
    if len(faulty) > MOST_LISTED:
        yield f"- … and {len(faulty) - MOST_LISTED:,} more"
    well = len(entries) - len(faulty)
    if faulty and well:
        yield ""
        yield f"The other {_entries(well) if well > 1 else 'entry'}: OK."
    for note in reviewed.notes:
        yield ""
        yield f"Note: {markdown(note, MESSAGE_LIMIT)}"
    if faulty:
        yield ""
        suggested = any(one.mend is not None and mark_of(one) in beside for one in faulty)
        beside_words = " Suggestions that mend stand beside the lines." if suggested else ""
        yield f"`pipeline explain CODE` says more about a code.{beside_words}"
    yield ""
    yield f"<sub>Of commit {head.sha[:10]}.</sub>"


def _headline(entries: int, faulty: int, reviewed: Reviewed) -> str:
    if faulty:
        return f"Entries: remarks on {faulty:,} of {entries:,}"
    if not entries:
        return "Entries: not looked at"
    if reviewed.is_complete:
        return f"Entries: OK ({entries:,} added or changed)"
    return f"Entries: nothing found, but not all was checked ({entries:,} added or changed)"


def _replacement(mend: Mend) -> Iterator[str]:
    yield ""
    if not mend.lines:
        yield "  Without the line."
    else:
        yield from (f"  {line}" for line in fenced(mend.lines, "markdown"))
    yield ""
