"""`report.json`, and what every rendering of it needs."""

import json
from dataclasses import replace

import jsonschema

from pipeline.formats.report_json import (
    by_severity,
    fingerprint,
    parse_report_json,
    render_json,
    words,
)
from pipeline.formats.schema import schemas
from tests.formats.telling import full, hostile, link, told


def test_what_is_written_is_read_again() -> None:
    """Nothing is lost."""
    assert parse_report_json(render_json(full())) == full()


def test_what_is_written_keeps_its_schema() -> None:
    """Hostile text as well."""
    validator = jsonschema.Draft202012Validator(schemas()["v1/report.schema.json"])
    for report in (full(), hostile(), told()):
        validator.validate(json.loads(render_json(report)))


def test_fields_of_a_later_version_are_passed_over() -> None:
    """An older version reads what a newer one wrote."""
    data = json.loads(render_json(full()))
    data["later"] = data["diagnostics"][0]["later"] = data["lists"][0]["later"] = 1

    assert parse_report_json(json.dumps(data)) == full()


def test_what_is_damaged_is_none() -> None:
    """Neither half a file nor another one is a report."""
    text = render_json(full())

    assert [parse_report_json(one) for one in ("", "{}", "[]", text[: len(text) // 2])] == [
        None
    ] * 4


def test_json_in_a_log_is_no_command() -> None:
    """The runner obeys `##[…]` anywhere in a line, and `::` where one begins."""
    text = render_json(hostile())

    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "##[error]owned" in json.loads(text)["lists"][0]["name"]


def test_the_worst_comes_first_and_of_that_what_is_new() -> None:
    """For renderings that show only some."""
    old, new, blocked = (
        link("dead", "https://old.example", ("a", 1)),
        link("dead", "https://new.example", ("a", 2)),
        link("blocked", "https://blocked.example", ("a", 0)),
    )
    report = told((), [old, new, blocked], previous=told((), [old]))

    assert [one.url for one in by_severity(report)] == [new.url, old.url, blocked.url]


def test_words_say_everything_on_one_line() -> None:
    """Title, what is the matter, the link, what to write instead and since when."""
    one = next(one for one in full().diagnostics if one.replacement == "https://doi.org/10.1/x")

    assert words(one) == (
        "“Tuning Frameworks”: The host name does not exist. Link: https://a.example/first"
        " Suggestion: https://doi.org/10.1/x (Failing since 2026-11-01, 3 runs.)"
    )


def test_fingerprints_never_change() -> None:
    """They are published: trackers know by them what was told before."""
    assert fingerprint("link-dead", "https://x.example") == "68ffaee620053ede"


def test_words_show_what_a_repair_changes() -> None:
    """White space that an address shows in escapes is shown as it is written."""
    first = full().diagnostics[0]
    one = replace(first, url="http://a.org/b c", replacement="http://a.org/b%20c", certain=True)

    assert "Link: http://a.org/b c Replacement: http://a.org/b%20c" in words(one)
