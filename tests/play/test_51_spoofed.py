# SPDX-License-Identifier: Apache-2.0
"""A thousand tries to speak under the name of an officer's watch while it is there: each
is flagged, and none moves, calls as, silences or stops his unit."""
import random
import re
import socket
import struct
import time

from actors import Watch, until

TRIES = 1000


class Fake(Watch):
    """The same name from another address."""

    def __init__(self, node, identity, address):
        host, port = node.demo["doors"]["watch"].rsplit(":", 1)
        self.identity = identity
        self.sock = socket.create_connection((host, int(port)), 10,
                                             source_address=(address, 0))
        self.buf, self.orders = b"", []


def open_calls(node):
    return node.role("dispatcher").items("/api/v1/incidents?state=open")


def flagged_from(node):
    """Where from somebody else spoke under a name."""
    return set(re.findall(r"second_address .* now=(\S+)",
                          open(node.log, errors="replace").read()))


def test_a_thousand_copies_of_a_name_change_nothing(node):
    d, admin = node.role("dispatcher"), node.role("administrator")
    w = node.watch()
    device = next(x for x in admin.items("/api/v1/devices")
                  if x["identity"] == w.identity)
    admin.ok("PATCH", "/api/v1/devices/" + device["id"],
             {"trust": "verified", "flags": []})
    unit = "/api/v1/units/" + device["bound_to"]
    for i in open_calls(node):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})
    at = d.ok("GET", unit).get("position") or {"lat": 24.9, "lon": 67.1}
    w.fix("UD", at["lat"] + 0.0001, at["lon"])
    w.say("LK,50,100,80")
    w.answer()
    was = until(lambda: d.ok("GET", unit).get("position"), 10, "its place")
    before = flagged_from(node)
    spoofs = random.Random(3)
    for k in range(TRIES):
        if k % 50 == 0:
            w.say("LK,50,100,80")  # the true one speaks
            assert w.answer().endswith("*LK]")
        f = Fake(node, w.identity, "127.1.%d.%d" % (k // 250, 1 + k % 250))
        lat, lon = 24 + spoofs.random(), 67 + spoofs.random()
        if k % 10 == 0:  # it calls, too
            f.fix("AL", lat, lon, status=1 << 16)
        else:
            f.fix("UD", lat, lon, at=time.time() + k % 7)
        f.say("LK,1,1,1")
        while not f.answer().endswith("*LK]"):
            pass
        assert not f.orders, "nothing is told to a copy"
        f.close()
    assert len(flagged_from(node) - before) == TRIES
    assert "second_address" in admin.ok(
        "GET", "/api/v1/devices/" + device["id"])["flags"]
    o = d.ok("GET", unit)
    assert o["position"]["lat"] == was["lat"] and o["position"]["lon"] == was["lon"]
    calls = [i for i in open_calls(node) if i.get("unit") == device["bound_to"]]
    assert len(calls) <= 1 and all(i["trust"] == "unverified" for i in calls), calls
    # and the true one is heard as itself
    w.fix("AL", at["lat"] + 0.0002, at["lon"], status=1 << 16)
    until(lambda: any(i.get("unit") == device["bound_to"] and i["trust"] == "verified"
                      for i in open_calls(node)), 10, "its own call")
    for i in open_calls(node):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})
    admin.ok("PATCH", "/api/v1/devices/" + device["id"],
             {"trust": device["trust"], "flags": []})
    w.close()


def test_a_copy_writes_nothing_of_the_device(fresh):
    """Neither how its bearer is, nor its battery; and an SOS that a copy tells without
    end takes nothing from the bearer's own."""
    n = fresh().start()
    d, admin = n.role("dispatcher"), n.role("administrator")
    w = n.watch()
    path = "/api/v1/devices/" + next(x["id"] for x in admin.items("/api/v1/devices")
                                     if x["identity"] == w.identity)
    admin.ok("PATCH", path, {"trust": "verified"})
    w.say("heart,74")
    w.say("LK,50,100,80")
    was = until(lambda: "steps" in admin.ok("GET", path).get("readings", {}) and
                admin.ok("GET", path), 5, "its own")
    f = Fake(n, w.identity, "127.77.0.1")
    f.say("heart,190")
    f.fix("UD", 24.1, 66.9, status=1 << 16 | 1 << 18)
    f.say("LK,1,1,3")
    while not f.answer().endswith("*LK]"):
        pass
    now = admin.ok("GET", path)
    for key in ("readings", "battery_pct", "alarms"):
        assert now.get(key) == was.get(key), key
    assert [i["trust"] for i in open_calls(n)] == ["unverified"], "it is heard, though"
    w.fix("UD", 24.87, 67.03, status=1 << 16)
    until(lambda: any(i["trust"] == "verified" for i in open_calls(n)), 10, "his own")
    assert d.ok("GET", "/api/v1/units/" + was["bound_to"])["position"]["lat"] != 24.1
    f.close()
    w.close()


def test_another_networks_address_soon_after_is_flagged(node):
    """The true watch is gone, and a copy takes its place: it has the seat, and somebody
    is told to look. The same operator's next address is no news, nor is one whose name
    a secret or a network of one's own backs."""
    admin = node.role("administrator")
    identity = next(d["identity"] for d in node.demo["devices"] if d["door"] == "watch")
    device = next(x for x in admin.items("/api/v1/devices")
                  if x["identity"] == identity)
    path = "/api/v1/devices/" + device["id"]

    def come(address):
        f = Fake(node, identity, address)
        f.say("LK,50,100,80")
        while not f.answer().endswith("*LK]"):
            pass
        f.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        f.close()  # the link drops; the door has seen it when it answers this
        return flags()

    def flags():
        return admin.ok("GET", path).get("flags", [])

    def here(trust):
        """It is here again, from an address that is its own."""
        admin.ok("PATCH", path, {"trust": "verified"})
        come("127.0.0.1")
        admin.ok("PATCH", path, {"trust": trust, "flags": []})

    try:
        here("unverified")
        assert come("127.0.9.9") == []
        assert come("127.66.0.1") == ["second_address"]
        here("verified")
        assert come("127.66.0.1") == []
    finally:
        here(device["trust"])


def test_one_that_closed_and_comes_back_from_elsewhere_is_itself(node):
    """A phone that leaves Wi-Fi, a watch that its operator gives a new address: it said
    that it goes, so what comes next is no second one, and its call is its own. One whose
    first connection still stands is another's."""
    admin, d = node.role("administrator"), node.role("dispatcher")
    identity = next(d["identity"] for d in node.demo["devices"] if d["door"] == "watch")
    device = next(x for x in admin.items("/api/v1/devices")
                  if x["identity"] == identity)
    path = "/api/v1/devices/" + device["id"]

    def come(address):
        f = Fake(node, identity, address)
        f.say("LK,50,100,80")
        while not f.answer().endswith("*LK]"):
            pass
        return f

    for i in open_calls(node):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})
    admin.ok("PATCH", path, {"trust": "verified", "flags": []})
    try:
        first = come("127.0.0.1")
        first.close()
        for k in range(20):  # to and fro, at once
            moved = come("127.66.0.%d" % (1 + k))
            assert admin.ok("GET", path).get("flags", []) == [], k
            if k < 19:
                moved.close()
        moved.fix("AL", 24.87, 67.03, status=1 << 16)
        while not moved.answer().endswith("*AL]"):
            pass
        assert any(i.get("unit") == device["bound_to"] and i["trust"] == "verified"
                   for i in open_calls(node))
        come("127.77.0.1").close()  # and moved is still here
        assert "second_address" in admin.ok("GET", path)["flags"]
        moved.close()
    finally:
        for i in open_calls(node):
            node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                       {"disposition": "handled"})
        admin.ok("PATCH", path, {"trust": device["trust"], "flags": []})


def test_the_newest_connection_has_the_name(fresh):
    """A watch that connects anew without having closed: what the room orders goes to the
    newest, also after the old one spoke once more, and from another address as well."""
    node = fresh().start()
    admin, d = node.role("administrator"), node.role("dispatcher")
    identity = next(d["identity"] for d in node.demo["devices"] if d["door"] == "watch")
    device = next(x for x in admin.items("/api/v1/devices")
                  if x["identity"] == identity)
    path = "/api/v1/devices/" + device["id"]
    admin.ok("PATCH", path, {"trust": "unverified"})
    links = []

    def come(address):
        links.append(Fake(node, identity, address))
        speak(links[-1])

    def speak(f):
        f.say("LK,50,100,80")
        while not f.answer().endswith("*LK]"):
            pass

    def hears():
        """Who is told what is ordered."""
        o = d.ok("POST", path + "/orders", {"kind": "locate"}, 201)
        until(lambda: next(x for x in d.items(path + "/orders")
                           if x["id"] == o["id"])["state"] != "queued", 10, "sent")
        told = []
        for k, f in enumerate(links):
            speak(f)
            told += [k] * f.orders.count("CR")
            f.orders.clear()
        return told

    try:
        come("127.0.0.1"), come("127.0.0.1")
        assert hears() == [1]  # and then both spoke
        assert hears() == [1]
        assert admin.ok("GET", path).get("flags", []) == []
        come("127.88.0.1")
        assert hears() == [2]
        assert hears() == [2]
        assert admin.ok("GET", path)["flags"] == ["second_address"]
    finally:
        for f in links:
            f.close()
