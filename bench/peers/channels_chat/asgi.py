"""HTTP to Django, WebSockets to the consumer."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
http = get_asgi_application()

from chat.consumers import ChatConsumer  # noqa: E402 - needs Django's apps

application = ProtocolTypeRouter(
    {"http": http, "websocket": URLRouter([path("ws/<room>", ChatConsumer.as_asgi())])}
)
