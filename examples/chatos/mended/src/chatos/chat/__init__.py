"""Chats: sessions, messages, and what the user can do in them."""
