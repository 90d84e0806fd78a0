"""Onboarding over HTTP."""

from talkoot.chat.onboarding.http import arrival, invites
from talkoot.kernel.http import make_router

router = make_router()
for part in (arrival, invites):
    router.include_router(part.router)
