"""What is asked to find what a list is missing."""

import pytest

from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import CitedWork, ReferencesRecord
from pipeline.stages.missing import missing
from tests.stages.test_afterwards import Known
from tests.works.test_missing import CITED, PAPERS, citing, work


@pytest.mark.anyio
async def test_papers_are_asked_once_and_then_what_several_of_them_cite() -> None:
    """A work that one paper cites costs nothing."""
    known = citing(1, 2, 3)
    alone = known["arxiv:2301.00001"].model_copy(update={"works": (CITED, "W901")})
    answers: dict[str, Outcome[ReferencesRecord]] = {
        key.removeprefix("arxiv:"): Found(value=one) for key, one in known.items()
    }
    references: Known[ReferencesRecord] = Known({**answers, "2301.00001": Found(value=alone)})
    works: Known[CitedWork] = Known({CITED: Found(value=work())})

    found = await missing(PAPERS, references=references, works=works)

    assert [one.key for one in found] == ["arxiv:1901.00009"]
    assert references.asked == ["2301.00001", "2301.00002", "2301.00003", "2301.00004"]
    assert works.asked == [CITED]


@pytest.mark.anyio
async def test_what_could_not_be_asked_is_left_out() -> None:
    """A source that is down costs its suggestions and nothing else."""
    down = Failed(kind="throttled", reason="OpenAlex's budget of the day is used up")
    known: dict[str, Outcome[ReferencesRecord]] = {
        key.removeprefix("arxiv:"): Found(value=one) for key, one in citing(1, 2, 3).items()
    }

    assert await missing(PAPERS, references=Known({}), works=Known({CITED: down})) == ()
    assert await missing(PAPERS, references=Known(known), works=Known({CITED: down})) == ()
    gone = Known[CitedWork]({CITED: Missing(reason="merged")})
    assert await missing(PAPERS, references=Known(known), works=gone) == ()
