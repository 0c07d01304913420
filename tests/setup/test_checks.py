"""What is said of this machine, by hand-made answers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from pipeline.network.service import Answer
from pipeline.records.outcomes import FailureKind
from pipeline.settings.loading import load
from pipeline.setup.checks import (
    Check,
    of_clock,
    of_families,
    of_repository,
    of_service,
    of_settings,
    of_token,
    verdict,
)

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
URL = "https://api.github.com/rate_limit"


def answer(
    status: int | None, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return an answer as the client hands it over."""
    return Answer("GET", URL, status, headers or {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("faults", "statuses"),
    [
        ({4: None, 6: None}, ["ok", "ok"]),
        ({4: None, 6: "no IPv6 address was found"}, ["ok", "note"]),
        ({4: "no connection could be made", 6: None}, ["warning", "ok"]),
        ({4: "no answer in time", 6: "no IPv6 address was found"}, ["error"]),
    ],
)
def test_families(faults: dict[int, str | None], statuses: list[str]) -> None:
    """One kind of addresses is enough; without either there is no network, and that is wrong."""
    checks = list(of_families(faults, "doi.org"))

    assert [check.status for check in checks] == statuses
    assert all(
        fault in "".join(check.text for check in checks) for fault in faults.values() if fault
    )
    assert all(bool(check.to_do) == (check.status == "error") for check in checks)


@pytest.mark.parametrize(
    ("status", "failure", "word"),
    [
        (200, None, "ok"),
        (404, None, "ok"),
        (401, None, "ok"),
        (429, None, "warning"),
        (503, None, "warning"),
        (403, None, "error"),
        (407, None, "error"),
        (None, "tls", "error"),
        (None, "dns", "error"),
        (None, "proxy", "error"),
        (None, "timeout", "error"),
        (None, "refused-address", "error"),
    ],
)
def test_service(status: int | None, failure: FailureKind | None, word: str) -> None:
    """An answer is an answer; whatever is wrong comes with what to do."""
    check = of_service("GitHub", Answer("GET", URL, status, failure=failure, detail="why"))

    assert check.status == word
    assert "GitHub" in check.text
    assert bool(check.to_do) == (word != "ok")


def test_silent_service_is_wrong() -> None:
    """No answer in time is one, too."""
    assert of_service("arXiv", None).status == "error"


LIMITS = {
    "resources": {
        "core": {"limit": 5000, "remaining": 4990, "reset": int(NOW.timestamp()) + 600},
        "graphql": {"limit": 5000, "remaining": 12, "reset": int(NOW.timestamp()) + 60},
    }
}


def texts(checks: Any) -> list[tuple[str, str]]:
    """Return status and text of checks."""
    return [(check.status, check.text) for check in checks]


def test_token_with_its_scopes_limits_and_end() -> None:
    """What GitHub tells of a token is said; few requests and a near end are warned about."""
    headers = {
        "x-oauth-scopes": "repo, workflow",
        "github-authentication-token-expiration": "2026-12-05 10:00:00 UTC",
    }
    found = texts(of_token(answer(200, LIMITS, headers), is_set=True, now=NOW))

    assert found == [
        ("ok", "GITHUB_TOKEN is accepted; it is a classic one with the scopes repo, workflow"),
        ("warning", "it expires on 2026-12-05"),
        ("ok", "GitHub core: 4,990 of 5,000 requests left, all again in 10 min"),
        ("warning", "GitHub graphql: 12 of 5,000 requests left, all again in 1 min"),
    ]


def test_no_token_is_a_warning_with_the_limits_all_the_same() -> None:
    """60 requests an hour are left to whoever has none."""
    limits = {"resources": {"core": {"limit": 60, "remaining": 60, "reset": 0}, "graphql": {}}}
    found = list(of_token(answer(200, limits), is_set=False, now=NOW))

    assert [check.status for check in found] == ["warning", "ok"]
    assert "60 requests an hour" in found[0].text
    assert found[0].to_do


def test_refused_token_is_wrong() -> None:
    """HTTP 401 says it."""
    (check,) = of_token(answer(401, {"message": "Bad credentials"}), is_set=True, now=NOW)

    assert check.status == "error"
    assert "401" in check.text


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"resources": 3},
        {"resources": {"core": None, "graphql": {"limit": "many"}}},
        {"resources": {"core": {"limit": 0, "remaining": 0, "reset": 0}}},
    ],
)
def test_odd_answer_about_limits_is_no_crash(body: Any) -> None:
    """A proxy may answer in GitHub's place."""
    headers = {"github-authentication-token-expiration": "soon"}
    found = list(of_token(answer(200, body, headers), is_set=True, now=NOW))

    assert [check.status for check in found] == ["ok"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"permissions": {"push": True}}, [("ok", "may write")]),
        (200, {"permissions": {"push": False}}, [("note", "may only read")]),
        (200, {}, [("note", "may only read")]),
        (404, {}, [("note", "shows no such repository")]),
        (500, {}, []),
    ],
)
def test_rights_in_the_repository(status: int, body: Any, said: list[tuple[str, str]]) -> None:
    """Who wants to publish is told beforehand."""
    found = list(of_repository("o/r", answer(status, body)))

    assert [check.status for check in found] == [one for one, _ in said]
    assert all(words in check.text for check, (_, words) in zip(found, said, strict=True))


@pytest.mark.parametrize(
    ("date", "is_wrong"),
    [
        ("Mon, 30 Nov 2026 09:01:00 GMT", False),
        ("Mon, 30 Nov 2026 07:00:00 GMT", True),
        ("Mon, 30 Nov 2027 09:00:00 GMT", True),
        ("yesterday", False),
        ("", False),
    ],
)
def test_clock_is_compared_with_servers(date: str, is_wrong: bool) -> None:
    """Certificates fail with a wrong clock, and nobody says so."""
    found = list(of_clock([None, answer(200, {}, {"date": date})], NOW))

    assert bool(found) is is_wrong
    assert all(check.status == "error" for check in found)


def test_settings_come_with_their_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """As the config file spells them; of a secret, that it is there."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "SEMANTIC_SCHOLAR_API_KEY"):
        monkeypatch.setenv(name, "very-secret")
    monkeypatch.setenv("PIPELINE_LINK_AGE", "5d")
    (tmp_path / "pipeline.toml").write_text(
        'fragments = true\ngithub_url = "https://evil.example"\n[lists]\na = "a.md"\n'
    )
    found = texts(of_settings(load({"offline": True})))

    assert ("ok", "fragments = true (pipeline.toml: fragments)") in found
    assert ("ok", 'link_age = "5d" (PIPELINE_LINK_AGE)') in found
    assert ("ok", "offline = true (--offline)") in found
    assert ("ok", "SEMANTIC_SCHOLAR_API_KEY or S2_API_KEY is set") in found
    assert [status for status, text in found if "is not sent" in text] == ["warning"]
    assert "very-secret" not in str(found)


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([], "Nothing is wrong."),
        (["ok", "note"], "Nothing is wrong."),
        (["error"], "1 thing is wrong."),
        (["error", "error", "warning"], "2 things are wrong, 1 warning."),
        (["warning", "warning"], "2 warnings."),
    ],
)
def test_last_line(statuses: list[Any], words: str) -> None:
    """What it comes to."""
    assert verdict([Check(status, "a", "b") for status in statuses]) == words


def test_copies_without_a_key_are_warned_about() -> None:
    """The run saves nothing then."""
    settings = load({"archive": True, "contact": "a@example.org"})
    keyed = settings.model_copy(update={"wayback_key": SecretStr("a:b")})

    assert any("no WAYBACK_KEY" in text for _, text in texts(of_settings(settings)))
    assert not any("no WAYBACK_KEY" in text for _, text in texts(of_settings(keyed)))
