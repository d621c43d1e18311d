# SPDX-License-Identifier: Apache-2.0
"""Things that call by their own wires: a watch, a phone. Heard, labelled, answered
when it is on the disk; unknown ones wait and move nothing; off duty nothing is kept."""
import glob
import os
import socket
import time

from actors import key, until


def device(n, identity):
    return next((x for x in n.role("administrator").items("/api/v1/devices")
                 if x["identity"] == identity), None)


def unit(n, uid):
    return n.role("dispatcher").ok("GET", "/api/v1/units/" + uid)


def near(p, lat, lon):
    return p and abs(p["lat"] - lat) < 1e-5 and abs(p["lon"] - lon) < 1e-5


def watch_of(n):
    return next(d for d in n.demo["devices"] if d["door"] == "watch")


def new_id():
    return str(7000000000 + int(time.time_ns() // 1000 % 999999999))


def test_a_watch_is_answered(node):
    w = node.watch()
    w.say("LK,50,100,80")
    assert w.answer() == "[3G*%s*0002*LK]" % w.identity
    until(lambda: device(node, w.identity).get("battery_pct") == 80, 5, "battery")
    w.close()


def test_a_watch_moves_its_unit(node, live):
    w, d = node.watch(), watch_of(node)
    s = live(node.role("dispatcher"))
    s.hello()
    # said again: at the start of a demo its unit's shift may not have begun yet
    until(lambda: near(unit(node, d["bound_to"]).get("position"), 24.912345, 67.112233)
          or w.fix("UD", 24.912345, 67.112233), 10, "the marker at the new place")
    assert unit(node, d["bound_to"])["fix_age_s"] <= 5
    s.wait(lambda f: any(x["unit"] == d["bound_to"] and
                         near(x["position"], 24.912345, 67.112233)
                         for x in f.get("fixes", [])), 5, "a live fix")
    w.close()


def test_a_watch_s_sos_is_heard_and_answered_after_it_is_durable(node, live):
    w, d = node.watch(), watch_of(node)
    s = live(node.role("board"))
    s.hello()
    before = node.role("dispatcher").ok("GET", "/api/v1/room")["seq"]
    w.fix("AL", 24.92, 67.12, status=1 << 16)
    assert w.answer() == "[3G*%s*0002*AL]" % w.identity
    seen = node.role("dispatcher").ok("GET", "/api/v1/events?after=%d" % before)["items"]
    mine = [e for e in seen if e["type"] == "signal.received" and
            e["data"].get("unit") == d["bound_to"]]
    assert mine, "it was answered, so it is in the journal"
    e = s.event("signal.received", unit=d["bound_to"])
    assert e["data"]["trust"] == "verified"
    i = node.role("dispatcher").incident(e["data"]["incident"])
    assert i["priority"] == "P1" and i["trust"] == "verified"
    sig = next(x for x in i["signals"] if x["id"] == e["data"]["id"])
    assert near(sig["position"], 24.92, 67.12) and sig["door"] == "watch"
    w.close()


def test_the_same_alarm_repeated_is_one(node):
    w = node.watch()
    at = time.time() - 5
    for _ in range(3):
        w.fix("AL", 24.93, 67.13, status=1 << 16, at=at)
        w.answer()
    unit_id = watch_of(node)["bound_to"]
    i = next(i for i in node.role("dispatcher").items("/api/v1/incidents?state=open")
             if i.get("unit") == unit_id)
    got = [x for x in node.role("dispatcher").incident(i["id"])["signals"]
           if near(x.get("position"), 24.93, 67.13)]
    assert len(got) == 1, got
    w.close()


def test_an_unknown_device_waits_is_heard_and_moves_nothing(node, live):
    s = live(node.role("dispatcher"))
    s.hello()
    w = node.watch(new_id())
    w.say("LK")
    assert w.answer() == "[3G*%s*0002*LK]" % w.identity
    e = s.event("device.seen_first")
    dev = device(node, w.identity)
    assert dev["id"] == e["data"]["id"] and dev["state"] == "pending"
    assert dev["trust"] == "unverified" and "bound_to" not in dev
    w.fix("UD", 24.5, 67.5)
    w.fix("AL", 24.5, 67.5, status=1 << 16)
    assert w.answer().endswith("AL]")
    e = s.wait(lambda f: f.get("type") == "signal.received" and w.identity in str(f),
               5, "its SOS")
    assert e["data"]["trust"] == "unverified" and "unverified" in e["data"]["labels"]
    assert not [u for u in node.role("dispatcher").items("/api/v1/units")
                if near(u.get("position"), 24.5, 67.5)]
    # capped: it rings once
    i = e["data"]["incident"]
    for k in range(3):
        w.fix("AL", 24.5, 67.5, status=1 << 16, at=time.time() + 60 + k)
        w.answer()
    got = node.role("dispatcher").incident(i)
    assert got["signals_count"] == 4 and got["trust"] == "unverified"
    # an administrator binds it; from then on it moves the unit
    u = node.role("responder", 8).unit
    a = node.role("administrator")
    r = node.role("dispatcher").patch("/api/v1/devices/" + dev["id"], {"bound_to": u})
    assert r.status_code == 403
    b = a.ok("PATCH", "/api/v1/devices/" + dev["id"], {"bound_to": u})
    assert b["state"] == "bound" and b["bound_to"] == u and b["trust"] == "unverified"
    s.event("device.bound", id=dev["id"])
    w.fix("UD", 24.511, 67.511)
    until(lambda: near(unit(node, u).get("position"), 24.511, 67.511) or
          w.fix("UD", 24.511, 67.511), 8, "the unit's marker")
    a.ok("PATCH", "/api/v1/devices/" + dev["id"], {"trust": "verified"})
    w.fix("AL", 24.511, 67.511, status=1 << 16)
    w.answer()
    s.wait(lambda f: f.get("type") == "signal.received" and
           f["data"].get("unit") == u and f["data"]["trust"] == "verified", 5)
    # revoked: still heard, as unverified; moves nothing
    a.ok("PATCH", "/api/v1/devices/" + dev["id"], {"state": "revoked"})
    n = len(s.events())
    w.fix("AL", 24.6, 67.6, status=1 << 16, at=time.time() + 100)
    w.answer()
    e = s.wait(lambda f: f.get("type") == "signal.received" and
               f["seq"] > s.events()[n - 1]["seq"] and
               near(f["data"].get("position"), 24.6, 67.6), 5, "still heard")
    assert e["data"]["trust"] == "unverified"
    assert not near(unit(node, u).get("position"), 24.6, 67.6)
    w.close()


def test_a_phone_moves_its_unit(node):
    d = next(d for d in node.demo["devices"] if d["door"] == "osmand")
    assert node.osmand(d["identity"], lat=24.95, lon=67.15, speed=10, bearing=90) == 200

    def there():
        u = unit(node, d["bound_to"])
        return near(u.get("position"), 24.95, 67.15) and u

    u = until(lambda: there() or node.osmand(d["identity"], lat=24.95, lon=67.15) != 200,
              5)
    assert 0 <= u["fix_age_s"] <= 5
    assert node.osmand("unknown-" + key(), lat=24.95, lon=67.15) == 200
    assert node.osmand(d["identity"], lat=99, lon=67.15) in (200, 400)
    assert not near(unit(node, d["bound_to"])["position"], 99, 67.15)


def test_old_and_impossible_fixes_move_no_marker(node):
    d = watch_of(node)
    w = node.watch()
    w.fix("UD", 24.95, 67.16)
    until(lambda: near(unit(node, d["bound_to"]).get("position"), 24.95, 67.16) or
          w.fix("UD", 24.95, 67.16), 8)
    w.fix("UD2", 24.1, 67.1, at=time.time() - 3600)  # from its memory
    w.fix("UD", 24.2, 67.2, at=time.time() - 7200)  # a clock two hours late
    w.fix("UD", 24.3, 67.3, at=time.time() + 7200)  # and one two hours ahead
    w.say("LK")
    w.answer()
    assert near(unit(node, d["bound_to"])["position"], 24.95, 67.16)
    w.close()


def test_a_tablet_s_fixes(node):
    crew = node.role("responder", 9)
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    fix = {"unit": crew.unit, "at": now, "position": {"lat": 24.97, "lon": 67.17}}
    r = crew.post("/api/v1/fixes", {"fixes": [fix]})
    assert r.status_code == 202
    until(lambda: near(unit(node, crew.unit).get("position"), 24.97, 67.17) or
          crew.post("/api/v1/fixes", {"fixes": [dict(fix, at=time.strftime(
              "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()))]}).status_code != 202, 8)
    other = node.role("responder", 10).unit
    assert crew.post("/api/v1/fixes", {"fixes": [dict(fix, unit=other)]}
                     ).status_code == 422
    for bad in ({"fixes": 5}, {"fixes": [5]}, {"fixes": [dict(fix, at="now")]},
                {"fixes": [dict(fix, position={"lat": 99, "lon": 0})]}):
        assert crew.post("/api/v1/fixes", bad).status_code == 422
    d = node.role("dispatcher")
    t = d.ok("GET", "/api/v1/units/%s/track?reason=case+7" % crew.unit)
    assert t["type"] == "Feature" and t["geometry"]["type"] == "LineString"
    assert [67.17, 24.97] in t["geometry"]["coordinates"]
    r = d.get("/api/v1/units/%s/track" % crew.unit)
    assert r.status_code == 422 and r.json()["code"] == "needs_reason"
    assert node.role("site").get("/api/v1/units/%s/track?reason=x" % crew.unit
                                 ).status_code == 404


def test_boards_that_come_together_are_told_all_and_then_who_moved(fresh, live):
    """Many at once, some of which go while they are told: each of the others has all."""
    n = fresh()
    n.start()
    crew = n.role("responder", 3)
    until(lambda: "position" in unit(n, crew.unit), 20)
    first = live(n.role("dispatcher"))
    first.wait(lambda f: "fixes" in f, 8)
    all_of = {u["id"] for u in n.role("dispatcher").ok("GET", "/api/v1/units?limit=500")
              ["items"] if u["shift"]["on"] and "position" in u}
    boards = [live(n.role("board" if k % 3 else "dispatcher")) for k in range(150)]
    for s in boards[::7]:
        s.close()
    stay = [s for k, s in enumerate(boards) if k % 7]
    mission = live(n.role("site"))
    for s in stay:
        s.wait(lambda f: all_of <= {x["unit"] for x in f.get("fixes", [])}, 8, "all fixes")
    crew.ok("POST", "/api/v1/fixes", {"fixes": [{
        "unit": crew.unit, "at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "position": {"lat": 24.815151, "lon": 67.035353}}]})
    for s in stay + [first]:
        s.wait(lambda f: any(x["unit"] == crew.unit and
                             near(x["position"], 24.815151, 67.035353)
                             for x in f.get("fixes", [])), 8, "the one that moved")
    assert not any("fixes" in f for f in mission.frames)


def test_off_duty_nothing_is_kept(fresh):
    n = fresh()
    n.start()
    d, crew = n.role("dispatcher"), n.role("responder", 3)
    until(lambda: "position" in unit(n, crew.unit), 20)
    crew.ok("POST", "/api/v1/units/%s/shift" % crew.unit, {"on": False})
    s = d.live()
    s.hello()
    s.wait(lambda f: "fixes" in f, 8)
    fix = {"unit": crew.unit, "at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z",
                                                  time.gmtime()),
           "position": {"lat": 25.123456, "lon": 68.654321}}
    r = crew.post("/api/v1/fixes", {"fixes": [fix]})
    assert r.status_code == 202
    u = unit(n, crew.unit)
    assert u["state"] == "off_duty" and "position" not in u
    other = n.role("responder", 4)
    other.ok("POST", "/api/v1/fixes", {"fixes": [dict(fix, unit=other.unit, position={
        "lat": 24.444444, "lon": 67.444444})]})
    s.wait(lambda f: any(x["unit"] == other.unit for x in f.get("fixes", [])[:50]) and
           f["_came"] > time.monotonic() - 5, 8)
    assert not any(x["unit"] == crew.unit and near(x["position"], 25.123456, 68.654321)
                   for f in s.frames for x in f.get("fixes", []))
    t = d.ok("GET", "/api/v1/units/%s/track?reason=x" % crew.unit)
    assert [68.654321, 25.123456] not in t["geometry"]["coordinates"]
    s.close()
    n.stop()
    n.start()
    t = n.role("dispatcher").ok("GET", "/api/v1/units/%s/track?reason=x" % crew.unit)
    assert [68.654321, 25.123456] not in t["geometry"]["coordinates"]
    assert "position" not in unit(n, crew.unit)
    assert glob.glob(os.path.join(n.data, "*"))


def test_places_and_tracks_survive_a_kill(fresh):
    n = fresh()
    n.start()
    crew = n.role("responder", 2)

    def put():
        crew.ok("POST", "/api/v1/fixes", {"fixes": [{
            "unit": crew.unit, "position": {"lat": 24.8765, "lon": 67.0765},
            "at": time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) +
            "%03dZ" % (time.time() * 1000 % 1000)}]})
        return [67.0765, 24.8765] in n.role("dispatcher").ok(
            "GET", "/api/v1/units/%s/track?reason=x" % crew.unit)["geometry"][
                "coordinates"]

    until(put, 8, "in the history")
    time.sleep(0.4)  # fixes alone may be up to 250 ms ahead of the disk (law 1)
    n.kill()
    n.start()
    t = n.role("dispatcher").ok("GET", "/api/v1/units/%s/track?reason=x" % crew.unit)
    assert [67.0765, 24.8765] in t["geometry"]["coordinates"]
    assert "position" in unit(n, crew.unit)


def test_junk_on_the_doors_harms_nobody(node):
    junk = [b"", b"\x00" * 5000, b"[3G*", b"[3G*1*FFFF*" + b"A" * 70000, b"]" * 1000,
            b"[3G*9600000001*0000*]", b"GET /?id= HTTP/1.1\r\n\r\n", os.urandom(20000),
            b"[3G*" + b"9" * 500 + b"*0002*LK]", b"[" * 70000]
    for door in ("watch", "osmand"):
        host, port = node.demo["doors"][door].rsplit(":", 1)
        for j in junk:
            s = socket.create_connection((host, int(port)), 5)
            s.settimeout(0.05)
            try:
                s.sendall(j)
                s.recv(1000)
            except OSError:
                pass
            s.close()
    w = node.watch()
    w.say("LK")
    assert w.answer().endswith("LK]")
    w.close()


def test_a_stolen_identity_cannot_cancel_or_close(node):
    """Anyone can say that he is that watch: what it says raises, never lowers."""
    i = node.role("site", 20).press()["incident"]
    w = node.watch()
    for word in ("CR", "POWEROFF", "RESET", "CANCEL", "AL,0,0,V", "SOS1,0",
                 "MONITOR,+92", "UD"):
        w.say(word)
    w.say("LK")
    while not w.answer().endswith("LK]"):
        pass
    assert node.role("dispatcher").incident(i)["state"] == "new"
    w.close()


def test_many_devices_at_once(node):
    socks = [node.watch() for _ in range(100)]
    for w in socks:
        w.say("LK")
    for w in socks:
        assert w.answer().endswith("LK]")
    for w in socks:
        w.close()
