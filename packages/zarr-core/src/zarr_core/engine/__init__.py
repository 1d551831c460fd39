"""How operations are carried out: two runtimes, locks, worker threads, sources, the bound codec chain."""
