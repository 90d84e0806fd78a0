"""Onboarding over HTTP."""

from talkoot.chat.onboarding.http import arrival, invites

routes = [route for part in (arrival, invites) for route in part.router.routes]
