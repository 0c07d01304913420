"""What the last run has left, for the commands that need it."""

from pipeline.cli.output import warn
from pipeline.errors import ConfigurationError
from pipeline.formats.files import CATALOG_FILE, REPORT_JSON
from pipeline.formats.report_json import LinkReport, parse_report_json
from pipeline.previous import Previous, Stored, paths_of, read_previous, stored
from pipeline.settings.model import Settings
from pipeline.sources.lists import File, ListSource


def last_run(settings: Settings) -> Previous:
    """Return what the last run has left; a folder without a catalog is a mistake."""
    previous = read_previous(settings.out)
    for warning in previous.warnings:
        warn(warning)
    if not paths_of(settings.out, CATALOG_FILE):
        raise _nothing(settings, f"{settings.out}: no catalog exists there")
    return previous


def last_catalog(settings: Settings) -> Stored:
    """Return the catalog of the last run, to be read without holding it; see `last_run`."""
    if not paths_of(settings.out, CATALOG_FILE):
        raise _nothing(settings, f"{settings.out}: no catalog exists there")
    return stored(settings.out)


def warn_of_damage(catalog: Stored) -> None:
    """Tell which files and lines are damaged, after a catalog was read."""
    for sentence in catalog.damaged.values():
        warn(sentence)


def last_report(settings: Settings) -> LinkReport:
    """Return the report of the last run; raise `ConfigurationError` where there is none."""
    path = settings.out / REPORT_JSON
    try:
        report = parse_report_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        fault = "cannot be read" if path.exists() else "no such file"
        raise _nothing(settings, f"{path}: {fault}") from error
    if report is None:
        raise _nothing(settings, f"{path}: is damaged")
    return report


def local_lists(settings: Settings) -> list[ListSource]:
    """Return the local lists of the config file, else of the last run."""
    from pipeline.wiring import lists_after_a_run  # heavy: `lint FILE` does without

    return [one for one in lists_after_a_run(settings) if isinstance(one.location, File)]


def _nothing(settings: Settings, fault: str) -> ConfigurationError:
    command = f"pipeline check{' --sandbox' if settings.sandbox else ''}"
    return ConfigurationError(f"{fault}; `{command}` writes one")
