"""The house is honest: everything declared loads, importing core imports little, built-ins have no private way in."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from zarr_core.plugins import entries, hooks, hookspecs

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = ("zarr-core", "zarr-codecs", "zarr-sharding", "zarr-stores", "zarr-h5compat")
LIBRARIES = {
    *("numcodecs", "zstandard", "blosc2", "crc32c", "google_crc32c", "fsspec", "aiohttp", "h5py", "rich", "typer"),
    *("pytest", "hypothesis", "dask", "xarray", "zarr"),
}
SIBLINGS = {"zarr_codecs", "zarr_sharding", "zarr_stores", "zarr_h5compat"}


def test_every_entry_point_of_ours_loads() -> None:
    ours = [entry for entry in entries(load=True) if entry.distribution in DISTRIBUTIONS]
    assert {entry.distribution for entry in ours} == set(DISTRIBUTIONS)
    assert [entry for entry in ours if entry.state != "ok"] == []


def test_what_is_installed_is_what_is_declared() -> None:
    """Else the tests below would look at an older installation."""
    for name in DISTRIBUTIONS:
        project = tomllib.loads((ROOT / "packages" / name / "pyproject.toml").read_text())["project"]
        declared = {(group, left) for group, points in project["entry-points"].items() for left in points}
        installed = {(point.group, point.name) for point in distribution(name).entry_points}
        assert declared == installed - {("console_scripts", "zarr-core")}, f"install {name} anew"


@pytest.mark.parametrize("statement", ["import zarr_core", "import zarr_core.asynchronous", "import zarr_core.plugins"])
def test_importing_core_imports_no_codec_library_no_sibling_and_no_event_loop(
    statement: str, python: Callable[..., str]
) -> None:
    loaded = set(json.loads(python(f"{statement}\nimport sys, json\nprint(json.dumps(list(sys.modules)))")))
    tops = {name.partition(".")[0] for name in loaded}
    assert tops & (LIBRARIES | SIBLINGS) == set()
    assert "asyncio" not in loaded
    assert "concurrent.futures.process" not in loaded


@pytest.mark.parametrize("sibling", sorted(SIBLINGS))
def test_importing_a_sibling_imports_no_library(sibling: str, python: Callable[..., str]) -> None:
    loaded = json.loads(python(f"import {sibling}\nimport sys, json\nprint(json.dumps(list(sys.modules)))"))
    assert {name.partition(".")[0] for name in loaded} & LIBRARIES == set()


def test_only_the_libraries_of_the_codecs_in_use_are_imported(python: Callable[..., str], tmp_path: Path) -> None:
    program = """
        import sys
        import zarr_core as zarr

        def libraries():
            names = ("numcodecs", "zstandard", "blosc2", "crc32c", "fsspec", "zarr_sharding", "zarr_stores", "asyncio")
            return sorted(name for name in names if name in sys.modules)

        path = sys.argv[1]
        array = zarr.create_array(path, name="a", shape=4, dtype="i4", compressors=None)
        array[...] = 1
        print(libraries())
        zarr.create_array(path, name="b", shape=4, dtype="i4")[...] = 1
        print(libraries())
        zarr.create_array(path, name="c", shape=4, chunks=2, shards=4, dtype="i4")[...] = 1
        print(libraries())
    """
    assert python(program, str(tmp_path / "a.zarr")).splitlines() == [
        "[]",
        "['zstandard']",
        "['crc32c', 'zarr_sharding', 'zstandard']",
    ]


BUILT_IN: dict[str, tuple[str, str, str]] = {
    "codecs": ("bytes", "zarr.create_array(shape=3, dtype='i4', compressors=None)[:]", "codec 'bytes'"),
    "data_types": ("int32", "zarr.open_array(path)", "data type 'int32'"),
    "numpy_dtypes": ("int32", "zarr.create_array(shape=3, dtype=np.dtype('i4'))", "numpy dtype 'int32'"),
    "chunk_grids": ("regular", "zarr.open_array(path)", "chunk grid 'regular'"),
    "chunk_key_encodings": ("default", "zarr.open_array(path)", "chunk key encoding 'default'"),
}


@pytest.mark.parametrize("registry", BUILT_IN)
def test_a_built_in_whose_entry_point_is_gone_is_unknown(
    registry: str, python: Callable[..., str], tmp_path: Path
) -> None:
    """`zarr-core` is found first in a directory where its list of entry points lacks one line."""
    name, statement, what = BUILT_IN[registry]
    group = f"zarr_core.{registry}"
    points = [p for p in distribution("zarr-core").entry_points if (p.group, p.name) != (group, name)]
    assert len(points) == len(distribution("zarr-core").entry_points) - 1
    info = tmp_path / "site" / "zarr_core-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zarr-core\nVersion: 0.1.0\n")
    lines = [f"[{p.group}]\n{p.name} = {p.value}" for p in points if p.group.startswith("zarr_core")]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    program = f"""
        import sys
        sys.path.insert(0, sys.argv[1] if sys.argv[3] == "without" else sys.argv[2])
        import numpy as np
        import zarr_core as zarr
        path = {{"zarr.json": b'''{DOCUMENT}'''}}
        try:
            {statement}
        except (LookupError, zarr.errors.StoreError) as error:
            print(error)
        else:
            print("known")
    """
    arguments = [dedent(program), str(tmp_path / "site"), str(tmp_path / "nowhere")]
    assert python(*arguments, "with").strip() == "known"
    assert what in python(*arguments, "without")


DOCUMENT = json.dumps(
    {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [3],
        "data_type": "int32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    }
)


def _hooks() -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(hookspecs, inspect.isfunction)
    return {name: function for name, function in found if hasattr(function, "zarr_core_spec")}


@pytest.mark.parametrize("name", hooks.HOOKS)
def test_every_hook_is_documented_with_its_arguments_and_has_a_test(name: str) -> None:
    arguments = ", ".join(inspect.signature(_hooks()[name]).parameters)
    assert f"`{name}({arguments})`" in (ROOT / "docs" / "plugins" / "hooks.md").read_text()
    tests = "".join(path.read_text() for path in ROOT.glob("packages/*/tests/test_*.py"))
    assert re.search(rf"def {name}\(", tests), f"no test implements the hook {name!r}"


def test_there_are_no_hooks_but_those_of_the_list() -> None:
    assert set(_hooks()) == set(hooks.HOOKS)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_every_distribution_has_types_a_licence_and_a_readme(name: str) -> None:
    package = ROOT / "packages" / name
    assert (package / "src" / name.replace("-", "_") / "py.typed").is_file()
    assert (package / "README.md").is_file()
    assert (package / "LICENSE").is_file()


def test_all_distributions_have_one_version() -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert {distribution(name).version for name in DISTRIBUTIONS} == {version}


def test_sources_stay_small() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in ROOT.glob("packages/*/src/**/*.py")
        if (count := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
