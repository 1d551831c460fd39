"""Peak memory of one whole read, in a process of its own: `python -m tests.benchmarks.peak CONTESTANT PATH`.

Prints how far the process grew beyond what it had before the read, in bytes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.benchmarks.contestants import installed

__all__ = ["main"]


def memory(line: str) -> int:
    """`VmRSS` (now) or `VmHWM` (the most so far) in bytes.

    Not `ru_maxrss` where there is another way: a child inherits that of the process that started it.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return int(status.split(line + ":")[1].split()[0]) * 1024


def main(name: str, path: Path) -> None:
    """Open, read an element so that everything is imported, then read all."""
    contestant = next(each for each in installed()[0] if each.name == name)
    with contestant.active():
        array = contestant.open(path)
        contestant.element(array, (0,) * len(array.shape))
        before = memory("VmRSS")
        result = contestant.read(array)
        print(memory("VmHWM") - before)
    del result


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
