"""The module itself: its public names, its other name in zarr_core, and what it refuses."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pytest

import zarr_core
import zarr_core.plugins
import zarr_h5compat

NAMES = """
AttributeManager Dataset Datatype Empty ExternalLink File Group HLObject HardLink MultiBlockSlice Reference
RegionReference SoftLink UNLIMITED VirtualLayout VirtualSource __version__ check_enum_dtype check_opaque_dtype
check_ref_dtype check_string_dtype check_vlen_dtype convert enum_dtype is_hdf5 opaque_dtype special_dtype string_dtype
version vlen_dtype
"""


def test_public_names_are_these() -> None:
    assert sorted(zarr_h5compat.__all__) == sorted(NAMES.split())
    assert all(getattr(zarr_h5compat, name, 0) != 0 for name in zarr_h5compat.__all__)


def test_version_is_told_as_h5py_tells_it() -> None:
    assert zarr_h5compat.__version__ == zarr_h5compat.version.version
    assert zarr_h5compat.version.version_tuple[0] == int(zarr_h5compat.__version__.partition(".")[0])
    assert "zarr-core" in zarr_h5compat.version.info
    with pytest.raises(AttributeError, match="version_tuple"):
        _ = zarr_h5compat.version.hdf5_version


@pytest.fixture
def unimported() -> Any:
    """As if `zarr_core.h5py_compat` had not been imported; everything is as before after the test."""
    kept, attribute = sys.modules.pop("zarr_core.h5py_compat", None), zarr_core.__dict__.pop("h5py_compat", None)
    yield
    sys.modules.pop("zarr_core.h5py_compat", None)
    if kept is not None:
        sys.modules["zarr_core.h5py_compat"] = kept
    if attribute is not None:
        zarr_core.__dict__["h5py_compat"] = attribute


@pytest.mark.usefixtures("unimported")
@pytest.mark.parametrize(
    "form",
    [
        "import zarr_core.h5py_compat as h5py",
        "from zarr_core import h5py_compat as h5py",
        "import zarr_core.h5py_compat; h5py = zarr_core.h5py_compat",
        "from importlib import import_module; h5py = import_module('zarr_core.h5py_compat')",
    ],
)
def test_every_form_of_import_gives_this_module(form: str) -> None:
    namespace: dict[str, Any] = {}
    for _ in range(2):
        exec(form, namespace)
        assert namespace["h5py"] is zarr_h5compat


@pytest.mark.usefixtures("unimported")
def test_names_are_imported_from_it() -> None:
    from zarr_core.h5py_compat import File

    assert File is zarr_h5compat.File


@pytest.mark.usefixtures("unimported")
def test_without_this_distribution_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_core.plugins.namespaces, "_ready", {})
    monkeypatch.setattr("zarr_core.plugins.registry.declarations", lambda group: {})
    with pytest.raises(ImportError, match="pip install zarr-h5compat"):
        importlib.import_module("zarr_core.h5py_compat")
    with pytest.raises(ImportError):
        exec("from zarr_core import h5py_compat", {})


@pytest.mark.parametrize(
    "name",
    [
        "Datatype",
        "ExternalLink",
        "MultiBlockSlice",
        "Reference",
        "RegionReference",
        "SoftLink",
        "VirtualLayout",
        "VirtualSource",
    ],
)
def test_what_zarr_does_not_have_can_be_named_but_not_made(name: str) -> None:
    kind = getattr(zarr_h5compat, name)
    assert not isinstance(1, kind)
    with pytest.raises(TypeError, match=f"{name} is not supported: "):
        kind("a", "b")


def test_low_level_modules_are_not_there() -> None:
    with pytest.raises(AttributeError, match="low-level"):
        _ = zarr_h5compat.h5t
    with pytest.raises(AttributeError, match="ref_dtype"):
        _ = zarr_h5compat.ref_dtype


def test_converting_without_h5py_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'zarr-h5compat\[h5py\]'"):
        zarr_h5compat.convert("a.h5", "a.zarr")
