"""Privacy over HTTP."""

from talkoot.chat.privacy.http import deletion, exports

routes = [route for part in (exports, deletion) for route in part.router.routes]
