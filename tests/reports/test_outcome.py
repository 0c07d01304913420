"""Which exit code a run has."""

import pytest

from pipeline.reports.outcome import exit_code


@pytest.mark.parametrize(
    ("strict", "interrupted", "actionable", "incomplete", "code"),
    [
        (False, False, False, False, 0),
        (False, False, True, True, 0),
        (True, False, False, False, 0),
        (True, False, True, False, 3),
        (True, False, True, True, 3),
        (True, False, False, True, 4),
        (False, True, True, True, 130),
        (True, True, True, True, 130),
    ],
)
def test_exit_code(
    strict: bool, interrupted: bool, actionable: bool, incomplete: bool, code: int
) -> None:
    """Findings count only where asked for; an interrupt beats everything."""
    assert (
        exit_code(
            strict=strict, interrupted=interrupted, actionable=actionable, incomplete=incomplete
        )
        == code
    )
