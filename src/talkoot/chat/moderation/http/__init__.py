"""Moderation over HTTP."""

from talkoot.chat.moderation.http import audit, sanctions

routes = [route for part in (audit, sanctions) for route in part.router.routes]
