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
    assert record(n, "watch")["readings"]["heart_bpm"] == 74
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
    assert not n.role("dispatcher").items("/api/v1/incidents?state=open")
    # while the place calls, it stands in the call
    send("Nri1/PA001")
    (i,) = n.role("dispatcher").items("/api/v1/incidents?state=open")
    send("Nri1/BA004")
    until(lambda: "alarm BA" in n.role("dispatcher").get(
        "/api/v1/incidents/%s/timeline" % i["id"]).text, 5, "a note")
