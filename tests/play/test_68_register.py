# SPDX-License-Identifier: Apache-2.0
"""The site register. A mission keeps its plans, contacts, posts and audits here; the
room sees none of it until somebody of that site really calls for help, and is seen
looking. Posts that nobody checks in at raise an alarm, never an SOS."""
import json

import pytest
from actors import Node, until

R = "/api/v1/sites/%s/register"
WORDS = ("Zarplan", "Zarsection", "Zartower", "Zarcamera", "Zarperson", "Zarrole",
         "Zaraudit", "Zarfinding", "Zarthreat", "+92 21 555 0199")
SHOWN = ("Zarplan", "Zarsection", "Zartower", "Zarcamera", "Zarperson", "Zarrole",
         "+92 21 555 0199")  # to those who come


class Mission:
    """One mission with a register that has one of everything."""

    def __init__(self, n, k=0):
        a = n.role("administrator")
        self.n, self.site = n, n.site(k)
        self.id, agency = self.site["id"], self.site["agency"]
        self.path = R % self.id
        for role in ("administrator", "liaison"):
            login = "reg%d-%s" % (k, role)
            a.ok("POST", "/api/v1/accounts", {
                "login": login, "password": "a-long-password", "name": login,
                "role": role, "agency": agency}, 201)
            setattr(self, role, n.login(None, login=login, password="a-long-password"))
        self.gate, me = n.role("site", k), self.liaison
        self.person = self.administrator.ok("POST", "/api/v1/people", {
            "name": "Zarperson", "site": self.id,
            "phones": [{"label": "mobile", "number": "+92 21 555 0199"}]}, 201)["id"]
        me.ok("PATCH", self.path, {"contacts": [{"person": self.person,
                                                 "role": "Zarrole"}]})
        me.ok("POST", self.path + "/threat", {"level": "severe", "reason": "Zarthreat"})
        self.plan = me.ok("POST", "/api/v1/plans", {
            "site": self.id, "kind": "floor_plan", "title": "Zarplan", "floor": "1",
            "sections": [{"title": "doors", "text": "Zarsection"}]}, 201)["id"]
        self.tower = me.ok("POST", "/api/v1/points", {
            "site": self.id, "kind": "watch_tower", "name": "Zartower",
            "position": {"lat": 24.81, "lon": 67.03}, "height_m": 12}, 201)["id"]
        self.camera = me.ok("POST", "/api/v1/points", {
            "site": self.id, "kind": "camera", "name": "Zarcamera", "azimuth_deg": 270,
            "fov_deg": 90, "range_m": 60, "floor": "roof"}, 201)["id"]
        self.audit = me.ok("POST", "/api/v1/reviews", {
            "site": self.id, "kind": "audit", "title": "Zaraudit",
            "held_at": "2026-01-10T08:00:00Z", "participants": ["A", "B"],
            "duration_min": 90}, 201)["id"]
        self.finding = me.ok("POST", "/api/v1/findings", {
            "review": self.audit, "text": "Zarfinding", "severity": "high",
            "owner": self.person, "due_at": "2026-02-01T00:00:00Z"}, 201)["id"]

    def all_paths(self):
        return [self.path, self.path + "/openings", "/api/v1/plans/" + self.plan,
                "/api/v1/points/" + self.tower, "/api/v1/points/" + self.camera,
                "/api/v1/reviews/" + self.audit, "/api/v1/findings/" + self.finding,
                "/api/v1/plans", "/api/v1/points", "/api/v1/visits", "/api/v1/reviews",
                "/api/v1/findings", "/api/v1/plans?site=" + self.id]

    def seen_by(self, c):
        """Which of its words come out, by whatever path."""
        text = "".join(c.get(p).text for p in self.all_paths())
        after = 0
        while True:
            o = c.ok("GET", "/api/v1/events?after=%d&limit=500" % after)
            text += json.dumps(o["items"])
            if o["through"] == after:
                return {w for w in WORDS if w in text}
            after = o["through"]

    def openings(self):
        return self.liaison.ok("GET", self.path + "/openings")["items"]


@pytest.fixture(scope="module")
def town(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("register")))
    n.start()
    yield Mission(n)
    n.done()


def outsiders(n):
    return {role: n.role(role) for role in (
        "dispatcher", "supervisor", "duty_officer", "board", "administrator",
        "liaison", "oversight", "responder")} | {"other mission": n.role("site", 1)}


def test_its_owner_sees_it_and_nobody_else(town):
    for c in (town.liaison, town.administrator, town.gate):
        assert town.seen_by(c) == set(WORDS)
    for role, c in outsiders(town.n).items():
        assert not town.seen_by(c), role
    d = town.n.role("dispatcher")
    assert d.ok("GET", town.path) == {"site": town.id, "access": "locked"}
    assert d.items("/api/v1/plans") == []
    r = d.get("/api/v1/plans/" + town.plan)
    ghost = d.get("/api/v1/plans/khi.6.987654321")
    assert (r.status_code, r.content) == (404, ghost.content)


def test_who_may_write_what(town):
    d, g, m = town.n.role("dispatcher"), town.gate, town.liaison
    # staff of the site read all, check in, hold drills, mend; they change no plan
    assert g.patch("/api/v1/plans/" + town.plan, {"title": "x"}).status_code == 403
    assert g.patch(town.path, {"withheld": True}).status_code == 403
    assert g.post("/api/v1/reviews", {"site": town.id, "kind": "audit", "title": "x",
                                      "held_at": "2026-01-10T08:00:00Z"}
                  ).status_code == 403
    o = g.ok("POST", "/api/v1/reviews", {
        "site": town.id, "kind": "drill", "title": "evacuation", "remarks": "slow",
        "held_at": "2026-03-10T08:00:00Z", "participants": ["guard", "cook"],
        "duration_min": 12}, 201)
    assert o["kind"] == "drill" and o["participants"] == ["guard", "cook"]
    # the room may not, and another's place is as one that does not exist
    assert d.patch(town.path, {"withheld": True}).status_code == 403
    for c in (town.n.role("site", 1), d):
        a = c.post("/api/v1/plans", {"site": town.id, "kind": "other", "title": "x"})
        b = c.post("/api/v1/plans", {"site": "khi.s.987654", "kind": "other",
                                     "title": "x"})
        assert (a.status_code, a.content) == (b.status_code, b.content)
        assert a.status_code in (403, 422)
    # what is not good says so
    for path, body in (
            ("/api/v1/plans", {"site": town.id, "kind": "other", "title": "x",
                               "sections": [{"title": "x"}]}),
            ("/api/v1/points", {"site": town.id, "kind": "camera", "name": "x",
                                "every_s": 600}),
            ("/api/v1/points", {"site": town.id, "kind": "gate", "name": "x",
                                "every_s": 600, "from": "24:00", "to": "06:00"}),
            ("/api/v1/points", {"site": town.id, "kind": "gate", "name": "x",
                                "every_s": 600, "grace_s": 301}),
            ("/api/v1/points", {"site": town.id, "kind": "gate", "name": "x",
                                "checkers": ["khi.a.987654"]})):
        assert m.post(path, body).status_code == 422, body
    for bad in ([{"person": "khi.h.987654"}], [{"role": "x"}], {"a": 1},
                [{"person": town.person, "role": 3}]):
        r = m.patch(town.path, {"contacts": bad})
        assert r.json()["code"] in ("bad_contacts", "bad_field"), r.text


def test_a_plan_has_versions_and_a_level_its_history(town):
    m = town.liaison
    o = m.ok("GET", "/api/v1/plans/" + town.plan)
    n = m.ok("PATCH", "/api/v1/plans/" + town.plan, {"floor": "2"})
    assert n["version"] == o["version"] + 1 and n["title"] == "Zarplan"
    m.ok("POST", town.path + "/threat", {"level": "low", "reason": "it is over",
                                         "from": "2026-03-01T00:00:00Z"})
    o = m.ok("GET", town.path)
    assert (o["level"], o["level_reason"]) == ("low", "it is over")
    assert [x["level"] for x in o["levels"]][:2] == ["low", "severe"]
    assert o["levels"][0]["by"] == "reg0-liaison"


def test_a_finding_is_mended_and_looked_at_again_by_another(town):
    f, m = "/api/v1/findings/" + town.finding, town.liaison
    late = m.items("/api/v1/findings?overdue=1")
    assert town.finding in [x["id"] for x in late] and late[0]["overdue"] is True
    assert m.patch(f, {"state": "closed"}).json()["code"] == "bad_state"
    assert m.patch(f, {"state": "accepted_risk"}).json()["code"] == "needs_reason"
    o = m.ok("PATCH", f, {"state": "mended", "reason": "new lock"})
    assert o["state"] == "mended"
    assert m.patch(f, {"state": "re_checked"}).json()["code"] == "needs_second"
    assert town.gate.patch(f, {"state": "re_checked"}).status_code == 403
    town.administrator.ok("PATCH", f, {"state": "re_checked"})
    o = m.ok("PATCH", f, {"state": "closed"})
    assert o["state"] == "closed" and o["overdue"] is False
    assert m.items("/api/v1/findings?overdue=1") == []
    m.ok("PATCH", f, {"state": "open"})


def test_a_test_an_unverified_call_and_a_typed_one_open_nothing(town):
    n, d = town.n, town.n.role("dispatcher")
    before = town.openings()
    for k, call in enumerate((
            lambda: town.gate.press(test=True), lambda: n.nobody().press(site=town.id),
            lambda: d.ok("POST", "/api/v1/incidents", {
                "kind": "call", "priority": "P1", "message": "they rang",
                "site": town.id}, 201))):
        o = call()
        i = o.get("incident") or o["id"]
        assert not town.seen_by(d)
        assert d.ok("GET", town.path)["access"] == "locked"
        n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                                {"disposition": "test" if k == 0 else "handled"})
    assert town.openings() == before


def test_a_real_call_opens_it_and_its_end_closes_it(town, live):
    n, d, sup = town.n, town.n.role("dispatcher"), town.n.role("supervisor")
    crew, idle = n.role("responder", 2), n.role("responder", 3)
    owner, room = live(town.liaison), live(d)
    owner.hello(), room.hello()
    i = town.gate.press(message="at the gate")["incident"]
    o = d.ok("GET", town.path)
    assert (o["access"], o["basis"], o["incident"]) == ("open", "incident", i)
    assert o["contacts"][0]["phones"][0]["number"] == "+92 21 555 0199"
    assert "level" not in o and "levels" not in o
    e = owner.event("register.opened", site=town.id, opened_what="contacts")
    assert e["data"]["opened_name"] and e["data"]["opened_agency"]
    assert town.seen_by(d) == set(SHOWN)
    for who in ("board", "administrator", "liaison", "oversight"):
        assert not town.seen_by(n.role(who)), who
    # the crew that was offered it sees nothing until it says that it comes
    (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                {"units": [crew.unit]}, 201)["items"]
    assert not town.seen_by(crew)
    crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"], {"status": "accepted"})
    assert town.seen_by(crew) == set(SHOWN)
    assert not town.seen_by(idle)
    # each look is there, once
    got = [(k["agency"], k["what"], k["account"]) for k in town.openings()]
    assert len(got) == len(set(got)) and {w for _, w, _ in got} >= {
        "contacts", "plans", "points", town.plan, town.tower, town.camera}
    assert len({a for _, _, a in got}) == 2
    # a change is heard by the room, not what it is
    town.liaison.ok("PATCH", "/api/v1/plans/" + town.plan, {"title": "Zarplan two"})
    e = room.event("plan.changed", id=town.plan)
    assert "title" not in e["data"] and "Zarplan" not in json.dumps(
        [f for f in room.events()])
    sup.ok("POST", "/api/v1/incidents/%s/close" % i, {"disposition": "handled"})
    room.event("incident.closed", id=i)
    assert not town.seen_by(d) and not town.seen_by(crew)
    assert d.ok("GET", town.path) == {"site": town.id, "access": "locked"}
    # and on the socket that stayed open
    town.liaison.ok("PATCH", "/api/v1/plans/" + town.plan, {"title": "Zarplan three"})
    mark = d.ok("POST", "/api/v1/incidents", {"kind": "x", "priority": "P3",
                                              "message": "mark"}, 201)["id"]
    room.event("incident.raised", id=mark)
    closed = next(f["seq"] for f in room.events() if f["type"] == "incident.closed"
                  and f["data"]["id"] == i)
    assert not [f for f in room.events() if f["seq"] > closed
                and f["type"].split(".")[0] in ("plan", "point", "register")]


def test_the_owner_withholds_it(town, live):
    d = town.n.role("dispatcher")
    room = live(d)
    room.hello()
    i = town.gate.press(message="again")["incident"]
    assert town.seen_by(d) == set(SHOWN)
    town.liaison.ok("PATCH", town.path, {"withheld": True})
    room.event("register.withheld", site=town.id)
    assert not town.seen_by(d)
    assert d.ok("GET", town.path)["access"] == "withheld"
    r = town.n.login("dispatcher").post(town.path + "/request", {"reason": "please"})
    assert (r.status_code, r.json()["code"]) == (409, "withheld")
    town.liaison.ok("PATCH", town.path, {"withheld": False})
    assert town.seen_by(d) == set(SHOWN)
    town.n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                                 {"disposition": "handled"})


def test_two_people_open_it_with_a_reason(town, live):
    n = town.n
    one, two = n.login("dispatcher"), n.login("supervisor")
    owner = live(town.liaison)
    owner.hello()
    # a program's token is no person
    assert n.role("dispatcher").post(town.path + "/request",
                                     {"reason": "x"}).status_code == 403
    assert one.post(town.path + "/request", {}).status_code == 422
    one.ok("POST", town.path + "/request", {"reason": "smoke over the roof",
                                            "minutes": 1})
    e = owner.event("register.asked", site=town.id)
    assert e["data"]["glass_reason"] == "smoke over the roof"
    assert not town.seen_by(one)
    r = one.post(town.path + "/approve")
    assert (r.status_code, r.json()["code"]) == (403, "needs_second")
    two.ok("POST", town.path + "/approve")
    assert owner.event("register.approved", site=town.id)["data"]["approved_name"]
    o = one.ok("GET", town.path)
    assert (o["access"], o["basis"]) == ("open", "two_people")
    assert town.seen_by(one) == set(SHOWN)
    assert not town.seen_by(n.role("responder")), "there is no call to go to"
    assert town.liaison.ok("GET", town.path)["request"]["glass"] == "open"
    one.ok("POST", town.path + "/end")
    assert not town.seen_by(one)
    owner.event("register.ended", site=town.id)


def post(town, **more):
    return town.liaison.ok("POST", "/api/v1/points", dict({
        "site": town.id, "kind": "guard_post", "name": "Zartower",
        "every_s": 10, "grace_s": 1}, **more), 201)


def test_a_round_that_is_missed_is_told_and_is_no_sos(town, live):
    d = town.n.role("dispatcher")
    owner, room = live(town.liaison), live(d)
    owner.hello(), room.hello()
    open_before = {x["id"] for x in d.items("/api/v1/incidents?state=open")}
    p = post(town)
    assert p["due_at"]
    o = town.gate.ok("POST", "/api/v1/points/%s/check_in" % p["id"], {"note": "all well"},
                     201)
    assert o["state"] in ("made", "extra") and o["by_name"]
    owner.event("visit.made", point=p["id"])
    owner.event("point.late", timeout=40, id=p["id"])
    e = owner.event("visit.missed", timeout=40, point=p["id"])
    assert e["data"]["missed_in_row"] == 1
    e = room.event("visit.missed", timeout=40, site=town.id)
    assert set(e["data"]) <= {"id", "site", "agency", "world", "state", "due_at",
                              "missed_in_row"}, e
    assert {x["id"] for x in d.items("/api/v1/incidents?state=open")} == open_before
    assert [x for x in town.liaison.items("/api/v1/visits?point=" + p["id"])
            if x["state"] == "missed"]
    missed = d.items("/api/v1/visits?state=missed")
    assert missed and not [x for x in missed if "point" in x or "by" in x]
    assert [x["state"] for x in town.n.role("site", 1).items("/api/v1/visits")] == []
    town.liaison.ok("PATCH", "/api/v1/points/" + p["id"], {"every_s": None})
    assert "due_at" not in town.liaison.ok("GET", "/api/v1/points/" + p["id"])


def test_who_may_check_in_where(town):
    me = town.liaison.session["account"]
    p = post(town, every_s=3600, grace_s=60, checkers=[me])
    path = "/api/v1/points/%s/check_in" % p["id"]
    assert town.gate.post(path).status_code == 403
    assert town.liaison.ok("POST", path, {}, 201)["point"] == p["id"]
    for c in (town.n.role("site", 1), town.n.role("dispatcher")):
        ghost = c.post("/api/v1/points/khi.P.987654/check_in")
        r = c.post(path)
        assert (r.status_code, r.content) == (404, ghost.content)
    assert town.liaison.post("/api/v1/points/%s/check_in" % town.camera
                             ).json()["code"] == "no_post"


def test_alarms_survive_a_restart(fresh):
    n = fresh().start()
    town = Mission(n)
    p = post(town, every_s=20, grace_s=1)
    n.kill()
    n.start()
    liaison = n.login(None, login="reg0-liaison", password="a-long-password")
    got = until(lambda: [x for x in liaison.items("/api/v1/visits?point=" + p["id"])
                         if x["state"] == "missed"], 60)
    assert got[-1]["due_at"] == p["due_at"]
    o = liaison.ok("GET", town.path)
    assert o["contacts"][0]["name"] == "Zarperson" and o["level"] == "severe"


def test_a_drawing_is_read_with_its_plan(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("drawing")))
    n.start()
    try:
        town = Mission(n)
        d, two, m = n.login("dispatcher"), n.login("supervisor"), town.liaison
        path = "/api/v1/plans/" + town.plan

        def send(who, text):
            return who.call("POST", path + "/files?name=ground.txt", raw=text.encode(),
                            headers={"Content-Type": "text/plain"})

        old = send(m, "old Zardrawing")
        assert old.status_code == 201, old.text
        new = send(m, "new Zardrawing")
        old, new = (r.json()["id"] for r in (old, new))
        o = m.ok("GET", path)
        assert o["file"] == new and o["version"] == 3
        bytes_of = "/api/v1/files/%s/content"
        assert m.get(bytes_of % new).text == "new Zardrawing"
        assert m.get(bytes_of % old).text == "old Zardrawing", "its owner keeps all"
        # guards of the site read it and change nothing; to others it is not there
        assert town.gate.get(bytes_of % new).status_code == 200
        assert send(town.gate, "x").status_code == 403
        ghost = d.get(bytes_of % "khi.f.987654")
        for who in (d, n.role("site", 1), n.role("responder")):
            for f in (new, old):
                r = who.get(bytes_of % f)
                assert (r.status_code, r.content) == (404, ghost.content)
            assert send(who, "x").status_code == 404
        # two people open the register: the present drawing, and a look that is told
        d.ok("POST", town.path + "/request", {"reason": "nobody answers"})
        two.ok("POST", town.path + "/approve", {})
        r = d.get(bytes_of % new)
        assert r.status_code == 200 and r.text == "new Zardrawing"
        assert d.get(bytes_of % old).status_code == 404, "what was replaced is gone"
        assert send(d, "x").status_code == 403
        assert town.plan in [x["what"] for x in town.openings()]
        d.ok("POST", town.path + "/end", {})
        assert d.get(bytes_of % new).status_code == 404
        # taken away by its owner
        d.ok("POST", town.path + "/request", {"reason": "nobody answers"})
        two.ok("POST", town.path + "/approve", {})
        m.ok("PATCH", path, {"file": None})
        assert d.get(bytes_of % new).status_code == 404
    finally:
        n.done()
