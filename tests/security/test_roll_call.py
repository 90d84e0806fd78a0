"""Row 17: an operation of which the table does not say who may do it stops the program before it serves."""

from collections.abc import Sequence

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from talkoot.applications import create_app
from talkoot.chat.access.operations import TABLE
from talkoot.chat.accounts.http_auth import CurrentActor, current_admission, current_reader, enrolling_actor
from talkoot.roll_call import NotInTheTable, call_the_roll, door_of
from talkoot.settings import Settings

SOCKET = [row.socket for row in TABLE.values() if row.socket]


@pytest.fixture
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    """All that the server serves."""
    return [*create_app(Settings(data=tmp_path_factory.mktemp("data"))).routes]


def missing(routes: Sequence[BaseRoute], socket: Sequence[str] = SOCKET) -> str:
    with pytest.raises(NotInTheTable) as stopped:
        call_the_roll(routes, socket)
    return str(stopped.value)


def one_route(path: str, *, asks_who: bool) -> BaseRoute:
    router = APIRouter(prefix="/api/v1")

    async def known(actor: CurrentActor) -> None: ...

    async def unknown() -> None: ...

    router.get(path)(known if asks_who else unknown)
    return router.routes[0]


def test_row_17_what_is_served_and_the_table_are_the_same(routes: list[BaseRoute]) -> None:
    call_the_roll(routes, SOCKET)


def test_row_17_who_is_asked_for_by_name_is_who_fastapi_asks(routes: list[BaseRoute]) -> None:
    doors = {current_admission, current_reader, enrolling_actor}

    def asked(dependant: Dependant) -> set[object]:
        found = {part.call for part in dependant.dependencies if part.call in doors}
        return found.union(*map(asked, dependant.dependencies))

    handlers = [route for route in routes if isinstance(route, APIRoute)]
    assert len(handlers) > len(TABLE) / 2
    for route in handlers:
        found = door_of(route.endpoint)
        assert asked(route.dependant) == ({found} if found else set()), route.path


def test_row_17_a_route_without_a_row_does_not_start(routes: list[BaseRoute]) -> None:
    told = missing([*routes, one_route("/rooms/{room}/secrets", asks_who=True)])
    assert told.startswith("Talkoot does not start: GET /rooms/{room}/secrets has no row")
    assert "GET /open has no row" in missing([*routes, Route("/open", lambda _request: Response())])


def test_row_17_neither_does_an_operation_of_the_socket(routes: list[BaseRoute]) -> None:
    assert "the socket's burn has no row" in missing(routes, [*SOCKET, "burn"])


def test_row_17_nor_a_row_of_what_is_not_served(routes: list[BaseRoute]) -> None:
    without = [route for route in routes if getattr(route, "path", "") != "/api/v1/jobs"]
    assert "GET /jobs has a row" in missing(without)
    assert "typing has a row" in missing(routes, [name for name in SOCKET if name != "typing"])


def test_row_17_nor_a_handler_that_does_not_ask_who_it_is(routes: list[BaseRoute]) -> None:
    others = [route for route in routes if getattr(route, "path", "") != "/api/v1/jobs"]
    told = missing([*others, one_route("/jobs", asks_who=False)])
    assert "GET /jobs is about 'installation', but its handler has no CurrentActor" in told


def test_row_17_nor_what_nobody_knows(routes: list[BaseRoute]) -> None:
    assert "Nobody knows" in missing([*routes, Mount("/more", routes=[])])
