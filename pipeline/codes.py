"""
What every code means and what to do about it: findings, reasons, verdicts, matches, problems.

The one table of the codes that reports, catalog and link health use. Data only: which evidence
earns which reason is decided in `pipeline.links.verdicts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # alive
        "ok": "It answers.",
        "arxiv-found": "arXiv's API knows the paper.",
        "arxiv-withdrawn": "The paper has been withdrawn; its abstract page is still there.",
        "arxiv-redirect": "It leads to a paper's page on arXiv, which robots are not to ask for.",
        "repository-found": "GitHub's API knows the repository.",
        "doi-registered": "The DOI registry knows the work; the publisher's page was not asked.",
        "fragment-missing": "The page is there, and nothing in it has the name after the “#”.",
        # moved
        "permanent-redirect": "It has moved for good: every redirect on the way is permanent.",
        "repository-renamed": "The repository has another name now.",
        # dead, or failing while it has been said only once
        "not-found": "The server says that there is no such page (404).",
        "gone": "The server says that the page is gone for good (410).",
        "no-such-host": "The host name does not exist.",
        "no-such-doi": "The DOI registry knows no such DOI.",
        "no-such-paper": "arXiv knows no such paper.",
        "no-such-repository": "GitHub knows no such repository.",
        "repository-gone": "The repository that it lies in is gone.",
        "long-failing": "It has failed in every check for a week or longer.",
        # failing
        "timeout": "The host did not answer in time.",
        "no-connection": "No connection to the host could be made.",
        "connection-reset": "The host broke the connection off.",
        "name-not-resolved": "The host's name could not be looked up for now.",
        "tls-fault": "The host's certificate or TLS set-up is faulty; a browser may still open it.",
        "tls-expired": "The host's certificate has expired; a browser warns of it.",
        "tls-wrong-name": "The host's certificate is for another name; a browser warns of it.",
        "tls-self-signed": "The host has signed its certificate itself; a browser warns of it.",
        "tls-untrusted": "The host sends no complete chain of certificates; a browser may open it.",
        "not-http": "What the host sends is not HTTP.",
        "redirect-loop": "It redirects in a circle, as some sites do without cookies.",
        "bad-redirect": "It redirects to what is no web address.",
        "server-error": "The server reports a fault of its own (5xx).",
        "http-error": "The server does not take the request (another 4xx).",
        "soft-404": "It answers, but with a front page, a login or a “not found” page.",
        "parked-domain": "The domain is parked or for sale; what was there is probably gone.",
        "doi-page-missing": "The DOI is registered, but the page that it leads to is not there.",
        "proxy-error": "The proxy could not reach the host.",
        "arxiv-no-such-version": "The paper has no such version.",
        "arxiv-pdf-withdrawn": "The paper has been withdrawn, its PDF is no longer served.",
        # blocked
        "robots-refused": "The host refuses automated visitors; a person must look.",
        "challenge": "The host answers automated visitors with a challenge; a person must look.",
        "throttled": "The host answers only that it is asked too often (429).",
        "login-required": "The page asks for a login.",
        "withheld": "It is withheld, for legal reasons or by the host's rules.",
        # malformed
        "no-url": "It is no URL that can be asked.",
        "arxiv-placeholder": "It has a placeholder in the place of an arXiv id.",
        "arxiv-invalid-id": "What stands in the place of an arXiv id is none.",
        "arxiv-trailing-text": "Something that is no part of it is glued to the arXiv id.",
        # skipped
        "excluded": "A rule of the settings excludes it.",
        "ignored": "The maintainer has asked to leave it alone.",
        "private-address": "It leads to a private or reserved address, which is not asked.",
        "no-time": "There was no time left in this run, or no request.",
        "interrupted": "The run was interrupted before it was asked.",
        "host-closed": "The host asked for a longer pause than this run has.",
        "source-unavailable": "The API that knows about it could not be asked.",
        "not-asked": "It was not asked in this run.",
        "arxiv-page": "It is a page of arXiv, and not a paper's; robots are not to ask for those.",
        # unknown
        "network-down": "Our own network does not work.",
        "network-unproven": "Hardly anything could be reached in this run; the fault may be ours.",
        "proxy-refused": "Our own proxy does not let the request pass.",
    }
)
"""Every reason code, with the sentence that stands beside it in reports."""

ABSENT: Final = frozenset(
    {
        "not-found",
        "gone",
        "no-such-host",
        "no-such-doi",
        "no-such-paper",
        "no-such-repository",
        "repository-gone",
    }
)
"""Said with authority that there is no such thing: dead when it is said twice."""

NEVER_DEAD: Final = frozenset(
    {
        "tls-fault",
        "tls-expired",
        "tls-wrong-name",
        "tls-self-signed",
        "tls-untrusted",
        "soft-404",
        "parked-domain",
        "redirect-loop",
        "doi-page-missing",
        "proxy-error",
        "arxiv-no-such-version",
        "arxiv-pdf-withdrawn",
    }
)
"""However often they are seen, a person may still find the thing there."""
"""Why a link has its verdict: the closed vocabulary of reason codes."""


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
        "The list has the same work in an earlier line as well.",
        "Keep one of the entries; two in different sections may be meant so.",
    ),
    "same-id-two-titles": (
        "Two entries link to one paper and call it by different titles.",
        "Open the paper: one entry has a wrong link, or an old or shortened title.",
    ),
    "same-title-two-ids": (
        "Two entries have one title and link to different papers.",
        "Open both papers: one of the links is probably wrong.",
    ),
    "arxiv-id-missing": (
        "arXiv knows no paper of the id in the link.",
        "Look the title up on arXiv and mend the id.",
    ),
    "arxiv-withdrawn": (
        "The authors or arXiv have withdrawn the paper.",
        "Read arXiv's comment on it; take the entry out, or link the version that counts.",
    ),
    "repository-missing": (
        "GitHub knows no such repository: deleted, made private, or misspelt.",
        "Look for its new place on the paper's page; take the link out where there is none.",
    ),
    "repository-renamed": (
        "The repository has a new name; GitHub redirects until the old one is taken again.",
        "Write the new address.",
    ),
    "repository-archived": (
        "The repository is read-only: its owners no longer work on it.",
        "Nothing has to be done; a list may want to say so.",
    ),
    "published": (
        "The preprint has been published since, says a registry that names both.",
        "Write the venue, and the DOI where the list has DOIs.",
    ),
    "retracted": (
        "A registry says that the publication was retracted.",
        "Read the notice; take the entry out or mark it.",
    ),
    "code-suggested": (
        "The entry has no code link, and the paper's page on Hugging Face names a repository.",
        "Open the repository, and add the link where it is the authors' own.",
    ),
    "wrong-paper": (
        "The link leads to another paper than the one that the title names, and there is proof.",
        "Open the paper, and put the right link in its place.",
    ),
    "retitled": (
        "The official title is another one: the paper was retitled, or the list misspells it.",
        "Write the official title, or leave it: the link is right.",
    ),
    "shortened": (
        "The list's title is the official one with words left out.",
        "Write the official title where the list wants full titles.",
    ),
    "version-pinned": (
        "The link names one version of the paper, so readers miss later ones.",
        "Write the address without the version, unless that one is meant.",
    ),
    "pdf-link": (
        "The link goes to the PDF where the abstract page would serve readers better.",
        "Write the address of the abstract page.",
    ),
    "placeholder-link": (
        "The link is a placeholder that nobody has filled in.",
        "Fill in the address, or take the link out.",
    ),
    "foreign-code-link": (
        "The code link is that of a paper in another entry.",
        "Open the repository; mend the link of the entry that it does not belong to.",
    ),
    "ignore-expired": (
        "A rule of the ignore file has expired and ignores nothing any more.",
        "Take the rule out, or give it a later date.",
    ),
    "ignore-unused": (
        "A rule of the ignore file matches no link of the lists.",
        "Take the rule out, or mend its URL or pattern.",
    ),
}

_PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "unread-entry": (
        "The line looks like an entry and could not be read as one.",
        "Write it like the entries around it; its links are checked all the same.",
    ),
    "encoding": (
        "The list's text is not clean UTF-8; what could be repaired was.",
        "Save the file as UTF-8.",
    ),
    "no-entries": (
        "No entry was found in the list.",
        "Look whether it is the right file: some lists keep their papers in other files.",
    ),
}

_WORKS: Final[Mapping[str, tuple[str, str]]] = {
    "needs-review": (
        "A title may mean one of several works, or one that is not quite the same.",
        "Choose with `pipeline review`, or write a link to the right work into the entry.",
    ),
    "no-identifier": (
        "Nothing in the entry says which work it is, and no source knows its title.",
        "Add a link to the work where there is one.",
    ),
}

_BY_A_PERSON: Final = "Open it in a browser; where the page is there, nothing has to be done."
_LOOK_FOR_IT: Final = "Look for its new place; take the link out where there is none."
_WAIT: Final = "Wait: the next runs tell whether it passes or lasts."
_NOTHING: Final = "Nothing has to be done."
_NEXT_RUN: Final = "Nothing has to be done: the next run asks again."
_MEND: Final = "Mend the address; a suggestion stands beside it where one is certain."

_TO_DO: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ok", "arxiv-found", "repository-found", "doi-registered"), _NOTHING),
    "arxiv-withdrawn": "Read arXiv's comment on the paper, and decide whether the entry stays.",
    "arxiv-redirect": _NOTHING,
    "fragment-missing": "Write the section's name of today, or leave out what follows the “#”.",
    **dict.fromkeys(("permanent-redirect", "repository-renamed"), "Write the new address."),
    **dict.fromkeys(("not-found", "gone", "no-such-host", "long-failing"), _LOOK_FOR_IT),
    **dict.fromkeys(("no-such-repository", "repository-gone"), _LOOK_FOR_IT),
    **dict.fromkeys(("no-such-doi", "no-such-paper"), "Look the title up, and mend the id."),
    **dict.fromkeys(("timeout", "no-connection", "connection-reset", "name-not-resolved"), _WAIT),
    **dict.fromkeys(("not-http", "server-error", "http-error", "bad-redirect"), _WAIT),
    **dict.fromkeys(("tls-fault", "redirect-loop", "soft-404", "doi-page-missing"), _BY_A_PERSON),
    **dict.fromkeys(("tls-expired", "tls-wrong-name", "tls-self-signed"), _BY_A_PERSON),
    "tls-untrusted": _BY_A_PERSON,
    "parked-domain": "Look for its new place; take the link out where there is none.",
    "proxy-error": _WAIT,
    "arxiv-no-such-version": "Write the address without the version.",
    "arxiv-pdf-withdrawn": "Write the address of the abstract page, or take the entry out.",
    **dict.fromkeys(("robots-refused", "challenge", "login-required", "withheld"), _BY_A_PERSON),
    "throttled": _NEXT_RUN,
    **dict.fromkeys(("no-url", "arxiv-invalid-id", "arxiv-trailing-text"), _MEND),
    "arxiv-placeholder": "Fill in the id, or take the link out.",
    "ignored": "Nothing has to be done while the rule or the comment holds.",
    "excluded": "Nothing has to be done, unless the rule (`exclude`) catches too much.",
    "private-address": "Take the link out: others cannot open it (or see `allow_private`).",
    "no-time": "The next run asks; `--time-budget` may be too short.",
    **dict.fromkeys(("interrupted", "host-closed", "source-unavailable", "not-asked"), _NEXT_RUN),
    "arxiv-page": _NOTHING,
    "network-down": "Look at this machine's network, and run again.",
    "network-unproven": "Look at this machine's network, and run again.",
    "proxy-refused": "Look at the rules of the proxy, and run again.",
}
"""What to do about each reason of a link's verdict; what it means is in `REASONS`."""

_VERDICTS: Final[Mapping[str, tuple[str, str]]] = {
    "alive": ("The thing is there.", _NOTHING),
    "moved": ("It is there, but for good at another address.", "Write the new address."),
    "dead": (
        "It is not there: said with authority and twice, or it failed for a week or longer.",
        "Look for its new place, or take the link out.",
    ),
    "failing": ("It failed in a way that may pass, or only once.", _WAIT),
    "blocked": ("The host turns robots away, so nothing is known.", _BY_A_PERSON),
    "malformed": ("It is no address that can be asked.", _MEND),
    "skipped": ("It was not asked; its reason says why.", "See its reason."),
    "unknown": ("Our own network failed.", "Look at this machine's network, and run again."),
}

_REVIEW: Final = "Choose with `pipeline review`."
_MATCHES: Final[Mapping[str, tuple[str, str]]] = {
    "LINK_ID": ("An identifier stands in the entry's own links or words.", _NOTHING),
    "EXACT_TITLE": (
        "The titles are equal but for case, accents, markup and punctuation.",
        _NOTHING,
    ),
    "FUZZY_AUTHOR_YEAR": (
        "The title is very similar, the first author is the same, and the year fits.",
        _NOTHING,
    ),
    "FUZZY_TITLE": ("The title is almost equal, and the list says nothing else.", _NOTHING),
    "TIE": ("Two or more works fit equally well.", _REVIEW),
    "SHORT_TITLE": ("The title is too short to be proof by itself.", _REVIEW),
    "GENERIC_TITLE": ("Many works are called so (Preface, Editorial, Erratum).", _REVIEW),
    "DERIVED_WORK": (
        "One is a survey, reply, erratum or the like, and the other is not, or both are.",
        _REVIEW,
    ),
    "VERSION_TOKEN": (
        "Numbers or signs differ (v2, ++, II): one may be the follow-up of the other.",
        _REVIEW,
    ),
    "AUTHOR_MISMATCH": ("The titles are near, and the authors are others.", _REVIEW),
    "YEAR_GAP": ("The title fits, and the years lie too far apart.", _REVIEW),
    "RETITLED": ("The title is similar, and not similar enough to be sure.", _REVIEW),
    "REJECTED": (
        "A person has rejected every work that is near.",
        "Add a link to the entry, or say with `pipeline review` that no paper is meant.",
    ),
    "NO_CANDIDATE": (
        "Every source was asked, and none knows a title near this one.",
        "Add a link to the entry where there is one; a new preprint may turn up later.",
    ),
    "SOURCE_FAILED": ("A source could not be asked, so nothing is certain.", _NEXT_RUN),
    "NOT_ASKED": (
        "No source was asked: off line, switched off, or out of budget.",
        "Run again with the network and title search on.",
    ),
    "HUMAN": ("A person has decided it; that beats all evidence.", _NOTHING),
}

_REPAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "arxiv-spelling": (
        "An arXiv address has its id in a spelling that is not arXiv's, or something glued to it.",
        "Write the address as arXiv does: `pipeline fix --only arxiv-spelling` gives the patch.",
    ),
    "fill": (
        "The catalog knows a link or a venue that the list lacks.",
        "Look at `pipeline fix --only fill`, and apply what the list is to have.",
    ),
}
"""What `pipeline fix` does beside what findings and verdicts ask for."""

CODES: Final[tuple[Code, ...]] = (
    *(Code(name, "finding", *words) for name, words in _FINDINGS.items()),
    *(Code(name, "link reason", REASONS[name], to_do) for name, to_do in _TO_DO.items()),
    *(Code(name, "match", *words) for name, words in _MATCHES.items()),
    *(Code(name, "link verdict", *words) for name, words in _VERDICTS.items()),
    *(Code(name, "problem of a list", *words) for name, words in _PROBLEMS.items()),
    *(Code(name, "identity of a work", *words) for name, words in _WORKS.items()),
    *(Code(name, "repair", *words) for name, words in _REPAIRS.items()),
)
"""Every code. A name may stand for two things: `arxiv-withdrawn` is a finding and a reason."""


def meanings(name: str) -> tuple[Code, ...]:
    """Return what a code means; `link-dead` is the verdict `dead`; empty where it is no code."""
    wanted = name.strip().lower()
    found = tuple(code for code in CODES if code.name.lower() == wanted)
    verdict = wanted.removeprefix("link-")
    return found or tuple(
        code for code in CODES if code.kind == "link verdict" and code.name == verdict
    )


def in_words(reason_code: str) -> str:
    """Return a match code's meaning, for a person who reviews."""
    return _MATCHES[reason_code][0] if reason_code in _MATCHES else reason_code
