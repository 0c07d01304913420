"""Queries for many repositories, and what their answers mean."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.network.service import Answer
from pipeline.records.outcomes import FailureKind, Found, Missing
from pipeline.sources.github.graphql import (
    BatchSize,
    batch_query,
    classify_graphql,
    kind_of_graphql,
    read_batch,
)
from pipeline.sources.github.repositories import STATISTICS

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NAMES = ["o/a", "o/b", "o/c"]


def answer(
    body: object,
    status: int | None = 200,
    failure: FailureKind | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Return an answer of the interface."""
    return Answer(
        method="POST",
        url="https://api.github.com/graphql",
        status=status,
        headers=headers or {},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        failure=failure,
    )


def node(name: str, **changes: Any) -> dict[str, Any]:
    """Return a repository."""
    return {
        "nameWithOwner": name,
        "stargazerCount": 1,
        "forkCount": 0,
        "issues": {"totalCount": 0},
        "pullRequests": {"totalCount": 0},
        "repositoryTopics": {"nodes": []},
        **changes,
    }


def error(message: str = "x", *path: str, **fields: Any) -> dict[str, Any]:
    """Return an error, with `path` where one is given."""
    return {"message": message, **({"path": list(path)} if path else {}), **fields}


def test_query_holds_no_name() -> None:
    """Names of strangers travel as values."""
    hostile = 'x"){id}}#/y\\u0022$'
    body = json.loads(batch_query(STATISTICS, ["o/a", hostile]))

    assert body["variables"] == {
        "o0": "o",
        "n0": "a",
        "o1": 'x"){id}}#',
        "n1": "y\\u0022$",
    }
    assert "id}}#" not in body["query"]
    assert re.findall(r"(r\d+): repository\(owner: \$o(\d+), name: \$n(\d+)\)", body["query"]) == [
        ("r0", "0", "0"),
        ("r1", "1", "1"),
    ]
    assert "$o0: String!, $n0: String!, $o1: String!, $n1: String!" in body["query"]
    assert body["query"].count("{") == body["query"].count("}")


GOOD = {"data": {"r0": node("o/a"), "r1": None, "r2": None}}
NOTHING = {"data": dict.fromkeys(("r0", "r1", "r2"))}
LIMITED = error("API rate limit exceeded for user ID 1.", type="RATE_LIMITED")


@pytest.mark.parametrize(
    ("reply", "kind", "again"),
    [
        (answer(GOOD), "ok", None),
        (answer(NOTHING), "ok", None),
        (answer({"data": {}}), "ok", None),
        (answer({}), "ok", None),
        (answer({**GOOD, "errors": [error("x", "r1", type="NOT_FOUND")]}), "ok", None),
        (answer({**NOTHING, "errors": [error("x", "r1", type="NOT_FOUND")]}), "ok", None),
        (answer({**NOTHING, "errors": [error("x", "r1", type="FORBIDDEN")]}), "ok", None),
        (answer({**GOOD, "errors": [error("odd")]}), "ok", None),
        (answer({**GOOD, "errors": "odd"}), "ok", None),
        (
            answer({"data": None, "errors": [error("Something went wrong while executing")]}),
            "transient",
            "refused",
        ),
        (
            answer({**NOTHING, "errors": [error("Something went wrong while executing")]}),
            "transient",
            "refused",
        ),
        (answer({"errors": [LIMITED]}), "primary", "throttled"),
        (answer({"errors": [error(type="RATE_LIMIT")]}), "primary", "throttled"),
        (
            answer({"errors": [error("API rate limit already exceeded for user ID 1.")]}),
            "primary",
            "throttled",
        ),
        (answer({**NOTHING, "errors": [LIMITED]}), "primary", "throttled"),
        (answer({**GOOD, "errors": [LIMITED]}), "primary", None),
        (
            answer({"errors": [error("You have exceeded a secondary rate limit.")]}),
            "secondary",
            "throttled",
        ),
        (
            answer({"message": "You have exceeded a secondary rate limit"}, 403),
            "secondary",
            "throttled",
        ),
        (answer({"message": "API rate limit exceeded"}, 403), "primary", "throttled"),
        (answer({}, 429), "secondary", "throttled"),
        (
            answer({**NOTHING, "errors": [error("x", "r0", type="RESOURCE_LIMITS_EXCEEDED")]}),
            "too-big",
            "refused",
        ),
        (
            answer({**GOOD, "errors": [error("x", "r0", type="RESOURCE_LIMITS_EXCEEDED")]}),
            "too-big",
            "refused",
        ),
        (answer({"errors": [error(type="MAX_NODE_LIMIT_EXCEEDED")]}), "bug", "refused"),
        (
            answer({"data": None, "errors": [error("x", "n", type="ARGUMENT_LIMIT")]}),
            "bug",
            "refused",
        ),
        (answer({"errors": [error("Parse error on line 1")]}), "bug", "refused"),
        (answer({"message": "Problems parsing JSON"}, 400), "bug", "refused"),
        (answer({}, 404), "bug", "refused"),
        (answer(b"", 301), "bug", "refused"),
        (answer({"message": "Bad credentials"}, 401), "unauthorized", None),
        (answer({"message": "Resource not accessible by integration"}, 403), "refused", "refused"),
        (answer({"message": "Repository access blocked"}, 403), "refused", "refused"),
        (answer(b"<html>", 502), "transient", "refused"),
        (answer(b"", 503), "transient", "refused"),
        (answer(b"", 504), "transient", "refused"),
        (answer({}, 500), "transient", "refused"),
        (answer(b"<html>"), "transient", "refused"),
        (answer(b"", None, "timeout"), "transient", "refused"),
        (answer(b"", None, "reset"), "transient", "refused"),
        (answer(b"", None, "protocol"), "transient", "refused"),
        (answer(b"", None, "dns"), "failed", "transient"),
        (answer(b"", None, "connect"), "failed", "transient"),
        (answer(b"", None, "tls"), "failed", "refused"),
    ],
)
def test_answers_are_told_apart(reply: Answer, kind: str, again: str | None) -> None:
    """The same query is asked again only after a limit or where nobody was reached."""
    trouble = classify_graphql(reply, NOW)

    assert kind_of_graphql(reply) == kind
    assert (trouble.kind if trouble else None) == again


def test_names_are_sorted_by_what_is_said_of_them() -> None:
    """Found, doubtful, and not spoken of."""
    body = {
        "data": {
            "r0": node("O/new"),
            "r1": None,
            "r2": None,
            "r3": None,
            "r5": node("p/q", isPrivate=True),
        },
        "errors": [
            error("x", "r1", type="NOT_FOUND"),
            error("x", "r2", type="FORBIDDEN"),
            error("x", "r0", type="SOMETHING"),
            {"path": "r3"},
            "odd",
        ],
    }

    reading = read_batch(STATISTICS, ["o/a", "o/b", "o/c", "o/d", "o/e", "p/q"], answer(body))

    assert reading.kind == "ok"
    assert isinstance(reading.answered["o/a"], Found)
    assert isinstance(reading.answered["p/q"], Missing)
    assert reading.doubts == {"o/b": "not-found", "o/c": "refused", "o/d": "silent"}
    assert reading.again == ("o/e",)


def test_error_without_type_is_no_not_found() -> None:
    """Only the explicit word counts against a name."""
    body = {
        "data": {"r0": None, "r1": None},
        "errors": [
            error("Could not resolve to a Repository", "r0"),
            error("x", "r1", type="NOT_FOUND"),
            error("x", "r1", type="FORBIDDEN"),
        ],
    }

    assert read_batch(STATISTICS, ["o/a", "o/b"], answer(body)).doubts == {
        "o/a": "refused",
        "o/b": "refused",
    }


@pytest.mark.parametrize(
    "body", [b"<html>", {"errors": [LIMITED]}, {"data": None, "errors": [error()]}, {"data": []}]
)
def test_answer_without_data_says_nothing_of_anybody(body: object) -> None:
    """All names are to be asked again."""
    reading = read_batch(STATISTICS, NAMES, answer(body))

    assert reading.again == tuple(NAMES)
    assert not reading.answered
    assert not reading.doubts


def test_only_complete_repositories_are_kept_where_resources_ran_out() -> None:
    """One that an error names, or that has a hole, is asked again."""
    exceeded = error("x", "r1", "issues", type="RESOURCE_LIMITS_EXCEEDED")
    body = {
        "data": {"r0": node("o/a"), "r1": node("o/b"), "r2": node("o/c", forkCount=None)},
        "errors": [exceeded],
    }

    reading = read_batch(STATISTICS, NAMES, answer(body))

    assert list(reading.answered) == ["o/a"]
    assert reading.again == ("o/b", "o/c")


def test_data_of_another_status_is_not_read() -> None:
    """An error page that looks like data is none."""
    assert read_batch(STATISTICS, NAMES, answer(GOOD, 502)).answered == {}


def test_batch_size_halves_to_one() -> None:
    """50, 25, 12, 6, 3, 1, and never nothing."""
    size = BatchSize()
    sizes = []
    for _ in range(7):
        size.halve(size.now)
        sizes.append(size.now)

    assert sizes == [25, 12, 6, 3, 1, 1, 1]


def test_batch_size_halves_what_was_asked() -> None:
    """A last batch of ten that failed is not asked again as it was."""
    size = BatchSize()
    size.halve(10)

    assert size.now == 5


def test_batch_size_grows_by_half_after_ten_clean_queries() -> None:
    """Trouble starts the count again; 50 is the largest."""
    size = BatchSize(now=20)
    for _ in range(9):
        size.passed()
    assert size.now == 20

    size.passed()
    assert size.now == 30

    for _ in range(30):
        size.passed()
    assert size.now == 50

    for _ in range(9):
        size.passed()
    size.halve(50)
    size.passed()
    assert size.now == 25


RECORDED = {
    "graphql_200_eight_aliases_2023": "ok",
    "graphql_200_silent_empty_2026": "ok",
    "graphql_200_single_repository_2024": "ok",
    "graphql_200_something_went_wrong": "transient",
    "graphql_200_then_partial_not_found_node_2024": "ok",
    "graphql_200_two_aliases_2019": "ok",
    "graphql_401_unauthenticated_2019": "unauthorized",
    "graphql_502_html_2025": "transient",
    "graphql_argument_limit_100_ids_2018": "bug",
    "graphql_max_node_limit_exceeded": "bug",
    "graphql_not_found_repository": "ok",
    "graphql_partial_not_found_aliases": "ok",
    "graphql_rate_limit_type_RATE_LIMIT_2026": "primary",
    "graphql_rate_limited_type_RATE_LIMITED": "primary",
    "graphql_resource_limits_exceeded_2026": "too-big",
    "graphql_secondary_403_headers_2022": "secondary",
    "rest_401_bad_credentials_status_key": "unauthorized",
}


def recorded(shared: Path, name: str) -> Answer:
    """Return the last recorded answer of a file, as the client would."""
    file = shared / "data" / "github" / "fixtures" / f"{name}.json"
    response = json.loads(file.read_text())["exchanges"][-1]["response"]
    text = response["body_text"] or json.dumps(response["body_json"])
    headers = {key.lower(): value for key, value in response["headers"]}
    return answer(text.encode(), response["status"], headers=headers)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers_are_recognised(shared: Path, name: str) -> None:
    """Every recorded answer is what its name says."""
    assert kind_of_graphql(recorded(shared, name)) == RECORDED[name]


def test_recorded_batch_is_read(shared: Path) -> None:
    """Eight repositories; the aliases are renamed to ours."""
    reply = recorded(shared, "graphql_200_eight_aliases_2023")
    data = json.loads(reply.body)["data"]
    renamed = {f"r{number}": data[f"repo{number}"] for number in range(8)}

    reading = read_batch(
        STATISTICS, [f"o/{number}" for number in range(8)], answer({"data": renamed})
    )

    assert not reading.doubts
    names = [
        value.value.full_name for value in reading.answered.values() if isinstance(value, Found)
    ]
    assert names == [
        renamed[f"r{n}"]["nameWithOwner"] for n in range(8) if not renamed[f"r{n}"]["isPrivate"]
    ]
