"""The list of zarr-python's names, from which the reference compares, is that of the installed one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

zarr = pytest.importorskip("zarr", reason="the comparison needs zarr-python")
NAMES = Path(__file__).parents[2] / "docs" / "reference" / "zarr-python-names.json"
SPECIAL = ("__getitem__", "__setitem__", "__len__", "__iter__", "__contains__", "__delitem__", "__array__")


def test_the_names_are_those_of_zarr_python() -> None:
    listed = json.loads(NAMES.read_text())
    assert set(listed["zarr"]) == set(zarr.__all__)
    for name in ("Array", "AsyncArray", "Group", "AsyncGroup"):
        found = {n for n in dir(getattr(zarr, name)) if not n.startswith("_") or n in SPECIAL}
        assert set(listed[name]) == found
