"""
What the evidence about a link means: the one place that says so. Pure.

Slow to call a link dead: users turn off link checkers that say so of 403, 429 and slow hosts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.codes import ABSENT, NEVER_DEAD, REASONS, SEEMS_GONE
from pipeline.links import addresses, hosts
from pipeline.links.history import COUNTS_AGAIN_AFTER, Failure, runs_lost
from pipeline.links.moves import depends_on_visitor
from pipeline.links.page_titles import says_challenge, says_missing, says_parked
from pipeline.network.lenient_stream import HEAD_TOO_LARGE
from pipeline.records.links import Evidence, LinkHistory, Probe, Verdict
from pipeline.records.outcomes import Failed, Outcome
from pipeline.urls import host_of, url_fault
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.dois import DOI_RESOLVERS

OK_STATUS: Final = frozenset({200, 203, 206})
REFUSAL_STATUS: Final[Mapping[int, str]] = {
    # A page that is only accepted, or empty: what IEEE Xplore and Semantic Scholar give robots.
    **dict.fromkeys((202, 204, 205), "challenge"),
    **dict.fromkeys((403, 405, 406, 418, 423, 425, 999), "robots-refused"),
    **dict.fromkeys((401, 402, 407), "login-required"),
    429: "throttled",
    451: "withheld",
}

FAILURES: Final[Mapping[str, tuple[Verdict, str]]] = {
    "timeout": ("failing", "timeout"),
    "connect": ("failing", "no-connection"),
    "reset": ("failing", "connection-reset"),
    "dns": ("failing", "name-not-resolved"),
    "proxy": ("failing", "proxy-error"),
    "invalid-url": ("malformed", "no-url"),
    "tls": ("failing", "tls-fault"),
    "protocol": ("failing", "not-http"),
    "refused-address": ("skipped", "private-address"),
    "offline": ("unknown", "network-down"),
    "no-route": ("unknown", "no-route"),
    "budget": ("skipped", "no-time"),
    "interrupted": ("skipped", "interrupted"),
    "closed": ("skipped", "host-closed"),
    "fault": ("skipped", "program-error"),
    "throttled": ("skipped", "host-closed"),
}
"""What a failure below HTTP means; `_of_failure` has what takes a closer look."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one link is said to be, and why."""

    verdict: Verdict
    reason_code: str
    evidence: Evidence
    status_code: int | None = None
    final_url: str | None = None
    suggestion: str | None = None
    detail: str = ""
    """What there is to add to the reason's sentence."""
    spared: bool = False
    """Failing long does not make it dead: its host turns robots away, or a registry knows it."""
    seconded: bool = False
    """Another way to the host was in vain too."""

    @property
    def reason(self) -> str:
        """One sentence for a report."""
        sentence = REASONS[self.reason_code]
        return f"{sentence[:-1]}: {self.detail}." if self.detail else sentence

    @property
    def absent(self) -> bool:
        """Whether it was said with authority that there is no such thing."""
        return self.reason_code in ABSENT

    @property
    def failure(self) -> Failure | None:
        """What the history is to remember; None where nothing failed."""
        if self.verdict not in ("failing", "dead"):
            return None
        return Failure(
            verdict="dead" if self.verdict == "dead" else "failing",
            reason_code=self.reason_code,
            status_code=self.status_code,
            absent=self.absent,
            mortal=self.reason_code not in NEVER_DEAD and not self.spared,
            seconded=self.seconded,
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How much it takes to call a link dead."""

    second_look_after: timedelta = timedelta(seconds=60)
    runs: int = 3
    span: timedelta = timedelta(days=7)


def judge(
    probe: Probe,
    past: LinkHistory | None = None,
    *,
    first_look: Probe | None = None,
    patience: Patience = Patience(),
) -> Judgement:
    """Return what `probe` says of its link, after what is remembered and this run's first look."""
    judgement = judge_probe(probe)
    confirmed = (
        first_look is not None
        and judge_probe(first_look).absent
        and probe.asked_at - first_look.answered_at >= patience.second_look_after
    )
    return weigh(judgement, past, probe.answered_at, confirmed=confirmed, patience=patience)


def weigh(
    judgement: Judgement,
    past: LinkHistory | None,
    at: datetime,
    *,
    confirmed: bool = False,
    patience: Patience = Patience(),
) -> Judgement:
    """
    Return the verdict after what is remembered: what fails may be dead.

    Dead is what was said with authority twice (`confirmed`: in this run), or what has been lost in
    `patience.runs` runs over `patience.span`. What was dead stays so while it fails.
    """
    if judgement.verdict != "failing":
        return judgement
    if judgement.absent and (confirmed or _said_before(past, at, patience)):
        return replace(judgement, verdict="dead")
    return judgement if past is None else _in_the_long_run(judgement, past, at, patience)


def _in_the_long_run(
    judgement: Judgement, past: LinkHistory, at: datetime, patience: Patience
) -> Judgement:
    if judgement.reason_code in SEEMS_GONE:
        return _worn_out(judgement, past, at, patience)
    if judgement.reason_code in NEVER_DEAD:
        return judgement
    if past.last_verdict == "dead":
        return remembered(past)
    if judgement.spared:
        return _spared_for_long(judgement, past, at, patience)
    long = past.lost_since is not None and at - past.lost_since >= patience.span
    if long and runs_lost(past, at) >= patience.runs:
        died = replace(judgement, verdict="dead", reason_code="long-failing", evidence="history")
        return replace(died, detail=_vantages(past))
    return judgement


ONE_WAY: Final = "it was asked from one network only, and the host has never said that it is gone"
TWO_WAYS: Final = "another way to the host was in vain too"


def _vantages(past: LinkHistory) -> str:
    """Say from how many sides a host that said nothing was asked; nothing of one that spoke."""
    if past.absent_since is not None:
        return ""
    return ONE_WAY if past.seconded_at is None else TWO_WAYS


def _spared_for_long(
    judgement: Judgement, past: LinkHistory, at: datetime, patience: Patience
) -> Judgement:
    """Put to a person what is never dead by silence, when it has been silent for long."""
    if judgement.absent or not _has_failed_for_long(past, at, patience):
        return judgement
    return replace(judgement, reason_code="silent-to-robots")


def _has_failed_for_long(past: LinkHistory, at: datetime, patience: Patience) -> bool:
    counts = at - past.last_failed_at >= COUNTS_AGAIN_AFTER
    return (
        at - past.first_failed_at >= patience.span
        and past.consecutive_failures + counts >= patience.runs
    )


def is_doomed(judgement: Judgement, past: LinkHistory | None) -> bool:
    """Say whether a link is about to be called dead for silence alone."""
    silent = past is not None and past.last_verdict != "dead" and past.absent_since is None
    return judgement.verdict == "dead" and judgement.reason_code == "long-failing" and silent


def after_second_opinion(
    judgement: Judgement, past: LinkHistory, second: Probe | None
) -> Judgement:
    """
    Return the verdict of a doomed link after what another way to its host has brought.

    Dead is what is silent there too, or is said to be gone there. What answers there is not judged
    from here; where that way could not be asked, or meets a fault that kills nothing, the link goes
    on failing.
    """
    known = judge_probe(second) if second is not None else None
    if known is not None and known.verdict in ("alive", "moved", "blocked"):
        return Judgement("unknown", "reached-elsewhere", "none", known.status_code)
    in_vain = (
        known is not None
        and known.verdict == "failing"
        and (known.reason_code not in NEVER_DEAD or known.reason_code == "proxy-error")
    )
    if in_vain:
        return replace(judgement, detail=TWO_WAYS, seconded=True)
    code = past.reason_code if past.reason_code in REASONS else "not-asked"
    return Judgement("failing", code, judgement.evidence, past.status_code)


def _worn_out(
    judgement: Judgement, past: LinkHistory, at: datetime, patience: Patience
) -> Judgement:
    """Say openly that a page is probably gone, when nothing better has been seen for long."""
    lasting = past.reason_code in SEEMS_GONE or past.reason_code == "probably-gone"
    if not (lasting and _has_failed_for_long(past, at, patience)):
        return judgement
    return replace(judgement, reason_code="probably-gone", suggestion=None)


def _said_before(past: LinkHistory | None, at: datetime, patience: Patience) -> bool:
    """Say whether an earlier run was told already that there is no such thing."""
    if past is None or past.last_verdict == "dead":
        return past is not None
    since = past.absent_since
    return since is not None and at - since >= patience.second_look_after


def remembered(past: LinkHistory) -> Judgement:
    """Return the last verdict, where nothing new is known."""
    code = past.reason_code if past.reason_code in REASONS else "not-asked"
    detail = _vantages(past) if code == "long-failing" else ""
    return Judgement(past.last_verdict, code, "history", past.status_code, detail=detail)


def left_out(code: str, words: str = "") -> Judgement:
    """Judge a link that a rule leaves out: `excluded`, or `ignored` with the reason given."""
    return Judgement("skipped", code, "none", detail=words)


def malformed(words: str) -> Judgement:
    """Judge a target that is no URL."""
    return Judgement("malformed", "no-url", "none", detail=words)


def unasked(outcome: Outcome[Probe]) -> Judgement:
    """Judge a link that nobody could ask and nobody knows."""
    kind = outcome.kind if isinstance(outcome, Failed) else ""
    verdict, code = FAILURES.get(kind, ("skipped", "not-asked"))
    return Judgement(verdict, code, "none")


NETWORK_CODES: Final = {"down": "network-down", "unproven": "network-unproven"}


def unproven(network: str) -> Judgement:
    """Judge a link that is out of reach while the fault may be ours."""
    return Judgement("unknown", NETWORK_CODES[network], "none")


# --- over HTTP --------------------------------------------------------------------------------


def judge_probe(probe: Probe) -> Judgement:
    """Return what one probe says by itself; never dead, for that takes two."""
    if probe.unasked is not None:
        return _of_unasked(probe)
    if probe.failure is not None:
        return _of_failure(probe)
    status, host = probe.status or 0, host_of(probe.final_url)
    evidence = _evidence(probe)
    if hosts.hides_what_is_gone(probe.final_url, status):
        return Judgement("failing", "gone-or-private", evidence, status)
    refusal = _refusal(probe, host)
    if refusal is not None:
        return Judgement("blocked", refusal, evidence, status)
    if 200 <= status < 300 or status == 416:
        return _of_page(probe, evidence)
    if status in (400, 404, 410) and host in DOI_RESOLVERS:
        code = "no-such-doi"
    elif status in (404, 410):
        page = "gone" if status == 410 else "not-found"
        code = "doi-page-missing" if evidence == "doi" else page
    elif 300 <= status < 400:
        code = "bad-redirect"
    else:
        code = "server-error" if 500 <= status < 600 else "http-error"
    return Judgement("failing", code, evidence, status, spared=_is_spared(probe))


def shows_page(probe: Probe) -> bool:
    """Say at a glance that a probe found some page, so that nothing is said to be absent."""
    return probe.status in OK_STATUS and probe.failure is None and probe.unasked is None


def _refusal(probe: Probe, host: str) -> str | None:
    """Return how the host turns robots away; None where it does not."""
    status, cloudflare = probe.status or 0, probe.headers.get("server", "").lower() == "cloudflare"
    if (status >= 400 and "cf-mitigated" in probe.headers) or (status == 503 and cloudflare):
        return "challenge"
    return "robots-refused" if hosts.refuses_robots(host, status) else REFUSAL_STATUS.get(status)


def _evidence(probe: Probe) -> Evidence:
    return "doi" if host_of(probe.hops[0].url) in DOI_RESOLVERS else "http"


def _is_spared(probe: Probe) -> bool:
    registered = _evidence(probe) == "doi" and len(probe.hops) > 1
    return registered or hosts.outlives_silence(host_of(probe.final_url))


def _of_unasked(probe: Probe) -> Judgement:
    """Judge a redirect whose target was left alone."""
    link = arxiv_link(probe.unasked or "")
    if link is None or not link.own_host:
        return Judgement("skipped", "private-address", "none", probe.status)
    if link.id is None:
        return Judgement("skipped", "arxiv-page", "none", probe.status)
    return Judgement("alive", "arxiv-redirect", _evidence(probe), probe.status)


def _of_failure(probe: Probe) -> Judgement:
    """Judge a probe that brought no answer."""
    redirected, evidence = len(probe.hops) > 1, _evidence(probe)
    verdict, code = FAILURES.get(probe.failure or "", ("failing", "not-http"))
    if probe.no_such_host:
        code = "doi-page-missing" if redirected and evidence == "doi" else "no-such-host"
    elif probe.wandered:
        code = "redirect-loop"
    elif probe.failure == "protocol" and probe.detail == HEAD_TOO_LARGE:
        code = "head-too-large"
    elif probe.failure == "invalid-url" and redirected:
        verdict, code = "failing", "bad-redirect"
    elif probe.failure == "tls":
        words = probe.detail.lower()
        code = next((code for said, code in TLS_FAULTS.items() if said in words), code)
    elif probe.failure == "proxy" and not probe.detail.startswith(("502", "503", "504")):
        verdict, code = "unknown", "proxy-refused"
    if verdict != "failing":
        return Judgement(verdict, code, "none")
    return Judgement("failing", code, evidence, spared=_is_spared(probe))


TLS_FAULTS: Final[Mapping[str, str]] = {
    "self-signed certificate in certificate chain": "tls-untrusted",
    "certificate has expired": "tls-expired",
    "hostname mismatch": "tls-wrong-name",
    "ip address mismatch": "tls-wrong-name",
    "self-signed certificate": "tls-self-signed",
    "self signed certificate": "tls-self-signed",
    "unable to get local issuer": "tls-untrusted",
    "unable to verify the first certificate": "tls-untrusted",
}
"""How OpenSSL words what is wrong with a certificate (`X509_verify_cert_error_string`)."""


def _of_page(probe: Probe, evidence: Evidence) -> Judgement:
    """Judge an answer that has a page: the thing, the thing elsewhere, or something else."""
    asked, final = probe.hops[0].url, probe.final_url
    code = sign(probe) or landing(asked, final)
    if code is not None:
        failing = code in ("soft-404", "parked-domain")
        return Judgement("failing" if failing else "blocked", code, evidence, probe.status)
    stays = addresses.same_address(asked, final) or url_fault(final) is not None
    if stays or depends_on_visitor(asked, final) or not is_permanent(probe):
        return Judgement("alive", "ok", evidence, probe.status)
    return Judgement("moved", "permanent-redirect", evidence, probe.status, final, final)


def is_permanent(probe: Probe) -> bool:
    """
    Say whether every step of the way is one for good.

    A page that leads on at once counts as search engines take it, for sites without a server of
    their own have nothing else. One that leads to what lies below it is a front door, and pages
    that lead to each other in turn are no end of a way.
    """
    below = probe.hops[0].url.partition("?")[0].rstrip("/") + "/"
    front_door = probe.final_url.startswith(below)
    return probe.hops[-1].delay is None and all(
        hop.status in (301, 308) or (hop.delay == 0 and not front_door) for hop in probe.hops[:-1]
    )


def sign(probe: Probe) -> str | None:
    """Return what is wrong with a page by its own words; None where nothing is."""
    if "robots-refused" in probe.markers or says_challenge(probe.title or ""):
        return "challenge"
    if "parked" in probe.markers or says_parked(probe.title or ""):
        return "parked-domain"
    return "soft-404" if "removed" in probe.markers or looks_missing(probe) else None


def of_interface(judgement: Judgement) -> Judgement:
    """Judge a link whose host was asked by an interface: where that moved to is no page."""
    if judgement.verdict != "moved":
        return judgement
    return Judgement("alive", "ok", judgement.evidence, judgement.status_code)


def shared_landing(judgement: Judgement) -> Judgement:
    """Judge a link that ends where links to other pages end too: nobody's own page."""
    detail = "links to other pages lead there too"
    return Judgement("failing", "soft-404", "http", judgement.status_code, detail=detail)


def landing(asked: str, final: str) -> str | None:
    """Return what is wrong with the place where redirects ended; None where nothing is."""
    if addresses.same_address(asked, final):
        return None
    for is_such, code in _NO_PAGES:
        if is_such(final) and not is_such(asked):
            return code
    if addresses.is_login(final) and not addresses.is_login(asked):
        guarded = hosts.is_guarded(host_of(asked))
        return "login-required" if guarded else "soft-404"
    lost = addresses.is_home(final) and not addresses.is_home(asked)
    lost = lost and not addresses.is_named_after(asked, final)
    missing = lost or addresses.is_above(final, asked) or addresses.is_trending(final)
    return "soft-404" if missing else None


_NO_PAGES: Final = (
    (addresses.is_consent, "robots-refused"),
    (addresses.is_challenge, "challenge"),
    (hosts.is_parking_url, "parked-domain"),
    (addresses.is_error_page, "soft-404"),
)
"""Where redirects end that lead to no page of anybody's, and what that means."""


def looks_missing(probe: Probe) -> bool:
    """Say whether a page that answers 200 has the look of one that says “not found”."""
    title = (probe.title or "").strip()
    if title:
        return says_missing(title) and not addresses.is_error_page(probe.hops[0].url)
    html = "html" in probe.headers.get("content-type", "")
    thin = probe.complete and probe.length is not None and probe.length < hosts.THIN_PAGE
    said = {"refers", "unreadable"}.intersection(probe.markers)
    return html and thin and probe.status in OK_STATUS and not said
