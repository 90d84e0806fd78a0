"""What a stranger may ask: the state of the door, the first run, registration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, Request, Response
from msgspec.structs import replace

from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.schemas import WorkspaceOut
from talkoot.chat.accounts import views
from talkoot.chat.accounts.actions import NewUser
from talkoot.chat.accounts.authentication import Admission, admit_cookie
from talkoot.chat.accounts.cookies import clear_cookie, cookie_name, set_cookie, waiting_in
from talkoot.chat.accounts.factors.queries import standing_of
from talkoot.chat.accounts.factors.relying import find_relying_party
from talkoot.chat.accounts.factors.schemas import SecondStepOut
from talkoot.chat.accounts.http_auth import ClientAddress, GateDep, refuse_foreign_page
from talkoot.chat.accounts.passwords import password_from
from talkoot.chat.accounts.queries import find_user
from talkoot.chat.accounts.schemas import Me
from talkoot.chat.accounts.throttle import REGISTRATION, WRONG_INVITE, count_wrong
from talkoot.chat.onboarding import actions, queries
from talkoot.chat.onboarding.schemas import (
    Person,
    Registration,
    SessionState,
    Setup,
    SetupDone,
    SetupState,
)
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    RateLimited,
    Unavailable,
    UnsupportedType,
)
from talkoot.kernel.http import make_router, problems

if TYPE_CHECKING:
    from talkoot.chat.accounts.gate import Gate

router = make_router(RateLimited, tags=["arrival"])

_REFUSALS = problems(Malformed, Forbidden, Conflict, UnsupportedType, Invalid, Unavailable)


@router.get("/auth/session")
async def get_session(request: Request, response: Response, gate: GateDep) -> SessionState:
    """Who sits in front of this browser, and whether the door is open to others; keeps the cookie alive."""
    admission = await _browser(request, response, gate)
    waiting = None if admission else waiting_in(request, gate)
    async with gate.kernel.uow.read() as read:
        user = await find_user(read, admission.actor.user) if admission else None
        workspace = await queries.first_workspace(read)
        standing = await standing_of(read, waiting.user) if waiting else None
    host = request.headers.get("host", "")
    return SessionState(
        user=views.me(user) if user else None,
        csrf=gate.tokens.csrf(admission.actor.session) if admission else None,
        setup_required=workspace is None,
        registration=gate.kernel.settings.registration,
        mail=gate.kernel.settings.mails,
        address_required=gate.kernel.settings.verified_address == "required",
        anonymous_readers=gate.kernel.settings.anonymous_readers == "on",
        second_step=SecondStepOut(methods=standing.methods) if standing else None,
        must_enrol=admission is not None and admission.must_enrol,
        passkeys=find_relying_party(gate.kernel.settings, host) is not None,
    )


@router.get("/setup")
async def get_setup(gate: GateDep) -> SetupState:
    """Whether the first run is still to come."""
    async with gate.kernel.uow.read() as read:
        return SetupState(required=await queries.first_workspace(read) is None)


@router.post("/setup", status_code=201, dependencies=[Depends(refuse_foreign_page)], responses=_REFUSALS)
async def set_up(gate: GateDep, given: Setup) -> SetupDone:
    """The first run: makes the owner, the first workspace and its rooms; 409 ever after."""
    async with gate.kernel.uow.read() as read:
        if await queries.first_workspace(read) is not None:
            raise Conflict("This server is set up already")
    _require_address(gate, given.email)
    # Who sets up the server is believed: a mail server that does not work yet must not shut them out.
    believed = given.email is not None and gate.kernel.settings.verified_address == "required"
    owner = replace(await _new_user(gate, given), email_verified=believed)
    user, workspace = await gate.kernel.uow.run(lambda tx: actions.set_up(tx, given.workspace, owner))
    return SetupDone(
        user=views.me(user),
        workspace=WorkspaceOut(
            id=workspace.id,
            name=workspace.name,
            role="owner",
            permissions=sorted(Permission),
            link_previews=workspace.link_previews,
            read_by=workspace.read_by,
        ),
    )


@router.post(
    "/auth/register", status_code=201, dependencies=[Depends(refuse_foreign_page)], responses=_REFUSALS
)
async def register(gate: GateDep, address: ClientAddress, given: Registration) -> Me:
    """Make an account for oneself: by invitation, or without one where the settings let anybody in.

    Where this server sends mail, the answer is the same for an email address that somebody else has: they are
    told by a letter.
    """
    await _let_register(gate, address, given)
    new = replace(await _new_user(gate, given), quietly=gate.kernel.settings.mails)
    user = await gate.kernel.uow.run(lambda tx: actions.register(tx, new, given.invite))
    return views.me(user)


async def _browser(request: Request, response: Response, gate: Gate) -> Admission | None:
    cookie = request.cookies.get(cookie_name(gate))
    if not cookie:
        return None
    try:
        admission = await admit_cookie(gate, cookie, enrolling=True)
    except NotAuthenticated:
        clear_cookie(response, gate)
        return None
    set_cookie(response, gate, cookie, admission.until)
    return admission


async def _let_register(gate: Gate, address: str, given: Registration) -> None:
    """Before a password is hashed for somebody who can not come in anyway."""
    token = given.invite
    mode = gate.kernel.settings.registration
    if mode == "closed":
        raise Forbidden("Nobody can register here", code="registration_closed")
    if token is None:
        if mode != "open":
            raise Forbidden("Registering here needs an invitation", code="invitation_required")
        _require_address(gate, given.email)
        await count_wrong(gate.kernel.limits, address, REGISTRATION)
        return
    async with gate.kernel.uow.read() as read:
        found = await queries.find_invitation(read, token, gate.kernel.clock.now())
    if found is None:
        await count_wrong(gate.kernel.limits, address, WRONG_INVITE)
        raise Forbidden("This invitation does not hold any more", code="invitation_invalid")
    _require_address(gate, given.email or found[0].email)


def _require_address(gate: Gate, email: str | None) -> None:
    if email is None and gate.kernel.settings.verified_address == "required":
        raise Invalid.field("email", "missing", "An account here needs an email address")


async def _new_user(gate: Gate, given: Person) -> NewUser:
    names = (given.username, given.display_name, given.email or "")
    password = password_from(given.password, own=names)
    return NewUser(
        username=given.username,
        display_name=given.display_name,
        email=given.email,
        password_hash=await gate.passwords.hash(password),
    )
