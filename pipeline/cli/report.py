"""The command `pipeline report`: the report of the last run, in another format."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.options import Config, Out, SandboxResults, settings_from
from pipeline.cli.output import print_text
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.formats.places import PlaceUrl
    from pipeline.formats.report_json import LinkReport

Form = Literal["markdown", "json", "junit", "sarif", "github", "text"]
"""`github` is annotations: workflow commands for a job's log; `text` is a line for each thing."""

Format = Annotated[
    Form, typer.Option("--format", help="Format to print; github means annotations for a workflow.")
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=10_000,
        help="Most bytes of Markdown: 60000 for an issue, 900000 for a job's summary."
        " [default: 400000]",
    ),
]
LinkTo = Annotated[
    str | None,
    typer.Option(
        metavar="OWNER/REPO@REF",
        help="Make places links to lines of this repository, at a branch or commit (Markdown). Of"
        " another server: https://HOST/OWNER/REPO@REF.",
    ),
]


def report(
    config: Config = None,
    out: Out = None,
    sandbox: SandboxResults = False,
    form: Format = "markdown",
    limit: Limit = None,
    *,
    link_to: LinkTo = None,
) -> None:
    """Print the report of the last run again: Markdown, JSON, JUnit XML, SARIF or annotations."""
    from pipeline.cli.last_run import last_report

    if link_to is not None and form != "markdown":
        raise ConfigurationError("--link-to goes with --format markdown")
    settings = settings_from(config, out=out, sandbox=sandbox)
    last = last_report(settings)
    place_url = None if link_to is None else _place_urls(last, link_to)
    print_text(rendered(last, form, limit, place_url))


def _place_urls(report: "LinkReport", link_to: str) -> "PlaceUrl":
    """Return what gives the addresses of a report's places, in the repository that is meant."""
    from pipeline.formats.places import named_files, page_and_ref, place_urls
    from pipeline.sources.lists import paths_in_repository

    found = page_and_ref(link_to)
    if found is None:
        raise ConfigurationError("--link-to: should be OWNER/REPO@REF")
    return place_urls(*found, paths_in_repository(named_files(report)))


def rendered(
    report: "LinkReport",
    form: Form,
    limit: int | None = None,
    place_url: "PlaceUrl | None" = None,
    *,
    kept: bool = True,
) -> str:
    """Return a report in a form. `limit` (bytes), `place_url`: Markdown's; `kept`: in files too."""
    from pipeline.formats.annotations import render_annotations
    from pipeline.formats.junit import render_junit
    from pipeline.formats.report import FILE_LIMIT, render_report
    from pipeline.formats.report_json import render_json
    from pipeline.formats.sarif import render_sarif
    from pipeline.formats.text import render_text

    match form:
        case "markdown":
            return render_report(report, limit or FILE_LIMIT, place_url)
        case "json":
            return render_json(report)
        case "junit":
            return render_junit(_from_root(report))
        case "sarif":
            return render_sarif(_from_root(report))
        case "text":
            return render_text(report)
        case "github":
            return render_annotations(_from_root(report), kept=kept)


def _from_root(report: "LinkReport") -> "LinkReport":
    """Name files from the root of their repository, wherever this was started."""
    from pipeline.formats.report_json import RULES
    from pipeline.sources.lists import path_in_repository

    lists = tuple(
        one.model_copy(update={"path": path_in_repository(one.path)}) if one.path else one
        for one in report.lists
    )
    diagnostics = tuple(
        replace(
            one,
            locations=tuple(replace(at, list=path_in_repository(at.list)) for at in one.locations),
        )
        if one.code in RULES
        else one
        for one in report.diagnostics
    )
    return report.model_copy(update={"lists": lists, "diagnostics": diagnostics})
