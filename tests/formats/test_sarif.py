"""SARIF 2.1.0."""

import json
from typing import Any

import pytest

from pipeline.formats import sarif
from pipeline.formats.report_json import LinkReport
from pipeline.formats.run_json import ListRun
from pipeline.formats.sarif import render_sarif
from tests.formats.telling import AT, finding, full, hostile, link, told

HERE = (ListRun(name="a", entries=1, path="lists/my list#1 — 100%.md"),)


def run_of(report: LinkReport) -> dict[str, Any]:
    """The one run."""
    data = json.loads(render_sarif(report))
    assert set(data) == {"$schema", "version", "runs"}
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    return dict(run)


def checked(report: LinkReport) -> dict[str, Any]:
    """Look whether everything that the standard and GitHub require is there."""
    run = run_of(report)
    driver = run["tool"]["driver"]
    assert driver["name"]
    for rule in driver["rules"]:
        assert all((rule["id"], rule["shortDescription"]["text"], rule["help"]["text"]))
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in {"error", "warning", "note"}
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert result["locations"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"].isascii()
            assert not set(physical["artifactLocation"]["uri"]) & set(' "<>\\^`{}|#?')
            assert physical["region"]["startLine"] >= 1
            assert physical["region"].get("startColumn", 1) >= 1
    assert [one["executionSuccessful"] for one in run["invocations"]] == [True]
    return run


def test_everything_that_is_required_is_there() -> None:
    """In a full report, in a clean one, and where all text is hostile."""
    assert len(checked(full())["results"]) > 5
    assert checked(told())["results"] == []
    assert len(checked(hostile())["results"]) == len(hostile().diagnostics)


def test_a_result_has_its_places() -> None:
    """All of them, for all are to be changed; the file is percent-encoded."""
    dead = link("dead", "https://x.example", ("a", 3), ("a", 9), reason="Not there.")
    (result,) = checked(told((), [dead], lists=HERE))["results"]

    assert (result["ruleId"], result["level"]) == ("link-dead", "error")
    assert result["message"]["text"] == "Not there. Link: https://x.example"
    uri = "lists/my%20list%231%20%E2%80%94%20100%25.md"
    assert [one["physicalLocation"] for one in result["locations"]] == [
        {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line, "startColumn": 7},
        }
        for line in (3, 9)
    ]


def test_an_absolute_path_is_a_file_address() -> None:
    """It is relative to nothing."""
    lists = (ListRun(name="a", entries=1, path="/srv/my lists/a.md"),)
    (result,) = checked(told((), [link("dead", "https://x.example", ("a", 1))], lists=lists))[
        "results"
    ]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "file:///srv/my%20lists/a.md"
    }


def test_the_fingerprint_stays_when_lines_move() -> None:
    """So that an alert that was dismissed stays dismissed."""
    first, second = (
        checked(told((), [link("dead", "https://x.example", ("a", line))], lists=HERE))["results"][
            0
        ]["partialFingerprints"]
        for line in (3, 30)
    )

    assert first == second


def test_what_has_no_file_is_counted() -> None:
    """GitHub refuses a result without one; nothing is left out in silence."""
    links = [link("dead", f"https://{name}.example", (name, 1)) for name in ("a", "far", "away")]
    run = checked(told((), links, lists=HERE))
    (said,) = run["invocations"][0]["toolExecutionNotifications"]

    assert len(run["results"]) == 1
    assert said["message"]["text"].startswith("2 more in report.json")


def test_the_ignore_file_is_a_file() -> None:
    """Its rules have places of their own."""
    note = finding("ignore-expired", "warning", "expired", "pipeline-ignore.toml", 3)
    (result,) = checked(told(notes=[note]))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "pipeline-ignore.toml"
    )


def test_there_are_never_more_results_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst are kept."""
    assert sarif.MAX_RESULTS == 25_000
    monkeypatch.setattr(sarif, "MAX_RESULTS", 20)
    blocked = [link("blocked", f"https://{n}.example", ("a", n)) for n in range(20)]
    run = run_of(told((), [*blocked, link("dead", "https://x.example", ("a", 1))], lists=HERE))

    assert len(run["results"]) == 20
    assert run["results"][0]["ruleId"] == "link-dead"
    assert "toolExecutionNotifications" in run["invocations"][0]


def test_words_are_neither_links_nor_placeholders() -> None:
    """Brackets are escaped and braces doubled, as the standard says."""
    dead = link("dead", "https://x.example", ("a", 1), reason="[a](https://evil.example) {0} \\.")
    (result,) = checked(told((), [dead], lists=HERE))["results"]

    assert result["message"]["text"].startswith("\\[a\\](https://evil.example) {{0}} \\\\.")


def test_sarif_in_a_log_is_no_command() -> None:
    """As of every JSON that may be printed."""
    assert "##[" not in render_sarif(hostile())
    assert run_of(full())["invocations"][0]["endTimeUtc"] == f"{AT:%Y-%m-%dT%H:%M:%SZ}"
