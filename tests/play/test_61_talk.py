# SPDX-License-Identifier: Apache-2.0
"""Channels: missions talk with the police side and never with, or of, one another."""
import json
import time

import pytest
from actors import SLOW, Node, key, until
from talk_town import Town


@pytest.fixture(scope="module")
def town(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("talk")))
    n.start()
    yield Town(n)
    n.done()


def test_a_new_node_has_the_missions_group_and_each_mission_is_in_it(town):
    o = town["a"].ok("GET", "/api/v1/channels")["items"]
    assert [c["id"] for c in o] == [town.id]
    assert o[0]["side"] == "spoke" and o[0]["agency_name"]
    new = town.admin.ok("POST", "/api/v1/agencies",
                        {"name": "Consulate of Newland", "kind": "mission"}, 201)
    members = town.hub.items("/api/v1/channels/%s/members" % town.id)
    assert [m["side"] for m in members if m["agency"] == new["id"]] == ["spoke"]


def test_a_post_is_listed_and_comes_live(town, live):
    s = live(town["a"])
    s.hello()
    p = town.post("p", text="Roads are closed", subject="Closure", tlp="GREEN")
    e = s.event("post.posted", id=p["id"])
    assert e["data"]["text"] == "Roads are closed" and e["data"]["from"] == "hub"
    assert e["data"]["channel"] == town.id
    got = town["a"].ok("GET", "/api/v1/posts/" + p["id"])
    assert got["subject"] == "Closure" and "author" not in got
    assert town.seen("a")[0] == p["id"]


def test_missions_never_see_one_another(town, live):
    town.partner()
    b, m = town["b"], town.missions
    s = live(b)
    s.hello()
    a = town.post("a", kind="concern", text="CanaryOfA stands at the gate")
    r = town.post("p", reply_to=a["id"], text="CanaryAnswer to A")
    one = town.post("p", to=[m[0]], text="CanaryTo A alone", tlp="GREEN")
    both = town.post("p", to=m, text="for A and B", must_ack="agency", tlp="GREEN")
    town["a"].ok("POST", "/api/v1/posts/%s/acknowledge" % both["id"])
    town["a"].ok("POST", "/api/v1/channels/%s/cursor" % town.id, {"read": both["id"]})
    for who in ("p", "r", "chief"):
        assert {a["id"], r["id"], one["id"], both["id"]} <= set(town.seen(who)), who
    assert {a["id"], r["id"], one["id"], both["id"]} <= set(town.seen("a"))
    assert town.seen("a2")[:4] == town.seen("a")[:4]
    mine = town.seen("b")
    assert both["id"] in mine and not {a["id"], r["id"], one["id"]} & set(mine)
    texts = [b.get(p).text for p in (
        town.posts, "/api/v1/posts?q=CanaryOfA", "/api/v1/posts?q=stands",
        "/api/v1/posts?limit=500", "/api/v1/posts/" + both["id"],
        "/api/v1/posts/%s/receipts" % both["id"],
        "/api/v1/posts/%s/replies" % both["id"],
        "/api/v1/channels", "/api/v1/channels/%s/members" % town.id,
        "/api/v1/events?after=0&limit=500")]
    s.event("post.posted", id=both["id"])
    texts.append(bytes(s.bytes).decode())
    name = town.chief.ok("GET", "/api/v1/agencies/" + m[0])["name"]
    for t in texts:
        for word in ("Canary", "Name a", m[0] + '"', name, a["id"], r["id"], one["id"]):
            assert word not in t, (word, t)
    ghost = "khi.b.987654321"
    for path in ("", "/replies", "/receipts"):
        x, y = (b.get("/api/v1/posts/%s%s" % (i, path)) for i in (a["id"], ghost))
        assert (x.status_code, x.content) == (y.status_code, y.content) and \
            x.status_code == 404
    for path, body in (("acknowledge", {}), ("pin", {"on": True}),
                       ("correct", {"text": "x", "reason": "y"})):
        x, y = (b.post("/api/v1/posts/%s/%s" % (i, path), body) for i in (a["id"], ghost))
        assert (x.status_code, x.content) == (y.status_code, y.content)
    for body in ({"reply_to": a["id"]}, {"forward_of": a["id"]}, {"to": [m[0]]}):
        x = b.post(town.posts, dict({"kind": "question", "text": "t"}, **body))
        k = list(body)[0]
        g = ghost if k != "to" else ["khi.g.987654321"]
        y = b.post(town.posts, {"kind": "question", "text": "t", k: g})
        assert (x.status_code, x.content) == (y.status_code, y.content), (x.text, y.text)
        assert x.status_code == 422


def test_a_mission_is_shown_its_police_side_as_agencies_before_it_sends(town):
    town.partner()
    path = "/api/v1/channels/%s/preview" % town.id
    body = {"kind": "concern", "text": "who reads this?", "tlp": "GREEN"}
    before = town.seen("p")
    o = town["a"].ok("POST", path, body)
    assert {x["id"] for x in o["agencies"]} == {town.police, town.rangers,
                                                town.missions[0]}
    assert "people" not in o and "count" not in o
    o = town["a"].ok("POST", path, dict(body, tlp="AMBER+STRICT", to=[town.police]))
    assert {x["id"] for x in o["agencies"]} == {town.police, town.missions[0]}
    o = town.hub.ok("POST", path, {"kind": "situation", "text": "t",
                                   "to": [town.missions[1]]})
    names = {x["name"] for x in o["people"]}
    assert "Name b" in names and "Name a" not in names and "Name r" not in names
    assert o["count"] == len(o["people"])
    assert town.seen("p") == before, "a preview sends nothing"
    # what is shown is what happens
    p = town.post("p", to=[town.missions[1]])
    shown = {x["account"] for x in o["people"]}
    for who, account in town.ids.items():
        r = town[who].get("/api/v1/posts/" + p["id"])
        assert (r.status_code == 200) == (account in shown), who


def test_a_draft_is_sent_once(town):
    k = key()
    one = town.post("a", key=k, kind="question", text="once")
    two = town.post("a", 200, key=k, kind="question", text="once")
    assert one["id"] == two["id"]
    other = town.post("b", key=k, kind="question", text="of another")
    assert other["id"] != one["id"]


def test_cursors_only_move_forward(town):
    path = "/api/v1/channels/%s/cursor" % town.id
    first, second = town.post("p", tlp="GREEN"), town.post("p", tlp="GREEN")
    a = town["a"]
    assert a.ok("GET", "/api/v1/channels/" + town.id)["unread"] >= 2
    o = a.ok("POST", path, {"delivered": second["id"], "read": first["id"]})
    assert (o["delivered"], o["read"]) == (second["id"], first["id"])
    assert a.ok("GET", "/api/v1/channels/" + town.id)["unread"] == 1
    o = a.ok("POST", path, {"delivered": first["id"]})
    assert o["delivered"] == second["id"]
    o = a.ok("POST", path, {"read": second["id"]})
    assert o["read"] == second["id"]
    assert a.ok("GET", "/api/v1/channels/" + town.id)["unread"] == 0
    got = town.hub.ok("GET", "/api/v1/posts/%s/receipts" % second["id"])["readers"]
    by = {r["name"]: r for r in got}
    assert by["Name a"]["read"] and not by["Name b"]["read"]
    own = town["a"].ok("GET", "/api/v1/posts/%s/receipts" % second["id"])["readers"]
    assert {r["name"] for r in own} >= {"Name a", "Name a2"}
    assert all(r["agency"] == town.missions[0] for r in own)
    # a cursor stands on what its reader sees
    mine = town.post("p", to=[town.missions[1]])
    assert a.post(path, {"read": mine["id"]}).status_code == 422


def test_a_mission_learns_that_its_words_were_read_and_no_more(town):
    p = town.post("a", kind="concern", text="is somebody there?")
    get = "/api/v1/posts/" + p["id"]
    assert town["a"].ok("GET", get)["seen"] == {"delivered": False, "read": False}
    town.hub.ok("POST", "/api/v1/channels/%s/cursor" % town.id, {"read": p["id"]})
    assert town["a"].ok("GET", get)["seen"] == {"delivered": True, "read": True}


def test_red_is_for_those_named(town):
    town.partner()
    body = {"kind": "situation", "text": "CanaryRed", "tlp": "RED"}
    assert town.hub.post(town.posts, body).status_code == 422
    p = town.post("p", recipients=[town.ids["a"]], **{k: v for k, v in body.items()})
    for who in ("a", "p"):
        assert town[who].get("/api/v1/posts/" + p["id"]).status_code == 200, who
    for who in ("a2", "b", "r", "chief"):
        assert town[who].get("/api/v1/posts/" + p["id"]).status_code == 404, who
        assert "CanaryRed" not in town[who].get("/api/v1/posts?q=CanaryRed").text
    r = town["a"].post(town.posts, {"kind": "question", "forward_of": p["id"]})
    assert r.status_code == 403 and r.json()["code"] == "marking_forbids"
    a = town.post("a", kind="question", reply_to=p["id"], text="answer to red")
    assert a["tlp"] == "RED"
    assert town["p"].get("/api/v1/posts/" + a["id"]).status_code == 200
    assert town["chief"].get("/api/v1/posts/" + a["id"]).status_code == 404


def test_strict_and_amber_reach_the_agencies_named(town):
    town.partner()
    to = [town.missions[0]]
    amber = town.post("p", tlp="AMBER", to=to)
    strict = town.post("p", tlp="AMBER+STRICT", to=to)
    green = town.post("p", tlp="GREEN", to=to)
    want = {"a": "yyy", "a2": "yny", "b": "nnn", "r": "nny", "chief": "yyy"}
    for who, row in want.items():
        got = "".join("y" if town[who].get("/api/v1/posts/" + p["id"]).status_code == 200
                      else "n" for p in (amber, strict, green))
        assert got == row, (who, got)


def test_what_was_corrected_stands_beside_it(town, live):
    p = town.post("p", text="at ten", tlp="GREEN", must_ack="agency")
    town["a"].ok("POST", "/api/v1/posts/%s/acknowledge" % p["id"])
    s = live(town["a"])
    s.hello()
    assert town.chief.post("/api/v1/posts/%s/correct" % p["id"], {
        "text": "x", "reason": "y"}).status_code == 403
    o = town.hub.ok("POST", "/api/v1/posts/%s/correct" % p["id"],
                    {"text": "at eleven", "reason": "wrong hour"})
    assert o["version"] == 2 and o["earlier"][0]["text"] == "at ten"
    e = s.event("post.corrected", id=p["id"])
    assert e["data"]["text"] == "at eleven"
    o = town["a"].ok("GET", "/api/v1/posts/" + p["id"])
    assert o["earlier"][0]["text"] == "at ten" and not o["acknowledged"], \
        "an acknowledgement is of the words that were read"
    assert [x["id"] for x in town["a"].items("/api/v1/posts?q=eleven")] == [p["id"]]


def test_a_translation_stands_beside_the_original(town):
    p = town.post("p", text="Roads are closed", language="en", tlp="GREEN")
    t = {"language": "ur", "text": "سڑکیں بند ہیں"}
    assert town["a"].post("/api/v1/posts/%s/translations" % p["id"],
                          t).status_code == 403
    town.chief.ok("POST", "/api/v1/posts/%s/translations" % p["id"], t)
    o = town["a"].ok("GET", "/api/v1/posts/" + p["id"])
    assert o["text"] == "Roads are closed" and o["translations"]["ur"]["text"] == t["text"]


def test_search_folds_urdu_and_finds_only_what_one_may_see(town):
    # yeh and kaf as an Arabic keyboard writes them
    p = town.post("p", text="کراچی میں سڑک بند ہے", tlp="GREEN")
    q = town.post("a", kind="concern", text="كراچي xyzzy")
    for who, want in (("a", {p["id"], q["id"]}), ("b", {p["id"]}),
                      ("p", {p["id"], q["id"]})):
        got = {x["id"] for x in town[who].items("/api/v1/posts?q=كراچي")}
        assert got == want, who
    got = town["p"].items("/api/v1/posts?q=كراچي&kind=concern&channel=" + town.id)
    assert [x["id"] for x in got] == [q["id"]]
    assert town["p"].items("/api/v1/posts?q=كراچي&until=2020-01-01T00:00:00Z") == []
    assert town["b"].items("/api/v1/posts?q=xyzzy") == []


def test_pages_of_a_mission_are_full_of_its_own(town):
    """What is for others is neither counted nor passed over: pages are whole."""
    for _ in range(6):
        town.post("a", kind="question")
    mine = [town.post("b", kind="question")["id"] for _ in range(3)]
    for _ in range(6):
        town.post("a", kind="question")
    o = town["b"].ok("GET", town.posts + "?limit=2&kind=question")
    assert [p["id"] for p in o["items"]] == mine[:0:-1] and o["next"]
    o = town["b"].ok("GET", town.posts + "?limit=2&kind=question&after=" + o["next"])
    assert o["items"][0]["id"] == mine[0]


def test_a_broadcast_reaches_the_owners_of_places(town):
    c = town.sites[0]["position"]
    area = {"circle": {"lat": c["lat"], "lon": c["lon"], "radius_m": 30}}
    o = town.hub.ok("POST", "/api/v1/channels/%s/preview" % town.id, {
        "kind": "advisory", "text": "t", "broadcast": {"area": area}})
    assert town.sites[0]["id"] in o["sites"]
    p = town.post("p", kind="advisory", broadcast={"area": area})
    assert town["a"].ok("GET", "/api/v1/posts/" + p["id"])["sites"] == [
        town.sites[0]["id"]]
    d = 0.0004
    square = [{"lat": c["lat"] + i * d, "lon": c["lon"] + j * d}
              for i, j in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    p = town.post("p", kind="advisory", broadcast={"class": "consulate",
                                                   "area": {"polygon": square}})
    assert town["a"].get("/api/v1/posts/" + p["id"]).status_code == 200
    p = town.post("p", kind="advisory", broadcast={"all": True})
    for who in ("a", "b"):
        o = town[who].ok("GET", "/api/v1/posts/" + p["id"])
        assert len(o["sites"]) >= 1 and "to" not in o and "broadcast" not in o
    for bad, code in (({"class": "castle"}, "bad_field"), ({}, "bad_field"),
                      ({"class": "camp"}, "nobody_there"),
                      ({"area": {"circle": {"lat": 1}}}, "bad_field"),
                      ({"everyone": 1}, "bad_field")):
        r = town.hub.post(town.posts, {"kind": "advisory", "text": "t",
                                       "broadcast": bad})
        assert (r.status_code, r.json()["code"]) == (422, code), bad
    r = town["a"].post(town.posts, {"kind": "situation", "text": "t",
                                    "broadcast": {"all": True}})
    assert r.status_code == 403


def test_who_has_not_acknowledged_is_told_to_the_sender_s_side_alone(town):
    p = town.post("p", to=town.missions, must_ack="agency", tlp="GREEN")
    get = "/api/v1/posts/%s/receipts" % p["id"]
    assert {o["agency"] for o in town.chief.ok("GET", get)["owing"]} == set(town.missions)
    town["a2"].ok("POST", "/api/v1/posts/%s/acknowledge" % p["id"])
    assert [o["agency"] for o in town.hub.ok("GET", get)["owing"]] == [town.missions[1]]
    o = town["b"].ok("GET", get)
    assert "owing" not in o and o["acknowledged"] == []
    o = town["a"].ok("GET", get)
    assert [x["name"] for x in o["acknowledged"]] == ["Name a2"]
    p = town.post("p", to=[town.missions[0]], must_ack="person", tlp="GREEN")
    owing = town.hub.ok("GET", "/api/v1/posts/%s/receipts" % p["id"])["owing"]
    assert {o["account"] for o in owing} >= {town.ids["a"], town.ids["a2"]}


def test_an_open_channel_never_has_two_missions(town):
    chief = town.chief
    c = chief.ok("POST", "/api/v1/channels", {"name": "Ring road", "shape": "open"}, 201)
    path = "/api/v1/channels/%s/members" % c["id"]
    chief.ok("POST", path, {"agency": town.rangers}, 201)
    chief.ok("POST", path, {"agency": town.missions[0], "role": "liaison"}, 201)
    r = chief.post(path, {"account": town.ids["b"]})
    assert (r.status_code, r.json()["code"]) == (422, "missions_meet")
    posts = "/api/v1/channels/%s/posts" % c["id"]
    p = town["r"].ok("POST", posts, {"kind": "situation", "text": "from the rangers"}, 201)
    assert town["a"].ok("GET", "/api/v1/posts/" + p["id"])["author_name"] == "Name r"
    assert town["a2"].get("/api/v1/posts/" + p["id"]).status_code == 404, "by role only"
    assert town["b"].get("/api/v1/channels/" + c["id"]).status_code == 404
    assert town["a"].post("/api/v1/channels", {
        "name": "x", "shape": "open"}).status_code == 403
    # what one leaves, one sees no more
    m = next(m for m in chief.items(path) if m.get("role") == "liaison")
    assert town["a"].delete("/api/v1/members/" + m["id"]).status_code == 403
    assert chief.delete("/api/v1/members/" + m["id"]).status_code == 204
    assert town["a"].get("/api/v1/posts/" + p["id"]).status_code == 404


def test_a_revoked_account_sends_nothing_and_hears_nothing(town, live):
    c = town.person("gone", town.missions[0], "liaison")
    s = live(c)
    s.hello()
    t0 = time.monotonic()
    town.admin.ok("PATCH", "/api/v1/accounts/" + town.ids["gone"], {"disabled": True})
    r = c.post(town.posts, {"kind": "question", "text": "queued", "key": key()})
    assert r.status_code == 401
    s.wait_closed(5)
    assert time.monotonic() - t0 < 5 * SLOW
    assert not [x for x in town["p"].items("/api/v1/posts?q=queued")]


def test_posts_outlive_a_crash(fresh):
    n = fresh()
    n.start()
    t = Town(n)
    p = t.post("a", kind="concern", text="still there", key="k1")
    t["p"].ok("POST", "/api/v1/channels/%s/cursor" % t.id, {"read": p["id"]})
    n.kill()
    n.start()
    c = n.login(None, login="talk-p", password="a-long-password")
    o = c.ok("GET", "/api/v1/posts/" + p["id"])
    assert o["text"] == "still there" and o["author_name"] == "Name a"
    got = c.ok("GET", "/api/v1/posts/%s/receipts" % p["id"])["readers"]
    assert [r["read"] for r in got if r["name"] == "Name p"] == [True]
    a = n.login(None, login="talk-a", password="a-long-password")
    o = a.ok("POST", t.posts, {"kind": "concern", "text": "again", "key": "k1"}, 200)
    assert o["id"] == p["id"]
    assert json.dumps(o).count("still there") == 1
    assert until(lambda: a.items(t.posts), 5)
    assert n.verify().returncode != 2
