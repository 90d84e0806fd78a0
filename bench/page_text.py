"""What the page says in every run."""

INTRODUCTION = """# Performance

Written by `python -m bench page` from what `make bench` and `python -m bench peers` measured; change
those, not this page. What is measured is the whole program as people run it: authentication, permission
check, a durable log with sequence numbers, a log of requests; only the rate limits are off. **Every
message is committed (SQLite with `synchronous=FULL`, PostgreSQL with `fsync`) before it is acknowledged
or delivered.**
"""
NO_PEERS = "Nobody else was measured yet: `python -m bench peers`.\n"
SIDE_BY_SIDE = """## Side by side

Measured by `python -m bench peers` in one run: the same machine, the same cores, the same load generator.
It reads Talkoot and the send limit in C, the others, whose protocols differ, in Python: where that took more
than 85% of its core, the figure has a †. *Stored* is in the list below: some keep nothing. Memory and CPU
are of the whole process tree, with its PostgreSQL and Redis. *Light* is 30% of each one's own saturated
rate.
"""
ABOUT_GENERATOR = """## The load generator

How we know that it is not what limits: it has a core for itself, and its own CPU time is kept with each
sample; the tables above have its share. It reads in C (`bench/reader.c`), and yet looks at the `seq` of every
event that it counts. What it could do if no server were slower is measured in the same run, against a server
of C that does nothing but send. Among many members it naps for 50 µs after few events, so that it does not
wake up for each of them: latencies are told up to that much too long.
"""
HOW = """## How it is measured

- *CPU* is user and system time of the server's whole process tree, divided by what was done. The server
  has core 0 for itself, the load generator core 1.
- *Measured* is the median of the repeats, with the lowest and the highest behind it.
- W1 is one room, all members online, 200-byte texts, 8 publishers; *saturated*: each keeps 16 messages
  under way; *light*: 30% of the saturated rate. A server that joins what it sends has a high saturated
  rate, and 30% of it is no small load; so there is a third window, at the rate that is *light* for the
  send limit.
- The *send limit* is `bench/reference/send_loop.c`: one `send()` for each message and member and nothing
  else, no storage, measured in the same run with frames of the same size. A server that joins what a
  connection is owed within a tick of its loop can be below it.
- W2 is people who send and wait for the answer; what is divided by is their messages, and the deliveries to
  the others in the room are in the price.
- W3 is the resident memory of the process, less what it was with nobody connected after a few had come and
  gone.
- W4 asks for the same page again and again, 16 requests under way, while nobody writes: the *last page* comes
  from memory, as it does as long as a room is in use; *50 from the middle* come from the database each time.
- W5 is people who have their access token already, so nobody's password is checked; 100 are on their way in
  at a time.
- W6 is one who searches, one search after the other, for words as common as they are in the messages. Those
  are made up (of 50,000 words by Zipf's law, 3 to 30 in each) and put into the database past the server.
- Every member counts what it gets; a run in which one of them misses an event, gets one twice, or out of
  order, fails.
- On PostgreSQL the database has the same core as Talkoot; its CPU is told beside.
"""
PICTURES = {
    "latency.svg": "Latency of deliveries, in percentiles",
    "fanout.svg": "CPU per delivery against the members of the room",
    "sends.svg": "Durable messages a second against senders",
    "memory.svg": "Memory against connections",
    "peers.svg": "All servers side by side",
}
