"""
Which identifiers a text names: `doi:10.1145/…`, `arXiv:2401.12345`, `PMID: 123`. Pure, linear.

An entry's words name its own work where a citation would: at the start, or behind punctuation. In
the middle of a sentence ("extends arXiv:1706.03762") they name another one.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from pipeline.works.arxiv_links import id_at_start
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import Identifier, medical_id

LONGEST: Final = 4_000
"""Characters of a text that are looked at."""
_LABEL: Final = re.compile(
    r"(?<![\w/.@-])(?:"
    r"(?P<arxiv>arxiv(?:\.org)?[ \t]?(?:[:.][ \t]{0,2}|/abs/|[ \t])(?=[0-9]{4}\.|[a-z-]{2,17}[./])"
    r"|abs/(?=[0-9]{4}\.[0-9]{4}))"
    r"|(?P<doi>doi(?:[ \t]{0,2}[:=][ \t]{0,2}|[ \t])(?=10\.)|(?:dx\.)?doi\.org/"
    r"|(?=10\.[0-9]{4,9}/))"
    r"|(?P<pmid>pmid[ \t]{0,2}[:=]?[ \t]{0,2}(?=[0-9]))"
    r"|(?P<pmc>(?:pmcid[ \t]{0,2}[:=]?[ \t]{0,2})?(?=pmc[0-9]))"
    r")",
    re.IGNORECASE | re.ASCII,
)
_BEFORE: Final = re.compile(
    r"(?:(?:(?:arxiv|corr)[ ,]{0,2})?(?:e-?prints?|pre-?prints?)|corr|arxiv)[ ,:]{0,3}\Z",
    re.IGNORECASE | re.ASCII,
)
"""What citations put before an id: “arXiv preprint arXiv:…”, “CoRR, abs/…”."""
_OPENING: Final = ".,;:|()[]{}<>–—•·\n\r“”\"'-/，。；：、（）【】"
_BLANK: Final = " \t*_`\xa0"


def identifiers_in(text: str, *, today: date | None = None) -> tuple[Identifier, ...]:
    """Return the identifiers that an entry's text names, each once, in order of appearance."""
    found: dict[str, Identifier] = {}
    text, end = text[:LONGEST], -1
    for label in _LABEL.finditer(text):
        is_bare, end = label.start() == end, label.end()  # the same id without its label
        if not is_bare and _is_cited(text[max(0, label.start() - 60) : label.start()]):
            for one in _read(label, text[label.end() : label.end() + 320], today):
                found.setdefault(one.key, one)
    return tuple(found.values())


def _is_cited(before: str) -> bool:
    """Say whether an id behind these words stands where a citation has its own."""
    before = _BEFORE.sub("", before.rstrip(_BLANK)).rstrip(_BLANK)
    return not before or before[-1] in _OPENING


def _read(label: re.Match[str], rest: str, today: date | None) -> Iterator[Identifier]:
    if label["arxiv"] is not None:
        arxiv = id_at_start(rest, today)
        if arxiv is not None and not arxiv.rest[:1].isalnum():
            yield Identifier("arxiv", arxiv.id, arxiv.version)
    elif label["doi"] is not None:
        word = rest.split(maxsplit=1)[:1]
        yield from (Identifier("doi", doi) for doi in dois_in(word[0] if word else ""))
    else:
        found = medical_id("pmid" if label["pmid"] is not None else "pmc", rest)
        if found is not None:
            yield found
