from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zarr_core.plugins
from zarr_core.abc.codec import BytesBytesCodec
from zarr_core.config import config
from zarr_core.errors import PluginBrokenError, PluginConflictError, PluginError, PluginNotInstalledError
from zarr_core.plugins import Registry, class_by_name, codecs, entries, namespaces, refresh, stores, urls

Install = Callable[..., Path]

RLE = """
    class Rle:
        contract = 1
        name = "acme.rle"
"""


class Plain(BytesBytesCodec):
    name = "plain"

    def encode(self, buf: Any) -> Any:
        return buf

    def decode(self, buf: Any, *, limit: int | None = None) -> Any:
        return buf


class Other(Plain):
    name = "other"


def state_of(registry: str, name: str) -> list[tuple[str, str]]:
    return [(entry.distribution, entry.state) for entry in entries() if (entry.kind, entry.name) == (registry, name)]


# ---- entry points ----------------------------------------------------------------------------------------------


def test_an_installed_class_is_found_by_its_full_name(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    found = codecs.get("acme.rle")
    assert (found.__module__, found.__name__) == ("acme", "Rle")
    assert codecs.get("acme.rle") is found is codecs.find("acme.rle")


def test_listing_imports_nothing_and_using_imports_one_module(install: Install) -> None:
    points = {"acme.rle": "acme:Rle", "acme.lzw": "acme_lzw:Lzw"}
    install("acme-zarr", "1.2", {"zarr_core.codecs": points}, acme=RLE, acme_lzw="class Lzw: ...")
    assert {"acme.rle", "acme.lzw"} <= set(codecs.names())
    assert state_of("codecs", "acme.rle") == [("acme-zarr", "not loaded")]
    assert not {"acme", "acme_lzw"} & sys.modules.keys()
    codecs.get("acme.rle")
    assert {"acme", "acme_lzw"} & sys.modules.keys() == {"acme"}
    assert state_of("codecs", "acme.rle") == [("acme-zarr", "ok")]


def test_names_are_exact(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    assert codecs.find("acme.RLE") is None
    assert codecs.find("acme") is None
    assert codecs.find("") is None


def test_kinds_are_separate_namespaces(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.v2_codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    assert zarr_core.plugins.v2_codecs.find("acme.rle") is not None
    assert codecs.find("acme.rle") is None


def test_a_value_may_be_a_function_a_nested_attribute_or_a_module(install: Install) -> None:
    groups = {
        "zarr_core.urls": {"acme": "acme:Openers.open"},
        "zarr_core.namespaces": {"acme_compat": "acme"},
    }
    source = """
        class Openers:
            @staticmethod
            def open(url): return url
    """
    install("acme-zarr", "1.2", groups, acme=source)
    opened: Any = urls.get("acme")("acme://x")
    assert opened == "acme://x"
    assert namespaces.get("acme_compat") is sys.modules["acme"]


def test_importing_the_plugins_scans_and_imports_nothing() -> None:
    code = """
        import sys, zarr_core
        before = set(sys.modules)
        import zarr_core.plugins as plugins
        assert plugins.declarations._scan.cache_info().currsize == 0
        print({"pluggy", "importlib_metadata", "difflib"} & (set(sys.modules) - before))
    """
    source = "\n".join(line.strip() for line in code.splitlines())
    env = {"PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", source], env=env, capture_output=True, text=True, check=False)
    assert run.stdout == "set()\n", run.stderr


def test_the_path_is_scanned_once_until_refreshed(install: Install) -> None:
    site = install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    assert codecs.find("acme.late") is None
    (site / "acme_zarr-1.2.dist-info" / "entry_points.txt").write_text("[zarr_core.codecs]\nacme.late = acme:Rle\n")
    assert codecs.find("acme.late") is None
    refresh()
    assert codecs.get("acme.late").name == "acme.rle"
    assert codecs.find("acme.rle") is None


# ---- missing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registry", "name", "distribution"),
    [
        ("codecs", "bytes", "zarr-core"),
        ("codecs", "zstd", "zarr-codecs"),
        ("codecs", "vlen-utf8", "zarr-codecs"),
        ("codecs", "numcodecs.anything", "zarr-codecs"),
        ("codecs", "sharding_indexed", "zarr-sharding"),
        ("stores", "zip", "zarr-stores"),
        ("urls", ".zip", "zarr-stores"),
        ("urls", "http", "'zarr-stores[http]'"),
        ("urls", "s3", "'zarr-stores[s3]'"),
        ("namespaces", "h5py_compat", "zarr-h5compat"),
    ],
)
def test_a_missing_plugin_says_what_to_install(registry: str, name: str, distribution: str) -> None:
    ours: Registry[Any] = Registry(registry, "thing")
    ours.group = "zarr_core.nothing_is_here"
    with pytest.raises(PluginNotInstalledError) as caught:
        ours.get(name, "of array 'a/b'")
    assert str(caught.value) == f"thing {name!r} of array 'a/b' is not installed: pip install {distribution}"
    assert (caught.value.kind, caught.value.name) == ("thing", name)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.name) == (str(caught.value), name)


def test_a_name_that_nobody_knows_is_not_installed_either(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    with pytest.raises(
        PluginNotInstalledError, match=r"^codec 'acme.rel' is not installed, .*did you mean 'acme.rle'$"
    ):
        codecs.get("acme.rel")
    with pytest.raises(PluginNotInstalledError, match=r"^codec '~~' is not installed, .*`zarr-core plugins`"):
        codecs.get("~~")


def test_a_name_of_a_million_letters_makes_no_message_of_a_million_letters() -> None:
    with pytest.raises(PluginNotInstalledError) as caught:
        codecs.get("x" * 1_000_000)
    assert len(str(caught.value)) < 300


# ---- broken ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "value", "why"),
    [
        ("import no_such_library", "acme:Rle", r"fails to import \(No module named 'no_such_library'\)"),
        ("raise ValueError('two\\nlines')", "acme:Rle", r"fails to import \(ValueError: two lines\)"),
        ("class Rle: ...", "acme:Lzw", r"fails to import \(AttributeError: module 'acme' has no attribute 'Lzw'.*\)"),
        ("class Rle: ...", "acme.inner:Rle", r"fails to import \(No module named 'acme.inner'.*\)"),
        ("class Rle: contract = 2", "acme:Rle", "was built for contract 2, and this zarr-core has contract 1"),
        ("class Rle: contract = '2.1'", "acme:Rle", "was built for contract 2.1, and this zarr-core has contract 1"),
    ],
)
def test_a_broken_plugin_is_named_and_breaks_no_other(install: Install, source: str, value: str, why: str) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": value}}, acme=source)
    install("fine-zarr", "1.0", {"zarr_core.codecs": {"fine": "fine:Fine"}}, fine="class Fine: ...")
    message = f"^codec 'acme.rle' of array 'a/b' is broken: acme-zarr 1.2 {why}; see `zarr-core plugins`$"
    with pytest.raises(PluginBrokenError, match=message) as caught:
        codecs.get("acme.rle", "of array 'a/b'")
    assert caught.value.__cause__ is not None
    assert codecs.get("fine").__name__ == "Fine"
    with pytest.raises(PluginBrokenError):
        codecs.find("acme.rle")
    [entry] = [entry for entry in entries() if entry.name == "acme.rle"]
    assert entry.state == "broken"
    assert entry.error.startswith("acme-zarr 1.2 ")


def test_a_broken_plugin_is_imported_once(install: Install) -> None:
    source = """
        import builtins
        builtins.acme_imports = getattr(builtins, "acme_imports", 0) + 1
        raise RuntimeError("no")
    """
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=source)
    import builtins

    try:
        traces = set()
        for _ in range(3):
            with pytest.raises(PluginBrokenError) as caught:
                codecs.get("acme.rle")
            cause, depth = caught.value.__cause__, 0
            trace = cause.__traceback__ if cause else None
            while trace:
                trace, depth = trace.tb_next, depth + 1
            traces.add(depth)
        assert len(traces) == 1  # a kept exception does not grow
        assert builtins.acme_imports == 1  # type: ignore[attr-defined]
    finally:
        del builtins.acme_imports  # type: ignore[attr-defined]


def test_a_mended_plugin_works_after_a_refresh(install: Install) -> None:
    site = install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme="1 / 0")
    with pytest.raises(PluginBrokenError):
        codecs.get("acme.rle")
    (site / "acme.py").write_text("# mended\nclass Rle: ...\n")
    refresh()
    assert codecs.get("acme.rle").__name__ == "Rle"


# ---- conflicts -------------------------------------------------------------------------------------------------


def two_claims(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    install("rle_zarr", "0.3", {"zarr_core.codecs": {"acme.rle": "rle:Rle"}}, rle=RLE)


def test_two_distributions_claiming_one_name_are_both_named(install: Install) -> None:
    two_claims(install)
    for find in (codecs.get, codecs.find):
        with pytest.raises(PluginConflictError) as caught:
            find("acme.rle", "of array 'a/b'")
        text = str(caught.value)
        assert text.startswith("codec 'acme.rle' of array 'a/b' is claimed by ")
        assert "acme-zarr 1.2" in text
        assert "rle_zarr 0.3" in text
        assert "plugins.prefer" in text
    assert sorted(state_of("codecs", "acme.rle")) == [("acme-zarr", "conflict"), ("rle_zarr", "conflict")]
    assert not {"acme", "rle"} & sys.modules.keys()


def test_the_configuration_settles_a_conflict_wherever_it_holds(install: Install) -> None:
    two_claims(install)
    with config.set({"plugins.prefer": {"codecs:acme.rle": "Acme_Zarr"}}):
        assert codecs.get("acme.rle").__module__ == "acme"
        with config.set({"plugins.prefer": {"codecs:acme.rle": "rle-zarr"}}):
            assert codecs.get("acme.rle").__module__ == "rle"
        assert codecs.get("acme.rle").__module__ == "acme"
        assert ("acme-zarr", "ok") in state_of("codecs", "acme.rle")
    with pytest.raises(PluginConflictError):
        codecs.get("acme.rle")
    with config.set({"plugins.prefer": {"codecs:acme.rle": "neither"}}), pytest.raises(PluginConflictError):
        codecs.get("acme.rle")


def test_a_distribution_that_is_listed_twice_is_no_conflict(install: Install) -> None:
    groups = {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}
    install("acme-zarr", "1.2", groups, acme=RLE)
    install("Acme_Zarr", "1.2", groups, into="editable")
    site = str(install("other", "1", {}))
    sys.path.append(site)
    sys.path.append(site + "/")
    refresh()
    assert codecs.get("acme.rle").__name__ == "Rle"
    assert len(state_of("codecs", "acme.rle")) == 1


def test_the_version_that_an_import_would_find_is_the_one_that_counts(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.old": "acme:Rle"}}, into="behind")
    install("acme-zarr", "1.3", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, into="before", acme=RLE)
    assert codecs.find("acme.old") is None
    assert codecs.get("acme.rle").__name__ == "Rle"


def test_remains_of_an_interrupted_installation_break_nothing(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    site = install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    for number, junk in enumerate(
        [b"[zarr_core.codecs]\n= x\n[", b"zarr_core \xff\xfe", b"[zarr_core.codecs]\nno value\n"]
    ):
        (site / f"junk{number}-1.dist-info").mkdir()
        (site / f"junk{number}-1.dist-info" / "entry_points.txt").write_bytes(junk)
    refresh()
    assert codecs.get("acme.rle").__name__ == "Rle"
    assert "junk1" in caplog.text


# ---- families --------------------------------------------------------------------------------------------------


@given(st.text("0123456789r*x.\u0663", max_size=5))
def test_statement_67_a_family_covers_its_letter_and_digits_only(rest: str) -> None:
    things: Registry[Any] = Registry("things", "thing")
    things.register("r*", Plain)
    covered = rest == "*" or (rest.isascii() and rest.isdigit())
    assert things.find("r" + rest) is (Plain if covered else None)
    assert things.find("x" + rest) is None


def test_a_family_after_a_dot_covers_anything_and_exact_names_go_first(install: Install) -> None:
    points = {"acme.*": "acme:Family", "acme.one": "acme:One", "acme.x.*": "acme:Longer"}
    install("acme-zarr", "1", {"zarr_core.codecs": points}, acme="class Family: ...\nclass One: ...\nclass Longer: ...")
    served = {name: codecs.get(name).__name__ for name in ("acme.one", "acme.two", "acme.x.y", "acme.é")}
    assert served == {"acme.one": "One", "acme.two": "Family", "acme.x.y": "Longer", "acme.é": "Family"}
    assert codecs.find("acme.") is None
    assert codecs.find("acme") is None


def test_a_lone_star_is_an_ordinary_name(install: Install) -> None:
    install("acme-zarr", "1", {"zarr_core.namespaces": {"*": "acme"}}, acme="")
    assert namespaces.find("acme42") is None
    assert namespaces.get("*").__name__ == "acme"


# ---- run time --------------------------------------------------------------------------------------------------


def test_a_registration_ends_with_its_block() -> None:
    with codecs.register("test.plain", Plain) as registration:
        assert codecs.get("test.plain") is Plain
        assert "test.plain" in codecs.names()
        assert "test.plain" in repr(registration)
        assert state_of("codecs", "test.plain") == [("", "run time")]
    assert codecs.find("test.plain") is None
    registration.unregister()


def test_the_newest_registration_wins_until_it_ends() -> None:
    first = codecs.register("test.plain", Plain)
    second = codecs.register("test.plain", Other)
    third = codecs.register("test.plain", Plain)
    assert codecs.get("test.plain") is Plain
    third.unregister()
    assert codecs.get("test.plain") is Other
    first.unregister()
    assert codecs.get("test.plain") is Other
    second.unregister()
    assert codecs.find("test.plain") is None


def test_a_registration_goes_before_entry_points_and_gives_them_back(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle", "acme.x": "acme:No"}}, acme=RLE)
    installed = codecs.get("acme.rle")
    with codecs.register("acme.rle", Plain), codecs.register("acme.x", Plain):
        assert codecs.get("acme.rle") is codecs.get("acme.x") is Plain
        refresh()
        assert codecs.get("acme.rle") is Plain
    assert codecs.get("acme.rle") is installed
    with pytest.raises(PluginBrokenError):
        codecs.get("acme.x")


def test_a_class_for_another_contract_cannot_be_registered() -> None:
    class Future(Plain):
        contract = 2

    with pytest.raises(PluginBrokenError, match=r"codec 'future' is broken: .* was built for contract 2"):
        codecs.register("future", Future)
    assert codecs.find("future") is None


def test_registering_and_looking_up_from_many_threads() -> None:
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for _ in range(100):
            with codecs.register(f"test.{number}", Plain), codecs.register("test.shared", Other):
                assert codecs.get(f"test.{number}") is Plain
                assert codecs.get("test.shared") is Other
            assert codecs.find(f"test.{number}") is None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert codecs.find("test.shared") is None


def test_many_threads_that_load_one_plugin_get_one_class(install: Install) -> None:
    source = """
        import time
        time.sleep(0.05)
        class Rle: ...
    """
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=source)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(codecs.get, ["acme.rle"] * 8))) == 1


def test_a_plugin_may_look_up_another_while_it_is_imported(install: Install) -> None:
    source = """
        from zarr_core.plugins import codecs
        Base = codecs.get("acme.base")
        class Derived(Base): ...
    """
    points = {"acme.base": "acme_base:Base", "acme.derived": "acme_derived:Derived"}
    install("acme", "1", {"zarr_core.codecs": points}, acme_base="class Base: ...", acme_derived=source)
    assert codecs.get("acme.derived").__mro__[1] is codecs.get("acme.base")


# ---- classes by name -------------------------------------------------------------------------------------------


def test_a_class_is_found_by_its_own_name(install: Install) -> None:
    points = {"acme.rle": "acme:Rle", "acme.rle2": "acme:Rle", "acme.lzw": "acme_lzw:Lzw"}
    install("acme-zarr", "1.2", {"zarr_core.codecs": points}, acme=RLE, acme_lzw="class Lzw: ...")
    assert class_by_name(codecs, "Rle") is codecs.get("acme.rle")
    assert "acme_lzw" not in sys.modules
    with codecs.register("test.plain", Plain):
        assert class_by_name(codecs, "Plain") is Plain


@pytest.mark.parametrize(
    ("registry", "attribute", "advice"),
    [
        (codecs, "VLenUTF8Codec", ": pip install zarr-codecs"),
        (codecs, "ScaleOffsetCodec", ": pip install zarr-codecs"),
        (stores, "SQLiteStore", ": pip install zarr-stores"),
        (codecs, "NoSuchCodec", ""),
        (codecs, "Codec", ""),
        (codecs, "__wrapped__", ""),
    ],
)
def test_a_class_that_is_not_there_is_an_attribute_error(registry: Registry[Any], attribute: str, advice: str) -> None:
    ours: Registry[Any] = Registry(registry.name, registry.kind)
    ours.group = "zarr_core.nothing_is_here"
    with pytest.raises(AttributeError) as caught:
        class_by_name(ours, attribute)
    assert str(caught.value) == f"there is no {registry.kind} class {attribute!r} installed{advice}"


def test_two_classes_of_one_name_are_a_conflict_that_can_be_settled(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core.codecs": {"acme.rle": "acme:Rle"}}, acme=RLE)
    install("rle-zarr", "0.3", {"zarr_core.codecs": {"rle": "rle:Rle"}}, rle=RLE)
    with pytest.raises(PluginConflictError, match=r"acme-zarr 1\.2"):
        class_by_name(codecs, "Rle")
    with config.set({"plugins.prefer": {"codecs:Rle": "rle-zarr"}}):
        assert class_by_name(codecs, "Rle") is codecs.get("rle")


# ---- the public names ------------------------------------------------------------------------------------------


def test_public_names() -> None:
    assert set(zarr_core.plugins.__all__) == {
        "Entry",
        "Registration",
        "Registry",
        "chunk_grids",
        "chunk_key_encodings",
        "class_by_name",
        "codecs",
        "data_types",
        "entries",
        "namespaces",
        "numpy_dtypes",
        "refresh",
        "storage_transformers",
        "stores",
        "urls",
        "v2_codecs",
    }
    for name in ("codecs", "v2_codecs", "data_types", "numpy_dtypes", "chunk_grids", "stores", "urls", "namespaces"):
        assert getattr(zarr_core.plugins, name).group == f"zarr_core.{name}"
    assert issubclass(PluginError, LookupError)
    assert "codecs" in repr(codecs)
