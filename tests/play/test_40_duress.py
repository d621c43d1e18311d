# SPDX-License-Identifier: Apache-2.0
"""A cancel under duress. Two cities play the same story; in one the cancel is true,
in the other the code is the duress code (or the third wrong one). All that the site,
its agency and its buttons can get out of the system must be the same, byte for byte
but for ids, times and numbers, whatever the room does. Only a release tells them."""
import json
import re

import pytest
from actors import Node, until

ID = re.compile(r"\bkhi\.\w\.\d+\b")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Eyes:
    """Whoever looks from the site's side, and all that they saw, made comparable."""

    def __init__(self, n):
        self.n, self.seen, self.names = n, [], {}
        a = n.role("administrator")
        site = n.site(0)
        boss = a.ok("POST", "/api/v1/accounts", {
            "login": "boss", "password": "a-long-password", "name": "Boss",
            "role": "administrator", "agency": site["agency"]}, 201)
        assert boss
        a.ok("POST", "/api/v1/accounts", {
            "login": "rso", "password": "a-long-password", "name": "RSO",
            "role": "liaison", "agency": site["agency"]}, 201)
        v = a.ok("POST", "/api/v1/invitations", {"site": site["id"]}, 201)
        e = n.nobody().ok("POST", "/api/v1/enrolments", {"code": v["code"]}, 201)
        self.who = {"site": n.role("site"), "button": n.with_token(e["token"]),
                    "boss": n.login(None, login="boss", password="a-long-password"),
                    "rso": n.login(None, login="rso", password="a-long-password")}
        self.register = "sites/%s/register" % site["id"]
        self.plan = self.who["rso"].ok("POST", "/api/v1/plans", {
            "site": site["id"], "kind": "floor_plan", "title": "doors"}, 201)["id"]
        self.live = {k: c.live() for k, c in self.who.items()}
        self.start = {k: s.hello()["seq"] for k, s in self.live.items()}

    def plain(self, text, number=None):
        """Ids, times and numbers by the order in which they were first met."""
        def name(m):
            return self.names.setdefault(m[0], "ID%d" % len(self.names))
        text = TIME.sub("TIME", ID.sub(name, text))
        for k in self.numbers:
            text = text.replace('"%s"' % k, '"NUMBER"')
        text = re.sub(r'"(seq|through)":\d+', r'"\1":0', text)
        return re.sub(r'"next":"\d+"', '"next":"0"', text)

    numbers = ()

    def note(self, what, r):
        head = {k: v for k, v in r.headers.items()
                if k not in ("Date", "Content-Length", "Set-Cookie")}
        self.seen.append((what, r.status_code, head, self.plain(r.text)))

    def ask(self, who, method, path, body=None):
        r = self.who[who].call(method, path, body)
        self.note((who, method, ID.sub("ID", path).split("after=")[0]), r)
        return r

    def look(self, presses, incident):
        for who in self.who:
            for o in presses.get(who, ()):
                self.ask(who, "GET", "/api/v1/sos/" + o["signal"])
            for p in ("", "/timeline", "/signals"):
                self.ask(who, "GET", "/api/v1/incidents/%s%s" % (incident, p))
            for limit in range(1, 9):
                for p in ("timeline", "signals"):
                    self.ask(who, "GET", "/api/v1/incidents/%s/%s?limit=%d" % (
                        incident, p, limit))
            for q in ("", "?state=open", "?state=closed", "?state=active",
                      "?state=acknowledged", "?state=new", "?q=gate", "?q=SECRETNOTE",
                      "?q=handled", "?limit=1", "?site=" + self.n.site(0)["id"],
                      "?since=2020-01-01T00:00:00Z"):
                self.ask(who, "GET", "/api/v1/incidents" + q)
            for p in ("assignments", "assignments?state=open", "sites", "units",
                      "devices", "agencies", "site_tests", "room", "snapshot",
                      self.register, self.register + "/openings", "plans"):
                self.ask(who, "GET", "/api/v1/" + p)
            if who != "button":
                after, items = self.start[who], []
                while True:
                    o = self.who[who].ok("GET", "/api/v1/events?after=%d" % after)
                    if o["through"] == after:
                        break
                    items += o["items"]
                    after = o["through"]
                self.seen.append(((who, "events"), 0, 0, self.plain(json.dumps(items))))

    def hear(self):
        """All live frames but pings and fixes; a second reader that catches up."""
        for k, s in self.live.items():
            # a site's own press is heard by all of its side: the end of what was
            got = [f for f in s.events()]
            again = self.who[k].live(after=self.start[k])
            if got:
                again.wait(lambda f, last=got[-1]["seq"]: f.get("seq") == last)
            for name, frames in (("live", got), ("again", again.events())):
                self.seen.append(((k, name), 0, 0, self.plain(json.dumps(
                    [{x: y for x, y in f.items() if x != "_came"} for f in frames]))))
            again.close()

    def close(self):
        for s in self.live.values():
            s.close()


def play(tmp, codes, room_goes_on):
    """One city. codes: what the site says, in this order. The room then closes the
    call as a true cancel, or goes on working on it."""
    n = Node(str(tmp))
    n.start()
    eyes = None
    try:
        d, sup = n.role("dispatcher"), n.role("supervisor")
        until(lambda: sum("position" in u for u in d.items("/api/v1/units")) >= 12, 20)
        hears = n.role("board").live()
        hears.hello()
        hears.send({"sound": {"unlocked": True}})
        until(lambda: d.ok("GET", "/api/v1/room")["consoles"]["sound"])
        eyes = Eyes(n)
        site = n.site(0)
        word = {"right": site["cancel_code"], "duress": site["duress_code"],
                "wrong": "000", "": ""}
        r = eyes.ask("site", "POST", "/api/v1/sos", {"key": "k1", "message": "gate"})
        first = r.json()
        eyes.numbers = [first["number"]]
        i = first["incident"]
        second = eyes.ask("button", "POST", "/api/v1/sos", {"key": "k2"}).json()
        presses = {"site": [first], "button": [second]}
        d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
        crew = n.role("responder")
        (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                    {"units": [crew.unit]}, 201)["items"]
        crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                {"status": "accepted"})
        eyes.look(presses, i)
        eyes.seen.clear()  # the same up to here; but now
        for k, c in enumerate(codes):
            r = eyes.ask("site", "POST", "/api/v1/sos/%s/cancel" % first["signal"],
                         {"code": word[c]} if c else {})
            assert r.status_code == 200
        eyes.look(presses, i)
        other = n.nobody().press(site=site["id"], message="a passer-by heard shots")
        eyes.numbers.append(other["number"])
        if room_goes_on:
            full = d.incident(i)
            assert full["state"] == "active", "units go on"
            assert full["cancel"]["code"] == "duress" and not \
                full["cancel"].get("nothing")
            r = sup.post("/api/v1/incidents/%s/close" % i, {"disposition": "cancelled"})
            assert r.status_code == 409 and r.json()["code"] == "duress"
            # the plans are open to those who go in; the owner is not told yet
            for c in (d, crew):
                assert c.ok("GET", "/api/v1/plans/" + eyes.plan)["title"] == "doors"
            d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": "SECRETNOTE"})
            d.ok("POST", "/api/v1/incidents/%s/notes" % i, {
                "text": "SECRETNOTE for the owner", "to_owner": True})
            sup.ok("POST", "/api/v1/incidents/%s/priority" % i, {"priority": "P2"})
            crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                    {"status": "en_route"})
            crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                    {"status": "on_scene"})
            crew2 = n.role("responder", 1)
            (y,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                        {"units": [crew2.unit]}, 201)["items"]
            crew2.ok("POST", "/api/v1/assignments/%s/status" % y["id"],
                     {"status": "accepted"})
            d.ok("POST", "/api/v1/incidents/%s/callback" % i,
                 {"outcome": "wrong_word", "phone": "+92 21 555"})
        else:
            r = sup.post("/api/v1/incidents/%s/close" % i, {"disposition": "cancelled"})
            assert r.status_code == 409 and r.json()["code"] == "needs_confirmation"
            d.ok("POST", "/api/v1/incidents/%s/callback" % i,
                 {"outcome": "confirmed_false", "challenge_ok": True})
            sup.ok("POST", "/api/v1/incidents/%s/close" % i,
                   {"disposition": "cancelled"})
        end = "open" if room_goes_on else "closed"
        assert (d.incident(i)["state"] == "closed") == (end == "closed")
        eyes.look(presses, i)
        # asked again, with whatever; repeated, pressed again
        for c in ("", "wrong", "right", "duress", "wrong"):
            eyes.ask("site", "POST", "/api/v1/sos/%s/cancel" % first["signal"],
                     {"code": word[c]} if c else {})
            eyes.ask("button", "POST", "/api/v1/sos/%s/cancel" % second["signal"],
                     {"code": word[c]})
        eyes.ask("site", "POST", "/api/v1/sos/%s/more" % first["signal"],
                 {"key": "k1", "message": "more words", "kind": "fire"})
        eyes.look(presses, i)
        eyes.ask("site", "POST", "/api/v1/sos", {"key": "k1"})
        eyes.ask("button", "POST", "/api/v1/sos", {"key": "k2"})
        eyes.look(presses, i)
        until(lambda: "cancel" in d.incident(i), 3)
        eyes.hear()
        if room_goes_on:
            full = d.incident(i)
            assert full["state"] == "active" and full["cancel"]["code"] == "duress"
            assert full["cancel"]["held_from_site"] is True
            assert d.post("/api/v1/incidents/%s/release" % i).status_code == 403
            released(n, eyes, i, presses, sup)
        return eyes.seen
    finally:
        if eyes:
            eyes.close()
        n.done()


def released(n, eyes, i, presses, sup):
    """After the release the owner sees what went on meanwhile."""
    looks = "/api/v1/" + eyes.register + "/openings"
    assert eyes.who["rso"].ok("GET", looks)["items"] == []
    sup.ok("POST", "/api/v1/incidents/%s/release" % i)
    eyes.live["site"].event("incident.released", id=i)
    assert [x["what"] for x in eyes.who["rso"].ok("GET", looks)["items"]] == [
        eyes.plan] * 2
    got = eyes.who["site"].incident(i)
    assert got["state"] == "active" and got["milestones"]["on_scene"]
    assert got["priority"] == "P2"
    s = presses["site"][0]["signal"]
    assert "on_scene" in eyes.who["site"].stages(s)
    assert "closed" not in eyes.who["site"].stages(s)
    r = sup.post("/api/v1/incidents/%s/release" % i)
    assert r.status_code == 409


def same(true, duress):
    for a, b in zip(true, duress):
        assert a == b, "seen with a true cancel:\n%r\nunder duress:\n%r" % (a, b)
    assert len(true) == len(duress)
    assert len(true) > 200


def test_a_duress_code_looks_like_a_true_cancel(program, tmp_path):
    true = play(tmp_path / "a", ["right"], False)
    duress = play(tmp_path / "b", ["duress"], True)
    same(true, duress)
    assert "SECRETNOTE" not in json.dumps([s[3] for s in duress])
    assert "duress" not in json.dumps([s[3] for s in duress])


def test_a_third_wrong_code_looks_like_a_true_cancel_after_two(program, tmp_path):
    true = play(tmp_path / "a", ["wrong", "", "wrong", "right"], False)
    duress = play(tmp_path / "b", ["wrong", "", "wrong", "wrong"], True)
    same(true, duress)


def test_a_cancel_without_a_right_code_goes_on_for_all(node):
    site = node.role("site", 0)
    o = site.press()
    for body in ({}, {"code": ""}, {"code": "123"}):
        r = site.ok("POST", "/api/v1/sos/%s/cancel" % o["signal"], body)
        assert r["cancel"] == "refused" and "closed" not in [
            s["stage"] for s in r["stages"]]
    i = node.role("dispatcher").incident(o["incident"])
    assert i["state"] == "new" and i["cancel"]["code"] in ("wrong", "none")
    assert site.incident(o["incident"])["state"] == "new"
    assert "cancel" not in site.incident(o["incident"])


@pytest.mark.parametrize("code", ["cancel_code", "duress_code"])
def test_a_press_after_a_cancel_is_a_new_call(node, code):
    site = node.role("site", 1)
    o = site.press()
    site.ok("POST", "/api/v1/sos/%s/cancel" % o["signal"], {"code": node.site(1)[code]})
    again = site.press()
    assert again["incident"] != o["incident"] and again["state"] == "new"
    d = node.role("dispatcher")
    assert d.incident(o["incident"])["state"] == "new"
    assert d.incident(again["incident"])["state"] == "new"
