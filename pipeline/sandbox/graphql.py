"""
As much of GraphQL as clients of the GitHub API write: parse a query, pick what it selects.

Follows the grammar of https://spec.graphql.org/October2021/ for operations, variables, aliases,
plain arguments and fragments; no directives, lists, objects or schema types. A field that the data
does not have is an error, as it is for the real service.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
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


@dataclass(frozen=True, slots=True)
class Inline:
    """What is selected of an object only if it is of a type."""

    on: str
    selection: "Selection"


Selection = tuple["Field | Inline | str", ...]
"""Fields, fragments in their places, and names of fragments."""


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
            return (Inline(self._take(), self._selection()),)
        if not self._is_next("{"):
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
    """Return the data of a query, null where a field has no value, and why."""
    running = _Running(document.fragments, variables)
    data: dict[str, Any] = {}
    for root in running.fields(document.selection, {"__typename": "Query"}):
        path = (root.key,)
        value = running.valued(partial(resolve, root), root, path)
        data[root.key] = running.pick(value, root.selection, ("query", *path))
    return data, running.errors


@dataclass
class _Running:
    """One query while it is executed."""

    fragments: Mapping[str, Selection]
    variables: Mapping[str, Any]
    errors: list[GraphQLError] = field(default_factory=list)

    def valued(self, value: Any, asked: Field, path: tuple[str, ...]) -> Any:
        """Return a value, of a function of arguments what it returns; note why there is none."""
        if not callable(value):
            return value
        arguments = {name: _value(text, self.variables) for name, text in asked.arguments.items()}
        try:
            return value(arguments)
        except GraphQLError as error:
            self.errors.append(GraphQLError(str(error), path, error.kind))
            return None

    def pick(self, value: Any, selection: Selection, path: tuple[str, ...]) -> Any:
        """Return what `selection` takes of a value. Raises `GraphQLError` for an unknown field."""
        if isinstance(value, list):
            return [self.pick(item, selection, path) for item in value]
        if not isinstance(value, dict):
            return value
        picked = {}
        for one in self.fields(selection, value):
            here = (*path, one.key)
            if one.name not in value:
                kind = value.get("__typename", "object")
                raise GraphQLError(f"Field '{one.name}' doesn't exist on type '{kind}'", here)
            found = self.valued(value[one.name], one, here[1:])
            picked[one.key] = self.pick(found, one.selection, here)
        return picked

    def fields(self, selection: Selection, value: Mapping[str, Any]) -> list[Field]:
        """Return the fields of a selection that are of the type of a value."""
        fields: list[Field] = []
        for selected in selection:
            if isinstance(selected, Field):
                fields.append(selected)
            elif isinstance(selected, Inline):
                if value.get("__typename", selected.on) == selected.on:
                    fields += self.fields(selected.selection, value)
            elif selected in self.fragments:
                fields += self.fields(self.fragments[selected], value)
            else:
                raise GraphQLError(f"Fragment {selected} was used, but not defined")
        return fields


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    if not text.startswith("$"):
        return text[1:-1] if text.startswith('"') else text
    if text[1:] not in variables:
        raise GraphQLError(f"Variable {text} was provided invalid value")
    return variables[text[1:]]
