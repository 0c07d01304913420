"""Records as JSON Lines, and back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from pydantic import ValidationError, field_validator

from pipeline.formats.jsonl import (
    DamagedLine,
    fault_of,
    parse_lines,
    render,
    safe_json,
    to_line,
    to_text,
)
from pipeline.records.base import Record, to_json
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import Entry, Link

ENTRY = Entry(
    list="llm4rec",
    line=12,
    end_line=13,
    title="Tuning “Frameworks” | naïve",
    name="TALLRec",
    section=("1. LLM", "1.1 Tuning"),
    venue="RecSys 2023",
    year=2023,
    links=(
        Link(url="https://arxiv.org/abs/2305.00447", role="paper", line=12, column=5),
        Link(url="http://x.example", line=13, column=1, written="((http://x.example"),
    ),
    columns={"Backbone": "LLaMA"},
)

PAPER = Paper(
    key="arxiv:2305.00447",
    title="Tuning",
    authors=("Bao, K.",),
    arxiv=ArxivPart(id="2305.00447", version=3, categories=("cs.IR",)),
    repositories=(RepositoryPart(full_name="o/n", url="https://github.com/o/n", status="found"),),
    mentions=(ENTRY,),
    resolution=Resolution(status="found", method="link", confidence=1.0),
    findings=(Finding(code="x", severity="info", message="m", list="llm4rec", line=12),),
    sources={
        "arxiv": SourceState(status="found", stale=True, as_of=datetime(2026, 11, 1, 6, tzinfo=UTC))
    },
)

LINK = LinkHealth(
    url="https://x.example",
    verdict="dead",
    reason_code="gone",
    reason="HTTP 410",
    status_code=410,
    evidence="http",
    checked_at=datetime(2026, 11, 2, tzinfo=UTC),
    occurrences=(Occurrence(list="llm4rec", line=13, column=1, role="other", paper=None),),
)


def paper(title: str) -> Paper:
    """A paper of which only the title matters."""
    return replace(PAPER, title=title)


def test_a_line_holds_the_fields_of_the_contract_in_its_order() -> None:
    """The keys of a line come in the order in which the contract names them."""
    line = json.loads(to_line(PAPER))
    assert list(line)[:16] == [
        "schema_version",
        "key",
        "former_keys",
        "kind",
        "title",
        "authors",
        "abstract",
        "published",
        "updated",
        "arxiv",
        "doi",
        "repositories",
        "mentions",
        "resolution",
        "findings",
        "sources",
    ]
    assert line["sources"]["arxiv"]["as_of"] == "2026-11-01T06:00:00Z"


def test_a_mention_is_an_object_with_its_links_as_objects() -> None:
    """A mention has the fields of an entry, each link of it at least a URL and a role."""
    (mention,) = json.loads(to_line(PAPER))["mentions"]
    assert mention == json.loads(to_line(ENTRY))
    assert list(mention)[:11] == [
        "list",
        "line",
        "end_line",
        "title",
        "name",
        "section",
        "authors",
        "venue",
        "year",
        "links",
        "columns",
    ]
    assert mention["links"][0]["url"] == "https://arxiv.org/abs/2305.00447"
    assert [link["role"] for link in mention["links"]] == ["paper", "other"]
    assert mention["columns"] == {"Backbone": "LLaMA"}


def test_text_stays_readable() -> None:
    """Letters of any script are written as they are."""
    assert "推荐 “naïve” 😀" in to_line(paper("推荐 “naïve” 😀"))


@pytest.mark.parametrize(
    "title",
    [
        "line\nbreaks\r\n",
        "\u2028 and \u2029 and \x85",
        "\x00 \x1b[31m \x7f \x9b31m",
        "\u202eevil\u2066 \u200f \ufeff",
        '"quotes" and \\ slashes',
        "\U000e0041 tag \U0001f600",
    ],
)
def test_any_text_comes_back_the_same_from_one_line(title: str) -> None:
    """No text breaks its line, whatever a reader takes for a line break, and none is lost."""
    text = render([paper(title)])
    assert text.splitlines() == [text[:-1]]
    assert not any(char in text for char in "\x1b\x7f\x9b\u202e\u2066\u200f\ufeff")
    assert parse_lines(Paper, text) == ([paper(title)], [])


@pytest.mark.parametrize(
    ("title", "expected"),
    [("half \ud83d of a pair", "half \ufffd of a pair"), ("\ud83d\ude00 whole", "😀 whole")],
)
def test_halves_of_surrogate_pairs_never_reach_a_file(title: str, expected: str) -> None:
    """A lone half becomes the replacement character, two halves that fit become one character."""
    text = render([paper(title)])
    assert text.encode("utf-8")
    assert parse_lines(Paper, text) == ([paper(expected)], [])


def test_no_records_are_the_empty_text() -> None:
    """Without records there is no line, with records the text ends with a line break."""
    assert render([]) == ""
    assert render([PAPER, LINK]).endswith("}\n")


def test_links_come_back_the_same() -> None:
    """A line of links.jsonl is read as it was written."""
    assert parse_lines(LinkHealth, render([LINK, LINK])) == ([LINK, LINK], [])


def test_fields_of_a_newer_version_are_passed_over() -> None:
    """Unknown fields at any depth do not make a line unreadable."""
    data = json.loads(to_line(PAPER))
    data["field_of_tomorrow"] = 12
    data["resolution"]["by"] = {"person": "x"}
    data["mentions"][0]["note"] = "n"
    data["mentions"][0]["links"][0]["status"] = 200
    assert parse_lines(Paper, json.dumps(data)) == ([PAPER], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "EOF"),
        ("<<<<<<< HEAD", "expected value"),
        ("[1]", "should be an object"),
        ("{}", "key: Field required"),
        ("[" * 100_000, "recursion limit"),
        ('{"key": "\\ud800"}', "hex escape"),
        ('{"key": "\ud800"}', "unicode string"),
        (to_line(PAPER).replace('"paper"', '"novel"', 1), "kind"),
        (to_line(PAPER)[:200], "EOF"),
    ],
)
def test_a_damaged_line_is_reported_and_the_others_are_read(line: str, reason: str) -> None:
    """One bad line costs that line only, and the reason names its place in the record."""
    papers, damaged = parse_lines(Paper, f"{to_line(PAPER)}\r\n\n{line}\n{to_line(PAPER)}")
    assert papers == [PAPER, PAPER]
    assert [one.line for one in damaged] == [3]
    assert reason in damaged[0].reason


def test_any_kind_of_record_is_read() -> None:
    """Lines of plain dataclasses are read as those of models are."""
    assert parse_lines(Entry, render([ENTRY]) + "{}\n") == (
        [ENTRY],
        [DamagedLine(2, "list: Field required", "{}")],
    )


def test_safe_json_indents_where_asked() -> None:
    """A file for people has its values on lines of their own."""
    assert safe_json({"a": ["é\u2028"]}, indent=2) == '{\n  "a": [\n    "é\\u2028"\n  ]\n}'
    assert safe_json({"a": [1]}) == '{"a":[1]}'


def test_a_catalog_takes_linear_time(growth: Callable[..., float]) -> None:
    """Papers are written, and read, one by one."""

    def catalog(papers: int) -> list[Paper]:
        return [paper(f"naïve {number}") for number in range(papers)]

    assert len(parse_lines(Paper, render(catalog(100)))[0]) == 100
    assert growth(catalog, render, small=800) < 24
    assert (
        growth(lambda papers: render(catalog(papers)), partial(parse_lines, Paper), small=800) < 24
    )


def test_a_fault_is_told_in_our_words() -> None:
    """What pydantic puts before them says nothing to a person."""

    class Sized(Record):
        size: int

        @field_validator("size")
        @classmethod
        def _small(cls, size: int) -> int:
            if size > 3:
                raise ValueError("more than 3")
            return size

    with pytest.raises(ValidationError) as raised:
        Sized(size=4)
    assert fault_of(raised.value) == "size: more than 3"


@pytest.mark.parametrize(
    "title", ["plain", "é…日本", '\u2028\x7f\x85\b\t\x1f"/\\', "half \ud83d", "\ud83d\ude00"]
)
def test_json_on_many_lines_is_as_the_standard_library_has_it(title: str) -> None:
    """Empty fields too; what some reader takes for a line break is escaped."""
    entry = Entry(list="l", line=1, end_line=1, title=title, columns={}, links=())

    assert to_text(entry, indent=2) == safe_json(to_json(entry), indent=2)
    assert not set("\u2028\x7f\x85") & set(to_text(entry, indent=2))
