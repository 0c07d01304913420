"""The state of links → diagnostics: what shares a dead host or repository together. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.formats.report_json import Action, Diagnostic, Location, fingerprint
from pipeline.links.history import COUNTS_AGAIN_AFTER
from pipeline.records.catalog import Severity
from pipeline.records.links import LinkHealth
from pipeline.repair.repairs import certain_replacement, needs_person
from pipeline.reports.context import NOT_ASKED, UNASKED_FOR_GOOD, Catalog, phrase, repository_of
from pipeline.urls import TWO_ADDRESSES, drops_address, host_of, url_fault
from pipeline.works.forges import FORGE_NAMES

_ABSENT_REPOSITORY: Final = frozenset({"no-such-repository", "repository-gone"})


def of_links(catalog: Catalog) -> Iterator[Diagnostic]:
    """
    Yield the state of links: what shares a dead host or repository together.

    What only the last report knows comes last.
    """
    groups: dict[str, list[LinkHealth]] = defaultdict(list)
    unasked: list[LinkHealth] = []
    for link in sorted(catalog.told, key=lambda one: one.url):
        if link.verdict == "dead" and not catalog.is_missing_id(link):
            groups[_dead_subject(link)].append(link)
        elif link.verdict in _OF_VERDICT and not catalog.is_missing_id(link):
            yield _OF_VERDICT[link.verdict](link, catalog)
        elif (code := link.reason_code) == "fragment-missing":
            yield _state(link, catalog, code=code, severity="info", action="know")
        elif link.verdict in ("skipped", "unknown"):
            unasked.append(link)
    for subject, group in groups.items():
        yield _dead(subject, group, catalog)
    for link in unasked:
        yield from _of_unasked(link, catalog)


def _dead_subject(link: LinkHealth) -> str:
    """Return what is gone: a host, a repository or, always with a suggestion, the page alone."""
    if link.suggestion is None and link.reason_code == "no-such-host":
        return host_of(link.url) or link.url
    if link.suggestion is None and link.reason_code in _ABSENT_REPOSITORY:
        name = repository_of(link.url)
        return f"github.com/{name.lower()}" if name else link.url
    return link.url


def _dead(subject: str, group: Sequence[LinkHealth], catalog: Catalog) -> Diagnostic:
    first = group[0]
    sure = len(group) == 1 and certain_replacement(first, catalog.answers) is not None
    action: Action = "apply" if sure else "replace"
    one = _state(first, catalog, severity="error", action=action, subject=(subject,))
    if len(group) == 1:
        return replace(one, certain=sure)
    since = [link.first_failed_at for link in group if link.first_failed_at]
    return replace(
        one,
        url=None,
        title=subject,
        message=f"{phrase(first.reason)}: {len(group)} links to {subject}.",
        links=len(group),
        locations=catalog.context.in_order(at for link in group for at in _places(link)),
        first_seen_at=min(since, default=None),
        failures=max(link.consecutive_failures for link in group),
    )


def _moved(link: LinkHealth, catalog: Catalog) -> Diagnostic:
    """Return a redirect: to be written where it is stable, else to be waited for."""
    renamed = link.reason_code == "repository-renamed"
    code = "repository-renamed" if renamed else "link-moved"
    target = link.suggestion or link.final_url
    seen = link.evidence in FORGE_NAMES
    earlier = catalog.context.earlier(fingerprint(code, link.url, target))
    if earlier and earlier.first_seen_at and link.checked_at:  # a stored answer is no second one
        seen |= link.checked_at - earlier.first_seen_at >= COUNTS_AGAIN_AFTER
    sure = seen and certain_replacement(link, catalog.answers) is not None
    waiting: Action = "decide" if needs_person(link, catalog.answers) else "wait"
    one = _state(
        link,
        catalog,
        code=code,
        severity="warning" if sure else "info",
        action="apply" if sure else waiting,
        subject=(link.url, target),
    )
    return replace(one, replacement=target, certain=sure)


def _malformed(link: LinkHealth, catalog: Catalog) -> Diagnostic:
    if link.suggestion is not None and drops_address(link.url, link.suggestion):
        one = _state(link, catalog, severity="warning", action="decide")
        return replace(one, message=TWO_ADDRESSES, replacement=None)
    target = link.suggestion or ""
    sure = is_address(target) and not catalog.answers.denies(target)
    action: Action = "apply" if sure else "replace"
    severity: Severity = "warning" if sure else "error"
    one = _state(link, catalog, severity=severity, action=action)
    return replace(one, certain=sure)


def _unsure(link: LinkHealth, catalog: Catalog) -> Diagnostic:
    if link.reason_code in ("probably-gone", "silent-to-robots"):
        return _state(link, catalog, severity="warning", action="decide")
    action: Action = "wait" if link.verdict == "failing" else "know"
    return _state(link, catalog, severity="info", action=action)


_OF_VERDICT: Final[Mapping[str, Callable[[LinkHealth, Catalog], Diagnostic]]] = {
    "moved": _moved,
    "malformed": _malformed,
    "failing": _unsure,
    "blocked": _unsure,
}


def _of_unasked(link: LinkHealth, catalog: Catalog) -> Iterator[Diagnostic]:
    """Yield what the last report said of links not asked now: no case is closed or new by that."""
    if link.reason_code in UNASKED_FOR_GOOD:
        yield _state(link, catalog, severity="info", action="know")
    earlier = catalog.context.reported_of(link.url) if link.reason_code in NOT_ASKED else None
    if earlier is not None:
        places = catalog.context.in_order(_places(link))
        yield replace(earlier, locations=places, title=catalog.title_of(link), links=0)


def _state(
    link: LinkHealth,
    catalog: Catalog,
    *,
    severity: Severity,
    action: Action,
    code: str | None = None,
    subject: Sequence[str | None] = (),
) -> Diagnostic:
    code = code or f"link-{link.verdict}"
    return Diagnostic(
        code=code,
        severity=severity,
        action=action,
        fingerprint=fingerprint(code, *(subject or (link.url,))),
        message=link.reason,
        locations=catalog.context.in_order(_places(link)),
        title=catalog.title_of(link),
        url=link.url,
        reason_code=link.reason_code,
        status_code=link.status_code,
        replacement=link.suggestion,
        links=int(code.startswith("link-") or link.verdict == "moved"),
        first_seen_at=link.first_failed_at if link.verdict in ("dead", "failing") else None,
        failures=link.consecutive_failures,
    )


def _places(link: LinkHealth) -> Iterator[Location]:
    for one in link.occurrences:
        yield Location(list=one.list, line=one.line, column=one.column)


def is_address(target: str | None) -> bool:
    """Say whether a machine may write it into a list."""
    return target is not None and url_fault(target) is None
