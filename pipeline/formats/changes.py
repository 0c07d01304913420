"""What has changed, in words: for `pipeline diff`, the report and the feeds. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.formats.escape import (
    Markdown,
    markdown,
    markdown_link,
    markdown_url,
    plain,
    safe_url,
    terminal,
)
from pipeline.formats.jsonl import safe_json
from pipeline.formats.report_json import unobeyed_json
from pipeline.records.base import to_json
from pipeline.records.events import KINDS, Change, ChangeKind

WORD_LIMIT: Final = 300
"""Characters of a title, an address or a reason."""
Show = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """How changes of one kind are told: counted, one or many, and of one what it has become."""

    one: str
    many: str
    what: str
    """Behind the subject; holds `{before}`, `{after}`, `{key}`, `{lists}`."""
    why: str = ""
    """In the place of `what` where `after` is known."""


WORDS: Final[Mapping[ChangeKind, Words]] = {
    "added": Words("paper added", "papers added", "added to {lists}"),
    "removed": Words("paper removed", "papers removed", "removed from {lists}"),
    "identified": Words("paper identified", "papers identified", "identified as {key}"),
    "retitled": Words("paper retitled", "papers retitled", "retitled, it was called {before}"),
    "accepted": Words("paper accepted", "papers accepted", "accepted: {after}"),
    "published": Words("paper published", "papers published", "published: {after}"),
    "withdrawn": Words("paper withdrawn", "papers withdrawn", "withdrawn", "withdrawn: {after}"),
    "retracted": Words("paper retracted", "papers retracted", "retracted", "retracted, {after}"),
    "new-version": Words("new version", "new versions", "version {after} (was {before})"),
    "link-dead": Words("link died", "links died", "died", "died: {after}"),
    "link-moved": Words("link moved", "links moved", "moved to {after}"),
    "link-back": Words("link came back", "links came back", "came back"),
    "repository-renamed": Words(
        "repository renamed", "repositories renamed", "renamed from {before}"
    ),
    "repository-archived": Words("repository archived", "repositories archived", "archived"),
    "repository-gone": Words("repository gone", "repositories gone", "gone"),
    "repository-replaced": Words(
        "repository name of somebody else", "repository names of others", "belongs to another one"
    ),
    "stars-jumped": Words(
        "repository with many new stars",
        "repositories with many new stars",
        "{after} stars (were {before})",
    ),
}


def _on_a_line(text: str) -> str:
    return terminal(text, WORD_LIMIT)


def sentence(change: Change, show: Show = _on_a_line) -> str:
    """Say what has changed, without its subject; `show` makes a stranger's words safe."""
    told = WORDS[change.kind]
    shown = _number if change.kind == "stars-jumped" else str
    words = {
        "before": show(shown(change.before or "")),
        "after": show(shown(change.after or "")),
        "key": show(change.key),
        "lists": ", ".join(map(show, change.lists)) or "the list",
    }
    said = (told.why if told.why and change.after else told.what).format_map(words)
    return f"{said}; instead: {show(change.successor)}" if change.successor else said


def _number(text: str) -> str:
    return f"{int(text):,}" if text.isascii() and text.isdecimal() and len(text) < 16 else text


def subject(change: Change) -> str:
    """Return what a change is about: the title of a work, the address of a link, a repository."""
    if change.kind.startswith("link-"):
        return change.key
    if change.kind.startswith(("repository-", "stars-")):
        return change.key.removeprefix("github:")
    return change.title or change.key


def counted(changes: Iterable[Change]) -> str:
    """Return how much has changed of each kind, in words: `2 papers added, 1 link died`."""
    numbers = Counter(change.kind for change in changes)
    return ", ".join(
        f"{number:,} {WORDS[kind].one if number == 1 else WORDS[kind].many}"
        for kind in KINDS
        if (number := numbers[kind])
    )


def render_text(changes: Iterable[Change]) -> str:
    """Return a line for each change: kind, subject, what; tabs between them."""
    lines = (f"{one.kind}\t{_on_a_line(subject(one))}\t{sentence(one)}\n" for one in changes)
    return "".join(lines)


def render_json(changes: Sequence[Change]) -> str:
    """Return `{"changes": […]}`, each as in `report.json`."""
    text = safe_json({"changes": [to_json(change) for change in changes]}, indent=2)
    return unobeyed_json(text) + "\n"


def render_markdown(changes: Sequence[Change]) -> str:
    """Return the changes as a section of Markdown, below a heading for each kind."""
    if not changes:
        return "## What changed\n\nNothing.\n"
    return f"## What changed\n\n{counted(changes)}\n{''.join(_kinds(changes))}"


def _kinds(changes: Sequence[Change]) -> Iterator[str]:
    for kind in KINDS:
        found = [one for one in changes if one.kind == kind]
        if found:
            title = WORDS[kind].one if len(found) == 1 else WORDS[kind].many
            items = "".join(f"- {markdown_line(one)}\n" for one in found)
            yield f"\n### {title[:1].upper()}{title[1:]} ({len(found):,})\n\n{items}"


def markdown_line(change: Change) -> Markdown:
    """Return one change on a line of Markdown."""
    name, url = subject(change), change.url
    if change.kind.startswith("link-"):
        what = markdown_url(change.key)
    else:
        what = markdown_link(plain(name), url)
    if change.kind == "link-moved" and safe_url(change.after or ""):
        to = markdown_url(change.after or "", other=change.key)
        return Markdown(f"{what}: moved to {to}")
    said = sentence(
        change.model_copy(update={"successor": None}), lambda text: markdown(text, WORD_LIMIT)
    )
    instead = safe_url(change.successor or "")
    other = f"; instead: {markdown_url(instead)}" if instead else ""
    return Markdown(f"{what}: {said}{other}")
