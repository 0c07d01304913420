"""`python -m pipeline`, and the commands of an installed package."""

import sys

from pipeline.errors import INTERRUPTED


def main() -> None:
    """Run the command line; an interrupt while it is loaded ends the process as a later one."""
    try:
        from pipeline.cli.main import main as run  # noqa: PLC0415  takes half a second

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
