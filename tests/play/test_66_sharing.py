# SPDX-License-Identifier: Apache-2.0
"""Another agency is asked into an incident, works in it, leads it, and goes: what it
sees at each step, that both sides see each look, and how fast an end is felt."""
import json
import time

import pytest
from actors import Node, until

PASSWORD = "a-long-password"


@pytest.fixture(scope="module")
def city(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("sharing") / "node"))
    n.start()
    a = n.role("administrator")
    names = {g["name"]: g for g in a.items("/api/v1/agencies")}
    n.rangers = next(g["id"] for g in names.values() if g["kind"] == "rangers")
    n.control = next(g["id"] for g in names.values() if g.get("is_control"))
    n.mission = n.site(0)["agency"]
    n.by = {}
    for login, role, agency in (("r-desk", "dispatcher", n.rangers),
                                ("r-boss", "supervisor", n.rangers),
                                ("r-liaison", "liaison", n.rangers),
                                ("m-liaison", "liaison", n.mission),
                                ("o-liaison", "liaison", n.site(1)["agency"]),
                                ("c-liaison", "liaison", n.control)):
        a.ok("POST", "/api/v1/accounts", {
            "login": login, "role": role, "name": login, "password": PASSWORD,
            "agency": agency}, 201)
        n.by[login] = n.login(None, login=login, password=PASSWORD)
    yield n
    n.done()


@pytest.fixture
def incident(city):
    i = city.role("site", 0).press(message="CANARY at the gate")["incident"]
    yield i
    city.role("supervisor").post("/api/v1/incidents/%s/close" % i,
                                 {"disposition": "handled"})


def ask_in(n, incident, **kw):
    return n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/partners" % incident,
                                   dict(kw, agency=n.rangers), 201)


def accept(n, grant, who="r-desk"):
    return n.by[who].ok("POST", "/api/v1/grants/%s/accept" % grant["id"])


def test_two_keys_open_an_incident_and_one_ends_it(city, incident, live):
    n, desk = city, city.by["r-desk"]
    path = "/api/v1/incidents/" + incident
    assert desk.get(path).status_code == 404
    socket = live(desk)
    socket.hello()
    g = ask_in(n, incident)
    assert (g["state"], g["basis"], g["purpose"]) == (
        "proposed", "joining", "joint response")
    e = socket.event("grant.proposed", id=g["id"])
    assert e["data"]["incident"] == incident
    assert desk.get(path).status_code == 404, "one key opens nothing"
    assert n.role("supervisor").post(
        "/api/v1/grants/%s/accept" % g["id"]).status_code == 403, "the same side"
    assert accept(n, g)["state"] == "active"
    o = desk.ok("GET", path)
    assert "CANARY" in json.dumps(o) and o["state"] == "new"
    assert "caller" not in o and "site_card" not in o
    assert [p["state"] for p in o["partners"]] == ["active"]
    assert incident in [i["id"] for i in desk.items("/api/v1/incidents?state=open")]
    n.role("dispatcher").ok("POST", path + "/acknowledge")
    socket.event("incident.acknowledged", id=incident)
    # both sides see that it was looked at, and by whom; twice is one look
    desk.ok("GET", path)
    for side in (desk, n.role("supervisor")):
        (look,) = side.items("/api/v1/grants/%s/openings" % g["id"])
        assert (look["account_name"], look["what"]) == ("r-desk", incident)
    began = time.monotonic()
    n.role("supervisor").ok("POST", "/api/v1/grants/%s/withdraw" % g["id"],
                            {"reason": "no longer needed"})
    socket.event("grant.withdrawn", id=g["id"])
    n.role("dispatcher").ok("POST", path + "/notes", {"text": "AFTER", "shared": True})
    assert desk.get(path).status_code == 404
    assert desk.get(path + "/timeline").status_code == 404
    assert incident not in [i["id"] for i in desk.items("/api/v1/incidents")]
    assert "CANARY" not in desk.get("/api/v1/incidents?q=CANARY").text
    assert time.monotonic() - began < 5
    after = "/api/v1/events?limit=500&after=%d" % e["seq"]
    assert "AFTER" not in desk.get(after).text


def test_parts_that_are_not_granted_stay_away(city, incident):
    n, desk = city, city.by["r-desk"]
    g = ask_in(n, incident, parts=["units"], role="informed")
    assert (g["role"], g["parts"]) == ("informed", ["units"])
    accept(n, g)
    path = "/api/v1/incidents/" + incident
    for p in (path, path + "/signals", path + "/timeline", "/api/v1/incidents",
              "/api/v1/events?limit=500"):
        assert "CANARY" not in desk.get(p).text, p
    o = desk.ok("GET", path)
    assert "roll" not in o and o["signals"] == []


def test_shared_notes_and_private_ones(city, incident):
    n, desk = city, city.by["r-desk"]
    accept(n, ask_in(n, incident))
    path = "/api/v1/incidents/%s" % incident
    room = n.role("dispatcher")
    for who, text, shared in ((room, "ROOM-OWN", False), (room, "ROOM-SHARED", True),
                              (desk, "RANGERS-OWN", False),
                              (desk, "RANGERS-SHARED", True)):
        who.ok("POST", path + "/notes", {"text": text, "shared": shared}, 201)
    assert desk.post(path + "/notes", {"text": "x", "to_owner": True}).status_code == 403

    def texts(c):
        seen = [t.get("text") for t in c.ok("GET", path)["timeline"]]
        return {t for t in seen if t and t.isupper()}

    assert texts(room) == {"ROOM-OWN", "ROOM-SHARED", "RANGERS-SHARED"}
    assert texts(desk) == {"RANGERS-OWN", "ROOM-SHARED", "RANGERS-SHARED"}
    for c in (n.role("site", 0), n.by["m-liaison"]):
        assert texts(c) == set()
    assert "RANGERS-OWN" not in room.get("/api/v1/events?limit=500").text


def test_command_is_handed_over_and_whoever_leads_closes(city, incident):
    n = city
    path = "/api/v1/incidents/" + incident
    boss, ours = n.by["r-boss"], n.role("supervisor")
    accept(n, ask_in(n, incident), "r-boss")
    r = boss.post(path + "/lead", {"agency": n.rangers})
    assert (r.status_code, r.json()["code"]) == (409, "not_offered")
    ours.ok("POST", path + "/lead", {"agency": n.rangers})
    assert boss.ok("POST", path + "/lead", {"agency": n.rangers})["lead"] == n.rangers
    r = ours.post(path + "/close", {"disposition": "handled"})
    assert (r.status_code, r.json()["code"]) == (403, "not_lead")
    assert n.by["r-desk"].post(path + "/close",
                               {"disposition": "handled"}).status_code == 403
    r = boss.call("POST", path + "/close", {"disposition": "handled"})
    assert r.status_code in (200, 404), r.text
    assert n.role("dispatcher").incident(incident)["state"] == "closed"
    assert boss.get(path).status_code == 404, "it ended with the incident"


def test_a_standing_rule_ends_at_its_last_minute(city):
    n, liaison, mission = city, city.by["r-liaison"], city.by["m-liaison"]
    site = "/api/v1/sites/" + n.site(0)["id"]
    now = mission.ok("GET", "/api/v1/head")["at"]
    until_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z",
                             time.gmtime(time.time() + 3))
    g = mission.ok("POST", "/api/v1/grants", {
        "to": n.rangers, "of": "sites", "parts": ["address"],
        "purpose": "a patrol that knows the gate", "until": until_at}, 201)
    assert g["basis"] == "rule" and g["proposed_at"] >= now[:10]
    assert liaison.get(site).status_code == 404
    accept(n, g, "r-liaison")
    o = liaison.ok("GET", site)
    assert o["name"] == n.site(0)["name"] and "phones" not in o
    assert "challenge_word" not in o
    assert liaison.get("/api/v1/sites/" + n.site(1)["id"]).status_code == 404
    until(lambda: liaison.get(site).status_code == 404, 8, "the rule ended")
    o = liaison.ok("GET", "/api/v1/grants/" + g["id"])
    assert (o["state"], o["end_reason"]) == ("ended", "time is over")


def test_nobody_else_learns_of_a_grant(city):
    n = city
    g = n.by["m-liaison"].ok("POST", "/api/v1/grants", {
        "of": "sites", "purpose": "SECRET-PURPOSE"}, 201)
    assert g["to"] == n.control
    for who in ("o-liaison", "r-liaison", "r-boss"):
        c = n.by[who]
        assert c.get("/api/v1/grants/" + g["id"]).status_code == 404
        assert c.get("/api/v1/grants/%s/openings" % g["id"]).status_code == 404
        assert c.post("/api/v1/grants/%s/withdraw" % g["id"]).status_code == 404
        assert "SECRET" not in c.get("/api/v1/grants").text
        assert "SECRET" not in c.get("/api/v1/events?limit=500").text
    assert g["id"] in [x["id"] for x in n.by["c-liaison"].items("/api/v1/grants")]


def test_bad_grants_are_refused_by_name(city):
    n = city
    mission, nowhere = n.by["m-liaison"], n.control[:-1] + "99999"
    for body, field in (
            ({"of": "sites"}, "purpose"),
            ({"of": "moons", "purpose": "x"}, "of"),
            ({"of": "sites", "purpose": "x", "parts": ["plans of gold"]}, "parts"),
            ({"of": "sites", "purpose": "x", "to": nowhere}, "to"),
            ({"of": "sites", "purpose": "x", "to": n.site(1)["agency"]}, "to"),
            ({"of": "incidents", "purpose": "x"}, "of"),
            ({"of": "sites", "purpose": "x", "until": "2020-01-01T00:00:00Z"}, "until")):
        r = mission.post("/api/v1/grants", body)
        assert r.status_code == 422, (body, r.text)
        o = r.json()
        assert o.get("field") == field or o["detail"].startswith(field), (body, o)
    a = mission.post("/api/v1/grants", {"of": "sites", "purpose": "x", "to": nowhere})
    b = mission.post("/api/v1/grants", {"of": "sites", "purpose": "x",
                                        "to": n.site(1)["agency"]})
    assert a.content == b.content, "another mission is as nothing"
