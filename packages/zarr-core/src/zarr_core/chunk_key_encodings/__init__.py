"""The chunk key encodings of the core specification: `default` and `v2` (v3 core 1.9)."""
