"""
What can be repaired in a list for certain, as edits of its bytes. Pure.

The list is read afresh, so that lines that have moved since the last run are found. What that run
is certain of is in `repair.repairs`; what a link's own spelling shows needs no run at all. How the
text is changed is in `repair.rewriting`, and how that is proven in `repair.proof`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.errors import ConfigurationError
from pipeline.links.ignores import Ignores, is_ignored
from pipeline.links.local import is_local
from pipeline.markdown.bibtex import only_blocks
from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, Lacking, Link, ParsedList
from pipeline.repair.code_spans import IN_CODE, CodeSpans
from pipeline.repair.proof import MOST_READINGS, changes_only_links, plan_of
from pipeline.repair.repairs import Known, LastRun
from pipeline.repair.rewriting import (
    IGNORED,
    Change,
    Left,
    Plan,
    Proposals,
    Source,
    as_written,
    line_starts,
    links_of,
    place_of,
    readable,
    span_of,
    target_of_link,
    twin_of,
)
from pipeline.urls import TWO_ADDRESSES, drops_address, repaired_url, url_fault
from pipeline.works.arxiv_links import FUSSY, Fussy, arxiv_link, drops_id
from pipeline.works.repositories import repository

BY_DEFAULT: Final = (
    "link-malformed",
    "repository-renamed",
    "link-moved",
    "link-dead",
    "arxiv-spelling",
    "version-pinned",
    "pdf-link",
    "file-missing",
    "heading-missing",
)
"""What is repaired where nothing else is asked for, in the order in which a link is looked at."""
ON_REQUEST: Final = ("retitled", "fill")
"""What is repaired only where it is asked for: a person may mean what stands there."""
KNOWN: Final = BY_DEFAULT + ON_REQUEST
REASONS_REPAIRED: Final = {
    "no-url": "link-malformed",
    "arxiv-trailing-text": "arxiv-spelling",
}
"""What repairs links of a reason: reports name the reason, which says more than the code."""
IN_BIBTEX: Final = "it stands in a BibTeX record, which is left as it is"
SPELT: Final = frozenset({"link-malformed", "arxiv-spelling"})
"""Codes of what a link's own spelling shows."""


def checked_codes(given: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of `--only a,b`, or the default; `ConfigurationError` for unknown ones."""
    words = (part.strip().lower() for text in given for part in text.split(","))
    codes = [REASONS_REPAIRED.get(word, word) for word in words if word]
    for code in codes:
        if code not in KNOWN:
            known = ", ".join(KNOWN)
            raise ConfigurationError(f"--only {code}: is repaired by nothing; there is: {known}")
    return tuple(dict.fromkeys(codes)) or BY_DEFAULT


# --- what becomes of one link -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """Which repairs are wanted, and what is known."""

    codes: frozenset[str]
    known: Known
    asked: bool = False
    """Whether the codes were named: then simpler arXiv addresses need no finding of a run."""
    ignores: Ignores = field(default_factory=Ignores)
    local: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Files and headings that are not there, as written: the code, and what is meant."""

    def why_left(self, link: Link, parsed: ParsedList, code: str, url: str) -> str | None:
        """Return why a link is left: a comment, a rule, an answer of the run; None if it is not."""
        written = target_of_link(link)
        if is_ignored(parsed, link.line, code):
            return IGNORED
        if (rule := self.ignores.reason(written)) is not None:
            return f"an ignore rule covers it: {rule}"
        if code in SPELT and (drops_address(written, url) or drops_id(written)):
            return TWO_ADDRESSES[0].lower() + TWO_ADDRESSES[1:].rstrip(".")
        if self.known.answers.denies(url):
            return f"{url} is not registered"
        verdict = self.known.answers.verdict(url)
        lost = verdict == "dead" or (verdict == "failing" and code not in SPELT)
        return f"the new address {url} is {verdict} itself" if lost else None

    def replacement(self, link: Link, entry: Entry | None) -> tuple[str, str] | None:
        """Return the first repair's code and the URL after the last; None for none, or a circle."""
        if is_local(link):
            meant = self.local.get(link.url)
            return meant if meant is not None and meant[0] in self.codes else None
        url, code = link.url, ""
        if link.written is not None:
            if "link-malformed" not in self.codes or url_fault(url) is not None:
                return None
            code = "link-malformed"
        seen: list[str] = []
        while url not in seen:
            seen.append(url)
            for rule in self._rules(link, entry):
                found = rule(url)
                if found is not None and found[1] != url:
                    code, url = code or found[0], found[1]
        return (code, url) if code and url == seen[-1] and url != link.written else None

    def _rules(
        self, link: Link, entry: Entry | None
    ) -> Iterator[Callable[[str], tuple[str, str] | None]]:
        yield from (self._well_formed, self._renamed, self._by_health)
        yield lambda url: self._wants("arxiv-spelling", well_spelt(url))
        if entry is not None and link.role == "paper":
            yield lambda url: self._simpler(url, link, entry)

    def _wants(self, code: str, url: str | None) -> tuple[str, str] | None:
        return (code, url) if url and code in self.codes and url_fault(url) is None else None

    def _well_formed(self, url: str) -> tuple[str, str] | None:
        return self._wants("link-malformed", repaired_url(url)) if url_fault(url) else None

    def _renamed(self, url: str) -> tuple[str, str] | None:
        new = with_new_name(url, self.known.renamed) if self.known.renamed else None
        if new is None or self.known.answers.verdict(url) == "dead":
            return None
        return self._wants("repository-renamed", new)

    def _by_health(self, url: str) -> tuple[str, str] | None:
        code, target = self.known.moved.get(url, ("", None))
        return self._wants(code, target)

    def _simpler(self, url: str, link: Link, entry: Entry) -> tuple[str, str] | None:
        for code in FUSSY:
            plain = self.known.simpler.get((code, link.url))
            if plain is None and self.asked and code == fussy(url, entry):
                plain = _plain(url)
            if (found := self._wants(code, plain)) is not None:
                return found
        return None


_GITHUB_URL: Final = re.compile(
    r"(?P<place>https?://(?:www\.)?(?:github\.com|raw\.githubusercontent\.com))/+"
    r"(?P<owner>[^/?#]+)/+(?P<name>[^/?#]+)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


def with_new_name(url: str, names: Mapping[str, str]) -> str | None:
    """Return a GitHub address with the repository's new name, the rest kept; None without one."""
    found, parts = repository(url), _GITHUB_URL.fullmatch(url)
    new = names.get(found.full_name.lower()) if found is not None else None
    if found is None or parts is None or new is None:
        return None
    written = parts["name"]
    if not written.lower().startswith(found.name.lower()):
        return None
    place = parts["place"]
    if "raw." not in place.lower():
        place = "https://github.com"
    return f"{place}/{new}{written[len(found.name) :]}{parts['rest']}"


_WELL_SPELT: Final = re.compile(r"(?:\.pdf)?/?", re.IGNORECASE)


def well_spelt(url: str) -> str | None:
    """Return an arXiv address with its id as arXiv writes it; None where it is, and on mirrors."""
    link = arxiv_link(url)
    if link is None or not link.own_host or link.id is None or link.figure:
        return None
    if link.page not in ("abs", "pdf", "html"):
        return None
    if not link.exact:
        return _plain(url)
    address = re.split(r"[?#]", url, maxsplit=1)[0]
    version = f"v{link.version}" if link.version is not None else ""
    head, id_, rest = address.partition(f"/{link.page}/{link.id}{version}")
    if id_ and "/" in head and _WELL_SPELT.fullmatch(rest):
        return None
    return f"https://arxiv.org/{link.page}/{link.id}{version}"


def _plain(url: str) -> str | None:
    link = arxiv_link(url)
    return link.plain_url if link is not None else None


def fussy(url: str, entry: Entry) -> Fussy | None:
    """Say how an arXiv link could be simpler; None if it could not, or the entry has both forms."""
    link = arxiv_link(url)
    if link is None:
        return None
    others = (found for one in entry.links if (found := arxiv_link(one.url)) is not None)
    if any(one.page == "abs" and one.version is None and one.id == link.id for one in others):
        return None
    return link.fussy


# --- links ------------------------------------------------------------------------------------

_SEEN_ONCE: Final = (
    "the redirect was seen once; `--only link-moved` does not wait for a second time"
)


def link_proposals(source: Source, parsed: ParsedList, rules: Rules) -> Proposals:
    """Return what becomes of the links of a list."""
    starts = line_starts(source.shown)
    groups: dict[tuple[int, int], tuple[Change, ...]] = {}
    left: list[Left] = []
    for link, entry in links_of(parsed):
        if link.url in rules.known.seen_once and "link-moved" in rules.codes:
            left.append(Left("link-moved", link.line, target_of_link(link), _SEEN_ONCE))
        found = rules.replacement(link, entry)
        if found is None:
            continue
        code, url = found
        written = target_of_link(link)
        reason = rules.why_left(link, parsed, code, url)
        change = reason or _link_change(source.shown, starts, link, code, url)
        if isinstance(change, str):
            left.append(Left(code, link.line, written, change))
        else:
            groups.setdefault((change.start, change.end), _group(source.shown, change))
    # Most lists need no repair, and only those are searched for code.
    code_spans = CodeSpans(source.shown) if groups else None
    for span, group in list(groups.items()):
        if code_spans is not None and any(code_spans.hold(one.start) for one in group):
            del groups[span]
            left += (Left(one.code, one.line, one.before, IN_CODE) for one in group if not one.twin)
    return Proposals(tuple(groups.values()), tuple(left))


def _link_change(text: str, starts: Sequence[int], link: Link, code: str, url: str) -> Change | str:
    span = span_of(text, starts, link)
    if span is None:
        return "its place is not certain"
    old = text[slice(*span)]
    new = url if is_local(link) else as_written(url, place_of(text, *span), old)
    if new is None:
        return "its host is not plain ASCII"
    return Change(*span, new, code, link.line, target_of_link(link), url)


def _group(text: str, change: Change) -> tuple[Change, ...]:
    twin = twin_of(text, change.start, change.end)
    if twin is None:
        return (change,)
    new = as_written(change.after, "bare", text[slice(*twin)]) or change.new
    same = Change(*twin, new, change.code, change.line, change.before, change.after, twin=True)
    return (same, change) if twin[0] < change.start else (change, same)


# --- titles -----------------------------------------------------------------------------------

_MARKUP: Final = re.compile(r"[$\\{}<>`&^]")
_ESCAPED: Final = re.compile(r"([*_\[\]|])")


def title_proposals(source: Source, parsed: ParsedList, known: Known) -> Proposals:
    """Return what becomes of the titles that are not the official ones."""
    starts = line_starts(source.shown)
    found: list[tuple[str, int, str, Change | str]] = []
    for entry in parsed.entries:
        official = known.official(entry)
        if official is None:
            continue
        ignored = is_ignored(parsed, entry.line, "retitled")
        change = IGNORED if ignored else _title_change(source.shown, starts, entry, official)
        found.append(("retitled", entry.line, entry.title, change))
    return Proposals.of(found)


def _title_change(text: str, starts: Sequence[int], entry: Entry, official: str) -> Change | str:
    if _MARKUP.search(official):
        return "the official title has formulas or markup in it"
    begin = starts[entry.line - 1]
    end = starts[entry.end_line] if entry.end_line < len(starts) else len(text)
    position = text.find(entry.title, begin, end)
    if position < 0:
        return "the title is not written there word for word"
    if text.find(entry.title, position + 1, end) >= 0:
        return "the title is written there more than once"
    new = _ESCAPED.sub(r"\\\1", " ".join(official.split()))
    stop = position + len(entry.title)
    line = text.count("\n", begin, position) + entry.line
    return Change(position, stop, new, "retitled", line, entry.title, official)


# --- all of it --------------------------------------------------------------------------------


def planned(
    data: bytes,
    name: str,
    last: LastRun | None = None,
    codes: Collection[str] = BY_DEFAULT,
    *,
    asked: bool = False,
    ignores: Ignores | None = None,
    lacking: Callable[[ParsedList], Iterable[Lacking]] | None = None,
    lines: Collection[int] | None = None,
    readings: int = MOST_READINGS,
) -> Plan:
    """
    Return what is repaired in one file, and what is left.

    `name` is the list's name in the `last` run. With `asked` the codes were named by a person, so
    that simpler arXiv addresses are written also where no run has found them.
    `lacking` looks for the files and headings that the list links, and returns what is not there.
    `lines`: the only ones that are repaired; None for all. `readings`: see `plan_of`.
    Raises `ConfigurationError` where the bytes are no text.
    """
    known = (last or LastRun()).known_of(name)
    rules = Rules(frozenset(codes), known, asked, ignores or Ignores())

    def propose(source: Source, parsed: ParsedList) -> Proposals:
        nonlocal lacking, rules
        if lacking is not None:  # only the list as it was given is the one that is on disk
            rules, lacking = replace(rules, local=_meant(lacking(parsed))), None
        links = link_proposals(source, parsed, rules)
        titles = title_proposals(source, parsed, known) if "retitled" in codes else Proposals()
        found = Proposals(links.groups + titles.groups, links.left + titles.left)
        found = _without_bibtex(found, only_blocks(source.shown, name), rules)
        if lines is None:
            return found
        return Proposals(tuple(group for group in found.groups if group[0].line in lines))

    plan = plan_of(data, name, propose, changes_only_links, readings)
    return Plan(plan.edits, plan.left + tuple(_gone(data, name, known, codes)))


def _meant(lacking: Iterable[Lacking]) -> dict[str, tuple[str, str]]:
    return {
        one.url: (one.code, one.replacement) for one in lacking if one.certain and one.replacement
    }


def _without_bibtex(found: Proposals, records: ParsedList, rules: Rules) -> Proposals:
    """Leave the records of BibTeX blocks, whose values are no Markdown, and say what for."""
    if not records.entries and not records.other_links:
        return found
    lines = {line for one in records.entries for line in range(one.line, one.end_line + 1)}
    lines.update(link.line for link in records.other_links)
    left = [one for one in found.left if one.line not in lines]
    for link, entry in links_of(records):
        if (meant := rules.replacement(link, entry)) is not None:
            left.append(Left(meant[0], link.line, target_of_link(link), IN_BIBTEX))
    left += (
        Left("retitled", entry.line, entry.title, IN_BIBTEX)
        for entry in records.entries
        if "retitled" in rules.codes and rules.known.official(entry) is not None
    )
    kept = (group for group in found.groups if not any(one.line in lines for one in group))
    return Proposals(tuple(kept), tuple(left))


def _gone(data: bytes, name: str, known: Known, codes: Collection[str]) -> Iterator[Left]:
    """Yield what the last run saw in the list and what stands there no more."""
    wanted = {url: code for url, code in known.stood.items() if code in codes}
    source = readable(data, name) if wanted else None
    if source is None:
        return
    parsed = read_list(source.shown, name)
    both = (parsed, only_blocks(source.shown, name))
    here = {url for one in both for link, _ in links_of(one) for url in (link.url, link.written)}
    for url, code in sorted(wanted.items()):
        if url not in here:
            yield Left(code, None, url, "the link is no longer in the list")
