"""A writer is killed before each of its system calls in turn: what others read is old or new, never half.

The calls are seen by an audit hook in a forked child, which kills itself; nothing of the library is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

HARNESS = """
import os, shutil, signal, sys
import numpy as np
import zarr_core as zarr
from zarr_core.storage import LocalStore

zarr.create_array(data=np.arange(9), chunks=4, shards=8)[...]  # whatever is imported late is imported now
EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.utime"}
root = sys.argv[1]
path = root + "/a.zarr"


def after_each_kill(prepare, act, check):
    '''Run `act` again and again, killed before its 1st, 2nd, ... call that changes a file, and `check` what is left.'''
    number = 0
    while True:
        shutil.rmtree(path, ignore_errors=True)
        prepare()
        child = os.fork()
        if child == 0:
            run(act, number)
        _, status = os.waitpid(child, 0)
        finished = os.WIFEXITED(status)
        assert finished or os.WTERMSIG(status) == signal.SIGKILL
        assert not finished or os.WEXITSTATUS(status) == 0, "the child failed"
        keys = [*walk()]
        assert not any(".__partial" in key for key in keys), keys
        check(finished)
        if finished:
            print(number)
            return
        act()  # whoever comes next is not hindered by what was left behind
        check(True)
        number += 1


def run(act, number):
    left = [number]

    def hook(event, arguments):
        if event not in EVENTS or (event == "open" and not writes(arguments)):
            return
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    sys.addaudithook(hook)
    try:
        act()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def writes(arguments):
    return isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


def walk():
    from zarr_core.engine.step import step_iter

    return step_iter(LocalStore(path).list())


def either(found, *choices):
    assert any(np.array_equal(found, choice) for choice in choices), found


"""


@pytest.fixture
def killed(python: Callable[..., str], tmp_path: Path) -> Callable[[str], int]:
    """Run a program that ends in `after_each_kill(...)`; how many calls there were to be killed before."""

    def killed(program: str) -> int:
        return int(python(HARNESS + program, str(tmp_path), seconds=300))

    return killed


@pytest.mark.parametrize(
    "keywords", ["chunks=4", "chunks=2, shards=4", "chunks=4, zarr_format=2, compressors={'id': 'zlib'}"]
)
def test_chunks_are_old_or_new(killed: Callable[[str], int], keywords: str) -> None:
    calls = killed(
        f"""
keywords = dict({keywords})
OLD, NEW = np.full(10, 1), np.full(10, 2)

def prepare():
    zarr.create_array(path, data=OLD, **keywords)

def act():
    zarr.open_array(path)[...] = NEW

def check(finished):
    found = zarr.open_array(path, mode="r")[...]
    for chunk in (found[:4], found[4:8], found[8:]):
        either(chunk, *([NEW[:len(chunk)]] if finished else [OLD[:len(chunk)], NEW[:len(chunk)]]))

after_each_kill(prepare, act, check)
"""
    )
    assert calls >= 3 * 2


@pytest.mark.parametrize("keywords", ["chunks=4", "chunks=2, shards=4"])
def test_partial_updates_are_old_or_new(killed: Callable[[str], int], keywords: str) -> None:
    killed(
        f"""
OLD = np.arange(1, 9)
NEW = OLD.copy()
NEW[3:6] = 0, 0, 7

def prepare():
    zarr.create_array(path, data=OLD, {keywords})

def act():
    zarr.open_array(path)[3:6] = NEW[3:6]

def check(finished):
    found = zarr.open_array(path, mode="r")[...]
    for part in (slice(0, 4), slice(4, 8)):
        either(found[part], *([NEW[part]] if finished else [OLD[part], NEW[part]]))

after_each_kill(prepare, act, check)
"""
    )


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_an_array_is_there_whole_or_not_at_all(killed: Callable[[str], int], zarr_format: int) -> None:
    killed(
        f"""
def prepare():
    os.mkdir(path)

def act():
    zarr.create_array(path, name="run/a", shape=5, chunks=2, dtype="i4", fill_value=3, zarr_format={zarr_format},
                      attributes={{"units": "K"}}, overwrite=True)

def check(finished):
    try:
        array = zarr.open_array(path, path="run/a", mode="r")
    except FileNotFoundError:
        assert not finished
        return
    assert array.shape == (5,)
    assert array[...].tolist() == [3] * 5
    if finished or {zarr_format} == 3:
        assert dict(array.attrs) == {{"units": "K"}}

after_each_kill(prepare, act, check)
"""
    )


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_an_array_that_replaces_another_is_never_mixed_with_it(killed: Callable[[str], int], zarr_format: int) -> None:
    killed(
        f"""
keywords = {{"zarr_format": {zarr_format}, "compressors": None}}

def prepare():
    zarr.create_array(path, name="a", data=np.full(6, 1, "i2"), chunks=2, fill_value=7, **keywords)

def act():
    zarr.create_array(path, name="a", data=np.full(4, 2, "i8"), chunks=4, fill_value=9, overwrite=True, **keywords)

def check(finished):
    try:
        array = zarr.open_array(path, path="a", mode="r")
    except FileNotFoundError:
        assert not finished
        return
    found = array[...]
    if array.shape == (6,):
        assert not finished
        for chunk in (found[:2], found[2:4], found[4:]):
            either(chunk, np.full(2, 1), np.full(2, 7))
    else:
        either(found, np.full(4, 2), *([] if finished else [np.full(4, 9)]))

after_each_kill(prepare, act, check)
"""
    )


@pytest.mark.parametrize("keywords", ["chunks=4", "chunks=2, shards=4", "chunks=4, zarr_format=2, compressors=None"])
def test_what_a_killed_resize_cut_off_never_comes_back(killed: Callable[[str], int], keywords: str) -> None:
    killed(
        f"""
OLD = np.arange(1, 15)

def prepare():
    zarr.create_array(path, data=OLD, fill_value=0, {keywords})

def act():
    array = zarr.open_array(path)
    array.resize(6)

def check(finished):
    array = zarr.open_array(path, mode="r")
    found = array[...]
    either(found[:6], OLD[:6])
    assert array.shape == (6,) if finished else array.shape in ((6,), (14,))
    if array.shape == (14,):
        for chunk in (slice(6, 8), slice(8, 12), slice(12, 14)):
            either(found[chunk], OLD[chunk], np.zeros_like(OLD[chunk]))
    else:
        shutil.copytree(path, path + ".grown")
        grown = zarr.open_array(path + ".grown")
        grown.resize(14)
        either(grown[6:], np.zeros(8, int))
        shutil.rmtree(path + ".grown")

after_each_kill(prepare, act, check)
"""
    )


@pytest.mark.parametrize("keywords", ["chunks=4", "chunks=2, shards=4"])
def test_appended_rows_are_all_there_or_none(killed: Callable[[str], int], keywords: str) -> None:
    killed(
        f"""
OLD, MORE = np.arange(1, 7), np.arange(7, 16)

def prepare():
    zarr.create_array(path, data=OLD, fill_value=0, {keywords})

def act():
    array = zarr.open_array(path)
    if len(array) == 6:
        array.append(MORE)

def check(finished):
    found = zarr.open_array(path, mode="r")[...]
    either(found, *([] if finished else [OLD]), np.concatenate([OLD, MORE]))

after_each_kill(prepare, act, check)
"""
    )


@pytest.mark.parametrize("zarr_format", [2, 3])
@pytest.mark.parametrize("create", ["zarr.create_array(path, shape=3, dtype='i4'", "zarr.create_group(path"])
def test_attributes_are_old_or_new(killed: Callable[[str], int], create: str, zarr_format: int) -> None:
    killed(
        f"""
OLD, NEW = {{"a": 1, "text": "x" * 5000}}, {{"a": 2, "text": "y" * 9000}}

def prepare():
    {create}, attributes=OLD, zarr_format={zarr_format})

def act():
    zarr.open(path, mode="r+").update_attributes(NEW)

def check(finished):
    found = dict(zarr.open(path, mode="r").attrs)
    assert found in ([NEW] if finished else [OLD, NEW])

after_each_kill(prepare, act, check)
"""
    )


def test_a_node_that_is_moved_is_where_it_was_or_where_it_goes(killed: Callable[[str], int]) -> None:
    killed(
        """
def prepare():
    zarr.create_array(path, name="a/x", data=np.arange(1, 7), chunks=3)

def act():
    group = zarr.open_group(path)
    if "b/x" not in group:
        group.move("a/x", "b/x")

def check(finished):
    group = zarr.open_group(path, mode="r")
    assert ("b/x" in group) if finished else ("a/x" in group) or ("b/x" in group)
    if "b/x" in group:
        assert group["b/x"][...].tolist() == [1, 2, 3, 4, 5, 6]

after_each_kill(prepare, act, check)
"""
    )


def test_writers_killed_at_any_moment_leave_chunks_that_are_old_or_new(
    python: Callable[..., str], tmp_path: Path
) -> None:
    """As above, but by another process, at random moments, while threads write: large chunks, many system calls."""
    assert python(RANDOM, str(tmp_path / "a.zarr"), seconds=120) == "done\n"


RANDOM = """
import random, signal, subprocess, sys
import numpy as np
import zarr_core as zarr

WRITER = '''
import sys
import numpy as np
import zarr_core as zarr
array = zarr.open_array(sys.argv[1])
print("ready", flush=True)
number = int(sys.argv[2])
while True:
    number += 1
    array[...] = np.full(array.shape, number)
'''
path = sys.argv[1]
zarr.create_array(path, data=np.zeros((8, 1 << 17), "i8"), chunks=(2, 1 << 16), compressors=None)
random.seed(1)
for attempt in range(6):
    command = [sys.executable, "-c", WRITER, path, str(attempt * 1000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        try:
            child.wait(random.uniform(0.0, 0.15))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    found = zarr.open_array(path, mode="r")
    for region in found.chunk_regions():
        values = np.unique(found[region])
        assert len(values) == 1, values
print("done")
"""
