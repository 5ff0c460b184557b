"""SF7xx: the backends that stand behind one storage interface."""
