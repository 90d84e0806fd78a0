"""Stacks that py-spy saw become a picture of what was at work."""

from xml.etree import ElementTree as ET

from bench.flames import draw, tree
from bench.profiling import busy

RAW = """? (libc);Thread.run (threading.py:1);work (a.py:1);0x7f00 (libc) 3
? (libc);Thread.run (threading.py:1);work (a.py:1);0x7f11 (libc) 2
? (libc);Thread.run (threading.py:1);wait (a.py:2);PyThread_acquire_lock_timed (l);futex (libc) 90
main (m.py:1);uv_run (core.c:1);read (b.py:1) 5
main (m.py:1);uv_run (core.c:1);uv__io_poll (linux.c:1);epoll_pwait (libc) 70
"""


def test_who_waits_is_not_at_work() -> None:
    assert busy(RAW) == {
        "Thread.run (threading.py:1);work (a.py:1);? (libc)": 5,
        "uv_run (core.c:1);read (b.py:1)": 5,
    }


def test_a_flame_graph_has_a_box_for_each_frame() -> None:
    stacks = busy(RAW)
    assert tree(stacks).number == 10
    drawn = ET.fromstring(draw(stacks, "before: <all>"))  # noqa: S314 - our own
    titles = [title.text for title in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert sorted(filter(None, titles)) == [
        "? (libc) (50.0%)",
        "Thread.run (threading.py:1) (50.0%)",
        "read (b.py:1) (50.0%)",
        "uv_run (core.c:1) (50.0%)",
        "work (a.py:1) (50.0%)",
    ]
