"""Who is named as a work that nobody knows: older papers that nothing speaks for, and no others."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Entry, Kind, Link, Role
from pipeline.reports.unverified import findings, is_in_doubt, is_spoken_for, may_be_of, may_mean

TITLE = "Gated Attention for Long Term Weather Maps"
YEAR = 2026
PAGE = "https://lab.example/weather"
UNKNOWN = Resolution(status="missing", reason_code="NO_CANDIDATE")


def entry(
    title: str = TITLE, *, role: Role = "paper", url: str | None = None, **said: object
) -> Entry:
    """A reference of 2021, as a list gives it."""
    links = () if url is None else (Link(url=url, role=role, line=3, column=9),)
    fields = {"authors": "Ann Author, Bo Writer", "venue": "KDD 2021", "year": 2021, **said}
    return Entry(list="a", line=3, end_line=3, title=title, links=links, **fields)  # type: ignore[arg-type]


def paper(*mentions: Entry, key: str = "title:abc", kind: Kind = "paper") -> Paper:
    """A paper that the title search did not find."""
    return Paper(key=key, kind=kind, title=mentions[0].title, mentions=mentions, resolution=UNKNOWN)


def test_an_older_reference_that_nobody_knows_is_in_doubt() -> None:
    """It has a title, authors or a venue, and a year that gives registries time."""
    assert is_in_doubt(paper(entry()), YEAR)
    assert is_in_doubt(paper(entry(authors=None)), YEAR)
    assert is_in_doubt(paper(entry(venue=None)), YEAR)
    assert is_in_doubt(paper(entry(year=None, venue="NeurIPS 2022")), YEAR)
    assert is_in_doubt(paper(entry(year=None, venue="KDD", added=date(2023, 5, 1))), YEAR)


@pytest.mark.parametrize(
    "said",
    [
        {"year": 2026},
        {"year": 2025},
        {"year": 2021, "venue": "to appear, 2026"},
        {"year": None, "venue": "KDD"},
        {"year": None, "venue": "KDD", "added": date(2025, 2, 1)},
        {"venue": "MIT Press"},
        {"venue": "PhD thesis, ETH"},
        {"venue": "Company Blog"},
        {"venue": "NeurIPS Workshop 2021"},
        {"venue": "CEUR-WS 2021"},
        {"venue": "Technical report"},
        {"venue": "under review"},
        {"section": ("Reading", "Books")},
        {"section": ("Talks and Slides",)},
        {"section": ("Datasets",)},
        {"section": ("Software",)},
        {"columns": {"Type": "blog post"}},
        {"authors": None, "venue": None},
        {"named": ("doi:10.1000/1",)},
        {"stale": True},
        {"kind": "dataset"},
        {"role": "video", "url": PAGE},
        {"role": "blog", "url": PAGE},
        {"title": "Weather Maps"},
        {"title": f"{TITLE}, Ann Author, Bo Writer"},
        {"title": f"Author et al., {TITLE}"},
        {"title": f"Ann Author, Bo Writer: {TITLE}"},
        {"title": f"{TITLE}. KDD 2021"},
        {"title": f"“{TITLE}” by somebody"},
        {"title": "Learning Weather Maps: A Dissertation in Four Parts"},
        {"title": "用于推荐系统的大型语言模型综述与展望"},
    ],
)
def test_what_no_registry_need_have_is_never_in_doubt(said: dict[str, object]) -> None:
    """New work, books, theses, posts, talks, data, reports, and what tells too little."""
    assert not is_in_doubt(paper(entry(**said)), YEAR)  # type: ignore[arg-type]


def test_one_entry_with_a_reason_spares_the_work() -> None:
    """Two lists have it, and one of them calls it new."""
    assert not is_in_doubt(paper(entry(), replace(entry(year=2026), list="b")), YEAR)


@pytest.mark.parametrize(
    "known",
    [
        Resolution(status="failed", reason_code="SOURCE_FAILED"),
        Resolution(status="skipped", reason_code="NOT_ASKED"),
        Resolution(status="review", reason_code="RETITLED"),
        Resolution(status="missing", reason_code="HUMAN"),
        Resolution(status="missing", reason_code="REJECTED"),
        Resolution(status="missing", reason_code="NO_SUCH_ID"),
    ],
)
def test_only_a_search_in_vain_raises_doubt(known: Resolution) -> None:
    """Nothing is said where a source failed, or a person has decided."""
    assert not is_in_doubt(replace(paper(entry()), resolution=known), YEAR)


def test_a_work_with_an_identifier_is_not_in_doubt() -> None:
    """What became of the identifier is said elsewhere."""
    assert not is_in_doubt(paper(entry(), key="doi:10.1000/1"), YEAR)


def spoken_for(verdict: Verdict, page_title: str | None, role: Role = "paper") -> bool:
    """Whether a link with a verdict and a page title speaks for the paper."""
    health = LinkHealth(url=PAGE, verdict=verdict, reason_code="ok", reason="", evidence="http")
    titles = {} if page_title is None else {PAGE: page_title}
    return is_spoken_for(paper(entry(role=role, url=PAGE)), {PAGE: health}, titles)


@pytest.mark.parametrize(
    ("verdict", "page_title", "speaks"),
    [
        ("alive", None, True),  # a PDF, or a repository
        ("alive", f"{TITLE} | Proceedings of KDD", True),
        ("moved", "[KDD'21] Gated Attention for Long-Term Weather Maps", True),
        ("alive", "KDD 2021 Open Access Repository", True),
        ("alive", "weather.pdf - Google Drive", True),
        ("alive", "Home", True),
        ("alive", "Bakery of the Old Town: Bread and Cakes", False),
        ("dead", None, False),
        ("malformed", None, False),
        ("blocked", None, True),
        ("failing", None, True),
        ("unknown", None, True),
        ("skipped", None, True),
    ],
)
def test_a_page_that_may_be_the_works_own_speaks_for_it(
    verdict: Verdict, page_title: str | None, *, speaks: bool
) -> None:
    """A page that is there, unless its title is another's; one that could not be seen may be it."""
    assert spoken_for(verdict, page_title) is speaks


def test_a_work_without_links_has_nobody_to_speak_for_it() -> None:
    """As most made-up references are."""
    assert not is_spoken_for(paper(entry()), {}, {})


def test_a_page_about_half_of_the_title_is_its_own() -> None:
    """Names before a colon come and go."""
    assert may_be_of("WeatherGate: " + TITLE, TITLE)
    assert not may_be_of("Sparse Voting Trees for Tabular Data", TITLE)


@pytest.mark.parametrize(
    ("title", "known", "part"),
    [
        (
            "Universal Adversarial Attacks on Models",
            "Universal and Transferable Adversarial Attacks on Aligned Language Models",
            True,
        ),
        (f"{TITLE} with pictures by its authors", TITLE, True),
        (TITLE, "Weather Maps", False),
        (TITLE, "Maps of the Weather", False),
        (
            "Universal Adversarial LLM Attacks",
            "Universal and Transferable Adversarial Attacks on Aligned Language Models",
            True,
        ),
        ("Sparse Voting Maps for Weather Data", "Sparse Voting Trees for Tabular Data", True),
        ("Gated Maps of Tabular Trees", "Sparse Voting Trees for Tabular Data", False),
    ],
)
def test_a_title_may_be_a_known_one_cut_short_or_with_more_around_it(
    title: str, known: str, *, part: bool
) -> None:
    """Curators shorten titles, and what stands beside one may be read as a part of it."""
    assert may_mean(title, known) is part


def test_the_finding_says_who_was_asked_and_blames_nobody() -> None:
    """At every entry; the word is “could not be verified”."""
    two = paper(entry(), replace(entry(), list="b", line=9))

    found = list(findings(two, ("datacite-search", "arxiv-search", "crossref-search")))

    assert [(one.code, one.severity, one.list, one.line) for one in found] == [
        ("unverified", "warning", "a", 3),
        ("unverified", "warning", "b", 9),
    ]
    assert found[0].message == (
        "the work could not be verified: arXiv, Crossref and DataCite were asked for this title"
        " and know none"
    )
