"""What is noted of papers when all is known of them, so that they are read once less for each."""

from collections.abc import Sequence
from typing import Any

from pipeline.records.catalog import Paper
from pipeline.reports.overview import Overview
from pipeline.stages.check import Places


class Noted:
    """Notes of papers (`storage.papers.Notes`): what the check and the reports need of them."""

    def __init__(self, others: Any = None) -> None:
        self.places = Places()
        self._others = others
        """More `Notes`, or None; let go when all papers were noted."""
        self._overview: Overview | None = Overview()

    def new(self) -> "Noted":
        """See `Notes`."""
        return Noted(self._others.new() if self._others is not None else None)

    def note(self, number: int, paper: Paper) -> None:
        """See `Notes`."""
        for one in self._each():
            one.note(number, paper)

    def add(self, share: "Noted") -> None:
        """See `Notes`."""
        for one, other in zip(self._each(), share._each(), strict=True):
            one.add(other)

    def _each(self) -> list[Any]:
        return [one for one in (self.places, self._overview, self._others) if one is not None]

    def end(self) -> None:
        """Take no more notes for others: the papers were all noted."""
        self._others = None

    def change(self, number: int, before: Paper, after: Paper) -> None:
        """Note what has become of a paper; `others` are not told."""
        if (before.key, before.mentions) != (after.key, after.mentions):
            self.places.change(number, after)
        if self._overview is not None and not self._overview.change(number, before, after):
            self._overview = None

    def overview(self, papers: Sequence[Paper]) -> Overview | None:
        """Return what the reports say of the papers; None where they are to be looked at again."""
        if self._overview is not None:
            self._overview.papers = papers
        return self._overview
