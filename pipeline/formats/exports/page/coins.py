"""
Papers in a table as reference managers read them: COinS, a context object in a `title` attribute.

Source: "OpenURL COinS: A Convention to Embed Bibliographic Metadata in HTML" (ocoins.info), keys of
`info:ofi/fmt:kev:mtx:journal` (NISO Z39.88-2004). Zotero takes a whole table by it.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from pipeline.formats.escape import safe_url
from pipeline.formats.exports.works import Work

_SAFE: Final = "!~*'()"
"""What `encodeURIComponent` leaves as it is too, so that both sides write the same."""
_CODES: Final = {ord(char): quote(char, safe=_SAFE) for char in map(chr, range(128))}
"""Of ASCII; the library takes five times as long."""
_GENRES: Final = {"journal": "article", "conference": "proceeding"}


def coins(work: Work) -> str:
    """Return the text of a paper's `title` attribute, not yet escaped for HTML."""
    return "&".join([f"{name}={_encoded(value)}" for name, value in _fields(work) if value])


def _encoded(value: str) -> str:
    return value.translate(_CODES) if value.isascii() else quote(value, safe=_SAFE)


def _fields(work: Work) -> Iterator[tuple[str, str]]:
    day = work.published
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"
    yield "rft.genre", _GENRES.get(work.published_in or "", "preprint" if work.arxiv_id else "")
    yield "rft.atitle", work.title
    yield "rft.jtitle", work.venue if work.is_published else ""
    yield "rft.date", day.isoformat() if day and day.year == work.year else str(work.year or "")
    for name in work.authors:
        yield "rft.au", ", ".join(filter(None, (name.family, name.suffix, name.given)))
    yield "rft_id", f"info:doi/{work.doi}" if work.doi else ""
    yield "rft_id", safe_url(work.url) or ""
