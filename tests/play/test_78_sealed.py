# SPDX-License-Identifier: Apache-2.0
"""Protected people: kept by their mission and by the foreigners' security cell, sealed in
the files, opened to those who come only while their place really calls, or by two people;
and looks for a reason: at them, for them, at where a unit was. Each owner is told of his
own, no mission of another's, and a file of any of it takes two."""
import hashlib
import json

import pytest
from actors import Node
from test_75_keep import erase, found_in

R = "/api/v1/sites/%s/register"
NAME, NEEDS, PAPER, LAND = "Zenvoyname", "Zneeds insulin", "Zpaper9071", "Zlandia"
WORDS = (NAME, NEEDS, PAPER, LAND)
HELP = {NAME, NEEDS, LAND}  # what those see who come


class Mission:
    def __init__(self, n, k):
        a = n.role("administrator")
        self.n, self.k, self.site = n, k, n.site(k)
        self.agency = self.site["agency"]
        self.gate = n.role("site", k)
        for role in ("administrator", "liaison"):
            login = "seal%d-%s" % (k, role)
            a.ok("POST", "/api/v1/accounts", {
                "login": login, "password": "a-long-password", "name": login,
                "role": role, "agency": self.agency}, 201)
            setattr(self, role, n.login(None, login=login, password="a-long-password"))

    def looks(self):
        return self.liaison.ok("GET", self.path("/openings"))["items"]

    def path(self, more=""):
        return R % self.site["id"] + more


class Town:
    def __init__(self, n):
        self.n = n
        self.a, self.b = Mission(n, 0), Mission(n, 1)
        a = n.role("administrator")
        own = a.ok("GET", "/api/v1/agencies")["items"]
        self.control = next(g["id"] for g in own if g.get("is_control"))
        a.ok("PATCH", "/api/v1/agencies/" + self.control, {"is_cell": True})
        self.home = self.a.administrator.ok("POST", "/api/v1/sites", {
            "name": "the house", "class": "residence",
            "position": {"lat": 24.8, "lon": 67.02}}, 201)["id"]
        self.envoy = self.a.liaison.ok("POST", "/api/v1/people", {
            "name": NAME, "kind": "diplomat", "site": self.a.site["id"],
            "residence": self.home, "nationality": LAND, "document": PAPER,
            "needs": NEEDS}, 201)["id"]
        self.path = "/api/v1/people/" + self.envoy
        for login in ("cell-one", "cell-two"):
            a.ok("POST", "/api/v1/accounts", {
                "login": login, "password": "a-long-password", "name": login,
                "role": "liaison", "agency": self.control}, 201)
        self.cell, self.other = (n.login(None, login=k, password="a-long-password")
                                 for k in ("cell-one", "cell-two"))

    def seen_by(self, c):
        """Which of his words come out by asking; nothing is said for a reason."""
        text = "".join(c.get(p).text for p in (
            self.path, "/api/v1/people?limit=500", "/api/v1/people?kind=any",
            "/api/v1/people?site=" + self.a.site["id"], self.a.path(),
            "/api/v1/people?site=" + self.home, "/api/v1/openings", "/api/v1/exports"))
        after = 0
        while True:
            o = c.ok("GET", "/api/v1/events?after=%d&limit=500" % after)
            text += json.dumps(o["items"])
            if o["through"] == after:
                return {w for w in WORDS if w in text}
            after = o["through"]

    def close(self, i, how="handled"):
        self.n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                                     {"disposition": how})


@pytest.fixture(scope="module")
def town(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("sealed")))
    n.start()
    yield Town(n)
    n.done()


def everyone_else(t):
    return {role: t.n.role(role) for role in (
        "dispatcher", "supervisor", "duty_officer", "board", "oversight",
        "responder")} | {"other gate": t.b.gate, "other mission": t.b.liaison,
                         "other administrator": t.b.administrator}


def test_his_mission_keeps_him_and_others_are_told_nothing(town):
    for c in (town.a.liaison, town.a.administrator):
        assert town.seen_by(c) == set(WORDS)
    assert town.seen_by(town.a.gate) == set(WORDS) - {PAPER}
    ghost = "/api/v1/people/khi.h.987654321"
    for who, c in everyone_else(town).items():
        assert not town.seen_by(c), who
        r, g = c.get(town.path), c.get(ghost)
        assert (r.status_code, r.content) == (404, g.content), who
        for path in (town.path, ghost):
            r = c.post(path + "/open", {"reason": "let me"})
            assert r.status_code == 404, (who, r.text)
        r = c.post("/api/v1/people/search", {"agency": town.a.agency, "q": "zenvoy",
                                             "reason": "x"})
        assert (r.status_code, r.json()["code"]) == (403, "needs_cell"), who


def test_the_cell_sees_that_he_is_there_and_more_for_a_reason(town, live):
    cell, owner, b = town.cell, live(town.a.liaison), live(town.b.liaison)
    owner.hello(), b.hello()
    assert not town.seen_by(cell)
    o = cell.ok("GET", town.path)
    assert set(o) == {"id", "world", "agency", "kind", "site", "residence", "state",
                      "site_name", "residence_name"}
    assert o["residence_name"] == "the house"
    assert town.envoy in [x["id"] for x in cell.items("/api/v1/people?kind=diplomat")]
    r = cell.post(town.path + "/open", {})
    assert (r.status_code, r.json()["code"]) == (422, "needs_reason")
    o = cell.ok("POST", town.path + "/open", {"reason": "escort on Friday"})
    assert o["name"] == NAME and o["document"] == PAPER and o["needs"] == NEEDS
    assert not town.seen_by(cell), "one look opens one answer"
    e = owner.event("access.opened", what=town.envoy)["data"]
    assert (e["kind"], e["reason"], e["account_name"]) == (
        "person", "escort on Friday", "cell-one")
    # by name: in any case, and of one mission, which reads what for
    search = {"agency": town.a.agency, "q": "zENVOY", "reason": "visa desk asks"}
    (o,) = cell.ok("POST", "/api/v1/people/search", search)["items"]
    assert o["name"] == NAME
    e = owner.event("access.opened", kind="search")["data"]
    assert (e["found"], e["reason"]) == (1, "visa desk asks")
    assert cell.ok("POST", "/api/v1/people/search", dict(search, q="nobody"))[
        "items"] == []
    # no list of all by one person: not by a letter, not by a word that all have
    for q in ("", "z", " - ", "ze"):
        r = cell.post("/api/v1/people/search", dict(search, q=q))
        assert (r.status_code, "zenvoy" in r.text.lower()) == (422, False), r.text
    for bad in ({"agency": town.control}, {"agency": "khi.g.999999"}, {"reason": ""}):
        assert cell.post("/api/v1/people/search",
                         dict(search, **bad)).status_code == 422
    mine = town.a.liaison.items("/api/v1/openings")
    assert [x["kind"] for x in mine[:3]] == ["search", "search", "person"]
    assert mine[0]["found"] == 0 and mine[2]["what"] == town.envoy
    assert [x["id"] for x in cell.items("/api/v1/openings?by=own")][:3] == [
        x["id"] for x in mine[:3]]
    # who answers for the cell sees it too; other missions nothing, not a number
    assert {x["id"] for x in mine} <= {x["id"] for x in town.n.role(
        "supervisor").items("/api/v1/openings?by=own")}
    for c in (town.b.liaison, town.b.administrator, town.n.role("dispatcher"),
              town.n.role("oversight")):
        assert not {x["id"] for x in mine} & {x["id"] for q in ("", "?by=own")
                                              for x in c.items("/api/v1/openings" + q)}
    assert not [f for f in b.frames if f.get("type") == "access.opened"]
    # a program gives no reasons
    token = town.n.role("liaison")
    r = token.post(town.path + "/open", {"reason": "a program's"})
    assert (r.status_code, r.json()["code"]) == (403, "needs_person")


def test_the_cell_keeps_them_too(town, live):
    owner = live(town.a.liaison)
    owner.hello()
    o = town.cell.ok("POST", "/api/v1/people", {
        "agency": town.a.agency, "name": "Zexpert", "kind": "expert"}, 201)
    assert "name" not in o
    owner.event("person.changed", id=o["id"])
    assert town.a.liaison.ok("GET", "/api/v1/people/" + o["id"])["name"] == "Zexpert"
    assert "name" not in town.cell.ok("PATCH", "/api/v1/people/" + o["id"],
                                      {"needs": "x"})
    r = town.cell.patch("/api/v1/people/" + o["id"], {"withheld": True})
    assert (r.status_code, r.json()["code"]) == (403, "needs_owner")
    for c in (town.b.liaison, town.b.administrator):
        r = c.post("/api/v1/people", {"agency": town.a.agency, "name": "x",
                                      "kind": "expert"})
        assert r.status_code == 403
        assert c.patch("/api/v1/people/" + o["id"], {"needs": "y"}).status_code == 404
    # a file of the mission's own administrator, with places by their names
    csv = ("ref,name,kind,nationality,residence,needs\n"
           "Zref-number-1,Zdelegate,delegate,Zlandia,the house,none\n"
           "Zref-number-2,Zchild,dependant,Zlandia,the house,asthma\n")
    path = "/api/v1/people/import"
    r = town.a.administrator.call("POST", path, raw=csv.encode())
    assert r.status_code == 200 and r.json()["new"] == 2, r.text
    got = town.a.administrator.items("/api/v1/people?kind=any&site=" + town.home)
    assert {"Zdelegate", "Zchild", NAME} == {x["name"] for x in got}
    r = town.a.administrator.call("POST", path, raw=csv.replace(
        "delegate,Z", "wizard,Z").encode())
    assert r.status_code == 422 and "kind" in r.text


def test_a_test_an_unverified_call_and_a_typed_one_open_nothing(town):
    n, d = town.n, town.n.role("dispatcher")
    crew = n.role("responder", 5)
    before = town.a.looks()
    for k, call in enumerate((
            lambda: town.a.gate.press(test=True),
            lambda: n.nobody().press(site=town.a.site["id"]),
            lambda: town.b.gate.press(message="of another mission"),
            lambda: d.ok("POST", "/api/v1/incidents", {
                "kind": "call", "priority": "P1", "message": "they rang",
                "site": town.a.site["id"]}, 201))):
        o = call()
        i = o.get("incident") or o["id"]
        (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                    {"units": [crew.unit]}, 201)["items"]
        crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                {"status": "accepted"})
        assert not town.seen_by(d) and not town.seen_by(crew), k
        town.close(i, "test" if k == 0 else "handled")
    assert town.a.looks() == before


def test_an_exercise_opens_nothing(town):
    n, a = town.n, town.n.role("administrator")
    a.ok("POST", "/api/v1/accounts", {
        "login": "seal-drill", "password": "a-long-password", "name": "drill",
        "role": "supervisor", "agency": town.control, "world": "training"}, 201)
    drill = n.login(None, login="seal-drill", password="a-long-password")
    i = drill.ok("POST", "/api/v1/incidents", {
        "kind": "sos", "priority": "P1", "message": "exercise",
        "position": {"lat": 24.8, "lon": 67.0}}, 201)["id"]
    assert drill.incident(i)["world"] == "training"
    live_call = town.a.gate.press(message="and a real one")["incident"]
    assert not town.seen_by(drill), "those in an exercise see no one, call or none"
    assert drill.get(town.path).status_code == 404
    town.close(live_call)


def test_a_real_call_opens_him_to_those_who_come_and_his_mission_withdraws(town, live):
    n, d = town.n, town.n.role("dispatcher")
    crew, idle = n.role("responder", 2), n.role("responder", 3)
    owner, room = live(town.a.liaison), live(d)
    owner.hello(), room.hello()
    i = town.a.gate.press(message="at the gate")["incident"]
    assert town.seen_by(d) == HELP
    e = owner.event("register.opened", opened_what=town.envoy)
    assert e["data"]["opened_name"]
    (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                {"units": [crew.unit]}, 201)["items"]
    assert not town.seen_by(crew), "offered is not coming"
    crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"], {"status": "accepted"})
    assert town.seen_by(crew) == HELP
    o = crew.ok("GET", town.path)
    assert "document" not in o and "residence" not in o and "ref" not in o
    assert not town.seen_by(idle)
    for who in ("board", "oversight"):
        assert not town.seen_by(n.role(who)), who
    assert not town.seen_by(town.b.liaison) and not town.seen_by(town.b.gate)
    got = [(k["agency"], k["what"]) for k in town.a.looks() if k["incident"] == i]
    assert len([g for g in got if g[1] == town.envoy]) == 2 and "people" in {
        w for _, w in got}
    # a change is heard by the room, not what it is
    town.a.liaison.ok("PATCH", town.path, {"rank": "Zrank of now"})
    e = room.event("person.changed", id=town.envoy)
    assert set(e["data"]) <= {"id", "site", "agency", "world", "by", "by_name"}, e
    cell = live(town.cell)
    cell.hello()
    town.a.liaison.ok("PATCH", town.path, {"withheld": True})
    e = cell.event("person.changed", id=town.envoy)
    assert set(e["data"]) <= {"id", "site", "agency", "world", "by", "by_name"}, e
    assert not town.seen_by(d) and not town.seen_by(crew)
    assert d.get(town.path).status_code == crew.get(town.path).status_code == 404
    assert town.cell.get(town.path).status_code == 404
    town.a.liaison.ok("PATCH", town.path, {"withheld": False})
    assert town.seen_by(crew) == HELP
    town.a.liaison.ok("PATCH", town.a.path(), {"withheld": True})
    assert not town.seen_by(d) and not town.seen_by(crew)
    town.a.liaison.ok("PATCH", town.a.path(), {"withheld": False})
    town.close(i)
    assert not town.seen_by(d) and not town.seen_by(crew)
    assert "Zrank" not in json.dumps(room.events())


def test_two_people_open_him_with_a_reason(town, live):
    n = town.n
    one, two = n.login("dispatcher"), n.login("supervisor")
    owner = live(town.a.liaison)
    owner.hello()
    one.ok("POST", town.a.path("/request"), {"reason": "Zsmoke", "minutes": 5})
    assert not town.seen_by(one)
    two.ok("POST", town.a.path("/approve"))
    assert town.seen_by(one) == HELP
    owner.event("register.opened", opened_what=town.envoy)
    one.ok("POST", town.a.path("/end"))
    assert not town.seen_by(one)


def test_a_track_is_looked_at_for_a_reason_that_its_agency_reads(town, live):
    n, d = town.n, town.n.login("dispatcher")
    crew = n.role("responder", 1)
    path = "/api/v1/units/%s/track" % crew.unit
    for r in (d.get(path), d.post(path, {}), d.post(path, {"reason": " "})):
        assert (r.status_code, r.json()["code"]) == (422, "needs_reason")
    assert crew.get(path).status_code == 200, "its own, without"
    owner = live(n.role("supervisor"))
    owner.hello()
    assert d.ok("POST", path, {"reason": "complaint 7"})["type"] == "Feature"
    e = owner.event("access.opened", what=crew.unit)["data"]
    assert (e["kind"], e["reason"], e["unusual"]) == ("track", "complaint 7", ["idle"])
    assert d.get(path + "?reason=complaint+8").status_code == 200
    o = n.role("supervisor").items("/api/v1/openings")
    assert [x["reason"] for x in o[:2]] == ["complaint 8", "complaint 7"]
    assert o[0]["until"] > o[0]["from"]
    for c in (town.a.liaison, town.b.gate, n.role("responder", 2)):
        assert c.post(path, {"reason": "x"}).status_code == 404
    # mass look-up is marked, whoever it is
    for k in range(25):
        d.ok("POST", path, {"reason": "again %d" % k})
    marked = [x for x in n.role("supervisor").items("/api/v1/openings?unusual=1")
              if "many" in x["unusual"]]
    assert 7 <= len(marked) <= 12 and marked[0]["reason"] == "again 24"


def signed(text):
    first, second = text.rstrip("\n").split("\n")
    return json.loads(first), json.loads(second), hashlib.blake2b(
        first.encode(), digest_size=32).hexdigest()


def settle(asks, approves, body):
    x = asks.ok("POST", "/api/v1/exports", dict(body, reason="yearly list"), 201)
    path = "/api/v1/exports/" + x["id"]
    assert asks.get(path + "/content").json()["code"] == "not_approved"
    r = asks.post(path + "/decision", {"approve": True, "reason": "me"})
    assert (r.status_code, r.json()["code"]) == (403, "needs_another")
    approves.ok("POST", path + "/decision", {"approve": True, "reason": "agreed"})
    return path


def test_a_file_of_them_takes_two_and_their_mission_sees_it(town, live):
    owner, b = live(town.a.liaison), live(town.b.liaison)
    owner.hello(), b.hello()
    body = {"kind": "people", "owner": town.a.agency}
    for c, code in ((town.b.liaison, "needs_cell"), (town.b.administrator, "needs_cell"),
                    (town.n.login("dispatcher"), "needs_person"),
                    (town.n.login("supervisor"), "needs_cell")):
        r = c.post("/api/v1/exports", dict(body, reason="x"))
        assert (r.status_code, r.json()["code"]) == (403, code)
    path = settle(town.cell, town.other, body)
    e = owner.event("export.decided", id=path.split("/")[-1])
    r = town.a.liaison.get(path + "/content")
    assert (r.status_code, r.json()["code"]) == (403, "not_yours")
    assert town.b.liaison.get(path + "/content").status_code == 404
    o, sig, digest = signed(town.other.get(path + "/content").text)
    assert {x["name"] for x in o["people"]} >= {NAME, "Zexpert", "Zdelegate"}
    assert {x["agency"] for x in o["people"]} == {town.a.agency}
    assert sig["algorithm"] == "Ed25519" and o["export"]["reason"] == "yearly list"
    e = owner.event("export.opened", id=path.split("/")[-1])
    assert e["data"]["hash"] == digest and e["data"]["opened"] == 1
    x = town.a.liaison.ok("GET", path)
    assert (x["hash"], x["asked_name"], x["decided_name"]) == (
        digest, "cell-one", "cell-two")
    assert town.b.liaison.get(path).status_code == 404
    assert not [f for f in b.frames if str(f.get("type")).startswith("export.")]
    # its own, by two of its own
    path = settle(town.a.liaison, town.a.administrator, {"kind": "people"})
    o, _, _ = signed(town.a.liaison.get(path + "/content").text)
    assert NAME in {x["name"] for x in o["people"]}


def test_a_file_of_a_track_takes_two(town):
    n = town.n
    boss, duty = n.login("supervisor"), n.login("duty_officer")
    crew = n.role("responder", 1)
    body = {"kind": "track", "unit": crew.unit, "since": "2026-01-01T00:00:00Z",
            "until": "2026-01-05T00:00:00Z"}
    for bad in ({"until": "2026-02-05T00:00:00Z"}, {"until": None}, {"kind": "posts"},
                {"unit": "khi.u.987654"}, {"until": "2025-01-01T00:00:00Z"}):
        r = boss.post("/api/v1/exports", dict(body, reason="x", **bad))
        assert r.status_code == 422, (bad, r.text)
    path = settle(boss, duty, body)
    text = boss.get(path + "/content").text
    o, _, digest = signed(text)
    assert o["track"]["properties"]["unit"] == crew.unit
    assert duty.ok("GET", path)["hash"] == digest
    assert n.login("dispatcher").get(path).status_code == 404


def test_nothing_of_him_is_in_the_clear_and_erased_he_is_gone(town):
    folder = town.n.data
    secret = [NAME, NEEDS, PAPER, LAND, "Zdelegate", "Zrank of now",
              "Zref-number"]
    assert found_in(folder, ["yearly list"]), "what is not sealed is found so"
    assert found_in(folder, secret) == []
    erase(town.a.administrator, second_administrator(town), town.envoy)
    assert town.seen_by(town.a.liaison) & {NAME, NEEDS, PAPER} == set()
    town.n.kill()
    town.n.start()
    again = town.n.login(None, login="seal0-liaison", password="a-long-password")
    o = again.ok("GET", town.path)
    assert not {"name", "document", "needs", "nationality", "ref"} & set(o), o
    assert found_in(folder, secret) == []
    # the owner's list is there still, and the counts of who looked
    assert [x for x in again.items("/api/v1/openings") if x.get("what") == town.envoy]


def second_administrator(town):
    town.n.role("administrator").ok("POST", "/api/v1/accounts", {
        "login": "seal0-second", "password": "a-long-password", "name": "second",
        "role": "administrator", "agency": town.a.agency}, 201)
    return town.n.login(None, login="seal0-second", password="a-long-password")


def test_a_search_is_no_list(town):
    """More than a few are counted, to the mission too, and not shown."""
    crowd = "name,kind,document\n" + "".join("Zcrowd Nr%d,expert,ZC-%d\n" % (k, k)
                                             for k in range(25))
    r = town.a.administrator.post("/api/v1/people/import", raw=crowd.encode(),
                                  headers={"Content-Type": "text/csv"})
    assert r.status_code == 200, r.text
    search = {"agency": town.a.agency, "q": "zcrowd", "reason": "who are they"}
    r = town.cell.post("/api/v1/people/search", search)
    assert (r.status_code, r.json()["code"]) == (422, "too_many")
    assert "25" in r.json()["detail"] and "ZC-" not in r.text
    assert town.a.liaison.items("/api/v1/openings")[0]["found"] == 25
    (o,) = town.cell.ok("POST", "/api/v1/people/search", dict(search, q="zc-7"))["items"]
    assert o["document"] == "ZC-7"
