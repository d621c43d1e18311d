# SPDX-License-Identifier: Apache-2.0
"""JT/T 808: the bit of a call stands until somebody confirms it. However often and over
however many connections it is told, it is one call; and the bearer's device is told that
it was heard."""
import os
import time

import pytest
from actors import until
from devices import Jt808

SOS = 1
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class Body(Jt808):
    """Says its place with the bit or without, and keeps what it is ordered."""

    def tell(self, alarms, at=None):
        self.say(0x0200, self.place(24.87, 67.03, at, alarms))
        self.owed(0x0200)


class Deaf(Body):
    def done(self, got):
        pass


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


def confirms(n):
    return [x for x in n.role("dispatcher").items(
        "/api/v1/devices/%s/orders" % n.device["id"]) if x["kind"] == "confirm"]


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
    assert len(until(lambda: confirms(n), 10, "a confirmation")) == 1
    a.tell(SOS)
    assert a.order("8203")
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    assert len(confirms(n)) == 1


def test_once_he_was_told_he_may_press_again(body):
    """Before any place without the bit: his light went out, so it is another press."""
    n, come = body
    a = come()
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    assert a.order("8203")
    until(lambda: [x["state"] for x in confirms(n)] == ["acked"], 10, "told")
    a.tell(SOS, at=time.time() + 20)
    assert count(n, i) == 2 and len(calls(n)) == 1
    a.tell(SOS, at=time.time() + 30)
    assert count(n, i) == 2, "and that one lasts too"


def test_one_off_duty_is_told_that_he_was_heard(body):
    n, come = body
    a = come()
    n.role("dispatcher").ok("POST", "/api/v1/units/%s/shift" % n.device["bound_to"],
                            {"on": False})
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    assert a.order("8203")


@pytest.mark.shipped
def test_who_was_out_of_reach_is_told_when_he_is_back(fresh, tmp_path):
    """The order of then is void after ten minutes: there is another, and one more when
    the call is over, until he was told."""
    if not os.path.exists(FAKETIME):
        pytest.skip("no libfaketime")
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    n = fresh(env={"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(clock),
                   "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                   "DONT_FAKE_MONOTONIC": "1"}).start()
    n.device = next(x for x in n.role("administrator").items("/api/v1/devices")
                    if x["door"] == "jt808" and x["state"] == "bound")
    a = Body(n, n.device["identity"])
    a.hello()
    a.tell(SOS)
    (i,) = [x["id"] for x in calls(n)]
    a.close()
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    until(lambda: confirms(n), 10, "an order")
    clock.write_text("+11m\n")
    until(lambda: [x["state"] for x in confirms(n)] == ["expired"], 15, "it is void")
    b = Deaf(n, n.device["identity"])  # is told, and does not answer
    b.hello()
    b.tell(SOS, at=time.time() + 660)
    assert count(n, i) == 1
    until(lambda: sorted(x["state"] for x in confirms(n)) == ["expired", "sent"], 10,
          "again")
    b.close()
    clock.write_text("+22m\n")
    until(lambda: [x["state"] for x in confirms(n)] == ["expired"] * 2, 15, "void too")
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    c = Body(n, n.device["identity"])
    c.hello()
    assert c.order("8203")
    c.close()
