"""What the last run has left, for the commands that need it."""

from pipeline.cli.output import say
from pipeline.errors import ConfigurationError
from pipeline.formats.files import CATALOG
from pipeline.previous import Previous, read_previous
from pipeline.settings import Settings


def last_run(settings: Settings) -> Previous:
    """Return what the last run has left; a folder without a catalog is a mistake."""
    previous = read_previous(settings.out)
    for warning in previous.warnings:
        say(f"warning: {warning}")
    if not (settings.out / CATALOG).exists():
        command = "pipeline run enrich" + (" --sandbox" if settings.sandbox else "")
        raise ConfigurationError(f"{settings.out}: no catalog exists there; `{command}` writes one")
    return previous
