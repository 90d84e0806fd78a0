"""A planned endpoint answers what FastAPI would answer, and what a plan can not do is FastAPI's."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel

from talkoot.kernel.http import StrictRoute, answer_problems
from talkoot.kernel.plans import can_be_planned

ID = UUID(int=7)


class Colour(StrEnum):
    RED = "red"


class Filters(BaseModel):
    """Several names in one parameter."""

    name: str = "-"
    size: int = 0


async def doubled(number: int = 1) -> int:
    return number * 2


async def planned(
    item: UUID,
    number: Annotated[int, Depends(doubled)],
    limit: Annotated[int, Query(ge=1, le=9)] = 5,
    kind: Literal["a", "b"] | None = None,
    colour: Colour | None = None,
) -> dict[str, Any]:
    return {"item": item, "number": number, "limit": limit, "kind": kind, "colour": colour}


async def several(word: Annotated[list[str] | None, Query()] = None) -> list[str] | None:
    return word


async def modelled(filters: Annotated[Filters, Query()]) -> Filters:
    return filters


def app(route: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route)
    router.add_api_route("/items/{item}", planned)
    router.add_api_route("/several", several)
    router.add_api_route("/modelled", modelled)
    made = FastAPI()
    made.router.routes += router.routes
    answer_problems(made)
    return made


@pytest.mark.parametrize(
    "address",
    [
        f"/items/{ID}",
        f"/items/{ID}?number=4&limit=9&kind=b&colour=red",
        f"/items/{ID}?limit=3&limit=4",
        f"/items/{ID}?limit=",
        f"/items/{ID}?limit=10&kind=c",
        f"/items/{ID}?number=x",
        "/items/nothing",
        "/several",
        "/several?word=a&word=b",
        "/modelled?name=x&size=3",
        "/modelled?size=x",
    ],
)
async def test_the_answer_is_what_fastapi_would_answer(address: str) -> None:
    answers = []
    for route in (StrictRoute, APIRoute):
        transport = httpx2.ASGITransport(app=app(route))
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
            answers.append(await client.get(address))
    ours, theirs = answers
    assert (ours.status_code, ours.json()) == (theirs.status_code, theirs.json())


def test_only_what_takes_several_values_or_names_is_left_to_fastapi() -> None:
    routes = [route for route in app(StrictRoute).routes if isinstance(route, StrictRoute)]
    assert {route.path for route in routes if can_be_planned(route.dependant)} == {"/items/{item}"}
