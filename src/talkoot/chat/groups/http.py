"""The rules of groups over HTTP."""

from __future__ import annotations

from uuid import UUID

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_GROUP_RULES
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.groups import queries
from talkoot.chat.groups.actions import rules
from talkoot.chat.groups.schemas import Given, GroupRuleOut, NewGroupRule
from talkoot.chat.identities.http import DeskDep
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.paging import Page
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Invalid, Forbidden, tags=["groups"])


@router.get("/workspaces/{workspace}/groups")
async def list_group_rules(kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Page[GroupRuleOut]:
    """What groups of identity providers give in a workspace."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_GROUP_RULES, workspace)
        found = await queries.rules_of(read, workspace)
        return Page(items=await queries.rules_out(read, actor.user, workspace, found))


@router.post("/workspaces/{workspace}/groups", status_code=201, responses=problems(Conflict))
async def make_group_rule(
    kernel: KernelDep, desk: DeskDep, actor: CurrentActor, workspace: UUID, new: NewGroupRule
) -> GroupRuleOut:
    """Let a group of a provider give a role, rooms, or both; it counts from everybody's next sign-in on."""

    async def action(tx: Tx) -> GroupRuleOut:
        made = await rules.make_rule(tx, actor, desk.providers, workspace, new)
        return (await queries.rules_out(tx, actor.user, workspace, [made]))[0]

    return await kernel.uow.run(action)


@router.put("/workspaces/{workspace}/groups/{rule}")
async def change_group_rule(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, rule: UUID, given: Given
) -> GroupRuleOut:
    """Let a group give something else, at once; rooms that one may not see stay in the rule."""

    async def action(tx: Tx) -> GroupRuleOut:
        changed = await rules.change_rule(tx, actor, workspace, rule, given)
        return (await queries.rules_out(tx, actor.user, workspace, [changed]))[0]

    return await kernel.uow.run(action)


@router.delete("/workspaces/{workspace}/groups/{rule}", status_code=204)
async def delete_group_rule(kernel: KernelDep, actor: CurrentActor, workspace: UUID, rule: UUID) -> None:
    """Take a rule away, and what it gave; what people were given by hand stays."""
    await kernel.uow.run(lambda tx: rules.delete_rule(tx, actor, workspace, rule))
