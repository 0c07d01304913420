"""Which words of an entry are facts of its work, and what another work has there. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pipeline.records.lists import Link
from pipeline.repair.adding.dates import dates_in, without_years
from pipeline.repair.adding.names import written
from pipeline.repair.adding.places import number_of
from pipeline.repair.adding.siblings import Habits, Sibling, address_form
from pipeline.repair.adding.work import NewWork
from pipeline.repair.rewriting import as_written
from pipeline.repair.venues import short_venue
from pipeline.works.arxiv_links import year_of_id
from pipeline.works.identifiers import SCHOLARLY, Identifier, canonical_url, identify
from pipeline.works.repositories import repository

Fact = Literal["paper", "code", "title", "authors", "venue", "date", "name", "number", "words"]

NUMBER: Final = "\ue000"
"""Stands for the number of an entry until its place is known."""
_LONGEST_VENUE: Final = 80


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters of a model that are a fact of its work, and what is written for the new one."""

    start: int
    end: int
    fact: Fact
    new: str | None
    """None where that is not known, or the work has none."""


@dataclass(slots=True)
class Marks:
    """The facts of one model, apart from one another."""

    text: str
    found: list[Mark] = field(default_factory=list)

    def add(self, old: str, fact: Fact, new: str | None) -> bool:
        """Mark every place of whole words that is not marked yet; say whether there is one."""
        if not old:
            return False
        before = "(?<![A-Za-z0-9])" if old[0].isalnum() else ""
        after = "(?![A-Za-z0-9])" if old[-1].isalnum() else ""
        whole = re.compile(f"{before}{re.escape(old)}{after}")
        places = [match.start() for match in whole.finditer(self.text)]
        free = [place for place in places if self.is_free(place, place + len(old))]
        self.found += (Mark(place, place + len(old), fact, new) for place in free)
        return bool(free)

    def add_at(self, start: int, end: int, fact: Fact, new: str | None) -> None:
        """Mark one place, if it is free."""
        if self.is_free(start, end):
            self.found.append(Mark(start, end, fact, new))

    def end_once(self) -> None:
        """Let what ends in a full stop, as `et al.`, take the one behind it."""
        for number, one in enumerate(self.found):
            doubled = (one.new or "").endswith(".") and self.text[one.end : one.end + 1] == "."
            if doubled and self.is_free(one.end, one.end + 1):
                self.found[number] = replace(one, end=one.end + 1)

    def is_free(self, start: int, end: int) -> bool:
        """Say whether a place has no mark."""
        return all(end <= one.start or one.end <= start for one in self.found)

    def gaps(self) -> Iterator[tuple[str, tuple[int, int], str]]:
        """Yield what lies between the marks, with the facts before and behind it."""
        position, before = 0, ""
        for one in sorted(self.found, key=lambda mark: mark.start):
            yield before, (position, one.start), one.fact
            position, before = one.end, one.fact
        yield before, (position, len(self.text)), ""


def marks_of(model: Sibling, work: NewWork, habits: Habits) -> Marks | None:
    """Return the facts of a model; None where its words are not what was read, and so no model."""
    entry, marks = model.entry, Marks(model.text)
    for link in sorted(entry.links, key=lambda one: -len(one.url)):
        role: Fact = "code" if link.role == "code" else "paper" if link.role == "paper" else "words"
        if not marks.add(link.written or link.url, role, address(link, model, work, habits)):
            return None
    if not marks.add(entry.title, "title", work.title):
        return None
    if model.authors:
        style = habits.authors
        names = written(work.authors, style) if style is not None and work.authors else None
        if not marks.add(model.authors, "authors", names):
            return None
        marks.end_once()
    if entry.name and not entry.title.startswith(f"{entry.name}:"):
        marks.add(entry.name, "name", work.name)
    _mark_identifiers(marks, model, work)
    _mark_venue(marks, model, work, habits)
    _mark_dates(marks, model, work)
    if (number := number_of(model)) is not None:
        marks.add_at(number[1], number[2], "number", NUMBER)
    return marks


# --- links --------------------------------------------------------------------------------------


def address(link: Link, model: Sibling, work: NewWork, habits: Habits) -> str | None:
    """Return what the new work has in the place of a model's link; None where it has no such."""
    url = _address(link, model, work, habits)
    return as_written(url, "inline", "") if url is not None else None


def _address(link: Link, model: Sibling, work: NewWork, habits: Habits) -> str | None:
    if link.role != "code" and (view := _view(link, model, work)) is not None:
        return view
    found = identify(link.url)
    if link.role == "code":
        code = repository(link.url)
        if code is None or not code.is_root or work.code is None:
            return None
        return link.url.replace(code.full_name, work.code).removesuffix(".git")
    if link.role != "paper":
        return None
    scheme = found.scheme if found is not None and found.scheme in SCHOLARLY else None
    if scheme is None or scheme not in work.ids:
        named = _names_its_host(model.text, link) or _has_other_page(link, model, work)
        return None if named else _best_address(work, habits)
    several = sum(
        1
        for one in model.entry.links
        if one.role == "paper" and (other := identify(one.url)) and other.scheme == scheme
    )
    own = address_form(link.url, found) if found is not None else None
    form = (own if several > 1 else None) or habits.addresses.get(scheme) or own
    value = work.ids[scheme]
    return form.format(value) if form else canonical_url(Identifier(scheme, value))


def _view(link: Link, model: Sibling, work: NewWork) -> str | None:
    """Return another site's page of the paper: its address has the identifier too."""
    for one in model.entry.links:
        found = identify(one.url) if one.role == "paper" and one is not link else None
        if found is None or found.scheme not in work.ids or link.role == "paper":
            continue
        if found.scheme == "arxiv" and link.url.endswith(found.value):
            return link.url.removesuffix(found.value) + work.ids[found.scheme]
    return None


def _best_address(work: NewWork, habits: Habits) -> str:
    scheme = next((one for one in work.ids if one in habits.addresses), None)
    return habits.addresses[scheme].format(work.ids[scheme]) if scheme else work.url


def _has_other_page(link: Link, model: Sibling, work: NewWork) -> bool:
    """Say whether a model links its paper elsewhere too, where the new work has a page."""
    others = (identify(one.url) for one in model.entry.links if one is not link)
    return any(one is not None and one.scheme in work.ids for one in others)


_HOSTS: Final = re.compile(
    r"rxiv|open ?review|\bacl\b|\bacm\b|\bieee|\bdoi\b|springer|pub ?med|\bcvf\b|pmlr|usenix"
    r"|elsevier|science|nature|wiley|\bhf\b|hugging",
    re.IGNORECASE,
)


def _names_its_host(text: str, link: Link) -> bool:
    """Say whether the label of a link says where it leads: `[arXiv](…)`."""
    place = text.find(link.written or link.url)
    opening = text.rfind("[", 0, max(0, place - 1))
    label = text[opening:place] if opening >= 0 and text[place - 2 : place] == "](" else ""
    return len(label) < _LONGEST_LABEL and _HOSTS.search(label) is not None


_LONGEST_LABEL: Final = 40


_PLAIN_ID: Final = re.compile(r"[\w./:;()-]+", re.ASCII)
"""What no Markdown reads as markup; DOIs may have other signs."""


def _mark_identifiers(marks: Marks, model: Sibling, work: NewWork) -> None:
    """Mark the identifiers that stand outside of links: in badges, in words."""
    for link in model.entry.links:
        found = identify(link.url)
        if found is None:
            continue
        if found.scheme == "github" and link.role == "code" and len(found.written) > 1:
            marks.add(found.written, "code", work.code)
        elif found.scheme in SCHOLARLY:
            value = work.ids.get(found.scheme, "")
            marks.add(found.value, "paper", value if _PLAIN_ID.fullmatch(value) else None)


# --- venue and date -----------------------------------------------------------------------------


def venue_name(work: NewWork, habits: Habits) -> str | None:
    """Return the venue of the new work as the list would name it; None where that is not known."""
    if not work.venue:
        return habits.preprint if "arxiv" in work.ids else None
    for name in (short_venue(work.venue), without_years(work.venue)):
        if name and name.lower() in habits.venues:
            return habits.venues[name.lower()]
    name = short_venue(work.venue) or without_years(work.venue)
    return name if name and len(name) <= _LONGEST_VENUE else None


def _years(model: Sibling) -> set[int]:
    ids = (identify(link.url) for link in model.entry.links)
    years = (year_of_id(one.value) for one in ids if one is not None and one.scheme == "arxiv")
    return {year for year in (model.entry.year, *years) if year is not None}


def _mark_venue(marks: Marks, model: Sibling, work: NewWork, habits: Habits) -> None:
    """Mark the name of the venue, wherever it stands; its year is a date."""
    name = without_years(model.venue or "")
    if name:
        marks.add(name, "venue", venue_name(work, habits))


def _mark_dates(marks: Marks, model: Sibling, work: NewWork) -> None:
    years = _years(model)
    for _, (start, end), _ in list(marks.gaps()):
        for begin, stop, new in dates_in(marks.text[start:end], years, work.day, work.year):
            marks.add_at(start + begin, start + stop, "date", new)
