"""What is said to the tables of the index on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import text

from talkoot.chat.search.documents import CHANGING, FROM_TEXTS

_MESSAGE = f"""m.id, m.room_id, m.sender_id, m.thread_id, m.ts,
    CASE WHEN m.deleted_at IS NULL THEN m.text END AS text, m.attachments, m.poll,
    m.pinned_at IS NOT NULL AS pinned,
    CASE WHEN m.attachments IS NOT NULL THEN (SELECT sum(t.characters) {FROM_TEXTS} m.id) END AS inside"""

# What is derived may be lost with the power, as long as its position is lost with it. Whoever is frozen in
# the middle must not keep the next one from taking over.
HURRY = text(
    "SELECT set_config('synchronous_commit', 'off', true),"
    " set_config('idle_in_transaction_session_timeout', '10000', true)"
)
# Who takes over waits until this transaction has ended.
STILL_OURS = text("SELECT true FROM leases WHERE name = 'search' AND holder = :holder FOR SHARE")
STATE = text("SELECT version, scanned, complete FROM search_state")
KNOWS_TOO_MUCH = text(
    "SELECT EXISTS (SELECT FROM search_positions p LEFT JOIN logs l ON l.id = p.room_id"
    " WHERE p.seq > coalesce(l.head, 0))"
)
EMPTY = text("TRUNCATE search_documents, search_slices, search_positions, search_state")
AT_HEADS = text("INSERT INTO search_positions (room_id, seq) SELECT id, head FROM logs")
BEGIN = text(
    "INSERT INTO search_state (id, version, scanned, complete) VALUES (1, :version, :scanned, false)"
)
BEHIND = text(
    "SELECT l.id FROM logs l LEFT JOIN search_positions p ON p.room_id = l.id"
    " WHERE l.head > coalesce(p.seq, 0)"
)
TEXTS = text(f"SELECT t.text {FROM_TEXTS} :message ORDER BY f.id")
SCAN = text(f"SELECT {_MESSAGE} FROM messages m WHERE m.id > :message ORDER BY m.id LIMIT :limit")  # noqa: S608 - constant
CHANGES = text(
    f"""SELECT e.log, e.seq, e.expired, {_MESSAGE}
    FROM unnest(CAST(:rooms AS uuid[])) AS wanted (room)
    LEFT JOIN search_positions p ON p.room_id = wanted.room
    CROSS JOIN LATERAL (
        SELECT log, seq, subject, type, CASE WHEN type = 'messages.expired' THEN body END AS expired
        FROM events
        WHERE log = wanted.room AND seq > coalesce(p.seq, 0) ORDER BY seq LIMIT :limit
    ) e
    LEFT JOIN messages m ON m.id = e.subject
        AND e.type IN {CHANGING}
    ORDER BY e.log, e.seq LIMIT :limit"""  # noqa: S608 - constant
)
EXPIRED = text(
    f"""SELECT {_MESSAGE} FROM events e JOIN messages m ON m.id = e.id
    WHERE e.log = :room AND e.seq > :after AND e.seq <= :through AND e.type = 'message.created'"""  # noqa: S608 - constant
)
FORGET = text("DELETE FROM search_documents WHERE message_id = ANY(CAST(:messages AS uuid[]))")
INSERT = text(
    """INSERT INTO search_documents (place, message_id, room_id, tokens)
    SELECT place, message, room, CAST(tokens AS tsvector)
    FROM unnest(CAST(:places AS bigint[]), CAST(:messages AS uuid[]), CAST(:rooms AS uuid[]),
                CAST(:tokens AS text[])) AS new (place, message, room, tokens)
    ON CONFLICT (place) DO NOTHING RETURNING message_id"""
)
NEWEST_SLICE = text("SELECT number, first_place, documents FROM search_slices ORDER BY number DESC LIMIT 1")
SLICE_OF = text(
    "SELECT number FROM search_slices WHERE first_place <= :place ORDER BY first_place DESC LIMIT 1"
)
PUT_SLICE = text(
    "INSERT INTO search_slices (number, first_place, documents) VALUES (:number, :first_place, :documents)"
    " ON CONFLICT (number) DO UPDATE SET documents = excluded.documents"
)
MOVE = text(
    """INSERT INTO search_positions (room_id, seq)
    SELECT * FROM unnest(CAST(:rooms AS uuid[]), CAST(:seqs AS bigint[]))
    ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq"""
)
SCANNED = text("UPDATE search_state SET scanned = :scanned, complete = :complete")

# A search must not read the whole table, whatever the planner thinks of the words, and must end.
CAREFULLY = text(
    "SELECT set_config('statement_timeout', :milliseconds, true), set_config('enable_seqscan', 'off', true),"
    " set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)"
)
SLICES = text(
    "SELECT number, first_place FROM search_slices WHERE first_place < :before ORDER BY first_place DESC"
)
_THERE = "place < :before AND place >= :since AND room_id = ANY(CAST(:rooms AS uuid[]))"
FIND = text(
    f"""WITH matching AS MATERIALIZED (
        SELECT place, message_id, room_id FROM search_documents WHERE tokens @@ CAST(:query AS tsquery)
    )
    SELECT place, message_id FROM matching WHERE {_THERE} ORDER BY place DESC LIMIT :limit"""  # noqa: S608 - constant
)
FIND_ALL = text(
    f"SELECT place, message_id FROM search_documents WHERE {_THERE} ORDER BY place DESC LIMIT :limit"  # noqa: S608 - constant
)
