"""Zarr arrays and groups by the names and habits of h5py."""
