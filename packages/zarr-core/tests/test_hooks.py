from __future__ import annotations

import inspect
import logging
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zarr_core.abc.data_type import DataType
from zarr_core.errors import PluginBrokenError, PluginNotInstalledError
from zarr_core.plugins import Registry, codecs, data_types, entries, hooks, hookspecs, refresh
from zarr_core.plugins.hookspecs import hookimpl

Install = Callable[..., Path]

RESOLVE = """
    from zarr_core.plugins.hookspecs import hookimpl

    class Any: ...

    @hookimpl
    def resolve(kind, name):
        if kind == "codecs" and name.startswith("acme."):
            return Any
"""


names: Registry[Any] = codecs  # tests register what is no codec


def hook_entries() -> dict[str, tuple[str, str]]:
    return {entry.name: (entry.state, entry.error) for entry in entries() if entry.kind == "hooks"}


def test_a_hook_resolves_names_that_no_entry_point_has(install: Install) -> None:
    groups = {"zarr_core": {"resolve.acme": "acme_hooks"}, "zarr_core.codecs": {"acme.rle": "acme_rle:Rle"}}
    install("acme-zarr", "1.2", groups, acme_hooks=RESOLVE, acme_rle="class Rle: ...")
    assert codecs.get("acme.rle").__name__ == "Rle"
    assert "acme_hooks" not in sys.modules  # a known name asks no hook
    assert codecs.get("acme.whatever").__name__ == "Any"
    with pytest.raises(PluginNotInstalledError):
        codecs.get("other.whatever")
    assert hook_entries()["resolve.acme"] == ("ok", "")


def test_a_module_is_imported_only_for_the_hook_that_its_name_says(install: Install) -> None:
    points = {"resolve": "acme_resolve", "observe.acme": "acme_observe", "acme": "acme_all"}
    empty = {"acme_resolve": "", "acme_observe": "", "acme_all": ""}
    install("acme-zarr", "1.2", {"zarr_core": points}, **empty)
    hooks.ask_all("observe", array_path="a", zarr_format=3)
    assert {"acme_resolve", "acme_observe", "acme_all"} & sys.modules.keys() == {"acme_observe", "acme_all"}
    codecs.find("unknown")
    assert "acme_resolve" in sys.modules


def test_without_hook_modules_pluggy_is_not_even_imported() -> None:
    code = (
        "import sys; before = 'pluggy' in sys.modules; from zarr_core.plugins import codecs, declarations, hooks\n"
        "declarations._scan = lambda: {}\n"
        "assert codecs.find('unknown') is None and hooks.ask_all('observe', array_path='', zarr_format=3) == []\n"
        "print('pluggy' in sys.modules)"
    )
    env = {"PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert run.stdout == "False\n", run.stderr


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import no_such_library", r"fails to import \(No module named 'no_such_library'\)"),
        (
            "from zarr_core.plugins.hookspecs import hookimpl\n@hookimpl\ndef resolve(kind, nam): ...",
            "does not fit the hooks .*nam.*",
        ),
        (
            "from zarr_core.plugins.hookspecs import hookimpl\n@hookimpl\ndef resolv(kind, name): ...",
            "does not fit the hooks .*resolv.*",
        ),
        (
            "from zarr_core.plugins.hookspecs import hookimpl\n"
            "@hookimpl(wrapper=True)\ndef resolve(kind, name): return (yield)",
            "wraps the hook 'resolve', which is not supported",
        ),
        ("contract = 2", "was built for contract 2"),
    ],
)
def test_a_broken_hook_module_is_kept_as_broken_and_the_rest_go_on(
    install: Install, caplog: pytest.LogCaptureFixture, source: str, why: str
) -> None:
    install("bad-zarr", "0.1", {"zarr_core": {"bad": "bad_hooks"}}, bad_hooks=source)
    install("acme-zarr", "1.2", {"zarr_core": {"acme": "acme_hooks"}}, acme_hooks=RESOLVE)
    with caplog.at_level(logging.WARNING, "zarr_core"):
        assert codecs.get("acme.x").__name__ == "Any"
        assert hooks.ask_all("observe", array_path="a", zarr_format=3) == []
    assert "bad-zarr 0.1" in caplog.text
    state, error = hook_entries()["bad"]
    assert state == "broken"
    assert re.match(f"bad-zarr 0.1 {why}", error)
    assert hook_entries()["acme"][0] == "ok"
    with pytest.raises(PluginNotInstalledError, match=r"or mend the hooks of bad-zarr 0\.1, which are broken"):
        codecs.get("nobody.knows")


def test_a_resolve_hook_that_raises_is_named(install: Install) -> None:
    source = """
        from zarr_core.plugins.hookspecs import hookimpl

        @hookimpl
        def resolve(name): raise KeyError(name)
    """
    install("bad-zarr", "0.1", {"zarr_core": {"bad": "bad_hooks"}}, bad_hooks=source)
    with pytest.raises(PluginBrokenError) as caught:
        codecs.get("x.y", "of array 'a/b'")
    assert str(caught.value) == (
        "codec 'x.y' of array 'a/b' is broken: hook 'resolve' of 'bad' of bad-zarr 0.1 fails (KeyError: 'x.y'); "
        "see `zarr-core plugins`"
    )
    assert isinstance(caught.value.__cause__.__cause__, KeyError)  # type: ignore[union-attr]
    assert pickle.loads(pickle.dumps(caught.value)).name == "x.y"


def test_what_a_resolve_hook_gives_must_be_of_our_contract() -> None:
    class Plugin:
        @hookimpl
        def resolve(self, name: str) -> Any:
            return SimpleNamespace(contract=2)

    with hooks.register(Plugin()), pytest.raises(PluginBrokenError, match="was built for contract 2"):
        codecs.get("x.y")


def test_the_first_answer_counts_and_run_time_plugins_are_asked_before_installed_ones(install: Install) -> None:
    install("acme-zarr", "1.2", {"zarr_core": {"acme": "acme_hooks"}}, acme_hooks=RESOLVE)

    class Plugin:
        def __init__(self, answer: Any) -> None:
            self.answer = answer

        @hookimpl
        def resolve(self, kind: str, name: str) -> Any:
            return self.answer

    with hooks.register(Plugin(dict)):
        assert names.get("acme.x") is dict
        with hooks.register(Plugin(None)), hooks.register(Plugin(list)) as newest:
            assert names.get("acme.x") is list
            newest.unregister()
            assert names.get("acme.x") is dict
        refresh()
        assert names.get("acme.x") is dict
    assert codecs.get("acme.x").__name__ == "Any"


def test_default_codecs_are_those_of_the_first_plugin_that_has_some() -> None:
    class Plugin:
        @hookimpl
        def default_codecs(self, data_type: DataType) -> Any:
            return ["acme"] if data_type.name == "int16" else None

    int16, int8 = data_types.get("int16")(), data_types.get("int8")()
    installed = hooks.ask_first("default_codecs", data_type=int16)
    with hooks.register(Plugin()):
        assert hooks.ask_first("default_codecs", data_type=int16) == ["acme"]
        assert hooks.ask_first("default_codecs", data_type=int8) != ["acme"]
    assert hooks.ask_first("default_codecs", data_type=int16) == installed


def test_observers_of_all_plugins_are_bound_and_one_that_raises_is_passed_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Plugin:
        def __init__(self, answer: Any) -> None:
            self.answer = answer

        @hookimpl
        def observe(self, array_path: str, zarr_format: int) -> Any:
            return f"{self.answer}{array_path}{1 // (zarr_format - 2)}" if self.answer else None

    with hooks.register(Plugin("a:")), hooks.register(Plugin("")), hooks.register(Plugin("b:")):
        assert hooks.ask_all("observe", array_path="x", zarr_format=3) == ["b:x1", "a:x1"]
        with caplog.at_level(logging.WARNING, "zarr_core"):
            assert hooks.ask_all("observe", array_path="x", zarr_format=2) == []
    assert "ZeroDivisionError" in caplog.text


def test_a_plugin_that_does_not_fit_cannot_be_registered() -> None:
    class Plugin:
        @hookimpl
        def observe(self, path: str) -> None: ...

    with pytest.raises(PluginBrokenError, match="does not fit the hooks"):
        hooks.register(Plugin())
    assert hooks.ask_all("observe", array_path="x", zarr_format=3) == []


def test_every_hook_is_documented_with_its_arguments_tested_and_known_by_name() -> None:
    specified = {
        name: function
        for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
        if hasattr(function, "zarr_core_spec")
    }
    assert set(specified) == set(hooks.HOOKS)
    here = Path(__file__).read_text() + Path(__file__).with_name("test_cli.py").read_text()
    for name, function in specified.items():
        assert function.__doc__
        assert f"def {name}(" in here
