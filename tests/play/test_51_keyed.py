# SPDX-License-Identifier: Apache-2.0
"""A device that was given a key is believed by its key: what somebody without it writes
under its name is heard, and is a stranger's word."""
import json
import socket
import subprocess
import time

import pytest
import requests

KEY = "000102030405060708090a0b0c0d0e0f"


def crc(b):
    v = 0
    for x in b:
        v ^= x
        for _ in range(8):
            v = v >> 1 ^ 0xa001 if v & 1 else v >> 1
    return v


class Panel:
    """SIA DC-09, sealed with KEY or not; one connection a message."""

    def __init__(self, node, account):
        self.address = node.demo["doors"]["dc09"].rsplit(":", 1)
        self.account, self.n = account, 0

    def send(self, what, token, is_sealed, age_s=0):
        self.n += 1
        stamp = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime(time.time() - age_s))
        head = '"%s%s"%04dL0#%s[' % ("*" * is_sealed, token, self.n, self.account)
        if is_sealed:
            inner = "|" + what + "]" + stamp
            inner = "x" * (-len(inner) % 16) + inner
            body = subprocess.run(
                ["openssl", "enc", "-aes-128-cbc", "-K", KEY, "-iv", "0" * 32, "-nopad"],
                input=inner.encode(), capture_output=True, check=True
            ).stdout.hex().upper()
        else:
            body = (what if token == "NULL" else "#%s|%s" % (self.account, what))
            body += "]" + stamp
        text = (head + body).encode()
        with socket.create_connection((self.address[0], int(self.address[1])), 10) as s:
            s.sendall(b"\n%04X%04X%s\r" % (crc(text), len(text), text))
            return s.recv(4096)

    def panic(self, zone, is_sealed, **more):
        return self.send("Nri1/PA%03d" % zone, "SIA-DCS", is_sealed, **more)


@pytest.fixture
def keyed(fresh):
    n = fresh().start()
    a, site = n.role("administrator"), n.site(0)["id"]
    for door, identity in (("dc09", "E701"), ("owntracks", "owntracks/guard/phone")):
        key = KEY if door == "dc09" else KEY * 2
        a.ok("POST", "/api/v1/devices", {"door": door, "identity": identity, "key": key,
                                         "bound_to": site, "trust": "verified"})
    return n


def record(n, identity):
    (d,) = [x for x in n.role("administrator").items("/api/v1/devices?limit=500")
            if x["identity"] == identity]
    return d


def test_a_panel_is_believed_by_its_key_alone(keyed, live):
    n, panel = keyed, Panel(keyed, "E701")
    room = live(n.role("dispatcher"))
    room.hello()

    seen = set()

    def heard(trust):
        e = room.wait(lambda f: f.get("type") == "signal.received" and
                      f["data"]["id"] not in seen, what="a call")["data"]
        seen.add(e["id"])
        assert e["trust"] == trust, e
        n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % e["incident"],
                                {"disposition": "handled"})

    # somebody who knows the account: no sign of life, and a stranger's call
    panel.send("", "NULL", False)
    assert "last_seen_at" not in record(n, "E701")
    assert b'"ACK"' in panel.panic(99, False)
    heard("unverified")
    panel.panic(98, True, age_s=300)  # a message of before, played again
    heard("unverified")
    panel.send("Nri1/PH099", "SIA-DCS", False)  # a restore, said by nobody
    d = record(n, "E701")
    assert "last_seen_at" not in d and "said_code" not in d, d
    # itself
    assert b"*ACK" in panel.panic(1, True)
    heard("verified")
    assert record(n, "E701")["last_seen_at"]


def test_a_phone_with_a_key_is_believed_by_its_key_alone(keyed, live):
    n = keyed
    room = live(n.role("dispatcher"))
    room.hello()
    says = {"_type": "location", "lat": 24.9, "lon": 67.1, "tst": int(time.time()),
            "t": "u", "poi": "SOS"}
    r = requests.post("http://%s/pub" % n.demo["doors"]["owntracks"], data=json.dumps(says),
                      headers={"X-Limit-U": "guard", "X-Limit-D": "phone"}, timeout=10)
    assert r.status_code == 200
    e = room.event("signal.received", door="owntracks")["data"]
    assert e["trust"] == "unverified"
    assert "last_seen_at" not in record(n, "owntracks/guard/phone")
