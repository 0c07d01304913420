"""Targets that only keep the place of an address, and addresses of templates. Pure and total."""

import re
from typing import Final

from pipeline.urls import target_of

_PLACEHOLDER: Final = re.compile(
    r"|\#|\.{3}|…|-+|_+|\?+|x{3,9}|todo|tb[adc]|n/a|none|null|nan|link|url|here|soon"
    r"|(?:coming|available)[ _-]?soon|placeholder|(?:your|insert|paste|add)[ _-]?(?:link|url)"
    r"|(?:link|url)[ _-]?here|javascript:.*",
    re.IGNORECASE | re.DOTALL,
)


def is_placeholder(target: str) -> bool:
    """Say whether a link's target only keeps the place of an address: `#`, `TODO`, or nothing."""
    return _PLACEHOLDER.fullmatch(target[:100].strip(" \t\r\n<>{}[]")) is not None


_RESERVED_HOST: Final = re.compile(
    r"(?:www\.)?example\.(?:com|net|org)|(?:.*\.)?(?:example|invalid)", re.IGNORECASE
)
_NAME: Final = (
    r"(?:x{3,}|\.{3}|(?:your[-_]?)?(?:user[-_]?name|user|name|owner|org(?:ani[sz]ation)?"
    r"|repo(?:sitory)?(?:[-_]?name)?|project(?:[-_]?name)?))"
)
_TEMPLATE_NAME: Final = re.compile(_NAME, re.IGNORECASE)
_TEMPLATE_OWNER: Final = re.compile(rf"[/\\]{_NAME}[/\\]")
_IN_RESERVED: Final = ("example", "invalid", "%", " ")
"""One of these is in every such address, or the name of an owner: escapes may hide a word."""


def is_reserved(url: str) -> bool:
    """
    Say whether an address is one of templates: `github.com/username/repo`, `example.com`.

    Hosts: RFC 2606, sections 2 and 3; `.test` and `.localhost` are of use to developers. Who makes
    up a name below `example.com` writes more than a template: the link check has the last word.
    """
    lowered = url.lower()
    plain = lowered.isascii() and lowered.isprintable()
    may_be = not plain or any(map(lowered.__contains__, _IN_RESERVED))
    named = "github" in lowered and _TEMPLATE_OWNER.search(lowered) is not None
    target = target_of(url) if may_be or named else None
    if target is None:
        return False
    if target.host == "github.com":
        return len(target.path) > 1 and all(map(_TEMPLATE_NAME.fullmatch, target.path[:2]))
    return _RESERVED_HOST.fullmatch(target.host) is not None
