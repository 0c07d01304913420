"""
The description for the package index: the README, with links that work outside the repository.

The index follows a relative link from its own page, where nothing is. So each leads to the file
in the repository, at the tag of the version: the release makes tag and package from one commit.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)\s]+)\)")


def absolute(text: str, repository: str, tag: str) -> str:
    """Return Markdown whose relative links and pictures lead to a repository on GitHub."""

    def led(found: re.Match[str]) -> str:
        kind = "raw" if found[1] else "blob"
        return f"{found[1]}[{found[2]}]({repository}/{kind}/{tag}/{found[3]})"

    return RELATIVE.sub(led, text)


class ReadmeHook(MetadataHookInterface):
    """Fills in `readme`."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """See `MetadataHookInterface.update`: `metadata` is the table `project`."""
        root = Path(self.root)
        package = (root / "pipeline" / "__init__.py").read_text(encoding="utf-8")
        version = re.search(r'^__version__ = "(.+)"$', package, re.MULTILINE)
        if version is None:
            raise ValueError("pipeline/__init__.py names no version")
        text = (root / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(text, metadata["urls"]["Repository"], f"v{version[1]}"),
        }
