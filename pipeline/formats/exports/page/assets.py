"""The files beside this one, and what makes pages of them: templates that escape, a policy."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.formats.jsonl import safe_json

PACKAGE: Final = "pipeline.formats.exports.page"


def own(text: str) -> Markup:
    """Return text of our own files, or what was made safe, as it stands in a page."""
    return Markup(text)  # noqa: S704  never called with a stranger's text as it is


def data(value: Any) -> Markup:
    """Return JSON that may stand in a script element: without `<` nothing ends the element."""
    return own(data_text(safe_json(value)))


def data_text(json: str) -> str:
    """Return JSON that says the same without `<`, which can only stand in its strings."""
    return json.replace("<", "\\u003c")


@cache
def policy(style: str, script: str = "") -> str:
    """
    Return the Content Security Policy of a page: its own style and script, nothing from elsewhere.

    Sources by hash (CSP 3, section 2.3.1): what a title may smuggle in has another one.
    """
    scripts = f"'{_hash(script)}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {scripts}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def asset(name: str) -> str:
    """Return the text of a file beside this one."""
    return files(PACKAGE).joinpath(name).read_text(encoding="utf-8")


@cache
def template(name: str) -> Template:
    """Return a template; whatever it puts out is escaped, and what it lacks is an error."""
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
