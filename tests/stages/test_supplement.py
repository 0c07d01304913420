"""Citations, published versions and other ids, put into papers."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.formats.jsonl import parse_lines, render
from pipeline.progress import Silent
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    PublishedVersion,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.lists import Entry, Link, ParsedList, Role
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import (
    ArxivRecord,
    CitationRecord,
    DoiRecord,
    HuggingFaceRecord,
    OpenAlexRecord,
    OpenReviewRecord,
)
from pipeline.stages.fetch import apply as fetched
from pipeline.stages.supplement import Keys, agrees, apply, keys_of, supplement, writes_venues
from pipeline.storage.papers import look

ARXIV_ID = "2304.05376"
DOI = "10.1038/s42256-024-00832-8"
TITLE = "Augmenting Large Language Models with Chemistry Tools"
OLD = datetime(2026, 1, 1, tzinfo=UTC)
DOWN = Failed(kind="throttled", reason="HTTP 429")


def entry(*links: tuple[str, Role], venue: str | None = None, line: int = 10) -> Entry:
    """An entry with these links."""
    return Entry(
        list="list",
        line=line,
        end_line=line,
        title=TITLE,
        venue=venue,
        links=tuple(Link(url=url, role=role, line=line, column=1) for url, role in links),
    )


def preprint(*mentions: Entry, doi: str | None = None, journal: str | None = None) -> Paper:
    """A paper of arXiv, as the fetch stage gives it."""
    return Paper(
        key=f"arxiv:{ARXIV_ID}",
        title=TITLE,
        authors=("A. One",),
        published="2023-04-11",
        arxiv=ArxivPart(id=ARXIV_ID, doi=doi, journal_ref=journal, metadata_source="arxiv"),
        mentions=mentions or (entry(),),
        resolution=Resolution(status="found", method="link"),
        sources={"arxiv": SourceState(status="found")},
    )


def article(doi: str = DOI) -> Paper:
    """A paper that has a DOI and no arXiv id."""
    return Paper(
        key=f"doi:{doi}",
        title="Title of the List",
        doi=doi,
        mentions=(entry((f"https://doi.org/{doi}", "paper")),),
        resolution=Resolution(status="found", method="link"),
    )


def registered(doi: str = DOI, **fields: Any) -> DoiRecord:
    """What Crossref knows of a DOI."""
    usual = {
        "doi": doi,
        "title": TITLE,
        "authors": ("Andres One",),
        "venue": "Nature Machine Intelligence",
        "published": "2024-05-08",
        "type": "journal-article",
        "url": f"https://doi.org/{doi}",
    }
    return DoiRecord.model_validate(usual | fields)


def cited(**fields: Any) -> CitationRecord:
    """What Semantic Scholar knows of the paper."""
    usual = {
        "s2_id": "abc",
        "title": TITLE,
        "arxiv_id": ARXIV_ID,
        "doi": DOI,
        "dblp": "journals/natmi/BranCSBWS24",
        "corpus_id": 7,
        "citation_count": 500,
        "venue": "Nat. Mac. Intell.",
        "year": 2023,
        "publication_date": "2023-04-11",
    }
    return CitationRecord.model_validate(usual | fields)


def indexed(**fields: Any) -> OpenAlexRecord:
    """What OpenAlex knows of the paper."""
    usual = {
        "openalex_id": "W1",
        "title": TITLE,
        "doi": DOI,
        "arxiv_id": ARXIV_ID,
        "venue": "Nature Machine Intelligence",
        "cited_by_count": 300,
    }
    return OpenAlexRecord.model_validate(usual | fields)


def answers(**records: Any) -> dict[str, dict[str, Outcome[Any]]]:
    """Answers about the paper by source: a record, an outcome, or for Crossref several."""
    made: dict[str, dict[str, Outcome[Any]]] = {}
    for name, given in records.items():
        many = given if isinstance(given, dict) else {ARXIV_ID: given}
        made[name] = {
            key: value if isinstance(value, Found | Missing | Failed) else Found(value=value)
            for key, value in many.items()
        }
    return made


# --- what is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "paper", "keys"),
    [
        ("semanticscholar", preprint(), (ARXIV_ID,)),
        ("openalex", preprint(), (ARXIV_ID,)),
        ("huggingface", preprint(), (ARXIV_ID,)),
        ("crossref", preprint(), ()),
        ("crossref", preprint(doi=f"{DOI} 10.1145/1"), (DOI, "10.1145/1")),
        ("crossref", preprint(entry((f"https://doi.org/{DOI}", "paper"))), (DOI,)),
        (
            "crossref",
            preprint(entry(("https://dl.acm.org/doi/10.1145/2", "paper"))),
            ("10.1145/2",),
        ),
        ("crossref", preprint(entry((f"https://doi.org/{DOI}", "data"))), ()),
        (
            "crossref",
            preprint(entry(("https://aclanthology.org/P18-1001/", "paper"))),
            ("10.18653/v1/p18-1001",),
        ),
        ("crossref", article(), (DOI,)),
        ("semanticscholar", article(), (f"doi:{DOI}",)),
        ("openalex", article(), (f"doi:{DOI}",)),
        ("huggingface", article(), ()),
        ("openreview", preprint(), ()),
        (
            "openreview",
            preprint(entry(("https://openreview.net/pdf?id=aB-c_1234x", "paper"))),
            ("aB-c_1234x",),
        ),
        ("openreview", preprint(entry(("https://openreview.net/forum?id=xyz", "other"))), ()),
    ],
)
def test_each_source_is_asked_by_the_ids_that_it_knows(
    source: str, paper: Paper, keys: tuple[str, ...]
) -> None:
    """By arXiv id first, by DOI else; Crossref about every DOI of a paper."""
    assert keys_of(source, paper) == keys


def test_paper_that_arxiv_does_not_know_is_not_asked_about() -> None:
    """An id that is none costs no request."""
    paper = replace(preprint(), sources={"arxiv": SourceState(status="missing")})

    assert keys_of("semanticscholar", paper) == keys_of("huggingface", paper) == ()


SOURCES = ("crossref", "semanticscholar", "openalex", "huggingface", "openreview")


def arxiv_record(doi: str | None) -> Found[ArxivRecord]:
    """What arXiv says of the preprint."""
    record = ArxivRecord(
        id=ARXIV_ID,
        doi=doi,
        title=TITLE,
        authors=(),
        abstract=None,
        published="2023-04-11",
        updated=None,
    )
    return Found(value=record)


class Fake:
    """A source that gives prepared outcomes and remembers what it was asked."""

    def __init__(self, name: str, outcomes: Mapping[str, Outcome[Any]]) -> None:
        self.name = name
        self.outcomes = outcomes
        self.asked: list[list[str]] = []

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[Any]]]:
        """Answer one key after the other."""
        self.asked.append(list(keys))
        for key in keys:
            if key in self.outcomes:
                yield key, self.outcomes[key]


@pytest.mark.anyio
async def test_registry_is_asked_about_dois_that_others_name() -> None:
    """Semantic Scholar names the DOI, Crossref confirms it."""
    sources = {
        "semanticscholar": Fake("semanticscholar", answers(s=cited())["s"]),
        "crossref": Fake("crossref", {DOI: Found(value=registered())}),
    }
    result = await supplement([preprint()], sources, Silent(), with_venues=())

    assert sources["crossref"].asked == [[DOI]]
    assert result.papers[0].published_as == PublishedVersion(
        venue="Nature Machine Intelligence", doi=DOI, year=2024, source="crossref"
    )
    assert result.papers[0].sources["crossref"] == SourceState(
        status="found", fields=("doi", "published_as")
    )
    assert isinstance(result.dois[DOI], Found)


@pytest.mark.parametrize(
    "answer",
    [
        Missing(reason="no such paper"),
        Skipped(reason="off line"),
        arxiv_record(doi=DOI),
        arxiv_record(doi=f"{DOI}, 10.1145/2"),
        arxiv_record(doi=None),
    ],
)
def test_keys_noted_before_arxiv_answers_are_those_noted_after(answer: Outcome[Any]) -> None:
    """Its DOIs count, and about an id that is none nobody is asked; so share by share."""
    bare = replace(preprint(), arxiv=ArxivPart(id=ARXIV_ID), sources={})
    papers, arxiv = [article("10.1145/9"), bare], {ARXIV_ID: answer}
    before, after = Keys(SOURCES), Keys(SOURCES)
    look(papers, before)
    before.hear(arxiv)
    look([fetched(one, arxiv, {}) for one in papers], after)

    assert (before.wanted(), before.shares) == (after.wanted(), after.shares)


@pytest.mark.anyio
async def test_links_of_prose_are_looked_up_as_evidence() -> None:
    """Each DOI once, wherever it stands."""
    prose = Link(url="https://dl.acm.org/doi/10.1145/3", role="other", line=3, column=1)
    parsed = ParsedList(name="list", entries=(), other_links=(prose, prose))
    crossref = Fake("crossref", {"10.1145/3": Missing(reason="not registered with Crossref")})
    result = await supplement(
        [article()], {"crossref": crossref}, Silent(), with_venues=(), lists=[parsed]
    )

    assert crossref.asked == [[DOI, "10.1145/3"]]
    assert isinstance(result.dois["10.1145/3"], Missing)
    assert isinstance(result.dois[DOI], Failed)  # it gave no answer


@pytest.mark.anyio
async def test_without_sources_nothing_is_asked_and_nothing_lost() -> None:
    """Papers come out as they went in."""
    paper = preprint()
    result = await supplement([paper], {}, Silent(), with_venues=())

    assert result.papers == [paper]
    assert result.dois == {}


@pytest.mark.anyio
async def test_source_that_is_down_costs_its_fields_only() -> None:
    """The others' answers stand, and the state says why."""
    sources = {
        "semanticscholar": Fake("semanticscholar", {ARXIV_ID: DOWN}),
        "openalex": Fake("openalex", answers(s=indexed())["s"]),
    }
    (paper,) = (await supplement([preprint()], sources, Silent(), with_venues=())).papers

    assert paper.citations == 300
    assert (paper.title, paper.authors) == (TITLE, ("A. One",))
    assert paper.sources["semanticscholar"] == SourceState(status="failed", reason="HTTP 429")
    assert paper.sources["openalex"].status == "found"


# --- whose word counts ------------------------------------------------------------------------


def test_registry_decides_about_a_paper_with_a_doi() -> None:
    """Title, authors and date are the registry's, and it is said so."""
    paper = apply(article(), answers(crossref={DOI: registered()}))

    assert (paper.title, paper.authors, paper.published) == (TITLE, ("Andres One",), "2024-05-08")
    assert paper.sources["crossref"].fields == ("authors", "published", "title", "venue")


def test_paper_of_the_acl_anthology_has_a_doi_of_its_own() -> None:
    """The registry is asked by it, and what it says is the paper's."""
    doi = "10.18653/v1/p18-1001"
    mention = entry(("https://aclanthology.org/P18-1001/", "paper"))
    paper = replace(article(), key="acl:P18-1001", doi=None, mentions=(mention,))
    filled = apply(paper, answers(crossref={doi: registered(doi)}))

    assert keys_of("crossref", paper) == (doi,)
    assert (filled.title, filled.doi) == (TITLE, doi)
    assert filled.sources["crossref"].fields == ("authors", "doi", "published", "title", "venue")


def test_registry_does_not_decide_about_arxivs_paper() -> None:
    """Title, authors and date of arXiv stay."""
    paper = apply(
        preprint(doi=DOI), answers(crossref={DOI: registered(title=TITLE.upper(), authors=("X",))})
    )

    assert (paper.title, paper.authors, paper.published) == (TITLE, ("A. One",), "2023-04-11")


def test_volume_is_not_the_paper() -> None:
    """A DOI of a whole proceedings gives no title."""
    paper = apply(article(), answers(crossref={DOI: registered(type="proceedings")}))

    assert paper.title == "Title of the List"
    assert paper.sources["crossref"].fields == ()


def test_empty_fields_overwrite_nothing() -> None:
    """A record without title or authors leaves the list's title."""
    empty = registered(title="", authors=(), published=None)
    paper = apply(article(), answers(crossref={DOI: empty}))

    assert paper.title == "Title of the List"


def test_citations_are_semantic_scholars_before_openalexs() -> None:
    """One count, and where it is from."""
    both = apply(preprint(), answers(semanticscholar=cited(), openalex=indexed()))
    one = apply(preprint(), answers(semanticscholar=DOWN, openalex=indexed()))
    none = apply(preprint(), answers(semanticscholar=cited(citation_count=None)))

    assert (both.citations, one.citations, none.citations) == (500, 300, None)
    assert "citations" in both.sources["semanticscholar"].fields
    assert "citations" not in both.sources["openalex"].fields


def test_zero_citations_are_a_count() -> None:
    """Nought is known, nothing is not."""
    assert apply(preprint(), answers(semanticscholar=cited(citation_count=0))).citations == 0


def test_other_ids_are_kept_by_their_names() -> None:
    """Sorted, so that the same answers give the same bytes."""
    paper = apply(preprint(), answers(openalex=indexed(), semanticscholar=cited(acl="P18-1001")))

    assert paper.identifiers == {
        "acl": "P18-1001",
        "corpus": "7",
        "dblp": "journals/natmi/BranCSBWS24",
        "openalex": "W1",
        "semanticscholar": "abc",
    }
    assert list(paper.identifiers) == sorted(paper.identifiers)


def test_article_learns_its_preprint() -> None:
    """The arXiv id of a paper that the list knows by its DOI."""
    key = f"doi:{DOI}"
    paper = apply(article(), answers(semanticscholar={key: cited()}))

    assert paper.identifiers["arxiv"] == ARXIV_ID


def test_work_with_another_title_is_not_believed() -> None:
    """Some works of OpenAlex have the right DOI and another paper's title."""
    paper = apply(preprint(), answers(openalex=indexed(title="Tools for Quite Another Thing")))

    assert (paper.citations, paper.published_as, paper.identifiers) == (None, None, {})
    assert paper.sources["openalex"] == SourceState(status="found")


@pytest.mark.parametrize(
    ("fields", "believed"),
    [
        ({}, True),
        ({"title": "A New Title"}, True),
        ({"arxiv_id": None}, True),
        ({"arxiv_id": None, "title": "A New Title"}, False),
    ],
)
def test_paper_is_known_by_its_id_or_else_by_its_title(
    fields: dict[str, Any], believed: bool
) -> None:
    """Semantic Scholar repeats the id that was asked, where it has it."""
    paper = apply(preprint(), answers(semanticscholar=cited(**fields)))

    assert (paper.citations == 500) is believed


def test_stale_answer_says_so() -> None:
    """Yesterday's count is kept and marked."""
    stale = Found[CitationRecord](value=cited(), stale=True, as_of=OLD, reason="HTTP 429")
    state = apply(preprint(), answers(semanticscholar=stale)).sources["semanticscholar"]

    assert (state.status, state.stale, state.as_of, state.reason) == (
        "found",
        True,
        OLD,
        "HTTP 429",
    )


# --- published since? -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paper", "given", "source"),
    [
        # the DOI that the authors gave arXiv, and the registry has the title
        (preprint(doi=DOI), {"crossref": {DOI: registered()}}, "crossref"),
        # the publisher names the preprint, under another title
        (
            preprint(entry((f"https://doi.org/{DOI}", "paper"))),
            {"crossref": {DOI: registered(title="Retitled", has_preprint=ARXIV_ID)}},
            "crossref",
        ),
        # Semantic Scholar has both ids in one record; the registry has its title
        (
            preprint(),
            {
                "semanticscholar": cited(title="Retitled since"),
                "crossref": {DOI: registered(title="Retitled since")},
            },
            "crossref",
        ),
        (preprint(), {"semanticscholar": cited()}, "semanticscholar"),
        (preprint(), {"semanticscholar": cited(doi=None)}, "semanticscholar"),
        (preprint(), {"openalex": indexed()}, "openalex"),
        (preprint(doi=DOI, journal="Nat. Mach. Intell. 6"), {}, "arxiv"),
        # the registry cannot be asked
        (preprint(), {"semanticscholar": cited(), "crossref": {DOI: DOWN}}, "semanticscholar"),
    ],
)
def test_published_version_is_asserted_by_a_source(
    paper: Paper, given: dict[str, Any], source: str
) -> None:
    """One record holds both the arXiv id and the DOI, and the best source is named."""
    version = apply(paper, answers(**given)).published_as

    assert version is not None
    assert version.source == source


@pytest.mark.parametrize(
    ("paper", "given"),
    [
        # a title alone
        (preprint(entry((f"https://doi.org/{DOI}", "paper"))), {"crossref": {DOI: registered()}}),
        (preprint(), {"semanticscholar": cited(arxiv_id=None)}),
        (preprint(), {"openalex": indexed(arxiv_id=None)}),
        # the registry speaks against the DOI
        (preprint(doi=DOI, journal="J. 1"), {"crossref": {DOI: registered(title="Another Work")}}),
        (preprint(doi=DOI), {"crossref": {DOI: registered(title=f"{TITLE} II")}}),
        (preprint(), {"semanticscholar": cited(), "crossref": {DOI: registered(title="Another")}}),
        (preprint(doi=DOI), {"crossref": {DOI: registered(is_preprint=True)}}),
        (preprint(doi=DOI), {"crossref": {DOI: registered(type="proceedings")}}),
        # another preprint server is no publisher
        (preprint(), {"semanticscholar": cited(doi="10.2139/ssrn.5186959")}),
        (preprint(), {"openalex": indexed(doi="10.1101/2024.04.01.587366")}),
        # DBLP's entry of arXiv is no publication
        (preprint(), {"semanticscholar": cited(doi=None, dblp="journals/corr/abs-2304-05376")}),
        (preprint(), {"semanticscholar": cited(doi=None, dblp=None)}),
        # authors gave a DOI and no journal, and nobody confirms it
        (preprint(doi=DOI), {}),
        (article(), {"crossref": {DOI: registered()}}),
    ],
)
def test_nothing_else_makes_a_preprint_published(paper: Paper, given: dict[str, Any]) -> None:
    """A title alone never does, and the registry can refute a DOI."""
    assert apply(paper, answers(**given)).published_as is None


def test_preprint_of_another_server_names_its_article() -> None:
    """Crossref's relation is the assertion; the article's own record has the venue."""
    server, journal = "10.1101/2024.04.01.587366", "10.1016/j.xgen.2025.100814"
    own = registered(server, type="posted-content", is_preprint=True, preprint_of=journal)
    given = {server: own, journal: registered(journal, title="Retitled", venue="Cell Genomics")}
    version = apply(article(server), answers(crossref=given)).published_as

    assert version == PublishedVersion(
        venue="Cell Genomics", doi=journal, year=2024, source="crossref"
    )


def test_preprints_year_is_not_the_articles() -> None:
    """Semantic Scholar keeps the preprint's date; another date is the publication's."""
    same = apply(preprint(), answers(semanticscholar=cited())).published_as
    later = cited(publication_date="2024-05-08", year=2024)
    other = apply(preprint(), answers(semanticscholar=later)).published_as

    assert same is not None
    assert same.year is None
    assert other is not None
    assert other.year == 2024


def test_doi_is_filled_in_and_never_replaced() -> None:
    """The list's DOI stands before a source's."""
    filled = apply(preprint(), answers(semanticscholar=cited()))
    kept = replace(preprint(), doi="10.1145/1")

    assert filled.doi == DOI
    assert "doi" in filled.sources["semanticscholar"].fields
    assert apply(kept, answers(semanticscholar=cited())).doi == "10.1145/1"


@pytest.mark.parametrize(
    ("mention", "told"),
    [
        (entry(), True),
        (entry(venue="arXiv 2023"), True),
        (entry(venue="Preprint"), True),
        (entry(venue="Nature Machine Intelligence 2024"), False),
        (entry((f"https://www.nature.com/articles/{DOI[8:]}", "paper")), False),
        (entry((f"https://doi.org/{DOI}", "other")), False),
    ],
)
def test_published_is_told_where_the_list_does_not_say_it(mention: Entry, told: bool) -> None:
    """A mention with a venue or the DOI is up to date."""
    paper = apply(preprint(mention, doi=DOI), answers(crossref={DOI: registered()}))

    assert [one.code for one in paper.findings] == (["published"] if told else [])


def test_published_finding_names_venue_and_doi() -> None:
    """Everything that a maintainer needs, at the entry's place."""
    paper = apply(preprint(doi=DOI), answers(crossref={DOI: registered()}))

    assert paper.findings == (
        Finding(
            code="published",
            severity="info",
            message=(
                f"published since: Nature Machine Intelligence 2024, https://doi.org/{DOI}"
                " (source: Crossref)"
            ),
            list="list",
            line=10,
        ),
    )


def test_year_in_the_venue_is_not_repeated() -> None:
    """Proceedings have it in their names."""
    record = registered(venue="Proceedings of X 2024")
    (finding,) = apply(preprint(doi=DOI), answers(crossref={DOI: record})).findings

    assert "Proceedings of X 2024, https" in finding.message


def test_venue_without_doi_makes_no_finding() -> None:
    """It is in the catalog; a finding needs something to link to."""
    paper = apply(preprint(), answers(semanticscholar=cited(doi=None)))

    assert paper.published_as is not None
    assert paper.findings == ()


# --- retractions and code ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paper", "given", "who"),
    [
        (article(), {"crossref": {DOI: registered(retracted=True)}}, "Crossref"),
        (preprint(doi=DOI), {"crossref": {DOI: registered(retracted=True)}}, "Crossref"),
        (preprint(), {"openalex": indexed(doi=None, is_retracted=True)}, "OpenAlex"),
        (preprint(), {"openalex": indexed(doi=None, title="X", is_retracted=True)}, None),
    ],
)
def test_retraction_is_told(paper: Paper, given: dict[str, Any], who: str | None) -> None:
    """With the source that says so, where it speaks of this paper."""
    findings = [one for one in apply(paper, answers(**given)).findings if one.code == "retracted"]

    assert [one.message for one in findings] == ([f"retracted, according to {who}"] if who else [])


def test_code_is_suggested_where_the_list_has_none() -> None:
    """Hugging Face's hint, with its source, once for each mention."""
    page = HuggingFaceRecord(arxiv_id=ARXIV_ID, title=TITLE, github_repo="Owner/Name")
    paper = apply(preprint(), answers(huggingface=page))
    linked = entry(("https://github.com/owner/name", "code"))
    other = entry(("https://gitlab.com/owner/name", "code"))

    assert [one.code for one in paper.findings] == ["code-suggested"]
    assert paper.identifiers == {"github": "Owner/Name"}
    assert apply(preprint(linked), answers(huggingface=page)).identifiers == {}
    assert apply(preprint(linked), answers(huggingface=page)).findings == ()
    assert apply(preprint(other), answers(huggingface=page)).findings == ()


def test_renamed_repository_is_not_suggested_again() -> None:
    """The paper has it under its new name."""
    part = RepositoryPart(
        full_name="New/Name", url="https://github.com/New/Name", status="found", renamed_from="a/b"
    )
    page = HuggingFaceRecord(arxiv_id=ARXIV_ID, title=TITLE, github_repo="A/B")
    paper = replace(preprint(), repositories=(part,))

    assert apply(paper, answers(huggingface=page)).identifiers == {}


# --- titles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TITLE, TITLE.lower() + ".", True),
        ("Pre-training of Graphs at Scale", "Pretraining of graphs at scale", True),
        ("Recommendation with Language Models", "Recommendations with Language Models", True),
        ("Recommendation with Language Models II", "Recommendation with Language Models", False),
        ("GPT-3 as a Recommender System at Work", "GPT-4 as a Recommender System at Work", False),
        ("A Survey of Recommendation", "A Survey of Reinforcement", False),
        (TITLE, "", False),
    ],
)
def test_titles_agree_up_to_a_slip(one: str, other: str, same: bool) -> None:
    """Another number is another work."""
    assert agrees(one, other) is same
    assert agrees(other, one) is same


def test_long_titles_take_linear_time(growth: Callable[..., float]) -> None:
    """What a list or a record holds cannot make a run slow: long titles are compared in part."""

    def two_titles(words: int) -> tuple[str, str]:
        return "ab " * words, "ba " * words

    assert growth(two_titles, lambda two: agrees(*two), small=150, factor=4) < 12


# --- the catalog ------------------------------------------------------------------------------


def test_supplemented_paper_survives_the_catalog() -> None:
    """Written and read again, it is the same."""
    given = answers(
        semanticscholar=cited(), openalex=indexed(), crossref={DOI: registered()}, huggingface=DOWN
    )
    paper = apply(preprint(doi=DOI), given)
    papers, damaged = parse_lines(Paper, render([paper]))

    assert papers == [paper]
    assert not damaged


def test_applying_twice_changes_nothing() -> None:
    """Findings and fields are not repeated."""
    given = answers(semanticscholar=cited(), crossref={DOI: registered()})
    once = apply(preprint(doi=DOI), given)

    assert apply(once, given) == once


def test_findings_of_others_stay() -> None:
    """Only this stage's codes are its own."""
    other = Finding(code="arxiv-withdrawn", severity="warning", message="x", list="list", line=10)
    paper = replace(preprint(doi=DOI), findings=(other,))
    codes = [one.code for one in apply(paper, answers(crossref={DOI: registered()})).findings]

    assert codes == ["arxiv-withdrawn", "published"]


# --- what a paper says itself -----------------------------------------------------------------


def told(comment: str | None = None, *mentions: Entry, **fields: Any) -> Paper:
    """A paper with this comment, after nobody else was asked."""
    paper = preprint(*mentions)
    assert paper.arxiv is not None
    part = paper.arxiv.model_copy(update={"comment": comment})
    return apply(replace(paper, arxiv=part, **fields), {})


def messages(paper: Paper, code: str) -> list[str]:
    """What is said of a paper under a code."""
    return [one.message for one in paper.findings if one.code == code]


def test_acceptance_is_told_where_the_entry_does_not_say_it() -> None:
    """Out of arXiv's comment, with whose word it is; a workshop is not its conference."""
    accepted = told("Accepted at NeurIPS 2023")
    workshop = told("ICML 2024 Workshop on X")

    assert messages(accepted, "accepted") == [
        "accepted: NeurIPS 2023 (source: its comment on arXiv)"
    ]
    assert accepted.published_as == PublishedVersion(
        venue="NeurIPS 2023",
        doi=None,
        year=2023,
        source="arxiv",
        state="accepted",
        kind="conference",
    )
    assert workshop.published_as is not None
    assert workshop.published_as.kind == "workshop"
    assert told("Accepted at NeurIPS 2023", entry(venue="NeurIPS 2023")).findings == ()
    assert told("Submitted to NeurIPS 2023").published_as is None


def test_a_registry_is_believed_before_the_comment() -> None:
    """Published is more than accepted."""
    paper = preprint(doi=DOI)
    assert paper.arxiv is not None
    part = paper.arxiv.model_copy(update={"comment": "Accepted at NeurIPS 2023"})
    version = apply(replace(paper, arxiv=part), answers(crossref={DOI: registered()})).published_as

    assert version is not None
    assert (version.source, version.state) == ("crossref", "published")


def test_journal_without_a_doi_is_published() -> None:
    """The authors name it; a DOI that the registry refutes takes the journal with it."""
    paper = apply(preprint(journal="Made-Up Letters 6, 12 (2024)"), {})

    assert paper.published_as == PublishedVersion(
        venue="Made-Up Letters 6, 12 (2024)", doi=None, year=2024, source="arxiv", kind="journal"
    )
    assert messages(paper, "published") == [
        "published since: Made-Up Letters 6, 12 (2024) (source: arXiv)"
    ]


@pytest.mark.anyio
async def test_venues_are_no_news_where_a_list_writes_none() -> None:
    """Nobody is told of each of hundreds of papers what the list leaves out on purpose."""
    without = [told("Accepted at NeurIPS 2023", entry(line=n)) for n in range(5)]
    others = [preprint(entry(line=n, venue="ICML 2023" if n % 3 else None)) for n in range(10, 15)]

    def with_venues(papers: Sequence[Paper]) -> Sequence[str]:
        entries = [one for paper in papers for one in paper.mentions]
        return ["list"] if writes_venues(entries) else []

    bare = await supplement(without, {}, Silent(), with_venues=with_venues(without))
    both = [*without, *others]
    mixed = await supplement(both, {}, Silent(), with_venues=with_venues(both))

    assert [one.code for paper in bare.papers for one in paper.findings] == []
    assert [one.code for one in mixed.papers[0].findings] == ["accepted"]


def part(name: str, status: Any = "found", **fields: Any) -> RepositoryPart:
    """A repository that the abstract names."""
    url = f"https://github.com/{name}"
    return RepositoryPart(full_name=name, url=url, status=status, named_by="abstract", **fields)


ABSTRACT = "Our code is available at https://github.com/us/ours."


def test_code_of_the_abstract_is_suggested_where_the_entry_has_none() -> None:
    """As GitHub calls it today; not where the entry has a repository or other code."""
    known = {"abstract": ABSTRACT, "repositories": (part("Us/New", renamed_from="us/ours"),)}
    bare = entry(line=3)
    other = entry(("https://gitlab.com/us/ours", "code"), line=4)
    same = entry(("https://github.com/us/new", "other"), line=5)

    paper = told(None, bare, other, same, **known)

    [finding] = paper.findings
    assert (finding.code, finding.line, finding.message) == (
        "code-suggested",
        3,
        "its abstract names its code",
    )
    assert finding.replacement == "https://github.com/Us/New"


@pytest.mark.parametrize(
    ("status", "codes"),
    [("found", ["code-suggested"]), ("missing", ["code-gone"]), ("failed", []), ("skipped", [])],
)
def test_only_githubs_word_proves_the_code_of_an_abstract(status: Any, codes: list[str]) -> None:
    """What is gone is said of the paper; what was not asked is not."""
    paper = told(None, abstract=ABSTRACT, repositories=(part("us/ours", status),))

    assert [one.code for one in paper.findings] == codes


def test_code_elsewhere_needs_its_services_word_and_models_are_no_code() -> None:
    """GitLab answers for its own; Hugging Face has models and data."""
    text = "Code: https://gitlab.com/us/ours. Models: https://huggingface.co/us/model"
    known = RepositoryPart(
        service="gitlab",
        full_name="us/ours",
        url="https://gitlab.com/us/ours",
        status="found",
        named_by="abstract",
    )

    [finding] = told(None, abstract=text, repositories=(known,)).findings
    assert (finding.code, finding.replacement) == ("code-suggested", "https://gitlab.com/us/ours")
    assert told(None, abstract=text).findings == ()


def test_the_papers_own_word_stands_before_hugging_faces() -> None:
    """One suggestion; where the paper's is gone, Hugging Face's counts."""
    page = answers(huggingface=HuggingFaceRecord(arxiv_id=ARXIV_ID, title=TITLE, github_repo="o/n"))
    own = replace(preprint(), abstract=ABSTRACT, repositories=(part("us/ours"),))
    gone = replace(own, repositories=(part("us/ours", "missing"),))

    assert messages(apply(own, page), "code-suggested") == ["its abstract names its code"]
    assert messages(apply(gone, page), "code-suggested") == [
        "Hugging Face names https://github.com/o/n as its code"
    ]


# --- OpenReview -------------------------------------------------------------------------------

FORUM = "aB-c_1234x"


def reviewed(title: str = TITLE, **fields: Any) -> Paper:
    """An entry's paper that links to its forum, after OpenReview has answered."""
    words = {"venue": "ICLR 2024 poster", "venueid": "ICLR.cc/2024/Conference"} | fields
    record = OpenReviewRecord(id=FORUM, title=title, **words)
    paper = preprint(entry((f"https://openreview.net/forum?id={FORUM}", "paper")))
    return apply(paper, {"openreview": {FORUM: Found(value=record)}})


def test_openreview_tells_where_a_paper_was_accepted() -> None:
    """With its source; the short name and the year are those of the id."""
    paper = reviewed()

    assert paper.published_as == PublishedVersion(
        venue="ICLR 2024", doi=None, year=2024, source="openreview", kind="conference"
    )
    assert messages(paper, "published") == ["published since: ICLR 2024 (source: OpenReview)"]
    assert paper.sources["openreview"].status == "found"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Another Paper Altogether"},
        {"venue": "Submitted to ICLR 2024"},
        {"venueid": "ICLR.cc/2024/Conference/Rejected_Submission"},
        {"venueid": "ICLR.cc/2024/Conference/Withdrawn_Submission"},
        {"venue": "CoRR 2024", "venueid": "dblp.org/journals/CORR/2024"},
        {"venueid": None},
    ],
)
def test_openreview_is_not_believed_about_submissions(fields: dict[str, Any]) -> None:
    """Nor about a forum that has another title."""
    assert reviewed(**fields).published_as is None
