"""What goes wrong below HTTP: our own errors, and every error as a kind and a phrase. Pure."""

import errno
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import Final

import httpcore
import httpx

from pipeline.network.lenient_stream import HeadTooLargeError
from pipeline.records.outcomes import FailureKind


class ResolutionError(httpcore.ConnectError):
    """A host name has no address, or the resolver did not answer."""


class RefusedAddressError(httpcore.ConnectError):
    """A host name leads to an address that is not asked."""


class NoRouteError(httpcore.ConnectError):
    """There is no way to the addresses of a host: this machine lacks their family."""


NO_SUCH_HOST = "no such host name"
"""How the detail of a `dns` failure ends where the resolver says so with authority."""


HTTPX_FAILURES: Mapping[type[Exception], FailureKind] = {
    httpx.TimeoutException: "timeout",
    httpx.ConnectError: "connect",
    httpx.ReadError: "reset",
    httpx.WriteError: "reset",
    httpx.CloseError: "reset",
    httpx.ProxyError: "proxy",
    httpx.RemoteProtocolError: "protocol",
    httpx.LocalProtocolError: "invalid-url",
    httpx.DecodingError: "protocol",
    httpx.UnsupportedProtocol: "invalid-url",
    httpx.TooManyRedirects: "protocol",
    httpx.InvalidURL: "invalid-url",
    httpx.StreamError: "protocol",
}
"""Every concrete exception of httpx; a test fails when httpx adds one that stands not here."""


WORDS: Mapping[FailureKind, str] = {
    "timeout": "no answer in time",
    "connect": "no connection could be made",
    "reset": "the connection was broken off",
    "tls": "the certificate or TLS is faulty",
    "protocol": "the answer is not HTTP",
    "proxy": "the proxy refuses",
    "invalid-url": "not a valid address",
}
"""
What reports say of a failure below HTTP. Never an exception's own text: a library may quote in it
what it was given, secrets and a stranger's bytes too.
"""

_TLS_WORDS: Final = re.compile(
    "certificate has expired|certificate is not yet valid|(?:hostname|ip address) mismatch|"
    "self.signed certificate in certificate chain|self.signed certificate|"
    "unable to get local issuer certificate|unable to verify the first certificate",
    re.IGNORECASE,
)
"""OpenSSL's own sentences about certificates (`X509_verify_cert_error_string`)."""


def failure_of(error: Exception) -> tuple[FailureKind, str]:
    """Return the kind of a failure below HTTP, and one fixed phrase for a report."""
    # Beneath a time-out during a handshake lies an `SSLWantReadError`, which is no fault.
    causes = [] if isinstance(error, httpx.TimeoutException) else list(causes_of(error))
    for kind, cause_type in _BY_CAUSE:
        for cause in causes:
            if isinstance(cause, cause_type):
                return kind, _words(kind, cause)
    known = (HTTPX_FAILURES[one] for one in type(error).__mro__ if one in HTTPX_FAILURES)
    kind = next(known, "protocol")
    return kind, _words(kind, error)


def _words(kind: FailureKind, error: BaseException) -> str:
    if isinstance(error, ResolutionError | RefusedAddressError | NoRouteError | HeadTooLargeError):
        return str(error)  # our own
    if kind == "tls" and (known := _TLS_WORDS.search(str(error))):
        return known[0].lower()
    if kind == "proxy" and (status := re.match(r"[1-5]\d\d\b", str(error))):
        return f"{status[0]} from the proxy"
    return WORDS[kind]


_BY_CAUSE: tuple[tuple[FailureKind, type[BaseException]], ...] = (
    ("refused-address", RefusedAddressError),
    ("dns", ResolutionError),
    ("no-route", NoRouteError),
    ("protocol", HeadTooLargeError),
    ("tls", ssl.SSLError),
    ("reset", ConnectionResetError),
    ("connect", ConnectionRefusedError),
)
"""What httpx folds into `ConnectError` and `ReadError`, told apart by what caused it."""


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and what has led to it."""
    seen = 0
    while error is not None and seen < 16:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__
        seen += 1


def was_reached(error: BaseException, *, proxied: bool = False) -> bool | None:
    """
    Say whether a failure proves that our own network works: somebody was there to connect to.

    A refused connection does, and so does everything that goes wrong on one that was made. Behind
    a proxy (`proxied`) only an answer to a TLS handshake does: the rest may be the proxy's own.
    None where the failure says nothing either way.
    """
    causes = list(causes_of(error))
    unsent = httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL
    if isinstance(error, unsent) or any(
        isinstance(cause, RefusedAddressError | NoRouteError) for cause in causes
    ):
        return None
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        return False
    if proxied:
        return any(
            isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError)
            for cause in causes
        )
    if not isinstance(error, httpx.ConnectError):
        return True
    there = ConnectionRefusedError | ConnectionResetError | ssl.SSLError
    return any(
        isinstance(cause, there) or getattr(cause, "errno", None) == errno.ECONNREFUSED
        for cause in causes
    )
