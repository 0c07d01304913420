"""
What every code means and what to do about it: findings, reasons, verdicts, matches, problems.

Data only: which evidence earns which reason is decided in `pipeline.links.verdicts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # alive
        "ok": "The page answers.",
        "arxiv-found": "arXiv's API knows the paper.",
        "arxiv-withdrawn": "The paper has been withdrawn; its abstract page is still there.",
        "arxiv-redirect": "The link leads to a paper's page on arXiv, closed to robots.",
        "accepted-answer": "A rule of the ignore file accepts this answer of the host.",
        "repository-found": "The interface of its host knows the repository.",
        "doi-registered": "The DOI is registered; the publisher's page was not requested.",
        "fragment-missing": "The page is there, but it has no section with the name after the “#”.",
        # moved
        "permanent-redirect": "The page has moved: every redirect on the way is permanent.",
        "repository-renamed": "The repository has a new name.",
        # dead, or failing while it has been said only once
        "not-found": "The server reports that the page does not exist (404).",
        "gone": "The server reports that the page is gone for good (410).",
        "no-such-host": "The host name does not exist.",
        "no-such-doi": "The DOI is not registered.",
        "no-such-paper": "arXiv has no such paper.",
        "no-such-repository": "GitHub has no such repository.",
        "gone-or-private": "The host has nothing public there: deleted, private or misspelt.",
        "repository-gone": "The repository that holds the file is gone.",
        "long-failing": "Every check for a week or longer has failed.",
        # failing
        "timeout": "The host did not answer in time.",
        "no-connection": "The host accepts no connection.",
        "connection-reset": "The host closed the connection without an answer.",
        "name-not-resolved": "The host name could not be looked up; that may be temporary.",
        "tls-fault": "The host's certificate or TLS setup is faulty; a browser may open the page.",
        "tls-expired": "The host's certificate has expired; browsers warn about it.",
        "tls-wrong-name": "The host's certificate is for another name; browsers warn about it.",
        "tls-self-signed": "The host's certificate is self-signed; browsers warn about it.",
        "tls-untrusted": "The host's certificate chain is incomplete; a browser may open the page.",
        "not-http": "The host does not answer in HTTP.",
        "head-too-large": "The headers of the answer are larger than 100 KiB.",
        "redirect-loop": "The page redirects in a circle, as some sites do without cookies.",
        "bad-redirect": "The page redirects, but to no valid address.",
        "server-error": "The server reports an internal error (5xx).",
        "http-error": "The server rejects the request with an unusual status.",
        "soft-404": "The answer is a front page, a login or a “not found” page.",
        "parked-domain": "The domain is parked or for sale; the page is probably gone.",
        "probably-gone": "For a week or longer it has shown only a front page, a login, a “not"
        " found” page or advertisements: it is probably gone.",
        "silent-to-robots": "For a week or longer every check has failed, at a host that is known"
        " to turn robots away or to sell access, or behind a registered DOI.",
        "doi-page-missing": "The DOI is registered, but its page is missing.",
        "proxy-error": "The proxy could not reach the host.",
        "arxiv-no-such-version": "The paper has no such version.",
        "arxiv-not-served": "arXiv no longer serves this address of the paper.",
        "arxiv-pdf-withdrawn": "The paper has been withdrawn; its PDF is no longer available.",
        # blocked
        "robots-refused": "The host refuses automated requests; open the page in a browser.",
        "challenge": "The host requires a browser to solve a challenge; open the page in one.",
        "throttled": "The host reports too many requests (429).",
        "login-required": "The page requires a login.",
        "withheld": "The page is withheld, for legal reasons or under the host's rules.",
        # malformed
        "no-url": "Not a valid URL.",
        "arxiv-placeholder": "The link has a placeholder instead of an arXiv id.",
        "arxiv-invalid-id": "The link has an invalid arXiv id.",
        "arxiv-trailing-text": "The arXiv id is followed by text that does not belong to it.",
        # skipped
        "excluded": "The setting `exclude` excludes the link.",
        "ignored": "A rule or a comment tells the program to ignore the link.",
        "private-address": "The link leads to a private or reserved address, which is not checked.",
        "not-in-sandbox": "The link is not in the sandbox.",
        "no-time": "The run had no time or no requests left for the link.",
        "interrupted": "The run was interrupted before it checked the link.",
        "host-closed": "The host does not answer, or requires a longer pause than the run allows.",
        "program-error": "This program failed on the link; `--verbose` shows the error.",
        "source-unavailable": "The API that knows about the link was not available.",
        "not-asked": "The run did not check the link.",
        "arxiv-page": "The link leads to a page of arXiv that is not a paper and closed to robots.",
        # unknown
        "network-down": "This machine's network does not work.",
        "network-unproven": "Almost nothing was reachable; this machine's network may be at fault.",
        "no-route": "This machine has no connection to the host's kind of address (IPv6).",
        "reached-elsewhere": "The host answers by another way (`second_opinion`), but not to this"
        " machine.",
        "proxy-refused": "This machine's proxy refuses the request.",
    }
)
"""Every reason code, with its sentence in reports."""

ABSENT: Final = frozenset(
    {
        "not-found",
        "gone",
        "no-such-host",
        "no-such-doi",
        "no-such-paper",
        "arxiv-not-served",
        "no-such-repository",
        "repository-gone",
        "gone-or-private",
    }
)
"""An authority reports that there is no such thing: dead at the second report."""

SEEMS_GONE: Final = frozenset({"soft-404", "parked-domain"})
"""A page answers, and seems to be another one: seen for a week, it is `probably-gone`."""

NEVER_DEAD: Final = frozenset(
    {
        "tls-fault",
        "tls-expired",
        "tls-wrong-name",
        "tls-self-signed",
        "tls-untrusted",
        "soft-404",
        "parked-domain",
        "probably-gone",
        "redirect-loop",
        "head-too-large",
        "doi-page-missing",
        "silent-to-robots",
        "proxy-error",
        "arxiv-no-such-version",
        "arxiv-pdf-withdrawn",
    }
)
"""Never dead, however often they occur: a person may still find the page."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means, and what a maintainer does about it."""

    name: str
    kind: str
    """
    `finding`, `link reason`, `link verdict`, `match`, `problem of a list`, `identity of a work`
    or `repair`.
    """
    meaning: str
    to_do: str


_FINDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "duplicate-entry": (
        "An earlier line of the list has the same work.",
        "Keep one of the entries, unless both are intended.",
    ),
    "same-id-two-titles": (
        "Two entries link to one paper under different titles.",
        "Open the paper: one entry has a wrong link, or an old or shortened title.",
    ),
    "same-title-two-ids": (
        "Two entries have one title and link to different papers.",
        "Open both papers: one of the links is probably wrong.",
    ),
    "arxiv-id-missing": (
        "arXiv has no paper with the id in the link.",
        "Search arXiv for the title and correct the id.",
    ),
    "arxiv-withdrawn": (
        "The authors or arXiv have withdrawn the paper.",
        "Read arXiv's comment; remove the entry, or link the version that counts.",
    ),
    "repository-missing": (
        "Its host has no such public repository: it was deleted, made private, or misspelt.",
        "Look for its new address on the paper's page; remove the link if there is none.",
    ),
    "repository-renamed": (
        "The repository has a new name; its host redirects until somebody takes the old one.",
        "Write the new address.",
    ),
    "repository-replaced": (
        "The name of the repository seems to belong to another one now.",
        "Open it: correct or remove the link if it is not the repository that the list means.",
    ),
    "repository-fork": (
        "The repository is a fork, and the list does not link the original.",
        "Link the original, unless the fork is meant.",
    ),
    "repository-archived": (
        "The repository is read-only: its owners have stopped work on it.",
        "No action is needed; a list may want to mention it.",
    ),
    "published": (
        "A registry reports that the preprint has been published.",
        "Write the venue, as `pipeline fix --only fill` does, and the DOI if the list has DOIs.",
    ),
    "accepted": (
        "The authors say on arXiv that a venue has accepted the paper.",
        "Write the venue, as `pipeline fix --only fill` does where the list's style is plain.",
    ),
    "retracted": (
        "A registry reports that the publication was retracted.",
        "Read the notice; remove the entry or mark it.",
    ),
    "code-suggested": (
        "The entry has no code link, and the paper itself (or Hugging Face) names a repository.",
        "Open the repository; if it is the authors', add it, as `pipeline fix --only fill` does.",
    ),
    "code-gone": (
        "The repository that the paper names as its code is not there.",
        "No action is needed; the authors may know where it is.",
    ),
    "wrong-paper": (
        "The link leads to another paper than the title names, and there is proof.",
        "Open the paper, and replace the link with the right one.",
    ),
    "retitled": (
        "The official title differs: the paper was retitled, or the list misspells it.",
        "Write the official title, or leave it: the link is right.",
    ),
    "shortened": (
        "The list's title is the official one with words left out.",
        "Write the official title if the list wants full titles.",
    ),
    "version-pinned": (
        "The link names one version of the paper, so readers miss later ones.",
        "Remove the version from the address, unless that version is intended.",
    ),
    "pdf-link": (
        "The link leads to the PDF; the abstract page serves readers better.",
        "Write the address of the abstract page.",
    ),
    "placeholder-link": (
        "The link is a placeholder that nobody has filled in.",
        "Fill in the address, or remove the link.",
    ),
    "file-missing": (
        "The link names a file that the list's repository does not have.",
        "Correct the path, or remove the link; `pipeline fix` corrects upper and lower case.",
    ),
    "heading-missing": (
        "The link names a heading, behind the “#”, that the file does not have.",
        "Write the heading's current name; `pipeline fix` does where only punctuation differs.",
    ),
    "foreign-code-link": (
        "The code link belongs to the paper of another entry.",
        "Open the repository; correct the link of the entry that it does not belong to.",
    ),
    "unverified": (
        "Every source that may know the work was asked for its title, and none does.",
        "Check that there is such a work, and add a link to it; that nobody lists it is no proof.",
    ),
    "venue-missing": (
        "The entries around it name a venue, and this one does not.",
        "Write the venue as they do; a preprint is one too where they say so.",
    ),
    "year-missing": (
        "The entries around it name a year, and this one does not.",
        "Write the year as they do.",
    ),
    "out-of-order": (
        "The section is in order, and the entry stands elsewhere.",
        "Move it to the line that the message names.",
    ),
    "other-style": (
        "The entry is written otherwise than nearly all around it.",
        "Write it as they are; the message says in what it differs.",
    ),
    "ignore-expired": (
        "A rule of the ignore file has expired and no longer has any effect.",
        "Remove the rule, or give it a later date.",
    ),
    "ignore-unused": (
        "A rule of the ignore file matches no link of the lists, or its host is in none.",
        "Remove the rule, or correct its URL, pattern or host.",
    ),
}

_PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "unread-entry": (
        "The line looks like an entry but could not be read.",
        "Write it like the entries around it; its links are checked anyway.",
    ),
    "no-item": (
        "A blank is missing after the marker of an item, so that readers see it in the text above.",
        "Write a blank after the marker: `- Title`, not `-Title`.",
    ),
    "encoding": (
        "The list's text is not clean UTF-8; the program repaired what it could.",
        "Save the file as UTF-8.",
    ),
    "badly-read": (
        "More than a tenth of the list's links to papers are in no entry.",
        "Look at the lines that are named: what stands there is checked, but in no catalog.",
    ),
    "no-entries": (
        "The list has no entry that could be read.",
        "Check that it is the right file: some lists keep their papers in other files.",
    ),
}

_WORKS: Final[Mapping[str, tuple[str, str]]] = {
    "needs-review": (
        "A title may mean one of several works, or a work that is not quite the same.",
        "Choose with `pipeline review`, or add a link to the right work to the entry.",
    ),
    "no-identifier": (
        "Nothing in the entry identifies the work, and no source knows its title.",
        "Add a link to the work if there is one.",
    ),
}

_BY_A_PERSON: Final = "Open the link in a browser; if the page is there, no action is needed."
_LOOK_FOR_IT: Final = "Look for the new address; remove the link if there is none."
_WAIT: Final = "Wait: the next runs show whether the fault is temporary."
_NOTHING: Final = "No action is needed."
_NEXT_RUN: Final = "No action is needed: the next run checks again."
_MEND: Final = "Correct the address; the report suggests one if it is certain."

_TO_DO: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ok", "arxiv-found", "repository-found", "doi-registered"), _NOTHING),
    "arxiv-withdrawn": "Read arXiv's comment on the paper, and decide whether to keep the entry.",
    **dict.fromkeys(("accepted-answer", "arxiv-redirect"), _NOTHING),
    "fragment-missing": "Write the section's current name, or remove the part after the “#”.",
    **dict.fromkeys(("permanent-redirect", "repository-renamed"), "Write the new address."),
    **dict.fromkeys(("not-found", "gone", "no-such-host", "long-failing"), _LOOK_FOR_IT),
    **dict.fromkeys(("no-such-repository", "repository-gone", "gone-or-private"), _LOOK_FOR_IT),
    **dict.fromkeys(("no-such-doi", "no-such-paper"), "Search for the title, and correct the id."),
    **dict.fromkeys(("timeout", "no-connection", "connection-reset", "name-not-resolved"), _WAIT),
    **dict.fromkeys(("not-http", "server-error", "http-error", "bad-redirect"), _WAIT),
    **dict.fromkeys(
        ("tls-fault", "redirect-loop", "head-too-large", "soft-404", "doi-page-missing"),
        _BY_A_PERSON,
    ),
    **dict.fromkeys(("tls-expired", "tls-wrong-name", "tls-self-signed"), _BY_A_PERSON),
    "tls-untrusted": _BY_A_PERSON,
    **dict.fromkeys(("parked-domain", "probably-gone"), _LOOK_FOR_IT),
    "proxy-error": _WAIT,
    "arxiv-not-served": "Write the address of the abstract page.",
    "arxiv-no-such-version": "Remove the version from the address.",
    "arxiv-pdf-withdrawn": "Write the address of the abstract page, or remove the entry.",
    **dict.fromkeys(("robots-refused", "challenge", "login-required", "withheld"), _BY_A_PERSON),
    "throttled": _NEXT_RUN,
    **dict.fromkeys(("no-url", "arxiv-invalid-id", "arxiv-trailing-text"), _MEND),
    "arxiv-placeholder": "Fill in the id, or remove the link.",
    "ignored": _NOTHING,
    "excluded": "No action is needed, unless `exclude` matches too much.",
    "private-address": "Remove the link, which others cannot open, or set `allow_private`.",
    "not-in-sandbox": "Run without `--sandbox` to check it.",
    "no-time": "Wait for the next run; `--time-budget` may be too short.",
    **dict.fromkeys(("interrupted", "host-closed", "source-unavailable", "not-asked"), _NEXT_RUN),
    "arxiv-page": _NOTHING,
    "program-error": "Report the error with the output of `--verbose`.",
    "network-down": "Check this machine's network, and run again.",
    "network-unproven": "Check this machine's network, and run again.",
    **dict.fromkeys(("silent-to-robots", "reached-elsewhere"), _BY_A_PERSON),
    "no-route": "Run where IPv6 works, or open the page in a browser.",
    "proxy-refused": "Check the rules of the proxy, and run again.",
}
"""What to do about each reason of a link's verdict; `REASONS` has what it means."""

_VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "alive": ("The page is there.", _NOTHING),
    "moved": ("The page is permanently at another address.", "Write the new address."),
    "dead": (
        "The page is gone: an authority reported it twice, or it failed for a week or longer.",
        "Look for its new address, or remove the link.",
    ),
    "failing": ("The check failed once, or in a way that may be temporary.", _WAIT),
    "blocked": ("The host refuses automated requests, so nothing is known.", _BY_A_PERSON),
    "malformed": ("The link is not a valid address.", _MEND),
    "skipped": ("The link was not checked; its reason says why.", "See its reason."),
    "unknown": ("This machine's network failed.", "Check this machine's network, and run again."),
}

_REVIEW: Final = "Choose with `pipeline review`."
_MATCHES: Final[Mapping[str, tuple[str, str]]] = {
    "LINK_ID": ("The entry's own links or words hold an identifier.", _NOTHING),
    "EXACT_TITLE": (
        "The titles are equal except for case, accents, markup and punctuation.",
        _NOTHING,
    ),
    "FUZZY_AUTHOR_YEAR": (
        "The title is very similar, the first author is the same, and the year fits.",
        _NOTHING,
    ),
    "FUZZY_TITLE": ("The title is almost equal, and the list gives no other fact.", _NOTHING),
    "TIE": ("Two or more works fit equally well.", _REVIEW),
    "SHORT_TITLE": ("The title is too short to identify a work by itself.", _REVIEW),
    "GENERIC_TITLE": ("Many works have this title (Preface, Editorial, Erratum).", _REVIEW),
    "DERIVED_WORK": (
        "One is a survey, reply, erratum or the like, and the other is not, or both are.",
        _REVIEW,
    ),
    "VERSION_TOKEN": (
        "Numbers or signs differ (v2, ++, II): one may be the follow-up of the other.",
        _REVIEW,
    ),
    "AUTHOR_MISMATCH": ("The titles are similar, but the authors differ.", _REVIEW),
    "YEAR_GAP": ("The title fits, but the years are too far apart.", _REVIEW),
    "RETITLED": ("The title is similar, but not similar enough to be certain.", _REVIEW),
    "REJECTED": (
        "A person has rejected every similar work.",
        "Add a link to the entry, or choose “no paper” with `pipeline review`.",
    ),
    "NO_CANDIDATE": (
        "No source has a work with this title, or one close enough to it.",
        "Add a link to the entry if there is one; a new preprint may appear later.",
    ),
    "NO_SUCH_ID": (
        "arXiv has no paper with the id in the link.",
        "Use the id that the title search has found, if it has, or search for the title.",
    ),
    "SOURCE_FAILED": ("A source was not available, so nothing is certain.", _NEXT_RUN),
    "NOT_ASKED": ("A source was not searched.", "Run again with the network and title search on."),
    "HUMAN": ("A person has decided it; that overrides all evidence.", _NOTHING),
}

_REPAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "arxiv-spelling": (
        "An arXiv address spells its id unlike arXiv does, or has text attached to it.",
        "Write the address as arXiv does: `pipeline fix --only arxiv-spelling` makes the patch.",
    ),
    "fill": (
        "The catalog knows a link or a venue that the list lacks.",
        "Run `pipeline fix --only fill`, and apply what the list should have.",
    ),
}
"""Further repairs of `pipeline fix`, with no finding or verdict of their own."""

CODES: Final[tuple[Code, ...]] = (
    *(Code(name, "finding", *words) for name, words in _FINDINGS.items()),
    *(Code(name, "link reason", REASONS[name], to_do) for name, to_do in _TO_DO.items()),
    *(Code(name, "match", *words) for name, words in _MATCHES.items()),
    *(Code(name, "link verdict", *words) for name, words in _VERDICTS.items()),
    *(Code(name, "problem of a list", *words) for name, words in _PROBLEMS.items()),
    *(Code(name, "identity of a work", *words) for name, words in _WORKS.items()),
    *(Code(name, "repair", *words) for name, words in _REPAIRS.items()),
)
"""Every code. `arxiv-withdrawn` is two: a finding and a reason."""


@lru_cache(1024)
def meanings(name: str) -> tuple[Code, ...]:
    """Return what a code means; `link-dead` is the verdict `dead`; empty where it is no code."""
    wanted = name.strip().lower()
    found = tuple(code for code in CODES if code.name.lower() == wanted)
    verdict = wanted.removeprefix("link-")
    return found or tuple(
        code for code in CODES if code.kind == "link verdict" and code.name == verdict
    )


def codes_of(words: str) -> frozenset[str]:
    """
    Return the codes that an ignore comment names before a colon; none where it ignores all.

    Several comments may count for one line, each on a line of `words`. A misspelt code is one that
    nothing has: whoever names a code wants the rest to be checked.
    """
    found: set[str] = set()
    for one in words.split("\n"):
        named = one.partition(":")[0].replace(",", " ").lower().split()
        if not named or not all(meanings(name) or _is_misspelt(name) for name in named):
            return frozenset()
        found |= set(named)
    return frozenset(found)


NAMES: Final = (
    *(code.name for code in CODES),
    *(f"link-{code.name}" for code in CODES if code.kind == "link verdict"),
)
"""Every spelling that `meanings` takes, but for capitals."""
_SMALL: Final = tuple(name.lower() for name in NAMES)


def _is_misspelt(name: str) -> bool:
    return "-" in name and bool(get_close_matches(name, _SMALL, n=1, cutoff=0.85))


def in_words(reason_code: str) -> str:
    """Return a match code's meaning, for a person who reviews."""
    return _MATCHES[reason_code][0] if reason_code in _MATCHES else reason_code
