"""The public names of each distribution, pinned: a new one, or one that is gone, is a line in the diff of a list.

The lists are in `public_names/`; `python tests/test_public_names.py` writes them anew.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

LISTS = Path(__file__).parent / "public_names"
ROOMS = {
    "zarr_core": [
        *("zarr_core", "zarr_core.asynchronous", "zarr_core.config", "zarr_core.errors", "zarr_core.log"),
        *("zarr_core.metadata", "zarr_core.nested", "zarr_core.plugins", "zarr_core.plugins.hooks"),
        *("zarr_core.plugins.hookspecs", "zarr_core.storage", "zarr_core.testing"),
    ]
}
"""Of core, these and `zarr_core.abc.*` are for others; the other rooms are its own. Of the siblings, every module."""
DISTRIBUTIONS = ("zarr_core", "zarr_codecs", "zarr_sharding", "zarr_stores", "zarr_h5compat")


def public_names(distribution: str) -> list[str]:
    """`module.name` of whatever is public, sorted."""
    return sorted(f"{module.__name__}.{name}" for module in _modules(distribution) for name in _all(module))


def _modules(distribution: str) -> list[ModuleType]:
    package = import_module(distribution)
    if distribution not in ROOMS:
        below = pkgutil.walk_packages(package.__path__, distribution + ".")
        return [package, *(import_module(module.name) for module in below if "._" not in module.name)]
    contracts = pkgutil.iter_modules(import_module(f"{distribution}.abc").__path__, f"{distribution}.abc.")
    return [import_module(name) for name in [*ROOMS[distribution], *(contract.name for contract in contracts)]]


def _all(module: ModuleType) -> list[str]:
    names: list[str] | None = getattr(module, "__all__", None)
    if names is not None:
        return names
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_public_names_are_those_of_the_list(distribution: str) -> None:
    listed = (LISTS / f"{distribution}.txt").read_text().splitlines()
    assert public_names(distribution) == listed


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_every_name_of_an_all_exists_and_the_lists_are_sorted(distribution: str) -> None:
    for module in _modules(distribution):
        names = getattr(module, "__all__", [])
        assert [name for name in names if not hasattr(module, name)] == []
        assert len(names) == len(set(names))


if __name__ == "__main__":
    LISTS.mkdir(exist_ok=True)
    for each in DISTRIBUTIONS:
        (LISTS / f"{each}.txt").write_text("\n".join(public_names(each)) + "\n")
