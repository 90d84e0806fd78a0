"""Pins: messages of a room that are kept at hand for everybody in it."""
