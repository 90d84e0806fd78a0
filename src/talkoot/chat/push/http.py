"""Web push over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.push import actions
from talkoot.chat.push.encryption import Browser, check_keys
from talkoot.chat.push.keys import installation_key
from talkoot.chat.push.queries import subscriptions_of
from talkoot.chat.push.schemas import NewPushSubscription, PushKeyOut, PushSubscriptionOut
from talkoot.chat.push.vapid import public_part
from talkoot.chat.push.views import subscription_out
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel

router = make_router(NotAuthenticated, Forbidden, Conflict, tags=["push"])


@router.get("/push/key")
async def get_push_key(kernel: KernelDep, _actor: CurrentActor) -> PushKeyOut:
    """The key that a browser subscribes with; the same for all, for as long as this server lives."""
    _require_push(kernel)
    return PushKeyOut(key=public_part(await installation_key(kernel)))


_NO_SERVICE = "It must be the https address of a push service, and not in a private network"


@router.post("/push/subscriptions", status_code=201, responses=problems(Invalid))
async def subscribe(kernel: KernelDep, actor: CurrentActor, new: NewPushSubscription) -> PushSubscriptionOut:
    """Have the browser that one is signed in with told of what one should see, also while its page is closed.

    It ends with the session. A session tells one browser: a new subscription takes the place of the old one.
    """
    _require_push(kernel)
    check_keys(new.keys.p256dh, new.keys.auth)
    if not kernel.outgoing.accepts(new.endpoint):
        raise Invalid.field("endpoint", "not_an_address", _NO_SERVICE)
    browser = Browser(new.endpoint, new.keys.p256dh, new.keys.auth)
    act = partial(actions.subscribe, secrets=kernel.secrets, actor=actor, browser=browser, text=new.text)
    made = await kernel.uow.run(act, key=actor.user)
    async with kernel.uow.read() as read:
        for subscription, session in await subscriptions_of(read, actor.user, kernel.clock.now()):
            if subscription.id == made.id:
                return subscription_out(subscription, session, actor.session)
    raise NotAuthenticated  # signed out meanwhile


@router.get("/push/subscriptions")
async def list_subscriptions(kernel: KernelDep, actor: CurrentActor) -> Page[PushSubscriptionOut]:
    """The browsers that are told what one should see, the newest first."""
    async with kernel.uow.read() as read:
        found = await subscriptions_of(read, actor.user, kernel.clock.now())
    return Page(items=[subscription_out(*each, actor.session) for each in found])


@router.delete("/push/subscriptions/{subscription}", status_code=204, responses=problems(NotFound, Invalid))
async def unsubscribe(kernel: KernelDep, actor: CurrentActor, subscription: UUID) -> None:
    """Have a browser told no longer."""
    act = partial(actions.unsubscribe, actor=actor, subscription=subscription)
    await kernel.uow.run(act, key=actor.user)


@router.post(
    "/push/subscriptions/{subscription}/test", status_code=204, responses=problems(NotFound, Invalid)
)
async def try_out(kernel: KernelDep, actor: CurrentActor, subscription: UUID) -> None:
    """Have a browser told something now, to see whether it works."""
    _require_push(kernel)
    act = partial(actions.try_out, actor=actor, subscription=subscription)
    await kernel.uow.run(act, key=actor.user)


def _require_push(kernel: Kernel) -> None:
    if kernel.settings.web_push == "off":
        raise Conflict("This server tells no browser whose page is closed", code="push_off")
