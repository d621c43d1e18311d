# SPDX-License-Identifier: Apache-2.0
"""The same play at each door, with devices that speak as theirs do (devices.py): hello,
a fix, an SOS that becomes an incident, an order, the link drops, it comes back. And
what each does to a door that is not its own."""
import datetime
import socket
import struct
import time

import pytest
from actors import until
from devices import ALL, Eelink, Gt06, Minifinder2, Owntracks, Teltonika, Topin


def near(p, lat, lon):
    return p and abs(p["lat"] - lat) < 2e-5 and abs(p["lon"] - lon) < 2e-5


def record(node, d):
    return next(x for x in node.role("administrator").items("/api/v1/devices")
                if x["door"] == d.door and x["identity"] == d.identity)


def position(node, unit):
    return node.role("dispatcher").ok("GET", "/api/v1/units/" + unit).get("position")


def close_all(node, unit):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        if i.get("unit") == unit:
            node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                       {"disposition": "handled"})


@pytest.fixture(params=ALL, ids=lambda c: c.__name__)
def device(node, request):
    d = request.param(node)
    d.hello()
    d.known = record(node, d)
    d.unit = d.known["bound_to"]
    # each with streets of its own: two doors may be of one unit
    d.at = 24.85 + ALL.index(request.param) * 0.003
    yield d
    d.close()
    close_all(node, d.unit)


def moves(node, d, lat, lon, unit=None):
    """Said again until it is there: its unit's shift may not have begun yet."""
    until(lambda: near(position(node, unit or d.unit), lat, lon) or d.fix(lat, lon), 10,
          "the marker at the new place")


def test_the_play_of_a_door(node, device, live):
    d, room = device, live(node.role("board"))
    room.hello()
    moves(node, d, d.at, 67.05)
    d.sos(d.at + 0.0005, 67.0505)
    e = room.event("signal.received", unit=d.unit)
    assert e["data"]["trust"] == "verified"
    i = node.role("dispatcher").incident(e["data"]["incident"])
    assert i["priority"] == "P1" and i["state"] == "new" and i["trust"] == "verified"
    sig = next(x for x in i["signals"] if x["id"] == e["data"]["id"])
    assert sig["door"] == d.door
    if d.repeats_sos:
        assert near(sig["position"], d.at + 0.0005, 67.0505), sig
    else:  # it told no place with its call: the last good one
        assert near(sig["position"], d.at, 67.05) and "no_fix" in sig["labels"]
    # the link drops; it comes back and goes on where it was
    d.close()
    d.buf = b""
    d.connect()
    d.hello()
    moves(node, d, d.at + 0.001, 67.051)


def test_the_same_alarm_again_is_one(node, device):
    d = device
    at = time.time() - 3
    for _ in range(3):
        d.sos(d.at, 67.06, at=at)
    i = next(i for i in node.role("dispatcher").items("/api/v1/incidents?state=open")
             if i.get("unit") == d.unit)
    assert i["signals_count"] == 1, i


def state(desk, path, o):
    return next(x for x in desk.items(path) if x["id"] == o["id"])["state"]


def test_orders_reach_the_device(node, device):
    d, desk = device, node.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % d.known["id"]
    moves(node, d, d.at, 67.07)
    for kind, want in d.orders_known.items():
        body = {"kind": kind}
        if kind == "interval":
            body["seconds"] = 20
        if kind == "text":
            body["text"] = "come home"
        o = desk.ok("POST", path, body, 201)
        if d.wire == "udp":  # it can be told only while it speaks
            d.fix(d.at, 67.07)
        d.order(want)
        if isinstance(d, Topin) and kind != "ring":
            continue  # that device does not say that it heard
        until(lambda o=o: d.serve() or state(desk, path, o) == "acked", 5,
              "%s acked" % kind)


# They are there to be told, and show no texts.
@pytest.mark.parametrize("device", [c for c in ALL if c.wire == "tcp" and
                                    "text" not in c.orders_known and c is not Owntracks],
                         indirect=True, ids=lambda c: c.__name__)
def test_an_order_it_has_no_word_for_is_refused(node, device):
    d, desk = device, node.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % d.known["id"]
    moves(node, d, d.at, 67.075)
    o = desk.ok("POST", path, {"kind": "text", "text": "come home"}, 201)
    until(lambda: state(desk, path, o) == "refused", 5, "refused")


def test_an_unknown_one_is_heard_and_moves_nothing(node, live, request):
    for cls in ALL:
        room = live(node.role("dispatcher"))
        room.hello()
        name = "owntracks/x/%d" % time.time_ns() if cls is Owntracks else \
            "9" + str(time.time_ns())[-10:] if cls.door == "jt808" else \
            "97" + str(time.time_ns())[-8:] if cls.door == "h02" else \
            "97" + str(time.time_ns())[-13:]
        d = cls(node, name)
        d.hello()
        d.fix(24.4321, 67.4321)
        d.sos(24.4321, 67.4321)
        e = room.wait(lambda f, n=name: f.get("type") == "signal.received" and
                      n in str(f), 10, "%s: its SOS" % cls.__name__)
        assert e["data"]["trust"] == "unverified", cls
        assert record(node, d)["state"] == "pending"
        assert not [u for u in node.role("dispatcher").items("/api/v1/units")
                    if near(u.get("position"), 24.4321, 67.4321)], cls
        d.close()


def test_what_a_device_tells_of_itself(node):
    """Battery, signal, firmware, and when it was heard last."""
    w = node.watch()
    w.door = "watch"
    began = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
    w.fix("UD", 24.9, 67.1)  # signal 88, battery 77
    w.say("LK,2100,0,76")
    assert w.answer().endswith("*LK]")
    told = record(node, w)
    assert (told["battery_pct"], told["signal_pct"]) == (76, 88)
    assert datetime.datetime.fromisoformat(
        told["last_seen_at"].replace("Z", "+00:00")) >= began
    w.close()
    t = Topin(node)
    t.hello()
    t.say(5, 0x13, bytes([66, 23, 5, 10]))
    assert t.answer()[3] == 0x13
    told = record(node, t)
    assert (told["battery_pct"], told["firmware"]) == (66, "23")
    t.close()


def test_wrong_doors_are_named(node):
    """What each sends first, at the door of watches, and at one that waits for the end of
    what it does not know."""
    host, port = node.demo["doors"]["watch"].rsplit(":", 1)
    sent = []

    class Tape:
        def sendall(self, data):
            sent.append(data)

        def settimeout(self, t):
            raise StopIteration

    for cls in (Teltonika, Minifinder2, Eelink, Topin, Gt06):
        d = cls(node)
        d.close()
        d.sock = Tape()
        with pytest.raises(StopIteration):
            d.hello()
    sent.append(b'POST /pub HTTP/1.1\r\nContent-Length: 54\r\n\r\n'
                b'{"_type":"location","topic":"a/b","lat":24,"lon":67.1}')
    assert len(sent[-1].split(b"\r\n\r\n")[1]) == 54
    names = ["teltonika", "minifinder2", "eelink", "topin", "gt06", "owntracks"]
    for door in ("watch", "jt808", "osmand"):
        at = node.demo["doors"][door].rsplit(":", 1)
        for first, name in zip(sent, names, strict=True):
            s = socket.create_connection((at[0], int(at[1])), 10)
            s.sendall(first)
            until(lambda n=name, d=door: "a %s device is calling the %s door" % (n, d)
                  in open(node.log, errors="replace").read(), 5, name + " named")
            s.close()
    # and where an officer looks: the device waits, or stands, with its true door
    for cls in (Minifinder2, Eelink, Topin, Gt06):
        d = cls(node, "860000000000%03d" % len(cls.door))
        d.close()
        d.sock = Tape()
        with pytest.raises(StopIteration):
            d.hello()
        s = socket.create_connection((host, int(port)), 10)
        s.sendall(sent[-1])
        found = until(lambda d=d: next(
            (x for x in node.role("administrator").items("/api/v1/devices")
             if x["identity"].lstrip("0") == d.identity.lstrip("0")), None), 5, d.door)
        assert (found["door"], found["state"], found["flags"]) == (
            d.door, "pending", ["wrong_door"])
        assert "last_seen_at" not in found, "no word of it was taken"
        s.close()


def test_a_pendant_at_the_door_of_its_cousin_is_heard(node, live):
    """Topin's frames look like GT06's; at that door its SOS is heard all the same."""
    room = live(node.role("dispatcher"))
    room.hello()
    host, port = node.demo["doors"]["gt06"].rsplit(":", 1)
    s = socket.create_connection((host, int(port)), 10)
    name = "97" + str(time.time_ns())[-13:]
    s.sendall(b"xx\x0d\x01" + bytes.fromhex("0" + name) + b"\x4d\r\nxx\1\x99\r\n")
    room.wait(lambda f: f.get("type") == "signal.received" and name in str(f), 10,
              "its SOS")
    s.close()


def test_a_tracker_s_memory_is_history_only(node):
    d = Teltonika(node)
    d.hello()
    unit = record(node, d)["bound_to"]
    moves(node, d, 24.93, 67.08, unit)
    old = time.time() - 1800
    d.tell(*[d.record(24.5 + k / 1000, 67.5, old + k, 0) for k in range(20)],
           d.record(24.931, 67.081, None, 0))
    until(lambda: near(position(node, unit), 24.931, 67.081), 5, "the newest")
    # a battery that was told with it
    until(lambda: record(node, d).get("battery_pct") == 80 or d.fix(24.931, 67.081), 5)
    d.close()


def test_a_broken_length_does_not_deafen_a_pendant(node, live):
    room = live(node.role("board"))
    room.hello()
    d = Minifinder2(node)
    d.hello()
    unit = record(node, d)["bound_to"]
    d.send(struct.pack("<BBHHH", 0xab, 0x10, 9000, 0x1234, 7) + b"\1\2\3")
    d.sos(24.94, 67.09)
    room.event("signal.received", unit=unit)
    d.close()
    close_all(node, unit)
