"""Accounts over HTTP."""

from talkoot.chat.accounts.http import me, sessions, sign_in
from talkoot.kernel.http import make_router

router = make_router()
for part in (sign_in, sessions, me):
    router.include_router(part.router)
