"""
As much of GraphQL as clients of the GitHub API write: parse a query, pick what it selects.

Follows the grammar of https://spec.graphql.org/October2021/ for operations, variables, aliases,
plain arguments and fragments; no directives, lists, objects or schema types. A field that the data
does not have is an error, as it is for the real service.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

TOKEN = re.compile(r'[A-Za-z_]\w*|\$\w+|\.\.\.|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[{}()\[\]:!=|@]')
IGNORED = re.compile(r"(?:[\s,\ufeff]|#[^\n]*)+")


class GraphQLError(ValueError):
    """A query cannot be parsed, or selects what is not there. `path` leads to the field."""

    def __init__(self, message: str, path: tuple[str, ...] = (), kind: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Field:
    """One selected field."""

    name: str
    key: str
    """Its name in the answer: the alias, where there is one."""
    arguments: Mapping[str, str]
    """As written: `$name` is a variable, `"…"` a string."""
    selection: "Selection"


Selection = tuple["Field | str", ...]
"""Fields, and names of fragments."""


class Document(NamedTuple):
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
        self._left = tokens[::-1]

    def document(self) -> Document:
        selection: Selection = ()
        fragments: dict[str, Selection] = {}
        while self._left:
            if self._skips("fragment"):
                name = self._take()
                self._take("on")
                self._take()
                fragments[name] = self._selection()
                continue
            while not self._is_next("{"):
                if self._take() == "(":
                    while self._take() != ")":
                        continue
            selection = self._selection()
        return Document(selection, fragments)

    def _is_next(self, token: str) -> bool:
        return self._left[-1:] == [token]

    def _skips(self, token: str) -> bool:
        """Say whether a token is the next one, and pass over it."""
        return self._is_next(token) and self._take() == token

    def _take(self, expected: str | None = None) -> str:
        token = self._left[-1] if self._left else ""
        if not token or (expected is not None and token != expected):
            raise GraphQLError(f"Parse error on {token!r}, expected {expected or 'more'!r}")
        return self._left.pop()

    def _selection(self) -> Selection:
        self._take("{")
        found: Selection = ()
        while not self._skips("}"):
            found += self._selected()
        return found

    def _selected(self) -> Selection:
        if not self._skips("..."):
            return (self._field(),)
        if self._skips("on"):
            self._take()
        elif not self._is_next("{"):
            return (self._take(),)
        return self._selection()

    def _field(self) -> Field:
        key = name = self._take()
        if self._skips(":"):
            name = self._take()
        arguments: dict[str, str] = {}
        if self._skips("("):
            while not self._skips(")"):
                argument = self._take()
                self._take(":")
                arguments[argument] = self._take()
        return Field(name, key, arguments, self._selection() if self._is_next("{") else ())


Resolve = Callable[[Field, Mapping[str, Any]], Any]
"""A root field and its arguments to its value; raises `GraphQLError` where it has none."""


def execute(
    document: Document, variables: Mapping[str, Any], resolve: Resolve
) -> tuple[dict[str, Any], list[GraphQLError]]:
    """Return the data of a query, null where a root field has no value, and why."""
    data: dict[str, Any] = {}
    errors: list[GraphQLError] = []
    for root in _fields(document.selection, document.fragments):
        arguments = {name: _value(text, variables) for name, text in root.arguments.items()}
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
        elif selected in fragments:
            fields += _fields(fragments[selected], fragments)
        else:
            raise GraphQLError(f"Fragment {selected} was used, but not defined")
    return fields


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    if not text.startswith("$"):
        return text[1:-1] if text.startswith('"') else text
    if text[1:] not in variables:
        raise GraphQLError(f"Variable {text} was provided invalid value")
    return variables[text[1:]]
