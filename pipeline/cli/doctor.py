"""The command `pipeline doctor`: what on this machine stands in the way of a run."""

import json
import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from pipeline.cli.options import CacheDir, Config, Out, settings_from
from pipeline.cli.output import print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.setup.checks import Check

Offline = Annotated[bool, typer.Option("--offline", help="Ask nothing of the network.")]
Sandbox = Annotated[bool, typer.Option("--sandbox", help="Look at the sandbox's services.")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="Format to print.")]

WORDS: Final = {"ok": "ok", "note": "note", "warning": "warning", "error": "WRONG"}
NARROWEST: Final = 40


def doctor(
    config: Config = None,
    out: Out = None,
    cache_dir: CacheDir = None,
    offline: Offline = False,
    sandbox: Sandbox = False,
    form: Format = "text",
) -> None:
    """
    Look at settings, folders, network and token, and say what to do where something is wrong.

    Exit codes: 0 nothing is wrong; 1 something is.
    """
    from pipeline.errors import ConfigurationError
    from pipeline.setup.checks import Check, verdict
    from pipeline.setup.probes import examined, of_versions

    try:
        settings = settings_from(
            config, out=out, cache_dir=cache_dir, offline=offline, sandbox=sandbox
        )
        checks = examined(settings, Path())
    except ConfigurationError as error:
        to_do = "Correct it, and run `pipeline doctor` again: the rest depends on it."
        checks = [of_versions(), Check("error", "settings", str(error), to_do)]
    if form == "json":
        print_lines(json.dumps(asdict(check), ensure_ascii=True) for check in checks)
    else:
        width = max(NARROWEST, shutil.get_terminal_size().columns)
        print_lines([*_lines(checks, width), verdict(checks)])
    if any(check.status == "error" for check in checks):
        raise typer.Exit(1)


def _lines(checks: "Sequence[Check]", width: int) -> "Iterator[str]":
    """Yield each check under its topic, wrapped; what to do stands below it."""
    from pipeline.formats.escape import terminal

    topic = ""
    for check in checks:
        if check.topic != topic:
            topic = check.topic
            yield f"{topic}:"
        text = [f"  {WORDS[check.status]:<8}{terminal(check.text, 1_000)}"]
        text += [f"{'':<10}→ {terminal(check.to_do, 1_000)}"] if check.to_do else []
        for line in text:
            yield from textwrap.wrap(line, width - 1, subsequent_indent=" " * 12)
