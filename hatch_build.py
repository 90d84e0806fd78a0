"""Build hook: the web client becomes part of the package, for wheels, sdists and editable installs alike."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The build backend does not look for modules beside pyproject.toml.
sys.path.insert(0, str(Path(__file__).parent))

from tools import build_web


class WebClientHook(BuildHookInterface[Any]):
    """Builds the web client before the package is put together."""

    def dependencies(self) -> list[str]:
        """Name what the build needs on this machine: Node, only where it is missing and needed."""
        return build_web.build_requires()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client if its sources changed."""
        build_web.ensure_built()
