"""Notifications: what people are told of, wherever they are, and what they want to know of."""
