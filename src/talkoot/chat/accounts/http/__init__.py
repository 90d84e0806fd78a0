"""Accounts over HTTP."""

from talkoot.chat.accounts.http import factors, me, passkeys, second_step, sessions, sign_in

_PARTS = (sign_in, second_step, sessions, me, factors, passkeys)

routes = [route for part in _PARTS for route in part.router.routes]
