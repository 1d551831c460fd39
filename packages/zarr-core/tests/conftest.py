"""Fixtures that more than one test module uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from zarr_core.config import config
from zarr_core.plugins import refresh

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """A function that installs a distribution, as files on the import path; all is gone after the test.

    `install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme="class Rle: ...")`
    """
    path, modules = list(sys.path), set(sys.modules)

    def install(
        name: str, version: str, groups: Mapping[str, Mapping[str, str]], *, into: str = "site", **sources: str
    ) -> Path:
        site = tmp_path / into
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{left} = {right}" for left, right in points.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        for module, source in sources.items():
            (site / f"{module}.py").write_text(dedent(source))
        if str(site) not in sys.path:
            sys.path.insert(0, str(site))
        refresh()
        return site

    yield install
    sys.path[:] = path
    for module in set(sys.modules) - modules:
        file = getattr(sys.modules[module], "__file__", None)
        if file and Path(file).is_relative_to(tmp_path):
            del sys.modules[module]
    refresh()


@pytest.fixture(autouse=True)
def _default_config() -> Iterator[None]:
    """No setting outlives its test."""
    yield
    config.reset()
