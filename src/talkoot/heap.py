"""What large pieces of memory took goes back to the system when they are freed."""

from __future__ import annotations

import sys

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
_LARGE = 128 * 1024  # bytes; what glibc begins with


def give_back_what_is_large() -> None:
    """Keep glibc from raising its threshold up to 32 MiB: what lies below it is freed into gaps that stay.

    Does nothing where the C library is another one.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
