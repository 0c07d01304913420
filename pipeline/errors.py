"""
Exceptions that end a run, or refuse to start one.

What happens to one entry, key or link is a record instead (`records.outcomes.Outcome`).
"""

from typing import Final

ACTIONABLE: Final = 3
"""Exit code where something is to be done (`--strict`, `lint`, `fix --check`)."""
INCOMPLETE: Final = 4
"""Exit code where nothing is to be done, and a source could not be asked (`--strict`)."""
UNREAD: Final = 141
"""Exit code where who read the output has gone (`| head -1`), as of a shell (128 and SIGPIPE)."""
INTERRUPTED: Final = 130
"""Exit code of what its user stopped, as of a shell (128 and SIGINT)."""


class PipelineError(Exception):
    """The run cannot go on. The message is one sentence for the person at the terminal."""

    exit_code = 1


class ConfigurationError(PipelineError):
    """A flag, a setting or an input file is wrong. The message names it."""

    exit_code = 2


class OutputError(PipelineError):
    """A result cannot be written. The message names the file."""


def reason_of(error: Exception) -> str:
    """Return why a file could not be read or written, without its name and number."""
    return getattr(error, "strerror", None) or str(error)
