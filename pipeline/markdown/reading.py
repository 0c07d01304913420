"""What a text says of a work: the record that prefix, title and tail fill."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Slot(NamedTuple):
    """A piece of text behind a title, and what it was read as."""

    place: str
    """What sets it apart, and its number: siblings have the same thing in the same place."""
    text: str
    told: Literal["", "authors", "venue"]


@dataclass(slots=True)
class Reading:
    """What a text says of a work; `form` is what set the title apart."""

    title: str = ""
    name: str | None = None
    authors: str | None = None
    venue: str | None = None
    year: int | None = None
    form: str = ""
    title_anchor: int = -1
    """Index of the anchor whose text is the title, or part of it."""
    refused: bool = False
    """True where the text says itself that it presents no work."""
    tail: str = ""
    """Marked text after the title."""
    linked: str = ""
    """The text of the link alone, where a title was joined from it and what follows its colon."""
    glued: bool = False
    """True where a letter stands directly before the title: it is a word of a sentence."""
    lead: str = ""
    """Plain text before the title that is neither number nor tag."""
    slots: list[Slot] = field(default_factory=list)
    """What stands behind the title, for the siblings to settle what is open."""


@dataclass(slots=True)
class Hints:
    """What stood before the title."""

    names: list[str] = field(default_factory=list)
    venues: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    anchors: int = 0
    leads: int = 0
    """How many words with a colon, as "Survey paper:", were taken off."""
