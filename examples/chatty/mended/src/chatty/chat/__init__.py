"""Talking to a runtime."""
