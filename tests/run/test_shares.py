"""What is done to many papers is the same whoever does it."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from pipeline.executors.interface import LOST, A, B, no_weight
from pipeline.executors.local import Local
from pipeline.links.ignores import Ignores
from pipeline.records.catalog import ArxivPart, Paper, Resolution
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Failed
from pipeline.reports.compared import Comparing, compared
from pipeline.reports.consistency import with_own_findings
from pipeline.run.shares import finished, told_of_lost, worked_on
from pipeline.stages.bulkhead import Guarded
from pipeline.stages.compare import STAGE
from pipeline.storage import papers as papers_
from pipeline.storage.papers import everywhere, shares
from pipeline.storage.spool import Spool


def paper(number: int) -> Paper:
    """A work with a link to its PDF, and to code that the next one has too."""
    pdf = Link(url=f"https://arxiv.org/pdf/2305.{number:05}", role="paper", line=number, column=1)
    code = Link(url=f"https://github.com/o/r{number // 2}", role="code", line=number, column=9)
    title = f"Title {number}" if number % 4 else f"Half \udc00 {number}"
    entry = Entry(list="l", line=number, end_line=number, title=title, links=(pdf, code))
    return Paper(
        key=f"arxiv:2305.{number:05}",
        title=title if number % 3 else "Another Title Upstream of Five Words",
        arxiv=ArxivPart(id=f"2305.{number:05}", version=1, metadata_source="arxiv"),
        mentions=(entry,),
        resolution=Resolution(status="found"),
    )


class Losing(Local):
    """An executor that loses every second chunk."""

    def map(
        self,
        function: Callable[[A], B],
        chunks: Iterable[A],
        *,
        weigh: Callable[[A], int] = no_weight,
    ) -> Iterator[B | Failed]:
        """See `Executor.map`."""
        for number, chunk in enumerate(chunks):
            yield LOST if number % 2 else function(chunk)


class Eager(Local):
    """An executor whose processes are there already."""

    is_started = True


@pytest.mark.parametrize("executor", [Local(1), Losing(2), Eager(2)])
def test_papers_and_notes_are_the_same_whoever_works(
    monkeypatch: pytest.MonkeyPatch, executor: Local
) -> None:
    """Here, in other processes, and where these are ended; in order, and with nothing twice."""
    monkeypatch.setattr(papers_, "SHARE", 3)
    given = [paper(number) for number in range(1, 11)]
    works = everywhere(Guarded(with_own_findings, STAGE))
    notes = Comparing()

    with executor:
        every = shares(Spool(Paper, given), works, notes)
        done = list(Spool(Paper, worked_on(executor, every, notes)))

    assert done == [with_own_findings(one) for one in given]
    assert [one.code for one in done[0].findings] == ["pdf-link"]
    titles = notes.compared()
    assert titles == compared(done)
    assert titles.numbers == {"arxiv:2305.00003": 2, "arxiv:2305.00006": 5, "arxiv:2305.00009": 8}
    assert titles.using == {f"github:o/r{n}": [2 * n - 1, 2 * n] for n in range(1, 5)}


def test_a_person_is_told_once_of_work_that_ended_processes() -> None:
    """It is named as failed, or was done by the run; more memory may help."""
    executor = Local(2)
    assert list(told_of_lost(executor)) == []
    executor.lost = 2
    words = "2 pieces of work ended a process of this program each time: is there enough memory?"
    assert list(told_of_lost(executor)) == [words]


def test_a_finished_paper_is_summed_up_without_what_is_ignored() -> None:
    """Its line may be left alone."""
    told = with_own_findings(paper(3))

    assert [one.line for one in finished(told, Ignores()).findings] == [3]
    left = finished(told, Ignores(lines={"l": {3: ""}}))
    assert (left.findings, left.url) == ((), "https://arxiv.org/abs/2305.00003")
