"""Which proxies the machine's environment names: the one reader of these variables."""

import os
from urllib.request import getproxies


def proxies() -> dict[str, str]:
    """Return the proxies of the environment: scheme to URL, and `no` to the exceptions."""
    return getproxies()


def proxy_in_use() -> str | None:
    """
    Return the proxy of services and most links: `127.0.0.1:9, set by HTTPS_PROXY`.

    Without the credentials that may stand in it; None where none is set.
    """
    known = proxies()
    scheme = next((one for one in ("https", "all") if known.get(one)), None)
    if scheme is None:
        return None
    place = known[scheme].rpartition("://")[2].partition("/")[0].rpartition("@")[2]
    variable = f"{scheme}_proxy"
    names = (name for name in (variable, variable.upper(), *os.environ) if os.environ.get(name))
    name = next((one for one in names if one.lower() == variable), "the system's settings")
    return f"{place}, set by {name}"
