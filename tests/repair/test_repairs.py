"""What the last run says of lists, gathered from its records."""

from pipeline.records.catalog import Finding, Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import Entry, Link
from pipeline.repair.repairs import LastRun

OLD, NEW = "https://old.example/page", "https://new.example/page"
PDF, ABS = "https://arxiv.org/pdf/2401.00001", "https://arxiv.org/abs/2401.00001"


def health(*lists: str) -> LinkHealth:
    """Build a link of some lists that has moved for good."""
    return LinkHealth(
        url=OLD,
        verdict="moved",
        reason_code="permanent-redirect",
        reason="It has moved.",
        evidence="http",
        suggestion=NEW,
        final_url=NEW,
        occurrences=tuple(
            Occurrence(list=name, line=1, column=1, role="project", paper=None) for name in lists
        ),
    )


def entry(list_name: str, line: int = 1) -> Entry:
    """Build an entry of a list."""
    link = Link(url=PDF, role="paper", line=line, column=1)
    return Entry(list=list_name, line=line, end_line=line, title="An Old Title", links=(link,))


def paper(key: str, *mentions: Entry, code: str, replacement: str) -> Paper:
    """Build a work with a finding at each of its entries."""
    findings = tuple(
        Finding(
            code=code,
            severity="info",
            message="…",
            list=one.list,
            line=one.line,
            url=PDF,
            replacement=replacement,
        )
        for one in mentions
    )
    return Paper(
        key=key,
        title="A New Title",
        mentions=mentions,
        resolution=Resolution(status="found", method="link"),
        findings=findings,
    )


def test_records_are_gone_through_once_for_all_lists() -> None:
    """They come from files or from a disk, and a run may have read thousands of lists."""
    alive = LinkHealth(
        url=ABS,
        verdict="alive",
        reason_code="ok",
        reason="It is there.",
        evidence="http",
        occurrences=(),
    )
    papers = iter(
        [
            paper("title:a", entry("one"), code="pdf-link", replacement=ABS),
            paper("title:b", entry("two"), code="retitled", replacement="A New Title"),
        ]
    )

    last = LastRun(papers, iter([health("one", "three"), alive]))

    assert last.lists == {"one", "two", "three"}
    one, two, other = map(last.known_of, ("one", "two", "three"))
    assert one.stood == {OLD: "link-moved", PDF: "pdf-link"}
    assert (two.stood, other.stood) == ({}, {OLD: "link-moved"})
    assert one.moved == two.moved == {OLD: ("link-moved", NEW)}
    assert two.official(entry("two", 7)) == "A New Title"
    assert one.official(entry("one")) is None


def test_title_of_a_line_with_two_entries_is_left() -> None:
    """A finding names its line, so nobody knows which of the two is meant."""
    works = (
        paper("title:a", entry("one", 4), code="retitled", replacement="A New Title"),
        paper("title:b", entry("one", 4), code="pdf-link", replacement=ABS),
    )

    assert LastRun(works).known_of("one").titles == {}
    assert LastRun(works[:1]).known_of("one").titles != {}
