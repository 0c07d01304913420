"""A small catalog built by hand: a preprint, a published paper, a data set, a hostile entry."""

from pipeline.formats.exports.works import Work, works_of
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    PublishedVersion,
    RepositoryPart,
    Resolution,
)
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, Link
from pipeline.works.summary import summed_up
from tests.formats.telling import HOSTILE

FOUND = Resolution(status="found", method="link", confidence=1.0)


def entry(
    title: str,
    line: int,
    *urls: str,
    name: str = "seeds",
    section: tuple[str, ...] = ("Papers", "Ranking"),
    authors: str | None = None,
    venue: str | None = None,
    year: int | None = None,
) -> Entry:
    """A mention whose first link is the paper, the others code."""
    return Entry(
        list=name,
        line=line,
        end_line=line,
        title=title,
        section=section,
        authors=authors,
        venue=venue,
        year=year,
        links=tuple(
            Link(url=url, role="code" if number else "paper", line=line, column=3 + 50 * number)
            for number, url in enumerate(urls)
        ),
    )


ATTENTION = Paper(
    key="arxiv:1706.03762",
    title="Attention Is All You Need",
    authors=("Ashish Vaswani", "Łukasz Kaiser", "Google Brain Team"),
    abstract="The dominant models\n  are based on networks.",
    published="2017-06-12",
    updated="2023-08-02",
    arxiv=ArxivPart(
        id="1706.03762",
        version=7,
        primary_category="cs.CL",
        categories=("cs.CL", "cs.LG"),
        comment="15 pages, 5 figures",
    ),
    repositories=(
        RepositoryPart(
            full_name="tensorflow/tensor2tensor",
            url="https://github.com/tensorflow/tensor2tensor",
            status="found",
            stars=15000,
            archived=True,
            pushed_at="2023-07-01T00:00:00Z",
        ),
    ),
    mentions=(
        entry(
            "Attention is all you need",
            4,
            "https://arxiv.org/abs/1706.03762",
            "https://github.com/tensorflow/tensor2tensor",
            venue="arXiv 2017",
        ),
        entry("Attention", 9, "https://arxiv.org/abs/1706.03762", name="other", section=()),
    ),
    resolution=FOUND,
)
PUBLISHED = Paper(
    key="doi:10.1145/3539618.3591600",
    title="100% Recall_at_k & $O(n^2)$ BERT-like 3D Ranking",
    authors=("Ludwig van Beethoven", "Ñandú, José"),
    doi="10.1145/3539618.3591600",
    published_as=PublishedVersion(
        venue="SIGIR 2023", doi="10.1145/3539618.3591600", year=2023, source="crossref"
    ),
    mentions=(entry("Ranking", 5, "https://doi.org/10.1145/3539618.3591600", year=2022),),
    resolution=FOUND,
)
DATASET = Paper(
    key="title:0011",
    kind="dataset",
    title="MovieLens",
    mentions=(entry("MovieLens", 7, "https://grouplens.org/datasets/movielens/"),),
    resolution=Resolution(status="review"),
)
ATTACK = Paper(
    key="title:ffff",
    title=f"=HYPERLINK(1) {HOSTILE}",
    abstract=HOSTILE,
    mentions=(
        entry(HOSTILE, 8, "javascript:alert(1)", section=(HOSTILE,), authors="=1+1, @SUM(2)"),
    ),
    resolution=Resolution(status="missing"),
    findings=(Finding(code="not-found", severity="error", message=HOSTILE, list="seeds", line=8),),
)
PAPERS = tuple(map(summed_up, (ATTENTION, PUBLISHED, DATASET, ATTACK)))
"""In the order of their keys."""
LINKS = (
    LinkHealth(
        url="https://grouplens.org/datasets/movielens/",
        verdict="dead",
        reason_code="not-found",
        reason="The server reports that the page does not exist (404).",
        evidence="http",
    ),
    LinkHealth(
        url="https://arxiv.org/abs/1706.03762",
        verdict="alive",
        reason_code="ok",
        reason="",
        evidence="arxiv",
    ),
)


def works() -> tuple[Work, ...]:
    """The whole catalog."""
    return tuple(works_of(PAPERS, LINKS))


def work(paper: Paper) -> Work:
    """One paper alone."""
    (only,) = works_of((summed_up(paper),), LINKS)
    return only
