"""The web client: one shell page for all its addresses, and the files it was built into."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from talkoot.kernel.errors import NotFound

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

_BESIDE = (".svg", ".png", ".ico", ".webmanifest")
_WORKER = "worker.js"  # what a browser runs while no page is open; it asks each day whether it is newer
_NOT_PAGES = ("api/", "assets/", "healthz", "readyz", "metrics")


class _Assets(StaticFiles):
    """Built files have the hash of their content in their names: they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def serve_client(app: FastAPI) -> None:
    """Serve the built client: `/assets`, the API pages at `/api/docs`, the shell for everything else."""
    app.mount("/assets", _Assets(directory=STATIC / "assets", check_dir=False), name="assets")
    mimetypes.init(())  # the types that Python knows, on every machine the same
    app.mount("/api/docs", StaticFiles(directory=STATIC / "docs", html=True, check_dir=False), name="docs")
    app.router.routes.append(_shell())


def _shell() -> Route:
    beside = {file.name: file for kind in _BESIDE for file in STATIC.glob(f"*{kind}")}

    async def shell(request: Request) -> Response:
        path: str = request.path_params["path"]
        if path.startswith(_NOT_PAGES):
            raise NotFound(f"There is nothing at {request.scope['path']}")
        if path == _WORKER:
            return FileResponse(STATIC / _WORKER, headers={"Cache-Control": "no-cache"})
        if file := beside.get(path):  # never looked for by a name that a stranger gives
            return FileResponse(file, headers={"Cache-Control": "public, max-age=3600"})
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    return Route("/{path:path}", shell, include_in_schema=False)
