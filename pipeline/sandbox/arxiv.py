"""
The replica of arXiv: the API, OAI-PMH, and the pages of papers.

API: https://info.arxiv.org/help/api/user-manual.html, and where manual and service differ, the
service: `search/controllers/classic_api` and `search/serialize/atom.py` of arXiv/arxiv-search, and
feeds recorded in April and May 2026. OAI-PMH: https://info.arxiv.org/help/oa/index.html.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

import httpx

from pipeline.sandbox.answers import HTML, TEXT, XML, answer, parameters
from pipeline.sandbox.world import Paper

ATOM = "application/atom+xml; charset=utf-8"

ARCHIVES = "astro-ph|cond-mat|cs|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|nlin|nucl-ex|"
ARCHIVES += "nucl-th|physics|q-bio|q-fin|quant-ph|stat|cmp-lg|q-alg|alg-geom|chao-dyn"
WELL_FORMED = re.compile(rf"\d{{4}}\.\d{{4,5}}|(?:{ARCHIVES})(?:\.[\w-]+)?/\d{{7}}", re.IGNORECASE)
"""What the API's own validator lets pass, a prefix or `.pdf` around it too; the rest is a 400."""

THROTTLED = "Rate exceeded."
"""Plain text, with status 429 or 200, and no Retry-After."""

LONGEST_URL = 8000
"""Above some 640 ids in a URL the front end answers 414 (arxiv.py #15, PR #209)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One version of a paper."""

    paper: Paper
    version: int

    @property
    def name(self) -> str:
        """Return the id with its version."""
        return f"{self.paper.id}v{self.version}"


class Api:
    """`export.arxiv.org/api/query`. Counts its requests, because it throttles by state."""

    def __init__(self, papers: Mapping[str, Paper], mood: str) -> None:
        self._papers = papers
        self._mood = mood
        self._asked = 0

    def __call__(self, request: httpx.Request, now: datetime) -> httpx.Response:
        """Answer one request."""
        self._asked += 1
        return self._refusal(request) or self._query(parameters(request), now)

    def _refusal(self, request: httpx.Request) -> httpx.Response | None:
        """Return the answer of the front end, where it does not let a request through."""
        url = request.url
        checks = (
            (url.scheme != "https", 301, ""),
            (url.path != "/api/query", 404, "Not Found"),
            (self._mood == "closed", 429, THROTTLED),
            (self._mood == "hesitant" and self._asked == 1, 200, THROTTLED),
            ("accept" not in request.headers, 406, "Not Acceptable"),
            (len(str(url)) > LONGEST_URL, 414, "URI Too Long"),
        )
        for applies, status, body in checks:
            if applies:
                headers = {"location": str(url.copy_with(scheme="https"))} if status == 301 else {}
                return answer(status, body, TEXT, headers)
        return None

    def _query(self, asked: Mapping[str, str], now: datetime) -> httpx.Response:
        query, ids = asked.get("search_query", ""), asked.get("id_list", "")
        names = ids.split(",") if ids else []
        wrong = next((name for name in names if not WELL_FORMED.search(name)), None)
        if wrong is not None:
            return _error(f"incorrect id format for {wrong}", now)
        numbers = {}
        for name, default in (("start", 0), ("max_results", 10)):
            text = asked.get(name, str(default))
            if not text.isdecimal():
                return _error(f"{name} must be an integer", now)
            numbers[name] = int(text)
        if not names and not query:
            return _error("search_query or id_list is required", now)
        hits = self._find(query, names)
        return _feed(query, ids, hits, now, **numbers)

    def _find(self, query: str, names: list[str]) -> list[Hit]:
        """Return the hits in the order of their dates, never of the request."""
        found = {hit.name: hit for name in names for hit in _hit(self._papers, name)}
        if not names:
            every = (Hit(paper, len(paper.versions)) for paper in self._papers.values())
            found = {hit.name: hit for hit in every}
        hits = [hit for hit in found.values() if not query or _matches(query, hit.paper)]
        return sorted(hits, key=lambda hit: (hit.paper.versions[0], hit.name), reverse=True)


def _hit(papers: Mapping[str, Paper], name: str) -> Iterator[Hit]:
    """Yield the one version that an id names exactly; any other spelling is silently no hit."""
    match = re.fullmatch(r"(.+?)(?:v([1-9]\d*))?", name)
    paper = papers.get(match[1]) if match else None
    if match is None or paper is None:
        return
    version = int(match[2] or len(paper.versions))
    if version <= len(paper.versions):
        yield Hit(paper, version)


def _matches(query: str, paper: Paper) -> bool:
    """Say whether a phrase or all words of a group are there, stemmed; `ti:""` matches all."""
    title = f" {_words(paper.title)} "
    phrases = re.findall(r'(?:ti|all):"([^"]*)"', query)
    if any(f" {_words(phrase)} " in title or not phrase.strip() for phrase in phrases):
        return True
    groups = [re.findall(r'(?:ti|all):([^\s"()]+)', group) for group in query.split(" OR ")]
    return any(words and all(f" {_words(word)} " in title for word in words) for words in groups)


def _words(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in words)


# --- Atom -------------------------------------------------------------------------------------

FEED = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"\
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>{id}</id>
  <title>{title}</title>
  <updated>{now}</updated>
{link}\
  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}\
</feed>
"""


def _feed(
    query: str, ids: str, hits: list[Hit], now: datetime, *, start: int, max_results: int
) -> httpx.Response:
    asked = f"search_query={query}&start={start}&max_results={max_results}&id_list={ids}"
    link = quoteattr(f"https://arxiv.org/api/query?{asked}")
    title = f"search_query={query}&id_list={ids}&start={start}&max_results={max_results}"
    body = FEED.format(
        id=f"https://arxiv.org/api/{sha256(asked.encode()).hexdigest()[:27]}",
        title=escape(f"arXiv Query: {title}"),
        now=_instant(now),
        link=f'  <link href={link} type="application/atom+xml"/>\n',
        size=max_results,
        total=len(hits),
        start=start,
        entries="".join(_entry(hit) for hit in hits[start : start + max_results]),
    )
    return answer(200, body, ATOM)


def _entry(hit: Hit) -> str:
    paper = hit.paper
    scheme = 'scheme="http://arxiv.org/schemas/atom"'
    pdf = 'type="application/pdf" title="pdf"'
    lines = [
        f"<id>http://arxiv.org/abs/{hit.name}</id>",
        _element("title", paper.title),
        f"<updated>{_instant(paper.versions[hit.version - 1])}</updated>",
        f'<link href="https://arxiv.org/abs/{hit.name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{hit.name}" rel="related" {pdf}/>',
        _element("summary", paper.abstract),
        *(f'<category term="{category}" {scheme}/>' for category in paper.categories),
        f"<published>{_instant(paper.versions[0])}</published>",
        _element("arxiv:comment", paper.comment),
        f'<arxiv:primary_category term="{paper.categories[0]}"/>',
        _element("arxiv:journal_ref", paper.journal_ref),
        _element("arxiv:doi", paper.doi),
        *(f"<author>\n      {_element('name', name)}\n    </author>" for name in paper.authors),
    ]
    inner = "".join(f"    {line}\n" for line in lines if line)
    return f"  <entry>\n{inner}  </entry>\n"


def _error(message: str, now: datetime) -> httpx.Response:
    """Return the feed of one entry that stands for an error, with HTTP 400."""
    address = f"https://arxiv.org/api/errors#{message.replace(' ', '_')}"
    entry = (
        f"  <entry>\n    <id>{escape(address)}</id>\n    <title>Error</title>\n"
        f"    <updated>{_instant(now)}</updated>\n    <summary>{escape(message)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n"
    )
    fields = {"id": "https://arxiv.org/", "title": "arXiv Search Results", "link": ""}
    body = FEED.format(**fields, now=_instant(now), size=1, total=1, start=0, entries=entry)
    return answer(400, body, ATOM)


def _element(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


def _instant(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- OAI-PMH ----------------------------------------------------------------------------------

OAI = """\
<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>{now}</responseDate>
<request{asked}>https://oaipmh.arxiv.org/oai</request>
{inner}
</OAI-PMH>
"""


def answer_oai(
    request: httpx.Request, papers: Mapping[str, Paper], now: datetime
) -> httpx.Response:
    """Answer OAI-PMH 2.0 `GetRecord` in `arXivRaw`; every error comes with HTTP 200."""
    if request.url.path != "/oai":
        return answer(404, "Not Found", HTML)
    asked = parameters(request)
    match = re.fullmatch(r"oai:arXiv\.org:(.+)", asked.get("identifier", ""))
    paper = papers.get(match[1]) if match else None
    if asked.get("verb") != "GetRecord":
        inner = '<error code="badVerb">Illegal OAI verb</error>'
    elif "identifier" not in asked or "metadataPrefix" not in asked:
        inner = '<error code="badArgument">identifier and metadataPrefix are required</error>'
    elif asked["metadataPrefix"] != "arXivRaw":
        inner = '<error code="cannotDisseminateFormat">Metadata format not supported here</error>'
    elif paper is None:
        inner = '<error code="idDoesNotExist">Identifier does not exist</error>'
    else:
        inner = _record(paper)
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in sorted(asked.items()))
    return answer(200, OAI.format(now=_instant(now), asked=attributes, inner=inner), XML)


def _record(paper: Paper) -> str:
    versions = "".join(
        f'<version version="v{number}"><date>{format_datetime(when, usegmt=True)}</date>'
        f"<size>{number}kb</size><source_type>D</source_type></version>"
        for number, when in enumerate(paper.versions, start=1)
    )
    names = [tex(name) for name in paper.authors]
    authors = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    parts = {
        "title": paper.title,
        "authors": authors,
        "categories": " ".join(paper.categories),
        "comments": paper.comment,
        "journal-ref": paper.journal_ref,
        "doi": paper.doi,
        "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "abstract": f"  {paper.abstract}\n",
    }
    return (
        "<GetRecord>\n<record>\n<header>\n"
        f" <identifier>oai:arXiv.org:{paper.id}</identifier>\n"
        f" <datestamp>{paper.versions[-1]:%Y-%m-%d}</datestamp>\n"
        f" <setSpec>{paper.categories[0].partition('.')[0]}</setSpec>\n</header>\n<metadata>\n"
        ' <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">\n'
        f" <id>{paper.id}</id>{_element('submitter', names[0])}{versions}"
        f"{''.join(_element(name, text) for name, text in parts.items())}"
        "</arXivRaw>\n</metadata>\n</record>\n</GetRecord>"
    )


ACCENTS: Mapping[str, Callable[[str], str]] = {
    "\u0300": "\\`{}".format,
    "\u0301": "\\'{}".format,
    "\u0302": "\\^{}".format,
    "\u0303": "\\~{}".format,
    "\u0308": '\\"{}'.format,
    "\u030c": "\\v{{{}}}".format,
    "\u0327": "\\c{{{}}}".format,
}
LETTERS = {"ß": "{\\ss}", "ø": "{\\o}", "Ø": "{\\O}", "ł": "{\\l}", "Ł": "{\\L}", "æ": "{\\ae}"}


def tex(name: str) -> str:
    """Write a name as `arXivRaw` does: accents and special letters in TeX."""
    written: list[str] = []
    for char in unicodedata.normalize("NFD", name):
        if char in ACCENTS and written:
            written[-1] = ACCENTS[char](written[-1])
        else:
            written.append(LETTERS.get(char, char))
    return "".join(written)


# --- pages ------------------------------------------------------------------------------------


def answer_page(request: httpx.Request, papers: Mapping[str, Paper]) -> httpx.Response:
    """Answer `arxiv.org/abs/…` and `/pdf/…`, which nobody should ask for."""
    match = re.fullmatch(r"/(?:abs|pdf)/(.+?)(?:\.pdf)?", request.url.path)
    if request.url.scheme != "https":
        return answer(301, headers={"location": str(request.url.copy_with(scheme="https"))})
    hits = list(_hit(papers, match[1])) if match else []
    if not hits:
        return answer(404, "<title>Sandbox: no such article</title>", HTML)
    return answer(200, f"<title>{escape(hits[0].paper.title)}</title>", HTML)
