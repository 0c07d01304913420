"""A slice of the fuzz of the whole door; the rest is `python -m benchmarks.fuzz_links`."""

import pytest

from benchmarks.fuzz_links import ANSWERS, HOSTS, REDIRECTS, Case, cases_of, faults_of, judged
from pipeline.links.verdicts import Judgement

SLICE = 250
"""Each host, answer and redirect, and as many combinations again."""


@pytest.mark.anyio
async def test_nothing_odd_is_believed_too_easily() -> None:
    """Nothing raised, nobody private asked, a reason for all, nothing living dead."""
    cases = cases_of(SLICE, seed=7)
    found, asked = await judged(cases)

    assert len(found) == len(cases)
    assert faults_of(cases, found, asked) == []
    assert {case.answer for case in cases} == set(ANSWERS)
    assert {case.redirect for case in cases} == set(REDIRECTS)
    assert {case.host for case in cases} == set(HOSTS)


@pytest.mark.parametrize(
    ("answer", "verdict", "code", "words"),
    [
        ("page", "dead", "not-found", "living, dead"),
        ("page", "failing", "not-http", "living, failing"),
        ("not found", "alive", "ok", "gone, alive"),
        ("page", "alive", "a-new-code", "no reason"),
    ],
)
def test_wrong_verdict_is_a_fault(answer: str, verdict: str, code: str, words: str) -> None:
    """The fuzz can fail."""
    case = Case(1, "plain", answer, "none")
    judgement = Judgement(verdict, code, "http")  # type: ignore[arg-type]

    [fault] = faults_of([case], {1: judgement}, set())
    assert words in fault


def test_private_host_and_lost_link_are_faults() -> None:
    """So are an address that is not ASCII, and a link without a verdict."""
    case = Case(1, "plain", "page", "none")

    faults = faults_of([case], {}, {"localhost", "10.0.0.1", "faß.example"})

    assert len(faults) == 4
