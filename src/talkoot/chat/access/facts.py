"""All that a decision rests on, in one statement: lineages, their entries, and who stands how on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from talkoot.chat.access.models import AccessEntry, Membership, Resource, Sanction, Workspace
from talkoot.chat.access.queries import Lineage
from talkoot.chat.access.resolution import Entry, Held
from talkoot.chat.access.standings import Belonging
from talkoot.kernel.slices import slices
from talkoot.kernel.types import Id

if TYPE_CHECKING:
    from talkoot.chat.access.resolution import Principal
    from talkoot.kernel.transactions import Read

_NO_ID, _NO_NUMBER = sql_cast(null(), Id), sql_cast(null(), BigInteger)
_NO_FLAG, _NO_TEXT = sql_cast(null(), Boolean), sql_cast(null(), String)
NODE, ENTRY, VERSION, BELONGS = range(4)


def _row(tag: int, *ids: Any, numbers: Any = (), flags: Any = (), texts: Any = ()) -> Any:
    """One branch of the union: 3 ids, 2 numbers, 4 flags and 2 texts, those that it lacks null."""
    columns: list[Any] = [literal_column(str(tag)).label("tag")]
    for kind, given, count, nothing in (
        ("id", ids, 3, _NO_ID),
        ("number", numbers, 2, _NO_NUMBER),
        ("flag", flags, 4, _NO_FLAG),
        ("text", texts, 2, _NO_TEXT),
    ):
        filled = [*given, *[nothing] * (count - len(given))]
        columns += [column.label(f"{kind}{place}") for place, column in enumerate(filled)]
    return select(*columns)


def _belonging(nodes: Any) -> tuple[Any, Any]:
    """Memberships and sanctions of people on these nodes."""
    users: Any = bindparam("users", expanding=True)
    member = _row(BELONGS, Membership.user_id, Membership.resource_id, Membership.role_id)
    under = _row(
        BELONGS, Sanction.user_id, Sanction.resource_id, numbers=[Sanction.until], texts=[Sanction.kind]
    )
    return (
        member.where(Membership.user_id.in_(users), Membership.resource_id.in_(nodes)),
        under.where(
            Sanction.user_id.in_(users), Sanction.resource_id.in_(nodes), Sanction.ended_at.is_(None)
        ),
    )


def _everything() -> Any:
    """From the leaves up, what is on the way, and who stands where on it."""
    leaves = select(
        Resource.id.label("leaf"),
        Resource.id.label("node"),
        Resource.parent_id.label("parent"),
        sql_cast(literal(0), BigInteger).label("height"),
    ).where(Resource.id.in_(bindparam("resources", expanding=True)))
    up = leaves.cte("up", recursive=True)
    above = aliased(Resource)
    up = up.union_all(
        select(up.c.leaf, above.id, above.parent_id, up.c.height + 1).join(above, above.id == up.c.parent)
    )
    nodes = select(up.c.node)
    lineage = (
        _row(
            NODE,
            up.c.leaf,
            up.c.node,
            Resource.workspace_id,
            numbers=[Workspace.access_version, up.c.height],
            flags=[
                Resource.archived_at.is_not(None),
                Resource.moderated,
                Resource.posts,
                func.coalesce(Resource.attentive, true()),
            ],
            texts=[Resource.kind],
        )
        .join_from(up, Resource, Resource.id == up.c.node)
        .join(Workspace, Workspace.id == Resource.workspace_id)
    )
    entries = _row(
        ENTRY,
        AccessEntry.id,
        AccessEntry.resource_id,
        AccessEntry.principal_id,
        numbers=[AccessEntry.position],
        flags=[AccessEntry.allow],
        texts=[AccessEntry.principal, AccessEntry.permissions],
    ).where(AccessEntry.resource_id.in_(nodes))
    return union_all(lineage, entries, *_belonging(nodes))


_EVERYTHING = _everything()
_versions = _row(VERSION, Workspace.id, numbers=[Workspace.access_version]).where(
    Workspace.id.in_(bindparam("workspaces", expanding=True))
)
_OF_KNOWN = union_all(_versions, *_belonging(bindparam("nodes", expanding=True)))

Facts = tuple[dict[UUID, Lineage], dict[UUID, Belonging]]


async def facts_of(read: Read, resources: Collection[UUID], users: Collection[UUID]) -> Facts:
    """The lineages of those resources that exist, and what these people belong to on them.

    Of very many people most are read behind the versions, and so are at least as new.
    """
    first, *others = slices(users)
    given = {"resources": [*resources], "users": first}
    rows = (await read.connection.execute(_EVERYTHING, given)).all()
    entries: dict[UUID, list[Any]] = defaultdict(list)
    lines: dict[UUID, list[Any]] = defaultdict(list)
    belonging = []
    for row in rows:
        if row.tag == NODE:
            lines[row.id0].append(row)
        elif row.tag == ENTRY:
            entries[row.id1].append(row)
        else:
            belonging.append(row)
    read_entries = {
        node: [_entry(row) for row in sorted(found, key=lambda row: row.number0)]
        for node, found in entries.items()
    }
    lineages = {leaf: _lineage(leaf, line, read_entries) for leaf, line in lines.items()}
    held = _held_by(first, belonging)
    for some in others:
        held |= (await _of_known(read, lineages.values(), (), some))[1]
    return lineages, held


async def belonging_along(
    read: Read, lineages: Collection[Lineage], users: Collection[UUID]
) -> tuple[dict[UUID, int], dict[UUID, Belonging]]:
    """The versions of workspaces as they are seen now, and what these people belong to on known lineages."""
    first, *others = slices(users)
    versions, held = await _of_known(read, lineages, {lineage.workspace for lineage in lineages}, first)
    for some in others:
        held |= (await _of_known(read, lineages, (), some))[1]
    return versions, held


async def _of_known(
    read: Read, lineages: Collection[Lineage], workspaces: Collection[UUID], users: Collection[UUID]
) -> tuple[dict[UUID, int], dict[UUID, Belonging]]:
    given = {
        "workspaces": [*workspaces],
        "nodes": [*{node for lineage in lineages for node in lineage.nodes}],
        "users": [*users],
    }
    rows = (await read.connection.execute(_OF_KNOWN, given)).all()
    versions = {row.id0: row.number0 for row in rows if row.tag == VERSION}
    return versions, _held_by(users, [row for row in rows if row.tag == BELONGS])


def _lineage(leaf: UUID, line: list[Any], entries: dict[UUID, list[Entry]]) -> Lineage:
    line.sort(key=lambda row: row.number1)
    lowest, nodes = line[0], tuple(row.id1 for row in line)
    return Lineage(
        leaf,
        lowest.text0,
        lowest.id2,
        lowest.number0,
        nodes,
        tuple(entry for node in nodes for entry in entries.get(node, ())),
        any(row.flag0 for row in line),
        lowest.flag1,
        lowest.flag2,
        any(row.flag3 for row in line),
    )


def _entry(row: Any) -> Entry:
    principal = cast("Principal", row.text0)
    return Entry(row.id0, row.id1, row.flag0, principal, row.id2, frozenset(row.text1.split()))


def _held_by(users: Collection[UUID], rows: Iterable[Any]) -> dict[UUID, Belonging]:
    held = {user: Belonging(user) for user in users}
    for row in rows:
        if row.text0 is None:
            held[row.id0].roles[row.id1] = row.id2
        else:
            held[row.id0].sanctions.append(Held(row.id1, row.text0, row.number0))
    return held
