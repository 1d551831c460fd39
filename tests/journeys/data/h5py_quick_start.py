import h5py
import numpy as np

# write
f = h5py.File("mytestfile.hdf5", "w")
dset = f.create_dataset("mydataset", (100,), dtype="i")
dset[...] = np.arange(100)
print(dset.shape, dset.dtype, dset[0], dset[10], dset[0:100:10])

# groups and hierarchy
print(dset.name, f.name)
grp = f.create_group("subgroup")
dset2 = grp.create_dataset("another_dataset", (50,), dtype="f")
dset3 = f.create_dataset("subgroup2/dataset_three", (10,), dtype="i")
print(dset2.name, dset3.name)
print(list(f), "mydataset" in f, "somethingelse" in f, "subgroup/another_dataset" in f)
f.visit(print)

# attributes
dset.attrs["temperature"] = 99.5
print(dset.attrs["temperature"], "temperature" in dset.attrs)
dset.attrs["unit"] = "K"
dset.attrs["range"] = np.array([1, 2, 3])
print(sorted(dset.attrs), dset.attrs["unit"], dset.attrs["range"].sum())

# chunks, compression, resizing
table = f.create_dataset(
    "table", (4, 3), maxshape=(None, 3), chunks=(2, 3), compression="gzip", dtype="f8", fillvalue=-1
)
table.resize(6, axis=0)
table[4:] = 7
print(table.shape, table.maxshape, table.chunks, table.compression, table[:, 0])
print(table[[0, 4, 5], 1], table[table[:, 0] > 0].shape)
f.close()
print(bool(f))

# read
with h5py.File("mytestfile.hdf5", "r") as f:
    print(sorted(f.keys()))
    data = f["mydataset"]
    print(data[5:8], len(data), data.size, f["subgroup"].parent.name, isinstance(f["subgroup"], h5py.Group))
    buffer = np.zeros(3, "i4")
    data.read_direct(buffer, np.s_[90:93])
    print(buffer)
    try:
        data[0] = 1
    except (OSError, ValueError):
        print("read only")
    try:
        f["nothing"]
    except KeyError:
        print("nothing is not there")

with h5py.File("mytestfile.hdf5", "a") as f:
    del f["subgroup2"]
    f["copy"] = f["mydataset"][:5]
    f.move("table", "moved/table")
    f.copy("mydataset", f["subgroup"], name="again")
    print(sorted(f), f["subgroup/again"][99], f["moved/table"].shape)
    print(f.require_dataset("copy", (5,), "i4")[:].tolist())
