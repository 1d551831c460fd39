"""Workloads beside other implementations of Zarr: `python -m tests.benchmarks`."""
