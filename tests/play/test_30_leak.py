# SPDX-License-Identifier: Apache-2.0
"""Missions never see one another, not even that the other exists. Mission A plants a
word that nothing else has in each of its fields; everyone else then reads all there
is, by every route, and not one of these words or ids comes out. To see that the
plants are there at all, those who may see them do."""
import json
import os
import re
import time

import pytest
from actors import Node, until
from leak_city import BODY, City, LETTERS, bodies, fill, letter, queries, target

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "access.txt")


@pytest.fixture(scope="module")
def city(program, tmp_path_factory):
    d = tmp_path_factory.mktemp("leak")
    prog, spool = d / "second-path", d / "sms"
    prog.write_text("#!/bin/sh\ncat >> %s\n" % spool)
    prog.chmod(0o755)
    n = Node(str(d / "node"), "--second-path", str(prog), "--nudge-after", "1",
             "--nudge-apart", "0")
    n.start()
    until(lambda: sum("position" in u for u in n.role("dispatcher").items(
        "/api/v1/units")) >= 12, 20)
    c = City(n)
    c.spool = spool
    yield c
    for s in c.sockets.values():
        s.close()
    n.done()


def test_those_who_may_see_the_plants_do(city):
    """Without this the others' silence says nothing."""
    n, w = city.n, city.canaries
    i = "/api/v1/incidents/" + city.incident
    a = n.role("administrator")
    seen = {
        "owner": n.role("site", 0).get(i).text,
        "room": n.role("dispatcher").get(i).text,
        "crew": city.crew.get(i).text,
        "events": n.role("dispatcher").get("/api/v1/events?after=0&limit=500").text,
        "own events": n.role("site", 0).get("/api/v1/events?after=0&limit=500").text,
        "list": json.dumps(n.role("dispatcher").items("/api/v1/incidents")),
        "admin": "".join(json.dumps(a.items("/api/v1/" + p)) for p in (
            "accounts", "tokens", "invitations", "devices", "agencies", "sites")),
        "a admin": "".join(json.dumps(city.a_administrator.items("/api/v1/" + p))
                           for p in ("accounts", "tokens", "invitations", "devices",
                                     "agencies", "sites", "people")),
        "a keeper": "".join(city.a_liaison.get("/api/v1/" + p).text for p in (
            "sites/%s/register" % city.a_site["id"], "plans", "points", "visits",
            "reviews", "findings", "events?limit=500")),
        "a liaison": "".join(json.dumps(city.a_liaison.items("/api/v1/" + p)) for p in (
            "people", "matters", "advisories", "series", "meetings", "actions",
            "calendars"))
        + city.n.nobody().get(city.ics).text
        + city.a_liaison.get("/api/v1/advisories.atom").text,
        "desk": "".join(json.dumps(n.role("liaison").items("/api/v1/" + p)) for p in (
            "matters", "advisories", "series", "meetings", "actions")),
        "command": json.dumps(n.role("supervisor").items("/api/v1/orders")) + "".join(
            n.role("supervisor").get("/api/v1/files/%s%s" % (city.order_file, p)).text
            for p in ("", "/content")),
        "session": city.a_liaison.get("/api/v1/session/reach").text,
        "late": json.dumps(n.role("dispatcher").items(
            "/api/v1/incidents?site=" + city.a_site["id"])),
        "closed": n.role("dispatcher").get("/api/v1/incidents/" + city.closed).text,
    }
    for name, who in {
            "message": "owner room crew events list", "button_message": "owner room",
            "kind": "owner room crew", "room_note": "room", "owner_note": "owner room",
            "callback_phone": "room", "challenge": "room", "address": "room admin",
            "site_name": "room owner admin list", "phone_label": "room admin",
            "phone_number": "room", "agency_name": "admin", "token_label": "admin",
            "invitation_label": "admin", "invitation_open": "admin",
            "device_identity": "admin", "account_liaison": "admin",
            "login_liaison": "admin", "late_message": "late",
            "call_message": "late", "caller_phone": "late", "caller_name": "late",
            "close_note": "closed", "calendar_label": "a liaison",
            **{k: "a liaison|desk" for k in city.desk_words - {"account_liaison"}},
            "order_subject": "command", "order_text": "command",
            "order_file": "command", "order_content": "command",
            "reach_phone": "session", "anonymous_message": "room owner"}.items():
        for k in who.split("|") if "|" in who or who in seen else who.split():
            assert w[name] in seen[k], "%s does not see %s" % (k, name)
    register = [k for k in w if k.startswith("register_")]
    assert len(register) == 14
    for name in register:
        assert w[name] in seen["a keeper"], "A's own liaison: " + name
    own, police = city.a_liaison, n.role("dispatcher")
    for who, c in (("owner", own), ("police", police)):
        text = c.get("/api/v1/posts/" + city.post).text + c.get(
            "/api/v1/posts?limit=500").text + json.dumps(c.items("/api/v1/channels")) + (
                c.get("/api/v1/files/%s/content" % city.file).text) + json.dumps(
                    c.items("/api/v1/duty_phones"))
        for name in city.talk_words - {"talk_export", "talk_red"}:
            assert w[name] in text, "%s does not see %s" % (who, name)
        assert (w["talk_red"] in text) == (who == "owner")
    assert w["talk_export"] in own.get("/api/v1/exports").text
    text = own.get("/api/v1/exports/%s/content" % city.approved).text
    for name in ("talk_text", "talk_corrected", "talk_translated", "talk_reply",
                 "talk_file"):
        assert w[name] in text, "not exported: " + name
    people = [k for k in w if k.startswith("person_")]
    assert len(people) == 6
    people += [k for k in w if k.startswith("envoy_")]
    assert len(people) == 10
    for name in people:
        assert w[name] in seen["a liaison"], "A's own liaison: " + name
    for name in ["invitation_label", "account_liaison", "site_name", "address",
                 "agency_name", "token_label"] + people:
        assert w[name] in seen["a admin"], "A's own administrator: " + name
    # what the owner and the crew must not see of their own incident
    for name in ("room_note", "callback_phone"):
        assert w[name] not in seen["owner"] + seen["own events"], name
    for name in ("challenge", "callback_phone", "cancel_code"):
        assert w[name] not in seen["crew"], name
    for name in ("cancel_code", "duress_code"):
        assert not [k for k, v in seen.items() if w[name] in v], name


def test_a_mission_s_people_are_its_own(city):
    """Not even the control agency sees them: no role of it, by no way."""
    n, w = city.n, city.canaries
    words = [w[k].lower() for k in w if k.startswith("person_")] + [city.person]
    for role in ("administrator", "dispatcher", "supervisor", "duty_officer", "board",
                 "liaison", "oversight", "responder"):
        c = n.role(role)
        r = c.get("/api/v1/people/" + city.person)
        ghost = c.get("/api/v1/people/" + re.sub(r"\d+$", "987654321", city.person))
        assert (r.status_code, r.content) == (404, ghost.content), role
        assert c.patch("/api/v1/people/" + city.person, {"rank": "x"}).status_code == 404
        read = [json.dumps(c.items("/api/v1/" + p)) for p in ("people", "accounts",
                                                              "devices")]
        after = 0
        while True:
            o = c.ok("GET", "/api/v1/events?after=%d&limit=500" % after)
            read.append(json.dumps(o))
            if o["through"] == after:
                break
            after = o["through"]
        text = "".join(read).lower()
        assert not [x for x in words if x in text], role
    a = n.role("administrator")
    assert len(a.items("/api/v1/people")) > 10  # of its own it has some
    for path in ("/api/v1/accounts/" + city.accounts["a", "board"],
                 "/api/v1/devices/" + city.device):
        r = a.patch(path, {"person": city.person})
        assert (r.status_code, r.json()["code"]) == (422, "no_such_person"), r.text


def test_nobody_else_sees_anything_of_it(city):
    _, routes = city.paths()
    read = 0
    oversight_may = {"site_name"}  # statistics by site: names of places, no content
    for who, c in city.b_all.items():
        for method, path in routes:
            if method != "GET" or path.endswith("openapi.json"):
                continue
            targets = [""] if "{" not in path else city.ids_for(path, who)
            for t in targets:
                for q in queries(city, path):
                    r = c.get(fill(path, t) + q)
                    read += 1
                    found = [f for f in city.leaks_in(r.text, who)
                             if f != t or r.status_code < 400]
                    if who == "police oversight" and "response_times" in path:
                        found = [f for f in found if f not in oversight_may | city.ids
                                 | {"kind", "agency_name"}]
                    assert not found, (who, path + q, t, found, r.text[:500])
                    head = json.dumps(dict(r.headers))
                    assert not city.leaks_in(head, who), (who, path, head)
    assert read > 800


def test_the_journal_as_others_see_it_says_nothing_of_it(city):
    for who, c in city.b_all.items():
        if who in ("nobody", "bad token", "button", "feed", "device"):
            continue
        after = 0
        while True:
            r = c.get("/api/v1/events?after=%d&limit=500" % after)
            assert r.status_code == 200, (who, r.text)
            assert not city.leaks_in(r.text, who), (who, city.leaks_in(r.text, who))
            if r.json()["through"] == after:
                break
            after = r.json()["through"]


def test_at_one_table_guests_do_not_see_one_another(city):
    """Both are invited; B reads the meeting, its invitation and its calendar."""
    u = "/api/v1/meetings/" + city.both
    c = city.b_liaison.ok("POST", "/api/v1/calendars", {}, 201)
    for r in (city.b_liaison.get(u), city.b_liaison.get(u + "/invitation"),
              city.b_liaison.get("/api/v1/meetings"),
              city.n.nobody().get(c["url"][len(city.n.url):])):
        assert r.status_code == 200 and "for both" in r.text
        assert not city.leaks_in(r.text), city.leaks_in(r.text)
    a = city.a_liaison.ok("GET", u)
    assert [x["answer"] for x in a["attendance"]] == ["accepted"]
    assert city.b_liaison.ok("GET", u)["attendance"] == []


def test_the_live_socket_of_others_says_nothing_of_it(city):
    n = city.n
    # something of their own comes, so the sockets do work
    o = n.role("site", 1).press(message="of B itself")
    city.sockets["site"].event("signal.received", signal=o["signal"])
    for who, s in city.sockets.items():
        assert not s.closed, who
        assert not city.leaks_in(s.bytes, who), (who, city.leaks_in(s.bytes, who))
    late = {who: c.live(after=0) for who, c in city.b_all.items()
            if who not in ("nobody", "bad token", "feed", "device")}
    r = city.b_all["device"].get("/api/v1/live?after=0", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    assert r.status_code == 403 and not city.leaks_in(r.text, "device")
    for who, s in late.items():
        s.hello()
        s.wait(lambda f: "ping" in f, 10)  # all that it may catch up with came before
        assert not city.leaks_in(s.bytes, who), (who, city.leaks_in(s.bytes, who))
        s.close()


def test_exports_of_others_say_nothing_of_it(city):
    """B's own has what it said and heard; the police side's has no RED."""
    b = city.b_liaison
    b.ok("POST", "/api/v1/channels/%s/posts" % city.group, {
        "kind": "question", "text": "said by B itself"}, 201)
    x = city.exported(b, city.b_supervisor)
    r = b.get("/api/v1/exports/%s/content" % x)
    assert r.status_code == 200 and "said by B itself" in r.text and "to all" in r.text
    assert not city.leaks_in(r.text), city.leaks_in(r.text)
    x = city.exported(city.n.login("liaison"), city.n.login("supervisor"))
    for c in (city.a_liaison, b):
        assert c.get("/api/v1/exports/%s/content" % x).status_code == 404


def test_in_what_they_share_they_do_not_see_one_another(city):
    """The group, a post to all, a meeting of both: members, receipts, who owes what."""
    _, routes = city.paths()
    shared = {"channels": city.group, "posts": city.to_all, "meetings": city.both}
    read = {}
    for who in ("liaison", "supervisor", "dispatcher", "site account"):
        c = city.b_all[who]
        for method, path in routes:
            kind = path.split("/")[3] if path.count("/") > 3 else None
            if method != "GET" or "{" not in path or kind not in shared:
                continue
            r = c.get(fill(path, shared[kind]))
            assert not city.leaks_in(r.text), (who, path, city.leaks_in(r.text), r.text)
            read.setdefault(path, set()).add(r.status_code)
    for path in ("channels/{id}", "channels/{id}/members", "channels/{id}/posts",
                 "posts/{id}", "posts/{id}/replies", "meetings/{id}"):
        assert 200 in read["/api/v1/" + path], (path, read)
    # a control: the same receipts do name A's people to the side that asked
    text = city.n.role("supervisor").get("/api/v1/posts/%s/receipts" % city.to_all).text
    assert city.canaries["account_liaison"] in text


def snapshot(c, routes):
    """What a caller reads by each list, but for what only tells the time."""
    out = {}
    for method, path in routes:
        if method != "GET" or "{" in path or re.search(
                "head$|events$|healthz|live$|openapi|metrics", path):
            continue
        text = c.get(path + "?limit=500").text
        out[path] = re.sub(r'"(at|now|from|to|seq|through|generated_at|to_at)":[^,}]+|'
                           r"<updated>[^<]+|\b\d{4}-\d\d-\d\dT[\d:.]+Z", "", text)
    return out


def test_what_others_read_does_not_change_when_it_acts(city):
    """No count, no number of what is unread, no order: B's lists are the same bytes
    before and after A and the police speak, meet and work with one another."""
    n, a, sup = city.n, city.a_liaison, city.n.role("supervisor")
    _, routes = city.paths()
    callers = {k: city.b_all[k] for k in ("liaison", "site account", "administrator",
                                          "supervisor", "board", "oversight")}
    before = {k: snapshot(c, routes) for k, c in callers.items()}
    police = snapshot(sup, routes)
    posts = "/api/v1/channels/%s/posts" % city.group
    p = a.ok("POST", posts, {"kind": "concern", "text": "between us"}, 201)["id"]
    sup.ok("POST", posts, {"kind": "advice", "text": "between us", "reply_to": p,
                           "must_ack": "agency"}, 201)
    sup.ok("POST", posts, {"kind": "situation", "text": "to A", "to": [city.A]}, 201)
    a.ok("POST", "/api/v1/matters", {"kind": "advice", "title": "between us"}, 201)
    a.ok("POST", "/api/v1/duty_phones", {"label": "night", "phone": "15"}, 201)
    i = n.role("site", 0).press(message="between us")["incident"]
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": "seen"})
    a.ok("POST", "/api/v1/plans", {"site": city.a_site["id"], "kind": "other",
                                   "title": "between us"}, 201)
    n.role("dispatcher").ok("POST", "/api/v1/meetings", {
        "title": "between us", "zone": "UTC", "duration_min": 30,
        "start_at": "2036-02-01T00:00:00.000Z", "participants": [city.A]}, 201)
    for k, c in callers.items():
        after = snapshot(c, routes)
        wrong = [(path, before[k][path], after[path]) for path in after
                 if before[k][path] != after[path]]
        assert not wrong, (k, wrong)
    after = snapshot(sup, routes)
    assert sum(police[path] != after[path] for path in after) >= 4, "nothing happened"


def test_nudges_are_for_whom_it_concerns_and_say_nothing(city):
    def lines():
        text = city.spool.read_text() if city.spool.exists() else ""
        return [json.loads(x) for x in text.split("\n") if '"phone"' in x]

    city.sockets["liaison"].close()  # B's phone is elsewhere too
    posts = "/api/v1/channels/%s/posts" % city.group
    since = len(lines())
    city.n.role("supervisor").ok("POST", posts, {
        "kind": "advice", "text": city.canaries["talk_reply"], "reply_to": city.post,
        "priority": "P1"}, 201)
    until(lambda: city.phones["a"] in [x["phone"] for x in lines()[since:]], 10, "a nudge")
    # then one for both: what B was owed for the first would have come before it
    city.n.role("supervisor").ok("POST", posts, {"kind": "situation", "text": "x", "priority": "P1",
                                   "tlp": "GREEN"}, 201)
    until(lambda: city.phones["b"] in [x["phone"] for x in lines()[since:]], 10, "to both")
    got = lines()[since:]
    assert [x["phone"] for x in got].count(city.phones["b"]) == 1, got
    for x in got:
        found = set(city.leaks_in(json.dumps(x, ensure_ascii=False)))
        assert found <= ({"reach_phone"} if x["phone"] == city.phones["a"] else set()), x


def test_time_does_not_tell_either(city):
    """What another has takes as long to be refused as what nobody has: medians of
    calls that take turns."""
    for kind in ("incidents", "posts", "files", "matters", "sites", "orders"):
        real = city.ids_for("/api/v1/" + kind)[0]
        paths = ["/api/v1/%s/%s" % (kind, x)
                 for x in (real, re.sub(r"\d+$", "987654321", real))]
        took = ([], [])
        for k in range(200):
            for at, path in enumerate(paths if k % 2 else paths[::-1]):
                t0 = time.perf_counter()
                assert city.b_liaison.get(path).status_code == 404
                took[at if k % 2 else 1 - at].append(time.perf_counter() - t0)
        a, b = (sorted(t)[100] for t in took)
        print("leak: %s of another %.3f ms, of nobody %.3f ms" % (kind, a * 1e3, b * 1e3))
        assert abs(a - b) < 0.3 * max(a, b), (kind, a, b)


def test_an_id_of_another_is_as_one_that_does_not_exist(city):
    _, routes = city.paths()
    tried = 0
    for who, c in city.b_all.items():
        for method, path in routes:
            if "{" not in path:
                continue
            body = None if method == "GET" else BODY.get(path, {})
            q = "?reason=x" if path.endswith("/track") else ""
            for real in city.ids_for(path, who):
                if who == "police liaison" and real in city.talk_ids - {
                        city.red, city.export, city.approved}:
                    continue  # of its own channels
                ghost = re.sub(r"\d+$", "987654321", real)
                a = c.call(method, fill(path, real) + q, body)
                b = c.call(method, fill(path, ghost) + q, body)
                same = (a.status_code, a.content.replace(real.encode(), b""))
                assert same == (b.status_code, b.content.replace(ghost.encode(), b"")), (
                    who, method, path, real, a.text, b.text)
                assert a.status_code in (401, 403, 404, 405), (who, method, path, a.text)
                tried += 1
    assert tried > 800


def test_an_id_of_another_in_a_body_is_as_one_that_does_not_exist(city):
    s, g, h = city.a_site["id"], city.A, city.person
    for who, c in city.b_all.items():
        for path, body in (
                ("/api/v1/incidents", {"kind": "x", "priority": "P3", "message": "m",
                                       "site": s}),
                ("/api/v1/late_entries", {"form": "1", "kind": "x", "priority": "P3",
                                          "message": "m", "times": {}, "site": s}),
                ("/api/v1/invitations", {"site": s}),
                ("/api/v1/sites", {"agency": g, "name": "n", "class": "camp"}),
                ("/api/v1/units", {"agency": g, "callsign": "Q", "kind": "patrol"}),
                ("/api/v1/accounts", {"login": "q", "role": "liaison", "agency": g,
                                      "name": "q", "password": "a-long-password"}),
                ("/api/v1/accounts", {"login": "q", "role": "site", "site": s,
                                      "name": "q", "password": "a-long-password"}),
                ("/api/v1/tokens", {"role": "liaison", "agency": g}),
                ("/api/v1/tokens", {"role": "site", "site": s}),
                ("/api/v1/devices", {"door": "osmand", "identity": "Q1",
                                     "bound_to": s}),
                ("/api/v1/people", {"name": "n", "agency": g}),
                ("/api/v1/people", {"name": "n", "site": s}),
                ("/api/v1/accounts", {"login": "q", "role": "liaison", "name": "q",
                                      "password": "a-long-password", "person": h}),
                ("/api/v1/plans", {"site": s, "kind": "other", "title": "t"}),
                ("/api/v1/points", {"site": s, "kind": "gate", "name": "n"}),
                ("/api/v1/points", {"site": city.b_site["id"], "kind": "gate",
                                    "name": "n", "checkers": [city.token["id"]]}),
                ("/api/v1/reviews", {"site": s, "kind": "drill", "title": "t",
                                     "held_at": "2026-01-10T08:00:00Z"}),
                ("/api/v1/findings", {"review": city.review, "text": "t",
                                      "severity": "low",
                                      "due_at": "2026-01-10T08:00:00Z"}),
                ("/api/v1/agencies", {"name": "n", "kind": "mission"})):
            ghost = {k: re.sub(r"\d+$", "987654321", v) if v in (s, g, h, city.review)
                     else [re.sub(r"\d+$", "987654321", v[0])] if k == "checkers"
                     else v for k, v in body.items()}
            a, b = c.post(path, body), c.post(path, ghost)
            assert a.status_code >= 400, (who, path, body, a.text)
            assert (a.status_code, a.content) == (b.status_code, b.content), (
                who, path, body, a.text, b.text)


def test_a_press_that_names_another_s_place_is_one_s_own(city):
    """B presses and claims A's site: it is heard, at B's, and A hears nothing."""
    n = city.n
    n.role("site", 1)
    own = n.role("site", 0).live()
    own.hello()
    a = n.role("site", 1).press(site=city.a_site["id"], message="claims A's place")
    b = n.role("site", 1).press(site="khi.s.987654321", message="claims no place")
    assert a["incident"] == b["incident"]
    i = n.role("dispatcher").incident(a["incident"])
    assert i["site"] == city.b_site["id"]
    assert n.role("site", 1).get("/api/v1/incidents/" + a["incident"]).status_code == 200
    x = n.role("site", 0).press(message="so that the socket has something")
    own.event("signal.received", signal=x["signal"])
    assert b"claims" not in bytes(own.bytes)
    own.close()


def same_but_for(a, b, *words):
    """Two answers that differ in what was asked and in ids and times, in nothing else."""
    def plain(r, own):
        text = r.text
        for w in own:
            text = text.replace(w, "W")
        return re.sub(r"khi\.\w\.\d+|\d{4}-\d\d-\d\dT[\d:.]+Z", "I", text)
    assert (a.status_code, plain(a, words[:1])) == (b.status_code, plain(b, words[1:])), (
        a.text, b.text)


def test_a_name_that_another_has_is_not_told(city):
    """What must be unique on the node does not let a mission find out who else is
    there: a name that another has is answered as one that nobody has."""
    n, b = city.n, city.b_administrator
    for k in ("login_liaison", "login_administrator"):
        taken, free = city.canaries[k], "Canaryfree" + os.urandom(6).hex()
        body = {"role": "liaison", "name": "x", "password": "a-long-password"}
        r = b.post("/api/v1/accounts", dict(body, login=taken))
        f = b.post("/api/v1/accounts", dict(body, login=free))
        assert r.status_code == 201, r.text
        same_but_for(r, f, taken, free)
        # each of the two signs in as himself
        own = r.json()["login"]
        assert own == taken + "@" + b.items("/api/v1/agencies")[0]["short_name"]
        assert n.login(None, login=own, password="a-long-password").session["agency"] \
            == city.B
        assert n.login(None, login=taken, password="a-long-password").session["agency"] \
            == city.A
        # the second of one's own is refused
        assert b.post("/api/v1/accounts", dict(body, login=taken)).status_code == 409
        # a login in another agency's name is refused, whether it is there or not
        short = city.a_administrator.items("/api/v1/agencies")[0]["short_name"]
        for login in (taken + "@" + short, taken + "@nobody-here"):
            r = b.post("/api/v1/accounts", dict(body, login=login))
            assert (r.status_code, r.json()["code"]) == (422, "bad_login_name"), r.text
            assert short not in r.text
    call = city.a_administrator.ok("POST", "/api/v1/units", {"callsign": "Canary-1"}, 201)
    r = b.post("/api/v1/units", {"callsign": "Canary-1"})
    f = b.post("/api/v1/units", {"callsign": "Canary-2"})
    assert r.status_code == 201 and r.json()["id"] != call["id"], r.text
    same_but_for(r, f, "Canary-1", "Canary-2")
    assert b.post("/api/v1/units", {"callsign": "Canary-1"}).status_code == 409


def test_a_device_that_another_has_is_not_told(city):
    n, b, admin = city.n, city.b_administrator, city.n.role("administrator")
    taken, free = city.canaries["device_identity"], "Canaryfree" + os.urandom(6).hex()
    seen = "seen-" + os.urandom(4).hex()
    n.osmand(seen, lat=24.8, lon=67.0)  # pending, of nobody: the control agency's
    answers = {}
    for identity in (taken, free, seen):
        r = b.post("/api/v1/devices", {"door": "osmand", "identity": identity,
                                       "bound_to": city.b_site["id"]})
        assert r.status_code == 201 and r.json()["state"] == "pending", r.text
        same_but_for(r, answers.setdefault("first", r), identity, taken)
        answers[identity] = r.json()["id"]
        r = b.post("/api/v1/devices", {"door": "osmand", "identity": identity})
        assert r.json()["code"] == "exists", r.text
        r = b.patch("/api/v1/devices/" + answers[identity], {"state": "bound"})
        assert (r.status_code, r.json()["code"]) == (403, "needs_control"), r.text
    # it is still A's, and B's claim hears nothing of it
    assert n.osmand(taken, lat=24.8, lon=67.0) == 200
    mine = {d["id"]: d for d in b.items("/api/v1/devices")}
    assert "last_seen_at" not in mine[answers[taken]]
    # the control agency decides: not over a device that is bound
    r = admin.patch("/api/v1/devices/" + answers[taken], {"state": "bound"})
    assert (r.status_code, r.json()["code"]) == (409, "identity_bound"), r.text
    assert city.device in r.text
    for identity in (free, seen):
        o = admin.ok("PATCH", "/api/v1/devices/" + answers[identity], {"state": "bound"})
        assert (o["state"], o["agency"]) == ("bound", city.B), o
        assert n.osmand(identity, lat=24.8, lon=67.0) == 200
        o = b.ok("GET", "/api/v1/devices/" + answers[identity])
        assert o["state"] == "bound" and "last_seen_at" in o, o
    admin.ok("PATCH", "/api/v1/devices/" + answers[taken], {"state": "revoked"})
    # what is not bound is claimed again, never taken
    b.ok("PATCH", "/api/v1/devices/" + answers[free], {"bound_to": None})
    o = b.ok("PATCH", "/api/v1/devices/" + answers[free], {"bound_to": city.b_site["id"]})
    assert o["state"] == "pending", o


def test_revoking_ends_what_is_seen_at_once(city, live):
    n = city.n
    c = n.with_token(city.token["token"])
    s = live(c)
    s.hello()
    assert c.get("/api/v1/incidents/" + city.incident).status_code == 200
    n.role("administrator").ok("PATCH", "/api/v1/tokens/" + city.token["id"],
                               {"state": "revoked"})
    assert c.get("/api/v1/incidents/" + city.incident).status_code == 401
    s.wait_closed(5)


# --- the table of who may do what ------------------------------------------------------

def test_the_table_of_routes_and_roles(program, tmp_path):
    """access.txt names each route and what each role gets from it for mission A's
    records. A route that is not in it fails: write down who may use it.
    KUMAK_ACCEPT=1 writes the table anew; review the diff."""
    n = Node(str(tmp_path))
    n.start()
    try:
        c = City(n)
        for s in c.sockets.values():
            s.close()
        a = n.role("administrator")
        who = {"nobody": n.nobody, "bad": lambda: n.with_token("x"),
               "button": lambda: c.a_button, "b.site": lambda: n.role("site", 1),
               "b.admin": lambda: c.b_administrator, "b.disp": lambda: c.b_dispatcher,
               "other.crew": lambda: n.role("responder", 7),
               "oversight": lambda: n.role("oversight"),
               "liaison": lambda: n.role("liaison"), "board": lambda: n.role("board"),
               "a.site": lambda: n.role("site", 0), "a.liaison": lambda: c.a_liaison,
               "a.disp": lambda: c.a_dispatcher, "a.admin": lambda: c.a_administrator,
               "crew": lambda: c.crew, "disp": lambda: n.role("dispatcher"),
               "sup": lambda: n.role("supervisor"),
               "duty": lambda: n.role("duty_officer"), "admin": lambda: a,
               "feed": lambda: c.feed, "device": lambda: c.box}
        _, routes = c.paths()
        rows, sent = {}, bodies(c)
        for method, path in routes:
            got = []
            for k, make in who.items():
                body = None if method == "GET" else dict(sent.get(path, {}))
                if path == "/api/v1/session" and method == "POST":
                    body = {"login": "nobody-" + k, "password": "x"}
                elif path == "/api/v1/session/totp":
                    body = {"password": "x"} if method == "POST" else {
                        "state": "on", "code": "000000"}
                elif path == "/api/v1/session" and method == "PATCH":
                    body = {"language": "en"}
                elif path == "/api/v1/session" and method == "DELETE" and \
                        make().csrf:
                    got.append("y")  # would end the sessions of the table itself
                    continue
                t = target(c, method, path + "/") if "{" in path else None
                q = "?reason=x" if path.endswith("/track") else ""
                if method == "GET" and path.endswith("/track") and k == "nobody":
                    q = ""
                r = make().call(method, fill(path, t) + q if t else path + q, body)
                got.append(letter(r))
            rows["%s %s" % (method, path)] = got
        names = list(who)
        width = max(map(len, rows)) + 1
        lines = ["# Written by test_30_leak.py with KUMAK_ACCEPT=1; reviewed by people."]
        lines += ["# " + x for x in LETTERS.split("\n")]
        lines += ["# " + " ".join(names)]
        for k in sorted(rows, key=lambda x: (x.split()[1], x)):
            lines.append(k.ljust(width) + " ".join(
                g.ljust(len(m)) for g, m in zip(rows[k], names)).rstrip())
        text = "\n".join(lines) + "\n"
        if os.environ.get("KUMAK_ACCEPT"):
            with open(TABLE, "w") as f:
                f.write(text)
        with open(TABLE) as f:
            want = {" ".join(x.split()[:2]): x.split()[2:] for x in f
                    if not x.startswith("#")}
        assert set(rows) == set(want), "routes that the table lacks or has too many: %s" \
            % (set(rows) ^ set(want))
        wrong = ["%s: %s gets %s, not %s" % (k, w, g, x) for k in rows
                 for w, g, x in zip(names, rows[k], want[k]) if g != x]
        assert not wrong, "\n".join(wrong)
    finally:
        n.done()
