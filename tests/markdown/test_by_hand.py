"""
Short lists in forms that public lists have, written with what a reader makes of them.

`by_hand/*.md` are the lists, `by_hand/right.jsonl` has all their works in order: title, first
author, and the venues and years that may be read. They were written before anybody knew how they
are read. A work that is `optional` (a tool among papers) may be read or left out.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse
from pipeline.works.authors import author_keys

LISTS = Path(__file__).parent / "by_hand"
OPEN = {
    "01.md": "what a committee said of a paper stays beside its venue",
    "07.md": "below “articles” stand posts, too: a link to anywhere makes no paper there",
    "11.md": "what a committee said of a paper stays beside its venue",
    "14.md": "what a committee said of a paper stays beside its venue",
    "22.md": "a book without a link, whose publisher no year in brackets sets apart",
    "26.md": "two files below a heading of their own: nothing there is known to be a paper",
    "48.md": "a surname alone and a colon before a linked title: labels look the same",
    "49.md": "dates of meetings without a link, below papers without a heading of their own",
    "50.md": "“. doi:10.1016/…” behind “2017;42:60-88” hides the year of one of eight",
    "52.md": "a list's own mark behind its titles, “(bin)”, which a legend explains",
    "58.md": "“Accountable Algorithms” behind “et al.” has the form of a person's name",
    "59.md": "“No meeting” in the column of the papers",
    "89.md": "a last line of links to other pages, one of them to a PDF",
    "96.md": "one person between title and venue, “Aleph One” among them; a last item of the exam",
}
"""Lists that are not read as they should be, and why not."""


def cases() -> Iterator[Any]:
    """Yield each list's name, marked where it is known to be read otherwise."""
    for path in sorted(LISTS.glob("*.md")):
        reason = OPEN.get(path.name)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(path.name, marks=marks, id=path.stem)


def letters(text: str | None) -> str:
    """Return what is left of a text without signs, accents and case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", (text or "").lower()))


def bare(venue: str | None) -> str:
    """Return the letters of a venue without its year."""
    return letters(re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)|['’]\s?\d\d\b", " ", venue or ""))


def agrees(entry: Entry, right: dict[str, Any]) -> bool:
    """Say whether authors, venue and year of an entry are right."""
    persons = author_keys(entry.authors)
    author = letters(right["author"])
    named = bool(persons) and author in letters(" ".join(persons[0].words))
    venues = {bare(venue) for venue in right["venue"]}
    return (
        (named if author else not persons)
        and bare(entry.venue) in venues
        and entry.year in right["year"]
    )


@pytest.mark.parametrize("name", [*cases()])
def test_a_short_list_is_read_as_by_a_reader(name: str) -> None:
    """All works of a list and nothing else are entries, with their fields."""
    rights = (LISTS / "right.jsonl").read_text(encoding="utf-8").splitlines()
    every = [right for right in map(json.loads, rights) if right["list"] == name]
    optional = {letters(right["title"]) for right in every if right.get("optional")}
    wanted = [right for right in every if not right.get("optional")]
    read = parse((LISTS / name).read_text(encoding="utf-8"), name=name).entries
    entries = [entry for entry in read if letters(entry.title) not in optional]

    assert [letters(one.title) for one in entries] == [letters(one["title"]) for one in wanted]
    told = [(one.title, one.authors, one.venue, one.year) for one in entries]
    wrong = [told[n] for n, one in enumerate(wanted) if not agrees(entries[n], one)]
    assert wrong == []
