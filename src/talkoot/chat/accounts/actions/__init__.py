"""What can be done to accounts and sessions."""

from talkoot.chat.accounts.actions.cleaning import delete_ended_sessions
from talkoot.chat.accounts.actions.leaving import erase_user, plan_to_leave
from talkoot.chat.accounts.actions.made_tokens import FOR_EVER, NewMadeToken, make_session_token
from talkoot.chat.accounts.actions.sessions import (
    Device,
    OpenedSession,
    Rotated,
    SecondStep,
    close_session,
    close_sessions_of,
    close_these_sessions,
    granted_session,
    open_session,
    rotate_refresh_token,
    second_step_missing,
    touch_sessions,
    vouched_session,
)
from talkoot.chat.accounts.actions.signing_keys import rotate_signing_key
from talkoot.chat.accounts.actions.staying import stay
from talkoot.chat.accounts.actions.users import (
    NewHash,
    NewUser,
    change_profile,
    create_user,
    deactivate_user,
    give_address,
    reactivate_user,
    rename_user,
    set_password,
)

__all__ = [
    "FOR_EVER",
    "Device",
    "NewHash",
    "NewMadeToken",
    "NewUser",
    "OpenedSession",
    "Rotated",
    "SecondStep",
    "change_profile",
    "close_session",
    "close_sessions_of",
    "close_these_sessions",
    "create_user",
    "deactivate_user",
    "delete_ended_sessions",
    "erase_user",
    "give_address",
    "granted_session",
    "make_session_token",
    "open_session",
    "plan_to_leave",
    "reactivate_user",
    "rename_user",
    "rotate_refresh_token",
    "rotate_signing_key",
    "second_step_missing",
    "set_password",
    "stay",
    "touch_sessions",
    "vouched_session",
]
