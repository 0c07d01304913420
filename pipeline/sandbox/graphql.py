"""
As much of GraphQL as clients of the GitHub API write: parse a query, pick what it selects.

Follows the grammar of https://spec.graphql.org/October2021/ for operations, variables, aliases,
plain arguments and fragments; no directives, lists, objects or schema types. A field that the data
does not have is an error, as it is for the real service.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

T = TypeVar("T")

TOKEN = re.compile(r'[A-Za-z_]\w*|\$\w+|\.\.\.|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[{}()\[\]:!=|@]')
IGNORED = re.compile(r"(?:[\s,\ufeff]|#[^\n]*)+")


class GraphQLError(ValueError):
    """A query cannot be parsed, or selects what is not there. `path` leads to the field."""

    def __init__(self, message: str, path: tuple[str, ...] = (), kind: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Variable:
    """A use of a variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A use of a named fragment."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """One selected field."""

    name: str
    key: str
    """Its name in the answer: the alias, where there is one."""
    arguments: Mapping[str, Any]
    selection: "Selection"


Selection = tuple["Field | Spread", ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One operation with its fragments."""

    selection: Selection
    fragments: Mapping[str, Selection]


def parse(text: str) -> Document:
    """Parse one query. Raises `GraphQLError` where it is none."""
    return _Reader(_tokens(text)).document()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = IGNORED.match(text, position) or TOKEN.match(text, position)
        if match is None:
            raise GraphQLError(f"Parse error on {text[position : position + 10]!r}")
        if match.re is TOKEN:
            tokens.append(match[0])
        position = match.end()
    return tokens


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0

    def document(self) -> Document:
        selection: Selection = ()
        fragments: dict[str, Selection] = {}
        while self._peek():
            if self._peek() == "fragment":
                self._take("fragment")
                name = self._take()
                self._take("on")
                self._take()
                fragments[name] = self._selection()
            else:
                while self._peek() != "{":
                    if self._take() == "(":
                        self._skip_definitions()
                selection = self._selection()
        return Document(selection, fragments)

    def _skip_definitions(self) -> None:
        while self._take() != ")":
            continue

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, expected: str | None = None) -> str:
        token = self._peek()
        if not token or (expected is not None and token != expected):
            raise GraphQLError(f"Parse error on {token!r}, expected {expected or 'more'!r}")
        self._next += 1
        return token

    def _between(self, start: str, end: str, read: Callable[[], T]) -> list[T]:
        self._take(start)
        found: list[T] = []
        while self._peek() != end:
            found.append(read())
        self._take(end)
        return found

    def _selection(self) -> Selection:
        return tuple(chain.from_iterable(self._between("{", "}", self._selected)))

    def _selected(self) -> Selection:
        if self._peek() != "...":
            return (self._field(),)
        self._take()
        if self._peek() == "on":
            self._take()
            self._take()
            return self._selection()
        return self._selection() if self._peek() == "{" else (Spread(self._take()),)

    def _field(self) -> Field:
        key = name = self._take()
        if self._peek() == ":":
            self._take()
            name = self._take()
        arguments = dict(self._between("(", ")", self._pair)) if self._peek() == "(" else {}
        selection = self._selection() if self._peek() == "{" else ()
        return Field(name, key, arguments, selection)

    def _pair(self) -> tuple[str, Any]:
        name = self._take()
        self._take(":")
        text = self._take()
        if text.startswith("$"):
            return name, Variable(text[1:])
        return name, text[1:-1] if text.startswith('"') else text


Resolve = Callable[[Field, Mapping[str, Any]], Any]
"""A root field and its arguments to its value; raises `GraphQLError` where it has none."""


def execute(
    document: Document, variables: Mapping[str, Any], resolve: Resolve
) -> tuple[dict[str, Any], list[GraphQLError]]:
    """Return the data of a query, null where a root field has no value, and why."""
    data: dict[str, Any] = {}
    errors: list[GraphQLError] = []
    for root in _fields(document.selection, document.fragments):
        arguments = {name: _resolved(value, variables) for name, value in root.arguments.items()}
        try:
            value = resolve(root, arguments)
        except GraphQLError as error:
            errors.append(GraphQLError(str(error), (root.key,), error.kind))
            value = None
        data[root.key] = pick(value, root.selection, document.fragments, ("query", root.key))
    return data, errors


def pick(
    value: Any, selection: Selection, fragments: Mapping[str, Selection], path: tuple[str, ...]
) -> Any:
    """Return what `selection` takes of a value. Raises `GraphQLError` for an unknown field."""
    if isinstance(value, list):
        return [pick(item, selection, fragments, path) for item in value]
    if not isinstance(value, dict):
        return value
    picked = {}
    for field in _fields(selection, fragments):
        here = (*path, field.key)
        if field.name not in value:
            kind = value.get("__typename", "object")
            raise GraphQLError(f"Field '{field.name}' doesn't exist on type '{kind}'", here)
        picked[field.key] = pick(value[field.name], field.selection, fragments, here)
    return picked


def _fields(selection: Selection, fragments: Mapping[str, Selection]) -> list[Field]:
    fields: list[Field] = []
    for selected in selection:
        if isinstance(selected, Field):
            fields.append(selected)
        elif selected.name in fragments:
            fields += _fields(fragments[selected.name], fragments)
        else:
            raise GraphQLError(f"Fragment {selected.name} was used, but not defined")
    return fields


def _resolved(value: Any, variables: Mapping[str, Any]) -> Any:
    if not isinstance(value, Variable):
        return value
    if value.name not in variables:
        raise GraphQLError(f"Variable ${value.name} was provided invalid value")
    return variables[value.name]
