"""What an answer of GitHub's REST interface means."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.network.retry import Trouble
from pipeline.network.service import Answer
from pipeline.records.outcomes import Blocked, Failed, FailureKind, Found, Missing, Skipped
from pipeline.sources.github.rest import (
    Doubt,
    classify_rest,
    failure_outcome,
    kind_of_rest,
    read_repository,
    redirect_of,
    repository_url,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
API = "https://api.github.com"
BLOCK = {
    "reason": "tos",
    "created_at": "2025-02-25T10:00:00Z",
    "html_url": "https://github.com/tos",
}


def answer(
    status: int | None, body: object = b"", *, failure: FailureKind | None = None, **headers: str
) -> Answer:
    """Return an answer; header names are written with underscores."""
    return Answer(
        method="GET",
        url=f"{API}/repos/o/r",
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        failure=failure,
    )


@pytest.mark.parametrize(
    ("reply", "kind", "again"),
    [
        (answer(200, {"full_name": "o/r"}), "ok", None),
        (answer(200, b"<html>"), "transient", "transient"),
        (answer(200, b"[]"), "transient", "transient"),
        (answer(301, {}), "moved", None),
        (answer(308, {}), "moved", None),
        (answer(302, {}), "elsewhere", None),
        (answer(303, {}), "elsewhere", None),
        (answer(307, {}), "elsewhere", None),
        (answer(304), "odd", None),
        (answer(400, {"message": "Unsupported"}), "bug", "stop"),
        (answer(401, {"message": "Bad credentials"}), "unauthorized", None),
        (answer(403, {"message": "Repository access blocked", "block": BLOCK}), "withheld", None),
        (answer(403, {"message": "API rate limit exceeded for x"}), "primary", "throttled"),
        (answer(429, {"message": "API rate limit exceeded for x"}), "primary", "throttled"),
        (answer(403, {"message": "a secondary rate limit."}), "secondary", "throttled"),
        (answer(429), "secondary", "throttled"),
        (answer(403, {"message": "Resource not accessible by integration"}), "forbidden", None),
        (answer(403, b"<html>no</html>"), "forbidden", None),
        (answer(403, {"message": "invalid User Agent string"}), "bug", "stop"),
        (answer(404, {"message": "Not Found", "status": "404"}), "missing", None),
        (answer(408), "transient", "transient"),
        (answer(410), "odd", None),
        (answer(422), "odd", None),
        (answer(451, {"message": "Repository access blocked", "block": BLOCK}), "withheld", None),
        (answer(451, b"<html>"), "withheld", None),
        (answer(500), "transient", "transient"),
        (answer(501), "transient", "transient"),
        (answer(502, b"<html>"), "transient", "transient"),
        (answer(503), "transient", "transient"),
        (answer(503, retry_after="9"), "transient", "throttled"),
        (answer(504, {}), "transient", "transient"),
        (answer(None, failure="timeout"), "failed", "transient"),
        (answer(None, failure="dns"), "failed", "transient"),
        (answer(None, failure="tls"), "failed", "refused"),
    ],
)
def test_answers_are_told_apart(reply: Answer, kind: str, again: str | None) -> None:
    """Every status has one meaning, and one consequence for asking again."""
    trouble = classify_rest(reply, NOW)

    assert kind_of_rest(reply) == kind
    assert (trouble.kind if trouble else None) == again


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(200, {"full_name": "O/r"}), Found),
        (answer(200, {"full_name": "O/r", "private": True}), Missing),
        (answer(200, {"full_name": "O/r", "visibility": "private"}), Missing),
        (answer(200, {"full_name": "O/r", "visibility": None, "private": None}), Found),
        (answer(200, {"message": "hello"}), Failed),
        (answer(404, {}), Missing),
        (answer(451), Blocked),
        (answer(403, {"block": BLOCK}), Blocked),
        (answer(403, {"message": "SAML"}), Failed),
        (answer(401), Failed),
        (answer(410), Failed),
        (answer(304), Failed),
    ],
)
def test_final_answer_is_an_outcome(reply: Answer, kind: type) -> None:
    """Nothing but a 404, or a repository that is not public, is missing."""
    assert isinstance(read_repository(reply), kind)


@pytest.mark.parametrize(
    ("doubt", "kind", "confirmed"),
    [
        (None, Missing, False),
        ("silent", Missing, False),
        ("not-found", Missing, True),
        ("refused", Failed, None),
    ],
)
def test_404_is_confirmed_only_by_not_found(
    doubt: Doubt | None, kind: type, confirmed: bool | None
) -> None:
    """Two questions must agree; what GraphQL refused to show is never called gone."""
    outcome = read_repository(answer(404, {}), doubt)

    assert isinstance(outcome, kind)
    assert getattr(outcome, "confirmed", None) == confirmed


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            answer(403, {"block": BLOCK}),
            "access blocked by GitHub (HTTP 403): tos, 2025-02-25T10:00:00Z, https://github.com/tos",
        ),
        (
            answer(451, {"block": {"reason": "dmca\x00"}}),
            "access blocked for legal reasons (HTTP 451): dmca",
        ),
        (answer(451, {"block": "x"}), "access blocked for legal reasons (HTTP 451)"),
        (answer(451, b"<html>"), "access blocked for legal reasons (HTTP 451)"),
    ],
)
def test_block_says_why_and_since_when(reply: Answer, reason: str) -> None:
    """As far as GitHub tells."""
    assert read_repository(reply) == Blocked(reason=reason)


def test_words_of_a_refusal_are_cut_and_cleaned() -> None:
    """They come from outside and go into reports."""
    outcome = read_repository(answer(403, {"message": "no\x1b" + "x" * 5000}))

    assert isinstance(outcome, Failed)
    assert outcome.kind == "forbidden"
    assert len(outcome.reason) < 300
    assert "\x1b" not in outcome.reason


def test_unusable_answers_keep_their_kind() -> None:
    """No time left is a choice; the rest are failures of the kind that the client names."""
    late = Answer(method="GET", url=API, failure="budget", detail="no time left for this run")
    broken = Answer(
        method="GET", url=API, status=502, trouble=Trouble("transient", "server-error", "HTTP 502")
    )

    assert failure_outcome(late) == Skipped(
        reason="deferred to the next run: no time left for this run"
    )
    assert failure_outcome(broken) == Failed(kind="server-error", reason="HTTP 502")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("o/r", f"{API}/repos/o/r"),
        ("o/a.b_c-d", f"{API}/repos/o/a.b_c-d"),
        ("o/../x", f"{API}/repos/o/..%2Fx"),
        ("o/r?x#y", f"{API}/repos/o/r%3Fx%23y"),
    ],
)
def test_address_has_no_slash_at_its_end_and_no_foreign_characters(name: str, url: str) -> None:
    """A slash at the end gives 404."""
    assert repository_url(API, name) == url


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (f"{API}/repositories/7", f"{API}/repositories/7"),
        ("/repositories/7", f"{API}/repositories/7"),
        ("https://api.github.com:443/repositories/7", f"{API}/repositories/7"),
        ("https://api.github.com:8443/repositories/7", None),
        ("http://api.github.com/repositories/7", None),
        ("https://github.com/o/r", None),
        ("https://api.github.com.evil.example/", None),
        ("https://api.github.com@evil.example/", None),
        ("//evil.example/", None),
        ("javascript:x", None),
        ("https://[", None),
    ],
)
def test_redirects_stay_at_the_host_of_the_interface(location: str, target: str | None) -> None:
    """Everything else is refused, and so is another scheme or port."""
    assert redirect_of(answer(301, {}, location=location), API) == target


def test_redirect_may_stand_in_the_body_alone() -> None:
    """The body of a 301 names the address too."""
    assert (
        redirect_of(answer(301, {"url": f"{API}/repositories/7"}), API) == f"{API}/repositories/7"
    )
    assert redirect_of(answer(301, {}), API) is None
    assert redirect_of(answer(301, {"url": 7}), API) is None


RECORDED = {
    "rest_200_repo": "ok",
    "rest_200_rate_limit": "ok",
    "rest_301": "moved",
    "rest_304_anonymous": "odd",
    "rest_401": "unauthorized",
    "rest_403_blocked": "withheld",
    "rest_403_missing_user_agent": "bug",
    "rest_403_primary": "primary",
    "rest_404": "missing",
    "rest_451": "withheld",
    "rest_502": "ok",
    "rest_503": "transient",
    "rest_rename_301_then_200_unauth": "ok",
    "rest_rename_301_then_200_private": "ok",
    "rest_transfer": "ok",
    "rest_secondary": "secondary",
}


def recorded(exchange: dict[str, Any]) -> Answer:
    """Return a recorded answer as the client would."""
    response, request = exchange["response"], exchange["request"]
    text = response["body_text"]
    if text is None:
        text = "" if response["body_json"] is None else json.dumps(response["body_json"])
    return Answer(
        method=request["method"],
        url=request["url"] or f"{API}/repos/o/r",
        status=response["status"],
        headers={name.lower(): value for name, value in response["headers"]},
        body=text.encode(),
    )


@pytest.mark.parametrize("prefix", RECORDED)
def test_recorded_answers_are_recognised(shared: Path, prefix: str) -> None:
    """The last answer of every recorded exchange is what its name says."""
    files = sorted((shared / "data" / "github" / "fixtures").glob(f"{prefix}*.json"))
    assert files

    for file in files:
        last = recorded(json.loads(file.read_text())["exchanges"][-1])
        assert kind_of_rest(last) == RECORDED[prefix], file.name


@pytest.mark.parametrize(
    ("name", "license_id", "kind"),
    [
        ("rest_200_repo_pygithub_2024", "LGPL-3.0", Found),
        ("rest_rename_301_then_200_unauth_limit60_noassertion_2023", "NOASSERTION", Found),
        ("rest_rename_301_then_200_private_2023", None, Missing),
        ("rest_451_dmca_2024", None, Blocked),
        ("rest_404_repo_not_found_2025", None, Missing),
    ],
)
def test_recorded_repositories_are_read(
    shared: Path, name: str, license_id: str | None, kind: type
) -> None:
    """Real bodies come out as the records they should."""
    file = shared / "data" / "github" / "fixtures" / f"{name}.json"
    last = recorded(json.loads(file.read_text())["exchanges"][-1])

    outcome = read_repository(last)

    assert isinstance(outcome, kind)
    if isinstance(outcome, Found):
        assert outcome.value.license == license_id
        assert outcome.value.full_name == json.loads(last.body)["full_name"]
        assert outcome.value.stars == json.loads(last.body)["stargazers_count"]


@pytest.mark.parametrize(
    "name", ["rest_transfer_301_then_200_2018", "rest_rename_301_then_200_private_2023"]
)
def test_recorded_redirects_are_followed(shared: Path, name: str) -> None:
    """`Location` names the repository by its number."""
    file = shared / "data" / "github" / "fixtures" / f"{name}.json"
    first = recorded(json.loads(file.read_text())["exchanges"][0])

    assert kind_of_rest(first) == "moved"
    assert str(redirect_of(first, API)).startswith(f"{API}/repositories/")
