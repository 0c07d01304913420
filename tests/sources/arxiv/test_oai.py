"""arXiv's OAI-PMH service: records, errors with status 200, TeX."""

from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.arxiv.oai import OaiSource, authors, classify, outcome_of, without_tex_accents
from tests.sources.asking import NOW, USER_AGENT, ask_all


def answer_with(inner: str) -> str:
    """Return an OAI-PMH answer around `inner`."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-03-01T00:00:00Z</responseDate>"
        f'<request verb="GetRecord">https://oaipmh.arxiv.org/oai</request>{inner}</OAI-PMH>'
    )


def record_xml(id_: str, **fields: str) -> str:
    """Return a GetRecord answer in `arXivRaw` with two versions."""
    texts = {
        "title": "A Title",
        "authors": "Ann Author and Bo Writer",
        "categories": "cs.IR cs.CL",
        "abstract": "An abstract.",
        **fields,
    }
    body = "".join(
        f"<{name.replace('_', '-')}>{escape(text)}</{name.replace('_', '-')}>"
        for name, text in texts.items()
    )
    return answer_with(
        f"<GetRecord><record><header><identifier>oai:arXiv.org:{id_}</identifier></header>"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id_}</id>'
        '<version version="v1"><date>Sun, 30 Apr 2023 21:00:00 GMT</date></version>'
        '<version version="v2"><date>Tue, 17 Oct 2023 03:00:00 +0900</date></version>'
        f"{body}</arXivRaw></metadata></record></GetRecord>"
    )


ABSENT = answer_with('<error code="idDoesNotExist">nothing of that name</error>')


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[ArxivRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(OaiSource, handler, keys)


@pytest.mark.anyio
async def test_fetch_asks_once_for_each_id() -> None:
    """One GetRecord in arXivRaw for each distinct id, three seconds apart, as ourselves."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        id_ = request.url.params["identifier"].removeprefix("oai:arXiv.org:")
        return httpx.Response(200, text=record_xml(id_))

    keys = ["2305.00447", "math/0309136", "2305.00447"]
    outcomes, client, clock = await fetch(handler, keys)

    assert list(outcomes) == ["2305.00447", "math/0309136"]
    assert all(isinstance(outcome, Found) for outcome in outcomes.values())
    assert client.requests == {"oai": 2}
    assert clock.monotonic() >= 3.0
    assert seen[0].url.params["metadataPrefix"] == "arXivRaw"
    assert seen[1].url.params["identifier"] == "oai:arXiv.org:math/0309136"
    assert {request.headers["user-agent"] for request in seen} == {USER_AGENT}


def test_outcome_maps_every_field() -> None:
    """The latest version and its UTC day, the first one's day, and text without TeX accents."""
    body = record_xml(
        "2305.00447",
        title='  G\\"odel and\n the $\\alpha$ rule ',
        comments="3 pages",
        journal_ref="J. Tests 1 (2023)",
        doi="10.1234/AB.1",
    ).encode()

    outcome = outcome_of("2305.00447", body)

    assert isinstance(outcome, Found)
    assert outcome.value == ArxivRecord(
        id="2305.00447",
        version=2,
        title="Gödel and the $\\alpha$ rule",
        authors=("Ann Author", "Bo Writer"),
        abstract="An abstract.",
        published="2023-04-30",
        updated="2023-10-16",
        primary_category="cs.IR",
        categories=("cs.IR", "cs.CL"),
        comment="3 pages",
        journal_ref="J. Tests 1 (2023)",
        doi="10.1234/ab.1",
        metadata_source="oai",
    )


def test_outcome_recognises_a_withdrawn_paper() -> None:
    """A withdrawal notice in the comment marks the record."""
    body = record_xml("0704.0480", comments="paper withdrawn by author").encode()
    outcome = outcome_of("0704.0480", body)

    assert isinstance(outcome, Found)
    assert outcome.value.withdrawn


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ABSENT, "missing"),
        (answer_with('<error code="badArgument">no</error>'), "failed"),
        (answer_with('<error code="cannotDisseminateFormat">no</error>'), "failed"),
        (record_xml("2305.00448"), "failed"),
        (
            answer_with(
                '<GetRecord><record><header status="deleted"/></record></GetRecord>',
            ),
            "missing",
        ),
    ],
)
def test_outcome_is_missing_only_where_arxiv_says_so(body: str, status: str) -> None:
    """`idDoesNotExist` and a deleted record are an answer; other errors and other papers not."""
    assert outcome_of("2305.00447", body.encode()).status == status


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, record_xml("2305.00447"), None),
        (200, ABSENT, None),
        (200, record_xml("2305.00447")[:-30], "transient"),
        (200, "<html><body>Maintenance</body></html>", "transient"),
        (200, answer_with(""), "transient"),
        (200, "Rate exceeded.", "throttled"),
        (200, "", "throttled"),
        (429, "", "throttled"),
        (503, "", "transient"),
        (403, "", "stop"),
        (404, "", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: str, kind: TroubleKind | None
) -> None:
    """Only a complete OAI-PMH document with a record or an error is an answer."""
    trouble = classify(Answer("GET", "u", status=status, body=body.encode()), NOW)

    assert (trouble.kind if trouble else None) == kind


@pytest.mark.anyio
async def test_fetch_gives_a_failure_where_the_service_is_down() -> None:
    """Four tries, then a failure that is no `Missing`."""
    outcomes, client, _ = await fetch(lambda _: httpx.Response(500), ["2305.00447"])

    assert outcomes["2305.00447"] == Failed(kind="server-error", reason="HTTP 500")
    assert client.requests == {"oai": 4}


@pytest.mark.anyio
async def test_fetch_leaves_a_service_that_is_down_alone() -> None:
    """After twelve failed tries in a row nothing more is asked; nothing is called missing."""
    keys = [f"2305.{number:05}" for number in range(1, 21)]
    outcomes, client, _ = await fetch(lambda _: httpx.Response(500), keys)

    assert client.requests == {"oai": 12}
    assert {outcome.status for outcome in outcomes.values()} == {"failed"}


@pytest.mark.anyio
async def test_fetch_does_not_ask_for_what_is_no_id() -> None:
    """A malformed key costs no request."""
    outcomes, client, _ = await fetch(lambda _: httpx.Response(500), ["abc"])

    assert isinstance(outcomes["abc"], Missing)
    assert not client.requests


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann Author", ("Ann Author",)),
        ("Ann Author, Bo Writer and Cy Reader", ("Ann Author", "Bo Writer", "Cy Reader")),
        ("A. Author, B. Writer, and C. Reader", ("A. Author", "B. Writer", "C. Reader")),
        ("A. Author\n  and B. Writer", ("A. Author", "B. Writer")),
        (
            "A. Author (1), B. Writer (1 and 2) ((1) Uni X (Y), (2) Lab, Z)",
            ("A. Author", "B. Writer"),
        ),
        ("John Doe, Jr., Jane~Roe III", ("John Doe Jr.", "Jane Roe III")),
        ("CDF Collaboration: A. Author, et al.", ("CDF Collaboration", "A. Author")),
        ("\\'Edgar Rold\\'an", ("Édgar Roldán",)),
        ("Alexander Anderson and Brandon Andrews", ("Alexander Anderson", "Brandon Andrews")),
        ("A. Author (no end", ("A. Author",)),
        ("", ()),
    ],
)
def test_authors_splits_arxivs_string(text: str, names: tuple[str, ...]) -> None:
    """Commas and `and` part authors; affiliations are no authors; a suffix belongs to its name."""
    assert authors(text) == names


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Rold\\'an", "Roldán"),
        ('M{\\"u}ller', "Müller"),
        ('M\\"{u}ller', "Müller"),
        ("\\v{C}ech", "Čech"),
        ("Ho\\v sek", "Hošek"),
        ("{\\O}rsted", "Ørsted"),
        ("\\L{}ukasz", "Łukasz"),
        ("Mart\\'{\\i}nez", "Martínez"),
        ("Fran\\c{c}ois", "François"),
        ("Erd\\H{o}s", "Erdős"),
        ("Stra\\ss e", "Straße"),
        ('\\AA ngstr\\"om', "Ångström"),
        ("$\\vec{x} \\o$ and \\alpha", "$\\vec{x} \\o$ and \\alpha"),
        ("C:\\users and \\url", "C:\\users and \\url"),
        ("plain", "plain"),
    ],
)
def test_without_tex_accents_makes_letters(text: str, plain: str) -> None:
    """Accents and special letters become Unicode; formulas and other commands stay."""
    assert without_tex_accents(text) == plain


def test_recorded_answer_is_read(shared: Path) -> None:
    """A recorded record gives its two versions and four authors."""
    body = (shared / "data/services/oai/arxivraw_1810.09584.xml").read_bytes()
    outcome = outcome_of("1810.09584", body)

    assert isinstance(outcome, Found)
    paper = outcome.value
    assert (paper.version, paper.published, paper.updated) == (2, "2018-10-22", "2019-01-13")
    assert len(paper.authors) == 4
    assert paper.authors[-1] == "Édgar Roldán"
    assert paper.doi == "10.1209/0295-5075/124/60006"
    assert paper.primary_category == "cond-mat.stat-mech"
