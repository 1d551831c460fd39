"""How many Python functions one small read calls, counted with a profiler: those of the package alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["Calls", "count"]


@dataclass
class Calls:
    """`call` events in files of one package: in order, and how many of its frames lay below each other at most."""

    names: list[str] = field(default_factory=list)
    depth: int = 0


def count(call: Callable[[], Any], package: str) -> Calls:
    """What the call does, on whatever threads, once it has been made twice."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    root = str(Path(spec.origin).parent)
    calls = Calls()

    def profile(frame: FrameType, event: str, arg: Any) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(root):
            return
        calls.names.append(f"{frame.f_code.co_filename[len(root) + 1 :]}:{frame.f_code.co_qualname}")
        depth, above = 0, frame.f_back
        while above is not None:
            depth += above.f_code.co_filename.startswith(root)
            above = above.f_back
        calls.depth = max(calls.depth, depth + 1)

    call()
    call()
    everywhere = getattr(threading, "setprofile_all_threads", sys.setprofile)  # all threads from 3.12 on
    everywhere(profile)
    try:
        call()
    finally:
        everywhere(None)
    return calls
