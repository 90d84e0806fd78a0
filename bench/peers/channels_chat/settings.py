"""Django's settings, with what its documentation and that of Channels ask for in production."""

import os

SECRET_KEY = "of a server that is not reached from outside"  # noqa: S105 - measured for a minute
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["channels", "chat"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "chat.urls"
ASGI_APPLICATION = "asgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": os.environ["PGPORT"],
        "USER": os.environ["PGUSER"],
        "NAME": "postgres",
        "OPTIONS": {"pool": True},  # Under ASGI a pool takes the place of CONN_MAX_AGE.
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # The example of its documentation; with the default of 100 messages are dropped much earlier.
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "capacity": 1500, "expiry": 60},
    }
}
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
