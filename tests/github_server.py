"""A GitHub on loopback: real sockets and real TLS, as much of the REST API as publishing needs."""

import base64
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import trustme

from tests.github_pulls import (
    VIEWER,
    InvalidError,
    NotThereError,
    PullRequests,
    Tree,
    user,
    with_id,
)

TOKEN: Final = "secret-of-the-tests"


@dataclass
class Fault:
    """What goes wrong the next `times` that a request matches."""

    method: str
    path: str
    status: int
    message: str = "Server Error"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False
    """Whether it is done all the same, and only the answer is lost."""


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    payload: dict[str, Any]
    token: str | None
    at: float


class GitHub(PullRequests):
    """One repository and everything in it."""

    def __init__(self, name: str = "octo/list", files: Mapping[str, bytes] | None = None) -> None:
        self.name = name
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.blobs: dict[str, bytes] = {}
        self.trees: dict[str, Tree] = {}
        self.commits: dict[str, dict[str, Any]] = {}
        self.refs: dict[str, str] = {}
        self.truncates_trees = False
        PullRequests.__init__(self)
        self.has_issues = True
        self.monotonic: Callable[[], float] = lambda: 0.0
        self.url = ""
        self._number = 0
        self.commit("main", files or {"README.md": b"# List\n"}, "first")

    # --- what a test does and asks ---

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of every request that is no reading one, below the repository."""
        base = f"/repos/{self.name}"
        return [
            (asked.method, asked.path.removeprefix(base).partition("?")[0])
            for asked in self.asked
            if asked.method != "GET" and asked.path != "/graphql"
        ]

    def forget(self) -> None:
        """Start counting anew."""
        self.asked.clear()

    def commit(self, branch: str, files: Mapping[str, bytes], message: str) -> str:
        """Commit files upon a branch, as a person does by `git push`."""
        parent = self.refs.get(branch)
        tree = dict(self.trees[self.commits[parent]["tree"]["sha"]]) if parent else {}
        tree |= {path: ("100644", self._blob(content)) for path, content in files.items()}
        sha = self._commit(self._tree(tree), message, [parent] if parent else [])
        self.refs[branch] = sha
        return sha

    def files(self, branch: str) -> dict[str, bytes]:
        """Return the files of a branch."""
        tree = self.trees[self.commits[self.refs[branch]]["tree"]["sha"]]
        return {path: self.blobs[sha] for path, (_, sha) in tree.items()}

    def open_issue(
        self, body: str, *, labels: tuple[str, ...] = (), state: str = "open", **fields: Any
    ) -> dict[str, Any]:
        """Put up an issue (or, with `pull_request`, what the list of issues has of one)."""
        self._number += 1
        issue: dict[str, Any] = {
            "number": self._number,
            "title": "A title",
            "body": body,
            "state": state,
            "labels": [{"name": label} for label in labels],
            "user": {"login": "somebody", "type": "User"},
            "author_association": "NONE",
            **fields,
        }
        self.issues[self._number] = issue
        return issue

    @property
    def real_issues(self) -> list[dict[str, Any]]:
        """Issues, without pull requests."""
        return [one for one in self.issues.values() if "pull_request" not in one]

    @property
    def pulls(self) -> list[dict[str, Any]]:
        """Pull requests."""
        return [one for one in self.issues.values() if "pull_request" in one]

    # --- git ---

    def _blob(self, content: bytes) -> str:
        sha = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        self.blobs[sha] = content
        return sha

    def _tree(self, tree: Tree) -> str:
        sha = sha1(json.dumps(sorted(tree.items())).encode(), usedforsecurity=False).hexdigest()
        self.trees[sha] = tree
        return sha

    def _commit(self, tree: str, message: str, parents: list[str]) -> str:
        text = json.dumps([tree, message, parents, len(self.commits)])
        sha = sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = {
            "sha": sha,
            "tree": {"sha": tree},
            "message": message,
            "parents": [{"sha": parent} for parent in parents],
        }
        return sha

    def _history(self, sha: str) -> set[str]:
        found, left = set(), [sha]
        while left:
            here = left.pop()
            if here not in found:
                found.add(here)
                left += [parent["sha"] for parent in self.commits[here]["parents"]]
        return found

    # --- the API ---

    def answer(
        self, method: str, target: str, payload: dict[str, Any], token: str | None
    ) -> tuple[int, Any, dict[str, str]]:
        """Answer one request: status, JSON value, headers."""
        self.asked.append(Asked(method, target, payload, token, self.monotonic()))
        parts = urlsplit(target)
        fault = next(
            (
                one
                for one in self.faults
                if one.times and one.method == method and re.search(one.path, parts.path)
            ),
            None,
        )
        if fault is not None:
            fault.times -= 1
            if not fault.after:
                return fault.status, {"message": fault.message}, fault.headers
        status, value, headers = self._served(method, parts.path, parts.query, payload, token)
        if fault is not None:
            return fault.status, {"message": fault.message}, fault.headers
        return status, value, headers

    def _served(  # noqa: PLR0911  one for each kind of answer
        self, method: str, path: str, query: str, payload: dict[str, Any], token: str | None
    ) -> tuple[int, Any, dict[str, str]]:
        if token not in (None, f"Bearer {TOKEN}"):
            return 401, {"message": "Bad credentials"}, {}
        base = f"/repos/{self.name}"
        if path == "/graphql" and "viewer" in payload.get("query", ""):
            return 200 if token else 401, {"data": {"viewer": {"login": VIEWER}}}, {}
        if not path.startswith(base) or (method != "GET" and token is None):
            return 404, {"message": "Not Found"}, {}
        asked = {key: values[-1] for key, values in parse_qs(query).items()}
        rest = unquote(path.removeprefix(base))
        for verb, pattern, function in self._routes():
            match = re.fullmatch(pattern, rest)
            if match and verb == method:
                try:
                    status, value = function(*match.groups(), asked, payload)
                except (KeyError, NotThereError):
                    return 404, {"message": "Not Found"}, {}
                except InvalidError as error:
                    return 422, {"message": str(error)}, {}
                return self._paged(status, value, path, asked)
        return 404, {"message": "Not Found"}, {}

    def _paged(
        self, status: int, value: Any, path: str, asked: dict[str, str]
    ) -> tuple[int, Any, dict[str, str]]:
        if not isinstance(value, list):
            return status, value, {}
        size, page = int(asked.get("per_page", 30)), int(asked.get("page", 1))
        shown = value[size * (page - 1) : size * page]
        if len(value) <= size * page:
            return status, shown, {}
        query = "&".join(f"{key}={value}" for key, value in (asked | {"page": page + 1}).items())
        link = f'<{self.url}{path}?{query}>; rel="next", <{self.url}{path}>; rel="first"'
        return status, shown, {"Link": link}

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        yield "GET", "", self._get_repository
        yield "GET", "/issues", self._get_issues
        yield "POST", "/issues", self._post_issue
        yield "PATCH", r"/(?:issues|pulls)/(\d+)", self._patch_issue
        yield "GET", r"/issues/(\d+)/comments", self._get_comments
        yield "POST", r"/issues/(\d+)/comments", self._post_comment
        yield "POST", r"/issues/(\d+)/labels", self._post_labels
        yield "GET", r"/git/ref/heads/(.+)", self._get_ref
        yield "POST", "/git/refs", self._post_ref
        yield "PATCH", r"/git/refs/heads/(.+)", self._patch_ref
        yield "DELETE", r"/git/refs/heads/(.+)", self._delete_ref
        yield "GET", r"/git/commits/(\w+)", lambda sha, _a, _p: (200, self.commits[sha])
        yield "POST", "/git/commits", self._post_commit
        yield "GET", r"/git/trees/(\w+)", self._get_tree
        yield "POST", "/git/trees", self._post_tree
        yield "POST", "/git/blobs", self._post_blob
        yield "GET", r"/compare/(\w+)\.\.\.(\w+)", self._compare
        yield "GET", r"/git/blobs/(\w+)", lambda sha, _a, _p: (200, self.blobs[sha])
        yield "GET", r"/contents/(.+)", self._get_content
        yield "PATCH", r"/issues/comments/(\d+)", self._patch_comment
        yield "DELETE", r"/issues/comments/(\d+)", self._delete_comment
        yield from self.pull_routes()
        yield "GET", "/pulls", self._get_pulls
        yield "POST", "/pulls", self._post_pull

    def _get_repository(self, asked: Any, payload: Any) -> tuple[int, Any]:
        page = f"https://github.example/{self.name}"
        repository = {"full_name": self.name, "default_branch": "main", "html_url": page}
        return 200, repository | {"has_issues": self.has_issues}

    def _get_issues(self, asked: dict[str, str], payload: Any) -> tuple[int, Any]:
        found = list(self.issues.values())
        if (state := asked.get("state", "open")) != "all":
            found = [one for one in found if one["state"] == state]
        if label := asked.get("labels"):
            found = [one for one in found if {"name": label} in one["labels"]]
        return 200, sorted(found, key=lambda one: one["number"])

    def _text(self, payload: dict[str, Any]) -> None:
        if len(payload.get("body") or "") > 65_536:
            raise InvalidError("Validation Failed: body is too long (maximum is 65536 characters)")

    def _post_issue(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        self._text(payload)
        user = {"login": "github-actions[bot]", "type": "Bot"}
        labels = tuple(payload.get("labels", ()))
        issue = self.open_issue(payload["body"], labels=labels, title=payload["title"], user=user)
        return 201, issue

    def _patch_issue(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        self._text(payload)
        issue = self.issues[int(number)]
        issue |= payload
        return 200, issue

    def _get_comments(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        return 200, list(self.comments.get(int(number), []))

    def _post_comment(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        self._text(payload)
        assert int(number) in self.issues
        return 201, self.say(int(number), payload["body"], login=VIEWER)

    def say(self, number: int, body: str, login: str = "somebody") -> dict[str, Any]:
        """Comment on an issue or a pull request."""
        comment = {"id": self._next(), "body": body, "user": user(login)}
        self.comments.setdefault(number, []).append(comment)
        return comment

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _patch_comment(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        self._text(payload)
        comment = with_id(self.comments, number)
        comment |= payload
        return 200, comment

    def _delete_comment(self, number: str, asked: Any, payload: Any) -> tuple[int, Any]:
        gone = with_id(self.comments, number)
        for comments in self.comments.values():
            comments[:] = [one for one in comments if one is not gone]
        return 204, None

    def _post_labels(self, number: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        labels = self.issues[int(number)]["labels"]
        labels += [{"name": name} for name in payload["labels"] if {"name": name} not in labels]
        return 200, {}

    def _get_ref(self, name: str, asked: Any, payload: Any) -> tuple[int, Any]:
        return 200, {"ref": f"refs/heads/{name}", "object": {"sha": self.refs[name]}}

    def _post_ref(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        name = payload["ref"].removeprefix("refs/heads/")
        if name in self.refs:
            raise InvalidError("Reference already exists")
        self.refs[name] = payload["sha"]
        return 201, {}

    def _patch_ref(self, name: str, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        assert name in self.refs
        if self.refs[name] not in self._history(payload["sha"]) and not payload["force"]:
            raise InvalidError("Update is not a fast forward")
        self.refs[name] = payload["sha"]
        return 200, {}

    def _delete_ref(self, name: str, asked: Any, payload: Any) -> tuple[int, Any]:
        if name not in self.refs:
            raise InvalidError("Reference does not exist")
        del self.refs[name]
        for pull in self.pulls:
            if pull["head"]["ref"] == name:
                pull["state"] = "closed"
        return 204, None

    def _post_commit(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        sha = self._commit(payload["tree"], payload["message"], payload["parents"])
        return 201, self.commits[sha]

    def _get_tree(self, sha: str, asked: dict[str, str], payload: Any) -> tuple[int, Any]:
        tree, is_deep = self.trees[sha], "recursive" in asked
        items: list[dict[str, str]] = []
        folders: dict[str, Tree] = {}
        for path, (mode, blob) in tree.items():
            folder, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(folder, {})[rest] = (mode, blob)
            if is_deep or not slash:
                items.append({"path": path, "mode": mode, "type": "blob", "sha": blob})
        for folder, inner in folders.items():
            entry = {"path": folder, "mode": "040000", "type": "tree", "sha": self._tree(inner)}
            items.append(entry)
        if is_deep and self.truncates_trees:
            return 200, {"sha": sha, "tree": items[:1], "truncated": True}
        return 200, {"sha": sha, "tree": items, "truncated": False}

    def _post_tree(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        tree = dict(self.trees[payload["base_tree"]])
        for item in payload["tree"]:
            if item["sha"] is None:
                del tree[item["path"]]
                continue
            assert item["sha"] in self.blobs
            tree[item["path"]] = (item["mode"], item["sha"])
        return 201, {"sha": self._tree(tree)}

    def _post_blob(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        assert payload["encoding"] == "base64"
        return 201, {"sha": self._blob(base64.b64decode(payload["content"]))}

    def _compare(self, base: str, head: str, asked: Any, payload: Any) -> tuple[int, Any]:
        ahead = len(self._history(head) - self._history(base))
        common = [sha for sha in self.commits if sha in self._history(head) & self._history(base)]
        return 200, {"ahead_by": ahead, "merge_base_commit": {"sha": common[-1]}}

    def _get_content(self, path: str, asked: dict[str, str], payload: Any) -> tuple[int, Any]:
        tree = self.trees[self.commits[asked["ref"]]["tree"]["sha"]]
        return 200, self.blobs[tree[path][1]]

    def _get_pulls(self, asked: dict[str, str], payload: Any) -> tuple[int, Any]:
        found = [
            pull
            for pull in self.pulls
            if asked.get("head") in (None, pull["head"]["label"])
            and asked.get("base") in (None, pull["base"]["ref"])
            and asked["state"] in ("all", pull["state"])
        ]
        return 200, sorted(found, key=lambda pull: -pull["number"])

    def _post_pull(self, asked: Any, payload: dict[str, Any]) -> tuple[int, Any]:
        self._text(payload)
        branch, owner = payload["head"], self.name.partition("/")[0]
        if branch not in self.refs:
            raise InvalidError("Validation Failed: head")
        if any(one["state"] == "open" and one["head"]["ref"] == branch for one in self.pulls):
            raise InvalidError("Validation Failed: A pull request already exists")
        pull = self.open_issue(
            payload["body"],
            title=payload["title"],
            pull_request={},
            head={"ref": branch, "label": f"{owner}:{branch}"},
            base={"ref": payload["base"]},
            merged_at=None,
        )
        return 201, pull

    # --- the wire ---

    @contextmanager
    def serve(self, context: ssl.SSLContext) -> Iterator[str]:
        """Serve on loopback; yield the API's address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            self.url = f"https://127.0.0.1:{server.server_address[1]}"
            yield self.url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True  # the client has gone

        def do_GET(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            payload = json.loads(self.rfile.read(size) or b"{}")
            token = self.headers.get("authorization")
            status, value, headers = github.answer(self.command, self.path, payload, token)
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            content = b"" if value is None else content
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  the names are http.server's

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name as well
            """Say nothing."""

    return Handler


@contextmanager
def served(github: GitHub, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a GitHub whose certificate this process trusts; yield the API's address."""
    authority = trustme.CA()
    certificate = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(certificate))
    patch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with github.serve(context) as url:
        yield url
