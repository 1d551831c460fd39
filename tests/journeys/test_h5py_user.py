"""Someone with a script for h5py: one import line is changed, and it prints the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"


def test_quick_start_of_h5py_prints_the_same_with_one_line_changed(tmp_path: Path) -> None:
    """What h5py itself prints is in the file beside the script."""
    script = (DATA / "h5py_quick_start.py").read_text(encoding="utf-8")
    assert script.count("import h5py\n") == 1
    changed = script.replace("import h5py\n", "import zarr_h5compat as h5py\n")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", changed], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout == (DATA / "h5py_quick_start.txt").read_text(encoding="utf-8")


def test_module_is_also_found_by_the_name_of_the_roadmap(tmp_path: Path) -> None:
    program = """
from zarr_core import h5py_compat as h5py
import zarr_core.h5py_compat
from zarr_core.h5py_compat import File
with h5py.File("a.zarr", "w") as f:
    f["x"] = [1, 2]
with File("a.zarr", "r") as f:
    print(f["x"][1])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.stdout, done.stderr) == ("2\n", "")
