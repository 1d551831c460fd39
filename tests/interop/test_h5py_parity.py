"""The same scripts against h5py and against zarr_h5compat: what they see is compared, value by value.

A script is a function of the module and of a file name. It returns plain values; an error counts by the builtin
classes that a script would catch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

h5py = pytest.importorskip("h5py", reason="h5py is in the environment `interop`")

import zarr_h5compat  # noqa: E402 - after h5py, so that without it the reason is told

Script = Callable[[Any, str], Any]
SCRIPTS: list[Script] = []


def script(function: Script) -> Script:
    SCRIPTS.append(function)
    return function


def caught(action: Callable[[], Any], *kinds: type[Exception]) -> str:
    """Which of these kinds the action raises, the first that an `except` would take."""
    try:
        return f"no error: {action()!r}"
    except Exception as error:
        return next((kind.__name__ for kind in kinds if isinstance(error, kind)), f"{type(error).__name__}: {error}")


def plain(value: Any) -> Any:
    """Values that compare by `==`: arrays as dtype, shape and content."""
    if isinstance(value, np.ndarray | np.generic):
        return str(value.dtype), value.shape, repr(value.tolist())
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@script
def quick_start(h5: Any, name: str) -> Iterator[Any]:
    f = h5.File(name, "w")
    dset = f.create_dataset("mydataset", (100,), dtype="i")
    yield dset.name, f.name, dset.shape, dset.dtype.str
    dset[...] = np.arange(100)
    yield dset[0], dset[10], dset[0:100:10]
    grp = f.create_group("subgroup")
    dset2 = grp.create_dataset("another_dataset", (50,), dtype="f")
    f.create_dataset("subgroup2/dataset_three", (10,), dtype="i")
    yield dset2.name, list(f), f["subgroup2/dataset_three"].name
    yield "mydataset" in f, "nothing" in f, "subgroup/another_dataset" in f, "subgroup/nothing" in f
    names: list[str] = []
    f.visit(names.append)
    yield names
    dset.attrs["temperature"] = 99.5
    yield dset.attrs["temperature"], "temperature" in dset.attrs
    f.close()
    yield bool(f), bool(dset)
    with h5.File(name, "r") as f:
        yield list(f.keys()), f["mydataset"].attrs["temperature"], f.mode


@script
def modes(h5: Any, name: str) -> Iterator[Any]:
    yield caught(lambda: h5.File(name), FileNotFoundError)
    yield caught(lambda: h5.File(name, "r+"), FileNotFoundError)
    yield caught(lambda: h5.File(name, "q"), ValueError)
    yield caught(lambda: h5.File(name, "w", foo=1), TypeError)
    yield h5.is_hdf5(name)
    for mode in ("w-", "a", "r+", "w", "r"):
        with h5.File(name, mode) as f:
            yield f.mode, len(f), f.filename == name
            if mode != "r":
                f.require_group("g")
    yield caught(lambda: h5.File(name, "x"), OSError), h5.is_hdf5(name)
    with h5.File(name) as f:
        yield (
            caught(lambda: f.create_group("h"), ValueError),
            caught(lambda: f.create_dataset("h", (1,), "i4"), ValueError),
        )
        yield caught(lambda: f.attrs.__setitem__("a", 1), OSError), f.require_group("g").name
    with h5.File(name, "w", driver="core", backing_store=False, libver="latest") as f:
        f["x"] = 1
        yield f["x"][()]


@script
def names_and_members(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        f["b/deep/x"] = np.arange(3)
        f["b/y"], f["a"] = 1, [1.5]
        deep = f["b/deep"]
        yield deep["x"] == f["/b/deep/x"], deep["/a"].name, f[b"b"].name, f["b"]["./deep//x/"].name
        yield f["/"].name, f["/"] == f, f.parent == f, f["a"].parent == f, f["a"].file == f, deep.parent.name
        yield [(key, value.name) for key, value in f.items()], [v.name for v in f["b"].values()], list(reversed(f))
        yield len(f), len(deep), f.get("zz"), f.get("zz", 3), f.get("a", getclass=True).__name__
        yield type(f.get("a", getlink=True)).__name__, f.get("a", getclass=True, getlink=True).__name__
        yield isinstance(f, h5.Group), isinstance(f["a"], h5.Dataset), isinstance(f["b"], h5.File)
        for key in ("zz", "a/zz", "b/zz", "", ".."):
            yield key in f if key else None, caught(lambda key=key: f[key], KeyError)
        yield caught(lambda: f[1], TypeError), caught(lambda: f.get(0), TypeError)
        yield f.visititems(lambda key, found: (key, found.shape) if isinstance(found, h5.Dataset) else None)
        yield f["b"].visit(lambda key: key if key.endswith("x") else None)


@script
def creating_and_requiring(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        yield f.create_group("p/q").name, f.require_group("p").name, f["p"].create_group("/top").name
        f.create_dataset("x", (10,), "i8")
        yield caught(lambda: f.create_group("p"), ValueError), caught(lambda: f.create_dataset("x", (1,)), ValueError)
        yield (
            caught(lambda: f.require_group("x"), TypeError),
            caught(lambda: f.require_dataset("p", (1,), "i4"), TypeError),
        )
        yield f.require_dataset("x", (10,), "i4") == f["x"]
        yield caught(lambda: f.require_dataset("x", (3,), "i8"), TypeError)
        yield caught(lambda: f.require_dataset("x", (10,), "f4"), TypeError)
        yield caught(lambda: f.require_dataset("x", (10,), "i4", exact=True), TypeError)
        like = f.create_dataset_like("like", f["x"], dtype="f4")
        yield like.shape, like.dtype.str, like.maxshape
        f["n"] = np.float32(2.5)
        f["flag"], f["c"] = True, 1j
        yield [(f[key].dtype.str, f[key].shape, f[key][()]) for key in ("n", "flag", "c")]
        del f["p"]
        yield list(f), caught(lambda: f.__delitem__("p"), KeyError)


@script
def impossible_datasets(h5: Any, name: str) -> Iterator[Any]:
    kinds = (TypeError, OverflowError, ValueError)
    with h5.File(name, "w") as f:
        for keywords in (
            *({"chunks": True, "shape": ()}, {"shape": (10,), "chunks": (20,)}, {"shape": (10,), "chunks": (2, 2)}),
            *({"shape": (10,), "chunks": False, "compression": "gzip"}, {"shape": (10,), "compression": "zip"}),
            *({"shape": (10,), "compression": "gzip", "compression_opts": 11}, {"shape": (10,), "compression_opts": 3}),
            *({"shape": (10,), "compression": "lzf", "compression_opts": 3}, {"shape": (10,), "foo": 1}),
            *({"shape": (10,), "compression": 4, "compression_opts": 3}, {"shape": (10,), "compression": 32000000}),
            *({"shape": (10,), "maxshape": (5,)}, {"shape": (10,), "maxshape": (20, 20)}),
            *({"data": [[1, 2], [3]], "dtype": "i4"}, {"shape": (3,), "data": 5, "dtype": "i4"}),
            {"data": [300], "dtype": "u1"},
        ):
            given = {"dtype": "f4", **keywords}
            yield caught(lambda given=given: f.create_dataset("y", **given), *kinds)
        yield list(f)


@script
def properties(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        for keywords in (
            *({}, {"chunks": (2, 3)}, {"compression": "gzip", "chunks": (4, 6)}, {"compression": 7, "chunks": (4, 6)}),
            *({"compression": "lzf", "shuffle": True, "chunks": (4, 6)}, {"fletcher32": True, "chunks": (4, 6)}),
            *({"compression": "gzip", "shuffle": True, "fletcher32": True, "chunks": (2, 2)}, {"fillvalue": 7}),
            *({"maxshape": (None, 6), "chunks": (4, 6)}, {"maxshape": (8, 9), "chunks": (1, 9)}),
            {"compression": "gzip", "compression_opts": 9, "chunks": (4, 6), "track_times": True},
        ):
            f.pop("x", None)
            x = f.create_dataset("x", (4, 6), "i2", **keywords)
            x[1] = 3
            yield x.compression, x.compression_opts, bool(x.shuffle), bool(x.fletcher32), x.scaleoffset, x.maxshape
            yield x.fillvalue, x[...], x.size, x.nbytes, x.ndim, len(x)
            if "chunks" in keywords:
                yield x.chunks, [tuple((s.start, s.stop) for s in region) for region in x.iter_chunks()]


@script
def selections(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        d = f.create_dataset("d", data=np.arange(10))
        m = f.create_dataset("m", data=np.arange(60).reshape(6, 10), chunks=(2, 5))
        line = np.arange(10)
        for key in (
            *(
                -1,
                [1, 2],
                [-2, -1],
                [],
                slice(5, 2),
                slice(8, 20),
                np.array([1, 2]),
                line > 5,
                True,
                (),
                ...,
                slice(3, 3),
            ),
            *(np.int64(3), slice(1, 5, 2), slice(-3, None), (1,), range(3), (..., 3)),
        ):
            yield d[key]
        for key in (
            *(
                ([0, 2], slice(None)),
                (slice(None), [0, 2]),
                (1, [0, 2]),
                ([1], 2),
                line[:6] > 3,
                (slice(None), line > 7),
            ),
            *(m[...] > 50, [True, False] * 3, 0, (0, 0), (..., 0), (0, 1), [0, 1], (slice(0, 4, 3), slice(1, 9, 3))),
        ):
            yield m[key]
        kinds = (IndexError, TypeError, ValueError)
        for key in (
            10,
            -11,
            [2, 1],
            [1, 1],
            slice(None, None, -1),
            1.0,
            None,
            (..., ...),
            (1, 2),
            line[:9] > 5,
            "x",
            2**70,
        ):
            yield str(key), caught(lambda key=key: d[key], *kinds)
        for key in (([0, 2], [1, 2]), [[0, 1], [2, 3]], np.array([[0, 1]]), (None, 0)):
            yield str(key), caught(lambda key=key: m[key], *kinds)


@script
def scalars(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        s = f.create_dataset("s", data=5.0)
        yield s[()], s[...], s[...,], s.shape, s.chunks, s.maxshape, s.size, bool(s), type(s[()]).__name__
        for use in (lambda: s[0], lambda: s[:], lambda: len(s), lambda: list(s), lambda: s[None], lambda: float(s)):
            yield caught(use, TypeError, ValueError)
        s[()] = 6
        yield s[()]


@script
def writing(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        m = f.create_dataset("m", data=np.zeros((6, 10), "i8"))
        for key, value in (
            *(
                ((slice(0, 2), slice(0, 5)), np.ones((1, 5))),
                ((0, slice(0, 5)), np.full((1, 5), 2)),
                ((..., 0), np.arange(6)),
            ),
            *(
                (([1, 3], 5), 7),
                (([1, 3], 4), [8, 9]),
                ((0, 1), [1]),
                ((slice(0, 2), slice(5, 7)), [[1.7, -2.7], [3, 4]]),
            ),
            *((np.arange(60).reshape(6, 10) % 7 == 0, 5), (slice(0, 0), 3)),
        ):
            m[key] = value
            yield m[...]
        for key, value in (((..., 0), np.arange(5)), ((slice(0, 2), slice(0, 2)), np.arange(4)), ((0, 1), [1, 2])):
            yield caught(lambda key=key, value=value: m.__setitem__(key, value), TypeError)
        yield caught(lambda: m.__setitem__(20, 1), IndexError), caught(lambda: m.__setitem__(0, "x"), ValueError)


@script
def conversions(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        for dtype, values in (
            *(
                ("u1", np.array([300, -5, 7])),
                ("i4", np.array([np.inf, -np.inf, -2.9])),
                ("i4", np.array([1e20, 2.9, 0])),
            ),
            *(("u8", np.array([-1, 2, 3])), ("u8", np.array([1e30, -5.0, 3.0])), ("i4", np.array([True, False, True]))),
            *(("f4", np.array([1, 2, 3])), ("?", np.array([2, 0, 1])), ("i8", np.array([2**64 - 1, 1, 2], "u8"))),
        ):
            f.pop("x", None)
            x = f.create_dataset("x", (3,), dtype)
            x[...] = values
            yield x[...], x.astype("u1")[...] if dtype != "?" else None, x.astype("f8")[1:] if dtype != "?" else None
        u = f.create_dataset("u", (1,), "u1")
        yield caught(lambda: u.__setitem__(0, 300), OverflowError)


@script
def direct(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        d = f.create_dataset("d", data=np.arange(6, dtype="i4"))
        for shape, source, dest, dtype in (
            *(((2, 6), None, np.s_[1], "i4"), ((1, 6), None, None, "f8"), ((6,), np.s_[1:3], np.s_[2:4], "i4")),
            ((3,), np.s_[::2], None, "i8"),
        ):
            memory = np.zeros(shape, dtype)
            d.read_direct(memory, source, dest)
            yield memory
        yield caught(lambda: d.read_direct(np.zeros(5)), TypeError)
        d.write_direct(np.arange(12, dtype="i4"), np.s_[3:6], np.s_[0:3])
        yield d[...], np.asarray(d), np.asarray(d, dtype="f4"), np.mean(d), list(d)


@script
def resizing(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        r = f.create_dataset("r", data=np.ones((4, 4), "i4"), maxshape=(20, None), chunks=(3, 3))
        r.resize((6, 5))
        yield r.shape, r[...]
        r.resize(2, axis=0)
        r.resize((4, 4))
        yield r[...], r.maxshape
        for arguments in ((3, 5), (3, -1)):
            yield caught(lambda arguments=arguments: r.resize(*arguments), ValueError)
        for arguments in (((3,),), (3,), ((3,), 0)):
            yield caught(lambda arguments=arguments: r.resize(*arguments), TypeError)
        fixed = f.create_dataset("fixed", (4,), "i4")
        yield fixed.maxshape, caught(lambda: fixed.resize((5,)), TypeError)
        yield f.create_dataset("line", 10, "i4", maxshape=20).maxshape
        yield f.create_dataset("empty", (0,), "i4", maxshape=(None,)).chunks


@script
def attributes(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        a = f.attrs
        for value in (
            *(1, 1.5, True, "s", b"b", 1j, [1, 2], [1.5], ["a", "b"], [True, False], (1, 2), np.float32(1), -1, 2**63),
            *(np.arange(3, dtype="u1"), np.array([b"a", b"bb"]), [b"a", b"bb"], [], [[1, 2], [3, 4]], np.uint64(3)),
            *(np.array(["a"], object), np.void(b"abc"), np.bytes_(b"q"), np.zeros((0, 3)), "", [""], np.float16(1)),
            *(np.arange(2, dtype=">i4"), np.inf, [np.nan, 1], np.array(2, "c8")),
        ):
            a["k"] = value
            found = a["k"]
            yield type(found).__name__, found
        for value in (None, {}, [1, "a"], [1, None], 2**64, np.datetime64("2020"), object()):
            yield caught(lambda value=value: a.__setitem__("z", value), TypeError)
        a["k"] = np.float32(1)
        a.modify("k", 3)
        yield a["k"], caught(lambda: a.modify("k", [3, 4]), TypeError)
        a.create("k", [1, 2, 3, 4], shape=(2, 2), dtype="f4")
        yield a["k"], caught(lambda: a.create("k", [1, 2], shape=(3,)), ValueError)
        yield caught(lambda: a["zz"], KeyError), caught(lambda: a.__delitem__("zz"), KeyError), a.get("zz", 5)
        a["b"], a["a"] = 1, 2
        yield list(a), list(a.items())[:2], len(a), "a" in a, b"a" in a, caught(lambda: a[1], TypeError)
        a["e"] = h5.Empty("f4")
        yield a["e"].dtype.str, a["e"].shape, a["e"] == h5.Empty("f4"), caught(lambda: a.modify("e", 1), OSError)


@script
def copying_and_moving(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f, h5.File(name + "2", "w") as other:
        f["g/x"] = np.arange(3)
        f["g"].attrs["n"] = 1
        f["g/deep/y"] = 2
        f.copy("g/x", "x2")
        f.copy(f["g/x"], f.create_group("h"))
        f.copy("g/x", f["h"], name="q")
        f.copy("g", other)
        f.copy("g", "shallow", shallow=True)
        f.copy("g", "bare", without_attrs=True)
        yield f["x2"][...], list(f["h"]), other["g/deep/y"][()], other["g"].attrs["n"], list(f["shallow"])
        yield list(f["shallow/deep"]), dict(f["bare"].attrs), caught(lambda: f.copy("g", f["x2"]), TypeError)
        x = f["x2"]
        f.move("x2", "n/x3")
        yield x.name, x[1], list(f["n"]), caught(lambda: f.move("g", "h"), ValueError)


@script
def closed(h5: Any, name: str) -> Iterator[Any]:
    f = h5.File(name, "w")
    d = f.create_dataset("d", (3,), "i4")
    f.close()
    f.close()
    yield bool(f), bool(d), d.name, "d" in f
    for use in (
        lambda: d[0],
        lambda: d.shape,
        lambda: f["d"],
        lambda: list(f),
        lambda: f.create_group("g"),
        lambda: f.mode,
    ):
        yield caught(use, ValueError, RuntimeError, KeyError)[-5:]


@script
def text(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        for data in (["a", "bé", ""], [b"a", b"\xff"], np.array([b"ab", b"c"]), np.array(["x", "y"], object)):
            f.pop("t", None)
            t = f.create_dataset("t", data=data)
            yield t[...], t[0], list(t), tuple(h5.check_string_dtype(t.dtype)), t.fillvalue
        f["s"] = "hello"
        yield f["s"][()], f["s"].asstr()[()], f["s"][...]
        t = f.create_dataset("e", (4,), h5.string_dtype())
        t[0], t[1:3] = "é", ["two", b"three"]
        yield t[...], t.asstr()[...], t.asstr()[0]
        fixed = f.create_dataset("f", (2,), h5.string_dtype("utf-8", 5))
        fixed[...] = ["ab", "longer"]
        yield fixed[...], fixed.asstr()[...], caught(lambda: f.create_dataset("n", (2,), "i4").asstr(), TypeError)


@script
def records(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        r = f.create_dataset("r", data=np.array([(1, 2), (3, 4), (5, 6)], [("x", "f4"), ("y", "i8")]))
        yield r["x"], r["y", 1], r["x", "y"], r.fields("y")[1:], r.fields(["y"])[...], r[1].item()
        r["x"] = np.arange(3)
        r["y", 1:] = [7, 8]
        r[0] = (0, 1)
        yield r[...], caught(lambda: r["z"], ValueError)


@script
def dimensions(h5: Any, name: str) -> Iterator[Any]:
    with h5.File(name, "w") as f:
        d, s = f.create_dataset("d", (2, 3), "i4"), f.create_dataset("s", data=np.arange(3.0))
        yield len(d.dims), d.dims[0].label
        d.dims[1].label = "x"
        s.make_scale("metres")
        d.dims[1].attach_scale(s)
        yield d.dims[1].label, d.dims[1].keys(), d.dims[1][0].name, d.dims[1]["metres"].name, s.is_scale, d.is_scale
        yield caught(lambda: d.dims[1]["q"], KeyError), caught(lambda: d.dims[1][3], IndexError), len(d.dims[0])
        yield caught(lambda: d.dims[5], IndexError)
        d.dims[1].detach_scale(s)
        yield len(d.dims[1])


@pytest.mark.parametrize("run", SCRIPTS, ids=[run.__name__ for run in SCRIPTS])
def test_script_sees_the_same_in_both(run: Script, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # h5py's deprecations, and numpy's when infinity becomes an integer
        theirs = [plain(seen) for seen in run(h5py, str(tmp_path / "theirs.h5"))]
        ours = [plain(seen) for seen in run(zarr_h5compat, str(tmp_path / "ours.h5"))]
    assert len(ours) == len(theirs)
    for at, (our, their) in enumerate(zip(ours, theirs, strict=True)):
        assert our == their, f"step {at}"


@pytest.fixture
def hdf5(tmp_path: Path) -> Path:
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as f:
        f.attrs["title"], f.attrs["scale"] = "run 7", np.float32(0.5)
        x = f.create_dataset("g/x", data=np.arange(600, dtype="i4").reshape(20, 30), chunks=(7, 8), compression="gzip")
        x.attrs["unit"] = "m"
        x.dims[0].label = "time"
        f["g/axis"] = np.arange(30.0)
        f["g/axis"].make_scale("metres")
        x.dims[1].attach_scale(f["g/axis"])
        f.create_dataset("grown", data=np.ones(5, "f4"), maxshape=(None,), chunks=(4,), shuffle=True, compression="lzf")
        f.create_dataset("big", (1000, 1000), "f8", fillvalue=2.5, chunks=(100, 100), fletcher32=True)[500:510] = 1
        f["scalar"], f["flag"], f["text"] = 1 + 2j, np.array([True, False]), ["a", "bé"]
        f["records"] = np.array([(1, 2.5)], [("n", "i4"), ("v", "f8")])
        f["soft"], f["hard"] = h5py.SoftLink("/g/x"), f["g/x"]
        f["type"] = np.dtype("f4")
        f["empty"] = h5py.Empty("f4")
        f.attrs["nothing"] = h5py.Empty("f8")
        f["colour"] = np.array([1, 0], h5py.enum_dtype({"RED": 0, "BLUE": 1}, "i1"))
        f["ref"] = np.array([f["g"].ref], dtype=h5py.ref_dtype)
        f["g"].attrs["ref"] = f["scalar"].ref
        f["up"] = f["/"]
    return path


def test_hdf5_file_is_converted_and_what_zarr_does_not_have_is_told(hdf5: Path, tmp_path: Path) -> None:
    target = tmp_path / "data.zarr"
    with pytest.warns(UserWarning, match="not converted"):
        left_out = zarr_h5compat.convert(hdf5, target)
    assert sorted(what.partition(":")[0] for what in left_out) == [
        *["/colour", "/empty", "/hard", "/ref", "/soft", "/type", "/up", "attribute 'ref' of /g"]
    ]
    with h5py.File(hdf5) as old, zarr_h5compat.File(target) as new:
        assert list(new) == ["big", "colour", "flag", "g", "grown", "records", "scalar", "text"]
        for name in ("g/x", "g/axis", "grown", "big", "scalar", "flag", "text", "records", "colour"):
            assert plain(new[name][()]) == plain(old[name][()]), name
            assert (new[name].maxshape, new[name].dtype) == (old[name].maxshape, old[name].dtype)
            assert (new[name].compression, new[name].fletcher32) == (old[name].compression, old[name].fletcher32)
        assert (new.attrs["title"], new.attrs["scale"].dtype, dict(new["g/x"].attrs)) == ("run 7", "f4", {"unit": "m"})
        assert new.attrs["nothing"] == zarr_h5compat.Empty("f8")
        assert (new["g/x"].chunks, new["big"].fillvalue) == ((7, 8), 2.5)
        assert (new["g/x"].dims[0].label, new["g/x"].dims[1]["metres"]) == ("time", new["g/axis"])
        assert new["g/x"].zarr.dimension_names == ("time", None)


def test_converting_does_not_replace_unless_asked(hdf5: Path, tmp_path: Path) -> None:
    target = tmp_path / "data.zarr"
    zarr_h5compat.File(target, "w").close()
    with pytest.raises(FileExistsError):
        zarr_h5compat.convert(hdf5, target)
    with pytest.warns(UserWarning, match="not converted"):
        zarr_h5compat.convert(hdf5, target, "w")
    with zarr_h5compat.File(target) as new:
        assert "g/x" in new


def test_fill_value_chunks_are_not_stored_by_converting(hdf5: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="not converted"):
        zarr_h5compat.convert(hdf5, tmp_path / "data.zarr")
    assert len([path for path in (tmp_path / "data.zarr" / "big" / "c").rglob("*") if path.is_file()]) == 10


def test_error_for_a_real_hdf5_file_says_how_to_convert(hdf5: Path) -> None:
    with pytest.raises(OSError, match=r"zarr_h5compat.convert\('.*data\.h5', '.*data\.zarr'\)"):
        zarr_h5compat.File(hdf5)
