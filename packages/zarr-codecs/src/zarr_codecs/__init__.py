"""The codecs of Zarr, one to a module; the entry points name them."""
