"""Results → the files of every form that is wanted. Pure; loaded by runs that export something."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.errors import ConfigurationError
from pipeline.formats.exports.feeds import NOWHERE, Channel
from pipeline.formats.exports.forms import FORMS, Exported, Form
from pipeline.formats.exports.page.repairs import Repaired
from pipeline.formats.parts import LongFile
from pipeline.records.catalog import Paper
from pipeline.records.events import Event
from pipeline.records.links import LinkHealth
from pipeline.storage.spool import InOrder
from pipeline.storage.writer import Content


def export_files(
    names: Iterable[str],
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    checked_at: datetime | None,
    *,
    events: Sequence[Event] = (),
    channel: Channel = NOWHERE,
    repaired: Sequence[Repaired] = (),
    parts_above: int,
) -> Iterator[tuple[str, Content]]:
    """Yield path and content of the named forms' files; `ConfigurationError` for a wrong name."""
    forms = export_forms(names)
    ordered = InOrder(Paper, papers, "key")
    what = Exported(
        papers=lambda: ordered,
        links=lambda: links,
        checked_at=checked_at,
        events=lambda: events,
        channel=channel,
        repaired=repaired,
        parts_above=parts_above,
    )
    return (
        (f"{form.folder}/{path}", content) for form in forms for path, content in form.files(what)
    )


def long_files(names: Iterable[str]) -> list[LongFile]:
    """Return the files of these forms that may be in parts."""
    return [
        replace(one, whole=f"{form.folder}/{one.whole}", folder=f"{form.folder}/{one.folder}")
        for form in export_forms(names)
        if (one := form.long) is not None
    ]


def export_forms(names: Iterable[str]) -> tuple[Form, ...]:
    """Return the forms of these names; `ConfigurationError` where one does not exist."""
    for name in names:
        if name not in FORMS:
            raise ConfigurationError(f"exports: {name} is no form; there are {', '.join(FORMS)}")
    return tuple(FORMS[name] for name in dict.fromkeys(names))
