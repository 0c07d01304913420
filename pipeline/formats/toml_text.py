"""Values of settings as a TOML file has them (TOML 1.0)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any


def toml_value(value: Any) -> str:
    """Return a setting's value as a config file has it: `true`, `"20h"`, `["a", "b"]`, `{…}`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{_text(name)} = {toml_value(one)}" for name, one in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    return _text(duration_text(value) if isinstance(value, timedelta) else value)


def _text(value: object) -> str:
    r"""Return a basic string; JSON's escapes are TOML's, which escapes U+007F as well."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def duration_text(value: timedelta) -> str:
    """Return a duration as settings write it: `20h`, `250ms`."""
    seconds = value.total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s" if seconds >= 1 or not seconds else f"{seconds * 1000:g}ms"
