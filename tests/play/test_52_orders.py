# SPDX-License-Identifier: Apache-2.0
"""What devices are told: queued, sent, answered; on duty or in the bearer's own
emergency; shown to the bearer. And who calls from where: the newest connection wins,
copies of a name and impossible ways are flagged, a wrong door is named."""
import socket
import time

import pytest
from actors import Watch, until


@pytest.fixture
def watch(node):
    w = node.watch()
    for _ in range(2):  # what waited since the last test comes between
        w.say("LK,50,100,80")
        w.answer()
    w.orders.clear()
    w.device = next(d for d in node.role("administrator").items("/api/v1/devices")
                    if d["identity"] == w.identity)
    yield w
    w.close()


def close_all(node, unit):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        if i.get("unit") == unit:
            node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                       {"disposition": "handled"})


def order(node, w, **body):
    return node.role("dispatcher").ok(
        "POST", "/api/v1/devices/%s/orders" % w.device["id"], body, 201)


def state(node, w, o):
    return next(x for x in node.role("dispatcher").items(
        "/api/v1/devices/%s/orders" % w.device["id"]) if x["id"] == o["id"])["state"]


def test_an_order_is_sent_and_answered(node, watch, live):
    room = live(node.role("dispatcher"))
    room.hello()
    o = order(node, watch, kind="locate")
    assert o["state"] == "queued" and o["kind"] == "locate"
    assert watch.order("CR") == "CR"
    room.event("device.order_sent", id=o["id"])
    room.event("device.order_acked", id=o["id"])
    assert state(node, watch, o) == "acked"
    for body, want in (({"kind": "interval", "seconds": 20}, "UPLOAD,20"),
                       ({"kind": "ring"}, "FIND")):
        o = order(node, watch, **body)
        assert watch.order(want.split(",")[0]) == want
        until(lambda o=o: state(node, watch, o) == "acked", 5, "acked")


def test_a_bearers_devices_are_found(node, watch):
    d, unit = node.role("dispatcher"), watch.device["bound_to"]
    found = d.items("/api/v1/devices?bound_to=" + unit)
    assert watch.device["id"] in [x["id"] for x in found]
    assert {x["bound_to"] for x in found} == {unit}
    r = d.get("/api/v1/devices?bound_to=nobody")
    assert (r.status_code, r.json()["code"]) == (400, "bad_query")
    assert node.role("site").items("/api/v1/devices?bound_to=" + unit) == []


def test_an_order_waits_for_its_device(node, watch):
    watch.close()
    o = order(node, watch, kind="text", text="آپ کہاں ہیں؟")
    again = Watch(node, watch.identity)
    again.say("LK,50,100,80")
    assert again.order("MESSAGE").startswith("MESSAGE,0622067e")
    until(lambda: state(node, watch, o) == "acked", 5, "acked")
    again.close()


def test_orders_are_refused_by_name(node, watch):
    d = node.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % watch.device["id"]
    assert d.post(path, {"kind": "listen"}).status_code == 422
    assert d.post(path, {"kind": "interval"}).json()["detail"].startswith("seconds")
    assert d.post(path, {"kind": "text"}).json()["detail"].startswith("text")
    for role in ("administrator", "responder", "board", "oversight", "site"):
        r = node.role(role).post(path, {"kind": "locate"})
        assert r.status_code in (403, 404), (role, r.text)
    phone = next(x for x in node.role("administrator").items("/api/v1/devices")
                 if x["door"] == "osmand" and x["state"] == "bound")
    o = d.ok("POST", "/api/v1/devices/%s/orders" % phone["id"], {"kind": "ring"}, 201)
    assert o["state"] == "queued", "a phone that is not there waits"


def test_nobody_off_duty_is_asked_where_he_is(node, watch):
    d, unit = node.role("dispatcher"), watch.device["bound_to"]
    path = "/api/v1/devices/%s/orders" % watch.device["id"]
    close_all(node, unit)
    d.ok("POST", "/api/v1/units/%s/shift" % unit, {"on": False})
    try:
        r = d.post(path, {"kind": "locate"})
        assert (r.status_code, r.json()["code"]) == (409, "off_duty")
        watch.fix("AL", 24.92, 67.12, status=1 << 16)
        i = until(lambda: next((x for x in d.items("/api/v1/incidents?state=open")
                                if x.get("unit") == unit), None), 10, "its SOS")
        assert d.post(path, {"kind": "locate"}).status_code == 201
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})
        assert d.post(path, {"kind": "locate"}).status_code == 409
    finally:
        d.ok("POST", "/api/v1/units/%s/shift" % unit, {"on": True})


def test_an_sos_makes_it_report_fast_and_slow_again(node, watch):
    d, unit = node.role("dispatcher"), watch.device["bound_to"]
    close_all(node, unit)
    for _ in range(2):
        watch.say("LK,50,100,80")
        watch.answer()
    watch.orders.clear()
    watch.fix("AL", 24.9213, 67.1213, status=1 << 16)  # no repeat of another test's
    assert watch.frame().endswith("*AL]"), "the alarm is answered first"
    assert watch.order("UPLOAD") == "UPLOAD,10"
    assert watch.order("CR") == "CR"
    i = next(x for x in d.items("/api/v1/incidents?state=open")
             if x.get("unit") == unit)
    assert all(x["is_automatic"] for x in d.items("/api/v1/device_orders")
               if x["device"] == watch.device["id"] and x.get("incident") == i["id"])
    node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                               {"disposition": "handled"})
    assert watch.order("UPLOAD") == "UPLOAD,300"


def test_the_bearer_sees_what_is_asked_of_him(node, watch, live):
    crew = next((node.with_token(t["token"]) for t in node.demo["tokens"]
                 if t.get("unit") == watch.device["bound_to"]), None)
    if crew is None:
        pytest.skip("no token of that unit")
    s = live(crew)
    s.hello()
    o = order(node, watch, kind="ring")
    s.event("device.ordered", id=o["id"])
    assert o["id"] in [x["id"] for x in crew.items("/api/v1/device_orders")]
    other = next(node.with_token(t["token"]) for t in node.demo["tokens"]
                 if t.get("unit") and t["unit"] != watch.device["bound_to"])
    assert o["id"] not in [x["id"] for x in other.items("/api/v1/device_orders")]


def test_the_newest_connection_is_told(node, watch):
    newer = Watch(node, watch.identity)
    newer.say("LK,50,100,81")
    newer.answer()
    order(node, watch, kind="ring")
    assert newer.order("FIND") == "FIND"
    watch.say("LK,50,100,82")  # the old one lives on and is answered
    assert watch.answer().endswith("*LK]")
    newer.close()


def test_an_impossible_way_is_flagged(node, watch):
    watch.fix("UD", 24.9, 67.1)
    watch.fix("UD", 31.5, 74.3, at=time.time() + 2)
    until(lambda: "jump" in node.role("administrator").ok(
        "GET", "/api/v1/devices/" + watch.device["id"]).get("flags", []), 5, "flagged")
    o = node.role("administrator").ok(
        "PATCH", "/api/v1/devices/" + watch.device["id"], {"flags": []})
    assert o.get("flags", []) == []


def test_a_wrong_door_is_named_and_left_open(node):
    host, port = node.demo["doors"]["watch"].rsplit(":", 1)
    s = socket.create_connection((host, int(port)), 10)
    s.sendall(b"GET /?id=77&lat=24.9&lon=67.1&timestamp=1772323200 HTTP/1.1\r\n"
              b"Host: x\r\n\r\n")
    until(lambda: "a osmand device is calling the watch door" in open(node.log, errors="replace").read(), 5,
          "named in the log")
    s.close()


def panel_line(body):
    """A line of a DC-09 panel: CRC-16 and length before it."""
    crc = 0
    for byte in body.encode():
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return ("\n%04X0%03X%s\r" % (crc, len(body), body)).encode()


def test_a_panel_calls_and_what_is_over_does_not(node, live):
    panel = next(d for d in node.demo["devices"] if d["door"] == "dc09")
    host, port = node.demo["doors"]["dc09"].rsplit(":", 1)
    room = live(node.role("dispatcher"))
    room.hello()
    s = socket.create_connection((host, int(port)), 10)
    s.settimeout(10)
    at = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime())

    def say(n, code):
        s.sendall(panel_line('"SIA-DCS"%04dL0#%s[#%s|Nri1/%s001]%s' % (
            n, panel["identity"], panel["identity"], code, at)))
        return s.recv(1000)

    assert b'"ACK"0001' in say(1, "PA")
    e = room.event("signal.received")
    assert e["data"]["site"] == panel["bound_to"]
    signals = node.role("dispatcher").incident(e["data"]["incident"])["signals_count"]
    assert b'"ACK"0002' in say(2, "PH")  # the panic is restored
    assert b'"ACK"0003' in say(3, "RP")  # a test of the line
    assert node.role("dispatcher").incident(
        e["data"]["incident"])["signals_count"] == signals
    # and they are shown as what they are: in the call, and with the panel
    told = [x["text"] for x in node.role("dispatcher").incident(e["data"]["incident"])[
        "timeline"] if x["type"] == "incident.note_added"]
    assert told == ["restored PH, area 1, zone 1", "test RP, area 1, zone 1"]
    seen = next(x for x in node.role("dispatcher").items("/api/v1/devices")
                if x["identity"] == panel["identity"])
    assert (seen["said"], seen["said_code"]) == ("test", "RP")
    assert b'"ACK"0003' in say(3, "RP")  # a repeat is answered and says nothing new
    assert len([x for x in node.role("dispatcher").incident(e["data"]["incident"])[
        "timeline"] if x["type"] == "incident.note_added"]) == 2
    s.close()
    node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % e["data"]["incident"],
                               {"disposition": "handled"})


def test_a_panel_by_datagrams(node, live):
    """The same over UDP, where an answer may be lost: what is sent again is answered again
    and is one call; a datagram that is no message is not answered and changes nothing."""
    panel = next(d for d in node.demo["devices"] if d["door"] == "dc09")
    host, port = node.demo["doors"]["dc09"].rsplit(":", 1)
    room = live(node.role("dispatcher"))
    room.hello()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect((host, int(port)))
    s.settimeout(10)

    def line(n, body):
        at = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime())
        return panel_line('"%s"%04dL0#%s[%s]%s' % (
            "SIA-DCS" if body else "NULL", n, panel["identity"],
            body and "#%s|%s" % (panel["identity"], body), at if body else ""))

    for bad in (b"", b"\n", b"junk" * 300):
        s.send(bad)
    s.send(line(0, ""))
    assert b'"ACK"0000' in s.recv(1000)
    press = line(62, "Nri1/PA001")
    for _ in range(3):
        s.send(press)
        assert b'"ACK"0062' in s.recv(1000)
    e = room.event("signal.received", door="dc09")
    assert e["data"]["site"] == panel["bound_to"]
    whole = node.role("dispatcher").incident(e["data"]["incident"])
    assert whole["signals_count"] == 1
    s.close()
    node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % e["data"]["incident"],
                               {"disposition": "handled"})


def test_silence_is_told_inside_the_promised_time(node, live):
    """A panel of a site whose class says 20 s."""
    panel = next(d for d in node.demo["devices"] if d["door"] == "dc09")
    admin = node.role("administrator")
    admin.ok("PATCH", "/api/v1/sites/" + panel["bound_to"], {"link_class_s": 20})
    room = live(node.role("dispatcher"))
    room.hello()
    host, port = node.demo["doors"]["dc09"].rsplit(":", 1)
    s = socket.create_connection((host, int(port)), 10)
    at = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime())
    s.sendall(panel_line('"NULL"0000L0#%s[]%s' % (panel["identity"], at)))
    assert s.recv(1000)
    began = time.monotonic()
    s.close()
    device = next(x["id"] for x in admin.items("/api/v1/devices")
                  if x["identity"] == panel["identity"])
    room.event("device.late", 30, id=device)
    room.event("device.lost", 30, id=device)
    assert 18 < time.monotonic() - began < 28  # a look each 5 s
    s = socket.create_connection((host, int(port)), 10)
    s.sendall(panel_line('"NULL"0000L0#%s[]%s' % (panel["identity"], at)))
    room.event("device.back", 30, id=device)
    s.close()
