"""What every test shares."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--shared`: a folder of recorded answers and labelled lists, if there is one."""
    parser.addoption("--shared", type=Path, default=None, help="folder with recorded answers")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the package does."""
    return "asyncio"


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of `--shared`; the test is skipped without it."""
    folder: Path | None = request.config.getoption("--shared")
    if folder is None:
        pytest.skip("needs --shared")
    return folder
