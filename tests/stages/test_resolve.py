"""Tests of `pipeline.stages.resolve`."""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeVar

import pytest

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry, Kind, Link, ParsedList, Role
from pipeline.stages.parse import parse
from pipeline.stages.resolve import by_link, former_keys, resolve
from pipeline.storage.spool import Spool
from pipeline.works.known import LastCatalog
from pipeline.works.titles import title_digest

A = TypeVar("A")
B = TypeVar("B")

ARXIV = "https://arxiv.org/abs/"
LONG = "A Long Title of a Paper"
OTHER = "Quite Another Title of Some Other Work"


def entry(
    line: int,
    title: str = LONG,
    *links: str,
    name: str | None = None,
    kind: Kind = "paper",
    authors: str | None = None,
    venue: str | None = None,
    list_: str = "a",
) -> Entry:
    """Build an entry; a link is `role url`."""
    parts = [link.split(" ", 1) for link in links]
    return Entry(
        list=list_,
        line=line,
        end_line=line,
        title=title,
        name=name,
        kind=kind,
        authors=authors,
        venue=venue,
        links=tuple(
            Link(url=url, role=_role(role), line=line, column=10 * number + 1)
            for number, (role, url) in enumerate(parts)
        ),
    )


def _role(text: str) -> Role:
    roles: dict[str, Role] = {
        role: role for role in ("paper", "code", "project", "data", "blog", "other")
    }
    return roles[text]


def papers(*entries: Entry) -> Sequence[Paper]:
    """Resolve entries, each in the list that it names: in memory, and on disk in small shares."""
    names = list(dict.fromkeys(item.list for item in entries))
    lists = [
        ParsedList(name=name, entries=tuple(item for item in entries if item.list == name))
        for name in names
    ]
    found = resolve(lists)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_link, "SHARE", 2)
        on_disk = resolve(Spool(ParsedList, lists), keep=Spool, spread=afar)
    assert list(on_disk) == found
    return found


def afar(
    function: Callable[[A], B], chunks: Iterable[A], *, weigh: Callable[[A], int]
) -> Iterator[tuple[A, B]]:
    """Work on chunks as another process does: what goes there and comes back is pickled."""
    for chunk in chunks:
        assert weigh(chunk) > 0
        call, given = pickle.loads(pickle.dumps((function, chunk)))  # noqa: S301
        yield chunk, pickle.loads(pickle.dumps(call(given)))  # noqa: S301


def keys(*entries: Entry) -> list[str]:
    """Keys of the papers that entries resolve to."""
    return [paper.key for paper in papers(*entries)]


def test_an_entry_with_an_arxiv_link() -> None:
    """The id in the paper link is the key; what upstream knows is left open."""
    (paper,) = papers(entry(123, LONG, f"paper {ARXIV}2305.00447v2", "code https://github.com/O/R"))

    assert paper.key == "arxiv:2305.00447"
    assert paper.title == LONG
    assert paper.arxiv is not None
    assert (paper.arxiv.id, paper.arxiv.version) == ("2305.00447", None)
    assert asdict(paper.resolution) == {
        "status": "found",
        "method": "link",
        "confidence": 1.0,
        "evidence": ("arxiv.org/abs/2305.00447 in a:123",),
        "candidates": (),
        "reason_code": "LINK_ID",
    }
    (repository,) = paper.repositories
    assert (repository.full_name, repository.url) == ("O/R", "https://github.com/O/R")
    assert (repository.status, repository.reason) == ("skipped", "not asked yet")


@pytest.mark.parametrize(
    ("links", "key"),
    [
        (["paper https://doi.org/10.1145/1.2"], "doi:10.1145/1.2"),
        (["paper https://dl.acm.org/doi/abs/10.1145/1.2", f"paper {ARXIV}2305.00447"], None),
        (["paper https://openreview.net/forum?id=hFx3fY7-m9b"], "openreview:hFx3fY7-m9b"),
        (["paper https://aclanthology.org/P18-1001/"], "acl:P18-1001"),
        (
            [
                "paper https://aclanthology.org/P18-1001/",
                "paper https://openreview.net/pdf?id=abcdefg",
            ],
            "openreview:abcdefg",
        ),
        (["paper https://doi.org/10.48550/arXiv.2305.00447"], None),
        ([f"other {ARXIV}2305.00447"], None),
        ([f"project {ARXIV}2305.00447", f"code {ARXIV}2305.00447v1"], None),
        ([f"paper {ARXIV}2305.00447", f"other {ARXIV}2305.00001"], None),
        ([f"paper {ARXIV}2305.00447", f"paper {ARXIV}2305.00001"], None),
        # a related work is not the entry's own
        (["paper https://example.org/a.pdf", f"other {ARXIV}2305.00001"], "title"),
        ([f"other {ARXIV}2305.00447", f"other {ARXIV}2305.00001"], "title"),
        ([f"paper {ARXIV}XXXX.XXXXX"], "title"),
        (["code https://github.com/o/r"], "title"),
        (["paper https://github.com/o/r/blob/main/paper.pdf"], "title"),
        ([], "title"),
    ],
)
def test_which_link_identifies(links: list[str], key: str | None) -> None:
    """The first of arXiv, DOI, OpenReview and ACL in the entry's own links is the key."""
    expected = {None: "arxiv:2305.00447", "title": f"title:{title_digest(LONG)}"}.get(key, key)

    assert keys(entry(1, LONG, *links)) == [expected]


def test_an_id_named_in_words() -> None:
    """A venue that holds `arXiv:ID` identifies, a little less surely than a link."""
    (paper,) = papers(entry(7, LONG, "paper https://example.org/a.pdf", venue="arXiv:1502.03167"))

    assert paper.key == "arxiv:1502.03167"
    assert paper.resolution.confidence == 0.98
    assert paper.resolution.evidence == ("arxiv.org/abs/1502.03167 in the words of a:7",)


@pytest.mark.parametrize(
    ("links", "confidence"),
    [
        ([f"paper {ARXIV}1810.0082six", f"paper {ARXIV}1905.10947"], 0.95),
        ([f"paper {ARXIV}XXXX.XXXXX", "paper https://doi.org/10.1145/3292500.3330925"], 0.95),
        ([f"paper {ARXIV}1905.10947", f"paper {ARXIV}1810.0082six"], 1.0),
        (["paper https://example.org/a.pdf", f"paper {ARXIV}1905.10947"], 1.0),
    ],
)
def test_an_id_behind_a_faulty_one_is_not_certain(links: list[str], confidence: float) -> None:
    """The first link has said which work is meant, and nobody can read it."""
    (paper,) = papers(entry(1, LONG, *links))

    assert paper.resolution.status == "found"
    assert paper.resolution.confidence == confidence
    assert paper.resolution.evidence[0].endswith(
        "in another link of a:1" if confidence < 1 else "in a:1"
    )


def test_ids_of_months_to_come_are_none() -> None:
    """With a date at hand, an id that cannot exist yet is refused."""
    lists = [ParsedList(name="a", entries=(entry(1, LONG, f"paper {ARXIV}2705.00001"),))]

    assert resolve(lists, today=date(2026, 11, 22))[0].arxiv is None


def test_an_entry_without_identifier_stays() -> None:
    """What has no identifier is skipped with the reason, and keeps its repository."""
    (paper,) = papers(entry(1, LONG, "code https://github.com/o/r"))

    assert paper.resolution.status == "skipped"
    assert paper.resolution.method is None
    assert paper.resolution.evidence == ("no identifier in its links; titles were not searched",)
    assert [item.full_name for item in paper.repositories] == ["o/r"]


def test_a_placeholder_is_named_as_the_reason() -> None:
    """Where an arXiv link holds no id, the evidence says so."""
    (paper,) = papers(entry(4, LONG, f"paper {ARXIV}XXXX.XXXXX"))

    assert "the arXiv link in a:4 has no valid id" in paper.resolution.evidence


def test_an_id_comes_from_another_list() -> None:
    """An entry with only a code link gets its id from the same title in the other list."""
    first = entry(83, LONG, "code https://github.com/o/r")
    second = entry(51, LONG.upper(), f"paper {ARXIV}2310.15950", list_="b")
    (paper,) = papers(first, second)

    assert paper.key == "arxiv:2310.15950"
    assert paper.mentions == (first, second)
    assert paper.resolution.method == "list"
    assert paper.resolution.confidence == 0.99
    assert paper.resolution.evidence == (
        "same title in a:83",
        "arxiv.org/abs/2310.15950 in b:51",
    )
    assert paper.findings == ()


def test_same_id_in_two_lists() -> None:
    """Two links to one id are one paper, in the order of the lists."""
    (paper,) = papers(
        entry(9, LONG, f"paper {ARXIV}2305.00447v1"),
        entry(3, LONG, "paper https://arxiv.org/pdf/2305.00447", list_="b"),
    )

    assert [mention.list for mention in paper.mentions] == ["a", "b"]
    assert paper.resolution.method == "link"
    assert paper.findings == ()


def test_mentions_are_in_order_of_lines() -> None:
    """Entries count in the order of their lines, whatever order they come in."""
    (paper,) = papers(
        entry(9, LONG, f"paper {ARXIV}2305.00447"), entry(3, LONG, f"paper {ARXIV}2305.00447")
    )

    assert [mention.line for mention in paper.mentions] == [3, 9]


def test_the_same_work_twice_in_one_list() -> None:
    """A second place in one list is a finding with both places."""
    (paper,) = papers(
        entry(36, LONG, f"paper {ARXIV}2309.01026"), entry(40, LONG, f"paper {ARXIV}2309.01026")
    )
    (finding,) = paper.findings

    assert (finding.code, finding.severity) == ("duplicate-entry", "info")
    assert (finding.list, finding.line) == ("a", 40)
    assert finding.message == "same work as in line 36"


def test_a_data_set_beside_its_paper_is_no_duplicate() -> None:
    """A list may present a data set and the paper about it, each in its place."""
    (paper,) = papers(
        entry(1, "Amazon-M2", f"paper {ARXIV}2307.09688", kind="dataset"),
        entry(2, LONG, f"paper {ARXIV}2307.09688"),
    )

    assert paper.findings == ()


def test_a_duplicate_without_identifier() -> None:
    """Equal long titles in one list are one work, identified or not."""
    (paper,) = papers(
        entry(107, LONG, "code https://github.com/o/r/tree/main"),
        entry(396, LONG, "code https://github.com/O/R"),
    )

    assert len(paper.mentions) == 2
    assert [item.full_name for item in paper.repositories] == ["o/r"]
    assert paper.resolution.status == "skipped"


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        ("Large Models for Items", "GenRec: Large Models for Items", "info"),
        ("A First Look at News", "ONCE: Boosting Content with Models", "warning"),
        ("Pre-training Language Models Well", "Pretraining language models well", None),
    ],
)
def test_one_id_under_two_titles(one: str, other: str, severity: str | None) -> None:
    """One id is one work; a title that has little in common with the first is a warning."""
    (paper,) = papers(
        entry(1, one, f"paper {ARXIV}2307.00457"),
        entry(5, other, f"paper {ARXIV}2307.00457", list_="b"),
    )
    found = [(item.code, item.severity, item.list, item.line) for item in paper.findings]

    assert found == ([("same-id-two-titles", severity, "b", 5)] if severity else [])


def test_equal_titles_with_different_ids_stay_apart() -> None:
    """A contradiction is two papers and a warning at both places, never a merge."""
    first, second = papers(
        entry(1, LONG, f"paper {ARXIV}2305.00447"),
        entry(2, LONG, f"paper {ARXIV}2305.00001", list_="b"),
    )

    assert [first.key, second.key] == ["arxiv:2305.00447", "arxiv:2305.00001"]
    assert [item.code for item in first.findings] == ["same-title-two-ids"]
    assert [item.code for item in second.findings] == ["same-title-two-ids"]


def test_a_title_of_two_works_is_for_a_person() -> None:
    """An entry whose title stands for two ids is neither of them; both are offered."""
    found = papers(
        entry(1, LONG, f"paper {ARXIV}2305.00447"),
        entry(2, LONG, f"paper {ARXIV}2305.00001"),
        entry(3, LONG, "code https://github.com/o/r"),
    )

    assert len(found) == 3
    assert found[2].resolution.status == "review"
    assert [item.key for item in found[2].resolution.candidates] == [
        "arxiv:2305.00447",
        "arxiv:2305.00001",
    ]


def test_a_doi_never_joins_two_arxiv_ids() -> None:
    """Two ids stay two papers though one wrong link names the same DOI for both."""
    doi = "paper https://doi.org/10.1145/1.2"

    assert keys(
        entry(1, LONG, f"paper {ARXIV}2305.00447", doi),
        entry(2, OTHER, f"paper {ARXIV}2305.00001", doi),
    ) == ["arxiv:2305.00447", "arxiv:2305.00001"]


def test_identifiers_of_several_schemes_make_one_work() -> None:
    """An entry that names two identifiers ties the entries that name one of them."""
    (paper,) = papers(
        entry(1, LONG, "paper https://dl.acm.org/doi/10.1145/1.2"),
        entry(2, OTHER, f"paper {ARXIV}2305.00447", "paper https://doi.org/10.1145/1.2"),
        entry(3, "Third Title of the Work", "paper https://huggingface.co/papers/2305.00447"),
    )

    assert paper.key == "arxiv:2305.00447"
    assert paper.doi == "10.1145/1.2"
    assert len(paper.mentions) == 3


def test_an_acl_paper_under_its_doi() -> None:
    """The Anthology page and the DOI of one paper are one work."""
    (paper,) = papers(
        entry(1, LONG, "paper https://aclanthology.org/P18-1001/"),
        entry(2, OTHER, "paper https://doi.org/10.18653/v1/P18-1001"),
    )

    assert paper.key == "doi:10.18653/v1/p18-1001"


def test_a_shared_repository_does_not_merge() -> None:
    """Two works may live in one repository."""
    repository = "code https://github.com/ljy0ustc/LLaRA"
    found = papers(entry(1, LONG, repository), entry(2, OTHER, repository))

    assert len(found) == 2
    assert [item.repositories[0].full_name for item in found] == ["ljy0ustc/LLaRA"] * 2


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [
        # a data set and a paper of one short name
        (
            entry(1, "Amazon", "data https://example.org/amazon", kind="dataset"),
            entry(2, "Amazon", f"paper {ARXIV}2305.00447"),
            2,
        ),
        # data sets of one short name in two places
        (
            entry(1, "MovieLens", "data https://example.org/1m", kind="dataset"),
            entry(2, "MovieLens", "data https://example.org/20m", kind="dataset"),
            2,
        ),
        # the same place in two spellings
        (
            entry(1, "MovieLens", "data https://example.org/1m", kind="dataset"),
            entry(2, "Movielens", "data HTTPS://example.org/1m#top", kind="dataset", list_="b"),
            1,
        ),
        # identifiers decide, whatever the kind
        (
            entry(1, "Amazon-M2", f"paper {ARXIV}2307.09688", kind="dataset"),
            entry(2, LONG, f"paper {ARXIV}2307.09688"),
            1,
        ),
        # authors that contradict, agree, are unknown
        (entry(1, LONG, authors="Ann Lee, Bo Wu"), entry(2, LONG, authors="Cy Young"), 2),
        (entry(1, LONG, authors="Ann Lee, Bo Wu"), entry(2, LONG, authors="Lee et al."), 1),
        (entry(1, LONG, authors="Ann Lee"), entry(2, LONG), 1),
        # a follow-up is another title
        (
            entry(1, "OnePose: Object Pose without Models"),
            entry(2, "OnePose++: Object Pose without Models"),
            2,
        ),
        # no title at all
        (entry(1, ""), entry(2, ""), 2),
    ],
)
def test_which_titles_merge(one: Entry, other: Entry, number: int) -> None:
    """Equal titles merge from four words on; short names need a link in common."""
    found = papers(one, other)

    assert len(found) == number
    assert len({paper.key for paper in found}) == number


def test_entries_without_authors_join_no_side_of_a_contradiction() -> None:
    """Where authors tell two works of one title apart, an entry without authors is neither."""
    found = papers(
        entry(1, LONG, authors="Ann Lee"), entry(2, LONG, authors="Cy Young"), entry(3, LONG)
    )

    assert [[mention.line for mention in paper.mentions] for paper in found] == [[1], [2], [3]]


@pytest.mark.parametrize("kind", ["dataset", "benchmark", "tool", "other"])
def test_what_is_no_paper_is_found_by_its_link(kind: Kind) -> None:
    """A data set or tool is found where its link leads; a repository is its key."""
    (paper,) = papers(entry(4, "PixelRec", "data https://github.com/O/PixelRec", kind=kind))

    assert paper.key == "github:o/pixelrec"
    assert paper.kind == kind
    assert paper.resolution.status == "found"
    assert paper.resolution.method == "link"
    assert paper.resolution.evidence == ("github.com/O/PixelRec in a:4",)


def test_a_data_set_without_repository() -> None:
    """A data set on a page of its own is found too, under its title."""
    (paper,) = papers(entry(4, "MovieLens", "data https://example.org/1m", kind="dataset"))

    assert paper.key == f"title:{title_digest('MovieLens')}"
    assert paper.resolution.status == "found"


def test_keys_are_unique() -> None:
    """A repository or title that another work has taken as its key makes way for the next."""
    repository = "data https://github.com/o/r"
    found = keys(
        entry(1, "One", repository, kind="dataset"),
        entry(2, "Two", repository, kind="dataset"),
        entry(3, "Two", "data https://example.org/a", kind="dataset"),
        entry(4, "Two", "data https://example.org/a", kind="tool"),
        entry(5, "Two", "data https://example.org/a", kind="benchmark"),
        entry(6, ""),
        entry(7, ""),
    )

    assert len(set(found)) == 7
    linked = title_digest("Two https://example.org/a")
    assert found[:3] == ["github:o/r", f"title:{title_digest('Two')}", f"title:{linked}"]


def test_a_paper_among_the_mentions_names_the_work() -> None:
    """Where a table row has the data set's name, the paper's title and kind win."""
    (paper,) = papers(
        entry(1, "Amazon-M2", f"paper {ARXIV}2307.09688", kind="dataset"),
        entry(2, LONG, f"paper {ARXIV}2307.09688", list_="b"),
    )

    assert (paper.kind, paper.title) == ("paper", LONG)
    assert paper.findings == ()


def test_resolve_is_deterministic() -> None:
    """The same entries give the same papers."""
    entries = [
        entry(1, LONG, f"paper {ARXIV}2305.00447"),
        entry(2, OTHER, "code https://github.com/o/r"),
        entry(3, LONG, "code https://github.com/o/r", list_="b"),
    ]

    assert papers(*entries) == papers(*entries)


@pytest.mark.parametrize("title", [LONG, "Amazon", "An Equal Title for Each of Them"])
def test_many_equal_titles_take_linear_time(title: str, growth: Callable[..., float]) -> None:
    """Entries of one title, each by other authors, stay apart and are not compared in pairs."""

    def list_of(length: int) -> list[ParsedList]:
        lines = range(1, length + 1)
        entries = (
            entry(n, title, f"data https://example.org/{n}", authors=f"Name{n} Other{n}")
            for n in lines
        )
        return [ParsedList(name="a", entries=tuple(entries))]

    assert len(resolve(list_of(100))) == 100
    assert growth(list_of, resolve, small=400) < 24


# --- former keys ------------------------------------------------------------------------------


def test_a_new_identifier_keeps_the_old_key() -> None:
    """A work that got an id is found under its title's key of the run before."""
    before = papers(entry(1, LONG, "code https://github.com/o/r"))
    after = papers(entry(8, LONG, f"paper {ARXIV}2305.00447"))
    (paper,) = former_keys(after, LastCatalog(before))

    assert paper.key == "arxiv:2305.00447"
    assert paper.former_keys == (before[0].key,)


def test_former_keys_stay_from_run_to_run() -> None:
    """A run without news writes the same former keys again."""
    before = papers(entry(1, LONG, "code https://github.com/o/r"))
    after = papers(entry(1, LONG, f"paper {ARXIV}2305.00447"))
    once = former_keys(after, LastCatalog(before))

    assert former_keys(after, LastCatalog(once)) == once
    assert former_keys(after, LastCatalog(former_keys(after, LastCatalog(once)))) == once


def test_former_keys_by_identifier() -> None:
    """A work whose key became a better one is found by its identifiers, under any title."""
    before = papers(entry(1, LONG, "paper https://doi.org/10.1145/1.2"))
    after = papers(entry(1, OTHER, f"paper {ARXIV}2305.00447", "paper https://doi.org/10.1145/1.2"))

    assert former_keys(after, LastCatalog(before))[0].former_keys == ("doi:10.1145/1.2",)


def test_two_works_that_became_one() -> None:
    """Both keys of two records that turned out to be one work are its former keys."""
    before = papers(entry(1, LONG), entry(2, OTHER))
    after = papers(
        entry(1, LONG, f"paper {ARXIV}2305.00447"), entry(2, OTHER, f"paper {ARXIV}2305.00447")
    )

    assert former_keys(after, LastCatalog(before))[0].former_keys == (before[0].key, before[1].key)


def test_works_that_are_gone_leave_no_trace() -> None:
    """A key is former only of a work that is still there, and never while it is in use."""
    before = papers(entry(1, LONG), entry(2, OTHER))
    after = papers(entry(2, OTHER), entry(3, "Something Entirely New in Here"))

    assert [paper.former_keys for paper in former_keys(after, LastCatalog(before))] == [(), ()]
    assert former_keys(after, LastCatalog([])) == after


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("A. Author. A long title of a paper. SIGIR 2020. doi:10.1145/3397271.3401063.", "doi"),
        ("A long title of a paper [PDF](https://a.org/x.pdf). PMID: 34265844", "pmid"),
        ("A long title of a paper [arXiv](https://arxiv.org/abs/2401.00002). doi:10.1/x", "arxiv"),
        (
            "A long title of a paper [PDF](https://a.org/x.pdf). doi:10.1145/1; doi:10.1145/2",
            "title",
        ),
    ],
)
def test_ids_in_the_words_of_an_entry(line: str, key: str) -> None:
    """They name its work where its links do not, and where they are one of a kind."""
    text = f"# L\n\n- [Another paper of some kind](https://arxiv.org/abs/2401.00001)\n- {line}\n"
    papers = resolve([parse(text, name="l")])
    assert papers[-1].key.partition(":")[0] == key
