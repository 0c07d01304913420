"""A run whose records lie on disk between the stages writes what one writes that holds them."""

import gc
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import previous, wiring
from pipeline.clock import SimulatedClock
from pipeline.enrich import enrich
from pipeline.formats.files import CATALOG, HISTORY, LINKS, REPORT, REPORT_JSON
from pipeline.progress import Silent
from pipeline.records.base import Record
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.run import reading, shares, state, steps
from pipeline.settings.loading import load
from pipeline.stages.check import Checked, check
from pipeline.storage import papers
from pipeline.storage.papers import Share, carry_out

RECORDS = {ArxivRecord, RepositoryRecord}
FILES = (CATALOG, LINKS, REPORT, REPORT_JSON, HISTORY)


def runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Do a run, one without news and one with some; return the files that each leaves."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    found: list[dict[str, str]] = []
    for scenario in ("clean", "clean", "later"):
        flags = {"sandbox": True, "scenario": scenario, "out": Path("out"), "cache_dir": Path("c")}
        enrich(load(flags), (), progress=Silent())
        found.append({name: Path("out", name).read_text(encoding="utf-8") for name in FILES})
    return found


def travelled(share: Share) -> object:
    """Work on a share as another process does: what goes there and comes back is pickled."""
    there: Share = pickle.loads(pickle.dumps(share))  # noqa: S301
    return pickle.loads(pickle.dumps(carry_out(there)))  # noqa: S301


def test_the_files_are_the_same_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever there was before, and whether there are news."""
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    monkeypatch.setattr(wiring, "SystemClock", lambda: SimulatedClock(at))
    held = runs(tmp_path / "held", monkeypatch)
    monkeypatch.setattr(state, "MANY", 0)
    monkeypatch.setattr(previous, "MUCH", 0)
    monkeypatch.setattr(reading, "MUCH", 0)
    monkeypatch.setattr(papers, "SHARE", 37)
    monkeypatch.setattr(shares, "carry_out", travelled)

    assert runs(tmp_path / "disk", monkeypatch) == held
    assert held[0] != held[2]


def of_sources() -> dict[int, Record]:
    """Return what sources have found and somebody holds, by identity."""
    gc.collect()
    return {id(one): one for one in gc.get_objects() if type(one) in RECORDS}


@pytest.mark.parametrize("many", [0, 1_000_000])
def test_answers_are_where_the_papers_are(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run on disk no answer that was found is in memory when the links are checked."""
    before, held = of_sources(), list[set[type[Record]]]()

    async def looked(*args: Any, **how: Any) -> Checked:
        held.append({type(one) for number, one in of_sources().items() if number not in before})
        return await check(*args, **how)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(state, "MANY", many)
    monkeypatch.setattr(steps, "check", looked)
    flags = {"sandbox": True, "out": Path("out"), "cache_dir": Path("c")}
    enrich(load(flags), (), progress=Silent())

    assert held == [RECORDS if many else set()]
