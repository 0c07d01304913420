"""What is repaired for certain, and that nothing else is touched."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.report_json import Diagnostic, LinkReport
from pipeline.formats.run_json import count
from pipeline.markdown.entries import read_list
from pipeline.previous import Previous
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Status
from pipeline.repair.fixes import (
    BY_DEFAULT,
    IN_BIBTEX,
    KNOWN,
    checked_codes,
    planned,
    well_spelt,
    with_new_name,
)
from pipeline.repair.repairs import Answers, LastRun, certain_replacement, needs_person
from pipeline.repair.rewriting import Left, Plan, applied, as_written

OLD, NEW = "https://old.example/a/page", "https://new.example/b/page"
PAPER = "https://arxiv.org/abs/2401.00001"


def health(url: str = OLD, **fields: Any) -> LinkHealth:
    """Build the health of a link; without more, it has moved for good."""
    place = Occurrence(list="mine", line=1, column=1, role="project", paper=None)
    facts: dict[str, Any] = {
        "verdict": "moved",
        "reason_code": "permanent-redirect",
        "reason": "It has moved.",
        "evidence": "http",
        "suggestion": NEW,
        "occurrences": (place,),
    }
    facts |= fields
    return LinkHealth(url=url, **({"final_url": facts["suggestion"]} | facts))


def renamed(url: str = "https://github.com/Old/Name", new: str = "Fresh/Name") -> LinkHealth:
    """Build the health of a repository's own page after a change of name."""
    return health(
        url,
        reason_code="repository-renamed",
        evidence="github",
        suggestion=f"https://github.com/{new}",
    )


def paper(*mentions: Entry, **fields: Any) -> Paper:
    """Build a work that was found."""
    facts: dict[str, Any] = {
        "key": "arxiv:2401.00001",
        "title": "A Title of a Paper",
        "mentions": mentions,
        "resolution": Resolution(status="found", method="link"),
        "arxiv": ArxivPart(id="2401.00001"),
        "sources": {"arxiv": SourceState(status="found")},
    }
    return Paper(**(facts | fields))


def entry(line: int, title: str, *urls: str) -> Entry:
    """Build a mention as the last run has left it."""
    links = tuple(Link(url=url, role="paper", line=line, column=1) for url in urls)
    return Entry(list="mine", line=line, end_line=line, title=title, links=links)


def finding(code: str, url: str | None, replacement: str, line: int = 1) -> Finding:
    """Build a finding of the last run."""
    return Finding(
        code=code,
        severity="info",
        message="…",
        list="mine",
        line=line,
        url=url,
        replacement=replacement,
    )


def found_by(previous: Previous, *, hasty: bool = False) -> LastRun:
    """Return what a run has found, from its files."""
    return LastRun(previous.papers, previous.links, previous.report, hasty=hasty)


def fixed(data: bytes, previous: Previous | None = None, *codes: str) -> tuple[bytes, Plan]:
    """Return a list after its repairs, which a second time change nothing more."""
    wanted, asked = codes or BY_DEFAULT, bool(codes)
    last = found_by(previous or Previous(), hasty=asked)
    plan = planned(data, "mine", last, wanted, asked=asked)
    after = applied(data, plan.edits)
    assert planned(after, "mine", last, wanted, asked=asked).edits == ()
    return after, plan


MOVED = Previous(links=(health(),))


# --- every place that a link stands in --------------------------------------------------------

PLACES = {
    "inline": b"- [A Title](%b) and more",
    "with a title": b'- [A Title](%b "old page") and more',
    "in angle brackets": b"- [A Title](<%b>) and more",
    "autolink": b"- A Title <%b> and more",
    "bare": b"- A Title %b, and more",
    "bare, at the end of a sentence": b"- A Title: see %b.",
    "bare, in brackets": b"- A Title (%b)",
    "its own text": b"- [%b](%b)",
    "reference": b"- [A Title][1]\n\n[1]: %b 'title'",
    "two references, one definition": b"- [A Title][1]\n- [Other Title][1]\n\n[1]: <%b>",
    "HTML": b'<p><a href="%b">A Title</a></p>',
    "HTML in single quotes": b"<a class='x' href='%b'>A Title</a>",
    "HTML without quotes": b"<a href=%b>A Title</a>",
    "HTML, its own text": b'<a href="%b">%b</a>',
    "table": b"| Title | Link |\n|---|---|\n| A Title of a Paper | [[page]](%b) |",
    "table, HTML": b"<table><tr><td>A Title</td><td><a href='%b'>page</a></td></tr></table>",
    "badge": b"- A Title [![badge](https://img.shields.io/badge/x-y-z)](%b)",
    "twice in an entry": b"- [A Title of a Paper](%b) [[page]](%b)",
    "twice, on two lines": b"- [A Title of a Paper](%b)\n  [[page]](%b)",
    "four times": b"- [A Title of a Paper](%b) [[a]](%b) [[b]](%b) [[c]](%b)",
    "heading": b"## [A Title of a Paper](%b)",
    "prose": b"Have a look at [the page](%b).",
    "label that is broken": b"- A Title of a Paper [page] (%b)",
    "target on the next line": b"- [A Title of a Paper](\n  %b)",
    "bold": b"- **A Title of a Paper** **[[page](%b)]**",
}
LINE_ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}


def with_url(template: bytes, url: str) -> bytes:
    """Put an address into a template, wherever it has a place for one."""
    return template.replace(b"%b", url.encode())


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("place", PLACES)
def test_target_is_replaced_in_its_place(place: str, end: str) -> None:
    """Wherever Markdown and HTML have links, with any line end; all other bytes stay."""
    template = b"# List\n\ntext  \n\n" + PLACES[place] + b"\n\nlast line"
    template = template.replace(b"\n", LINE_ENDS[end])

    after, plan = fixed(with_url(template, OLD), MOVED)

    assert after == with_url(template, NEW)
    assert set(plan.counts) == {"link-moved"}
    assert plan.left == ()


@pytest.mark.parametrize(
    "text",
    [
        "```\n" + OLD + "\n```",
        "<!-- " + OLD + " -->",
        "- [A Title](" + OLD + "/longer)",
        "- [A Title](https://web.archive.org/web/2020/" + OLD + ")",
        "- [A Title](" + OLD + "?x=1)",
        "- ![image](" + OLD + ")",
        "- A Title of a Paper `" + OLD + "`",
        "- A Title of a Paper ``[page](" + OLD + ")``",
        "- A Title of a Paper <code>" + OLD + "</code>",
        "<pre>\n" + OLD + "\n</pre>",
        "- A Title of a Paper\n\n      " + OLD,
    ],
)
def test_what_is_no_such_link_stays(text: str) -> None:
    """Code blocks, comments, images and longer addresses are not that link."""
    data = text.encode()
    assert fixed(data, MOVED)[0] == data


AMP = "https://old.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[t]({a}?a=1&b=2)", "[t]({b}?x=1&y=2)"),
        ("[t]({a}?a=1&amp;b=2)", "[t]({b}?x=1&amp;y=2)"),
        ("[t]({a}?a=1&#38;b=2)", "[t]({b}?x=1&amp;y=2)"),
        ("<{a}?a=1&b=2>", "<{b}?x=1&y=2>"),
        ('<a href="{a}?a=1&amp;b=2">t</a>', '<a href="{b}?x=1&amp;y=2">t</a>'),
        ('<a href="{a}?a=1&b=2">t</a>', '<a href="{b}?x=1&y=2">t</a>'),
        (r"[t]({a}\?a=1\&b=2)", "[t]({b}?x=1&y=2)"),
    ],
)
def test_ampersand_is_written_as_the_source_writes_it(before: str, after: str) -> None:
    """With an entity where it has one, bare where it has none."""
    old, new = "https://old.example/", "https://new.old.example/"
    previous = Previous(links=(health(AMP, suggestion="https://new.old.example/?x=1&y=2"),))

    assert fixed(before.format(a=old).encode(), previous)[0] == after.format(b=new).encode()


@pytest.mark.parametrize(
    ("before", "target", "after"),
    [
        ("[t]({})", "https://n.old.example/a_(b)", "[t](https://n.old.example/a_%28b%29)"),
        ("[t](<{}>)", "https://n.old.example/a_(b)", "[t](<https://n.old.example/a_(b)>)"),
        ("[t]({})", "https://n.old.example/a|b", "[t](https://n.old.example/a%7Cb)"),
        ("[t]({})", "https://n.old.example/ü", "[t](https://n.old.example/%C3%BC)"),
        (
            "[t]({})",
            "https://n.old.example/?a=1&copy=2",
            "[t](https://n.old.example/?a=1&amp;copy=2)",
        ),
        (
            "<a href='{}'>t</a>",
            "https://n.old.example/o'b",
            "<a href='https://n.old.example/o%27b'>t</a>",
        ),
        (
            "<a href='{}'>t</a>",
            "https://n.old.example/?a&b",
            "<a href='https://n.old.example/?a&amp;b'>t</a>",
        ),
        ("text {} text", "https://n.old.example/a*b*", "text https://n.old.example/a%2Ab%2A text"),
        ("<{}>", "https://n.old.example/a(b", "<https://n.old.example/a(b>"),
    ],
)
def test_new_address_breaks_nothing_around_it(before: str, target: str, after: str) -> None:
    """What would end the link, the cell or the tag is escaped."""
    previous = Previous(links=(health(suggestion=target),))
    assert fixed(before.format(OLD).encode(), previous)[0] == after.encode()


@pytest.mark.parametrize(
    "target",
    ["https://n.old.example/a|b", "https://n.old.example/`a`", r"https://n.old.example/a%7Cb"],
)
def test_cells_of_a_table_stay_apart(target: str) -> None:
    """A bar in an address is escaped: in a table it would end the cell."""
    table = "| Title | Link | Note |\n|---|---|---|\n| A Title of a Paper | [x]({}) | note |\n"
    after, _ = fixed(table.format(OLD).encode(), Previous(links=(health(suggestion=target),)))

    (one,) = read_list(after.decode(), "mine").entries or (None,)
    assert one is None or one.columns.get("Note") == "note"
    assert after.count(b"|") == table.count("|")


# --- encodings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        ("utf-8", "naïve 列表 🎉"),
        ("utf-8-sig", "naïve 列表"),
        ("utf-16", "naïve 列表 🎉"),
        ("utf-16-be", "plain words for the guess"),
        ("utf-32", "naïve 🎉"),
        ("gb18030", "中文论文列表：推荐系统与大语言模型"),
        ("cp1252", "naïve café"),
        ("latin-1", "Größe für Müller"),
        ("cp1250", "Příklady článků"),
        ("koi8-r", "Обзор статей"),
        ("euc_kr", "추천 시스템 논문"),
        ("shift_jis", "推薦システムの論文"),
        ("euc_jp", "推薦システムの論文"),
        ("iso2022_jp", "推薦システムの論文"),
        ("big5", "推薦系統論文列表"),
        ("utf-16-le", "推荐系统论文列表 一"),
    ],
)
def test_encoding_is_kept(codec: str, words: str) -> None:
    """The bytes before and after the target are the same, in whatever encoding."""
    template = f"- {words} [A Title]({{}}) {words}\r\n- {words}  \n\n{words}"
    after, _ = fixed(template.format(OLD).encode(codec), MOVED)
    assert after == template.format(NEW).encode(codec)


def test_encoding_that_changes_on_the_way_is_kept() -> None:
    """A target right between Japanese words of ISO-2022-JP is replaced, and nothing else."""
    template = "- 論文 {} 推薦\n\n推薦[A Title]({})論文\n"
    after, _ = fixed(template.format(OLD, OLD).encode("iso2022_jp"), MOVED)
    assert after == template.format(NEW, NEW).encode("iso2022_jp")


@pytest.mark.parametrize(
    "data",
    [
        "推薦システム".encode("iso2022_jp").replace(b"\x1b(B", b"\x1b(J"),
        "推薦".encode("utf-16-le") + b"\n\x00" * 9 + b"\x00",
    ],
)
def test_encoding_that_cannot_be_written_back_is_left(data: bytes) -> None:
    """Other bytes would be the same text, so a sentence says why nothing is done."""
    encoded = OLD.encode("utf-16-le" if b"\x00" in data else "ascii")
    start = "- [A Title](".encode("utf-16-le" if b"\x00" in data else "ascii")
    before = start + encoded + data
    after, plan = fixed(before, MOVED)
    assert after == before
    assert [one.why for one in plan.left] == ["its encoding cannot be written back"]


def test_title_that_the_encoding_lacks_is_left() -> None:
    """The other repairs of the list are made all the same."""
    text = f"- [An Old Title of the Paper]({PAPER})\n- [Größe für alles]({{}})\n"
    known = Previous(papers=retitled("An α Title").papers, links=(health(),))
    after, plan = fixed(text.format(OLD).encode("cp1252"), known, "retitled", "link-moved")
    assert after == text.format(NEW).encode("cp1252")
    assert [one.code for one in plan.left if "encoding lacks" in one.why] == ["retitled"]


@pytest.mark.parametrize(
    "around",
    [
        b"caf\xe9 \xff\xfe",
        "åˆ—è¡¨ðŸ”¥ æœ¬è¡¨".encode(),
        b"zero \x00 byte",
        "forged \ue000 marks \ue001".encode(),
        "é".encode() * 300 + b"\xe9",
    ],
)
def test_damaged_text_is_kept(around: bytes) -> None:
    """Stray bytes, mojibake and zero bytes stay as they are, before and behind the link."""
    template = b"words %b\n- " + around + b" [A Title](%b) " + around + b" text\n"
    text = template.replace(b"words %b", b"words")
    after, plan = fixed(text.replace(b"%b", OLD.encode()), MOVED)

    assert after == text.replace(b"%b", NEW.encode())
    assert plan.left == ()


def test_binary_file_is_refused() -> None:
    """As in a run."""
    with pytest.raises(ConfigurationError, match="binary"):
        planned(b"\x89PNG\r\n\x1a\n", "mine", found_by(MOVED))


# --- what the last run must say ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (health(), ("link-moved", NEW)),
        (health(evidence="history"), None),
        (health(evidence="doi"), None),
        (health(verdict="alive", reason_code="ok"), None),
        (health(verdict="blocked", reason_code="robots-refused"), None),
        (health(verdict="failing", reason_code="soft-404"), None),
        (health(verdict="dead", reason_code="not-found"), None),
        (health(suggestion=None), None),
        (health(suggestion="ftp://x.example/"), None),
        (health(suggestion="https://x.example/a b"), None),
        (health(suggestion=OLD), None),
        (health(suggestion="https://github.com@evil.example/"), None),
        (renamed(), ("repository-renamed", "https://github.com/Fresh/Name")),
        (health(PAPER, suggestion="https://arxiv.org/abs/2402.00002"), None),
        (
            health(
                "https://openreview.net/forum?id=abcdefgh",
                suggestion="https://openreview.net/forum?id=12345678",
            ),
            None,
        ),
    ],
)
def test_only_certain_evidence_counts(link: LinkHealth, found: tuple[str, str] | None) -> None:
    """A permanent redirect that was seen now, or GitHub's own word; never to another work."""
    assert certain_replacement(link, Answers()) == found


def told_of(**fields: Any) -> Previous:
    """Build the files of a run whose report says this of the redirect."""
    facts: dict[str, Any] = {
        "code": "link-moved",
        "severity": "info",
        "action": "wait",
        "fingerprint": "0",
        "message": "It has moved.",
        "locations": (),
        "url": OLD,
        "replacement": NEW,
    }
    report = LinkReport(
        headline="", counts=count([], []), diagnostics=(Diagnostic(**(facts | fields)),)
    )
    return Previous(links=(health(),), report=report)


def test_redirect_that_was_seen_once_waits() -> None:
    """What the report calls uncertain stays, with the reason, until somebody asks for it."""
    data, mended = f"- [A Title]({OLD})\n".encode(), f"- [A Title]({NEW})\n".encode()

    after, plan = fixed(data, told_of())
    assert after == data
    assert [(one.code, one.line, one.what) for one in plan.left] == [("link-moved", 1, OLD)]
    assert "seen once" in plan.left[0].why
    assert fixed(data, told_of(), "link-moved")[0] == mended
    assert fixed(data, told_of(), "pdf-link") == (data, Plan((), ()))
    assert fixed(data, told_of(certain=True, action="apply"))[0] == mended


PAGE, DOI = "https://pubs.old.example/x", "10.1007/s10618-019-00619-1"
DEAD, LASTING = f"https://link.springer.com/article/{DOI}", f"https://doi.org/{DOI}"


def registered(status: Status = "found", **fields: Any) -> Paper:
    """Build a work whose DOI a registry was asked about."""
    state = SourceState(status=status, fields=("title",) if status == "found" else (), **fields)
    facts = {"doi": DOI, "arxiv": None, "sources": {"crossref": state}}
    return paper(entry(1, "A Title"), key=f"doi:{DOI}", **facts)


@pytest.mark.parametrize(
    ("url", "suggestion", "work", "others", "is_fixed"),
    [
        (DEAD, LASTING, registered(), (), True),
        (DEAD, LASTING, registered("missing"), (), False),
        (DEAD, LASTING, registered("failed"), (), False),
        (DEAD, LASTING, registered(stale=True), (), False),
        (DEAD, LASTING, replace(registered(), sources={}), (), False),
        (DEAD, LASTING, None, (), False),
        (DEAD, LASTING, None, ("alive",), True),
        (DEAD, LASTING, registered(), ("failing",), False),
        (DEAD, LASTING, registered(), ("dead",), False),
        (DEAD, "https://web.archive.org/web/1/x", registered(), (), False),
        (f"{PAGE}?to=elsewhere", LASTING, registered(), (), False),
        ("https://ar5iv.org/abs/2401.00001", PAPER, paper(entry(1, "A Title")), (), True),
        ("https://ar5iv.org/abs/2401.00001", PAPER, None, (), False),
    ],
)
def test_dead_link_becomes_the_lasting_address_of_its_identifier(
    url: str, suggestion: str, work: Paper | None, others: tuple[Verdict, ...], is_fixed: bool
) -> None:
    """Where the identifier stands in the URL, and an answer of the run was about its address."""
    dead = health(url, verdict="dead", reason_code="not-found", suggestion=suggestion)
    more = tuple(health(LASTING, verdict=one, reason_code="x", suggestion=None) for one in others)
    previous = Previous(links=(dead, *more), papers=(work,) if work else ())
    data = f"- [A Title]({url})\n".encode()

    assert fixed(data, previous)[0] == (
        data.replace(url.encode(), suggestion.encode()) if is_fixed else data
    )


@pytest.mark.parametrize(
    ("url", "suggestion", "confirmed", "is_fixed"),
    [
        (DEAD, LASTING, True, True),
        (DEAD, LASTING, False, False),
        (f"{LASTING}.", LASTING, True, True),
        (f"{LASTING}/", LASTING, True, True),
        (f"https://doi.org/{LASTING}", LASTING, True, True),
        (f"{LASTING}.", LASTING, False, False),
        ("https://lab.example/a.pdf", LASTING, True, False),
        (f"{LASTING}x", LASTING, True, False),
    ],
)
def test_doi_that_its_registry_has_confirmed_is_written(
    url: str, suggestion: str, confirmed: bool, is_fixed: bool
) -> None:
    """Where it stands in the dead link itself."""
    facts = {"suggestion": suggestion, "suggestion_confirmed": confirmed}
    dead = health(url, verdict="dead", reason_code="not-found", **facts)
    data = f"- [A Title](<{url}>)\n".encode()

    assert fixed(data, Previous(links=(dead,)))[0] == (
        data.replace(url.encode(), suggestion.encode()) if is_fixed else data
    )


@pytest.mark.parametrize(
    ("url", "reason", "spelling"),
    [
        ("https://dx.doi.org/10.1145/9.9", "no-such-doi", "https://doi.org/10.1145/9.9"),
        ("https://doi.org/doi:10.1145/9.9", "no-such-doi", "https://doi.org/10.1145/9.9"),
        ("http://arxiv.org/abs/2401.99999", "no-such-paper", "https://arxiv.org/abs/2401.99999"),
        ("https://arxiv.org/pdf/2401.99999v1", "no-such-paper", "https://arxiv.org/abs/2401.99999"),
        (
            "https://arxiv.org/abs/arXiv:2401.99999",
            "no-such-paper",
            "https://arxiv.org/abs/2401.99999",
        ),
    ],
)
@pytest.mark.parametrize("codes", [(), ("pdf-link", "version-pinned", "arxiv-spelling")])
def test_what_a_registry_denied_is_proposed_in_no_spelling(
    url: str, reason: str, spelling: str, codes: tuple[str, ...]
) -> None:
    """The catalog may have a work under it: an entry that has named it once is no answer."""
    key = "doi:10.1145/9.9" if "doi" in url else "arxiv:2401.99999"
    work = paper(entry(1, "A Title", url), key=key, findings=(finding("pdf-link", url, spelling),))
    dead = health(url, verdict="dead", reason_code=reason, suggestion=spelling)
    data = f"- [A Title of a Paper]({url})\n".encode()

    after, plan = fixed(data, Previous(links=(dead,), papers=(work,)), *codes)

    assert after == data
    assert plan.edits == ()


def test_denied_id_that_is_spelt_badly_is_left_with_the_reason() -> None:
    """Its spelling alone would be repaired; what comes out is no paper either."""
    url = "https://arxiv.org/abs/arXiv:2401.99999"
    dead = health(url, verdict="dead", reason_code="no-such-paper", suggestion=None)

    _, plan = fixed(f"- [A Title of a Paper]({url})\n".encode(), Previous(links=(dead,)))

    assert [one.why.partition(" ")[2] for one in plan.left] == ["is not registered"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://www.a.example/research/tool", "https://www.a.example/en-us/research/tool/"),
        ("https://a.example/tool", "https://a.example/de/tool"),
        ("https://a.example/tool", "https://a.example/zh_CN/tool"),
        ("https://www.a.example/tool", "https://fr.a.example/tool"),
        ("https://a.example/tool", "https://a.example/tool?hl=de"),
        ("https://a.example/en/tool", "https://a.example/fr/tool"),
        ("https://a.example/tool", "https://a.example/tool?cookieSet=1"),
        ("https://a.example/tool", "https://a.example/tool;jsessionid=0A1B2C"),
        ("https://a.example/tool", "https://a.example/tool?PHPSESSID=0a1b"),
        ("https://a.example/tool", "https://a.example/tool?token=x&redirected=true"),
        ("https://tallrec.example/", "https://lucky-casino.example/"),
        ("https://ann.github.io/tool", "https://bob.github.io/shop"),
        ("https://a.co.uk/tool", "https://b.co.uk/other"),
        (PAPER, "https://arxiv.org/abs/2402.00002"),
    ],
)
def test_redirect_that_is_for_a_person(old: str, new: str) -> None:
    """It would lead others elsewhere, or leads away from what was there; seen twice or not."""
    moved = health(old, suggestion=new)

    assert needs_person(moved, Answers())
    assert (
        fixed(f"- [A Title]({old})\n".encode(), Previous(links=(moved,)), "link-moved")[1].edits
        == ()
    )


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("https://a.example/tool", "https://a.example/projects/tool", ""),
        ("https://a.example/tool", "https://docs.a.example/", ""),
        ("https://old.example/tool", "https://new.example/the-tool/", ""),
        ("https://tallrec.example/", "https://tallrec.github.io/", ""),
        ("https://lab.example/p/17", "https://else.example/graph-matching", "Matching of Graphs"),
        ("https://a.example/en/tool", "https://a.example/en/tools/tool", ""),
        ("https://x.ac.uk/tool", "https://www.x.ac.uk/people/ann", ""),
    ],
)
def test_redirect_of_the_same_thing(old: str, new: str, title: str) -> None:
    """Within one owner's domain, or with a word of the old address or of the title."""
    place = Occurrence(list="mine", line=1, column=1, role="project", paper="arxiv:2401.00001")
    moved = health(old, suggestion=new, occurrences=(place,))
    answers = Answers(title_of={"arxiv:2401.00001": title}.__getitem__)

    assert not needs_person(moved, answers)
    assert certain_replacement(moved, answers) == ("link-moved", new)


@pytest.mark.parametrize(
    "others",
    [
        (health(NEW, suggestion=OLD),),
        (health(NEW, verdict="dead", reason_code="not-found", suggestion=None),),
        (health(NEW, verdict="failing", reason_code="timeout", suggestion=None),),
        (health(f"{NEW}#part", verdict="dead", reason_code="not-found", suggestion=None),),
    ],
)
def test_target_that_has_an_answer_of_its_own(others: tuple[LinkHealth, ...]) -> None:
    """Round in a circle, or gone: nothing is written."""
    data = f"- [A Title of a Paper]({OLD}) [[page]]({NEW})\n".encode()

    assert fixed(data, Previous(links=(health(), *others)), "link-moved")[1].edits == ()


def test_way_over_two_redirects_is_gone_in_one_step() -> None:
    """The link whose target has moved on waits for a run that has asked for the new one."""
    third = "https://third.example/c/page"
    data = f"- [A Title of a Paper]({OLD}) [[page]]({NEW})\n".encode()

    after, _ = fixed(data, Previous(links=(health(), health(NEW, suggestion=third))), "link-moved")

    assert after == data.replace(NEW.encode(), third.encode())


def test_address_that_was_not_the_last_to_answer_is_not_written() -> None:
    """What is written is what answered, up to the fragment that the list has."""
    other = health(final_url="https://new.example/b/login")
    part = health(f"{OLD}#part", suggestion=f"{NEW}#part", final_url=NEW)

    assert certain_replacement(other, Answers()) is None
    assert certain_replacement(part, Answers()) == ("link-moved", f"{NEW}#part")


def test_names_of_repositories_that_go_round_in_a_circle() -> None:
    """Two answers of different days; none of them is written."""
    links = (renamed("https://github.com/a/b", "c/d"), renamed("https://github.com/c/d", "a/b"))
    data = b"- [A Title of a Paper](https://github.com/a/b) [[code]](https://github.com/c/d)\n"

    assert fixed(data, Previous(links=links))[0] == data


def test_line_that_moved_is_found() -> None:
    """The run saw the link in line 1; now it stands further down."""
    after, plan = fixed(f"new\n\nlines\n\n- [A Title]({OLD})\n".encode(), MOVED)
    assert NEW.encode() in after
    assert [edit.line for edit in plan.edits] == [5]


def test_link_that_stands_there_no_more_is_named() -> None:
    """Nothing is changed, and the report of the run is not silently ignored."""
    _, plan = fixed(b"- [A Title](https://else.example/)\n", MOVED)
    assert plan.left == (Left("link-moved", None, OLD, "the link is no longer in the list"),)


RECORD = f"@article{{k,\n  title = {{A Title of a Paper}},\n  year = 2024,\n  url = {{{OLD}}}\n}}\n"


@pytest.mark.parametrize("fence", ["```bibtex\n{}```\n", "~~~\n{}~~~\n", "{}"])
def test_bibtex_within_markdown_is_left_alone_with_the_reason(fence: str) -> None:
    """In a fence or in the open; the same link in Markdown is repaired all the same."""
    block = f"# L\n\n{fence.format(RECORD)}\n"
    line = block.split("\n").index(f"  url = {{{OLD}}}") + 1

    data, plan = fixed(block.encode(), MOVED)
    assert data == block.encode()
    assert plan.left == (Left("link-moved", line, OLD, IN_BIBTEX),)

    data, plan = fixed(f"{block}\n- [A Title]({OLD})\n".encode(), MOVED)
    assert data == f"{block}\n- [A Title]({NEW})\n".encode()
    assert plan.left == (Left("link-moved", line, OLD, IN_BIBTEX),)


def test_title_within_bibtex_is_left_alone_with_the_reason() -> None:
    """Braces keep capitals there, which an official title does not know."""
    record = entry(4, "A Title of a Paper", OLD)
    found = finding("retitled", None, "The Title of a Paper", line=4)
    previous = Previous(papers=(paper(record, title="The Title of a Paper", findings=(found,)),))
    block = f"# L\n\n```bibtex\n{RECORD}```\n".encode()

    data, plan = fixed(block, previous, "retitled")
    assert data == block
    assert plan.left == (Left("retitled", 4, "A Title of a Paper", IN_BIBTEX),)


def test_line_that_says_so_is_left_alone() -> None:
    """`pipeline:ignore` counts for repairs as well."""
    data = f"- [A Title]({OLD}) <!-- pipeline:ignore -->\n".encode()
    after, plan = fixed(data, MOVED)
    assert after == data
    assert [left.line for left in plan.left] == [1]


# --- repositories -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "new"),
    [
        ("https://github.com/Old/Name", "https://github.com/Fresh/Name"),
        ("http://www.github.com/old/name/", "https://github.com/Fresh/Name/"),
        ("https://github.com/Old/Name.git", "https://github.com/Fresh/Name.git"),
        (
            "https://github.com/Old/Name/tree/main/a%20b",
            "https://github.com/Fresh/Name/tree/main/a%20b",
        ),
        (
            "https://github.com/Old/Name?tab=readme#use",
            "https://github.com/Fresh/Name?tab=readme#use",
        ),
        (
            "https://raw.githubusercontent.com/Old/Name/main/x.pdf",
            "https://raw.githubusercontent.com/Fresh/Name/main/x.pdf",
        ),
        ("https://github.com/Old/Name2", None),
        ("https://github.com/Old", None),
        ("https://old.github.io/Name", None),
    ],
)
def test_new_name_of_a_repository(url: str, new: str | None) -> None:
    """What follows the name stays in its own way."""
    assert with_new_name(url, {"old/name": "Fresh/Name"}) == new


def test_links_into_a_renamed_repository_change_too() -> None:
    """Each once, also where the redirect of one was seen."""
    file = "https://github.com/Old/Name/blob/main/README.md"
    moved = health(file, suggestion="https://github.com/Fresh/Name/blob/main/README.md")
    text = f"- [A Title](https://github.com/Old/Name) [file]({file}) [x](https://github.com/old/name.git)\n"

    after, plan = fixed(text.encode(), Previous(links=(renamed(), moved)))

    assert after.decode() == text.replace("Old/Name", "Fresh/Name").replace(
        "old/name", "Fresh/Name"
    )
    assert plan.counts == {"repository-renamed": 3}


def test_new_name_may_come_from_the_catalog() -> None:
    """A repository that was asked under its old name; stale answers do not count."""
    part = RepositoryPart(
        full_name="Fresh/Name",
        url="https://github.com/Fresh/Name",
        status="found",
        renamed_from="Old/Name",
    )
    data = b"- [A Title](https://github.com/Old/Name/wiki)\n"
    found = Previous(papers=(paper(entry(1, "A Title"), repositories=(part,)),))
    stale = part.model_copy(update={"stale": True})
    old = Previous(papers=(paper(entry(1, "A Title"), repositories=(stale,)),))

    assert fixed(data, found)[0] == data.replace(b"Old", b"Fresh")
    assert fixed(data, old)[0] == data


def test_dead_file_of_a_renamed_repository_stays() -> None:
    """A new name would not bring it back."""
    file = "https://github.com/Old/Name/blob/main/gone.md"
    dead = health(file, verdict="dead", reason_code="not-found", suggestion=None)
    data = f"- [A Title]({file})\n".encode()
    assert fixed(data, Previous(links=(renamed(), dead)))[0] == data


# --- what needs no run ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "[[paper]]((http://arxiv.org/abs/2401.00001))",
            "[[paper]](http://arxiv.org/abs/2401.00001)",
        ),
        ("[paper](htttps://a.example/x)", "[paper](https://a.example/x)"),
        ("[paper](https:/arxiv.org/abs/2401.00001)", "[paper](https://arxiv.org/abs/2401.00001)"),
        ("[paper](arxiv.org/abs/2401.00001)", "[paper](https://arxiv.org/abs/2401.00001)"),
        ("[paper](<https://a.example/x y>)", None),  # blanks are allowed there
        (
            "[paper](https://arxiv.org/abs/2401.00001v2.)",
            "[paper](https://arxiv.org/abs/2401.00001)",
        ),
        (
            "[paper](https://arxiv.org/abs/arXiv:2401.00001)",
            "[paper](https://arxiv.org/abs/2401.00001)",
        ),
        ("[paper](https://arxiv.org/abs/0808.05394)", "[paper](https://arxiv.org/abs/0808.5394)"),
        ("[paper](https://arxiv.org/pdf/2401.00001v2.pdf)", None),
        ("[paper](http://www.arxiv.org/abs/2401.00001)", None),
        ("[paper](https://arxiv.org/abs/2401.XXXXX)", None),
        ("[paper](./local/file.pdf)", None),
        ("[paper](#section)", None),
        ("[paper](mailto:me@a.example)", None),
        ("[paper](javascript:alert(1))", None),
    ],
)
def test_spelling_is_repaired_without_a_run(before: str, after: str | None) -> None:
    """Malformed links and arXiv ids; a PDF or a version may be meant."""
    text = "- A Title of a Paper, ICML 2024, {}\n"
    assert fixed(text.format(before).encode())[0] == text.format(after or before).encode()


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://arxiv.org/abs/2401.00001", None),
        ("https://arxiv.org/abs/2401.00001v3/", None),
        ("https://arxiv.org/pdf/2401.00001.pdf?download=1#page=2", None),
        ("https://arxiv.org/html/2401.00001v1/x1.png", None),
        ("https://arxiv.org/list/cs.IR/recent", None),
        ("https://ar5iv.org/abs/2401.00001", None),
        ("https://arxiv.org/abs/hep-th/9901001", None),
        ("https://arxiv.org/abs/cs.CL/0101010", "https://arxiv.org/abs/cs/0101010"),
        ("https://arxiv.org/pdf/2401.00001]", "https://arxiv.org/abs/2401.00001"),
        ("https://arxiv.org/2401.00001", "https://arxiv.org/abs/2401.00001"),
    ],
)
def test_spelling_of_arxiv_addresses(url: str, written: str | None) -> None:
    """What arXiv itself writes is left alone, whatever page or version it is."""
    assert well_spelt(url) == written


@pytest.mark.parametrize(
    ("code", "links", "after"),
    [
        ("pdf-link", "[paper](https://arxiv.org/pdf/2401.00001.pdf)", f"[paper]({PAPER})"),
        ("version-pinned", "[paper](https://arxiv.org/abs/2401.00001v2)", f"[paper]({PAPER})"),
        ("pdf-link", "[paper](https://arxiv.org/pdf/2401.00001v2)", None),
        ("pdf-link", f"[paper]({PAPER}) [pdf](https://arxiv.org/pdf/2401.00001)", None),
    ],
)
def test_simpler_address_is_written_where_it_is_asked_for(
    code: str, links: str, after: str | None
) -> None:
    """By `--only`; without a run and unasked, a PDF stays."""
    text = "- A Title of a Paper, ICML 2024, {}\n"
    data = text.format(links).encode()
    assert fixed(data, None, code)[0] == text.format(after or links).encode()
    assert fixed(data)[0] == data


def test_findings_of_the_run_are_repaired_unasked() -> None:
    """The entry's link and what repeats it; the same address in prose stays."""
    pdf = "https://arxiv.org/pdf/2401.00001"
    previous = Previous(
        papers=(
            paper(entry(1, "A Title of a Paper", pdf), findings=(finding("pdf-link", pdf, PAPER),)),
        )
    )
    text = "- A Title of a Paper, ICML 2024, [[paper]]({}) [[again]]({})\n\nSee [this]({p}).\n"

    after, plan = fixed(text.format(pdf, pdf, p=pdf).encode(), previous)

    assert after == text.format(PAPER, PAPER, p=pdf).encode()
    assert plan.counts == {"pdf-link": 2}


def test_one_repair_leads_to_the_next() -> None:
    """A malformed link to a renamed repository is changed once."""
    data = b"- [A Title of a Paper]((https://github.com/Old/Name))\n"
    after, plan = fixed(data, Previous(links=(renamed(),)))
    assert after == b"- [A Title of a Paper](https://github.com/Fresh/Name)\n"
    assert plan.counts == {"link-malformed": 1}


# --- titles -----------------------------------------------------------------------------------


def retitled(official: str, title: str = "An Old Title of the Paper") -> Previous:
    """Build a run that found another title."""
    mention = entry(1, title, PAPER)
    return Previous(papers=(paper(mention, findings=(finding("retitled", PAPER, official),)),))


@pytest.mark.parametrize(
    ("line", "official", "after"),
    [
        ("- [{}]({p})", "A New Title", "- [A New Title]({p})"),
        (
            "- **{}**, ICML 2024, [[paper]]({p})",
            "A New *Title* [x]",
            r"- **A New \*Title\* \[x\]**, ICML 2024, [[paper]]({p})",
        ),
        ("- [{}]({p})", "A $k$-NN Title", None),
        ("- [An Old *Title* of the Paper]({p})", "A New Title", None),
        ("- [{}]({p}) <!-- pipeline:ignore -->", "A New Title", None),
    ],
)
def test_title_is_repaired_on_request(line: str, official: str, after: str | None) -> None:
    """Only where it is written word for word; formulas are for a person."""
    old = line.replace("{p}", PAPER).replace("{}", "An Old Title of the Paper")
    new = after.replace("{p}", PAPER) if after else old

    done, plan = fixed(f"{old}\n".encode(), retitled(official), "retitled")

    assert done.decode() == f"{new}\n"
    assert bool(plan.left) == (after is None)
    assert fixed(f"{old}\n".encode(), retitled(official))[0].decode() == f"{old}\n"


def test_title_is_repaired_in_its_own_line_only() -> None:
    """The same words in prose before and after are somebody's own; twice in a line is no place."""
    title = "An Old Title of the Paper"
    line = f"- [{title}]({PAPER})\n"
    found = finding("retitled", PAPER, "A New Title", line=3)
    previous = Previous(papers=(paper(entry(3, title, PAPER), findings=(found,)),))
    around = f"{title} is old.\n\n", f"\n{title} it was.\n"

    done, _ = fixed(line.join(around).encode(), previous, "retitled")
    twice, plan = fixed(
        f"- [{title}]({PAPER}), {title}\n".encode(), retitled("A New Title"), "retitled"
    )

    assert done.decode() == line.replace(title, "A New Title").join(around)
    assert twice.decode() == f"- [{title}]({PAPER}), {title}\n"
    assert plan.left


def test_title_in_a_table_breaks_no_cell() -> None:
    """A title that a reader of tables would take apart is left for a person."""
    table = "| Title | Link |\n|---|---|\n| {} | [[paper]]({p}) |\n".replace("{p}", PAPER)
    data = table.replace("{}", "An Old Title of the Paper").encode()

    after, plan = fixed(data, retitled("New | Title of Papers"), "retitled")
    assert after == data
    assert plan.left[0].why == "the list would read differently in more than this link"

    after, _ = fixed(data, retitled("A Fresh Title of *Papers*"), "retitled")
    assert after.decode() == table.replace("{}", r"A Fresh Title of \*Papers\*")


# --- the safety net ---------------------------------------------------------------------------


def test_edit_that_changes_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the list would read differently, that edit is left out, and the others are made."""

    def broken(url: str, place: Any, old: str) -> str | None:
        return (
            "https://bad.example/) [more](https://bad.example/2"
            if "bad" in url
            else as_written(url, place, old)
        )

    monkeypatch.setattr("pipeline.repair.fixes.as_written", broken)
    bad = health("https://old.example/2", suggestion="https://bad.old.example/")
    lines = [f"- [Title Number {n}](https://keep.example/{n})" for n in range(40)]
    lines[7] = "- [A Title](https://old.example/2)"
    lines[21] = f"- [Another Title]({OLD})"
    data = "\n".join(lines).encode()

    after, plan = fixed(data, Previous(links=(health(), bad)))

    assert after == data.replace(OLD.encode(), NEW.encode())
    assert [(left.line, left.code) for left in plan.left] == [(8, "link-moved")]


def test_list_that_reads_differently_everywhere_costs_no_endless_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So many readings at most; what is not proven by then is left."""
    readings: list[str] = []

    def never(source: object, parsed: object, groups: object) -> bool:
        readings.append("one")
        return False

    monkeypatch.setattr("pipeline.repair.fixes.changes_only_links", never)
    data = b"".join(b"- [Title %d](%b)\n" % (n, OLD.encode()) for n in range(900))

    plan = planned(data, "mine", found_by(MOVED))

    assert plan.edits == ()
    assert len(plan.left) == 900
    assert len(readings) <= 400


def test_text_whose_bytes_cannot_be_restored_is_left() -> None:
    """Half a character at the end of UTF-16."""
    data = f"- [A Title]({OLD})\n".encode("utf-16") + b"\x00"
    after, plan = fixed(data, MOVED)
    assert after == data
    assert [left.code for left in plan.left] == ["encoding"]


CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@pytest.mark.parametrize("seed", range(60))
def test_any_list_is_repaired_and_otherwise_kept(seed: int) -> None:
    """Round trip over lists thrown together from all places, line ends and encodings."""
    dice = random.Random(seed)  # noqa: S311  no secret
    end = dice.choice(list(LINE_ENDS.values()))
    others = [b"words  ", "é".encode("latin-1"), b"## Heading", b"| a | b |", b"<br>"]
    # A second definition of a reference is none (CommonMark 4.7), so there is but one.
    references = [place for place in PLACES.values() if b"]:" in place]
    known = [place for place in PLACES.values() if place not in references[1:]] + others
    blocks = list(dict.fromkeys(dice.choice(known) for _ in range(dice.randrange(1, 12))))
    text = b"\n\n".join(blocks).replace(b"\n", end).decode("latin-1")
    codec = dice.choice(CODECS)

    after, plan = fixed(text.replace("%b", OLD).encode(codec), MOVED)

    assert after == text.replace("%b", NEW).encode(codec)
    assert all(left.line is None for left in plan.left)


def test_host_that_is_not_ascii_is_left() -> None:
    """It would have to be written in punycode, which nobody recognises."""
    data = f"- [A Title]({OLD})\n".encode()
    after, plan = fixed(data, Previous(links=(health(suggestion="https://bücher.old.example/"),)))
    assert after == data
    assert plan.left[0].why == "its host is not plain ASCII"


def test_edits_that_overlap_are_refused() -> None:
    """They would be somebody's mistake."""
    _, plan = fixed(f"[a]({OLD})".encode(), MOVED)
    with pytest.raises(ValueError, match="overlap"):
        applied(b"x" * 100, [*plan.edits, *plan.edits])


def test_time_grows_with_the_list_only(growth: Callable[..., float]) -> None:
    """One line with many links, or many lines with one."""

    def lines(count: int) -> bytes:
        return b"".join(b"- [Title %d](%b) text\n" % (n, OLD.encode()) for n in range(count))

    def one_line(count: int) -> bytes:
        return b"- text " + b" ".join(b"[%d](https://x.example/%d)" % (n, n) for n in range(count))

    for make in (lines, one_line):
        assert growth(make, lambda data: planned(data, "mine", found_by(MOVED)), small=60) < 3 * 8


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ([], BY_DEFAULT),
        (["pdf-link"], ("pdf-link",)),
        (["link-moved, retitled", "FILL"], ("link-moved", "retitled", "fill")),
        (["no-url,link-malformed"], ("link-malformed",)),  # as a report names it
        (["arxiv-trailing-text"], ("arxiv-spelling",)),
    ],
)
def test_codes_are_taken_apart(given: list[str], codes: tuple[str, ...]) -> None:
    """Repeated, or with commas; nothing means what is certain."""
    assert checked_codes(given) == codes


def test_unknown_code_names_the_known_ones() -> None:
    """So that one need not look them up."""
    with pytest.raises(ConfigurationError, match="version-pinned") as raised:
        checked_codes(["link-mvoed"])
    assert all(code in str(raised.value) for code in KNOWN)


def test_two_addresses_are_left_to_a_person() -> None:
    """A repair that drops one of them is none."""
    data = b"- [A Paper](https://arxiv.org/abs/2006.11239https://github.com/a/b)\n"

    after, plan = fixed(data)

    assert after == data
    assert "two addresses" in plan.left[0].why


def test_identifier_in_the_place_of_an_address_is_written_out() -> None:
    """As the address that it has."""
    after, _ = fixed(b"- [A Paper](arXiv:2006.11239)\n")

    assert after == b"- [A Paper](https://arxiv.org/abs/2006.11239)\n"


@pytest.mark.parametrize(
    "written",
    [
        "2305.00447,2305.00448",
        "2305.00447and2305.00449",
        "2305.00447+10.1145/3292500",
        "2305.00447v2;hep-th/9901001",
        "hep-th/9901001,hep-th/9901002",
        "2305.00447%2C2305.00448",
    ],
)
def test_glued_identifiers_are_for_a_person(written: str) -> None:
    """One address cannot stand for two works."""
    plan = planned(f"- [A Paper](https://arxiv.org/abs/{written})\n".encode(), "mine")

    assert plan.edits == ()
    assert [one.code for one in plan.left] == ["arxiv-spelling"]


@pytest.mark.parametrize("glued", ["2305.00447/2305.00447", "2305.00447xyz", "2305.00447%20(v1)"])
def test_what_is_no_other_identifier_is_dropped(glued: str) -> None:
    """The same one again, or a word."""
    plan = planned(f"- [A Paper](https://arxiv.org/abs/{glued})\n".encode(), "mine")

    assert [edit.after for edit in plan.edits] == ["https://arxiv.org/abs/2305.00447"]


@pytest.mark.parametrize(
    "text",
    [
        "- Delta Networks for Graphs. $(see {})^2$ x\n",
        "- Delta Networks for Graphs ({}).\n",
        "- Delta Networks for Graphs. {}&copy;\n",
        "- Delta Networks for Graphs. <span data-clipboard='{old}'>{}</span>\n",
        "- Delta Networks for Graphs. <div onclick=\"location='{old}'\">{}</div>\n",
        "- Delta Networks for Graphs. <a data-url='{old}' href='{}'>{old} x</a>\n",
    ],
)
def test_repair_keeps_all_that_stands_around_an_address(text: str) -> None:
    """Brackets of math, entities, and attributes that are no link."""
    old, new = (f"https://arxiv.org/abs/2305.00449{end}" for end in ("v3", ""))
    before = text.format(old, old=old).encode()
    plan = planned(before, "mine", codes={"version-pinned", "arxiv-spelling"}, asked=True)

    assert applied(before, plan.edits) == text.format(new, old=old).encode()


@pytest.mark.parametrize("math", ["$\\text{[m](URL)}$", "$[p](URL)$ x", "$[p](URL)$,[q](URL)$"])
def test_link_in_math_is_well_spelt(math: str) -> None:
    """Its bracket is no part of it."""
    text = math.replace("URL", "https://arxiv.org/abs/2305.00454v2")
    plan = planned(f"- Delta Networks for Graphs. {text}\n".encode(), "mine")

    assert (plan.edits, plan.left) == ((), ())
