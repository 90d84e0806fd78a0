"""From the tables of web push to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.push.schemas import PushSubscriptionOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.models import Session
    from talkoot.chat.push.models import PushSubscription


def subscription_out(subscription: PushSubscription, session: Session, current: UUID) -> PushSubscriptionOut:
    """A browser that is told, as shown to whom it belongs."""
    return PushSubscriptionOut(
        id=subscription.id,
        current=session.id == current,
        user_agent=session.user_agent,
        text=subscription.text,
        created_at=rfc3339(subscription.created_at),
    )
