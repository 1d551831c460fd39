"""Someone who writes a plugin: the two example distributions, installed and used by name, never imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from textwrap import dedent

import pytest

from tests.journeys.conftest import ROOT, Environment

EXAMPLES = ["docs/examples/acme-zarr-rle", "docs/examples/acme-zarr-tar"]


@pytest.fixture(scope="module")
def installed(environment: Callable[..., Environment]) -> Environment:
    return environment("packages/zarr-core[cli,testing]", *EXAMPLES)


def test_codec_of_a_third_party_is_found_by_its_name(installed: Environment) -> None:
    printed = installed.python(
        """
        import sys
        import numpy as np
        import zarr_core as zarr

        data = np.repeat(np.arange(10, dtype="u1"), 100).reshape(20, 50)
        a = zarr.create_array("rle.zarr", data=data, chunks=(10, 50), compressors={"name": "acme.rle"})
        assert "acme_zarr_tar" not in sys.modules
        assert (zarr.open_array("rle.zarr", mode="r")[:] == data).all()
        print(a.nbytes_stored() < a.nbytes, a.compressors[0].name)

        from zarr_core.codecs import RleCodec
        print(RleCodec.name)
        """
    )
    assert printed.split() == ["True", "acme.rle", "acme.rle"]


def test_store_of_a_third_party_is_found_by_its_suffix(installed: Environment) -> None:
    printed = installed.python(
        """
        import sys, tarfile
        import numpy as np
        import zarr_core as zarr

        zarr.open_group("made.zarr", mode="w").create_array("run/t", data=np.arange(100), chunks=10)
        with tarfile.open("made.tar", "w") as archive:
            archive.add("made.zarr", ".")
        assert "acme_zarr_tar" not in sys.modules
        group = zarr.open_group("made.tar", mode="r")
        print(group["run/t"][25:75].sum() == np.arange(25, 75).sum(), list(group))

        from zarr_core.storage import TarStore
        print(TarStore("made.tar").path == group.store.path)
        """
    )
    assert printed.splitlines() == ["True ['run']", "True"]


def test_plugins_command_lists_what_is_installed(installed: Environment) -> None:
    listed = json.loads(installed.command("zarr-core", "plugins", "--check", "--json"))
    found = {(entry["kind"], entry["name"], entry["distribution"], entry["state"]) for entry in listed}
    assert ("codecs", "acme.rle", "acme-zarr-rle", "ok") in found
    assert ("stores", "tar", "acme-zarr-tar", "ok") in found
    assert ("urls", ".tar", "acme-zarr-tar", "ok") in found


@pytest.mark.parametrize("example", EXAMPLES)
def test_readme_of_the_example_does_what_it_says(installed: Environment, example: str) -> None:
    text = (ROOT / example / "README.md").read_text(encoding="utf-8")
    snippets = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert snippets
    # what its console block makes with tar
    data = """
        import tarfile
        import zarr_core
        zarr_core.open_group("data.zarr", mode="w")
        with tarfile.open("data.tar", "w") as archive:
            archive.add("data.zarr", ".")
        """
    installed.python(dedent(data) + "\n".join(snippets))


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_passes_the_suite_of_the_kit(installed: Environment, example: str) -> None:
    tests = str(ROOT / example / "tests")
    printed = installed.command("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tests, tests)
    assert " passed" in printed
