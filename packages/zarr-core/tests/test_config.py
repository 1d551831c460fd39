from __future__ import annotations

import contextvars
import copy
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_core.config import Config, IOConfig, PluginsConfig, config, current_config

NAMES = [line.split(" = ")[0] for line in repr(config).splitlines()]


def test_defaults_are_those_of_the_classes() -> None:
    assert current_config() == Config()
    assert current_config().io == IOConfig(requests=64, bytes_in_flight=256 * 2**20, threads=None)
    assert config.get("read.missing_chunk") == "fill"
    assert config.get("default_zarr_format") == 3


def test_a_plain_call_changes_the_whole_process() -> None:
    config.set({"io.requests": 8})
    assert current_config().io.requests == 8
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(config.get, "io.requests").result() == 8


def test_keywords_name_settings_with_two_underscores() -> None:
    config.set(io__requests=8, default_zarr_format=2)
    assert (config.get("io.requests"), config.get("default_zarr_format")) == (8, 2)


def test_a_with_block_restores() -> None:
    with config.set({"write.fsync": True}) as inside:
        assert inside.write.fsync
        assert current_config() is inside
        with config.set({"write.empty_chunks": True}):
            assert current_config().write == replace(inside.write, empty_chunks=True)
        assert current_config() is inside
    assert current_config() == Config()


def test_a_with_block_restores_after_an_error() -> None:
    with pytest.raises(KeyError), config.set({"write.fsync": True}):
        raise KeyError
    assert not current_config().write.fsync


def test_a_with_block_is_seen_by_copied_contexts_and_not_by_other_threads() -> None:
    with ThreadPoolExecutor(1) as pool, config.set({"io.requests": 8}):
        context = contextvars.copy_context()
        assert pool.submit(context.run, config.get, "io.requests").result() == 8
        assert pool.submit(config.get, "io.requests").result() == 64


def test_a_plain_call_within_a_block_is_seen_there_and_after_it() -> None:
    with config.set({"io.requests": 8}):
        config.set({"io.threads": 2})
        assert (config.get("io.requests"), config.get("io.threads")) == (8, 2)
    assert (config.get("io.requests"), config.get("io.threads")) == (64, 2)


def test_blocks_in_many_threads_leave_nothing_behind() -> None:
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for _ in range(50):
            with config.set({"io.requests": number + 1}):
                assert config.get("io.requests") == number + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert current_config() == Config()


def test_plain_calls_do_not_pile_up() -> None:
    for number in range(1, 100):
        config.set({"io.requests": number})
    assert config.get("io.requests") == 99
    assert len(config._fresh) == 1


def test_reset_gives_the_defaults_back() -> None:
    config.set({"io.requests": 8})
    config.reset()
    assert current_config() == Config()


@pytest.mark.parametrize("name", ["io.request", "io", "", "IO.requests", "io.requests.x"])
def test_an_unknown_name_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=f"no setting {name!r}; it has io.requests, ") as caught:
        config.set({name: 1})
    assert all(known in str(caught.value) for known in NAMES)
    with pytest.raises(ValueError, match="no setting"):
        config.get(name)
    assert config.get(name, "default") == "default"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("io.requests", "8", "a positive integer"),
        ("io.requests", 0, "a positive integer"),
        ("io.requests", True, "a positive integer"),
        ("io.threads", 1.5, "a positive integer or None"),
        ("write.fsync", 1, "True or False"),
        ("read.missing_chunk", "zero", "'fill' or 'error'"),
        ("array.order", "A", "'C' or 'F'"),
        ("default_zarr_format", 3.0, "2 or 3"),
        ("plugins.prefer", {"codecs:x": 1}, "a mapping of strings to strings"),
        ("plugins.prefer", "acme", "a mapping of strings to strings"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_accepted(name: str, value: object, accepted: str) -> None:
    with pytest.raises(ValueError, match=f"config setting {name!r} takes {accepted}, not "):
        config.set({"io.bytes_in_flight": 1, name: value})
    assert current_config() == Config()  # all or nothing


def test_objects_check_their_values_too() -> None:
    with pytest.raises(ValueError, match=r"'io\.requests' takes a positive integer"):
        IOConfig(requests=-1)


def test_values_are_frozen_and_pickle_and_copy() -> None:
    with config.set({"plugins.prefer": {"codecs:acme.rle": "acme-zarr"}}) as inside:
        with pytest.raises(FrozenInstanceError):
            inside.io.requests = 3  # type: ignore[misc]
        assert pickle.loads(pickle.dumps(inside)) == inside == copy.deepcopy(inside)


def test_a_mapping_is_copied() -> None:
    prefer = {"codecs:x": "a"}
    settings = PluginsConfig(prefer)
    prefer["codecs:x"] = "b"
    assert settings.prefer == {"codecs:x": "a"}


def test_the_environment_sets_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, text in {
        "IO__REQUESTS": "8",
        "IO__THREADS": "none",
        "WRITE__FSYNC": "True",
        "READ__MISSING_CHUNK": "error",
        "DEFAULT_ZARR_FORMAT": "2",
        "PLUGINS__PREFER": '{"codecs:acme.rle": "acme-zarr"}',
    }.items():
        monkeypatch.setenv("ZARR_CORE_" + variable, text)
    config.reset()
    now = current_config()
    assert (now.io.requests, now.io.threads, now.write.fsync, now.read.missing_chunk) == (8, None, True, "error")
    assert now.default_zarr_format == 2
    assert now.plugins.prefer == {"codecs:acme.rle": "acme-zarr"}
    config.set(io__requests=9)
    assert current_config().io.requests == 9
    assert current_config().write.fsync


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        (
            "ZARR_CORE_IO__REQUESTS",
            "many",
            "ZARR_CORE_IO__REQUESTS: .*'io.requests' takes a positive integer, not 'many'",
        ),
        ("ZARR_CORE_IO_REQUESTS", "8", "ZARR_CORE_IO_REQUESTS: config has no setting 'io_requests'"),
    ],
)
def test_a_wrong_variable_is_named_when_the_configuration_is_first_used(
    variable: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    config.reset()
    with pytest.raises(ValueError, match=message):
        current_config()
    monkeypatch.delenv(variable)
    assert current_config() == Config()


def test_a_fresh_process_imports_the_configuration_without_reading_it() -> None:
    code = "from zarr_core.config import config; print('imported'); config.get('io.requests')"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), "ZARR_CORE_IO__REQUESTS": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "imported\n"
    assert run.stderr.splitlines()[-1].startswith("ValueError: environment variable ZARR_CORE_IO__REQUESTS")


def test_every_setting_is_told_of_in_its_class() -> None:
    for name in NAMES:
        section, _, member = name.rpartition(".")
        owner = type(getattr(Config(), section)) if section else Config
        assert member in (owner.__doc__ or "")


@given(st.lists(st.tuples(st.sampled_from(["io.requests", "io.bytes_in_flight"]), st.integers(1, 9)), max_size=8))
def test_nested_blocks_overlay_and_unwind(changes: list[tuple[str, int]]) -> None:
    def enter(depth: int, expected: dict[str, int]) -> None:
        before = current_config()
        assert all(config.get(name) == value for name, value in expected.items())
        if depth < len(changes):
            name, value = changes[depth]
            with config.set({name: value}):
                enter(depth + 1, expected | {name: value})
        assert current_config() == before

    enter(0, {})
