"""The command `pipeline export`: the catalog of the last run in a form that other tools read."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipeline.cli.options import Config, SandboxResults, settings_from
from pipeline.cli.output import print_bytes, say
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.formats.exports.feeds import Channel
    from pipeline.formats.exports.works import Choice
    from pipeline.formats.parts import LongFile
    from pipeline.previous import Stored
    from pipeline.settings.model import Settings
    from pipeline.sources.lists import ListSource

TOLD_LIMIT: Final = 20
"""Files that are told one by one."""

Format = Annotated[
    str,
    typer.Argument(
        metavar="FORMAT",
        help="atom, badge, bibtex, csl, csv, datasette, jsonfeed, jsonl, markdown, page, parquet,"
        " ris or sqlite.",
    ),
]
Target = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="PATH",
        help="File to write; of atom, csv, jsonfeed, markdown, page and parts the folder. [default:"
        " the terminal or pipe; of those a folder below exports in the results, of page"
        " reports/site]",
    ),
]
Results = Annotated[
    Path | None,
    typer.Option(help="Folder of the results. [default: data; in the sandbox data/sandbox]"),
]
OnlyLists = Annotated[
    list[str] | None,
    typer.Option("--list", metavar="NAME", help="Only papers of this list; may be repeated."),
]
OnlySection = Annotated[
    str, typer.Option(metavar="HEADING", help="Only papers below this heading.")
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Write accents as LaTeX commands (bibtex).")]
Template = Annotated[
    Path | None, typer.Option(help="Jinja template of a section's text (markdown).")
]


def export(
    form: Format,
    only: OnlyLists = None,
    section: OnlySection = "",
    target: Target = None,
    results: Results = None,
    config: Config = None,
    *,
    sandbox: SandboxResults = False,
    ascii_only: Ascii = False,
    template: Template = None,
) -> None:
    """Write the catalog of the last run in a form that other tools read; no network is used."""
    from pipeline.cli.last_run import last_catalog, warn_of_damage
    from pipeline.formats.exports.feeds import NOWHERE
    from pipeline.formats.exports.forms import FORMS, Exported
    from pipeline.formats.exports.works import Choice
    from pipeline.formats.parts import LongFile
    from pipeline.run.fixing import repaired_since
    from pipeline.storage.writer import ensure_writable
    from pipeline.works.events import parse_events
    from pipeline.works.summary import summed_up

    if form not in FORMS:
        raise ConfigurationError(f"{form}: no such form; there are {', '.join(FORMS)}")
    if ascii_only and form != "bibtex":
        raise ConfigurationError("--ascii goes with bibtex")
    if template and form != "markdown":
        raise ConfigurationError("--template goes with markdown")
    settings = settings_from(config, out=results, sandbox=sandbox)
    last = last_catalog(settings)
    choice = Choice(only or (), section)
    _check(choice, last)
    what = Exported(
        papers=lambda: map(summed_up, last.papers()),
        links=last.links,
        checked_at=last.finished_at,
        choice=choice,
        template=_text(template) if template else "",
        ascii_only=ascii_only,
        events=lambda: parse_events(last.events())[0],
        channel=_channel(settings) if form in ("atom", "jsonfeed") else NOWHERE,
        repaired=repaired_since(last, settings, datetime.now(UTC).date()) if form == "page" else (),
        parts_above=settings.parts_above,
    )
    files = iter(FORMS[form].files(what))
    name, content = first = next(files)
    top, in_folder, _ = name.partition("/")
    if in_folder and target is None and FORMS[form].long is not None:
        raise ConfigurationError(
            f"{form}: more than {settings.parts_above:,} works are several files;"
            " name a folder for them with --out"
        )
    if in_folder:
        folder = target if target is not None else settings.out / FORMS[form].folder / top
        rest = ((name.partition("/")[2], content) for name, content in chain([first], files))
        ensure_writable(folder, [name.partition("/")[2]])
        manifest = FORMS[form].manifest.partition("/")[2]
        stale = [LongFile("", "", one.suffix)] if (one := FORMS[form].long) is not None else []
        _write(folder, rest, synced=form != "page", manifest=manifest, long=stale)
    elif target is not None:
        ensure_writable(target.parent, [target.name])
        _write(target.parent, [(target.name, content)])
    elif isinstance(content, bytes) and sys.stdout.isatty():
        raise ConfigurationError(f"{form} is no text: name a file with --out")
    else:
        print_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    warn_of_damage(last)  # which is known when all has been read


def _channel(settings: "Settings") -> "Channel":
    """Return where feeds are published: as the settings say, else the repository of a list."""
    from pipeline.run.changes import publisher
    from pipeline.wiring import lists_after_a_run
    from pipeline.works.events import channel_of

    sources: list[ListSource] = []
    with suppress(ConfigurationError):  # the lists need not be here any more
        sources = lists_after_a_run(settings)
    return channel_of(publisher(settings, sources))


def _check(choice: "Choice", last: "Stored") -> None:
    """Raise `ConfigurationError` where a list or a heading does not exist."""
    from difflib import get_close_matches

    if not choice.lists and not choice.section:
        return
    names: set[str] = set()
    headings: set[str] = set()
    for paper in last.papers():
        names.update(entry.list for entry in paper.mentions)
        headings.update(heading for entry in paper.mentions for heading in entry.section)
    for name in choice.lists:
        if name not in names:
            there = ", ".join(sorted(names))
            raise ConfigurationError(f"--list {name}: no such list; there are {there}")
    wanted = choice.section.casefold()
    if wanted and wanted not in {heading.casefold() for heading in headings}:
        near = get_close_matches(choice.section, headings, n=3)
        hint = f"; similar: {', '.join(near)}" if near else ""
        raise ConfigurationError(f"--section {choice.section}: no paper is below it{hint}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read") from error


def _write(
    folder: Path,
    files: Iterable[tuple[str, str | bytes]],
    *,
    synced: bool = True,
    manifest: str = "",
    long: Iterable["LongFile"] = (),
) -> None:
    from pipeline.previous import gone
    from pipeline.storage.writer import noting, write_files

    names: list[str] = []
    changed = write_files(
        folder,
        noting(files, names),
        synced=synced,
        manifest=manifest,
        gone=gone(folder, names, long),
    )
    if len(names) > TOLD_LIMIT:
        say(f"{folder}: {len(names)} files, {len(changed) or 'none'} of them written anew")
        return
    for name in names:
        say(f"{folder / name}: {'written' if name in changed else 'has not changed'}")
