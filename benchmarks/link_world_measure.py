"""
Run one command and print its wall time, CPU time and peak memory as JSON.

    python link_world_measure.py SECONDS COMMAND ...

A small process of its own, because the peak memory of a child counts from that of its parent.
What runs longer than SECONDS is ended, with all its children. The command's output is dropped
but for its standard output, which goes to `stdout` in the current folder, and `stderr`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Run, measure, print."""
    cap, command = float(sys.argv[1]), sys.argv[2:]
    capped = False

    def end(*_: object) -> None:
        nonlocal capped
        word = signal.SIGKILL if capped else signal.SIGTERM
        capped = True
        signal.alarm(10)
        os.killpg(process.pid, word)

    signal.signal(signal.SIGALRM, end)
    with Path("stdout").open("wb") as out, Path("stderr").open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        signal.setitimer(signal.ITIMER_REAL, cap)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    json.dump(
        {
            "wall": wall,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak_mib": usage.ru_maxrss / unit,
            "exit_code": process.returncode,
            "capped": capped,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
