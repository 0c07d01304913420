"""
Why a link has its verdict: the closed vocabulary of reason codes.

Data only. Which evidence earns which reason is decided in `links.verdicts`; what a maintainer
does about each stands in `pipeline.codes`.
"""

from collections.abc import Mapping
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
