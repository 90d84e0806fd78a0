"""Moderation over HTTP."""

from talkoot.chat.moderation.http import audit, review, sanctions

routes = [route for part in (audit, review, sanctions) for route in part.router.routes]
