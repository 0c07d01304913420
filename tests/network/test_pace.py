"""How fast a host is asked: quicker while it is well, slower as soon as it is not."""

import pytest

from pipeline.network.pace import LOADED, LONGEST_PROOF, PROVEN, REFUSED, Pace

GENTLE = (0.25, 0.05, 30.0)


def test_pace_quickens_to_the_shortest_while_answers_come_soon() -> None:
    """A healthy host goes from four requests a second to twenty, and no further."""
    pace = Pace(*GENTLE)
    seen = [pace.interval]
    for _ in range(20):
        pace.answered(0.05)
        seen.append(pace.interval)

    assert seen == sorted(seen, reverse=True)
    assert seen[1] == pytest.approx(0.2)
    assert seen[7] > 0.05
    assert seen[8:] == [0.05] * 13


@pytest.mark.parametrize("limit", [True, False])
def test_complaint_doubles_the_interval(limit: bool) -> None:
    """A refusal and a failure alike."""
    pace = Pace(*GENTLE)

    pace.complained(0.0, 0.1, limit=limit)

    assert pace.interval == 0.5


def test_interval_grows_to_the_longest_and_no_further() -> None:
    """Half a minute between two requests is slow enough."""
    pace = Pace(*GENTLE)
    for second in range(20):
        pace.complained(second, second + 0.1, limit=True)

    assert pace.interval == 30.0


def well(pace: Pace, answers: int) -> float:
    """Let a host answer so often without complaint, and return the interval that it is then at."""
    for _ in range(answers):
        pace.answered(0.01)
    return pace.interval


def test_no_refused_pace_soon_after_a_limit() -> None:
    """What the host has called too fast is not tried again before others have done well."""
    pace = Pace(*GENTLE)
    pace.complained(0.0, 0.1, limit=True)

    assert pace.interval == 0.5
    assert well(pace, PROVEN - 1) == pytest.approx(REFUSED * 0.25)


def test_faster_pace_is_tried_after_proof() -> None:
    """A limit may have been a passing one; in the end the host is quick again."""
    pace = Pace(*GENTLE)
    pace.complained(0.0, 0.1, limit=True)
    felt = well(pace, PROVEN - 1)

    assert well(pace, 1) < felt
    assert well(pace, 20 * PROVEN) == 0.05


def test_limit_that_is_felt_again_needs_more_proof() -> None:
    """Each attempt costs the host a refusal, so they become rare."""
    pace = Pace(*GENTLE)
    pace.complained(0.0, 0.1, limit=True)
    well(pace, PROVEN)
    pace.complained(10.0, 10.1, limit=True)
    felt = well(pace, 2 * PROVEN - 1)

    assert felt == pace.limit
    assert well(pace, 1) < felt


def test_proof_has_an_end() -> None:
    """However often it was refused, a faster pace is tried some time."""
    pace = Pace(*GENTLE)
    for second in range(20):
        pace.complained(second, second + 0.1, limit=True)
    felt = pace.limit
    well(pace, LONGEST_PROOF)

    assert felt == 30.0
    assert pace.limit < felt


@pytest.mark.parametrize(
    ("pages", "good_before", "interval"),
    [
        ("abcd", 1, 0.2),
        ("abcde", 1, 0.4),
        ("aaaaaaaa", 1, 0.2),
        ("abcdeabcde", 1, 0.8),
        ("abcdefgh", 0, 0.25),
    ],
)
def test_pages_without_an_answer_slow_down_where_many_follow_good_ones(
    pages: str, good_before: int, interval: float
) -> None:
    """A page that hangs, however often it is tried, says nothing of its host."""
    pace = Pace(*GENTLE)
    well(pace, good_before)
    for second, page in enumerate(pages):
        pace.failed(page, second, second + 0.5)

    assert pace.interval == pytest.approx(interval)


def test_good_answers_between_them_take_the_sign_away() -> None:
    """One page of two hangs: the host is well."""
    pace = Pace(*GENTLE)
    for second in range(40):
        pace.failed(str(second), second, second + 0.5)
        pace.answered(0.05)

    assert pace.interval == 0.05


@pytest.mark.parametrize(("limit", "longest"), [(True, 30.0), (False, LOADED)])
def test_signs_of_load_do_not_slow_down_without_end(limit: bool, longest: float) -> None:
    """Only a host that speaks of a limit is asked as seldom as twice a minute."""
    pace = Pace(*GENTLE)
    for second in range(40):
        pace.complained(second, second + 0.1, limit=limit)

    assert pace.interval == longest


def test_sign_of_load_makes_no_slow_pace_quicker() -> None:
    """A host that is asked every five seconds stays so."""
    pace = Pace(5.0, 5.0, 30.0)
    pace.complained(0.0, 0.1, limit=False)

    assert pace.interval == 5.0


def test_failure_that_passes_is_forgotten() -> None:
    """After a 503 the host may become quick again."""
    pace = Pace(*GENTLE)
    pace.complained(0.0, 0.1, limit=False)

    assert well(pace, 50) == 0.05


def test_complaints_of_requests_under_way_together_count_once() -> None:
    """The second and third of a burst were sent before the first could be heard."""
    pace = Pace(*GENTLE)

    for started, ended in [(0.0, 1.0), (0.25, 1.1), (0.5, 1.2)]:
        pace.complained(started, ended, limit=True)
    assert pace.interval == 0.5

    pace.complained(1.3, 1.4, limit=True)
    assert pace.interval == 1.0


def test_limit_that_comes_with_a_failure_is_kept_in_mind() -> None:
    """Of a 500 and a 429 under way together the interval takes one, the limit the other."""
    pace = Pace(*GENTLE)
    pace.complained(0.0, 1.0, limit=False)
    pace.complained(0.25, 1.1, limit=True)

    assert pace.interval == 0.5
    assert well(pace, PROVEN - 1) >= REFUSED * 0.25


@pytest.mark.parametrize(
    ("usual", "seconds", "interval"),
    [
        (0.05, 0.15, 0.2),  # three times as long, but nobody would notice
        (0.05, 0.6, 0.5),
        (0.5, 1.4, 0.25),  # no strain, but not soon either
        (0.5, 1.6, 0.5),
        (2.0, 2.0, 0.25),
        (2.0, 7.0, 0.5),
        (2.0, 0.9, 0.2),
    ],
)
def test_latency_that_grows_slows_down(usual: float, seconds: float, interval: float) -> None:
    """Three times the usual latency is strain; a host that always takes long is left in peace."""
    pace = Pace(*GENTLE, usual=usual)

    pace.answered(seconds)

    assert pace.interval == pytest.approx(interval)


def test_first_answer_is_no_growth() -> None:
    """A host that is slow from the start has shown no strain."""
    pace = Pace(*GENTLE)

    pace.answered(8.0)

    assert (pace.interval, pace.usual) == (0.25, 8.0)


def test_slowness_becomes_usual() -> None:
    """A host that has become slower for good is not slowed down for ever."""
    pace = Pace(*GENTLE, usual=0.1)
    for _ in range(30):
        pace.answered(0.9)
    slowest = max(pace.interval, 0.25)
    for _ in range(30):
        pace.answered(0.9)

    assert pace.usual == pytest.approx(0.9, abs=0.01)
    assert pace.interval <= slowest


def test_steady_pace_learns_nothing() -> None:
    """An API has its own limit; neither praise nor blame changes it."""
    pace = Pace.steady(3.0)

    pace.complained(0.0, 1.0, limit=True)
    pace.answered(0.01)
    pace.answered(100.0)

    assert pace.interval == 3.0


def test_pace_of_nought_stays_nought() -> None:
    """Who asks without any pause does so after complaints as well."""
    pace = Pace(0.0, 0.0, 30.0)

    pace.complained(0.0, 1.0, limit=True)

    assert pace.interval == 0.0


def test_busy_host_sets_no_limit() -> None:
    """Who is only slow for a while is asked as before when it is well again."""
    pace = Pace(*GENTLE)
    well(pace, 20)

    pace.complained(0.0, 0.1, limit=False)

    assert pace.limit == 0.0
    assert well(pace, 20) == 0.05


def test_proof_of_a_limit_that_is_gone_is_not_counted_anew() -> None:
    """At the shortest interval there is nothing to prove."""
    pace = Pace(*GENTLE, limit=0.05)

    well(pace, PROVEN)

    assert (pace.limit, pace.good) == (0.05, PROVEN)
