"""
GitHub's GraphQL interface: one question to many repositories, and what its answer means.

Pure. HTTP 200 says nothing here: `data` and `errors` are read together, because one bad name
leaves the other 49 good, and limits come with status 200. Rules: docs.github.com "Rate limits and
query limits for the GraphQL API"; public threads show the shapes of errors (RATE_LIMIT:
octokit/plugin-throttling.js#824; RESOURCE_LIMITS_EXCEEDED: anuraghazra/github-readme-stats#4916).
"""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pipeline.network.retry import Trouble, trouble_of_failure
from pipeline.network.service import Answer
from pipeline.records.outcomes import FailureKind
from pipeline.sources.answers import json_object
from pipeline.sources.github.limits import is_secondary, limit_trouble, refusal_of
from pipeline.sources.github.rest import Doubt

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

LARGEST_BATCH = 50
"""Repositories a query. 227 fail and 120 pass (ksimback/hermes-ecosystem#825), 250 were lost to one
502 (pymc-labs/decision-hub#269), 50 cost one point of 5,000."""

GraphQLKind = Literal[
    "ok",
    "unauthorized",
    "primary",
    "secondary",
    "too-big",  # RESOURCE_LIMITS_EXCEEDED: a smaller query will pass
    "transient",  # 5xx, HTML, time-outs: GitHub gives up after 10 s, so a smaller query may pass
    "bug",  # the query itself is not taken: too many nodes, or a field that is gone
    "refused",  # this token may not use the interface
    "failed",  # no connection, or not asked at all
]

_TOO_SLOW: frozenset[FailureKind] = frozenset({"timeout", "reset", "protocol"})
_RATE_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
_PRIMARY = ("api rate limit exceeded", "api rate limit already exceeded")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks of one repository."""

    repository: str
    """`owner/repo`."""
    selection: str
    """In GraphQL, with the variables `values` as `$name`."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Strings all; the words of strangers stand here and nowhere else."""


@dataclass(frozen=True, slots=True)
class Question(Generic[K, T]):
    """What is asked of many repositories, each under its key, and how it is read."""

    wanted: Callable[[K], Wanted]
    read: Callable[[K, Mapping[str, Any]], T | None]
    """A repository's fields to its answer; None where they say nothing."""
    never_null: tuple[str, ...] = ()
    """Fields of an answer that is whole."""
    fragments: str = ""
    """In GraphQL, for the selections to name."""


_VARIABLE = re.compile(r"\$(\w+)")


def batch_query(question: Question[K, T], keys: Sequence[K]) -> bytes:
    """Return one query for many repositories; what a stranger wrote is in variables only."""
    variables: dict[str, str] = {}
    fields: list[str] = []
    for number, key in enumerate(keys):
        wanted = question.wanted(key)
        owner, _, name = wanted.repository.partition("/")
        values = {"o": owner, "n": name, **wanted.values}
        variables.update({f"{letter}{number}": value for letter, value in values.items()})
        text = f"  r{number}: repository(owner: $o, name: $n) {{ {wanted.selection} }}\n"
        fields.append(_VARIABLE.sub(rf"$\g<1>{number}", text))
    declared = ", ".join(f"${name}: String!" for name in variables)
    query = f"{question.fragments}query B({declared}) {{\n{''.join(fields)}}}\n"
    return json.dumps({"query": query, "variables": variables}).encode()


def kind_of_graphql(answer: Answer) -> GraphQLKind:
    """Say what an answer is."""
    status = answer.status
    if status is None:
        return "transient" if answer.failure in _TOO_SLOW else "failed"
    body = json_object(answer.body)
    if status in (403, 429):
        refusal = refusal_of(status, answer.headers, body or {})
        return refusal if refusal in ("primary", "secondary") else "refused"
    if status == 401:
        return "unauthorized"
    if status >= 500 or status in (408, 425) or (status == 200 and body is None):
        return "transient"
    return _kind_of_body(body) if status == 200 and body is not None else "bug"


def _kind_of_body(body: Mapping[str, Any]) -> GraphQLKind:
    errors = _errors(body)
    types = {str(error.get("type")) for error in errors}
    messages = [str(error.get("message", "")).lower() for error in errors]
    if types & _RATE_LIMITED or any(message.startswith(_PRIMARY) for message in messages):
        return "primary"
    if any(is_secondary(message) for message in messages):
        return "secondary"
    if "RESOURCE_LIMITS_EXCEEDED" in types:
        return "too-big"
    placed = body.get("data") is not None and all(error.get("path") for error in errors)
    if not errors or placed or _nodes(body):
        return "ok"
    gone_wrong = any("something went wrong" in message for message in messages)
    return "transient" if gone_wrong else "bug"


def classify_graphql(answer: Answer, now: datetime) -> Trouble | None:
    """
    Say what an answer means for asking again (`pipeline.network.service.Classifier`).

    The same query is asked again only after a limit, or where nobody was reached. Everything else
    is for a smaller query. An answer that names a limit and holds repositories is used first.
    """
    kind = kind_of_graphql(answer)
    if kind in ("ok", "unauthorized"):
        return None
    if kind == "primary" or kind == "secondary":  # noqa: PLR1714  narrows the type
        held = _nodes(json_object(answer.body) or {})
        return None if held else limit_trouble(kind, answer.headers, now)
    if kind == "failed":
        return trouble_of_failure(answer.failure or "protocol", answer.detail)
    reason = f"GitHub's GraphQL interface: HTTP {answer.status}, {kind}"
    reason = answer.detail if answer.status is None else reason
    return Trouble("refused", answer.failure or "server-error", reason)


@dataclass(frozen=True, slots=True)
class BatchReading(Generic[K, T]):
    """What one answer says of the keys that were asked."""

    kind: GraphQLKind
    answered: Mapping[K, T]
    doubts: Mapping[K, Doubt]
    """For REST to judge."""
    again: tuple[K, ...]
    """Nothing was said of these: they are to be asked again."""


def read_batch(question: Question[K, T], keys: Sequence[K], answer: Answer) -> BatchReading[K, T]:
    """Sort the keys of a query; only an explicit NOT_FOUND counts, and REST judges even that."""
    kind = kind_of_graphql(answer)
    body = (json_object(answer.body) or {}) if answer.status == 200 else {}
    data = body.get("data")
    present = data if isinstance(data, dict) else {}
    nodes, blamed = _nodes(body), _blamed(body)
    answered: dict[K, T] = {}
    doubts: dict[K, Doubt] = {}
    again: list[K] = []
    for number, key in enumerate(keys):
        alias = f"r{number}"
        node = nodes.get(alias)
        # Where the query's resources ran out, only what was read to its end counts.
        whole = node is not None and alias not in blamed and _has(node, question.never_null)
        if node is not None and (kind != "too-big" or whole):
            if (read := question.read(key, node)) is None:
                doubts[key] = "silent"
            else:
                answered[key] = read
        elif kind != "ok" or alias not in present:
            again.append(key)
        else:
            types = blamed.get(alias)
            denied: Doubt = "not-found" if types == {"NOT_FOUND"} else "refused"
            doubts[key] = denied if types else "silent"
    return BatchReading(kind, answered, doubts, tuple(again))


def _has(node: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all(node.get(name) is not None for name in names)


def _nodes(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    data = body.get("data")
    if not isinstance(data, dict):
        return {}
    return {alias: node for alias, node in data.items() if isinstance(node, dict)}


def _errors(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    given = errors if isinstance(errors, list) else []
    return [error for error in given if isinstance(error, dict)]


def _blamed(body: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the types of the errors by the alias that they name (`path`)."""
    blamed: dict[str, set[str]] = {}
    for error in _errors(body):
        path = error.get("path")
        if isinstance(path, list) and path:
            blamed.setdefault(str(path[0]), set()).add(str(error.get("type")))
    return blamed


@dataclass(slots=True)
class BatchSize:
    """How many repositories a query asks for: halved on trouble, grown again while all is well."""

    largest: int = LARGEST_BATCH
    now: int = LARGEST_BATCH
    clean: int = 0

    def halve(self, asked: int) -> None:
        """Note that a query for so many repositories was too much."""
        self.clean = 0
        self.now = max(1, min(self.now, asked) // 2)

    def passed(self) -> None:
        """Note a query without trouble; ten in a row make the next ones larger by half."""
        self.clean += 1
        if self.clean >= 10:
            self.clean = 0
            self.now = min(self.largest, self.now + max(1, self.now // 2))
