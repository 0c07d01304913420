r"""
arXiv papers from arXiv's OAI-PMH service, one request for each.

Manual: https://info.arxiv.org/help/oa/index.html, code: github.com/arXiv/oaipmh. Same limits as the
API, with which it shares a lane. `arXivRaw` is the only format that tells the versions. Known
quirks: faults are told with status 200 and `<error code=…>`; text is TeX (`Rold\'an`); authors
are one string; only the latest version is described; a record appears with the nightly update.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from unicodedata import normalize
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from pipeline.network.retry import Trouble
from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import BREAKER, failed, squeezed
from pipeline.sources.arxiv.rules import (
    INTERVAL,
    LANE,
    NOT_AN_ID,
    POLICY,
    categories,
    is_arxiv_id,
    is_withdrawn,
    publisher_doi,
    read_xml,
    trouble_at_the_front,
)
from pipeline.sources.service_source import ServiceSource

OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
RAW: Final = "{http://arxiv.org/OAI/arXivRaw/}"


def classify(answer: Answer, now: datetime, part: str = f"GetRecord/{OAI}record") -> Trouble | None:
    """
    Return why an answer of the OAI-PMH service cannot be used, or None where it can.

    One that can has this `part`, or the protocol's own `error`.
    """
    if trouble := trouble_at_the_front(answer, now):
        return trouble
    if answer.status != 200:
        return Trouble("refused", "bad-answer", f"HTTP {answer.status}")
    root = read_xml(answer.body)
    if root is None or root.tag != f"{OAI}OAI-PMH":
        return Trouble("transient", "bad-answer", "not an OAI-PMH answer (HTTP 200)")
    if root.find(f"{OAI}error") is None and root.find(f"{OAI}{part}") is None:
        return Trouble("transient", "bad-answer", "an OAI-PMH answer without a record")
    return None


SERVICE = Service(
    name="oai",
    lane=LANE,
    interval=INTERVAL,
    concurrency=1,
    policy=POLICY,
    classify=classify,
    read_timeout=60.0,
    breaker=BREAKER,
)


class OaiSource(ServiceSource[ArxivRecord]):
    """What arXiv's OAI-PMH service knows of ids; `Missing`: never announced, or deleted."""

    name = "oai"
    api = "https://oaipmh.arxiv.org/oai"

    async def _one(self, key: str) -> Outcome[ArxivRecord]:
        """Takes a canonical arXiv id."""
        if not is_arxiv_id(key):
            return NOT_AN_ID
        query = {
            "verb": "GetRecord",
            "metadataPrefix": "arXivRaw",
            "identifier": f"oai:arXiv.org:{key}",
        }
        answer = await self._get(SERVICE, f"?{urlencode(query, safe=':/')}", "text/xml, */*")
        return outcome_of(key, answer.body) if answer.trouble is None else failed(answer)


def read_answer(body: bytes, *, nothing: str) -> Element | Failed | None:
    """Return the root of a usable answer; None where its error says that there is `nothing`."""
    root = read_xml(body)
    if root is None:
        return Failed(kind="bad-answer", reason="not an OAI-PMH answer")
    error = root.find(f"{OAI}error")
    if error is None:
        return root
    code = error.get("code", "")
    return (
        None if code == nothing else Failed(kind="bad-answer", reason=f"OAI-PMH error {code[:40]}")
    )


def outcome_of(key: str, body: bytes) -> Outcome[ArxivRecord]:
    """Read a usable answer about one id."""
    root = read_answer(body, nothing="idDoesNotExist")
    if root is None:
        return Missing(reason="OAI-PMH has no record of it (idDoesNotExist)")
    if isinstance(root, Failed):
        return root
    header = root.find(f"{OAI}GetRecord/{OAI}record/{OAI}header")
    if header is not None and header.get("status") == "deleted":
        return Missing(reason="OAI-PMH reports that its record was deleted")
    raw = root.find(f"{OAI}GetRecord/{OAI}record/{OAI}metadata/{RAW}arXivRaw")
    if raw is None or squeezed(raw.findtext(f"{RAW}id")) != key:
        return Failed(kind="bad-answer", reason="OAI-PMH answered without the requested record")
    return Found(value=record_of(raw))


def record_of(raw: Element) -> ArxivRecord:
    """Turn an `<arXivRaw>` element into the record of a paper."""
    versions = [
        (version.get("version") or "", version.findtext(f"{RAW}date") or "")
        for version in raw.iterfind(f"{RAW}version")
    ]
    return raw_record(lambda name: raw.findtext(f"{RAW}{name}") or "", versions, "oai")


def raw_record(
    field: Callable[[str], str],
    versions: Iterable[tuple[str, str]],
    source: Literal["oai", "snapshot"],
) -> ArxivRecord:
    """
    Return the record of a paper of which arXiv tells what `arXivRaw` does.

    `field` gives a text by its name, empty where there is none; `versions` are names (`v1`) with
    RFC 5322 dates.
    """
    days: dict[int, str | None] = {}
    for name, date in versions:
        number = name.removeprefix("v")
        if number.isascii() and number.isdigit():
            days[int(number[:4])] = _mail_day(date)
    latest = max(days, default=None)
    subjects = categories(iter(field("categories").split()))
    comment, abstract = _text(field("comments")), _text(field("abstract"))
    return ArxivRecord(
        id=squeezed(field("id")) or "",
        version=latest,
        title=_text(field("title")) or "",
        authors=authors(field("authors")),
        abstract=abstract,
        published=days.get(1),
        updated=days[latest] if latest is not None else None,
        primary_category=subjects[0] if subjects else None,
        categories=subjects,
        comment=comment,
        journal_ref=_text(field("journal-ref")),
        doi=publisher_doi(field("doi")),
        withdrawn=is_withdrawn(comment, abstract),
        metadata_source=source,
    )


def _text(text: str) -> str | None:
    return squeezed(without_tex_accents(text))


def _mail_day(text: str) -> str | None:
    """Return the UTC day of an RFC 5322 date (`Mon, 22 Oct 2018 22:41:50 GMT`)."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC).date().isoformat() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


# --- authors and TeX --------------------------------------------------------------------------

_BETWEEN: Final = re.compile(r" ?[,;&] ?(?:and )?| and |: ")
_NO_NAME: Final = re.compile(r"[\W\d_]*|et\.? al\.?", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.ASCII)


def authors(text: str) -> tuple[str, ...]:
    """
    Split arXiv's author string: `A, B (1), C and D ((1) Somewhere)`.

    Rules of the string: https://info.arxiv.org/help/prep.html#author. Affiliations are dropped; a
    collaboration before a colon is an author, as it is in the API.
    """
    plain = without_tex_accents(_without_brackets(text))
    plain = " ".join(plain.translate(_SPACES).split())
    names: list[str] = []
    for name in _BETWEEN.split(plain):
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif not _NO_NAME.fullmatch(name):
            names.append(name)
    return tuple(names)


_SPACES: Final = str.maketrans({"~": " ", "{": "", "}": ""})


def _without_brackets(text: str) -> str:
    """Drop what stands in round brackets, nested ones too; an open bracket drops the rest."""
    kept: list[str] = []
    depth = 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(char)
    return "".join(kept)


_COMBINING: Final = dict(
    zip(
        "`'^~=u.\"rHvdck",
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328",
        strict=True,
    )
)
"""The Unicode mark of each accent of TeX."""
_LETTERS: Final = dict(
    pair.split("=")
    for pair in """
    aa=å AA=Å ae=æ AE=Æ oe=œ OE=Œ o=ø O=Ø l=ł L=Ł ss=ß i=ı j=ȷ dh=ð DH=Ð th=þ TH=Þ dj=đ DJ=Đ
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_BASE: Final = r"\\?[A-Za-z](?![A-Za-z])|[A-Za-z]"
_ACCENT: Final = re.compile(
    rf"""\\(?:(?P<sign>[`'^~=."])\ ?(?:\{{(?P<a>{_BASE})\}}|(?P<b>{_BASE}))"""
    rf"""|(?P<letter>[uHvdckr])(?:\ ?\{{(?P<c>{_BASE})\}}|\ (?P<d>{_BASE})))""",
    re.VERBOSE | re.ASCII,
)
_SPECIAL: Final = re.compile(
    rf"\\(?P<name>{'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\{{\}}| )?",
    re.ASCII,
)
_BRACED: Final = re.compile(r"\{([^\x00-\x7f])\}")


def without_tex_accents(text: str) -> str:
    r"""Replace TeX's accents and letters (`Rold\'an` → `Roldán`, `{\O}rsted` → `Ørsted`)."""
    parts = text.split("$")
    for number in range(0, len(parts), 2):
        plain = _SPECIAL.sub(lambda at: _LETTERS[at["name"]], _ACCENT.sub(_accented, parts[number]))
        parts[number] = _BRACED.sub(r"\1", plain)
    return "$".join(parts)


def _accented(match: re.Match[str]) -> str:
    base = next(base for base in match.group("a", "b", "c", "d") if base).removeprefix("\\")
    return normalize("NFC", base + _COMBINING[match["sign"] or match["letter"]])
