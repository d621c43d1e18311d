# SPDX-License-Identifier: Apache-2.0
"""What devices tell that calls nobody: alarms that are no calls, and how their bearer is.
Shown with the device; of a bearer only on duty or in his own call."""
import socket
import time

from actors import until
from test_51_keyed import crc


def record(n, door):
    return next(x for x in n.role("dispatcher").items("/api/v1/devices?limit=500")
                if x["door"] == door and x["state"] == "bound")


def test_a_watch_tells_of_its_bearer(fresh):
    n = fresh().start()
    w = n.watch()
    d = n.role("dispatcher")
    unit = record(n, "watch")["bound_to"]
    assert not {"alarms", "readings"} & set(record(n, "watch"))
    w.fix("AL", 24.87, 67.03, status=1 << 20)  # taken off
    until(lambda: record(n, "watch").get("alarms") == ["removed"], 5, "it is shown")
    assert record(n, "watch")["alarms_at"]
    assert not d.items("/api/v1/incidents?state=open"), "and calls nobody"
    w.say("bphrt,122,73,74,0,0,0,0")
    w.say("oxygen,0,97")
    got = until(lambda: (record(n, "watch").get("readings") or {}).get("spo2_pct") and
                record(n, "watch")["readings"], 5, "readings")
    assert (got["heart_bpm"], got["systolic"], got["diastolic"], got["spo2_pct"]) == (
        74, 122, 73, 97)
    # off duty nobody is told, and nothing new is kept
    shift = "/api/v1/units/%s/shift" % unit
    d.ok("POST", shift, {"on": False})
    until(lambda: "readings" not in record(n, "watch"), 5, "off duty")
    w.say("heart,99")
    w.say("LK,1,1,51")
    until(lambda: record(n, "watch")["battery_pct"] == 51, 5, "it was heard")
    d.ok("POST", shift, {"on": True})
    assert record(n, "watch")["readings"] == got
    w.close()


def test_each_reading_has_its_own_time(fresh):
    n = fresh().start()
    w = n.watch()
    w.say("heart,74")
    was = until(lambda: record(n, "watch").get("readings"), 5, "a heart")
    assert set(was) == {"heart_bpm", "heart_at"}
    w.say("LK,50,100,80")  # steps, and no heart
    got = until(lambda: "steps" in record(n, "watch")["readings"] and
                record(n, "watch")["readings"], 5, "steps")
    assert got["steps"] == 50 and got["heart_at"] == was["heart_at"] < got["steps_at"]
    w.close()


def test_the_next_bearer_has_his_own(fresh):
    n = fresh().start()
    w, d, admin = n.watch(), n.role("dispatcher"), n.role("administrator")
    w.fix("AL", 24.87, 67.03, status=1 << 20)
    w.say("heart,74")
    mine = until(lambda: record(n, "watch").get("readings") and record(n, "watch"), 5,
                 "a heart")
    other = next(u["id"] for u in d.items("/api/v1/units?limit=500")
                 if u["id"] != mine["bound_to"])
    d.ok("POST", "/api/v1/units/%s/shift" % other, {"on": True})
    admin.ok("PATCH", "/api/v1/devices/" + mine["id"], {"bound_to": other})
    assert not {"alarms", "alarms_at", "readings"} & set(record(n, "watch"))
    w.say("heart,81")
    until(lambda: record(n, "watch").get("readings", {}).get("heart_bpm") == 81, 5, "his")
    w.close()


def test_off_duty_only_the_devices_own_alarms_are_kept(fresh):
    n = fresh().start()
    w, d = n.watch(), n.role("dispatcher")
    shift = "/api/v1/units/%s/shift" % record(n, "watch")["bound_to"]

    def alarms():
        return record(n, "watch").get("alarms")

    w.fix("AL", 24.87, 67.03, status=1 << 18)  # out of a fence
    until(lambda: alarms() == ["fence_out"], 5, "on duty")
    d.ok("POST", shift, {"on": False})
    assert alarms() is None
    w.fix("AL", 24.87, 67.03, status=1 << 20 | 1 << 17)  # taken off; battery low
    until(lambda: alarms() == ["low_battery"], 5, "the device's own")
    d.ok("POST", shift, {"on": True})
    assert alarms() == ["low_battery"], "what was told off duty was not kept"
    w.close()


def test_a_panels_burglary_is_shown_and_noted(fresh):
    n = fresh().start()
    d = record(n, "dc09")
    host, port = n.demo["doors"]["dc09"].rsplit(":", 1)

    def send(what):
        text = ('"SIA-DCS"0002L0#%s[#%s|%s]_%s' % (
            d["identity"], d["identity"], what,
            time.strftime("%H:%M:%S,%m-%d-%Y", time.gmtime()))).encode()
        with socket.create_connection((host, int(port)), 10) as s:
            s.sendall(b"\n%04X%04X%s\r" % (crc(text), len(text), text))
            assert b'"ACK"' in s.recv(4096)

    send("Nri1/BA003")
    got = until(lambda: record(n, "dc09").get("said") and record(n, "dc09"), 5, "shown")
    assert (got["said"], got["said_code"]) == ("alarm", "BA") and got["alarms"]
    send("Nri1/BA003")  # and again, until it is answered
    seen, said = 0, []
    while True:
        page = n.role("dispatcher").ok("GET", "/api/v1/events?limit=500&after=%d" % seen)
        if not page["items"]:
            break
        seen = page["items"][-1]["seq"]
        said += [e["data"] for e in page["items"] if e["type"] == "device.said"]
    assert [(e["said"], e["said_code"], e["said_zone"]) for e in said] == [
        ("alarm", "BA", 3)], "it stands among the events, once"
    n.stop()
    n.start()
    assert record(n, "dc09")["said_code"] == "BA", "and over a restart"
    host, port = n.demo["doors"]["dc09"].rsplit(":", 1)
    assert not n.role("dispatcher").items("/api/v1/incidents?state=open")
    # while the place calls, it stands in the call
    send("Nri1/PA001")
    (i,) = n.role("dispatcher").items("/api/v1/incidents?state=open")
    send("Nri1/BA004")
    until(lambda: "alarm BA" in n.role("dispatcher").get(
        "/api/v1/incidents/%s/timeline" % i["id"]).text, 5, "a note")
