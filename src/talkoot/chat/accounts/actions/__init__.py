"""What can be done to accounts and sessions."""

from talkoot.chat.accounts.actions.cleaning import delete_ended_sessions
from talkoot.chat.accounts.actions.sessions import (
    Device,
    OpenedSession,
    Rotated,
    close_session,
    close_sessions_of,
    open_session,
    rotate_refresh_token,
    touch_sessions,
    vouched_session,
)
from talkoot.chat.accounts.actions.users import (
    NewHash,
    NewUser,
    change_profile,
    create_user,
    deactivate_user,
    reactivate_user,
    set_password,
)

__all__ = [
    "Device",
    "NewHash",
    "NewUser",
    "OpenedSession",
    "Rotated",
    "change_profile",
    "close_session",
    "close_sessions_of",
    "create_user",
    "deactivate_user",
    "delete_ended_sessions",
    "open_session",
    "reactivate_user",
    "rotate_refresh_token",
    "set_password",
    "touch_sessions",
    "vouched_session",
]
