"""What is remembered of links from run to run."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from pipeline.links.history import (
    FORGOTTEN_AFTER,
    Failure,
    parse_history,
    pruned,
    recovered,
    remember,
    runs_lost,
    serialise_history,
)
from pipeline.records.links import LinkHistory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://lab.example/paper"


def failure(code: str = "timeout", **fields: Any) -> Failure:
    """Return a failed check."""
    values = {"status_code": None, "absent": False, "mortal": True, "verdict": "failing"}
    return Failure(reason_code=code, **{**values, **fields})


def after(*hours: float, what: Failure | None = None) -> LinkHistory:
    """Return the memory after the same failure at these hours."""
    past: LinkHistory | None = None
    for hour in hours:
        past = remember(past, URL, what or failure(), NOW + hour * HOUR)
    assert past is not None
    return past


def test_first_failure_is_remembered_with_its_time() -> None:
    """One failure, counted, now."""
    past = after(0)

    assert (past.first_failed_at, past.last_failed_at) == (NOW, NOW)
    assert (past.consecutive_failures, past.lost_runs) == (1, 1)


@pytest.mark.parametrize(
    ("hours", "count", "last"),
    [
        ((0, 1, 5, 11.9), 1, 0),
        ((0, 12), 2, 12),
        ((0, 11, 12, 13), 2, 12),
        ((0, 12, 23, 24), 3, 24),
        ((0, 168), 2, 168),
    ],
)
def test_failure_counts_once_in_twelve_hours(
    hours: tuple[float, ...], count: int, last: float
) -> None:
    """However often one runs."""
    past = after(*hours)

    assert past.consecutive_failures == past.lost_runs == count
    assert past.last_failed_at == NOW + last * HOUR
    assert past.first_failed_at == NOW


def test_repeated_failure_changes_nothing() -> None:
    """The same within twelve hours: the same bytes."""
    assert after(0, 3) == after(0)


def test_other_failure_within_the_time_changes_only_what_was_said() -> None:
    """The last word is kept, the count is not."""
    past = remember(after(0), URL, failure("not-found", absent=True, status_code=404), NOW + HOUR)

    assert (past.reason_code, past.status_code) == ("not-found", 404)
    assert past.absent_since == NOW + HOUR
    assert (past.consecutive_failures, past.last_failed_at) == (1, NOW)


def test_first_of_two_looks_is_when_it_began() -> None:
    """A link found dead in one run has failed since the first look."""
    dead = failure("not-found", absent=True, verdict="dead")

    past = remember(None, URL, dead, NOW, first_seen=NOW - timedelta(seconds=61))

    assert past.first_failed_at == past.absent_since == NOW - timedelta(seconds=61)
    assert past.last_failed_at == NOW


def test_failure_that_never_means_death_does_not_count_as_lost() -> None:
    """TLS faults are counted for the report, not for the verdict."""
    past = after(0, 12, 24, what=failure("tls-fault", mortal=False))

    assert past.consecutive_failures == 3
    assert (past.lost_runs, past.lost_since) == (0, None)


def test_losses_count_from_the_first_real_one() -> None:
    """A time-out after a TLS fault begins the count."""
    tls = after(0, what=failure("tls-fault", mortal=False))

    past = remember(tls, URL, failure(), NOW + HOUR)

    assert (past.lost_runs, past.lost_since) == (1, NOW + HOUR)
    assert past.first_failed_at == NOW


@pytest.mark.parametrize(("hour", "runs"), [(1, 1), (11.9, 1), (12, 2)])
def test_runs_lost_includes_the_check_under_way_where_it_counts(hour: float, runs: int) -> None:
    """The verdict of a check may rest on the check itself."""
    assert runs_lost(after(0), NOW + hour * HOUR) == runs


def test_api_answers_count_in_their_own_time() -> None:
    """An answer that is cached for a day is one answer for a day."""
    past = remember(after(0), URL, failure(), NOW + 20 * HOUR, counts_again_after=24 * HOUR)

    assert past.consecutive_failures == 1


def test_last_time_alive_is_kept_from_the_beginning() -> None:
    """What was known when it began to fail stays known."""
    past = remember(None, URL, failure(), NOW, last_alive_at=NOW - 50 * HOUR)
    past = remember(past, URL, failure(), NOW + 12 * HOUR, last_alive_at=NOW)

    assert past.last_alive_at == NOW - 50 * HOUR


# --- the file ---------------------------------------------------------------------------------


def test_written_history_is_read_back() -> None:
    """Nothing is lost on the way."""
    history = {
        url: remember(None, url, failure(), NOW)
        for url in ("https://b.example/\u2028", "https://a.example/ü")
    }

    text = serialise_history(history)

    assert parse_history(text) == (history, [])


def test_file_is_sorted_and_one_link_a_line() -> None:
    """A diff shows what changed in the world."""
    history = {url: remember(None, url, failure(), NOW) for url in ("https://b/", "https://a/")}

    lines = serialise_history(history).splitlines()

    assert len(lines) == 2
    assert "https://a/" in lines[0]
    assert lines[0].index('"absent_since"') < lines[0].index('"url"')


def test_empty_history_is_an_empty_file() -> None:
    """And back."""
    assert serialise_history({}) == ""
    assert parse_history("") == ({}, [])


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        "{",
        "[]",
        "null",
        "{}",
        '{"url": 1}',
        "\x00",
        "[" * 5000,
    ],
)
def test_damaged_line_is_named_and_dropped(line: str) -> None:
    """One link's memory is lost, not the run."""
    good = serialise_history({URL: after(0)})

    history, faults = parse_history(f"{line}\n{good}")

    assert history == {URL: after(0)}
    assert len(faults) == 1
    assert "line 1" in faults[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_failed_at", '"2026-03-01T12:00:00"'),
        ("consecutive_failures", "0"),
        ("last_verdict", '"alive"'),
        ("unheard_of", "1"),
    ],
)
def test_impossible_value_is_a_damaged_line(field: str, value: str) -> None:
    """Nothing that could not have been written is believed."""
    record = after(0).model_dump_json().rstrip("}") + f', "{field}": {value}}}'

    history, faults = parse_history(record)

    assert history == {}
    assert len(faults) == 1


def test_of_two_lines_about_one_link_the_longer_memory_stays() -> None:
    """Two branches were merged."""
    older, newer = after(0, 24), remember(None, URL, failure(), NOW + 20 * HOUR)

    for lines in ((older, newer), (newer, older)):
        text = "".join(line.model_dump_json() + "\n" for line in lines)
        assert parse_history(text)[0] == {URL: older}


def test_failures_before_another_branch_saw_the_link_alive_are_forgotten() -> None:
    """In whatever order three branches are merged, the failures begin after that."""
    long = after(0, 24, 200)
    dead = remember(long, URL, failure("not-found", verdict="dead", absent=True), NOW + 300 * HOUR)
    well = recovered(after(0, 24), NOW + 250 * HOUR)
    again = remember(well, URL, failure(), NOW + 260 * HOUR)

    for lines in permutations((long, dead, well)):
        merged = parse_history("".join(f"{line.model_dump_json()}\n" for line in lines))[0][URL]
        assert merged.last_verdict == "failing"
        assert merged.first_failed_at == merged.lost_since == NOW + 300 * HOUR
        assert (merged.consecutive_failures, merged.lost_runs) == (1, 1)
        assert merged.absent_since is None
        assert merged.last_alive_at == NOW + 250 * HOUR
    for lines in permutations((long, again)):
        merged = parse_history("".join(f"{line.model_dump_json()}\n" for line in lines))[0][URL]
        assert merged.first_failed_at == merged.lost_since == NOW + 260 * HOUR
        assert (merged.consecutive_failures, merged.lost_runs) == (1, 1)


def test_link_that_no_list_holds_is_forgotten_after_half_a_year() -> None:
    """A link of these lists stays however long; so does one that failed lately."""
    history = {
        url: remember(None, url, failure(), NOW - age)
        for url, age in (
            ("https://here.example/", FORGOTTEN_AFTER * 2),
            ("https://left.example/", FORGOTTEN_AFTER * 2),
            ("https://lately.example/", HOUR),
        )
    }

    kept = pruned(history, ["https://here.example/"], NOW)

    assert list(kept) == ["https://here.example/", "https://lately.example/"]
