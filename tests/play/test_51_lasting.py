# SPDX-License-Identifier: Apache-2.0
"""JT/T 808: the bit of a call stands until somebody confirms it. However often and over
however many connections it is told, it is one call; and the bearer's device is told that
it was heard."""
import time

import pytest
from actors import until
from devices import Jt808

SOS = 1


class Body(Jt808):
    """Says its place with the bit or without, and keeps what it is ordered."""

    def tell(self, alarms, at=None):
        self.say(0x0200, self.place(24.87, 67.03, at, alarms))
        self.owed(0x0200)


@pytest.fixture
def body(fresh):
    n = fresh().start()
    d = next(x for x in n.role("administrator").items("/api/v1/devices")
             if x["door"] == "jt808" and x["state"] == "bound")
    n.identity, n.device = d["identity"], d
    made = []

    def come():
        made.append(Body(n, d["identity"]))
        made[-1].hello()
        return made[-1]

    yield n, come
    for c in made:
        c.close()


def calls(n):
    return n.role("dispatcher").items("/api/v1/incidents?state=open")


def count(n, i):
    return n.role("dispatcher").incident(i)["signals_count"]


def test_one_call_over_all_its_connections(body):
    n, come = body
    a = come()
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    a.tell(SOS)
    a.close()
    b = come()  # the network moved on
    b.tell(SOS)
    b.tell(SOS, at=946684800)  # its clock was never set
    assert count(n, i) == 1 and len(calls(n)) == 1
    b.tell(0)  # let go
    b.tell(SOS, at=time.time() + 5)  # and pressed again
    assert count(n, i) == 2 and len(calls(n)) == 1


def test_after_the_end_of_it_a_call_is_another(body):
    """In doubt it is heard: nobody can tell whether the bit stood all the time."""
    n, come = body
    a = come()
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    a.close()
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    come().tell(SOS, at=time.time() + 5)
    until(lambda: [x["id"] for x in calls(n)] not in ([], [i]), 5, "it is heard anew")


def test_its_bearer_is_told_that_he_was_heard(body):
    n, come = body
    a = come()
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    orders = "/api/v1/devices/%s/orders" % n.device["id"]
    o = until(lambda: [x for x in n.role("dispatcher").items(orders)
                       if x["kind"] == "confirm"], 10, "a confirmation")
    assert len(o) == 1
    a.tell(SOS)
    assert a.order("8203")
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    assert len([x for x in n.role("dispatcher").items(orders)
                if x["kind"] == "confirm"]) == 1
