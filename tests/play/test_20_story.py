# SPDX-License-Identifier: Apache-2.0
"""The story that the product is for: a press, a board, a person, a unit, a close;
with its clocks, its proof, and what happens when nobody answers."""
import json
import subprocess

import pytest
from actors import KUMAK, key, until


@pytest.fixture(scope="module")
def story(program, tmp_path_factory):
    """A city whose ladder and offers run in seconds."""
    from actors import Node
    n = Node(str(tmp_path_factory.mktemp("story")))
    n.start()
    a = n.role("administrator")
    for c in a.items("/api/v1/run_cards"):
        a.ok("PATCH", "/api/v1/run_cards/" + c["id"], {
            "offer_timeout_s": 2, "supervisor_s": 3, "duty_officer_s": 5,
            "repeat_s": 3, "undispatched_s": 4, "province_s": 9})
    until(lambda: sum("position" in u for u in n.role("dispatcher").items(
        "/api/v1/units")) >= 12, 20, "fresh units")
    yield n
    n.done()


def offer(n, iid, *units, **kw):
    return n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/assignments" % iid,
                                   dict(kw, units=list(units)), 201)["items"]


def status(c, aid, s, **kw):
    return c.ok("POST", "/api/v1/assignments/%s/status" % aid, dict(kw, status=s))


def step(c, iid, verb, body=None):
    return c.ok("POST", "/api/v1/incidents/%s/%s" % (iid, verb), body or {})


def close(n, iid, disposition="handled"):
    return step(n.role("supervisor"), iid, "close", {"disposition": disposition})


def escalation(f, iid):
    """What an event says of the ladder of that incident."""
    if f.get("type") != "incident.escalated" or f["data"]["incident"] != iid:
        return {}
    return f["data"]["escalation"]


def test_press_to_close(story, live):
    n = story
    site, d, sup = n.role("site"), n.role("dispatcher"), n.role("supervisor")
    crew = n.role("responder", 0)
    board, desk, own = live(n.role("board")), live(d), live(site)
    tablet = live(crew)
    for s in (board, desk, own, tablet):
        s.hello()
    board.send({"sound": {"unlocked": True}})
    until(lambda: d.ok("GET", "/api/v1/room")["consoles"]["sound"] == 1)

    o = site.press(message="مدد shots at the gate", language="en",
                   position={"lat": 24.81, "lon": 67.03, "accuracy_m": 12})
    i, sig = o["incident"], o["signal"]
    e = board.event("incident.raised", id=i)
    assert e["data"]["priority"] == "P1" and e["data"]["site"] == site.site
    e = board.event("signal.received", signal=sig)
    assert e["data"]["message"] == "مدد shots at the gate" and e["data"]["incident"] == i
    own.event("signal.received", signal=sig)
    assert site.stages(sig) == ["received"]

    board.send({"presented": {"incident": i}})
    desk.event("incident.presented", id=i)
    board.send({"presented": {"incident": i}})

    a = step(d, i, "acknowledge")
    assert a["state"] == "acknowledged" and a["acknowledged_by"]["name"]
    r = sup.post("/api/v1/incidents/%s/acknowledge" % i)
    assert r.status_code == 409 and r.json()["code"] == "already_acknowledged"
    assert a["acknowledged_by"]["name"] in r.json()["detail"], "and says who"
    board.event("incident.acknowledged", id=i)
    own.event("incident.acknowledged", id=i)
    assert site.stages(sig) == ["received", "acknowledged"]

    rec = d.ok("GET", "/api/v1/incidents/%s/recommendations?limit=5" % i)
    assert 0 < len(rec["items"]) <= 5
    for x in rec["items"]:
        assert x["reasons"] and x["method"] and x["distance_m"] >= 0 and x["eta_s"] >= 0
        assert x["fix_age_s"] >= 0
    eta = [x["eta_s"] for x in rec["items"]]
    assert eta == sorted(eta) or any(len(x["reasons"]) > 1 for x in rec["items"])

    unit = crew.unit
    (x,) = offer(n, i, unit)
    assert x["unit"] == unit and x["state"] == "offered"
    tablet.event("assignment.offered", id=x["id"])
    (mine,) = crew.items("/api/v1/assignments?state=open")
    assert mine["id"] == x["id"] and mine["incident_card"]["number"] == o["number"]
    assert mine["incident_card"]["site"] == d.incident(i)["site"]
    assert d.incident(i)["state"] == "acknowledged", "an offer is no dispatch"
    assert site.stages(sig) == ["received", "acknowledged"]
    status(crew, x["id"], "accepted", key="k1")
    status(crew, x["id"], "accepted", key="k1")
    own.event("assignment.accepted", incident=i)
    assert d.incident(i)["state"] == "active"
    u = d.ok("GET", "/api/v1/units/" + unit)
    assert u["state"] == "busy" and u["busy_as"] == "accepted"
    status(crew, x["id"], "en_route")
    status(crew, x["id"], "on_scene")
    r = crew.post("/api/v1/assignments/%s/status" % x["id"], {"status": "accepted"})
    assert r.status_code == 409 and r.json()["code"] == "cannot_go_back"
    got = [s for s in site.stages(sig) if s != "unit_near"]
    assert got == ["received", "acknowledged", "unit_accepted", "on_scene"]

    step(d, i, "notes", {"text": "suspects left to the west"})
    desk.event("incident.note_added", incident=i)
    step(d, i, "callback", {"outcome": "confirmed_real", "challenge_ok": True,
                            "phone": "+92 21 1"})
    r = d.post("/api/v1/incidents/%s/close" % i, {"disposition": "handled"})
    assert r.status_code == 403 and r.json()["code"] == "needs_supervisor"
    c = step(sup, i, "close", {"disposition": "handled", "note": "done"})
    assert c["state"] == "closed" and c["disposition"] == "handled"
    own.event("incident.closed", id=i)
    assert site.stages(sig)[-1] == "closed"
    assert d.ok("GET", "/api/v1/units/" + unit)["state"] == "available"

    full = d.incident(i)
    m = full["milestones"]
    order = ["raised", "presented", "acknowledged", "offered", "dispatched", "en_route",
             "on_scene", "cleared", "closed"]
    assert list(m) == order, m
    assert [m[k] for k in order] == sorted(m.values())
    types = [t["type"] for t in full["timeline"]]
    assert types.count("incident.presented") == 1
    assert types.count("assignment.accepted") == 1
    assert [t["seq"] for t in full["timeline"]] == sorted(t["seq"]
                                                          for t in full["timeline"])
    rep = sup.ok("GET", "/api/v1/reports/response_times?by=site")
    for k in ("presentation", "answering", "processing", "turnout", "travel", "total"):
        assert rep["intervals"][k]["count"] >= 1, k
        assert rep["intervals"][k]["p95_s"] >= 0
    assert [g for g in rep["groups"] if g["key"] == site.site]
    # nothing that was closed can be worked on
    for verb, body in (("close", {"disposition": "handled"}), ("acknowledge", {}),
                       ("notes", {"text": "x"}), ("assignments", {"units": [unit]})):
        r = sup.post("/api/v1/incidents/%s/%s" % (i, verb), body)
        assert r.status_code == (201 if verb == "notes" else 409) or \
            verb == "notes", (verb, r.text)
    step(sup, i, "reopen")
    assert d.incident(i)["state"] == "active"
    close(n, i)


def test_two_dispatchers_one_wins(story):
    n = story
    i = n.role("site", 2).press()["incident"]
    import concurrent.futures
    who = [n.role("dispatcher"), n.role("supervisor"), n.role("duty_officer")] * 2
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        got = sorted(pool.map(lambda c: n.with_token(c.token).post(
            "/api/v1/incidents/%s/acknowledge" % i).status_code, who))
    assert got == [200] + [409] * 5
    close(n, i)


def test_an_offer_times_out_and_comes_back(story, live):
    n = story
    d = n.role("dispatcher")
    desk = live(d)
    desk.hello()
    i = n.role("site", 3).press()["incident"]
    crew = n.role("responder", 1)
    (x,) = offer(n, i, crew.unit)
    e = desk.event("assignment.timed_out", 6, id=x["id"])
    assert e["data"]["incident"] == i
    r = crew.post("/api/v1/assignments/%s/status" % x["id"], {"status": "accepted"})
    assert r.status_code == 409 and r.json()["code"] == "offer_ended"
    assert d.ok("GET", "/api/v1/units/" + crew.unit)["state"] == "available"
    (y,) = offer(n, i, crew.unit)
    status(crew, y["id"], "declined")
    assert d.incident(i)["state"] == "acknowledged"
    (z,) = offer(n, i, crew.unit)
    status(crew, z["id"], "accepted")
    assert d.incident(i)["state"] == "active"
    close(n, i)


def test_nobody_answers_and_it_climbs(story, live):
    n = story
    desk = live(n.role("dispatcher"))
    desk.hello()
    desk.send({"sound": {"unlocked": True}})
    until(lambda: n.role("dispatcher").ok("GET", "/api/v1/room")["consoles"]["sound"])
    i = n.role("site", 4).press()["incident"]
    t0 = desk.event("incident.raised", id=i)["_came"]
    at = {}
    for k in (1, 2, 3):
        e = desk.wait(lambda f: escalation(f, i).get("step") == k, 8, "step %d" % k)
        at[k] = e["_came"] - t0
    assert abs(at[1] - 3) < 0.7 and abs(at[2] - 5) < 0.7 and abs(at[3] - 8) < 0.7, at
    assert n.role("dispatcher").incident(i)["escalation"]["step"] == 3
    step(n.role("dispatcher"), i, "acknowledge")
    # taken but not sent: the duty officer again
    desk.wait(lambda f: escalation(f, i).get("text") == "undispatched", 8,
              "undispatched")
    close(n, i)


def test_nobody_to_hear_it_is_said_to_the_sender(story):
    n = story
    until(lambda: not n.role("dispatcher").ok("GET", "/api/v1/room")["consoles"]["sound"])
    r = n.role("site", 5).post("/api/v1/sos", {"key": key()}).json()
    assert r["telephone"] is True and r["phone"]
    until(lambda: n.role("dispatcher").incident(r["incident"]).get("escalation"), 3,
          "straight to the second path")
    close(n, r["incident"])


def paged(c, path, limit):
    out, after = [], None
    for _ in range(200):
        o = c.ok("GET", "%s?limit=%d%s" % (path, limit,
                                           "&after=" + after if after else ""))
        assert len(o["items"]) <= limit
        out += o["items"]
        after = o["next"]
        if after is None:
            return out
        assert len(o["items"]) == limit, "a page with a next one is full"
    raise AssertionError("pages without end")


def test_pages_of_a_timeline_leave_nothing_out(story):
    """Also for the owner, who sees only some of it."""
    n = story
    d, site = n.role("dispatcher"), n.role("site", 14)
    i = site.press()["incident"]
    for k in range(12):
        step(d, i, "notes", {"text": "n", "to_owner": k % 5 == 4})
        if k % 4 == 0:
            site.press()
    step(d, i, "acknowledge")
    close(n, i)
    for c in (d, site):
        whole = c.incident(i)
        for limit in (1, 2, 3, 5, 500):
            p = "/api/v1/incidents/" + i
            assert paged(c, p + "/timeline", limit) == whole["timeline"], limit
            assert paged(c, p + "/signals", limit) == whole["signals"], limit
    assert len(site.incident(i)["timeline"]) < len(d.incident(i)["timeline"])
    assert site.incident(i)["timeline"][-1]["type"] == "incident.closed"


def test_a_second_person_rings_again(story, live):
    n = story
    d = n.role("dispatcher")
    desk = live(d)
    desk.hello()
    site = n.role("site", 6)
    o = site.press()
    step(d, o["incident"], "acknowledge")
    o2 = site.press()
    assert o2["incident"] == o["incident"]
    assert d.incident(o["incident"])["unacknowledged"] is False, "the same person"
    a = n.role("administrator")
    v = a.ok("POST", "/api/v1/invitations", {"site": site.site, "label": "second"}, 201)
    e = n.nobody().ok("POST", "/api/v1/enrolments", {"code": v["code"]}, 201)
    o3 = n.with_token(e["token"]).press()
    assert o3["incident"] == o["incident"]
    desk.event("incident.unacknowledged", id=o["incident"])
    full = d.incident(o["incident"])
    assert full["unacknowledged"] is True
    assert full["signals_count"] == 3 and full["people_count"] == 2
    assert sorted(r["count"] for r in full["roll"]) == [1, 2]
    # an unverified one raises nothing louder
    step(d, o["incident"], "acknowledge")
    n.nobody().press(site=site.site)
    assert d.incident(o["incident"])["unacknowledged"] is False
    close(n, o["incident"])


def test_a_unit_that_cannot_go_is_named_and_none_is_sent(story):
    n = story
    d = n.role("dispatcher")
    i = n.role("site", 7).press()["incident"]
    good, bad = n.role("responder", 2).unit, n.role("responder", 3)
    d.ok("PATCH", "/api/v1/units/" + bad.unit, {"out_of_service": True, "reason": "tyre"})
    r = d.post("/api/v1/incidents/%s/assignments" % i, {"units": [good, bad.unit]})
    name = d.ok("GET", "/api/v1/units/" + bad.unit)["callsign"]
    assert r.status_code == 409 and name in r.json()["detail"]
    assert d.incident(i)["assignments"] == []
    (x,) = offer(n, i, good, bad.unit, partial=True)
    assert x["unit"] == good
    r = d.post("/api/v1/incidents/%s/assignments" % i, {"units": ["khi.u.999999"]})
    assert r.status_code == 409
    d.ok("PATCH", "/api/v1/units/" + bad.unit, {"out_of_service": False})
    close(n, i)


def test_two_assignments_stay_apart_and_a_shift_waits(story):
    n = story
    d, crew = n.role("dispatcher"), n.role("responder", 4)
    i1 = n.role("site", 8).press()["incident"]
    i2 = n.role("site", 9).press()["incident"]
    (a1,), (a2,) = offer(n, i1, crew.unit), offer(n, i2, crew.unit)
    status(crew, a1["id"], "on_scene")
    status(crew, a2["id"], "accepted")
    r = crew.post("/api/v1/units/%s/shift" % crew.unit, {"on": False})
    assert r.status_code == 409
    status(crew, a1["id"], "cleared")
    u = d.ok("GET", "/api/v1/units/" + crew.unit)
    assert u["state"] == "busy" and u["assignments"] == [a2["id"]]
    status(d, a2["id"], "cleared", by="voice")
    assert d.ok("GET", "/api/v1/assignments/" + a2["id"])["by"] == "voice"
    assert crew.ok("POST", "/api/v1/units/%s/shift" % crew.unit,
                   {"on": False})["state"] == "off_duty"
    crew.ok("POST", "/api/v1/units/%s/shift" % crew.unit, {"on": True})
    close(n, i1)
    close(n, i2)


def test_a_status_is_its_unit_s_or_by_voice(story):
    n = story
    d, crew, other = (n.role("dispatcher"), n.role("responder", 5),
                      n.role("responder", 6))
    i = n.role("site", 10).press()["incident"]
    (x,) = offer(n, i, crew.unit)
    path = "/api/v1/assignments/%s/status" % x["id"]
    assert other.post(path, {"status": "accepted"}).status_code == 404
    assert n.role("site", 10).post(path, {"status": "accepted"}).status_code == 404
    assert n.role("board").post(path, {"status": "accepted",
                                       "by": "voice"}).status_code == 403
    r = d.post(path, {"status": "accepted"})
    assert r.status_code == 403 and r.json()["code"] == "needs_voice"
    assert crew.post(path, {"status": "cancelled"}).status_code == 403
    status(d, x["id"], "accepted", by="voice")
    status(d, x["id"], "cancelled", by="voice")
    assert d.incident(i)["assignments"][0]["state"] == "cancelled"
    close(n, i)


def test_why_not_the_first_unit_is_asked_after_the_offer(story, live):
    n = story
    d, crew = n.role("dispatcher"), n.role("responder", 5)
    site = n.role("site", 10)

    def counted():
        o = n.role("supervisor").ok("GET", "/api/v1/reports/response_times")["offers"]
        return o["count"], o["overrides"]

    was, why = counted()
    i = site.press()["incident"]
    (x,) = offer(n, i, crew.unit)
    path = "/api/v1/assignments/%s/reason" % x["id"]
    ears, room = [live(c) for c in (crew, site)], live(n.role("board"))
    for s in ears + [room]:
        s.hello()
    for c, status_ in ((crew, 403), (n.role("board"), 403), (site, 404),
                       (n.role("responder", 6), 404), (n.role("oversight"), 404)):
        assert c.post(path, {"reason": "crew_rest"}).status_code == status_, c.who
    for bad in ({}, {"reason": "mood"}, {"reason": "other"},
                {"reason": "other", "note": "x" * 401}):
        assert d.post(path, bad).status_code == 422, bad
    o = d.ok("POST", path, {"reason": "not_free"})
    assert o["state"] == "offered" and o["expires_at"] == x["expires_at"]
    d.ok("POST", path, {"reason": "not_free"})
    o = d.ok("POST", path, {"reason": "other", "note": "HELD-BY-A-CROWD"})
    assert o["override_reason"] == "other" and o["override_note"] == "HELD-BY-A-CROWD"
    room.event("assignment.explained", id=x["id"], override_reason="other")
    said = [(e["text"], e.get("note")) for e in d.incident(i)["timeline"]
            if e["type"] == "assignment.explained"]
    assert said == [("not_free", None), ("other", "HELD-BY-A-CROWD")]
    assert counted() == (was + 1, dict(why, other=why["other"] + 1))
    # the offer goes on as it was, and is let go in its time
    status(crew, x["id"], "accepted")
    mine = crew.ok("GET", "/api/v1/assignments/" + x["id"])
    assert "override_reason" not in mine and "override_note" not in mine
    close(n, i)
    for s in ears:
        s.wait(lambda f: f.get("type") in ("incident.closed", "assignment.cleared",
                                           "assignment.cancelled"), 5)
        assert b"HELD-BY-A-CROWD" not in bytes(s.bytes)
        assert b"assignment.explained" not in bytes(s.bytes)


def test_late_entries_are_flagged_and_kept_out_of_the_clocks(story):
    n = story
    d, sup = n.role("dispatcher"), n.role("supervisor")
    count = sup.ok("GET", "/api/v1/reports/response_times")["intervals"]["answering"][
        "count"]
    i = d.ok("POST", "/api/v1/late_entries", {
        "form": "F-12", "kind": "sos", "priority": "P1", "message": "on paper",
        "site": n.site(0)["id"], "disposition": "handled",
        "times": {"raised": "2026-01-01T10:00:00.000Z",
                  "acknowledged": "2026-01-01T10:01:00.000Z",
                  "closed": "2026-01-01T11:00:00.000Z"}}, 201)
    assert i["late_entry"]["form"] == "F-12" and i["state"] == "closed"
    assert i["late_entry"]["times"]["raised"] == "2026-01-01T10:00:00.000Z"
    now = sup.ok("GET", "/api/v1/reports/response_times")["intervals"]["answering"][
        "count"]
    assert now == count
    r = d.post("/api/v1/late_entries", {
        "form": "F-13", "kind": "sos", "priority": "P1", "message": "x",
        "times": {"raised": "2999-01-01T10:00:00.000Z"}})
    assert r.status_code == 422


def test_a_test_press_goes_through_to_a_person_and_back(story):
    n = story
    d, site = n.role("dispatcher"), n.role("site", 11)
    o = site.press(test=True)
    step(d, o["incident"], "acknowledge")
    assert "acknowledged" in site.stages(o["signal"])
    step(d, o["incident"], "close", {"disposition": "test"})
    t = next(x for x in d.items("/api/v1/site_tests") if x["site"] == site.site)
    assert not t["overdue"] and t["last_test_at"]
    r = n.role("site", 12).press()
    rr = n.role("supervisor").post("/api/v1/incidents/%s/close" % r["incident"],
                                   {"disposition": "test"})
    assert rr.status_code == 409 and rr.json()["code"] == "not_a_test"
    close(n, r["incident"])


def test_links_priority_and_calls(story):
    n = story
    d, sup = n.role("dispatcher"), n.role("supervisor")
    a = d.ok("POST", "/api/v1/incidents", {
        "kind": "robbery", "priority": "P2", "message": "by phone",
        "caller": {"phone": "+92 300 1", "name": "A man"}}, 201)
    b = n.role("site", 13).press()
    assert a["caller"]["phone"] == "+92 300 1"
    step(d, a["id"], "link", {"to": b["incident"]})
    assert d.post("/api/v1/incidents/%s/link" % a["id"],
                  {"to": a["id"]}).status_code == 422
    r = d.post("/api/v1/incidents/%s/priority" % b["incident"], {"priority": "P3"})
    assert r.status_code == 403, "only a supervisor lowers a P1"
    assert step(sup, b["incident"], "priority", {"priority": "P2"})["priority"] == "P2"
    assert step(d, a["id"], "priority", {"priority": "P1"})["priority"] == "P1"
    step(d, b["incident"], "close", {"disposition": "handled"})
    close(n, a["id"], "duplicate")


def test_verify_finds_the_chain_whole_and_a_lost_tail(story, tmp_path):
    n = story
    h = n.role("site").ok("GET", "/api/v1/head")
    f = tmp_path / "head.json"
    f.write_text(json.dumps(h))
    r = n.verify()
    assert r.returncode == 0, r.stderr
    seq, hash = r.stdout.strip().split(":")
    assert int(seq) >= h["seq"]
    assert n.verify("--head", "%d:%s" % (h["seq"], h["hash"])).returncode == 0
    assert n.verify("--head-file", str(f)).returncode == 0
    r = n.verify("--head", "%d:%s" % (h["seq"], "0" * 64))
    assert r.returncode == 1 and r.stderr.count("\n") == 1
    r = n.verify("--head", "%d:%s" % (h["seq"] + 100000, h["hash"]))
    assert r.returncode == 1, "the tail is missing"
    f.write_text(json.dumps(dict(h, at="2026-01-01T00:00:00.000Z")))
    assert n.verify("--head-file", str(f)).returncode == 1, "not what was signed"


def test_verify_reads_the_file_that_the_sos_page_saves(story, tmp_path):
    n = story
    site, f = n.role("site"), tmp_path / "kumak-heads.json"
    heads = [site.ok("GET", "/api/v1/head")]
    site.press(message="for a newer head")
    heads.insert(0, site.ok("GET", "/api/v1/head"))
    assert heads[0]["seq"] > heads[1]["seq"]

    def verify(*kept):
        f.write_text(json.dumps({"heads": kept}, indent=1))
        return n.verify("--head-file", str(f))

    assert verify(*heads).returncode == 0
    r = verify(heads[0], dict(heads[1], hash="0" * 64))
    assert r.returncode == 1 and "head 2: the signature" in r.stderr
    unsigned = {"seq": heads[1]["seq"], "hash": "0" * 64}
    r = verify(heads[0], unsigned)
    assert r.returncode == 1 and "rewritten" in r.stderr
    r = verify({"seq": heads[0]["seq"] + 10**6, "hash": heads[0]["hash"]}, heads[1])
    assert r.returncode == 1 and "cut off" in r.stderr
    assert verify().returncode == 1, "no head in it"


def test_verify_names_the_event_that_was_changed(fresh, tmp_path):
    import glob
    import os
    import sqlite3
    n = fresh()
    n.start()
    n.role("site").press(message="the truth")
    head = n.role("site").ok("GET", "/api/v1/head")
    n.stop()
    (db,) = [p for p in glob.glob(os.path.join(n.data, "*"))
             if os.path.isfile(p) and open(p, "rb").read(15) == b"SQLite format 3"]
    c = sqlite3.connect(db)
    seq = head["seq"] - 5
    (old,) = c.execute("SELECT doc FROM events WHERE seq=?", (seq,)).fetchone()
    old = old if isinstance(old, bytes) else old.encode()
    k = len(old) // 2
    c.execute("UPDATE events SET doc=? WHERE seq=?",
              (old[:k] + bytes([old[k] ^ 1]) + old[k + 1:], seq))
    c.commit()
    c.close()
    r = n.verify()
    assert r.returncode == 1 and str(seq) in r.stderr, (r.stdout, r.stderr)
    r = subprocess.run([KUMAK, "verify", "--data", str(tmp_path)], capture_output=True)
    assert r.returncode == 1


def test_the_synthetic_press_stays_off_the_list(fresh):
    n = fresh("--synthetic-every", "1")
    n.start()
    d = n.role("dispatcher")

    def ran():
        s = d.ok("GET", "/api/v1/room")["synthetic"]
        return s["ok"] and s.get("last_at")

    first = until(ran, 8, "a synthetic press")
    until(lambda: ran() != first, 8, "a second one")
    assert d.items("/api/v1/incidents") == []
