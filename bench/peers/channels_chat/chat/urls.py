from django.http import HttpRequest, JsonResponse
from django.urls import path

from chat.models import Message


def history(request: HttpRequest, room: str) -> JsonResponse:
    limit = int(request.GET.get("limit", "50"))
    newest = Message.objects.filter(room=room).order_by("-id")[:limit]
    return JsonResponse([message.as_dict() for message in reversed(newest)], safe=False)


urlpatterns = [path("rooms/<room>/messages", history)]
