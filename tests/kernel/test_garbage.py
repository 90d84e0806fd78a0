"""The garbage collector's walks: short, and yet nothing stays for ever."""

import json
import subprocess
import sys

_PROGRAM = """
import gc, json
gc.disable()
program = [[n] for n in range(100_000)]
from talkoot.garbage import set_aside_what_stays

walked, rings = [], []

class Ring:
    alive = 0
    def __init__(self):
        self.me = self
        Ring.alive += 1
    def __del__(self):
        Ring.alive -= 1

def begin(phase, walk):
    if phase == "start" and walk["generation"] == 2:
        walked.append(sum(len(gc.get_objects(n)) for n in range(3)))

set_aside_what_stays()
gc.callbacks.insert(0, begin)
most = 0
for turn in range(60):  # each makes rings that outlive a walk, and then are let go
    rings.extend(Ring() for _ in range(20_000))
    gc.collect()
    if turn % 4 == 3:
        rings.clear()
    most = max(most, Ring.alive)
for _ in range(3):
    gc.collect()
print(json.dumps({"walked": walked, "made": 60 * 20_000, "most": most, "left": Ring.alive}))
"""


def test_walks_see_what_is_new_and_rings_that_lasted_are_freed_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=120
    )
    told = json.loads(done.stdout)
    short = [objects for objects in told["walked"] if objects < 100_000]
    assert len(short) > len(told["walked"]) * 0.8, told
    assert len(short) < len(told["walked"]), "Never was all looked at again."
    assert told["most"] < told["made"] / 2, told
