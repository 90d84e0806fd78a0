from django.db import models


class Message(models.Model):
    room = models.CharField(max_length=100)
    user = models.CharField(max_length=100)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("room", "id")),)

    def __str__(self) -> str:
        return self.text

    def as_dict(self) -> dict[str, object]:
        return {
            "type": "message",
            "id": self.pk,
            "room": self.room,
            "user": self.user,
            "text": self.text,
            "created_at": self.created_at.isoformat(),
        }
