"""Someone who installs zarr-core and nothing else: a working library, which says what to install for the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import zarr_core as zarr
from tests.journeys.conftest import Environment


@pytest.fixture(scope="module")
def core(environment: Callable[..., Environment]) -> Environment:
    return environment("packages/zarr-core")


def test_core_alone_reads_and_writes_uncompressed_arrays_and_imports_nothing_else(core: Environment) -> None:
    printed = core.python(
        """
        import sys
        import numpy as np
        import zarr_core as zarr
        from zarr_core.storage import MemoryStore

        for store in "data.zarr", MemoryStore():
            root = zarr.open_group(store, mode="w", attributes={"title": "alone"})
            a = root.create_array("run/t", data=np.arange(1000.0).reshape(20, 50), chunks=(8, 8))
            a[3:7, ::5] = -1
            a.resize((30, 50))
            expected = np.zeros((30, 50))
            expected[:20] = np.arange(1000.0).reshape(20, 50)
            expected[3:7, ::5] = -1
            assert (root["run/t"][:] == expected).all()
            assert a.compressors == () and root.attrs["title"] == "alone"
        print(zarr.open_group("data.zarr", mode="r").tree())

        ours = {"zarr_codecs", "zarr_sharding", "zarr_stores", "zarr_h5compat"}
        libraries = {"numcodecs", "zstandard", "blosc2", "crc32c", "google_crc32c", "fsspec", "aiohttp"}
        print(sorted((ours | libraries) & {name.partition(".")[0] for name in sys.modules}))
        print(sorted({"asyncio", "pluggy", "typer", "rich", "pytest", "hypothesis"} & sys.modules.keys()))
        """
    )
    tree, others, lazy = printed.rstrip().rsplit("\n", 2)
    assert tree == "/\n└── run\n    └── t (30, 50) float64"
    assert others == "[]"
    assert lazy == "[]", "imported although nothing that was done needs it"


def test_core_alone_says_what_to_install_for_what_others_wrote(core: Environment, tmp_path: Path) -> None:
    root = zarr.open_group(tmp_path / "other.zarr", mode="w")
    root.create_array("compressed", data=np.arange(10))
    root.create_array("sharded", data=np.arange(10), chunks=5, shards=10)
    printed = core.python(
        f"""
        import zarr_core as zarr
        for path in "compressed", "sharded":
            try:
                zarr.open_array({str(tmp_path / "other.zarr")!r}, path=path, mode="r")
            except LookupError as error:
                print(f"{{type(error).__name__}}: {{error}}")
        for url in "https://example.org/data.zarr", "s3://bucket/data.zarr":
            try:
                zarr.open_array(url, mode="r")
            except LookupError as error:
                print(f"{{type(error).__name__}}: {{error}}")
        """
    )
    compressed, sharded, *urls = printed.splitlines()
    assert compressed == (
        "PluginNotInstalledError: codec 'zstd' of array 'compressed' is not installed: pip install zarr-codecs"
    )
    assert sharded.endswith("is not installed: pip install zarr-sharding")
    assert urls[0].endswith("is not installed: pip install 'zarr-stores[http]'")
    assert urls[1].endswith("is not installed: pip install 'zarr-stores[s3]'")


def test_core_alone_names_the_extra_that_the_command_line_needs(core: Environment) -> None:
    with pytest.raises(AssertionError, match=r"pip install 'zarr-core\[cli\]'"):
        core.command("zarr-core", "plugins")
