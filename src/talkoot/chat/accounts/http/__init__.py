"""Accounts over HTTP."""

from talkoot.chat.accounts.http import me, sessions, sign_in

routes = [route for part in (sign_in, sessions, me) for route in part.router.routes]
