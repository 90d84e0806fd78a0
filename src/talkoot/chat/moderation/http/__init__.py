"""Moderation over HTTP."""

from talkoot.chat.moderation.http import audit, purges, review, sanctions

routes = [route for part in (audit, purges, review, sanctions) for route in part.router.routes]
