"""The `sharding_indexed` codec: many chunks in one stored object."""
