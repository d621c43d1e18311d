# SPDX-License-Identifier: Apache-2.0
"""`kumak bench device` as an officer uses it (docs/operator/devices.md): each simulated
device at its door of a running node, SOS and all, and many at once."""
import json
import subprocess

import pytest
from actors import KUMAK, SLOW, die_with_us, until

DOORS = ["watch", "gt06", "jt808", "h02", "osmand", "owntracks", "teltonika",
         "minifinder2", "eelink", "topin", "dc09", "sms"]  # mqtt: test_55_mqtt.py


def bench(*args, timeout=60):
    return subprocess.run([KUMAK, "bench", "device", *map(str, args)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout * SLOW, preexec_fn=die_with_us)


def known(node, door):
    return next(d for d in node.demo["devices"] if d["door"] == door)


def settle(node):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})


def test_every_door_has_one():
    r = subprocess.run([KUMAK, "bench"], text=True, capture_output=True)
    assert r.returncode == 2
    for door in DOORS:
        assert "\n  %s " % door in r.stderr, door


@pytest.mark.parametrize("door", DOORS)
def test_one_calls_for_help(node, live, door):
    room = live(node.role("board"))
    room.hello()
    r = bench("--door", door, "--to", node.demo["doors"][door], "--identity",
              known(node, door)["identity"], "--at", "24.87,67.03", "--sos")
    assert r.returncode == 0, r.stdout + r.stderr
    assert "the SOS is taken" in r.stdout
    out = json.loads(r.stdout.splitlines()[-1])
    assert out["sos"] == out["sos_answered"] == 1 and out["lost"] == 0
    e = room.event("signal.received", door=door)
    assert e["data"]["trust"] in ("verified", "unverified")
    settle(node)


def test_an_order_is_heard_and_done(node):
    d = known(node, "gt06")
    p = subprocess.Popen([KUMAK, "bench", "device", "--door", "gt06", "--to",
                          node.demo["doors"]["gt06"], "--identity", d["identity"],
                          "--seconds", str(8 * SLOW)], text=True,
                         stdout=subprocess.PIPE, preexec_fn=die_with_us)
    try:
        assert "says first words" in p.stdout.readline()
        # while it calls nobody, only its unit's duty allows an order
        item = next(x for x in node.role("administrator").items("/api/v1/devices")
                    if x["door"] == "gt06" and x["identity"] == d["identity"])

        def ask():
            return node.role("dispatcher").call(
                "POST", "/api/v1/devices/%s/orders" % item["id"],
                {"kind": "locate"}).status_code == 201
        until(ask, 5, "an order for one on duty")
        for line in p.stdout:
            if "is ordered: WHERE#" in line:
                break
        else:
            raise AssertionError("it never heard the order")
        p.wait(20 * SLOW)
        assert p.returncode == 0
    finally:
        p.kill()
        p.wait()


def test_many_unknown_ones_call_at_once(fresh):
    node = fresh("--still")
    node.start()
    r = bench("--door", "watch", "--to", node.demo["doors"]["watch"], "--identity",
              "7300000000", "--count", 200, "--over", 1, "--sos")
    out = json.loads(r.stdout.splitlines()[-1])
    assert r.returncode == 0, r.stdout + r.stderr
    assert out["devices"] == out["sos_answered"] == 200 and out["lost"] == 0
    assert out["sos_ack_us"]["p50"] <= out["sos_ack_us"]["p99"]


def test_what_is_wrong_is_said():
    for args, words in (((), "--door is wanted"), (("--door", "pigeon"), "no simulator"),
                        (("--door", "watch", "--at", "91,0"), "LAT,LON"),
                        (("--door", "watch", "--count", "0"), "1 to 19000"),
                        (("--door", "watch", "--to", "nowhere"), "HOST:PORT"),
                        (("--door", "watch", "--sos", "--every"), "wants a value")):
        r = bench(*args)
        assert r.returncode == 2 and words in r.stderr, (args, r.stderr)
    r = bench("--door", "gt06", "--to", "127.0.0.1:1", "--seconds", 1)
    assert r.returncode == 1 and "refused" in r.stdout, r.stdout
