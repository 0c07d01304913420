"""What others have written is what they have published, and its licence goes with it."""

import json
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.formats.exports.page.site import SCRIPTS

ROOT = Path(__file__).parents[4]
VENDOR = ROOT / "pipeline/formats/exports/page/vendor"
FOLDERS = sorted(path for path in VENDOR.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_files_are_those_of_the_package(folder: Path) -> None:
    """Each has the digest that is written down, and none is without one."""
    about = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    del files["vendor.json"]

    assert about["files"] == {name: sha256(data).hexdigest() for name, data in files.items()}
    assert about["version"] in about["source"]
    assert about["integrity"].startswith("sha512-")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_licence_goes_with_the_package(folder: Path) -> None:
    """`license-files` names it, and the banner of the file stays."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}

    assert folder / "LICENSE" in found
    assert any(f"vendor/{folder.name}/" in script for script in SCRIPTS)
