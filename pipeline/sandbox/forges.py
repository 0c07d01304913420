"""
The replicas of GitLab, Codeberg and Bitbucket: projects of the facts, and 404 for all others.

As the services answer without a token: GitLab's GraphQL leaves out what it does not know, its REST
and Codeberg's redirect from a former name, and what is private is not there.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import httpx

from pipeline.sandbox.answers import json_answer
from pipeline.sandbox.world import Repository

Projects = Mapping[str, Repository]
"""By `service:path` in lower case, former names too."""
Pages = Callable[[httpx.Request], httpx.Response]


def answer_gitlab(request: httpx.Request, projects: Projects, pages: Pages) -> httpx.Response:
    """Answer `POST /api/graphql` (`projects(fullPaths:)`), `/api/v4/projects/…` and `/groups/…`."""
    path = request.url.raw_path.decode().partition("?")[0]
    if path == "/api/graphql":
        asked = json.loads(request.content)["variables"]["paths"]
        known = (_current(projects, "gitlab", one) for one in asked)
        nodes = [_node(one) for one in known if one is not None]
        return json_answer(200, {"data": {"projects": {"nodes": nodes}}})
    match = re.fullmatch(r"/api/v4/(projects|groups)/([^/]+)", path)
    if match is None:
        return pages(request)
    name = unquote(match[2])
    numbered = {str(one.id): one for key, one in projects.items() if key.startswith("gitlab:")}
    found = projects.get(f"gitlab:{name}".lower()) if match[1] == "projects" else None
    if match[1] == "projects" and name in numbered:
        return json_answer(200, _rest_of_gitlab(numbered[name]))
    if found is None:
        return json_answer(404, {"message": "404 Not Found"})
    if found.full_name.lower() != name.lower():
        return json_answer(301, {}, {"location": f"/api/v4/projects/{found.id}"})
    return json_answer(200, _rest_of_gitlab(found))


def answer_codeberg(request: httpx.Request, projects: Projects, pages: Pages) -> httpx.Response:
    """Answer `/api/v1/repos/OWNER/NAME`."""
    match = re.fullmatch(r"/api/v1/repos/([^/]+/[^/]+)", request.url.path)
    if match is None:
        return pages(request)
    found = projects.get(f"codeberg:{match[1]}".lower())
    if found is None:
        return json_answer(404, {"message": "The target couldn't be found."})
    if found.full_name.lower() != match[1].lower():
        return json_answer(301, {}, {"location": f"/api/v1/repos/{found.full_name}"})
    counts = {"stars_count": found.stargazers, "forks_count": found.number("forks", 90)}
    body = {"id": found.id, "private": False, "fork": False, "archived": False, "topics": []}
    times = {"created_at": found.created, "updated_at": found.pushed}
    words = {"description": found.description, "language": found.language or "", "website": ""}
    return json_answer(200, {"full_name": found.full_name, **body, **counts, **times, **words})


def answer_bitbucket(request: httpx.Request, projects: Projects) -> httpx.Response:
    """Answer `/2.0/repositories/WORKSPACE/NAME`."""
    match = re.fullmatch(r"/2\.0/repositories/([^/]+/[^/]+)", request.url.path)
    found = _current(projects, "bitbucket", match[1]) if match else None
    if found is None:
        error = {"message": "The requested repository either does not exist or you do not have"}
        return json_answer(404, {"type": "error", "error": error})
    times = {"created_on": found.created, "updated_on": found.pushed}
    words = {"description": found.description, "language": found.language or ""}
    return json_answer(200, {"full_name": found.full_name, "is_private": False, **times, **words})


def _current(projects: Projects, service: str, name: str) -> Repository | None:
    found = projects.get(f"{service}:{name}".lower())
    return found if found is not None and found.full_name.lower() == name.lower() else None


def _node(project: Repository) -> dict[str, Any]:
    return {
        "id": f"gid://gitlab/Project/{project.id}",
        "fullPath": project.full_name,
        "visibility": "public",
        "archived": False,
        "starCount": project.stargazers,
        "forksCount": project.number("forks", 90),
        "openIssuesCount": project.number("issues", 20),
        "createdAt": project.created,
        "lastActivityAt": project.pushed,
        "description": project.description,
        "topics": [],
        "languages": [{"name": project.language, "share": 100.0}] if project.language else [],
    }


def _rest_of_gitlab(project: Repository) -> dict[str, Any]:
    return {
        "id": project.id,
        "path_with_namespace": project.full_name,
        "star_count": project.stargazers,
        "forks_count": project.number("forks", 90),
        "archived": False,
        "created_at": project.created,
        "last_activity_at": project.pushed,
        "description": project.description,
        "topics": [],
    }
