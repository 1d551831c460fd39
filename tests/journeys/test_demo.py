"""The first thing that a new user runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "docs" / "examples" / "demo.py"


def test_demo_runs_twice_and_leaves_what_it_says(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the data of the demo are in matplotlib")
    for _ in range(2):
        done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, cwd=tmp_path, timeout=120)
        assert done.stderr == ""
        assert done.returncode == 0
        assert done.stdout.count("equal") == 5
        assert done.stdout.rstrip().endswith("wrote demo.zarr, demo.zip and demo.png")
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {"demo.zarr", "demo.zip", "demo.png"}
