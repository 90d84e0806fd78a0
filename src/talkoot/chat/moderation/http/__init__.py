"""Moderation over HTTP."""

from talkoot.chat.moderation.http import audit

routes = [route for part in (audit,) for route in part.router.routes]
