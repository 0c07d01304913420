"""A real run behind a proxy: real sockets, real TLS, the replica at the far end."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import h11
import httpx
import pytest
import trustme

from pipeline.sandbox import SANDBOX_TOKEN
from pipeline.sandbox.transport import SandboxTransport

ROOT = Path(__file__).parent.parent

LIST = """# Papers

- TALLRec: An Effective and Efficient Tuning Framework to Align Large Language Model with
  Recommendation, RecSys 2023, [[paper]](https://arxiv.org/abs/2305.00447), [[code]](https://github.com/SAI990323/TALLRec)
- An Other Paper of Four Words, ACL 2020, [[paper]](https://openreview.net/forum?id=hFx3fY7-m9b)
- A Third Paper with a Private Link, [[paper]](https://10.0.0.1/secret.pdf)
"""


class Proxy:
    """A forward proxy that opens the tunnels it is asked for and answers in the hosts' place."""

    def __init__(self, authority: trustme.CA) -> None:
        self.asked: list[tuple[str, str]] = []
        self.tokens: dict[str, str] = {}
        self._authority = authority
        self._world = SandboxTransport("clean")

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on loopback; yield the proxy's address."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            host = head.split()[1].decode().rpartition(":")[0]
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._authority.issue_cert(host).configure_cert(context)
            await writer.start_tls(context)
            await self._answer(host, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _answer(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        wire = h11.Connection(h11.SERVER)
        request, body = None, b""
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                wire.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                return
        assert request is not None
        headers = [(name, value) for name, value in request.headers]
        url = f"https://{host}{request.target.decode()}"
        asked = httpx.Request(request.method.decode(), url, headers=headers, content=body)
        self.asked.append((asked.method, url))
        if "authorization" in asked.headers:
            self.tokens[host] = asked.headers["authorization"]
        response = await self._world.handle_async_request(asked)
        content = await response.aread()
        fields = [
            (name, value)
            for name, value in response.headers.raw
            if name.lower() != b"content-length"
        ]
        fields += [(b"content-length", str(len(content)).encode()), (b"connection", b"close")]
        writer.write(
            wire.send(h11.Response(status_code=response.status_code, headers=fields)) or b""
        )
        if asked.method != "HEAD":
            writer.write(wire.send(h11.Data(data=content)) or b"")
        await writer.drain()


@asynccontextmanager
async def broken_proxy(kind: str) -> AsyncIterator[str]:
    """Serve what is no use as a proxy: it refuses connections, or breaks each one off."""

    async def drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(drop, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if kind == "refuses":
        server.close()
        await server.wait_closed()
    try:
        yield address
    finally:
        server.close()


def all_bytes(folder: Path) -> bytes:
    """Return the content of every file below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.anyio
async def test_run_behind_a_proxy_reaches_every_service(tmp_path: Path) -> None:
    """Proxy and certificates of the environment are honoured; the token goes to GitHub alone."""
    authority = trustme.CA()
    certificate = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(certificate))
    (tmp_path / "list.md").write_text(LIST)
    proxy = Proxy(authority)
    async with proxy.serve() as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pipeline", "run", "enrich", "list.md", "--verbose"),
            cwd=tmp_path,
            env={
                "PYTHONPATH": str(ROOT),
                "HTTPS_PROXY": address,
                "SSL_CERT_FILE": str(certificate),
                "GITHUB_TOKEN": SANDBOX_TOKEN,
                "PIPELINE_SEARCH": "false",
            },
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()

    assert process.returncode == 0, err.decode()
    links = {
        row["url"]: (row["verdict"], row["reason_code"])
        for row in map(
            json.loads, (tmp_path / "data/reports/links.jsonl").read_text("utf-8").splitlines()
        )
    }
    assert links == {
        "https://arxiv.org/abs/2305.00447": ("alive", "arxiv-found"),
        "https://github.com/SAI990323/TALLRec": ("alive", "repository-found"),
        "https://openreview.net/forum?id=hFx3fY7-m9b": ("alive", "ok"),
        "https://10.0.0.1/secret.pdf": ("skipped", "private-address"),
    }
    assert [method for method, url in proxy.asked if "arxiv.org" in url] == ["GET"]
    assert proxy.tokens == {"api.github.com": f"Bearer {SANDBOX_TOKEN}"}
    assert SANDBOX_TOKEN.encode() not in err + all_bytes(tmp_path)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["refuses", "drops"])
@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 4)])
async def test_proxy_that_is_none_is_found_out_once(
    tmp_path: Path, kind: str, strict: tuple[str, ...], code: int
) -> None:
    """Within seconds and in one sentence; nothing is blamed, nothing is remembered."""
    (tmp_path / "list.md").write_text(LIST)
    began = monotonic()
    async with broken_proxy(kind) as address:
        secret, place = address.replace("//", "//me:s3cret@"), address.removeprefix("http://")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pipeline", "run", "enrich", "list.md", *strict),
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "HTTPS_PROXY": secret, "HTTP_PROXY": secret},
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()

    assert (process.returncode, monotonic() - began < 10) == (code, True), err.decode()
    said = f"nobody can be reached through the proxy ({place}, set by HTTPS_PROXY): no link was"
    assert " ".join(err.decode().split()).count(said) == 1
    assert b"s3cret" not in err + all_bytes(tmp_path)
    run = json.loads((tmp_path / "data/run.json").read_text("utf-8"))
    assert run["network"] == "down"
    assert sum(run["requests"].values()) <= 3
    rows = (tmp_path / "data/reports/links.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(row)["verdict"] for row in rows} == {"unknown", "skipped"}
    assert not (tmp_path / "data/history/links.jsonl").exists()
    assert b"Errno" not in err + all_bytes(tmp_path)
