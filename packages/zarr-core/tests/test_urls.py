"""From a path, a URL, a dictionary or a store to the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import zarr_core.storage
from zarr_core.engine.step import step
from zarr_core.errors import PluginNotInstalledError, ReadOnlyError, StoreError
from zarr_core.plugins import stores, urls
from zarr_core.storage import LocalStore, MemoryStore, ReadOnlyStore, open_store
from zarr_core.storage.urls import open_file, open_memory


class Opened(MemoryStore):
    """What the openers of these tests give: it tells how it was asked for."""

    def __init__(self, url: str, *, read_only: bool, storage_options: Any) -> None:
        super().__init__(read_only=read_only)
        self.asked = (url, read_only, storage_options)


def asked(store: object) -> Any:
    assert isinstance(store, Opened)
    return store.asked


def test_path_is_a_local_store_and_nothing_is_made(tmp_path: Path) -> None:
    for target in (tmp_path / "a.zarr", str(tmp_path / "a.zarr")):
        store = open_store(target, mode="w")
        assert store == LocalStore(tmp_path / "a.zarr")
        assert not store.read_only
    assert open_store(tmp_path / "a.zarr", mode="r").read_only
    assert list(tmp_path.iterdir()) == []


def test_file_url_names_a_path_with_percent_escapes_undone(tmp_path: Path) -> None:
    with urls.register("file", open_file):
        for url in (f"file://{tmp_path}/my%20data", f"file://localhost{tmp_path}/my%20data"):
            assert open_store(url, mode="r") == LocalStore(tmp_path / "my data")
        with pytest.raises(StoreError):
            open_store("file://host/data")


def test_memory_url_is_one_store_for_all_who_say_its_name() -> None:
    with urls.register("memory", open_memory):
        first: Any = open_store("memory://test-urls")
        step(first.set("a/b/c", b"1"))
        second: Any = open_store("memory://test-urls/a", mode="r")
        assert step(second.get("b/c")) == b"1"
        assert second.address("b/c") == first.address("a/b/c")
        with pytest.raises(ReadOnlyError):
            step(second.set("b/c", b"2"))
        assert step(open_store("memory://test-urls-2").get("a/b/c")) is None  # type: ignore[attr-defined]


def test_url_is_opened_by_the_plugin_for_its_scheme() -> None:
    with urls.register("acme", Opened):
        options = {"key": 1}
        assert asked(open_store("acme://host/a", mode="r", storage_options=options)) == ("acme://host/a", True, options)
        assert asked(open_store("acme::other://host/a", mode="a")) == ("acme::other://host/a", False, None)


def test_star_opens_schemes_that_nobody_else_does() -> None:
    with urls.register("*", Opened), urls.register("acme", open_memory):
        assert asked(open_store("unheard-of://a"))[0] == "unheard-of://a"
        assert not isinstance(open_store("acme://a"), Opened)


def test_scheme_that_no_installed_plugin_opens_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "find", lambda name: None)
    monkeypatch.setattr(urls, "_find", lambda name, where: None)
    with pytest.raises(PluginNotInstalledError, match="pip install"):
        open_store("s3://bucket/a.zarr")


def test_path_to_a_file_is_opened_by_the_plugin_for_its_suffix(tmp_path: Path) -> None:
    with urls.register(".box", Opened):
        path = str(tmp_path / "a.box")
        assert asked(open_store(path, mode="r")) == (path, True, None)
        assert asked(open_store(tmp_path / "B.BOX"))[0].endswith("B.BOX")
        with urls.register("file", open_file):
            assert asked(open_store(f"file://{path}"))[0] == path
        os.mkdir(path)
        assert open_store(path) == LocalStore(path)
    assert open_store(tmp_path / "other.thing") == LocalStore(tmp_path / "other.thing")


def test_dictionary_is_a_memory_store_over_it() -> None:
    values: dict[str, Any] = {}
    store: Any = open_store(values)
    step(store.set("a", b"1"))
    assert values == {"a": b"1"}
    assert open_store(values, mode="r").read_only


def test_store_stays_what_it_is_and_refuses_writes_in_mode_r() -> None:
    store = MemoryStore()
    assert open_store(store, mode="a") is store
    assert isinstance(open_store(store, mode="r"), ReadOnlyStore)
    refusing = MemoryStore(read_only=True)
    assert open_store(refusing, mode="r") is refusing


@pytest.mark.parametrize("target", [3, None, b"a.zarr", [], object()])
def test_what_names_no_store_is_refused_in_words(target: Any) -> None:
    with pytest.raises(TypeError, match="a store is a path, a URL, a dict or a Store"):
        open_store(target)


@pytest.mark.parametrize("target", ["a.zarr", {}, MemoryStore()])
def test_storage_options_for_what_takes_none_are_refused(target: Any) -> None:
    with pytest.raises(TypeError, match="storage_options"):
        open_store(target, storage_options={"anon": True})


def test_store_classes_of_plugins_are_found_by_name() -> None:
    with stores.register("acme", Opened):
        assert zarr_core.storage.Opened is Opened
    with pytest.raises(AttributeError):
        zarr_core.storage.NoSuchStore  # noqa: B018
