"""
Hostile input from end to end: one list full of it, hostile services behind it, every output.

The real command line runs over a small Internet on loopback (`tests.internet`), with TLS, the real
resolver's place, and connections that are made to addresses. Single parts have tests of their own:

| what | where |
| --- | --- |
| spellings of private addresses, names with several addresses | tests/network/test_transport.py |
| redirects to private addresses, token and redirects, pace | tests/network/test_http_client.py |
| odd and endless answers, bombs, headers without end | tests/sources/web/test_sockets.py |
| proxies | tests/network/test_transport.py, tests/test_proxy.py |
| text in Markdown, on a terminal, as a link | tests/formats/test_escape.py |
| each report's own syntax | tests/formats |
| a tampered cache, pickles | tests/test_cache.py |
| paths in patches, links that lead out | tests/cli/test_fix.py, tests/cli/test_publish.py |
| markers and state of the rolling issue | tests/publishing |
| linear time on hostile text | tests/markdown, tests/test_urls.py, tests/links/test_ignores.py |
| all of it together, and what falls between | here |
"""

import gzip
import io
import ipaddress
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pyromark
import pytest

from pipeline.cli import main as cli
from pipeline.markdown.entries import read_list
from pipeline.records.lists import ParsedList
from pipeline.sandbox import SANDBOX_TOKEN
from pipeline.sandbox.arxiv import Api, answer_oai
from pipeline.sandbox.github import GitHub
from pipeline.sandbox.world import Paper, Repository, repositories
from pipeline.stages.parse import decode
from tests.github_server import TOKEN
from tests.github_server import GitHub as Publishing
from tests.internet import NOW, PUBLIC, Internet, online

APPLE = "аррӏе"
"""Cyrillic letters that look like a well-known name."""
PUNYCODE = f"xn--{APPLE.encode('punycode').decode()}"

ESCAPES = (
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\x1b]52;c;cm0=\x07\x1b[31m\x9b31m\x9d0;t\x07"
)
BIDI = "\u202egpj.exe \u2066a\u2069 ze\u200bro\ufeff \u061c"
COMMANDS = "\n::error file=x::owned\r\n::add-mask::paper\n::stop-commands::x\n##[error]owned"
HTML = '<script>alert(1)</script></details></summary><img src="https://ping.example/p.png">'
LINKS = "![ping](https://ping.example/p.png) [click](javascript:alert(1)) <https://auto.example>"
TABLE = "| a | b | ``` ~~~ `code` $$x$$ **b**"
MENTIONS = "@octocat #77 GH-77 owner/repo#77 www.auto.example"
MARKERS = "<!-- pipeline:link-report --> <!-- pipeline:state {} --> <!-- pipeline:ignore -->"
FORMULA = '=HYPERLINK("https://evil.example";"x")'
DOCUMENTS = "]]> & &amp; </failure> \x00 \ufffe {0} {{x}} [l](1) %25 \\u001b"

CODE = "https://github.com/SAI990323/TALLRec"

ATTACKS = {
    "escapes": ESCAPES,
    "bidi": BIDI,
    "commands": COMMANDS,
    "html": HTML,
    "links": LINKS,
    "table": TABLE,
    "mentions": MENTIONS,
    "markers": MARKERS,
    "formula": FORMULA,
    "documents": DOCUMENTS,
    "printed": "::set-output name=dead::0 ##[add-mask]paper %0A::error::x",
}
EVERYTHING = " ".join(ATTACKS.values())


def spelt(text: str) -> str:
    """Write text so that a Markdown parser reads exactly it: every character as an entity."""
    return "".join(f"&#{ord(char)};" if char != " " else char for char in text)


PRIVATE = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "0",
    "10.0.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "100.64.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
    "[fe80::1%25eth0]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "a.localhost",
    "inside.example",
    "inside.example.",
    "half.example",
    "mapped.example",
    "①②⑦.⓪.⓪.①",
    "１２７.0.0.1",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "user@127.0.0.1",
    "github.com@127.0.0.1",
    "github.com:80@127.0.0.1",
    "github.com%40127.0.0.1",
)
"""Hosts that are, or lead to, what is not public."""

NAMES: Mapping[str, list[tuple[str, ...]]] = {
    "inside.example": [("10.0.0.8",)],
    "half.example": [("93.184.215.14", "192.168.0.1")],
    "mapped.example": [("::ffff:169.254.169.254",)],
    "rebound.example": [("93.184.215.99",), ("127.0.0.1",)] * 40,
}


@dataclass(frozen=True)
class HostileRepository(Repository):
    """A repository whose owner writes what he likes."""

    @property
    def description(self) -> str:
        """Return all attacks."""
        return EVERYTHING


SIMILAR_PAPER = Paper(
    id="2401.00001",
    title="Generative Retrieval of Hostile Records over Mirrored Corpora: ::add-mask::paper"
    " ##[error]owned \u202e\u200b \x9b <img src=x> @octocat",
    authors=("Mallory ::error::owned", re.sub(r"[\x00-\x1f]", "", ESCAPES)),
    versions=(NOW,),
    categories=("cs.IR",),
)
"""What title search finds for an entry of the list, and is not sure of."""

HOSTILE_PAPER = Paper(
    id="2305.00447",
    title=re.sub(r"[\x00-\x08\x0b-\x1f\ufffe]", "", EVERYTHING),  # no XML could hold these
    authors=("Mallory ::error::owned", re.sub(r"[\x00-\x1f]", "", ESCAPES)),
    versions=(NOW,),
    categories=("cs.IR",),
    comment=f"{HTML} https://{APPLE}.example/ javascript:alert(1)",
    journal_ref=f"{MENTIONS} {TABLE}",
    doi="10.1000/x\n::error::owned",
)

TARGETS = {
    "/script": "javascript:alert(1)",
    "/data": "data:text/html,<script>alert(1)</script>",
    "/file": "file:///etc/passwd",
    "/apple": f"https://{PUNYCODE}.example/new",
    "/break": "https://kept.moved.example/a)%20[x](javascript:alert(1)",
    "/brackets": "https://kept.moved.example/a>b<c>[d](e)`f`|g",
    "/comment": "https://kept.moved.example/<!--pipeline:link-report-->",
    "/command": "https://kept.moved.example/##[error]owned",
    "/user": "https://github.com@kept.moved.example/new",
    "/private": "http://127.0.0.1/latest/meta-data/",
    "/odd": "http://0x7f.1/latest/meta-data/",
    "/inside": "http://inside.example/",
    "/local": "http://a.localhost/",
    "/gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "/api": "https://api.github.com/user",
    "/look-alike": "https://api.github.com.evil.example/user",
    "/nothing": "https://",
    "/long": "https://kept.moved.example/" + "a" * 9_000,
}
"""Where pages of moved.example lead, for good."""


def moved(request: httpx.Request) -> httpx.Response:
    """Answer as a host whose pages have moved to bad places; `/hops/N/x` does so after N hops."""
    path = request.url.path
    if match := re.fullmatch(r"/hops/(\d)(/.+)", path):
        left = int(match[1]) - 1
        target = f"https://moved.example/hops/{left}{match[2]}" if left else TARGETS[match[2]]
        return httpx.Response(302, headers={"location": target})
    return httpx.Response(301, headers={"location": TARGETS[path]})


def dead(request: httpx.Request) -> httpx.Response:
    """Answer as a host that has nothing any more, with attacks where people might look."""
    page = f"<title>{HTML} ::error::owned</title>"
    return httpx.Response(404, html=page, headers={"server": "x ::error::owned"})


def internet(publishing: Publishing) -> Internet:
    """Build the Internet of the hostile list."""
    named = {**repositories()}
    full_name = "SAI990323/TALLRec"
    named[full_name.lower()] = HostileRepository(full_name=full_name, language="::error::owned")
    renamed = HostileRepository(full_name="../../user", former_names=("Old/Name",))
    named["old/name"] = renamed
    github = GitHub(named, {}, None)
    arxiv = Api({one.id: one for one in (HOSTILE_PAPER, SIMILAR_PAPER)}, "open")

    def api(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/repos/o/r"):
            sent = json.loads(request.content or b"{}")
            token = request.headers.get("authorization", "").replace(SANDBOX_TOKEN, TOKEN) or None
            place = request.url.raw_path.decode()
            status, value, headers = publishing.answer(request.method, place, sent, token)
            return httpx.Response(status, json=value, headers=headers)
        answer = github(request, NOW)
        answer.headers["x-evil"] = "::error::owned"
        return answer

    hosts: dict[str, Callable[[httpx.Request], httpx.Response]] = {
        "moved.example": moved,
        "dead.example": dead,
        f"{PUNYCODE}.example": dead,
        "api.github.com": api,
        "export.arxiv.org": lambda request: arxiv(request, NOW),
        "oaipmh.arxiv.org": lambda request: answer_oai(request, {}, NOW),
        "doi.org": handles,
        "archive.org": captures,
        "web.archive.org": lambda _: httpx.Response(200, json=[]),
    }
    hosts["rebound.example"] = lambda _: httpx.Response(404, headers={"connection": "close"})
    return Internet(hosts, {name: list(answers) for name, answers in NAMES.items()})


def handles(request: httpx.Request) -> httpx.Response:
    """Answer as a handle server whose DOIs lead to bad places."""
    target = {
        "private": "http://169.254.169.254/latest/meta-data/",
        "script": "javascript:alert(1)",
        "command": "https://kept.moved.example/\n::error::owned",
    }.get(request.url.path.rpartition("/")[2], f"https://{APPLE}.example/paper")
    value = {"index": 1, "type": "URL", "data": {"format": "string", "value": target}}
    body = {"responseCode": 1, "handle": "10.1000/x", "values": [value]}
    return httpx.Response(200, json=body)


def captures(request: httpx.Request) -> httpx.Response:
    """Answer as an archive whose captures are of something else."""
    asked = request.url.params.get("url", "")
    found = {
        "available": True,
        "status": "200",
        "timestamp": "20200101000000",
        "url": "https://evil.example/web/20200101000000/" + asked,
    }
    return httpx.Response(200, json={"url": asked, "archived_snapshots": {"closest": found}})


def hostile_list() -> str:
    """Write the list: each attack as a title, and a link of every bad kind."""
    lines = [f"# Papers {spelt(EVERYTHING)}", "", f"## Section {spelt(COMMANDS + HTML)}", ""]
    for name, attack in ATTACKS.items():
        title = f"{spelt(attack)} a Title of {name} Attacks"
        lines.append(f"- [{title}](https://dead.example/{name}), ICML 2023")
    lines += [f"- Moved Page of Kind {p[1:]}, [[paper]](https://moved.example{p})" for p in TARGETS]
    for hops in (2, 5, 9):
        lines += [
            f"- Page after {hops} Hops, [[paper]](https://moved.example/hops/{hops}{path})"
            for path in ("/private", "/odd", "/inside", "/local", "/api", "/look-alike")
        ]
    lines += [f"- Rebound {n}, [[paper]](https://rebound.example/{n})" for n in range(6)]
    lines += [f"- Private Place {n}, [[paper]](http://{h}/x{n})" for n, h in enumerate(PRIVATE)]
    lines += [f"- Odd Link {n}, [[paper]](<{url}>)" for n, url in enumerate(URLS)]
    lines += [
        f"- Hostile One, [[paper]](https://arxiv.org/abs/{HOSTILE_PAPER.id}), [[code]]({CODE}#x)",
        "- A Renamed Repository of Somebody, [[code]](https://github.com/Old/Name)",
        "- Generative Retrieval of Hostile Records over Mirrored Corpora",
        "- A Title " + "very " * 2_000 + "long",
        "- A Long Link [[paper]](https://dead.example/" + "a" * 10_000 + ")",
        "- A Longer Link [[paper]](https://dead.example/" + "a" * 1_000_000 + ")",
        "- Many " + "".join(f"[x](https://dead.example/many/{n % 40}) " for n in range(4_000)),
        "> " * 300 + "deep",
        "*" * 3_000 + "[" * 3_000 + "(" * 3_000,
    ]
    return "\n".join(lines) + "\n"


URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt&colon;alert(document.domain)",
    "data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "file://evil.example/share",
    "https://dead.example/a&#13;&#10;X-Injected:&#32;yes",
    "https://dead.example/b%0d%0aX-Injected:%20yes",
    "https://dead.example/c&#0;d",
    "https://dead.example/&#27;]52;c;cm0=&#7;",
    "https://dead.example/##[error]owned",
    "https://dead.example/?::error::owned",
    "https://dead.example/%0A::error::owned",
    "https://dead.example/&lt;!--pipeline:link-report--&gt;",
    'https://dead.example/"&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
    "https://dead.example/`|a|b|`",
    "https://dead.example/](javascript:alert(1))",
    "https://dead.example/@octocat/#77",
    "https://dead.example/]]&gt;&amp;{0}",
    f"https://{APPLE}.example/sign-in",
    f"https://dead.example@{APPLE}.example/",
    "https://user:hunter2@dead.example/secret",
    "https://dead.example\\@evil.example/",
    "https://dead.example:99999/",
    "https://dead.example/&#x202e;gpj.exe",
    "https://github.com@evil.example/SAI990323/TALLRec",
    "https://api.github.com.evil.example/user",
    "https://api.github.com@evil.example/user",
    "http://api.github.com/user",
    "https://api.github.com/user",
    "https://api.github.com:8443/user",
    "https://github.com/SAI990323/TALLRec/blob/main/%2e%2e/%2e%2e/%2e%2e/%2e%2e/user.md#x",
    "https://github.com/SAI990323/TALLRec/blob/main/a%2f..%2f..%2f..%2f..%2f..%2fuser.md#x",
    "https://doi.org/10.1000/private",
    "https://doi.org/10.1000/script",
    "https://doi.org/10.1000/command",
    "https://doi.org/10.1000/../../../../etc/passwd",
    "https://doi.org/10.1000/apple",
)


# --- the runs ---------------------------------------------------------------------------------


@dataclass
class Done:
    """What the commands have left: every output by its name."""

    internet: Internet
    github: Publishing
    texts: dict[str, bytes] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    fixed: bytes = b""
    cache: bytes = b""
    original: bytes = b""


def call(done: Done, name: str, *arguments: str) -> None:
    """Run the command line in this process and keep what it says."""
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(one, encoding="utf-8", write_through=True) for one in (out, err)]
    argv, sys.argv = sys.argv, ["pipeline", *arguments]
    try:
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            try:
                cli.main()
                code: Any = 0
            except SystemExit as ended:
                code = ended.code
    finally:
        sys.argv = argv
    done.codes[name] = code if isinstance(code, int) else int(code is not None)
    done.texts |= {f"{name} stdout": out.getvalue(), f"{name} stderr": err.getvalue()}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run every command once over the hostile list."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        settle(folder, patch)
        patch.setenv("PIPELINE_FRAGMENTS", "true")
        patch.setenv("PIPELINE_WAYBACK", "true")
        original = hostile_list().encode()
        Path("list.md").write_bytes(original)
        github = Publishing()
        github.name = "o/r"
        with online(internet(github), folder, patch) as world:
            result = Done(world, github, original=original)
            commands(result)
        result.cache = b"".join(p.read_bytes() for p in Path("cache").rglob("*") if p.is_file())
    return result


def settle(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Work in a folder, with a token and none of the machine's settings."""
    patch.chdir(folder)
    for name in os.environ:
        if name in ("CI", "GH_TOKEN") or name.upper().endswith("_PROXY") or "PIPELINE_" in name:
            patch.delenv(name)
    patch.setenv("GITHUB_TOKEN", SANDBOX_TOKEN)


def commands(done: Done) -> None:
    """Run what a maintainer and a workflow run."""
    call(done, "enrich", "run", "enrich", "list.md", "--verbose")
    call(done, "again", "run", "enrich", "list.md", "--verbose", "--refresh", "all")
    for form in ("github", "sarif", "junit", "json", "markdown"):
        call(done, f"report {form}", "report", "--format", form)
    call(done, "check github", "run", "check", "list.md", "--format", "github")
    call(done, "check lines", "run", "check", "list.md")
    call(done, "parse", "run", "parse", "list.md")
    call(done, "lint", "lint", "list.md")
    call(done, "lint github", "lint", "--format", "github", "list.md")
    for number, url in enumerate((*URLS, f"https://dead.example/{spelt(ESCAPES)}", ESCAPES)):
        call(done, f"explain {number}", "explain", unescape(url).replace("\0", ""))
    call(done, "explain line", "explain", "list:7")
    call(done, "review", "review", "--json")
    call(done, "issue", "publish", "issue", "--repository", "o/r")
    call(done, "issue written", "publish", "issue", "--repository", "o/r", "--write")
    call(done, "outputs", "publish", "outputs")
    call(done, "fix", "fix", "--diff", "list.md")
    only = ("--only", "link-moved", "--only", "link-malformed")
    call(done, "write", "fix", "--write", *only, "list.md")
    done.fixed = Path("list.md").read_bytes()
    for path in sorted(Path("data").rglob("*")):
        if path.is_file():
            done.texts[path.as_posix()] = path.read_bytes()


# --- what is looked for -----------------------------------------------------------------------

MACHINE = ("jsonl", "json", "json stdout", "check lines stdout", "parse stdout", "review stdout")
"""Outputs that programs read: text stands in them as it came, escaped."""
WORKFLOW = ("report github stdout", "check github stdout", "lint github stdout")
COMMAND = re.compile(r"::(error|warning|notice) [^:]*::.*")


def of_people(done: Done) -> dict[str, str]:
    """Return the outputs that a person reads; a patch holds the list's own bytes."""
    return {
        name: text.decode("utf-8")
        for name, text in done.texts.items()
        if not name.endswith(MACHINE) and name not in ("fix stdout", "write stdout")
    }


def links(done: Done) -> dict[str, dict[str, Any]]:
    """Return the health of every link."""
    rows = done.texts["data/reports/links.jsonl"].decode().splitlines()
    return {row["url"]: row for row in map(json.loads, rows)}


def is_hidden(char: str) -> bool:
    """Say whether a terminal, an editor or a reader may be deceived by a character."""
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_command_ends_as_it_should(done: Done) -> None:
    """Nothing falls over: there is an exit code for everything, and no traceback."""
    codes = {name: code for name, code in done.codes.items() if not name.startswith("explain")}

    assert codes == {
        **dict.fromkeys(codes, 0),
        "lint": 3,
        "lint github": 3,
        "fix": codes["fix"],
    }
    assert {done.codes[name] for name in done.codes if name.startswith("explain")} <= {0, 2}
    assert not [name for name, text in done.texts.items() if b"Traceback" in text]


# --- the network ------------------------------------------------------------------------------


def test_nothing_but_public_addresses_is_reached(done: Done) -> None:
    """However a host is spelt, wherever a name leads, and after every hop."""
    health = links(done)
    asked = [health[unescape(f"http://{host}/x{n}")] for n, host in enumerate(PRIVATE)]
    hops = [
        health[f"https://moved.example{hop}{path}"]
        for hop in ("", "/hops/2", "/hops/5", "/hops/9")
        for path in ("/private", "/odd", "/inside", "/local")
    ]

    assert {(one["verdict"], one["reason_code"]) for one in (*asked, *hops)} == {
        ("skipped", "private-address"),
        ("malformed", "no-url"),
    }
    assert {one["reason_code"] for one in hops} == {"private-address"}
    assert {address for address, _ in done.internet.connected} == {PUBLIC, "93.184.215.99"}
    assert not [url for url in done.internet.urls if re.search(r"/x\d+$|meta-data|_FLUSH", url)]


def test_connection_is_made_to_the_address_that_was_checked(done: Done) -> None:
    """A resolver that says something else the second time is not asked a second time."""
    rebound = [found for name, found in done.internet.looked_up if name == "rebound.example"]
    checked = [
        found[0]
        for _, found in done.internet.looked_up
        if all(ipaddress.ip_address(one).is_global for one in found)
    ]

    assert {"127.0.0.1"} & {address for found in rebound for address in found}
    assert sorted(checked) == sorted(address for address, _ in done.internet.connected)


def test_token_goes_to_the_api_alone(done: Done) -> None:
    """Over https, about repositories; no link of a list is asked with it, nor leads elsewhere."""
    held = [
        urlsplit(url.partition(" ")[2]).path
        for url, headers in done.internet.asked
        if SANDBOX_TOKEN in headers.get("authorization", "")
    ]

    assert done.internet.tokens(SANDBOX_TOKEN) == {"https://api.github.com"}
    assert "GET https://api.github.com/user" in done.internet.urls
    assert "GET http://api.github.com/user" in done.internet.urls
    assert "GET https://api.github.com.evil.example/user" in done.internet.urls
    assert not [
        path for path in held if not re.match(r"/(graphql$|repos/[^/]+/[^/]+|repositories/)", path)
    ]


def test_token_is_written_nowhere(done: Done) -> None:
    """Neither in logs at --verbose, nor in reports, records, the cache or what is published."""
    assert SANDBOX_TOKEN.encode() not in b"".join((*done.texts.values(), done.cache))
    assert SANDBOX_TOKEN not in json.dumps(list(done.github.issues.values()))


def test_requests_are_one_line_each(done: Done) -> None:
    """What a URL holds becomes no header and no second request."""
    lines = done.internet.raw

    assert [line for line in lines if b"X-Injected" in line]
    assert all(re.fullmatch(rb"[A-Z]+ [!-~]+ HTTP/1\.1\r\n", line) for line in lines)
    assert not [url for url, headers in done.internet.asked if "x-injected" in headers]
    assert not [url for url, headers in done.internet.asked if "hunter2" in str(headers.raw)]


# --- the outputs ------------------------------------------------------------------------------


def test_no_output_steers_a_terminal_or_hides_anything(done: Done) -> None:
    """No control, no direction mark, no zero-width character; in records they are escaped."""
    found = {
        name: sorted({hex(ord(char)) for char in text if is_hidden(char)})
        for name, text in of_people(done).items()
    }

    assert {name: chars for name, chars in found.items() if chars} == {}
    for name, text in done.texts.items():
        raw = text.decode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", raw), name


def test_no_output_commands_the_runner_of_a_workflow(done: Done) -> None:
    """What is printed holds no command but ours, at the start of a line or within one."""
    for name, text in done.texts.items():
        lines = text.decode("utf-8").split("\n")
        commands = [line for line in lines if line.lstrip().startswith("::")]
        if name in WORKFLOW:
            assert [line for line in lines if line and not COMMAND.fullmatch(line)] in (
                [],
                [line for line in lines if re.fullmatch(r"\d+ more: see pipeline lint", line)],
            )
        elif " std" in name:
            assert commands == [], name
            assert "##[" not in text.decode("utf-8"), name
        else:
            assert commands == [], name


def test_markdown_holds_nothing_of_theirs(done: Done) -> None:
    """No tag, image, link, mention, marker or heading but ours, in the report and in the issue."""
    (issue,) = done.github.real_issues
    report = done.texts["data/reports/report.md"].decode()

    assert done.texts["report markdown stdout"].decode() == report
    for text in (report, issue["body"]):
        html = pyromark.html(text, options=pyromark.Options.ENABLE_TABLES)
        tags = {tag.lower() for tag in re.findall(r"<\s*/?([A-Za-z!][^\s>/]*)", html)}
        assert tags <= {
            *("a", "br", "code", "details", "em", "h1", "h2", "h3", "hr", "input", "li", "ol", "p"),
            *("pre", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul", "!--"),
        }
        assert html.count("<h1>") == 1
        assert html.count("<details>") == html.count("</details>") == text.count("<summary>")
        for target in map(unescape, re.findall(r'href="([^"]*)"', html)):
            assert re.match(r"https?://(%5B[0-9a-f:.]+%5D|[a-z0-9._-]+)(:[0-9]+)?(/|$)", target)
            assert target.isascii()
            assert "@" not in urlsplit(target).netloc
        outside = re.sub(r"\]\(<[^>]*>\)|`[^`\n]*`", "", text)
        assert not re.search(r"@octocat|#77|GH-77|(?<![/\w])www\.", outside)
        assert not re.search(r"(?<!`)```|\[x\]\(java|!\[ping", outside)


def test_marker_of_the_issue_is_ours_alone(done: Done) -> None:
    """Once, in its own line; a title that spells it is a title."""
    (issue,) = done.github.real_issues

    assert issue["body"].count("<!-- pipeline:link-report -->") == 1
    assert issue["body"].count("<!-- pipeline:state") == 1
    shown = done.texts["data/reports/report.md"].decode()
    assert "<!--" not in re.sub(r"`<!-- pipeline:ignore( [a-z-]+)? -->`", "", shown)
    assert issue["title"].isascii()


def test_no_title_makes_a_line_ignored(done: Done) -> None:
    """The comment counts where it stands in the list's Markdown, not where a text spells it."""
    assert links(done)["https://dead.example/markers"]["verdict"] == "dead"


def test_look_alike_letters_are_shown_in_punycode(done: Done) -> None:
    """Everywhere a person reads; records keep what the list says."""
    shown = [name for name, text in of_people(done).items() if PUNYCODE in text]

    assert {name for name, text in of_people(done).items() if APPLE in text} == set()
    assert {
        "data/reports/report.md",
        "report sarif stdout",
        "report junit stdout",
        "report markdown stdout",
    } <= set(shown)


def test_documents_are_whole(done: Done) -> None:
    """JSON, JSON Lines, XML, SARIF and the outputs of a step, whatever stands in them."""
    for name, text in done.texts.items():
        if name.endswith(".json") or name in ("report sarif stdout", "report json stdout"):
            json.loads(text)
        elif name.endswith((".jsonl", "check lines stdout", "parse stdout", "review stdout")):
            assert all(isinstance(json.loads(line), dict) for line in text.decode().splitlines())
    suites = ElementTree.fromstring(done.texts["report junit stdout"])  # noqa: S314  our own
    assert suites.tag == "testsuites"
    assert not [one for one in suites.iter() if one.tag in ("script", "img")]
    for line in done.texts["outputs stdout"].decode().splitlines():
        assert re.fullmatch(r"[a-z-]+=[\w./,-]*", line), line


def test_endless_text_is_cut(done: Done) -> None:
    """A million characters of a URL, ten thousand of a title: a report stays a report."""
    sizes = {name: max(map(len, text.split("\n"))) for name, text in of_people(done).items()}

    assert {name: size for name, size in sizes.items() if size > 5_000} == {}
    assert len(done.texts["data/history/links.jsonl"]) < 200_000


def test_no_other_scheme_is_a_link_or_a_suggestion(done: Done) -> None:
    """Neither `javascript:` nor `data:`, `file:`, `vbscript:`; nor a host behind a user name."""
    report = json.loads(done.texts["data/reports/report.json"])
    offered = [one["replacement"] for one in report["diagnostics"] if one["code"][:5] == "link-"]
    offered += [row["suggestion"] for row in links(done).values()]

    assert [one for one in offered if one and not re.match(r"https?://[^\s<>]+\Z", one)] == []
    certain = [one for one in report["diagnostics"] if one["certain"] and one["replacement"]]
    assert not [one for one in certain if "@" in urlsplit(one["replacement"]).netloc]


def test_repairs_write_no_hostile_target(done: Done) -> None:
    """As many links as before, each to where it led or to a plain web address, on the same line."""
    before, after = (read_list(decoded(one), name="list") for one in (done.original, done.fixed))
    old, new = targets(before), targets(after)

    assert done.original != done.fixed
    assert len(done.fixed.splitlines()) == len(done.original.splitlines())
    assert len(new) == len(old)
    changed = [url for url in new if url not in old]
    assert any(url.startswith("https://kept.moved.example/a%29") for url in changed)
    for url in changed:
        assert re.fullmatch(r"https?://[a-z0-9.-]+/[!-~]*", url), url
    assert [entry.title for entry in after.entries] == [entry.title for entry in before.entries]


def decoded(data: bytes) -> str:
    """Return the text of a list."""
    return decode(data, name="list")[0]


def targets(parsed: ParsedList) -> list[str]:
    """Return every link of a list, in its order."""
    found = [link for entry in parsed.entries for link in entry.links]
    return [link.url for link in (*found, *parsed.other_links)]


def test_hostile_answers_of_services_are_records(done: Done) -> None:
    """A name that is none, an address of something else: not taken; texts are, on one line."""
    rows = [json.loads(row) for row in done.texts["data/catalog/catalog.jsonl"].splitlines()]
    parts = [part for row in rows for part in row["repositories"]]

    assert {part["full_name"] for part in parts} == {"SAI990323/TALLRec", "Old/Name"}
    assert {part["status"] for part in parts if part["full_name"] == "Old/Name"} == {"failed"}
    assert {part["url"].partition("/SAI")[0] for part in parts if part["status"] == "found"} == {
        "https://github.com"
    }
    assert not [row for row in links(done).values() if "evil.example/web/" in str(row)]


def test_what_is_open_for_review_is_data(done: Done) -> None:
    """A candidate's title comes as it is, and steers nobody who prints it."""
    (case,) = map(json.loads, done.texts["review stdout"].decode().splitlines())

    assert case["candidates"][0]["title"] == " ".join(SIMILAR_PAPER.title.split())


# --- lists from afar --------------------------------------------------------------------------

Answering = Callable[[httpx.Request], httpx.Response]


def to(target: str) -> Answering:
    """Answer by a redirect."""
    return lambda _: httpx.Response(302, headers=[(b"location", target.encode())])


def next_one(request: httpx.Request) -> httpx.Response:
    """Answer by a redirect to the next of a hundred thousand pages."""
    number = int(request.url.path[1:] or 0) + 1
    return httpx.Response(302, headers={"location": f"/{number}"})


def twice_compressed(request: httpx.Request) -> httpx.Response:
    """Answer by 12 KB that would be 4 GB."""
    zeros = gzip.compress(gzip.compress(bytes(2**22)) * 1024)
    return httpx.Response(200, headers={"content-encoding": "gzip, gzip"}, stream=Raw(zeros))


class Raw(httpx.SyncByteStream):
    """A body that is put on the wire as it stands."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.content


@pytest.mark.parametrize(
    ("answering", "words"),
    [
        (to("http://127.0.0.1/a.md"), "HTTP 302"),
        (to("https://127.0.0.1/a.md"), "private or reserved"),
        (to("https://0x7f.1/a.md"), "private or reserved"),
        (to("https://[::ffff:7f00:1]/a.md"), "private or reserved"),
        (to("https://inside.example/a.md"), "private or reserved"),
        (to("https://user@localhost/a.md"), "private or reserved"),
        (to("https://①②⑦.0.0.1/a.md"), "private or reserved"),
        (to("file:///etc/passwd"), "not a valid URL"),
        (to("javascript:alert(1)"), "not a valid URL"),
        (next_one, "more than 10 redirects"),
        (lambda _: httpx.Response(200, headers={"x": "y" * 200_000}), "headers are too large"),
        (twice_compressed, "not HTTP"),
    ],
)
def test_list_from_afar_is_read_from_public_places(
    answering: Answering, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its host answers, the run says why there is no list, and ends."""
    settle(tmp_path, monkeypatch)
    hosts = {"lists.example": answering}
    names = {name: list(answers) for name, answers in NAMES.items()}
    with online(Internet(hosts, names), tmp_path, monkeypatch) as world:
        done = Done(world, Publishing())
        call(done, "run", "run", "enrich", "https://lists.example/")

    said = done.texts["run stderr"].decode()
    assert done.codes["run"] == 1
    assert words in said
    assert len(world.urls) <= 11 * 4
    assert {address for address, _ in world.connected} == {PUBLIC}
    assert world.tokens(SANDBOX_TOKEN) == set()


@pytest.mark.parametrize(
    ("api", "answering"),
    [
        ("http://api.github.com", lambda _: httpx.Response(404)),
        ("https://api.github.com", to("https://api.github.com.evil.example/x")),
        ("https://api.github.com", to("https://api.github.com@evil.example/x")),
        ("https://api.github.com", to("http://api.github.com/x")),
        ("https://api.github.com", to("//evil.example/x")),
        ("https://api.github.com", to("https://127.0.0.1/x")),
    ],
)
def test_token_leaves_with_no_redirect(
    api: str, answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of repositories, of a list on GitHub, of what is published; and never over plain http."""
    settle(tmp_path, monkeypatch)
    monkeypatch.setenv("PIPELINE_GITHUB_URL", api)
    Path("a.md").write_text("- A Paper of Some Words, [[code]](https://github.com/o/r)\n")
    with online(Internet({"api.github.com": answering}), tmp_path, monkeypatch) as world:
        done = Done(world, Publishing())
        call(done, "run", "run", "enrich", "a.md", "--verbose")
        call(done, "afar", "run", "enrich", "github:o/r", "--verbose")
        call(done, "fix", "fix", "github:o/r")
        call(done, "publish", "publish", "issue", "--repository", "o/r", "--write")

    expected = {"https://api.github.com"} if api.startswith("https") else set()
    assert world.tokens(SANDBOX_TOKEN) == expected
    assert {address for address, _ in world.connected} == {PUBLIC}
    assert SANDBOX_TOKEN.encode() not in b"".join(done.texts.values())
