"""Make the tables, and a room that has a history: `python seed.py ROOM MESSAGES`."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from chat.models import Message  # noqa: E402 - needs Django's apps
from django.db import connection  # noqa: E402

Message.objects.bulk_create(
    Message(room=sys.argv[1], user="seed", text=f"{n:0200d}") for n in range(int(sys.argv[2]))
)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")  # as autovacuum would, a minute later
