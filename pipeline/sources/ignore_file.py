"""The ignore file on disk; what stands in it is read by `pipeline.links.rules`."""

from pathlib import Path

from pipeline.errors import ConfigurationError, reason_of
from pipeline.links.rules import Rule, parse_rules

LARGEST: int = 1024 * 1024
"""Bytes; some four thousand rules."""


def read_ignores(path: Path, *, required: bool = False) -> tuple[Rule, ...]:
    """Return a file's rules; `ConfigurationError` for a bad rule or a missing `required` file."""
    if not required and not path.exists():
        return ()
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(
                f"{path}: larger than {LARGEST:,} bytes; is it an ignore file?"
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({reason_of(error)})") from error
    return parse_rules(text, str(path))
