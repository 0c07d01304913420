"""Hidden marks in texts on GitHub: what is ours, whatever its title, and what it said last."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

MARKER: Final = "<!-- pipeline:link-report -->"
SAID: Final = "<!-- pipeline:link-report-comment -->"
LABEL: Final = "link-report"
BODY_LIMIT: Final = 60_000
"""Characters; GitHub refuses a text of more than 65,536."""

_STATE: Final = re.compile(r"^<!-- pipeline:state (\{[^\n]{0,20000}\}) -->\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class State:
    """What a text of ours said last."""

    body: str = ""
    """Digest of the text, without its times."""
    findings: str = ""
    """Digest of what is to be done, or of the files that differ."""
    seen: frozenset[str] | None = None
    """Short fingerprints of what is to be done; None where there are too many."""
    done: bool = False
    """Whether we have closed it ourselves."""


def state_of(body: str) -> State | None:
    """Read the hidden state of a text; None where there is none that can be read."""
    match = _STATE.search(body)
    try:
        value = json.loads(match[1]) if match else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    seen = value.get("seen")
    return State(
        body=str(value.get("body", "")),
        findings=str(value.get("findings", "")),
        seen=frozenset(re.findall(r"[0-9a-f]{8}", seen)) if isinstance(seen, str) else None,
        done=value.get("done") is True,
    )


def state_line(state: State) -> str:
    """Return the hidden line that holds a state."""
    value: dict[str, Any] = {"body": state.body, "findings": state.findings}
    if state.seen is not None:
        value["seen"] = "".join(sorted(state.seen))
    if state.done:
        value["done"] = True
    return f"<!-- pipeline:state {json.dumps(value)} -->"


def digest(*parts: str) -> str:
    """Return a short digest of texts."""
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def cut(text: str, limit: int, where: str = " in report.json") -> str:
    """Return at most `limit` characters, whole lines; an open fold is closed."""
    if len(text) <= limit:
        return text
    end = f"\n\n</details>\n\n… and more{where}.\n"
    kept = text[: limit - len(end)]
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    is_folded = kept.count("<details>") > kept.count("</details>")
    return kept + (end if is_folded else end.replace("</details>\n\n", ""))
