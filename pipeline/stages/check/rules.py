"""What the stage is told by the settings."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pipeline.errors import ConfigurationError
from pipeline.links.ignores import url_pattern
from pipeline.links.verdicts import Patience


@dataclass(frozen=True)
class CheckRules:
    """
    Settings of the stage.

    `exclude` has shell patterns over the whole URL, or `re:` and a regular expression that is
    searched in it; a bad one raises `ConfigurationError`. An API's answer is a new one only after
    `api_age`, for which the cache keeps a "no such thing".
    """

    exclude: tuple[str, ...] = ()
    patience: Patience = field(default=Patience())
    api_age: timedelta = timedelta(days=1)
    outside: Callable[[str], bool] | None = None
    """Says which links are not in the sandbox; None in the real world."""

    def __post_init__(self) -> None:
        for text in self.exclude:
            try:
                url_pattern(text)
            except re.error as error:
                words = f"exclude: {text!r} is not a valid pattern ({error})"
                raise ConfigurationError(words) from error

    def excludes(self, url: str) -> bool:
        """Say whether the settings leave a link out."""
        return any(url_pattern(text).search(url) for text in self.exclude)
