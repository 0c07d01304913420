"""What is said of settings, folders, network and token; each with what to do about it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

from pipeline.formats.toml_text import toml_value
from pipeline.network.service import Answer
from pipeline.settings.model import SECRETS, Settings
from pipeline.sources.answers import json_object

Status = Literal["error", "warning", "note", "ok"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    status: Status
    topic: str
    text: str
    to_do: str = ""
    """What the person can do; empty where there is nothing to do."""


SOON: Final = timedelta(days=14)
"""A token that expires within this time is warned about."""
SKEW: Final = timedelta(minutes=5)
"""A clock that is further off fails certificates and ages of answers."""
FEW: Final = 100
"""With fewer requests left GitHub's answers end in the middle of a list."""


def of_settings(settings: Settings) -> Iterator[Check]:
    """Name every setting that is no default, with its place; and which secrets are there."""
    for name, origin in sorted(settings.origins.items()):
        yield Check("ok", "settings", f"{name} = {toml_value(getattr(settings, name))} ({origin})")
    if not settings.origins:
        yield Check("ok", "settings", "all are the defaults: there is no pipeline.toml here")
    for sentence in settings.withheld:
        yield Check("warning", "settings", sentence)
    for name, variables in SECRETS.items():
        if name != "github_token" and getattr(settings, name) is not None:
            yield Check("ok", "settings", f"{' or '.join(variables)} is set")
    for host, headers in settings.host_headers.items():
        yield Check("ok", "settings", f"{', '.join(headers)} (PIPELINE_HEADER_…) for {host}")
    if settings.executor != "local":
        yield Check(
            "note",
            "settings",
            "Dask runs what it is sent: who reaches its scheduler runs code on it and here",
            "Use a network that you trust, or TLS in Dask's own configuration.",
        )
    if settings.archive and settings.wayback_key is None:
        yield Check(
            "warning",
            "settings",
            "archive is on, and there is no WAYBACK_KEY: nothing is saved",
            "Set WAYBACK_KEY to ACCESS:SECRET of archive.org/account/s3.php.",
        )
    if not settings.contact:
        yield Check(
            "note",
            "settings",
            "no contact is set, so the owners of hosts cannot reach you",
            'Write contact = "https://…" or a mail address into pipeline.toml, or set'
            " PIPELINE_CONTACT.",
        )


# --- network ----------------------------------------------------------------------------------


def of_families(faults: Mapping[int, str | None], where: str) -> Iterator[Check]:
    """Judge whether `where` can be connected to over IPv4 and IPv6 (version → fault or None)."""
    if None not in faults.values():
        words = "; ".join(f"IPv{version}: {fault}" for version, fault in faults.items())
        yield Check("error", "network", f"no network: {words} ({where})", NO_NETWORK)
        return
    for version, fault in faults.items():
        if fault is None:
            yield Check("ok", "network", f"IPv{version} works ({where})")
            continue
        other = 10 - version
        text = (
            f"IPv{version}: {fault} ({where}); hosts without an IPv{other} address are not reached"
        )
        yield Check("warning" if version == 4 else "note", "network", text)


NO_NETWORK: Final = (
    "Connect this machine to the network; behind a company's proxy, set HTTPS_PROXY. Without"
    " network, `pipeline check --offline` uses the stored answers."
)

_TO_DO: Final[Mapping[str, str]] = {
    "tls": "Look at this machine's clock. Where a proxy opens TLS, set SSL_CERT_FILE to its"
    " certificate.",
    "proxy": "Look at HTTPS_PROXY: the proxy refuses, or wants a user name and password in it.",
    "dns": "Look at the resolver of this machine (DNS), and whether a filter hides the name.",
    "refused-address": "The name leads into a private network; allow_private names those allowed.",
}


def of_service(name: str, answer: Answer | None) -> Check:
    """Judge whether a service can be asked; None stands for no answer in time."""
    if answer is None:
        return Check("error", "services", f"{name}: no answer in time", _BLOCKED)
    if answer.status is None:
        to_do = _TO_DO.get(answer.failure or "", _BLOCKED)
        return Check("error", "services", f"{name}: {answer.detail or answer.failure}", to_do)
    if answer.status == 429 or answer.status >= 500:
        text = f"{name} answers HTTP {answer.status}: it is overloaded or asks for patience"
        return Check("warning", "services", text, "Wait; a run goes on without it, and says so.")
    if answer.status in (403, 407):
        text = f"{name} answers HTTP {answer.status}: it, or a filter on the way, refuses"
        return Check("error", "services", text, _BLOCKED)
    return Check("ok", "services", f"{name} answers")


_BLOCKED: Final = "Look whether a firewall or proxy blocks it, and try again."


def of_clock(answers: Iterable[Answer | None], now: datetime) -> Iterator[Check]:
    """Compare this machine's clock with the `Date` of the answers (RFC 9110 6.6.1)."""
    for answer in answers:
        try:
            there = parsedate_to_datetime(answer.headers["date"]) if answer else None
        except (KeyError, ValueError, TypeError):
            continue
        if there is None or there.tzinfo is None:
            continue
        if abs(now - there) > SKEW:
            form = "%Y-%m-%d %H:%M"
            text = f"this machine's clock says {now:{form}} UTC, servers say {there:{form}}"
            yield Check("error", "network", text, "Set the clock: certificates and ages need it.")
        return


# --- GitHub's token ---------------------------------------------------------------------------


def of_token(answer: Answer | None, *, is_set: bool, now: datetime) -> Iterator[Check]:
    """
    Judge the token and its limits by the answer of `/rate_limit`, which costs no request.

    Source: GitHub's REST manual, “Rate limit”; `X-OAuth-Scopes` for classic tokens, and
    `GitHub-Authentication-Token-Expiration`. The token itself is in no text.
    """
    if not is_set:
        yield Check(
            "warning",
            "token",
            "no GITHUB_TOKEN: GitHub answers 60 requests an hour, and nothing can be published",
            "Make a token without any permission on GitHub (Settings, Developer settings), and set"
            " GITHUB_TOKEN to it; in Actions it is there already.",
        )
    if answer is None or answer.status is None:
        return
    if answer.status == 401:
        text = "GitHub does not accept GITHUB_TOKEN (HTTP 401): it is revoked, expired or misspelt"
        yield Check("error", "token", text, "Make a new token, or unset the variable.")
        return
    if is_set:
        yield from _of_rights(answer.headers, now)
    yield from _of_limits(answer.body, now)


def _of_rights(headers: Mapping[str, str], now: datetime) -> Iterator[Check]:
    scopes = headers.get("x-oauth-scopes")
    if scopes:
        text = f"GITHUB_TOKEN is accepted; it is a classic one with the scopes {scopes}"
        yield Check("ok", "token", text)
    else:
        text = "GITHUB_TOKEN is accepted; GitHub does not tell what its rights are"
        yield Check("ok", "token", text)
    until = _expiry(headers.get("github-authentication-token-expiration", ""))
    if until is not None:
        text = f"it expires on {until:%Y-%m-%d}"
        is_soon = until - now < SOON
        to_do = "Make a new one before that day." if is_soon else ""
        yield Check("warning" if is_soon else "ok", "token", text, to_do)


def _expiry(text: str) -> datetime | None:
    """Return the time in `2026-12-31 10:00:00 UTC` or `… +0000`; None where there is none."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _of_limits(body: bytes, now: datetime) -> Iterator[Check]:
    resources = (json_object(body) or {}).get("resources")
    parts: dict[str, Any] = resources if isinstance(resources, dict) else {}
    for name in ("core", "graphql"):
        part = parts.get(name)
        keys = ("limit", "remaining", "reset")
        told: list[Any] = [part.get(key) for key in keys] if isinstance(part, dict) else []
        if not told or not all(isinstance(one, int) for one in told) or not told[0]:
            continue
        limit, remaining, reset = told
        minutes = max(0, round((reset - now.timestamp()) / 60))
        left = f"{remaining:,} of {limit:,} requests left"
        text = f"GitHub {name}: {left}, all again in {minutes} min"
        is_low = remaining < min(FEW, limit)
        to_do = "Wait so long; a run goes on without GitHub and says so." if is_low else ""
        yield Check("warning" if is_low else "ok", "token", text, to_do)


def of_repository(name: str, answer: Answer | None) -> Iterator[Check]:
    """Say what the token may do in the repository that this folder belongs to."""
    content = json_object(answer.body) if answer is not None and answer.status == 200 else None
    if content is None:
        if answer is not None and answer.status == 404:
            text = f"{name}: GitHub shows no such repository to this token"
            to_do = "To publish there, give the token access to it."
            yield Check("note", "token", text, to_do)
        return
    rights = content.get("permissions")
    may = isinstance(rights, dict) and rights.get("push") is True
    text = f"{name}: the token's owner may {'write' if may else 'only read'}"
    to_do = "" if may else "`pipeline publish` needs a token of somebody who may write."
    yield Check("ok" if may else "note", "token", text, to_do)


# --- all together -----------------------------------------------------------------------------


def verdict(checks: Sequence[Check]) -> str:
    """Return the last line: how much is wrong."""
    wrong = sum(check.status == "error" for check in checks)
    warned = sum(check.status == "warning" for check in checks)
    parts = [_some(wrong, "thing is", "things are") + " wrong"] if wrong else []
    parts += [_some(warned, "warning", "warnings")] if warned else []
    return f"{', '.join(parts)}." if parts else "Nothing is wrong."


def _some(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
