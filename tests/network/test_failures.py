"""What goes wrong below HTTP: kinds, phrases, and whether the fault is ours."""

import ssl
from typing import get_args

import httpcore
import httpx
import pytest

from pipeline.network.failures import (
    HTTPX_FAILURES,
    RefusedAddressError,
    ResolutionError,
    failure_of,
    was_reached,
)
from pipeline.records.outcomes import FailureKind


def concrete_exceptions() -> set[type[Exception]]:
    """Return every exception of httpx that is not only a base of others."""
    found = {
        value
        for value in vars(httpx).values()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    return {one for one in found if not any(other in found for other in one.__subclasses__())}


def test_every_exception_of_httpx_has_a_failure_kind() -> None:
    """A new one in httpx fails here, not in a run."""
    by_hand = {httpx.HTTPStatusError, httpx.CookieConflict}  # never raised below the client
    missing = {
        error
        for error in concrete_exceptions() - by_hand
        if not any(base in HTTPX_FAILURES for base in error.__mro__)
    }

    assert missing == set()
    assert set(HTTPX_FAILURES.values()) <= set(get_args(FailureKind))


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (RefusedAddressError("10.0.0.1 is private"), "refused-address"),
        (ResolutionError("x: no such host name"), "dns"),
        (ssl.SSLCertVerificationError("expired"), "tls"),
        (ssl.SSLEOFError("eof"), "tls"),
        (ConnectionResetError("reset"), "reset"),
        (ConnectionRefusedError("refused"), "connect"),
        (OSError("no route to host"), "connect"),
    ],
)
def test_what_httpx_folds_together_is_told_apart(cause: Exception, kind: str) -> None:
    """By what caused it, however deep."""
    middle = httpcore.ConnectError("x")
    middle.__cause__ = cause
    error = httpx.ConnectError("x")
    error.__cause__ = middle

    assert failure_of(error)[0] == kind


def test_causes_in_a_circle_end() -> None:
    """A chain of causes that bites its tail is no endless loop."""
    one, other = httpx.ReadError("a"), httpx.ReadError("b")
    one.__cause__, other.__cause__ = other, one

    assert failure_of(one)[0] == "reset"


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (ConnectionRefusedError(111, "refused"), True),
        (ExceptionGroup("all", [ConnectionRefusedError(111, "refused")]), True),
        (OSError(111, "refused"), True),
        (TimeoutError(), False),
        (OSError(101, "network unreachable"), False),
    ],
)
def test_refused_connection_proves_that_somebody_is_there(error: Exception, refused: bool) -> None:
    """So our own network works."""
    outer = httpx.ConnectError("x")
    outer.__cause__ = error

    assert was_reached(outer) is refused


@pytest.mark.parametrize(
    ("error", "reached"),
    [
        (httpx.ReadTimeout("x"), True),
        (httpx.ReadError("x"), True),
        (httpx.RemoteProtocolError("x"), True),
        (httpx.ConnectTimeout("x"), False),
        (httpx.ProxyError("x"), False),
        (httpx.PoolTimeout("x"), False),
    ],
)
def test_fault_on_a_connection_that_was_made_proves_the_network(
    error: Exception, reached: bool
) -> None:
    """A slow or broken host is somebody; one that cannot be connected to may be our own fault."""
    assert was_reached(error) is reached


@pytest.mark.parametrize(
    ("error", "reached"),
    [
        (httpx.ConnectError("x"), False),
        (httpx.ReadTimeout("x"), False),
        (httpx.ReadError("x"), False),
        (httpx.RemoteProtocolError("x"), False),
        (httpx.ProxyError("x"), False),
    ],
)
def test_fault_behind_a_proxy_may_be_the_proxys_own(error: Exception, reached: bool) -> None:
    """Somebody listens there, but that is no way out."""
    error.__cause__ = ConnectionRefusedError(111, "refused")

    assert was_reached(error, proxied=True) is reached


def test_tunnel_that_is_cut_proves_nothing() -> None:
    """A proxy may open every tunnel that it is asked for, and have no way out itself."""
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLEOFError(8, "EOF occurred in violation of protocol")

    assert was_reached(error, proxied=True) is False


def test_certificate_behind_a_proxy_proves_the_way() -> None:
    """There was a tunnel."""
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError("x")

    assert was_reached(error, proxied=True) is True


@pytest.mark.parametrize("kind", sorted(concrete_exceptions(), key=str))
def test_no_text_of_an_exception_is_passed_on(kind: type[Exception]) -> None:
    """It may quote what the library was given: a token, a stranger's bytes."""
    error = kind.__new__(kind)
    error.args = ("Bearer secret",)
    error.__cause__ = ssl.SSLError("[SSL] Bearer secret")

    assert "secret" not in failure_of(error)[1]
    error.__cause__ = None
    assert "secret" not in failure_of(error)[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired",
            "certificate has expired",
        ),
        ("Hostname mismatch, certificate is not valid for 'x'", "hostname mismatch"),
        ("self-signed certificate in certificate chain", None),
        ("unable to get local issuer certificate", None),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "the certificate or TLS is faulty"),
    ],
)
def test_fault_of_a_certificate_is_named_in_openssls_words(text: str, words: str | None) -> None:
    """What is wrong with it tells a browser's warning from a set-up that works."""
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError(text)

    assert failure_of(error) == ("tls", words or text)
