"""The ground of the kernel's tests, for what is counted in statements."""

from tests.kernel.conftest import ground, settings

__all__ = ["ground", "settings"]
