# SPDX-License-Identifier: Apache-2.0
"""What is kept has an end: terms by rule, holds, erasures by two people. After each no
byte of a name, a number or a message is in any file of the data folder, while the node
runs and after a restart; the chain still verifies and the figures stay."""
import datetime
import os
import time

import pytest
from actors import Node, until

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def words(tag):
    """Canaries in each script, none a prefix of another."""
    return {k: "%s%s%s" % (k, tag, os.urandom(4).hex()) for k in (
        "zcaller", "zmessage", "znote", "zclose", "zpress", "zname", "zrank")}


def found_in(folder, canaries):
    """Files of the folder that hold one, in whichever case."""
    hits = []
    for d, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(d, name), "rb") as f:
                    text = f.read().lower()
            except FileNotFoundError:
                continue
            hits += [(name, w) for w in canaries if w.lower().encode() in text]
    return hits


def handled(n, w, phone, close=True):
    """A call taken by a person, with words in all that has some."""
    d, s = n.role("dispatcher"), n.role("supervisor")
    i = d.ok("POST", "/api/v1/incidents", {
        "kind": "fire", "priority": "P2", "message": w["zmessage"] + " Dhuan hai",
        "position": {"lat": 24.81, "lon": 67.03},
        "caller": {"phone": phone, "name": w["zcaller"]}}, 201)["id"]
    d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": w["znote"]}, 201)
    d.ok("POST", "/api/v1/incidents/%s/callback" % i, {
        "outcome": "confirmed", "phone": phone})
    if close:
        s.ok("POST", "/api/v1/incidents/%s/close" % i, {
            "disposition": "handled", "note": w["zclose"]})
    return i


def erase(asks, approves, subject):
    e = asks.ok("POST", "/api/v1/erasures", {"subject": subject, "reason": "by law"},
                201)["id"]
    r = asks.post("/api/v1/erasures/%s/decision" % e, {"approve": True, "reason": "me"})
    assert (r.status_code, r.json()["code"]) == (403, "needs_another")
    approves.ok("POST", "/api/v1/erasures/%s/decision" % e,
                {"approve": True, "reason": "so be it"})
    until(lambda: asks.ok("GET", "/api/v1/erasures/" + e)["state"] == "done",
          what="erasure done")
    return e


def second(n, agency=None):
    """Another administrator of an agency."""
    login, body = "second" + os.urandom(3).hex(), {
        "role": "administrator", "name": "Second", "password": "a-long-password"}
    n.role("administrator").ok("POST", "/api/v1/accounts", dict(body, login=login), 201)
    return n.login(None, login=login, password="a-long-password")


def test_what_two_people_erase_is_in_no_file(fresh):
    n = fresh().start()
    w, phone = words("one"), "+92300" + str(int.from_bytes(os.urandom(3), "big") + 10**7)
    a, s = n.login("administrator"), n.login("supervisor")
    i = handled(n, w, phone)
    h = a.ok("POST", "/api/v1/people", {
        "name": w["zname"], "rank": w["zrank"],
        "phones": [{"label": "own", "number": phone}]}, 201)["id"]
    all = list(w.values()) + [phone[1:]]
    d = n.role("dispatcher")
    assert [x["id"] for x in d.items("/api/v1/incidents?q=" + w["zmessage"])] == [i]
    assert found_in(n.data, [w["zmessage"]]), "the canary is in the search, to be found"
    r = a.post("/api/v1/erasures", {"subject": i, "reason": "not mine to ask"})
    assert r.status_code in (403, 422)
    # a hold comes first, and only another person lifts it
    hold = s.ok("POST", "/api/v1/holds", {"subject": i, "reason": "court 12"}, 201)["id"]
    r = s.post("/api/v1/erasures", {"subject": i, "reason": "asked"})
    assert (r.status_code, r.json()["code"]) == (409, "held")
    r = s.post("/api/v1/holds/%s/lift" % hold, {"reason": "over"})
    assert (r.status_code, r.json()["code"]) == (403, "needs_another")
    assert second(n).ok("POST", "/api/v1/holds/%s/lift" % hold, {"reason": "over"})[
        "state"] == "lifted"
    erase(s, a, i)
    erase(a, second(n), h)
    seen = d.incident(i)
    assert seen["erased_at"] and "message" not in seen and "close_note" not in seen
    assert seen["milestones"]["closed"] and seen["number"]
    assert w["znote"] not in d.get("/api/v1/incidents/" + i).text
    assert not d.items("/api/v1/incidents?q=" + w["zmessage"])
    assert [x["id"] for x in d.items("/api/v1/incidents?q=" + seen["number"])] == [i]
    p = a.ok("GET", "/api/v1/people/" + h)
    assert p["erased_at"] and not {"name", "rank", "phones"} & set(p)
    r = a.patch("/api/v1/people/" + h, {"name": "again"})
    assert (r.status_code, r.json()["code"]) == (409, "erased")
    r = s.post("/api/v1/incidents/%s/reopen" % i, {})
    assert (r.status_code, r.json()["code"]) == (409, "erased")
    until(lambda: not found_in(n.data, all), timeout=30, what=str(found_in(n.data, all)))
    assert n.verify().returncode == 0
    n.stop()
    assert not found_in(n.data, all)
    n.start()
    assert "message" not in n.role("dispatcher").incident(i)
    assert not found_in(n.data, all)
    assert n.verify().returncode == 0


def at(clock, days):
    """The clock of the machine, some days from now."""
    t = datetime.datetime.now() + datetime.timedelta(days=days)
    clock.write_text("@" + t.strftime("%Y-%m-%d %H:%M:%S"))


@pytest.mark.shipped
def test_terms_by_rule(fresh, tmp_path):
    """Two years later, in one night: words of closed incidents are gone, of what is
    held or open are not; positions are gone but for a unit's that is held."""
    if not os.path.exists(FAKETIME):
        pytest.skip("no libfaketime")
    clock = tmp_path / "clock"
    at(clock, 0)
    n = fresh(env={"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(clock),
                   "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}).start()
    old, held, still = words("old"), words("held"), words("still")
    phones = ["+92300%07d" % (int.from_bytes(os.urandom(3), "big") % 10**7)
              for _ in range(3)]
    ids = [handled(n, old, phones[0]), handled(n, held, phones[1]),
           handled(n, still, phones[2], close=False)]
    s = n.role("supervisor")
    s.ok("POST", "/api/v1/holds", {"subject": ids[1], "reason": "court 7"}, 201)
    units = n.role("dispatcher").items("/api/v1/units")[:2]
    for u in units:
        c = n.crew(u["id"])
        c.ok("POST", "/api/v1/fixes", {"fixes": [
            {"position": {"lat": 24.8 + k / 1000, "lon": 67.0},
             "at": datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%S.000Z")}
            for k in range(5)]}, 202)
    now = datetime.datetime.utcnow()
    s.ok("POST", "/api/v1/holds", {
        "subject": units[0]["id"], "reason": "court 8",
        "since": (now - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "until": (now + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")},
        201)
    n.stop()
    at(clock, 800)
    n.start()

    def swept():
        e = [e for e in n.role("administrator").items("/api/v1/events?limit=500&after=%d" % 0)
             if e["type"] == "retention.swept" and e["data"]["swept_incidents"]]
        return e[-1]["data"] if e else None

    until(lambda: "erased_at" in n.role("dispatcher").incident(ids[0]), timeout=30,
          what="the sweep")
    gone = [w for k, w in old.items() if k not in ("zpress", "zname", "zrank")]
    until(lambda: not found_in(n.data, gone + [phones[0][1:]]), timeout=30,
          what=str(found_in(n.data, gone)))
    d = n.role("dispatcher")
    for i, w in ((ids[1], held), (ids[2], still)):
        assert "erased_at" not in d.incident(i)
        assert d.incident(i)["message"].startswith(w["zmessage"])
    assert d.incident(ids[0])["milestones"]["raised"]
    assert n.verify().returncode == 0
    n.stop()
    assert not found_in(n.data, gone + [phones[0][1:]])
    n.start()
    told = n.role("oversight").ok("GET", "/api/v1/retention")
    assert {r["what"]: r["days"] for r in told["rules"]} == {
        "tracks": 30, "incidents": 730, "media": 31}
    assert told["holds"] == 2 and told["swept_at"]
    # a second sweep has nothing to do
    assert "erased_at" not in n.role("dispatcher").incident(ids[1])

    def track(u):
        q = "from=%s&to=%s&reason=court" % (
            (now - datetime.timedelta(days=2)).strftime("%Y-%m-%dT00:00:00.000Z"),
            (now + datetime.timedelta(days=2)).strftime("%Y-%m-%dT00:00:00.000Z"))
        return n.role("supervisor").ok("GET", "/api/v1/units/%s/track?%s" % (
            u["id"], q))["geometry"]["coordinates"]

    until(lambda: not track(units[1]), timeout=20, what="tracks of old days")
    assert len(track(units[0])) >= 5, "what is held stays"
