# SPDX-License-Identifier: Apache-2.0
"""A city in which mission A has planted a word that nothing else has in each of its
fields, and what is asked of it: a path for each route, a body, a letter for each
answer. Shared by the plays that look for leaks."""
import os
import re


class City:
    """Mission A with a canary in everything, mission B and the rest of the world."""

    def __init__(self, n):
        self.n, self.canaries = n, {}
        a = n.role("administrator")
        self.a_site, self.b_site = n.site(0), n.site(1)
        A, B = self.a_site["agency"], self.b_site["agency"]
        self.A, self.B = A, B
        c = self.word
        a.ok("PATCH", "/api/v1/agencies/" + A, {"name": c("agency_name"),
                                                "name_ur": c("agency_name_ur")})
        a.ok("PATCH", "/api/v1/sites/" + self.a_site["id"], {
            "name": c("site_name"), "name_ur": c("site_name_ur"),
            "address": c("address"), "challenge_word": c("challenge"),
            "phones": [{"label": c("phone_label"), "number": c("phone_number")}],
            "cancel_code": c("cancel_code"), "duress_code": c("duress_code")})
        self.accounts = {}
        for who, agency in (("a", A), ("b", B)):
            for role in ("administrator", "liaison", "dispatcher", "supervisor",
                         "duty_officer", "board", "oversight", "site"):
                login = "%s-%s" % (who, role)
                name = login
                if who == "a":
                    login, name = c("login_" + role), c("account_" + role)
                o = a.ok("POST", "/api/v1/accounts", {
                    "login": login, "password": "a-long-password", "name": name,
                    "role": role, "agency": agency}, 201)
                self.accounts[who, role] = o["id"]
                setattr(self, who + "_" + role.replace("site", "gate"),
                        n.login(None, login=login, password="a-long-password"))
        self.person = self.a_administrator.ok("POST", "/api/v1/people", {
            "name": c("person_name"), "name_ur": c("person_name_ur"),
            "rank": c("person_rank"), "site": self.a_site["id"],
            "phones": [{"label": c("person_label"), "number": c("person_number")}],
            "languages": [c("person_language")]}, 201)["id"]
        self.envoy = self.a_liaison.ok("POST", "/api/v1/people", {
            "name": c("envoy_name"), "kind": "diplomat", "site": self.a_site["id"],
            "residence": self.a_site["id"], "nationality": c("envoy_nationality"),
            "document": c("envoy_document"), "needs": c("envoy_needs")}, 201)["id"]
        self.a_administrator.ok(
            "PATCH", "/api/v1/accounts/" + self.accounts["a", "liaison"],
            {"person": self.person})
        self.phones = {}
        for who, number in (("a", "+92 300 5550101"), ("b", "+92 300 5550102")):
            self.phones[who] = number
            getattr(self, who + "_liaison").ok("PATCH", "/api/v1/session/reach",
                                               {"phone": number})
        self.canaries["reach_phone"] = self.phones["a"]
        self.make_register()
        self.unit_a = a.ok("POST", "/api/v1/units", {
            "agency": B, "callsign": "B-UNIT-1", "kind": "escort"}, 201)["id"]
        t = a.ok("POST", "/api/v1/tokens", {"role": "responder", "agency": B,
                                            "unit": self.unit_a, "label": "b"}, 201)
        self.b_responder = n.with_token(t["token"])
        self.token = a.ok("POST", "/api/v1/tokens", {
            "role": "liaison", "agency": A, "label": c("token_label")}, 201)
        v = a.ok("POST", "/api/v1/invitations", {"site": self.a_site["id"],
                                                 "label": c("invitation_label")}, 201)
        self.invitation = v["id"]
        e = n.nobody().ok("POST", "/api/v1/enrolments", {"code": v["code"]}, 201)
        self.a_button = n.with_token(e["token"])
        self.invitation2 = a.ok("POST", "/api/v1/invitations", {
            "site": self.a_site["id"], "label": c("invitation_open")}, 201)["id"]
        v = a.ok("POST", "/api/v1/invitations", {"site": self.b_site["id"]}, 201)
        e = n.nobody().ok("POST", "/api/v1/enrolments", {"code": v["code"]}, 201)
        self.b_button = n.with_token(e["token"])
        self.device = a.ok("POST", "/api/v1/devices", {
            "door": "osmand", "identity": c("device_identity"),
            "bound_to": self.a_site["id"]}, 201)["id"]
        self.a_administrator.ok("PATCH", "/api/v1/devices/" + self.device,
                                {"person": self.person})
        self.rangers = next(g["id"] for g in a.items("/api/v1/agencies")
                            if g["kind"] == "rangers")
        self.grant = self.a_liaison.ok("POST", "/api/v1/grants", {
            "to": self.rangers, "of": "sites", "subject": self.a_site["id"],
            "purpose": c("grant_purpose"), "parts": ["address"]}, 201)["id"]
        # B listens from before the first press of A to the end
        self.b_all = {
            "site": n.role("site", 1), "button": self.b_button,
            "responder": self.b_responder, "nobody": n.nobody(),
            "bad token": n.with_token("kumak-nonsense"),
            **{r: getattr(self, "b_" + r) for r in (
                "administrator", "liaison", "dispatcher", "supervisor", "duty_officer",
                "board", "oversight")}, "site account": self.b_gate,
            "police liaison": n.role("liaison"), "police oversight": n.role("oversight"),
            "other responder": n.role("responder", 7)}
        self.sockets = {k: w.live() for k, w in self.b_all.items()
                        if k not in ("nobody", "bad token")}
        for s in self.sockets.values():
            s.hello()
        # the story of A
        site, d, sup = n.role("site", 0), n.role("dispatcher"), n.role("supervisor")
        o = site.press(message=c("message"), kind=c("kind"))
        self.incident, self.signal = o["incident"], o["signal"]
        self.number = o["number"]
        o2 = self.a_button.press(message=c("button_message"))
        i = self.incident
        d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
        self.crew = n.role("responder", 0)
        (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                    {"units": [self.crew.unit]}, 201)["items"]
        self.assignment = x["id"]
        self.crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                     {"status": "accepted"})
        d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": c("room_note")})
        d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": c("owner_note"),
                                                        "to_owner": True})
        self.joining = d.ok("POST", "/api/v1/incidents/%s/partners" % i, {
            "agency": self.rangers, "purpose": c("joining_purpose")}, 201)["id"]
        d.ok("POST", "/api/v1/incidents/%s/callback" % i,
             {"outcome": "confirmed_real", "phone": c("callback_phone")})
        late = d.ok("POST", "/api/v1/late_entries", {
            "form": c("form")[:20], "kind": "sos", "priority": "P1",
            "message": c("late_message"), "site": self.a_site["id"],
            "times": {"raised": "2026-01-01T10:00:00.000Z"}}, 201)
        call = d.ok("POST", "/api/v1/incidents", {
            "kind": "call", "priority": "P2", "message": c("call_message"),
            "site": self.a_site["id"],
            "caller": {"phone": c("caller_phone"), "name": c("caller_name")}}, 201)
        call2 = d.ok("POST", "/api/v1/incidents", {
            "kind": "call", "priority": "P2", "message": c("closed_message"),
            "site": self.a_site["id"]}, 201)
        sup.ok("POST", "/api/v1/incidents/%s/close" % call2["id"],
               {"disposition": "handled", "note": c("close_note")})
        n.nobody().press(site=self.a_site["id"], message=c("anonymous_message"))
        site.press(message=c("cancelled_message"), test=True)
        self.closed = call2["id"]
        self.talk(n, c, sup)
        self.liaison(a, d, sup)
        self.card = a.items("/api/v1/run_cards")[0]["id"]
        self.closure = d.ok("POST", "/api/v1/closures", {
            "reason": "a wall has fallen", "shape": {
                "type": "LineString", "coordinates": [[67.0, 24.8], [67.01, 24.8]]}},
            201)["id"]
        self.rule = a.ok("POST", "/api/v1/cap_rules", {"name": "n", "outcome": "pending"},
                         201)["id"]
        a = self.n.login("administrator")
        self.hold = a.ok("POST", "/api/v1/holds", {
            "subject": self.a_site["id"], "reason": self.word("hold_reason")}, 201)["id"]
        own = self.a_administrator.ok("POST", "/api/v1/people", {"name": "One who asks"},
                                      201)["id"]
        self.erasure = self.a_administrator.ok("POST", "/api/v1/erasures", {
            "subject": own, "reason": self.word("erasure_reason")}, 201)["id"]
        self.kept_ids = {self.hold, self.erasure, own}
        self.ids = {self.a_site["id"], A, i, self.signal, o2["signal"],
                    self.invitation, self.invitation2, self.device, self.token["id"],
                    *self.liaison_ids, self.person, self.envoy, self.grant, self.joining,
                    self.plan, self.point, self.visit, self.review, self.finding,
                    self.assignment, late["id"], call["id"], call2["id"]} | {
                        v for (w, _), v in self.accounts.items() if w == "a"}
        self.ids |= self.talk_ids | self.kept_ids

    def talk(self, n, c, sup):
        """What A says to the police side, alone with it and in the missions' group."""
        a, police = self.a_liaison, n.role("dispatcher")
        (group,) = [x["id"] for x in a.items("/api/v1/channels")]
        self.group = group
        before = set(self.canaries)
        self.channel, self.member = self.private(sup, c("talk_channel"), c("talk_about"))
        f = a.call("POST", "/api/v1/channels/%s/files?name=%s.txt" % (group,
                   c("talk_file")), raw=c("talk_content").encode())
        assert f.status_code == 201, f.text
        self.file = f.json()["id"]
        self.post = a.ok("POST", "/api/v1/channels/%s/posts" % group, {
            "kind": "concern", "text": c("talk_text"), "subject": c("talk_subject"),
            "files": [self.file], "site": self.a_site["id"], "tlp": "GREEN"}, 201)["id"]
        a.ok("POST", "/api/v1/posts/%s/correct" % self.post, {
            "text": c("talk_corrected"), "reason": c("talk_reason")})
        a.ok("POST", "/api/v1/posts/%s/translations" % self.post, {
            "language": "ur", "text": c("talk_translated")})
        reply = police.ok("POST", "/api/v1/channels/%s/posts" % group, {
            "kind": "advice", "text": c("talk_reply"), "reply_to": self.post}, 201)["id"]
        red = a.ok("POST", "/api/v1/channels/%s/posts" % group, {
            "kind": "concern", "text": c("talk_red"), "tlp": "RED",
            "recipients": [self.accounts["a", "supervisor"]]}, 201)["id"]
        only = a.ok("POST", "/api/v1/channels/%s/posts" % self.channel, {
            "kind": "question", "text": c("talk_private")}, 201)["id"]
        both = police.ok("POST", "/api/v1/channels/%s/posts" % group, {
            "kind": "situation", "text": "to all", "must_ack": "person",
            "priority": "P1", "tlp": "GREEN"}, 201)
        self.to_all = both["id"]
        a.ok("POST", "/api/v1/posts/%s/acknowledge" % self.to_all)
        a.ok("POST", "/api/v1/channels/%s/cursor" % group, {"read": self.to_all})
        self.duty = a.ok("POST", "/api/v1/duty_phones", {
            "label": c("talk_duty"), "phone": "+92 21 5550199", "on": True}, 201)["id"]
        self.export = a.ok("POST", "/api/v1/channels/%s/exports" % group, {
            "since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z",
            "reason": c("talk_export")}, 201)["id"]
        self.talk_words = set(self.canaries) - before
        self.approved = self.exported(a, self.a_supervisor)
        self.talk_ids = {self.channel, self.member, self.file, self.post, reply, red,
                         only, self.duty, self.export, self.approved}
        self.red = red

    def exported(self, asks, approves):
        """An export of the missions' group that two people of one side have settled."""
        x = asks.ok("POST", "/api/v1/channels/%s/exports" % self.group, {
            "since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z",
            "reason": "for court"}, 201)["id"]
        approves.ok("POST", "/api/v1/exports/%s/decision" % x,
                    {"approve": True, "reason": "agreed"})
        return x

    def private(self, sup, name, about):
        """A channel of the police and A alone, and A's membership in it."""
        ch = sup.ok("POST", "/api/v1/channels", {"name": name, "shape": "open",
                                                 "about": about}, 201)["id"]
        m = sup.ok("POST", "/api/v1/channels/%s/members" % ch, {"agency": self.A}, 201)
        return ch, m["id"]

    def make_register(self):
        """A's own papers on its site: the room sees them when A calls, B never."""
        c, m, s = self.word, self.a_liaison, self.a_site["id"]
        path = "/api/v1/sites/%s/register" % s
        m.ok("PATCH", path, {"contacts": [{"person": self.person,
                                           "role": c("register_role")}]})
        m.ok("POST", path + "/threat", {"level": "severe",
                                        "reason": c("register_threat")})
        self.plan = m.ok("POST", "/api/v1/plans", {
            "site": s, "kind": "security_plan", "title": c("register_plan"),
            "floor": c("register_floor"),
            "sections": [{"title": c("register_head"), "text": c("register_text")}]},
            201)["id"]
        self.point = m.ok("POST", "/api/v1/points", {
            "site": s, "kind": "guard_post", "name": c("register_post"),
            "note": c("register_post_note")}, 201)["id"]
        self.visit = m.ok("POST", "/api/v1/points/%s/check_in" % self.point,
                          {"note": c("register_visit")}, 201)["id"]
        self.review = m.ok("POST", "/api/v1/reviews", {
            "site": s, "kind": "audit", "title": c("register_review"),
            "reviewer": c("register_auditor"), "remarks": c("register_remarks"),
            "participants": [c("register_participant")],
            "held_at": "2026-01-10T08:00:00Z"}, 201)["id"]
        self.finding = m.ok("POST", "/api/v1/findings", {
            "review": self.review, "text": c("register_finding"), "severity": "high",
            "due_at": "2026-02-01T00:00:00Z"}, 201)["id"]

    def liaison(self, a, d, sup):
        """What A has with the police side; the desk of that side sees it too."""
        c, desk = self.word, set(self.canaries)
        r = self.a_liaison.ok("POST", "/api/v1/matters", {
            "kind": "concern", "title": c("matter_title"), "text": c("matter_text")}, 201)
        self.matter = r["id"]
        r = d.ok("POST", "/api/v1/advisories", {
            "tlp": "AMBER", "to": [self.A], "category": "security", "severity": "severe",
            "event": c("advisory_event"), "urgency": "future", "certainty": "likely",
            "headline_en": c("advisory_headline"), "area_name": c("advisory_area"),
            "expires_at": "2036-01-01T00:00:00.000Z"}, 201)
        self.advisory = r["id"]
        d.ok("POST", "/api/v1/advisories/%s/issue" % r["id"])
        r = d.ok("POST", "/api/v1/series", {
            "title": c("series_title"), "zone": "Asia/Karachi", "duration_min": 60,
            "starts": "2026-01-05T10:00:00", "participants": [self.A]}, 201)
        self.series = r["id"]
        r = d.ok("POST", "/api/v1/meetings", {
            "title": c("meeting_title"), "place": c("meeting_place"),
            "zone": "Asia/Karachi", "start_at": "2036-01-01T00:00:00.000Z",
            "duration_min": 60, "participants": [self.A]}, 201)
        self.meeting = r["id"]
        # one that B is at too: of A's people and answers B learns nothing
        r = d.ok("POST", "/api/v1/meetings", {
            "title": "for both", "zone": "Asia/Karachi", "duration_min": 60,
            "start_at": "2036-01-02T00:00:00.000Z",
            "participants": [self.A, self.B]}, 201)
        self.both = r["id"]
        self.a_liaison.ok("POST", "/api/v1/meetings/%s/answer" % r["id"],
                          {"answer": "accepted"})
        r = d.ok("POST", "/api/v1/actions", {
            "owner": self.accounts["a", "liaison"], "text": c("action_text"),
            "due_at": "2036-01-01T00:00:00.000Z"}, 201)
        self.action = r["id"]
        self.desk_words = set(self.canaries) - desk | {"account_liaison"}
        r = self.a_liaison.ok("POST", "/api/v1/calendars", {
            "label": c("calendar_label")}, 201)
        self.calendar, self.ics = r["id"], r["url"][len(self.n.url):]
        self.canaries["calendar_secret"] = self.ics.rsplit("/", 1)[1]
        r = a.ok("POST", "/api/v1/accounts", {
            "login": "officer", "password": "a-long-password", "name": "Officer",
            "role": "oversight"}, 201)
        r = sup.ok("POST", "/api/v1/orders", {
            "officer": r["id"], "subject": c("order_subject"), "text": c("order_text"),
            "due_at": "2036-01-01T00:00:00.000Z"}, 201)
        self.order = r["id"]
        f = sup.call("POST", "/api/v1/orders/%s/files?name=%s.txt" % (
            self.order, c("order_file")), raw=c("order_content").encode())
        assert f.status_code == 201, f.text
        self.order_file = f.json()["id"]
        r = a.ok("POST", "/api/v1/tokens", {"role": "feed", "label": "feed"}, 201)
        self.feed = self.n.with_token(r["token"])
        self.b_all["feed"] = self.feed
        d = a.ok("POST", "/api/v1/devices", {
            "door": "http", "identity": "box-of-b",
            "bound_to": self.b_site["id"]}, 201)
        r = a.ok("POST", "/api/v1/tokens", {
            "role": "device", "device": d["id"], "agency": self.b_site["agency"],
            "label": "box"}, 201)
        self.box = self.n.with_token(r["token"])
        self.b_all["device"] = self.box
        self.desk_ids = {self.matter, self.advisory, self.series, self.meeting,
                         self.action, self.A, self.accounts["a", "liaison"]}
        self.liaison_ids = self.desk_ids | {self.calendar, self.order,
                                            self.order_file}

    def word(self, name):
        self.canaries[name] = "Canary%sx%s" % (name.replace("_", ""), os.urandom(3).hex())
        return self.canaries[name]

    def ids_for(self, path, who=None):
        """Ids of A that this path takes, and one that it does not."""
        kind = re.match(r"/api/v1/(\w+)", path)[1]
        if who == "police liaison" and kind in (
                "matters", "actions", "advisories", "series", "meetings"):
            return [self.a_site["id"]]  # the rest is its own business
        return {"incidents": [self.incident, self.closed], "sos": [self.signal],
                "assignments": [self.assignment], "agencies": [self.A],
                "sites": [self.a_site["id"]], "invitations": [self.invitation],
                "accounts": [self.accounts["a", "liaison"]],
                "plans": [self.plan], "points": [self.point],
                "reviews": [self.review], "findings": [self.finding],
                "devices": [self.device], "people": [self.person, self.envoy],
                "grants": [self.grant, self.joining],
                "tokens": [self.token["id"]],
                "channels": [self.channel], "members": [self.member],
                "posts": [self.post, self.red],
                "files": [self.file, self.order_file],
                "duty_phones": [self.duty], "exports": [self.export, self.approved],
                "matters": [self.matter], "actions": [self.action],
                "advisories": [self.advisory], "series": [self.series],
                "meetings": [self.meeting], "calendars": [self.calendar],
                "holds": [self.hold], "erasures": [self.erasure],
                "orders": [self.order]}.get(
                    kind, []) + [self.a_site["id"] if kind != "sites" else self.incident]

    def leaks_in(self, text, who=""):
        """who is of the police side: it hears what missions say to that side, and who
        they are, but nothing of it in RED and nothing else of A."""
        if isinstance(text, (bytes, bytearray)):
            text = text.decode(errors="replace")
        if who == "police liaison":
            may = (self.talk_words - {"talk_red", "talk_export"}) | {
                "agency_name", "agency_name_ur"}
            may |= {k for k in self.canaries if k.startswith("account_")}
            may |= set(self.desk_words)
            ids = self.ids - self.talk_ids - set(self.desk_ids) - {
                self.A, self.a_site["id"]} - set(
                    self.accounts.values()) | {self.red, self.export, self.approved}
            return [k for k, w in self.canaries.items()
                    if k not in may and w.lower() in text.lower()] + [
                        i for i in ids if re.search(re.escape(i) + r"(?!\d)", text)]
        found = [k for k, w in self.canaries.items() if w.lower() in text.lower()]
        found += [i for i in self.ids if re.search(re.escape(i) + r"(?!\d)", text)]
        if self.number in text:
            found.append("number")
        return found

    def paths(self):
        o = self.n.nobody().ok("GET", "/api/v1/openapi.json")
        return o, [(m.upper(), p) for p, ms in o["paths"].items() for m in ms
                   if m in ("get", "post", "patch", "delete", "put")]


def fill(path, what):
    return re.sub(r"\{\w+\}", what, path)


def queries(city, path):
    w = city.canaries
    yield ""
    if path in ("/api/v1/incidents",):
        for q in ("state=open", "state=closed", "site=" + city.a_site["id"],
                  "since=2020-01-01T00:00:00Z", "limit=500", "q=Canary",
                  "q=" + w["message"], "q=" + w["room_note"], "q=" + city.number):
            yield "?" + q
    elif "events" in path or path.endswith("live"):
        yield "?after=0&limit=500"
    elif path == "/api/v1/posts":
        for q in ("q=Canary", "q=" + w["talk_text"], "q=" + w["talk_red"], "limit=500",
                  "channel=" + city.channel, "channel=" + city.group, "kind=concern"):
            yield "?" + q
    elif path.endswith("assignments"):
        yield "?state=open"
    elif path.endswith("response_times"):
        for by in ("site", "agency", "kind", "priority"):
            yield "?by=" + by
    elif path.endswith("/track"):
        yield "?reason=look"
    elif "{" not in path:
        yield "?limit=500"


BODY = {
    "/api/v1/channels/{id}": {"about": "x"},
    "/api/v1/channels/{id}/members": {"agency": "khi.g.999999"},
    "/api/v1/channels/{id}/posts": {"kind": "question", "text": "t"},
    "/api/v1/channels/{id}/preview": {"kind": "question", "text": "t"},
    "/api/v1/channels/{id}/exports": {"since": "2020-01-01T00:00:00Z", "reason": "r",
                                      "until": "2100-01-01T00:00:00Z"},
    "/api/v1/posts/{id}/correct": {"text": "t", "reason": "r"},
    "/api/v1/posts/{id}/translations": {"language": "sd", "text": "t"},
    "/api/v1/posts/{id}/pin": {"on": True},
    "/api/v1/posts/{id}/hold": {"on": True},
    "/api/v1/duty_phones/{id}": {"on": True},
    "/api/v1/exports/{id}/decision": {"approve": True, "reason": "r"},
    "/api/v1/incidents/{id}/assignments": {"units": ["khi.u.999999"]},
    "/api/v1/incidents/{id}/notes": {"text": "t"},
    "/api/v1/incidents/{id}/priority": {"priority": "P1"},
    "/api/v1/incidents/{id}/callback": {"outcome": "no_answer"},
    "/api/v1/incidents/{id}/close": {"disposition": "handled"},
    "/api/v1/incidents/{id}/link": {"to": "khi.i.999999"},
    "/api/v1/incidents/{id}/partners": {"agency": "khi.g.999999"},
    "/api/v1/incidents/{id}/lead": {"agency": "khi.g.999999"},
    "/api/v1/devices/{id}/orders": {"kind": "locate"},
    "/api/v1/assignments/{id}/status": {"status": "accepted"},
    "/api/v1/assignments/{id}/reason": {"reason": "crew_rest"},
    "/api/v1/units/{id}/shift": {"on": True},
    "/api/v1/tokens/{id}": {"state": "revoked"},
    "/api/v1/invitations/{id}": {"state": "revoked"},
    "/api/v1/accounts/{id}": {"name": "x"},
    "/api/v1/agencies/{id}": {"name": "x"},
    "/api/v1/sites/{id}": {"name": "x"},
    "/api/v1/people/{id}": {"rank": "x"},
    "/api/v1/people/{id}/open": {"reason": "r"},
    "/api/v1/units/{id}/track": {"reason": "r"},
    "/api/v1/sites/{id}/register": {"withheld": False},
    "/api/v1/sites/{id}/register/threat": {"level": "low", "reason": "x"},
    "/api/v1/sites/{id}/register/request": {"reason": "x"},
    "/api/v1/plans/{id}": {"floor": "x"},
    "/api/v1/points/{id}": {"note": "x"},
    "/api/v1/reviews/{id}": {"remarks": "x"},
    "/api/v1/findings/{id}": {"reason": "x"},
    "/api/v1/closures/{id}": {"reason": "x"},
    "/api/v1/devices/{id}": {"trust": "verified"},
    "/api/v1/sos/{signal}/cancel": {"code": "000"},
    "/api/v1/sos/{signal}/more": {"key": "more", "message": "m"},
    "/api/v1/meetings/{id}/answer": {"answer": "accepted"},
    "/api/v1/meetings/{id}/hold": {"present": []},
    "/api/v1/calendars/{id}": {"state": "revoked"},
    "/api/v1/matters/{id}/schedule": {"meeting": "khi.w.999999"},
    "/api/v1/matters/{id}/decide": {"outcome": "agreed"},
    "/api/v1/matters/{id}/report": {"text": "t"},
    "/api/v1/orders/{id}/deliver": {"report": "r"},
    "/api/v1/orders/{id}/return": {"reason": "r"},
    "/api/v1/holds/{id}/lift": {"reason": "r"},
    "/api/v1/erasures/{id}/decision": {"approve": True, "reason": "r"},
}


def target(c, method, path):
    """The record of A that a path of a route is about; None: of none."""
    if method == "DELETE" and "/members/" in path:
        return c.private(c.n.role("supervisor"), "to leave", "x")[1]
    if method == "DELETE" and "/duty_phones/" in path:
        return c.a_liaison.ok("POST", "/api/v1/duty_phones", {
            "label": "x", "phone": "15"}, 201)["id"]
    for k, v in (("/v1/orders/", c.order), ("/v1/sites/", c.a_site["id"]),
                 ("/v1/devices/", c.device),
                 ("/channels/", c.channel), ("/members/", c.member),
                 ("/posts/", c.post), ("/files/", c.file),
                 ("/duty_phones/", c.duty), ("/exports/", c.export),
                 ("/incidents/", c.incident), ("/sos/", c.signal),
                 ("/assignments/", c.assignment), ("/agencies/", c.A),
                 ("/units/", c.crew.unit),
                 ("/accounts/", c.accounts["a", "board"]),
                 ("/people/", c.person),
                 ("/grants/", c.grant), ("/v1/plans/", c.plan),
                 ("/points/", c.point),
                 ("/reviews/", c.review), ("/findings/", c.finding),
                 ("/run_cards/", c.card), ("/erasures/", c.erasure),
                 ("/holds/", c.hold),
                 ("/tokens/", c.token["id"]), ("/invitations/", c.invitation2),
                 ("/matters/", c.matter), ("/actions/", c.action),
                 ("/advisories/", c.advisory), ("/series/", c.series),
                 ("/meetings/", c.meeting), ("/calendars/", c.calendar),
                 ("/cap_rules/", c.rule), ("/closures/", c.closure)):
        if k in path:
            return v
    return None


def bodies(c):
    """What is sent to each route that takes something."""
    all = dict(BODY)
    all.update({
        "/api/v1/sos": {"key": "table"}, "/api/v1/session": {},
        "/api/v1/incidents": {"kind": "x", "priority": "P3", "message": "m"},
        "/api/v1/late_entries": {"form": "1", "kind": "x", "priority": "P3",
                                 "message": "m", "times": {}},
        "/api/v1/agencies": {"name": "n", "kind": "company"},
        "/api/v1/sites": {"name": "n", "class": "camp"},
        "/api/v1/units": {"callsign": "K-01", "kind": "patrol"},
        "/api/v1/accounts": {"login": "administrator", "role": "liaison",
                             "name": "n", "password": "a-long-password"},
        "/api/v1/people": {"name": "n"},
        "/api/v1/people/search": {"agency": c.A, "q": "nobody", "reason": "r"},
        "/api/v1/exports": {"kind": "people", "owner": c.A, "reason": "r"},
        "/api/v1/plans": {"site": c.a_site["id"], "kind": "other", "title": "t"},
        "/api/v1/points": {"site": c.a_site["id"], "kind": "gate", "name": "n"},
        "/api/v1/reviews": {"site": c.a_site["id"], "kind": "drill", "title": "t",
                            "held_at": "2026-01-10T08:00:00Z"},
        "/api/v1/findings": {"review": c.review, "text": "t", "severity": "low",
                             "due_at": "2026-01-10T08:00:00Z"},
        "/api/v1/devices": {"door": "osmand", "identity": "demo-01"},
        "/api/v1/run_cards": {"name": "n", "kind": "never-used", "disabled": True},
        "/api/v1/tokens": {"role": "liaison"},
        "/api/v1/invitations": {"site": c.a_site["id"]},
        "/api/v1/enrolments": {"code": "no such code"},
        "/api/v1/enrolments/account": {"code": "no such code", "name": "x",
                                       "password": "a-long-password"},
        "/api/v1/channels": {"name": "n", "shape": "open"},
        "/api/v1/duty_phones": {"label": "x", "phone": "15"},
        "/api/v1/advisories": {
            "tlp": "RED", "category": "other", "event": "e", "severity": "minor",
            "urgency": "past", "certainty": "unlikely"},
        "/api/v1/cap_rules": {"name": "n", "outcome": "pending"},
        "/api/v1/series": {"title": "t", "zone": "UTC", "duration_min": 30,
                           "starts": "2026-01-05T10:00:00", "participants": []},
        "/api/v1/meetings": {"title": "t", "zone": "UTC", "duration_min": 30,
                             "start_at": "2036-01-01T00:00:00.000Z",
                             "participants": []},
        "/api/v1/matters": {"kind": "advice", "title": "t"},
        "/api/v1/holds": {"subject": c.a_site["id"], "reason": "r"},
        "/api/v1/erasures": {"subject": c.person, "reason": "r"},
        "/api/v1/actions": {"owner": c.accounts["a", "liaison"], "text": "t",
                            "due_at": "2036-01-01T00:00:00.000Z"},
        "/api/v1/orders": {"officer": c.accounts["a", "liaison"], "subject": "s",
                           "due_at": "2036-01-01T00:00:00.000Z"},
        "/api/v1/closures": {"reason": "x", "shape": {
            "type": "LineString", "coordinates": [[67.0, 24.8], [67.01, 24.8]]}},
        "/api/v1/fixes": {"fixes": []},
        "/api/v1/session/password": {"old": "x", "new": "a-long-password"},
        "/api/v1/units/{id}": {"out_of_service": False},
        "/api/v1/run_cards/{id}": {"name": "SOS of a consulate"},
    })
    return all


LETTERS = """y yes (or 409, 410, 422, 426: allowed, but not so); e yes, but nothing is
there to see; - 401 sign in; x 403 not allowed; h 404 not there; t 429"""


def letter(r):
    s = r.status_code
    if s in (401, 403, 404, 429):
        return {401: "-", 403: "x", 404: "h", 429: "t"}[s]
    assert s < 300 or s in (409, 410, 422, 426), (r.request.method, r.url, s, r.text)
    if s == 200 and r.headers.get("Content-Type") == "application/json":
        o = r.json()
        if o.get("items") == [] and "next" in o:
            return "e"
    return "y"
