"""
Host names that are private by definition, or nobody's. Pure.

A proxy resolves names by itself, so behind one no address can be checked: what is private by its
name is refused by its name. Sources: RFC 6761 6.3 (`localhost`), RFC 6762 3 and appendix G
(`local`, and what home and office networks call themselves), RFC 8375 (`home.arpa`), RFC 7686
(`onion`), ICANN's resolution 2024.07.29.06 (`internal`); RFC 6761 6.2 and 6.4 (`test`, `invalid`),
RFC 9476 (`alt`), RFC 1035 3.5 and RFC 3596 2.5 (names of addresses, below `arpa`). A name without
a dot is completed by the search list of our own network.
"""

from typing import Final

_PRIVATE: Final = frozenset(
    """
    alt corp home home.arpa in-addr.arpa internal intranet invalid ip6.arpa lan local localdomain
    localhost onion private test
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_SERVES_SECRETS: Final = frozenset({"metadata.google.internal", "metadata"})
"""Names under which clouds hand out their machines' credentials: refused whatever is allowed."""


def is_private_name(host: str) -> bool:
    """Say whether a host name, final dots or not, is one of a private network."""
    labels = host.lower().rstrip(".").split(".")
    return len(labels) == 1 or not _PRIVATE.isdisjoint({labels[-1], ".".join(labels[-2:])})


def serves_secrets(host: str) -> bool:
    """Say whether a host name is one under which a cloud hands out credentials."""
    return host.lower().rstrip(".") in _SERVES_SECRETS
