"""Moderation over HTTP."""

from talkoot.chat.moderation.http import appeals, audit, purges, reports, review, sanctions

routes = [
    route for part in (appeals, audit, purges, reports, review, sanctions) for route in part.router.routes
]
