"""
What is wrong with the targets of a list that no request checks. Pure.

Placeholders, missing brackets, files and headings that are not there: lint and a run report the
same.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from itertools import chain

from pipeline.formats.report_json import Diagnostic, Location, fingerprint
from pipeline.links.ignores import Ignores, is_ignored
from pipeline.records.lists import Entry, Lacking, Link, ParsedList, Torn
from pipeline.urls import url_fault
from pipeline.works.placeholders import is_reserved


def of_targets(
    lists: Iterable[ParsedList], ignores: Ignores, told: Iterable[Diagnostic] = ()
) -> Iterator[Diagnostic]:
    """
    Yield what is wrong with the targets of lists; the same of several lines of one once.

    Of the entries only those with `examples` count.

    `told`: what is known already. No bracket is missing there at a link whose address is at fault.
    """
    known = {at for one in told if one.code == "link-malformed" for at in one.locations}
    for parsed in lists:
        yield from _of_broken(parsed, ignores, known)
        yield from _of_lacking(parsed, ignores)


# --- files and headings -----------------------------------------------------------------------


def _of_lacking(parsed: ParsedList, ignores: Ignores) -> Iterator[Diagnostic]:
    groups: dict[tuple[str, str], list[Lacking]] = defaultdict(list)
    for one in parsed.lacking:
        if not is_ignored(parsed, one.line, one.code) and ignores.reason(one.url) is None:
            groups[one.code, one.url].append(one)
    for (code, url), group in groups.items():
        first = group[0]
        yield Diagnostic(
            code=code,
            severity="warning" if code == "heading-missing" and first.certain else "error",
            action="apply" if first.certain else "replace",
            fingerprint=fingerprint(code, parsed.name, url),
            message=first.message,
            locations=tuple(
                Location(list=parsed.name, line=one.line, column=one.column) for one in group
            ),
            url=url,
            replacement=first.replacement,
            certain=first.certain,
        )


# --- what is no link --------------------------------------------------------------------------


def _of_broken(
    parsed: ParsedList, ignores: Ignores, known: Container[Location]
) -> Iterator[Diagnostic]:
    """Name what keeps the place of a link."""
    groups: dict[tuple[str, str, str], list[Link | Torn]] = defaultdict(list)
    for link, (code, words) in _no_links(parsed, known):
        if not is_ignored(parsed, link.line, code) and ignores.reason(link.url) is None:
            groups[code, words, link.url].append(link)
    for (code, words, url), links in groups.items():
        places = sorted({(link.line, link.column) for link in links})
        yield Diagnostic(
            code=code,
            severity="error",
            action="replace",
            fingerprint=fingerprint(code, parsed.name, words, url),
            message=words,
            locations=tuple(
                Location(list=parsed.name, line=line, column=column) for line, column in places
            ),
            url=url or None,
        )


def _no_links(
    parsed: ParsedList, known: Container[Location]
) -> Iterator[tuple[Link | Torn, tuple[str, str]]]:
    for link in parsed.broken:
        yield link, _of_target(link)
    for torn in parsed.torn:
        if Location(list=parsed.name, line=torn.line, column=torn.column) not in known:
            yield torn, ("link-malformed", torn.message)
    for link in chain.from_iterable(map(examples, parsed.entries)):
        yield (
            link,
            ("placeholder-link", "The address is an example from documentation or templates."),
        )


def examples(entry: Entry) -> Iterator[Link]:
    """Yield the links of an entry that are addresses of documentation or templates."""
    for link in entry.links:
        if link.written is None and is_reserved(link.url) and url_fault(link.url) is None:
            yield link


def _of_target(link: Link) -> tuple[str, str]:
    if link.written is not None and link.url:
        fault = "are separated" if link.written.endswith(" (") else "are not closed"
        return "link-malformed", f"The brackets of “{link.written}” {fault}, so it is not a link."
    if link.written is not None:
        return "link-malformed", f"The list does not define the reference “{link.written}”."
    if link.url.lower().startswith("mailto:"):
        return "placeholder-link", "The link has a mail address instead of a web address."
    fault = "is a placeholder" if link.url else "is empty"
    return "placeholder-link", f"The link's address {fault}."
