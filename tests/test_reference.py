"""The generated pages of the reference are what their scripts make now."""

from __future__ import annotations

import runpy
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def test_the_comparison_with_zarr_python_is_up_to_date() -> None:
    page = runpy.run_path(str(REFERENCE / "compare.py"))["page"]
    assert (REFERENCE / "zarr-python.md").read_text() == page(), "run docs/reference/compare.py"


def test_the_requests_of_each_operation_are_those_of_the_page() -> None:
    module = runpy.run_path(str(REFERENCE / "traffic.py"))
    assert (REFERENCE / "traffic.md").read_text() == module["page"](), "run docs/reference/traffic.py"
    counts = {what: len(log) for what, log in module["story"](3)}
    assert counts["read an element"] == counts["write a whole chunk"] == counts["open a consolidated group"] == 1
    assert counts["members of it, all levels"] == counts["get a member of it"] == counts["`info`"] == 0
