"""
A form that a reader has filled in: from an issue's text to a request, and the answers to it. Pure.

Anyone can open an issue, so its text is data: of the known fields the first line counts, it is
cut and stripped of what is invisible, and nothing of it is written anywhere but escaped.
GitHub writes a form's answers as `### Label`, an empty line, the answer, and `_No response_` for
none (docs.github.com, "Syntax for issue forms").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from pipeline.formats.escape import markdown, plain
from pipeline.publishing.pulls import Proposal
from pipeline.records.github import PullRequest

LINK: Final = "Link to the paper"
TITLE: Final = "Title"
CODE: Final = "Code"
LIST: Final = "List"
SECTION: Final = "Section of the list"
LABELS: Final = (LINK, TITLE, CODE, LIST, SECTION)
"""Of the fields of the form that `pipeline init` writes."""

ANSWER: Final = "<!-- pipeline:add-answer -->"
"""What our one comment on an issue is known by."""
_LONGEST: Final = 400
_LONGEST_BODY: Final = 70_000
_NONE: Final = "_No response_"
_HEADING: Final = re.compile(r"###[ \t]+(.{1,80})")


@dataclass(frozen=True, slots=True)
class Request:
    """What a form asks for. Every field is a stranger's text on one line."""

    number: int
    """Of the issue."""
    link: str = ""
    title: str = ""
    code: str = ""
    list: str = ""
    section: str = ""

    @property
    def works(self) -> tuple[str, ...]:
        """What may name the work, the surest first."""
        return tuple(filter(None, (self.link, self.title)))


def request_of(event: Mapping[str, Any]) -> Request | str:
    """Return what the issue of an event asks for; or why there is nothing to do."""
    issue = event.get("issue")
    if not isinstance(issue, Mapping) or "pull_request" in issue:
        return "the event is about no issue"
    number, body = issue.get("number"), issue.get("body")
    if type(number) is not int or number < 1:
        return "the issue has no number"
    if issue.get("state") != "open":
        return f"issue {number} is closed"
    fields = _fields(body) if isinstance(body, str) else {}
    if LINK not in fields:
        return f"issue {number} is no form for a new paper"
    link, title, code, list_, section = (fields.get(label, "") for label in LABELS)
    return Request(number, link, title, code, list_, section)


def _fields(body: str) -> dict[str, str]:
    """Return the first line of each answer, by the label above it; the first of a label counts."""
    found: dict[str, str] = {}
    label: str | None = None
    for line in body[:_LONGEST_BODY].splitlines():
        heading = _HEADING.fullmatch(line.strip())
        if heading is not None:
            name = heading[1].strip()
            label = name if name in LABELS and name not in found else None
            if label is not None:
                found[label] = ""
        elif label is not None and line.strip():
            answer = line.strip()
            found[label] = "" if answer == _NONE else plain(answer, _LONGEST)
            label = None
    return found


# --- the answers --------------------------------------------------------------------------------


BRANCHES: Final = "pipeline/add-"


def proposal_of(number: int) -> Proposal:
    """Return the pull request of an issue: each has a branch of its own."""
    return Proposal("add", f"{BRANCHES}{number}")


@dataclass(frozen=True, slots=True)
class Told:
    """What is said about an entry that is added."""

    title: str
    key: str
    path: str
    line: int
    entry: str
    section: str
    why_section: str
    order: str
    left_out: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    """Every identifier of the work."""

    @property
    def marks(self) -> tuple[str, ...]:
        """What a pull request is known by that adds the work to this list, whatever its text."""
        named = sorted({self.key, *self.names})
        digests = (sha256(f"{name}\n{self.path}".encode()).hexdigest() for name in named)
        return tuple(f"<!-- pipeline:adds {digest[:16]} -->" for digest in digests)


def same_addition(pulls: Iterable[PullRequest], request: Request, told: Told) -> PullRequest | None:
    """
    Return the pull request of an older issue for the same paper; None where there is none.

    An issue that has one of its own goes on with that.
    """
    open_ones = sorted(pulls, key=lambda pull: pull.number)
    if any(pull.branch == proposal_of(request.number).branch for pull in open_ones):
        return None
    same = (pull for pull in open_ones if any(mark in pull.body for mark in told.marks))
    return next(same, None)


def pull_text(request: Request, told: Told) -> tuple[str, str]:
    """Return title and text of the pull request that adds an entry."""
    lines = [
        *told.marks,
        f"Adds {markdown(told.title, _LONGEST)} ({markdown(told.key)}), as #{request.number} asks.",
        "",
        _fenced(told.entry),
        "",
        f"- Section: {markdown(told.section)} ({markdown(told.why_section)})",
        f"- Place: {markdown(told.order)}",
    ]
    if told.left_out:
        lines.append(f"- Left to you: {markdown(', '.join(told.left_out))}")
    lines += ["", f"Closes #{request.number}"]
    return f"Add {plain(told.title, 120)}", "\n".join(lines)


def _fenced(text: str) -> str:
    """Return text as it is, in a fence that is longer than any in it (CommonMark 4.5)."""
    runs = re.findall(r"`+", text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    shown = "\n".join(plain(line, 2_000) for line in text.splitlines())
    return f"{fence}markdown\n{shown}\n{fence}"


_MOST_LINES: Final = 60


def refusal_text(sentence: str, lines: Sequence[str] = ()) -> str:
    """Return the comment that says why a paper is not added, with what can be chosen from."""
    text = f"{ANSWER}\nThis paper is not added: {markdown(sentence, 600)}.\n"
    if lines:
        shown = "\n".join(f"- {markdown(line, 300)}" for line in lines[:_MOST_LINES])
        text += f"\n<details><summary>To choose from</summary>\n\n{shown}\n\n</details>\n"
    return f"{text}\nEdit the form at the top of this issue, and it is looked at again.\n"


def success_text(branch: str) -> str:
    """Return what a comment that told of a refusal says once a pull request is there."""
    return f"{ANSWER}\nA pull request adds this paper (branch {markdown(branch)}).\n"
