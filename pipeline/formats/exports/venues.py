"""What kind of place a work was published in, as far as its name tells."""

import re
from typing import Final

_JOURNAL: Final = re.compile(
    r"\b(?:journal|j|transactions|trans|letters|review|magazine|nature|science|surveys?|tacl|tmlr"
    r"|jmlr|tpami|tois|tkde|tist|pnas|plos|access)\b",
    re.IGNORECASE,
)


def is_journal(venue: str) -> bool:
    """Say whether a venue's name is that of a journal; anything else is taken for a conference."""
    return _JOURNAL.search(venue) is not None
