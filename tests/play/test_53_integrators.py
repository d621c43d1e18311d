# SPDX-License-Identifier: Apache-2.0
"""A program of somebody else's that speaks for a device: it has a token of that device,
calls for help and tells where it is, over plain HTTP. It sees what becomes of its own
call, and nothing else."""
import time

import pytest
from actors import key, until


def now(at=None):
    at = time.time() if at is None else at
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(at)) + "%03dZ" % (
        at * 1000 % 1000)


def near(p, lat, lon):
    return p and abs(p["lat"] - lat) < 1e-5 and abs(p["lon"] - lon) < 1e-5


@pytest.fixture
def box(node):
    """A device of an integrator, bound to a unit, and its program."""
    admin = node.role("administrator")
    unit = node.role("responder", 11).unit
    d = admin.ok("POST", "/api/v1/devices", {
        "door": "http", "identity": "cad-" + key()[:8], "bound_to": unit}, 201)
    t = admin.ok("POST", "/api/v1/tokens", {
        "role": "device", "device": d["id"], "label": "the other desk"}, 201)
    c = node.with_token(t["token"])
    c.device, c.unit, c.token_id = d, unit, t["id"]
    yield c
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        if i.get("unit") == unit:
            node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                       {"disposition": "handled"})


def fix(box, lat, lon, at=None, **more):
    return dict({"device": box.device["id"], "at": now(at),
                 "position": {"lat": lat, "lon": lon}}, **more)


def position(node, unit):
    return node.role("dispatcher").ok("GET", "/api/v1/units/" + unit).get("position")


def test_its_fixes_move_its_unit(node, box, live):
    room = live(node.role("dispatcher"))
    room.hello()

    def there():
        return near(position(node, box.unit), 24.871, 67.033) or box.ok(
            "POST", "/api/v1/fixes", {"fixes": [
                fix(box, 24.87, 67.03, time.time() - 1),
                fix(box, 24.871, 67.033, speed_mps=4, course_deg=90)]}, 202) is None

    until(there, 10, "the marker")
    room.wait(lambda f: any(x["unit"] == box.unit and near(x["position"], 24.871, 67.033)
                            for x in f.get("fixes", [])), 10, "a live fix")
    d = node.role("administrator").ok("GET", "/api/v1/devices/" + box.device["id"])
    assert d["link"] == "live"


def test_bad_fixes_are_named(node, box):
    other = node.role("responder", 10).unit
    good = fix(box, 24.87, 67.03)
    for bad in (dict(good, device=None), dict(good, unit=other), dict(good, at="now"),
                dict(good, position={"lat": 99, "lon": 0}),
                dict(good, device=next(d["id"] for d in node.demo["devices"]))):
        bad = {k: v for k, v in bad.items() if v is not None}
        if "device" not in bad:
            continue
        r = box.post("/api/v1/fixes", {"fixes": [good, bad]})
        assert r.status_code == 422 and r.json()["detail"].startswith("fixes[1]"), bad
    # without a name it is its own
    good.pop("device")
    assert box.post("/api/v1/fixes", {"fixes": [good]}).status_code == 202
    assert box.post("/api/v1/fixes", {"fixes": [good] * 1001}).status_code == 422


def test_its_call_is_an_incident_and_followed(node, box, live):
    room = live(node.role("board"))
    room.hello()
    k = key()
    p = box.post("/api/v1/sos", {"key": k, "kind": "medical", "message": "man down",
                                 "position": {"lat": 24.872, "lon": 67.034}})
    assert p.status_code == 201
    p = p.json()
    assert p["trust"] == "verified"
    e = room.event("signal.received", id=p["signal"])
    assert e["data"]["unit"] == box.unit
    again = box.post("/api/v1/sos", {"key": k})
    assert again.status_code == 200 and again.json()["signal"] == p["signal"]
    node.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % p["incident"])
    until(lambda: "acknowledged" in box.stages(p["signal"]), 5, "its stages")
    # and no other's
    mine = node.role("site").press()
    assert box.get("/api/v1/sos/" + mine["signal"]).status_code == 404


def test_it_sees_nothing_else(node, box):
    paths = ["/api/v1/" + w for w in (
        "incidents", "units", "sites", "devices", "agencies", "accounts", "tokens",
        "channels", "events?after=0", "room", "people", "export", "advisories")]
    for path in paths + ["/api/v1/devices/" + box.device["id"],
                         "/api/v1/units/" + box.unit]:
        r = box.get(path)
        assert r.status_code in (403, 404), (path, r.status_code, r.text[:200])
    assert box.post("/api/v1/devices/%s/orders" % box.device["id"],
                    {"kind": "locate"}).status_code in (403, 404)


def test_it_has_no_live_line(node, box):
    """Refused as one, before anything is open."""
    r = box.get("/api/v1/live", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    assert (r.status_code, r.json()["code"]) == (403, "not_allowed")
    assert "/api/v1/sos/" in r.json()["detail"]


def test_a_token_fits_to_its_device(node, box):
    admin = node.role("administrator")
    for bad in ({"role": "device"}, {"role": "device", "device": box.unit},
                {"role": "dispatcher", "device": box.device["id"]},
                {"role": "device", "device": box.device["id"], "unit": box.unit}):
        r = admin.post("/api/v1/tokens", dict(bad, label="x"))
        assert r.status_code == 422, (bad, r.text)
    for role in ("dispatcher", "responder", "site"):
        r = node.role(role).post("/api/v1/tokens", {
            "role": "device", "device": box.device["id"], "label": "x"})
        assert r.status_code in (403, 404), role


def test_what_is_revoked_is_heard_and_moves_nothing(node, box):
    admin = node.role("administrator")
    admin.ok("PATCH", "/api/v1/devices/" + box.device["id"], {"state": "revoked"})
    assert box.post("/api/v1/fixes", {"fixes": [fix(box, 24.6, 67.6)]}
                    ).status_code in (401, 403)
    p = box.post("/api/v1/sos", {"key": key()})
    assert p.status_code == 201 and p.json()["trust"] == "unverified"
    admin.ok("PATCH", "/api/v1/tokens/" + box.token_id, {"state": "revoked"})
    assert box.post("/api/v1/fixes", {"fixes": [fix(box, 24.6, 67.6)]}
                    ).status_code == 401
    p = box.post("/api/v1/sos", {"key": key()})
    assert p.status_code == 201 and p.json()["trust"] == "unverified"
    assert not near(position(node, box.unit), 24.6, 67.6)


def test_a_call_without_a_place_has_the_last_good_one(node, box, live):
    room = live(node.role("dispatcher"))
    room.hello()
    until(lambda: near(position(node, box.unit), 24.8812, 67.0412) or box.ok(
        "POST", "/api/v1/fixes", {"fixes": [fix(box, 24.8812, 67.0412)]}, 202) is None,
        10, "the marker")
    o = box.press(message="no sky here")
    e = room.event("signal.received", id=o["signal"])["data"]
    assert near(e["position"], 24.8812, 67.0412)
    assert "no_fix" in e["labels"] and any(x.startswith("last_place:") for x in e["labels"])


def test_a_jump_is_flagged(node, box):
    admin = node.role("administrator")

    def moved_to(lat, lon):
        return near(position(node, box.unit), lat, lon) or box.ok(
            "POST", "/api/v1/fixes", {"fixes": [fix(box, lat, lon)]}, 202) is None

    until(lambda: moved_to(24.87, 67.03), 10, "the marker")
    until(lambda: moved_to(31.5, 74.3), 10, "a place a thousand kilometres on")
    assert "jump" in admin.ok("GET", "/api/v1/devices/" + box.device["id"])["flags"]
    until(lambda: moved_to(24.87, 67.03), 10, "and back")
