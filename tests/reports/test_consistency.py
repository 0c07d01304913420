"""Wrong papers only with a proof; retitled, shortened, pinned, foreign code."""

from collections.abc import Mapping

import pytest

from pipeline.records.catalog import ArxivPart, Finding, Paper, Resolution, SourceState
from pipeline.records.lists import Entry, Kind, Link, Role
from pipeline.reports.compared import compared, upstream_title
from pipeline.reports.consistency import (
    ids_to_ask,
    titles_to_search,
    with_findings,
)
from pipeline.reports.mentions import other_titles
from pipeline.works.candidates import CandidateWork

OFFICIAL = "Sparse Voting Trees for Tabular Data"
OTHER = "Learning to Rank Songs by Listening Twice"
ABSTRACT = (
    "Tabular data is everywhere, and trees are what serves it best. We grow sparse trees that vote,"
    " and show on forty data sets that few voting leaves are enough to be as good as a forest that"
    " is a hundred times as large, at a fraction of the time."
)


def entry(
    title: str,
    *links: tuple[str, Role],
    line: int = 1,
    name: str | None = None,
    authors: str | None = None,
    kind: Kind = "paper",
    list_: str = "list",
) -> Entry:
    """An entry of a list."""
    return Entry(
        list=list_,
        line=line,
        end_line=line,
        title=title,
        name=name,
        authors=authors,
        kind=kind,
        links=tuple(
            Link(url=url, role=role, line=line, column=n) for n, (url, role) in enumerate(links, 1)
        ),
    )


def linked(title: str, arxiv_id: str = "2301.00001", line: int = 1, **fields: str) -> Entry:
    """An entry with the abstract page of an id."""
    url = f"https://arxiv.org/abs/{arxiv_id}"
    return entry(title, (url, "paper"), line=line, **fields)  # type: ignore[arg-type]


def paper(
    *mentions: Entry,
    title: str = OFFICIAL,
    arxiv_id: str = "2301.00001",
    version: int | None = 1,
    authors: tuple[str, ...] = (),
    abstract: str | None = None,
    asked: bool = True,
    findings: tuple[Finding, ...] = (),
    code: str | None = None,
) -> Paper:
    """A paper with arXiv's answer."""
    source = "arxiv" if asked else None
    return Paper(
        key=f"arxiv:{arxiv_id}",
        title=title,
        authors=authors,
        abstract=abstract,
        arxiv=ArxivPart(id=arxiv_id, version=version, metadata_source=source),
        mentions=mentions,
        resolution=Resolution(status="found", reason_code=code),
        findings=findings,
    )


def found(
    *papers: Paper, first: Mapping[str, str] | None = None, works: tuple[CandidateWork, ...] = ()
) -> list[Finding]:
    """Everything that is found."""
    told = list(with_findings(papers, first or {}, works))
    return [finding for one in told for finding in one.findings]


def codes(*papers: Paper, first: Mapping[str, str] | None = None) -> list[tuple[str, int]]:
    """Codes and lines of what is found."""
    return [(one.code, one.line) for one in found(*papers, first=first)]


def trusted(number: int = 5, names: str = "Eva Strauch") -> list[Paper]:
    """Papers whose entries agree in title and authors, so that the list's authors are believed."""
    titles = [f"A Study of {word}" for word in ("Ash", "Birch", "Elm", "Fir", "Oak")[:number]]
    return [
        paper(
            linked(title, f"2304.0000{n}", line=100 + n, authors=names),
            title=title,
            arxiv_id=f"2304.0000{n}",
            authors=("Eva Strauch",),
        )
        for n, title in enumerate(titles)
    ]


# --- equal, retitled, shortened ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (OFFICIAL, None),
        ("SPARSE voting-trees for **tabular** data.", None),
        ("Voting Trees for Tabular Data", "Sparse"),
    ],
)
def test_equal_titles_are_fine(title: str, name: str | None) -> None:
    """Spellings of the official title, and the title behind a name in its own column."""
    given = linked(title, name=name) if name else linked(title)

    assert found(paper(given)) == []


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Sparse Trees for Tabular Data", "shortened"),
        ("Voting Trees for Tabular Data", "shortened"),
        ("Sparse Voting Trees on Tabular Data", "retitled"),
        ("Few Leaves Are Enough", "retitled"),
        ("Sparse Voting Trees 2 for Tabular Data", "retitled"),
    ],
)
def test_other_titles_are_remarks(title: str, code: str) -> None:
    """Without a proof a difference is no error, and the official title is what to write."""
    (one,) = found(paper(linked(title)))

    assert (one.code, one.severity, one.replacement) == (code, "info", OFFICIAL)
    assert one.url == "https://arxiv.org/abs/2301.00001"


def test_missing_number_is_not_shortening() -> None:
    """A follow-up's original is not short for it."""
    title = f"{OFFICIAL}++"

    assert codes(paper(linked(OFFICIAL), title=title)) == [("retitled", 1)]


@pytest.mark.parametrize("title", ["Sparse Voting Trees", "Trees"])
def test_names_alone_are_no_titles(title: str) -> None:
    """A list that gives names of the papers is left alone."""
    assert found(paper(linked(title))) == []


@pytest.mark.parametrize("kind", ["dataset", "benchmark", "tool"])
def test_only_papers_are_compared(kind: Kind) -> None:
    """A data set is called otherwise than its paper."""
    given = entry("Songs", ("https://arxiv.org/abs/2301.00001", "paper"), kind=kind)

    assert found(paper(given)) == []


def test_without_an_upstream_title_nothing_is_said() -> None:
    """What arXiv could not be asked proves nothing."""
    given = paper(linked(OTHER), asked=False)

    assert upstream_title(given) is None
    assert found(given) == []
    assert ids_to_ask(compared([given])) == ()


def test_title_of_a_registry_is_upstream() -> None:
    """A paper with a DOI has its title from the registry."""
    registered = Paper(
        key="doi:10.1/x",
        title=OFFICIAL,
        doi="10.1/x",
        mentions=(entry("Few Leaves Are Enough", ("https://doi.org/10.1/x", "paper")),),
        resolution=Resolution(status="found"),
        sources={"crossref": SourceState(status="found", fields=("title",))},
    )

    assert codes(registered) == [("retitled", 1)]


# --- the two proofs, and what is none ---------------------------------------------------------


def test_other_title_beside_the_official_one_is_information() -> None:
    """Two entries, one id, and the title of one of them: the same work by all that is known."""
    (one,) = found(
        paper(linked(OTHER, line=3), linked(OFFICIAL, line=9), linked(OFFICIAL, line=12))
    )

    assert (one.code, one.severity, one.line) == ("same-id-two-titles", "info", 3)
    assert "list:9" in one.message
    assert one.replacement is None


NICKNAMES = [
    "kNN-LM",
    "RETRO",
    "REALM",
    "RAG",
    "FiD",
    "Atlas",
    "DPR",
    "ColBERT v2",
    "T5",
    "Toolformer",
]


def test_nicknames_beside_official_titles_are_the_same_work() -> None:
    """A section "Must read" names ten papers as everybody does; none of the links is wrong."""
    papers = [
        paper(
            linked(nickname, f"2301.0000{n}", line=n + 1),
            linked(f"{word} Official Title of a Paper", f"2301.0000{n}", line=50 + n),
            title=f"{word} Official Title of a Paper",
            arxiv_id=f"2301.0000{n}",
            abstract=ABSTRACT,
        )
        for n, (nickname, word) in enumerate(zip(NICKNAMES, "ABCDEFGHIJ", strict=True))
    ]

    assert found(*papers) == []
    assert {one.severity for work in papers for one in other_titles(work.mentions)} == {"info"}


@pytest.mark.parametrize(
    ("version", "first", "abstract", "code"),
    [
        (1, None, None, "same-id-two-titles"),
        (2, OFFICIAL, None, "same-id-two-titles"),
        (2, None, None, "retitled"),
        (4, OFFICIAL, None, "retitled"),
        (None, None, None, "retitled"),
        (4, OFFICIAL, ABSTRACT, "same-id-two-titles"),
        (4, None, ABSTRACT, "same-id-two-titles"),
        (4, OTHER, ABSTRACT, "retitled"),
        (2, OTHER, None, "retitled"),
    ],
)
def test_shared_id_is_doubted_only_where_no_version_explains_it(
    version: int | None, first: str | None, abstract: str | None, code: str
) -> None:
    """All titles that the paper has had are others, or its abstract is about something else."""
    given = paper(linked(OTHER), linked(OFFICIAL, line=2), version=version, abstract=abstract)
    titles = {"2301.00001": first} if first else {}

    assert (code, 1) in codes(given, first=titles)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Few Voting Leaves Are Enough: Small Trees, Large Forest", ""),  # its abstract says so
        ("Sparse Voting Trees for Tables and Data", ""),
        (f"VOTE: {OFFICIAL}", ""),
        (OTHER, "A. Baum, B. Wald"),
    ],
)
def test_shared_id_of_one_work_under_two_titles_is_no_error(title: str, names: str) -> None:
    """What abstract, title, name or authors connect with the paper is the paper."""
    authors = ("Anna Baum", "Bert Wald")
    given = paper(
        linked(title, authors=names), linked(OFFICIAL, line=2), abstract=ABSTRACT, authors=authors
    )

    assert {("wrong-paper", 1), ("same-id-two-titles", 1)}.isdisjoint(codes(given))


def test_shared_id_and_shared_code_are_one_work() -> None:
    """Two entries with one repository are the preprint and what became of it."""
    code: tuple[str, Role] = ("https://github.com/o/trees", "code")
    url: tuple[str, Role] = ("https://arxiv.org/abs/2301.00001", "paper")
    given = paper(entry(OTHER, url, code), entry(OFFICIAL, url, code, line=2))

    assert codes(given) == [("retitled", 1)]


def test_title_of_another_id_is_a_wrong_paper() -> None:
    """The right id is what to write; the remark about two ids of one title is superseded."""
    remark = Finding(
        code="same-title-two-ids", severity="warning", message="m", list="list", line=2
    )
    wrong = paper(linked(OTHER), version=7, findings=(remark.model_copy(update={"line": 1}),))
    right = paper(
        linked(OTHER, "2302.00002", line=2),
        title=OTHER,
        arxiv_id="2302.00002",
        findings=(remark,),
    )
    (one,) = found(wrong, right)

    assert (one.code, one.line) == ("wrong-paper", 1)
    assert one.replacement == "https://arxiv.org/abs/2302.00002"
    assert one.url == "https://arxiv.org/abs/2301.00001"


def test_title_that_a_search_finds_elsewhere_is_a_wrong_paper() -> None:
    """The other paper need not be in a list."""
    work = CandidateWork(key="arxiv:2302.00002", title=OTHER)
    (one,) = found(paper(linked(OTHER)), works=(work,))

    assert one.replacement == "https://arxiv.org/abs/2302.00002"


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Deep Learning", ["arxiv:2302.00002"]),  # too short
        ("Introduction to the Special Issue", ["arxiv:2302.00002"]),  # many are called so
        (OTHER, ["doi:10.1/x"]),  # perhaps the same paper, published
        (OTHER, ["arxiv:2302.00002", "arxiv:2302.00003"]),  # which?
        (OTHER, ["arxiv:2301.00001"]),  # itself
    ],
)
def test_title_elsewhere_must_be_one_other_paper(title: str, keys: list[str]) -> None:
    """Short and general titles, another scheme and two other papers prove nothing."""
    works = tuple(CandidateWork(key=key, title=title) for key in keys)

    assert "wrong-paper" not in [one.code for one in found(paper(linked(title)), works=works)]


def test_old_title_is_no_mistake_though_another_paper_has_it() -> None:
    """Version 1 beats every proof."""
    work = CandidateWork(key="arxiv:2302.00002", title=OTHER)
    given = paper(linked(OTHER, authors="C. Other"), authors=("Anna Baum",), version=3)
    (one,) = found(given, first={"2301.00001": OTHER.upper()}, works=(work,))

    assert (one.code, one.severity, one.replacement) == ("retitled", "info", OFFICIAL)
    assert "version 1" in one.message


@pytest.mark.parametrize(
    ("title", "authors", "code"),
    [
        (OTHER, "Carl Else, Dora More", "wrong-paper"),
        (OTHER, "Carl Else, Anna Baum", "retitled"),
        (OTHER, "Baum et al.", "retitled"),
        (OTHER, "The Forest Team", "retitled"),
        ("Sparse Voting Trees for Tables", "Carl Else, Dora More", "retitled"),
    ],
)
def test_other_authors_of_an_unlike_title_are_a_wrong_paper(
    title: str, authors: str, code: str
) -> None:
    """Nobody in common, and a title that is not alike."""
    given = paper(linked(title, authors=authors), authors=("Anna Baum", "Bert Wald"), version=5)

    assert codes(given, *trusted()) == [(code, 1)]


@pytest.mark.parametrize(
    ("title", "names", "authors", "number"),
    [
        (OTHER, "Carl Else", ("Anna Baum",), 4),  # too few tell what a list calls authors
        (OTHER, "Alibaba, Tsinghua", ("Anna Baum",), 0),
        (OTHER, "Bob Baum", ("Robert Baum",), 5),  # a short form
        (OTHER, "Baum Bob", ("Robert Baum",), 5),  # last name first
        (OTHER, "张三, 李四", ("San Zhang", "Si Li"), 5),
        ("基于图网络的推荐系统研究", "张三, 李四", ("San Zhang", "Si Li"), 5),
        ("基于图网络的推荐系统研究", "Carl Else", ("San Zhang", "Si Li"), 5),
    ],
)
def test_authors_that_may_be_the_same_prove_nothing(
    title: str, names: str, authors: tuple[str, ...], number: int
) -> None:
    """Organisations, short forms and other scripts are no other persons."""
    given = paper(linked(title, authors=names), authors=authors)

    assert codes(given, *trusted(number)) == [("retitled", 1)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [("基于图网络的推荐系统研究综述", [("retitled", 1)]), ("KDD 2019", []), ("NeurIPS 2020", [])],
)
def test_shared_id_says_nothing_of_what_is_no_title_or_a_translation(
    title: str, expected: list[tuple[str, int]]
) -> None:
    """Another script cannot be compared, and a venue with its year names no paper."""
    assert codes(paper(linked(title), linked(OFFICIAL, line=2))) == expected


def test_a_venue_is_not_searched() -> None:
    """Nobody looks for a paper that is called like a conference."""
    assert titles_to_search(compared([paper(linked("KDD 2019"))]), {}) == ()


def test_authors_that_are_wrong_everywhere_prove_nothing() -> None:
    """A column of organisations contradicts the entries of equal title too."""
    given = paper(linked(OTHER, authors="Waldwerk"), authors=("Anna Baum",))

    assert codes(given, *trusted()) == [("wrong-paper", 1)]
    assert codes(given, *trusted(names="Waldwerk")) == [("retitled", 1)]


def test_word_of_a_person_counts() -> None:
    """Where a person has chosen the paper, nothing proves the contrary."""
    given = paper(linked(OTHER, line=3), linked(OFFICIAL, line=9), code="HUMAN")

    assert codes(given) == [("retitled", 3)]


def test_entry_without_the_id_is_never_wrong() -> None:
    """An entry that was joined by its title has no link to correct."""
    given = paper(entry(OTHER, line=3), linked(OFFICIAL, line=9))

    assert codes(given) == [("retitled", 3)]


def test_two_titles_of_one_id_are_said_once() -> None:
    """With the official title at hand the comparison of entries with each other is superseded."""
    remark = Finding(code="same-id-two-titles", severity="warning", message="m", list="l", line=9)
    mentions = (linked(OTHER, line=3), linked(OFFICIAL, line=9))

    assert codes(paper(*mentions, findings=(remark,))) == [("same-id-two-titles", 3)]
    assert codes(paper(*mentions, findings=(remark,), asked=False)) == [("same-id-two-titles", 9)]


# --- what is asked ----------------------------------------------------------------------------


def test_only_unexplained_versions_are_asked() -> None:
    """Not for equal titles, nor where the paper has one version only."""
    papers = [
        paper(linked(OFFICIAL), arxiv_id="2301.00001", version=2),
        paper(linked(OTHER, "2301.00002"), arxiv_id="2301.00002", version=1),
        paper(linked(OTHER, "2301.00003"), arxiv_id="2301.00003", version=2),
        paper(linked(OTHER, "2301.00004"), arxiv_id="2301.00004", version=None),
    ]

    assert ids_to_ask(compared(papers)) == ("2301.00003", "2301.00004")


def test_only_suspects_are_searched() -> None:
    """Not what is shortened or was once called so."""
    papers = [
        paper(linked("Voting Trees for Tabular Data")),
        paper(linked("Few Leaves Are Enough", "2301.00002"), arxiv_id="2301.00002", version=2),
        paper(linked(OTHER, "2301.00003"), arxiv_id="2301.00003"),
    ]

    assert titles_to_search(compared(papers), {"2301.00002": "Few leaves are enough"}) == (OTHER,)


# --- links ------------------------------------------------------------------------------------

ABS = "https://arxiv.org/abs/2301.00001"


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ([ABS], []),
        (["https://arxiv.org/pdf/2301.00001.pdf"], ["pdf-link"]),
        (["https://arxiv.org/abs/2301.00001v2"], ["version-pinned"]),
        (["https://arxiv.org/pdf/2301.00001v2"], ["version-pinned"]),
        (["https://arxiv.org/pdf/2301.00001", "https://arxiv.org/abs/2301.00001v1"], ["pdf-link"]),
        (["https://arxiv.org/pdf/2301.00001", ABS], []),
        (["https://huggingface.co/papers/2301.00001"], []),
        (["https://arxiv.org/html/2301.00001v1/x1.png"], []),
    ],
)
def test_one_link_of_an_entry_could_be_simpler(urls: list[str], expected: list[str]) -> None:
    """Version or PDF, said once; nothing where the abstract page stands beside it."""
    given = entry(OFFICIAL, *((url, "paper") for url in urls))
    told = found(paper(given))

    assert [one.code for one in told] == expected
    assert [(one.severity, one.url, one.replacement) for one in told] == [
        ("info", urls[0], ABS) for _ in expected
    ]


def test_link_to_another_paper_is_not_simplified() -> None:
    """The simpler link would be as wrong, or as doubtful."""
    wrong = entry(OTHER, ("https://arxiv.org/pdf/2301.00001v1", "paper"), line=3)
    work = CandidateWork(key="arxiv:2302.00002", title=OTHER)

    assert codes(paper(wrong, linked(OFFICIAL, line=9))) == [("same-id-two-titles", 3)]
    assert [one.code for one in found(paper(wrong), works=(work,))] == ["wrong-paper"]


def test_placeholder_is_named() -> None:
    """A template's id is no link."""
    url = "https://arxiv.org/abs/2401.XXXXX"
    given = Paper(
        key="title:0",
        title=OTHER,
        mentions=(entry(OTHER, (url, "paper"), line=4),),
        resolution=Resolution(status="skipped"),
    )
    (one,) = found(given)

    assert (one.code, one.severity, one.line, one.url) == ("placeholder-link", "warning", 4, url)


# --- code -------------------------------------------------------------------------------------

REPOSITORY = "https://github.com/o/VoTree"


def owner(**fields: object) -> Paper:
    """The paper that the repository is named after."""
    title = f"VoTree: {OFFICIAL}"
    given = entry(title, (ABS, "paper"), (REPOSITORY, "code"), line=50)
    return paper(given, title=title, **fields)  # type: ignore[arg-type]


def user(number: int, title: str = OTHER, url: str = REPOSITORY, **fields: object) -> Paper:
    """Another paper with the same code link."""
    id_ = f"2302.{number:05}"
    given = entry(title, (f"https://arxiv.org/abs/{id_}", "paper"), (url, "code"), line=number)
    return paper(given, title=title, arxiv_id=id_, **fields)  # type: ignore[arg-type]


def test_code_of_another_entry_is_named() -> None:
    """The repository is called what another paper is called, and nothing here is."""
    (one,) = found(owner(), user(7))

    assert (one.code, one.severity, one.line) == ("foreign-code-link", "warning", 7)
    assert one.url == REPOSITORY
    assert "list:50" in one.message


@pytest.mark.parametrize(
    "papers",
    [
        [owner(authors=("Anna Baum",)), user(7, authors=("A. Baum", "C. Else"))],  # one group
        [owner(), user(7, title="A VoTree That Grows on Songs")],  # builds on it
        [owner(), user(7, url=f"{REPOSITORY}/tree/main/songs")],  # its own folder there
        [owner(), user(7), user(8, "A Map of Lakes"), user(9, "On Moss")],  # a framework
        [user(6, "On Ferns and Moss"), user(7)],  # named after neither
    ],
)
def test_shared_code_is_not_foreign(papers: list[Paper]) -> None:
    """Groups share repositories, and many works live in frameworks."""
    assert found(*papers) == []


def test_repository_named_after_a_tool_is_no_papers() -> None:
    """A tool without a paper is a framework."""
    tool = Paper(
        key="github:o/votree",
        kind="tool",
        title="VoTree",
        mentions=(entry("VoTree", (REPOSITORY, "code"), kind="tool", line=50),),
        resolution=Resolution(status="found"),
    )

    assert found(tool, user(7)) == []


# --- all of it --------------------------------------------------------------------------------


def test_comparing_again_changes_nothing() -> None:
    """The same findings in the same order, and those of others stay."""
    before = Finding(code="arxiv-withdrawn", severity="warning", message="m", list="list", line=1)
    papers = [
        paper(linked(OTHER, line=3), linked(OFFICIAL, line=9), findings=(before,)),
        user(7, "Songs That Nobody Hears"),
    ]
    once = list(with_findings(papers, {}))

    assert list(with_findings(once, {})) == once
    assert [one.code for one in once[0].findings] == ["arxiv-withdrawn", "same-id-two-titles"]


def test_order_of_the_papers_does_not_matter() -> None:
    """What is found of a paper is the same wherever it stands."""
    papers = [paper(linked(OTHER)), user(7), owner(arxiv_id="2301.00009")]
    there = {one.key: one.findings for one in with_findings(papers, {})}
    back = {one.key: one.findings for one in with_findings(papers[::-1], {})}

    assert there == back


def test_a_wrong_link_gets_no_venue_or_code_of_its_paper() -> None:
    """They are those of the paper that the entry does not mean."""
    said = tuple(
        Finding(code=code, severity="info", message=code, list="list", line=line)
        for code in ("accepted", "code-suggested", "arxiv-withdrawn")
        for line in (1, 2)
    )
    wrong, right = linked(OTHER, line=1), linked(OFFICIAL, line=2)
    work = CandidateWork(key="arxiv:2301.00009", title=OTHER)

    told = found(paper(wrong, right, findings=said), works=(work,))

    assert {(one.code, one.line) for one in told} >= {
        ("wrong-paper", 1),
        ("accepted", 2),
        ("code-suggested", 2),
        ("arxiv-withdrawn", 1),
    }
    assert not {("accepted", 1), ("code-suggested", 1)} & {(one.code, one.line) for one in told}
