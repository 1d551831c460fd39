"""The contracts. Everything concrete, ours or a third party's, implements one of these."""
