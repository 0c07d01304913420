"""What is remembered of links from run to run."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from pipeline.links.history import (
    FORGOTTEN_AFTER,
    WELL_AFTER,
    Failure,
    excused,
    is_failing,
    merged,
    parse_history,
    pruned,
    recovered,
    remember,
    rewritten,
    runs_lost,
    serialise_history,
    without_future,
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

    assert text.isascii()
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
def test_damaged_line_is_named_and_costs_no_other(line: str) -> None:
    """One link's memory is not read; the file keeps the line."""
    good = serialise_history({URL: after(0)})

    history, faults = parse_history(f"{line}\n{good}")

    assert history == {URL: after(0)}
    assert len(faults) == 1
    assert "line 1" in faults[0]
    assert rewritten(f"{line}\n{good}", history, history) == f"{good}{line}\n"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_failed_at", '"2026-03-01T12:00:00"'),
        ("consecutive_failures", "0"),
        ("last_verdict", '"alive"'),
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


# --- what must not be lost --------------------------------------------------------------------


def of_newer_version(past: LinkHistory) -> str:
    """Return a line with two fields that this version does not know."""
    return past.model_dump_json().rstrip("}") + ', "mood": {"of": ["late"]}, "weight": 0.5}\n'


MORE = {"mood": {"of": ["late"]}, "weight": 0.5}


@pytest.mark.parametrize(
    "change",
    [
        lambda past: past,
        lambda past: remember(past, URL, failure("not-found", absent=True), NOW + 30 * HOUR),
        lambda past: recovered(past, NOW + 30 * HOUR),
        lambda past: remember(recovered(past, NOW + HOUR), URL, failure(), NOW + 30 * HOUR),
        excused,
        lambda past: without_future({URL: past}, NOW - HOUR)[URL],
        lambda past: merged(past, remember(None, URL, failure(), NOW + HOUR)),
        lambda past: merged(remember(None, URL, failure(), NOW + HOUR), past),
        lambda past: merged(past, recovered(past, NOW + HOUR)),
    ],
)
def test_fields_of_a_newer_version_are_kept(
    change: Callable[[LinkHistory], LinkHistory],
) -> None:
    """Whatever becomes of the link, they are written again as they were."""
    before, faults = parse_history(of_newer_version(after(0)))

    text = rewritten(of_newer_version(after(0)), before, {URL: change(before[URL])})

    assert faults == []
    assert {key: json.loads(text)[key] for key in MORE} == MORE


@pytest.mark.parametrize(
    "line",
    [
        '{"url": "https://a.example/", "last_verdict": "gone-for-good"}',
        "<<<<<<< HEAD",
        '{"url": "https://lab.example/paper", "last_ver',
        "\udcff\udcfe no UTF-8",
        '{"first_failed_at": "2026-13-01T00:00:00Z"}',
    ],
)
def test_damaged_lines_are_written_again_as_they_are(line: str) -> None:
    """Once each, after what is understood, in every run."""
    text = f"{serialise_history({URL: after(0)})}{line}\n\n{line}\n"
    before, faults = parse_history(text)
    later = {URL: remember(before[URL], URL, failure(), NOW + 24 * HOUR)}

    once = rewritten(text, before, later)

    assert once == f"{serialise_history(later)}{line}\n"
    assert rewritten(once, later, later) == once
    assert len(faults) == 2


def texts(*urls: str) -> tuple[str, dict[str, LinkHistory]]:
    """Return a file about some links that fail, and what it holds."""
    history = {url: remember(None, url, failure(), NOW) for url in urls}
    return serialise_history(history), history


def test_what_another_run_has_written_meanwhile_stays() -> None:
    """Two runs began with the same file; the later one to end overwrites no news of the other."""
    text, before = texts("https://both/", "https://mine/", "https://theirs/", "https://well/")
    day = NOW + 24 * HOUR
    absent = failure("not-found", absent=True)
    theirs = {
        **before,
        "https://both/": remember(before["https://both/"], "https://both/", absent, day),
        "https://theirs/": remember(before["https://theirs/"], "https://theirs/", absent, day),
        "https://well/": recovered(before["https://well/"], day),
        "https://new/": remember(None, "https://new/", failure(), day),
    }
    ours = {
        **before,
        "https://both/": remember(before["https://both/"], "https://both/", failure(), day + HOUR),
        "https://mine/": remember(before["https://mine/"], "https://mine/", failure(), day),
    }

    now, _ = parse_history(rewritten(serialise_history(theirs), before, ours))

    assert now["https://mine/"] == ours["https://mine/"]
    assert now["https://theirs/"] == theirs["https://theirs/"]
    assert now["https://well/"] == theirs["https://well/"]
    assert now["https://new/"] == theirs["https://new/"]
    assert now["https://both/"].absent_since == day
    assert (now["https://both/"].consecutive_failures, now["https://both/"].reason_code) == (
        2,
        "timeout",
    )
    assert rewritten(text, before, ours) == serialise_history(ours)


def test_what_a_run_forgets_is_forgotten_unless_another_has_seen_it() -> None:
    """A link that has been well for long leaves the file; one with news stays."""
    _, before = texts("https://old/", "https://news/")
    news = remember(before["https://news/"], "https://news/", failure(), NOW + 24 * HOUR)

    text = rewritten(serialise_history({**before, "https://news/": news}), before, {})

    assert text == serialise_history({"https://news/": news})


def test_file_that_was_emptied_meanwhile_is_written_whole() -> None:
    """Less is never taken for news."""
    _, before = texts("https://a/", "https://b/")

    assert rewritten("", before, before) == serialise_history(before)


def test_times_to_come_are_taken_for_now() -> None:
    """After a run with a wrong clock, failures count again from the first right one on."""
    wrong = after(24 * 365 * 4)
    assert wrong.absent_since is None

    right = without_future({URL: wrong}, NOW)[URL]
    later = remember(right, URL, failure(), NOW + 12 * HOUR)

    assert right.first_failed_at == right.last_failed_at == right.lost_since == NOW
    assert (later.consecutive_failures, later.lost_runs) == (2, 2)
    assert later.last_failed_at == NOW + 12 * HOUR


def test_times_that_have_been_are_left_alone() -> None:
    """Only what cannot be true is changed."""
    past = {URL: after(0, 24), "https://well/": recovered(after(0), NOW + HOUR)}

    assert without_future(past, NOW + 24 * HOUR) == past
    assert without_future(past, NOW + HOUR)[URL].first_failed_at == NOW


# --- somebody is there ------------------------------------------------------------------------


def test_refusal_takes_back_that_a_link_was_lost() -> None:
    """A host that turns a robot away has answered: the time out of reach counts no longer."""
    past = excused(after(0, 24, 48))

    assert (past.lost_since, past.lost_runs) == (None, 0)
    assert (past.first_failed_at, past.consecutive_failures) == (NOW, 3)
    again = remember(past, URL, failure(), NOW + 200 * HOUR)
    assert (again.lost_since, again.lost_runs) == (NOW + 200 * HOUR, 1)


def test_refusal_leaves_what_was_said_to_be_absent() -> None:
    """A 404 is a word about the page; that the host answers is no news after it."""
    absent = failure("not-found", absent=True, mortal=True, verdict="dead")
    past = excused(after(0, 24, what=absent))

    assert (past.absent_since, past.last_verdict) == (NOW, "dead")
    assert past.lost_since is None


def test_refusal_of_a_link_called_dead_for_its_silence_makes_it_a_failing_one() -> None:
    """What was dead only because nobody answered is not."""
    assert excused(after(0, 24, 200, what=failure(verdict="dead"))).last_verdict == "failing"


def test_refusal_changes_nothing_of_a_link_that_is_well_or_was_never_lost() -> None:
    """There is nothing to take back."""
    well = recovered(after(0), NOW + HOUR)
    tls = after(0, what=failure("tls-fault", mortal=False))

    assert (excused(well), excused(tls)) == (well, tls)


# --- links that come and go -------------------------------------------------------------------


def flapping(times: int) -> LinkHistory:
    """Return the memory of a link that failed and was there again, so many times."""
    past = after(0)
    for number in range(times):
        past = recovered(past, NOW + (2 * number + 1) * 24 * HOUR)
        past = remember(past, URL, failure(), NOW + (2 * number + 2) * 24 * HOUR)
    return past


def test_what_is_well_fails_no_more() -> None:
    """All that a link was blamed for is over; that it has failed is still known."""
    absent = failure("not-found", absent=True)
    well = recovered(after(0, 24, what=absent), NOW + 30 * HOUR)

    assert not is_failing(well)
    assert is_failing(after(0))
    assert (well.absent_since, well.lost_since, well.lost_runs) == (None, None, 0)
    assert (well.consecutive_failures, well.last_alive_at) == (0, NOW + 30 * HOUR)
    assert well.last_verdicts == ("failing", "failing", "alive")
    assert recovered(well, NOW + 40 * HOUR) == well


def test_failure_after_a_recovery_is_a_first_one() -> None:
    """With the time of its first look, and the verdicts before it."""
    well = recovered(after(0, 24), NOW + 30 * HOUR)
    first, second = NOW + 40 * HOUR, NOW + 41 * HOUR

    again = remember(well, URL, failure(), second, first_seen=first)

    assert (again.first_failed_at, again.lost_since) == (first, first)
    assert (again.last_failed_at, again.consecutive_failures) == (second, 1)
    assert again.last_verdicts == ("failing", "failing", "alive", "failing")
    assert again.last_alive_at == NOW + 30 * HOUR


def test_eight_verdicts_are_kept() -> None:
    """The last ones, the oldest first."""
    assert flapping(1).last_verdicts == ("failing", "alive", "failing")
    assert flapping(9).last_verdicts == ("alive", "failing") * 4
    assert recovered(flapping(9), NOW + 999 * HOUR).last_verdicts == ("failing", "alive") * 4
    assert after(*range(0, 240, 12)).last_verdicts == ("failing",) * 8


def test_verdict_of_a_check_that_does_not_count_takes_the_place_of_the_last() -> None:
    """It is the better word about the same failure."""
    past = remember(after(0, 24), URL, failure("not-found", verdict="dead"), NOW + 25 * HOUR)

    assert past.last_verdicts == ("failing", "dead")


@pytest.mark.parametrize(("age", "is_kept"), [(WELL_AFTER - HOUR, True), (WELL_AFTER, False)])
def test_link_that_has_been_well_for_long_is_forgotten(age: timedelta, is_kept: bool) -> None:
    """Counted from the day when it was found alive again, whether a list has it or not."""
    well = recovered(remember(None, URL, failure(), NOW - 2 * WELL_AFTER), NOW - age)

    assert (URL in pruned({URL: well}, [URL], NOW)) is is_kept
    assert (URL in pruned({URL: well}, [], NOW)) is is_kept


# --- two memories of one link -----------------------------------------------------------------


def test_longer_row_of_verdicts_is_kept() -> None:
    """Of two as long, always the same one."""
    long, short = after(0, 24, 48), after(0, 60)
    dead = remember(after(0, 24), URL, failure(verdict="dead"), NOW + 48 * HOUR)

    for one, other in ((long, short), (short, long)):
        assert merged(one, other).last_verdicts == ("failing",) * 3
    assert merged(long, dead).last_verdicts == merged(dead, long).last_verdicts


@pytest.mark.parametrize("absent", [False, True])
def test_failure_that_spans_a_good_answer_begins_after_it(absent: bool) -> None:
    """What one branch counted before another saw the link alive does not count."""
    mortal = failure("timeout", mortal=not absent, absent=absent)
    long = after(0, 24, 48, what=mortal)
    well = recovered(after(0), NOW + 24 * HOUR)

    one = merged(long, well)

    assert (one.first_failed_at, one.consecutive_failures) == (NOW + 48 * HOUR, 1)
    assert (one.lost_since, one.lost_runs) == ((None, 0) if absent else (NOW + 48 * HOUR, 1))
    assert one.absent_since is None


def test_good_answer_at_the_time_of_a_failure_is_older_than_it() -> None:
    """What was alive and failed in one second fails, for the first time."""
    well = recovered(after(0), NOW + 48 * HOUR)
    began = remember(None, URL, failure("not-found", absent=True), NOW + 48 * HOUR)

    for one, other in ((well, began), (began, well)):
        both = merged(one, other)
        assert is_failing(both)
        assert (both.first_failed_at, both.last_alive_at) == (NOW + 48 * HOUR,) * 2
        assert (both.consecutive_failures, both.lost_runs, both.lost_since) == (1, 0, None)
        assert (both.last_verdict, both.absent_since) == ("failing", None)


def test_two_damaged_lines_stay_two() -> None:
    """One below the other, in their order."""
    assert rewritten("{\n[]\n", {}, {}) == "{\n[]\n"
