"""Which work a person means who typed an identifier, an address or a title. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pipeline.works.arxiv_links import abstract_page, id_at_start
from pipeline.works.forges import FORGE_NAMES
from pipeline.works.identifiers import SCHOLARLY, Identifier, canonical_url, identify, url_of_name
from pipeline.works.titles import word_count

LONGEST: Final = 600
"""Characters of what may be a title or an address."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed, and what it is."""

    kind: Literal["work", "repository", "title", "nothing"]
    text: str
    """The title; for `nothing`, why it names no work."""
    found: Identifier | None = None

    @property
    def url(self) -> str | None:
        """The address of the work."""
        return canonical_url(self.found) if self.found is not None else None


_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+/\S+", re.IGNORECASE
)
_FEWEST_WORDS: Final = 2


def wanted(typed: str, today: date | None = None) -> Wanted:
    """Read an identifier in any spelling, an address, or a title."""
    text = " ".join(typed.strip().strip("<>").split())
    if not text or len(text) > LONGEST:
        return Wanted("nothing", "it should be an identifier, an address or a title")
    url = _address_of(text, today)
    if url is None:
        if word_count(text) < _FEWEST_WORDS:
            return Wanted("nothing", "it is neither an identifier of a known form nor a title")
        return Wanted("title", text)
    return _named(text, identify(url, today=today))


def _named(text: str, found: Identifier | None) -> Wanted:
    if found is None:
        return Wanted("nothing", _NO_WORK)
    if found.scheme in FORGE_NAMES:
        return Wanted("repository", text, found)
    if found.scheme not in SCHOLARLY:
        return Wanted("nothing", "this is the address of a model or data set, and of no paper")
    return Wanted("work", text, Identifier(found.scheme, found.value))


_NO_WORK: Final = (
    "this address names no work: give its arXiv id, DOI, OpenReview or ACL address, or its title"
)


def _address_of(text: str, today: date | None) -> str | None:
    if (named := url_of_name(text)) is not None:
        return named
    if " " in text:
        return None
    found = id_at_start(re.sub(r"(?i)\Aarxiv:", "", text), today)
    if found is not None and not found.rest:
        return abstract_page(found.id)
    if _ADDRESS.fullmatch(text) and not text.startswith("10."):
        return text if "://" in text else f"https://{text}"
    return None
