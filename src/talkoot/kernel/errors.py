"""One family of errors, rendered as `application/problem+json` over HTTP and as a refusal on the socket."""

from __future__ import annotations

from talkoot.kernel.values import Value


class FieldError(Value, frozen=True):
    """What is wrong with one field of a request."""

    field: str
    code: str
    detail: str


class TalkootError(Exception):
    """An expected refusal: a stable code, its HTTP status, and whether the same request may work later."""

    code = "internal"
    status = 500
    title = "Something went wrong"
    retryable = False

    def __init__(
        self,
        detail: str = "",
        *,
        fields: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.fields = fields
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class Malformed(TalkootError):
    """The bytes are not what the format allows."""

    code, status, title = "malformed", 400, "The request is malformed"


class Invalid(TalkootError):
    """Well formed, but a value is not acceptable; `fields` says which."""

    code, status, title = "invalid", 422, "A value is not acceptable"

    @classmethod
    def field(cls, field: str, code: str, detail: str) -> Invalid:
        """Refuse one field."""
        return cls(detail, fields=(FieldError(field, code, detail),))


class NotAuthenticated(TalkootError):
    """Nobody is signed in, or the credentials do not hold."""

    code, status, title = "not_authenticated", 401, "Sign in first"


class Forbidden(TalkootError):
    """Known to the caller, but not allowed."""

    code, status, title = "forbidden", 403, "You may not do this"


class NotFound(TalkootError):
    """Not there, or not for the caller to know of."""

    code, status, title = "not_found", 404, "There is no such thing"


class TooSlow(TalkootError):
    """The body of the request did not come in time."""

    code, status, title, retryable = "too_slow", 408, "The request took too long", True


class Conflict(TalkootError):
    """It contradicts what is already stored."""

    code, status, title = "conflict", 409, "This contradicts what is already there"


class TooLarge(TalkootError):
    """More than a limit allows."""

    code, status, title = "too_large", 413, "The request is too large"


class Outdated(TalkootError):
    """It was asked for under a condition that does not hold, such as another version of a protocol."""

    code, status, title = "precondition_failed", 412, "A condition of the request does not hold"


class Busy(TalkootError):
    """Somebody else is changing just this."""

    code, status, title, retryable = "busy", 423, "This is being changed by somebody else", True


class Damaged(TalkootError):
    """What came is not what its checksum says; the number is that of the tus protocol."""

    code, status, title, retryable = "damaged", 460, "What came is not what was sent", True


class UnsupportedType(TalkootError):
    """The body's media type is not one that is taken here."""

    code, status, title = "unsupported_type", 415, "This media type is not accepted"


class RateLimited(TalkootError):
    """Too many requests; `retry_after` says how many seconds to wait."""

    code, status, title, retryable = "rate_limited", 429, "Too many requests", True


class Unavailable(TalkootError):
    """Something needed is not there right now; nothing was stored, or a retry with the same id tells."""

    code, status, title, retryable = "unavailable", 503, "Not available right now", True


class StorageFull(TalkootError):
    """The disk is full; nothing was stored."""

    code, status, title, retryable = "storage_full", 507, "The storage is full", True
