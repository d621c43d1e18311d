# SPDX-License-Identifier: Apache-2.0
"""Meetings: planned by themselves, invited as calendars speak, with an agenda made of
what is open; a concern's way from raised to reported back; actions chased. Calendars
and recurrences are judged by python's icalendar and dateutil."""
import datetime
import re

import pytest
from actors import until

icalendar = pytest.importorskip("icalendar")
rrule = pytest.importorskip("dateutil.rrule")
UTC = datetime.timezone.utc


def at(**kw):
    t = datetime.datetime.now(UTC) + datetime.timedelta(**kw)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (t.microsecond // 1000)


def read_time(s):
    return datetime.datetime.strptime(s, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class House:
    """The police side, two missions with a person each, the Rangers; a series."""

    def __init__(self, n):
        self.n = n
        self.admin = n.role("administrator")
        self.A, self.B = n.site(0)["agency"], n.site(1)["agency"]
        self.control = n.role("dispatcher").agency
        self.rangers = self.admin.ok("POST", "/api/v1/agencies", {
            "name": "Sindh Rangers", "kind": "rangers"}, 201)["id"]
        self.admin.ok("PATCH", "/api/v1/agencies/" + self.A, {"zone": "Asia/Shanghai"})
        self.people = {}
        for login, role, agency in (("desk", "liaison", self.control),
                                    ("boss", "supervisor", self.control),
                                    ("officer", "oversight", self.control),
                                    ("a", "liaison", self.A), ("b", "liaison", self.B),
                                    ("ranger", "liaison", self.rangers)):
            o = self.admin.ok("POST", "/api/v1/accounts", {
                "login": "meet-" + login, "name": "Person " + login.upper(),
                "role": role, "agency": agency, "password": "a-long-password"}, 201)
            self.people[login] = o["id"]
            setattr(self, login, n.login(None, login="meet-" + login,
                                         password="a-long-password"))
        for x in self.desk.items("/api/v1/series"):  # the demo's own is in the way
            self.desk.ok("PATCH", "/api/v1/series/" + x["id"], {"disabled": True})
        for w in until(lambda: self.desk.items("/api/v1/meetings?state=planned")):
            self.desk.ok("POST", "/api/v1/meetings/%s/cancel" % w["id"], {"reason": "x"})
        self.series = self.desk.ok("POST", "/api/v1/series", {
            "title": "Monthly with missions", "title_ur": "ماہانہ اجلاس",
            "cadence": "FREQ=MONTHLY;BYDAY=1MO", "zone": "Asia/Karachi",
            "starts": "2026-01-05T10:00:00", "duration_min": 90, "place": "CPO, Karachi",
            "participants": [self.control, self.A, self.B, self.rangers],
            "takes_matters": True}, 201)

    def planned(self):
        return until(lambda: sorted(
            (w for w in self.desk.items("/api/v1/meetings?state=planned")
             if w.get("series") == self.series["id"]), key=lambda w: w["start_at"]))


@pytest.fixture(scope="module")
def house(program, tmp_path_factory):
    from actors import Node
    n = Node(str(tmp_path_factory.mktemp("meet")))
    n.start()
    yield House(n)
    n.done()


def test_a_series_plans_its_meetings(house):
    """The first Mondays at ten in Karachi, as dateutil says too."""
    got = [read_time(w["start_at"]) for w in house.planned()]
    rule = rrule.rrulestr("FREQ=MONTHLY;BYDAY=1MO",
                          dtstart=datetime.datetime(2026, 1, 5, 10))
    now = datetime.datetime.now(UTC)
    want = [t.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5)))
            for t in rule.between(now.replace(tzinfo=None),
                                  now.replace(tzinfo=None)
                                  + datetime.timedelta(days=500))]
    want = [t for t in want if t > now]
    assert len(got) >= 2 and got == want[:len(got)]
    w = house.a.ok("GET", "/api/v1/meetings/" + house.planned()[0]["id"])
    zones = {t["zone"]: t["local"] for t in w["times"]}
    assert zones["Asia/Karachi"].endswith("T10:00:00+05:00")
    assert zones["Asia/Shanghai"].endswith("T13:00:00+08:00")


def test_what_is_no_cadence_is_refused(house):
    ok = {"title": "x", "zone": "Asia/Karachi", "starts": "2026-01-05T10:00:00",
          "duration_min": 30, "participants": []}
    for kw, code in (({"cadence": "FREQ=OFTEN"}, "bad_cadence"),
                     ({"cadence": "FREQ=SECONDLY"}, "bad_cadence"),
                     ({"starts": "2026-13-05T10:00:00"}, "bad_cadence"),
                     ({"zone": "../../etc/passwd"}, "bad_zone"),
                     ({"zone": "Asia/Nowhere"}, "bad_zone"),
                     ({"participants": ["khi.g.99999"]}, "no_such_participant")):
        r = house.desk.post("/api/v1/series", dict(ok, **kw))
        assert r.status_code == 422 and r.json()["code"] == code, (kw, r.text)
    assert house.a.post("/api/v1/series", ok).status_code == 403


def calendar_of(r):
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"].startswith("text/calendar")
    assert b"\r\n" in r.content and all(
        len(x) <= 75 for x in r.content.split(b"\r\n")), "lines are folded"
    return icalendar.Calendar.from_ical(r.content)


def events_of(cal):
    return [e for e in cal.walk("VEVENT")]


def test_an_invitation_names_no_other_guest(house):
    w = house.planned()[0]
    u = "/api/v1/meetings/%s/invitation" % w["id"]
    seen = {}
    for who in ("a", "b", "ranger", "desk"):
        r = getattr(house, who).get(u)
        cal = calendar_of(r)
        assert str(cal["METHOD"]) == "REQUEST"
        (e,) = events_of(cal)
        assert e["DTSTART"].dt.astimezone(UTC) == read_time(w["start_at"])
        assert e["DTEND"].dt - e["DTSTART"].dt == datetime.timedelta(minutes=90)
        assert e["DTSTART"].params["TZID"] == "Asia/Karachi"
        (z,) = cal.walk("VTIMEZONE")
        assert str(z["TZID"]) == "Asia/Karachi"
        assert e["SEQUENCE"] == 0 and w["id"] in str(e["UID"])
        assert e.walk("VALARM")
        people = e["ATTENDEE"] if isinstance(e["ATTENDEE"], list) else [e["ATTENDEE"]]
        seen[who] = {str(p) for p in people}
    mail = {k: "mailto:%s@khi.kumak.invalid" % v for k, v in (
        ("A", house.A), ("B", house.B), ("C", house.control), ("R", house.rangers),
        ("a", house.people["a"]), ("b", house.people["b"]))}
    assert seen["a"] == {mail[k] for k in "ACRa"}
    assert seen["b"] == {mail[k] for k in "BCRb"}
    assert {mail[k] for k in "ABCR"} <= seen["desk"] & seen["ranger"]
    # the record says no more than the invitation
    for who, own, other in (("a", house.A, house.B), ("b", house.B, house.A)):
        r = getattr(house, who).get("/api/v1/meetings/" + w["id"])
        assert own in r.text and house.rangers in r.text
        assert not re.search(re.escape(other) + r"(?!\d)", r.text)


def test_answers_come_by_button_and_by_calendar(house, live):
    w = house.planned()[0]
    u = "/api/v1/meetings/" + w["id"]
    sa, sd = live(house.a), live(house.desk)
    sa.hello()
    sd.hello()
    house.b.ok("POST", u + "/answer", {"answer": "tentative"})
    sd.event("meeting.answered", id=w["id"])
    # A's calendar answers with the REPLY that RFC 5546 has it make
    reply = house.a.get(u + "/invitation?method=reply").text
    assert "METHOD:REPLY" in reply and "PARTSTAT=NEEDS-ACTION" in reply
    reply = reply.replace("NEEDS-ACTION", "ACCEPTED").encode()
    r = house.a.post("/api/v1/meetings/import", raw=reply,
                     headers={"Content-Type": "text/calendar"})
    assert r.status_code == 200, r.text
    mine = {x["account"]: x.get("answer") for x in house.a.ok("GET", u)["attendance"]}
    assert mine == {house.people["a"]: "accepted"}
    all_ = {x["account"]: x.get("answer") for x in house.desk.ok("GET", u)["attendance"]}
    assert all_ == {house.people["a"]: "accepted", house.people["b"]: "tentative"}
    # who answers for another is refused, and another's answer is no event for a guest
    forged = reply.replace(house.people["a"].encode(), house.people["b"].encode())
    assert house.a.post("/api/v1/meetings/import", raw=forged).status_code == 403
    sa.event("meeting.answered", id=w["id"])  # its own
    assert len([f for f in sa.events() if f["type"] == "meeting.answered"]) == 1
    for raw in (b"", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"\x00", b"x" * 70000):
        r = house.desk.post("/api/v1/meetings/import", raw=raw)
        assert r.status_code == 422 and r.json()["code"] == "bad_calendar", r.text


def test_a_moved_meeting_has_a_new_sequence(house, live):
    w = house.planned()[1]
    u = "/api/v1/meetings/" + w["id"]
    stale = house.a.get(u + "/invitation?method=reply").text
    s = live(house.a)
    s.hello()
    t = read_time(w["start_at"]) + datetime.timedelta(days=1)
    house.desk.ok("PATCH", u, {"start_at": t.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
    s.event("meeting.changed", id=w["id"], sequence=1)
    (e,) = events_of(calendar_of(house.a.get(u + "/invitation")))
    assert e["SEQUENCE"] == 1 and e["DTSTART"].dt.astimezone(UTC) == t
    r = house.a.post("/api/v1/meetings/import",
                     raw=stale.replace("NEEDS-ACTION", "ACCEPTED").encode())
    assert r.status_code == 409 and r.json()["code"] == "old_sequence"
    assert house.a.patch(u, {"title": "x"}).status_code == 403
    house.desk.ok("POST", u + "/cancel", {"reason": "holiday"})
    cal = calendar_of(house.a.get(u + "/invitation"))
    assert str(cal["METHOD"]) == "CANCEL"
    (e,) = events_of(cal)
    assert str(e["STATUS"]) == "CANCELLED" and e["SEQUENCE"] == 2


def test_who_is_invited_later_is_told_and_the_others_are_not(house, live):
    w = house.desk.ok("POST", "/api/v1/meetings", {
        "title": "Working group", "zone": "Asia/Karachi", "start_at": at(days=9),
        "duration_min": 60, "participants": [house.A]}, 201)
    sa, sb = live(house.a), live(house.b)
    sa.hello()
    sb.hello()
    u = "/api/v1/meetings/" + w["id"]
    assert house.b.get(u).status_code == 404
    house.desk.ok("PATCH", u, {"participants": [house.A, house.B]})
    sb.event("meeting.invited", id=w["id"])
    assert house.b.get(u).status_code == 200
    house.desk.ok("PATCH", u, {"place": "Hall 2"})
    sa.event("meeting.changed", id=w["id"])
    assert not [f for f in sa.events() if f["type"] == "meeting.invited"]


def test_an_invitation_from_outside(house):
    def message(method, seq, start):
        return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//Y//EN\r\nMETHOD:%s\r\n"
                "BEGIN:VEVENT\r\nUID:outside-1@home.example\r\nSEQUENCE:%d\r\n"
                "DTSTAMP:20260101T000000Z\r\nORGANIZER:mailto:home@home.example\r\n"
                "DTSTART;TZID=Asia/Karachi:%s\r\nDURATION:PT1H\r\n"
                "SUMMARY:Home department\\, review\r\nLOCATION:Secretariat\r\n"
                "END:VEVENT\r\nEND:VCALENDAR\r\n" % (method, seq, start)).encode()

    def send(c, *a):
        return c.post("/api/v1/meetings/import", raw=message(*a))

    assert send(house.a, "REQUEST", 0, "20360302T100000").status_code == 403
    w = send(house.desk, "REQUEST", 0, "20360302T100000").json()
    assert w["title"] == "Home department, review" and w["start_at"] == \
        "2036-03-02T05:00:00.000Z" and w["duration_min"] == 60
    again = send(house.desk, "REQUEST", 2, "20360303T100000").json()
    assert again["id"] == w["id"] and again["start_at"].startswith("2036-03-03")
    assert house.a.get("/api/v1/meetings/" + w["id"]).status_code == 404
    assert send(house.desk, "REQUEST", 0, "20360302T100000").status_code == 409
    r = house.desk.post("/api/v1/meetings/import", raw=message(
        "REQUEST", 3, "20360302T100000").replace(b"Asia/Karachi", b"My/Zone"))
    assert r.status_code == 422 and "TZID" in r.json()["detail"]
    cal = calendar_of(house.desk.get("/api/v1/meetings/%s/invitation?method=reply"
                                     % w["id"]))
    (e,) = events_of(cal)
    assert str(e["UID"]) == "outside-1@home.example"
    assert send(house.desk, "CANCEL", 3, "20360302T100000").json()["state"] == "cancelled"


def test_an_address_to_subscribe_to(house):
    c = house.a.ok("POST", "/api/v1/calendars", {"label": "phone"}, 201)
    path = c["url"][len(house.n.url):]
    nobody = house.n.nobody()
    cal = calendar_of(nobody.get(path))
    uids = {str(e["UID"]).split("@")[0] for e in events_of(cal)}
    assert uids == {w["id"] for w in house.a.items("/api/v1/meetings")}
    assert not re.search(re.escape(house.B) + r"(?!\d)", cal.to_ical().decode())
    secret = path.rsplit("/", 1)[1]
    assert secret not in house.a.get("/api/v1/calendars").text
    assert secret not in house.admin.get("/api/v1/events?after=0&limit=500").text
    with open(house.n.log, errors="replace") as f:
        assert secret not in f.read()  # the exception is never written down
    assert nobody.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert house.b.patch("/api/v1/calendars/" + c["id"],
                         {"state": "revoked"}).status_code == 404
    house.a.ok("PATCH", "/api/v1/calendars/" + c["id"], {"state": "revoked"})
    assert nobody.get(path).status_code == 404
    # tokens are no persons
    assert house.n.role("liaison").post("/api/v1/calendars", {}).status_code == 403


def agenda(c, w):
    return {x["id"]: x for x in c.ok("GET", "/api/v1/meetings/" + w)["agenda"]}


def test_the_way_of_a_concern(house, live):
    """Raised, proposed, put on the agenda by itself, decided, done, reported back."""
    sa, sb = live(house.a), live(house.b)
    sa.hello()
    sb.hello()
    (group,) = [c["id"] for c in house.a.items("/api/v1/channels")]
    b = house.a.ok("POST", "/api/v1/channels/%s/posts" % group, {
        "kind": "concern", "text": "گاڑیاں"}, 201)["id"]
    j = house.a.ok("POST", "/api/v1/matters", {
        "kind": "concern", "title": "گیٹ کے سامنے گاڑیاں", "text": "Cars stop at our gate",
        "post": b}, 201)
    u = "/api/v1/matters/" + j["id"]
    assert j["post"] == b
    assert j["state"] == "raised" and j["raised_by_name"] == "Person A"
    assert house.b.get(u).status_code == 404
    first = house.planned()[0]["id"]
    until(lambda: j["id"] in agenda(house.a, first), what="it is on the agenda")
    assert j["id"] not in agenda(house.b, first)
    assert house.a.ok("GET", u)["meeting"] == first
    assert house.a.post(u + "/decide", {"outcome": "agreed"}).status_code == 403
    # held, and put off: the next agenda has it
    house.desk.ok("POST", "/api/v1/meetings/%s/hold" % first, {
        "present": [house.people["a"], house.people["b"], house.people["boss"]],
        "minutes": "between us", "shared_minutes": "نشست ہوئی"})
    w = house.a.ok("GET", "/api/v1/meetings/" + first)
    assert w["shared_minutes"] == "نشست ہوئی" and "minutes" not in w
    assert {x["account"] for x in w["attendance"]} == {house.people["a"],
                                                       house.people["boss"]}
    assert j["id"] in {x["id"] for x in w["agenda"]}
    house.desk.ok("POST", u + "/decide", {"outcome": "deferred"})
    second = house.planned()[0]["id"]
    assert second != first
    until(lambda: j["id"] in agenda(house.a, second), what="it is on the next one")
    d = house.desk.ok("POST", u + "/decide", {"outcome": "agreed",
                                              "decision": "No stopping, 7 to 19"})
    assert d["state"] == "decided" and d["deferred"] == 1
    x = {"owner": house.people["officer"], "matter": j["id"], "text": "Paint the curb",
         "due_at": at(days=20)}
    r = house.desk.post("/api/v1/actions", dict(x, owner=house.people["b"]))
    assert r.status_code == 422 and r.json()["code"] == "not_their_matter"
    x = house.desk.ok("POST", "/api/v1/actions", x, 201)
    assert house.a.ok("GET", u)["state"] == "in_action"
    assert house.a.get("/api/v1/actions/" + x["id"]).status_code == 404
    assert [y["id"] for y in house.officer.items("/api/v1/actions?owner=me")] == [x["id"]]
    until(lambda: x["id"] in agenda(house.desk, house.planned()[0]["id"]),
          what="unfinished work is asked for")
    assert x["id"] not in agenda(house.a, house.planned()[0]["id"])
    house.officer.ok("POST", "/api/v1/actions/%s/done" % x["id"], {"note": "painted"})
    assert house.a.ok("GET", u)["state"] == "done"
    house.desk.ok("POST", u + "/report", {"text": "ہو گیا / It is done"})
    o = house.a.ok("GET", u)
    steps = [o[k + "_at"] for k in ("raised", "on_agenda", "decided", "in_action", "done",
                                    "reported")]
    assert steps == sorted(steps) and o["report"].startswith("ہو گیا")
    assert o["done_by_name"] == "Person OFFICER"
    for t in ("matter.scheduled", "matter.decided", "matter.done", "matter.reported"):
        sa.event(t, id=j["id"])
    assert j["id"].encode() not in bytes(sb.bytes)


def test_a_concern_on_an_agenda_becomes_a_proposal_there(house, live):
    """It keeps its place on the agenda and its way tells when each was."""
    s = live(house.a)
    s.hello()
    j = house.a.ok("POST", "/api/v1/matters", {"kind": "concern", "title": "the bend"},
                   201)
    u = "/api/v1/matters/" + j["id"]
    w = house.planned()[0]["id"]
    until(lambda: j["id"] in agenda(house.a, w))
    was = house.a.ok("GET", u)
    assert house.a.post(u + "/propose", {}).status_code == 403
    o = house.desk.ok("POST", u + "/propose", {"title": "A lamp at the bend"})
    assert (o["state"], o["meeting"]) == ("on_agenda", w)
    assert o["on_agenda_at"] == was["on_agenda_at"] <= o["proposed_at"]
    assert o["proposed_by_name"] == "Person DESK"
    assert agenda(house.a, w)[j["id"]]["title"] == "A lamp at the bend"
    e = s.event("matter.proposed", id=j["id"])
    assert e["data"]["state"] == "on_agenda"
    r = house.desk.post(u + "/propose", {})
    assert (r.status_code, r.json()["code"]) == (409, "bad_state")
    assert r.json()["detail"] == "it is proposed already"
    # a deferred one that never was a proposal may become one as well
    k = house.a.ok("POST", "/api/v1/matters", {"kind": "concern", "title": "the dip"},
                   201)
    until(lambda: k["id"] in agenda(house.a, w))
    house.desk.ok("POST", "/api/v1/meetings/%s/hold" % w, {"present": []})
    house.desk.ok("POST", "/api/v1/matters/%s/decide" % k["id"], {"outcome": "deferred"})
    o = house.desk.ok("POST", "/api/v1/matters/%s/propose" % k["id"], {})
    assert o["deferred"] == 1 and "proposed_at" in o
    second = house.planned()[0]["id"]
    until(lambda: k["id"] in agenda(house.a, second))
    # decided: too late
    house.desk.ok("POST", u + "/decide", {"outcome": "declined"})
    assert house.desk.post(u + "/propose", {}).status_code == 409


def test_what_is_named_must_be_seen(house):
    """A post, an incident, a meeting of another is as one that is not there."""
    n, a, b = house.n, house.a, house.b
    (group,) = [c["id"] for c in a.items("/api/v1/channels")]
    posts = "/api/v1/channels/%s/posts" % group
    own = a.ok("POST", posts, {"kind": "concern", "text": "of A"}, 201)["id"]
    raised = n.role("site", 0).press(message="of A")["incident"]
    met = house.desk.ok("POST", "/api/v1/meetings", {
        "title": "with A alone", "zone": "UTC", "duration_min": 30,
        "start_at": at(days=9), "participants": [house.A]}, 201)["id"]
    demand = {"officer": house.people["officer"], "subject": "s", "due_at": at(days=1)}
    say = {"kind": "question", "text": "t"}
    for who, path, body, field, real in (
            (b, "/api/v1/matters", {"kind": "advice", "title": "t"}, "post", own),
            (b, posts, say, "meeting", met), (b, posts, say, "incident", raised),
            (b, posts, say, "site", n.site(0)["id"]), (b, posts, say, "reply_to", own),
            (b, posts, say, "forward_of", own),
            (house.desk, "/api/v1/orders", None, "incident", raised)):
        if body is None:  # the desk is no command
            assert who.post(path, dict(demand, incident=real)).status_code == 403
            continue
        ghost = re.sub(r"\d+$", "987654321", real)
        x, y = (who.post(path, dict(body, **{field: v})) for v in (real, ghost))
        assert x.status_code in (404, 422), (path, field, x.text)
        assert (x.status_code, x.content.replace(real.encode(), b"")) == (
            y.status_code, y.content.replace(ghost.encode(), b"")), (path, field)
    for field, ghost in (("incident", "khi.i.987654321"), ("post", "khi.b.987654321"),
                         ("post", raised)):
        r = house.boss.post("/api/v1/orders", dict(demand, **{field: ghost}))
        assert (r.status_code, r.json()["code"]) == (422, "no_such_" + field), r.text
    # who sees them may name them
    a.ok("POST", posts, dict(say, meeting=met, incident=raised, site=n.site(0)["id"]),
         201)
    house.boss.ok("POST", "/api/v1/orders", dict(demand, incident=raised), 201)
    house.boss.ok("POST", "/api/v1/orders", dict(demand, post=own), 201)


def test_an_unfinished_action_is_carried_to_the_next_agenda(house):
    first, second = [w["id"] for w in house.planned()[:2]]
    x = house.desk.ok("POST", "/api/v1/actions", {
        "owner": house.people["boss"], "text": "Check the lamps", "meeting": first,
        "due_at": at(days=60)}, 201)
    until(lambda: x["id"] in agenda(house.desk, first))
    house.desk.ok("POST", "/api/v1/meetings/%s/hold" % first, {"present": []})
    until(lambda: x["id"] in agenda(house.desk, second))
    assert x["id"] in agenda(house.desk, first)  # what it was then
    assert house.desk.ok("GET", "/api/v1/actions/" + x["id"])["carried"] == 1


def test_an_action_is_chased_and_escalates(house, live):
    s = live(house.officer)
    s.hello()
    x = house.desk.ok("POST", "/api/v1/actions", {
        "owner": house.people["officer"], "text": "Call back", "due_at": at(seconds=3)},
        201)
    c = s.event("action.chased", id=x["id"])
    e = s.event("action.escalated", id=x["id"])
    due = read_time(x["due_at"])
    assert read_time(c["at"]) < due <= read_time(e["at"])
    assert (read_time(e["at"]) - due).total_seconds() < 2
    o = house.desk.ok("PATCH", "/api/v1/actions/" + x["id"], {"due_at": at(days=2)})
    assert "chased_at" not in o and "escalated_at" not in o
    assert house.officer.patch("/api/v1/actions/" + x["id"],
                               {"due_at": at(days=9)}).status_code == 403


def test_what_was_due_while_the_node_was_down_is_shouted_at_its_start(fresh):
    n = fresh()
    n.start()
    h = House(n)
    x = h.desk.ok("POST", "/api/v1/actions", {
        "owner": h.people["officer"], "text": "x", "due_at": at(seconds=4)}, 201)
    o = h.boss.ok("POST", "/api/v1/orders", {
        "officer": h.people["officer"], "subject": "s", "due_at": at(seconds=4)}, 201)
    count = len(h.planned())
    n.kill()
    until(lambda: at() > o["due_at"], 10)
    n.start()
    boss = n.login(None, login="meet-boss", password="a-long-password")
    until(lambda: "escalated_at" in boss.ok("GET", "/api/v1/actions/" + x["id"]), 5)
    until(lambda: boss.ok("GET", "/api/v1/orders/" + o["id"])["overdue_step"] == 1, 5)
    assert len([w for w in boss.items("/api/v1/meetings")
                if w.get("series") == h.series["id"]]) == count


# --- orders for report -----------------------------------------------------------------

def test_a_report_is_demanded_and_delivered(house, live):
    s = live(house.officer)
    s.hello()
    sd = live(house.desk)
    sd.hello()
    ask = {"officer": house.people["officer"], "subject": "Missing person, Saddar",
           "text": "Inquire into the report in the press", "due_at": at(days=1)}
    assert house.desk.post("/api/v1/orders", ask).status_code == 403
    r = house.boss.post("/api/v1/orders", dict(ask, officer=house.people["a"]))
    assert r.status_code == 422 and r.json()["code"] == "no_such_officer"
    o = house.boss.ok("POST", "/api/v1/orders", ask, 201)
    u = "/api/v1/orders/" + o["id"]
    s.event("order.issued", id=o["id"])
    assert house.boss.post(u + "/acknowledge").status_code == 403
    assert house.boss.post(u + "/accept").status_code == 409
    house.officer.ok("POST", u + "/acknowledge")
    assert house.officer.post(u + "/acknowledge").status_code == 409
    r = house.officer.post(u + "/deliver", {"report": "w", "files": ["khi.f.987654"]})
    assert (r.status_code, r.json()["code"]) == (422, "no_such_file")
    house.officer.ok("POST", u + "/deliver", {"report": "first words"})
    x = house.boss.ok("POST", u + "/return", {"reason": "who saw it?",
                                              "due_at": at(days=2)})
    assert x["state"] == "returned" and x["returns"] == 1
    house.officer.ok("POST", u + "/deliver", {"report": "with witnesses"})
    x = house.boss.ok("POST", u + "/accept")
    assert x["state"] == "accepted" and x["report"] == "with witnesses"
    assert house.officer.post(u + "/deliver", {"report": "more"}).status_code == 409
    for who in ("desk", "a", "b", "ranger", "admin"):
        c = getattr(house, who)
        assert c.get(u).status_code == 404, who
        assert o["id"] not in c.get("/api/v1/orders").text
    house.a.ok("POST", "/api/v1/matters", {"kind": "advice", "title": "to be heard"}, 201)
    sd.event("matter.raised")
    assert o["id"].encode() not in bytes(sd.bytes)


def send(who, u, name, content):
    r = who.call("POST", "%s/files?name=%s" % (u, name), raw=content)
    assert r.status_code == 201, r.text
    return r.json()["id"]


def test_files_of_an_order_are_for_its_two_sides(house, live):
    """The command's are the officer's at once; his are the command's when delivered;
    of nobody else ever, nor of one of them who is it no more."""
    n, admin = house.n, house.admin
    o = admin.ok("POST", "/api/v1/accounts", {
        "login": "meet-deputy", "name": "Deputy", "role": "supervisor",
        "agency": house.control, "password": "a-long-password"}, 201)
    deputy = n.login(None, login="meet-deputy", password="a-long-password")
    x = house.boss.ok("POST", "/api/v1/orders", {
        "officer": house.people["officer"], "subject": "Inquiry", "due_at": at(days=1)},
        201)
    u = "/api/v1/orders/" + x["id"]
    others = [getattr(house, w) for w in ("desk", "a", "b", "ranger", "admin")] + [
        n.role("dispatcher"), n.role("board"), n.role("site", 0)]

    def readers(f):
        got = [c.get("/api/v1/files/%s/content" % f).status_code for c in (
            house.officer, house.boss, deputy)]
        for c in others:
            for path in ("", "/content"):
                r = c.get("/api/v1/files/%s%s" % (f, path))
                ghost = c.get("/api/v1/files/khi.f.987654321" + path)
                assert (r.status_code, r.content) == (404, ghost.content)
        return got

    s = live(house.officer)
    s.hello()
    cut = send(house.boss, u, "press.txt", b"what the paper wrote")
    assert s.event("order.enclosed", id=x["id"])["data"]["enclosures"] == [cut]
    assert readers(cut) == [200, 200, 200]
    r = house.officer.get("/api/v1/files/%s/content" % cut)
    assert r.content == b"what the paper wrote" and "press.txt" in r.headers[
        "Content-Disposition"]
    mine = send(house.officer, u, "report.txt", b"what was found")
    assert readers(mine) == [200, 404, 404], "not before it is delivered"
    for c in others:  # who may not read the order may not add to it
        r = c.call("POST", u + "/files?name=x.txt", raw=b"x")
        assert r.status_code == 404, r.text
    for files in ([cut], ["khi.f.987654321"], [mine, cut]):
        r = house.officer.post(u + "/deliver", {"report": "w", "files": files})
        assert (r.status_code, r.json()["code"]) == (422, "no_such_file"), r.text
    house.officer.ok("POST", u + "/deliver", {"report": "found", "files": [mine]})
    assert readers(mine) == [200, 200, 200]
    assert house.boss.get("/api/v1/files/%s/content" % mine).content == b"what was found"
    r = house.officer.call("POST", u + "/files?name=x.txt", raw=b"x")
    assert (r.status_code, r.json()["code"]) == (409, "bad_state"), "he owes nothing"
    # returned: what is new comes beside what was delivered
    house.boss.ok("POST", u + "/return", {"reason": "who saw it?"})
    more = send(house.officer, u, "witness.txt", b"one saw it")
    x = house.officer.ok("POST", u + "/deliver", {"report": "seen",
                                                  "files": [mine, more]})
    assert x["files"] == [mine, more] and x["enclosures"] == [cut]
    # a file of another order is none of this one
    y = house.boss.ok("POST", "/api/v1/orders", {
        "officer": house.people["officer"], "subject": "Other", "due_at": at(days=1)},
        201)
    r = house.officer.post("/api/v1/orders/%s/deliver" % y["id"], {
        "report": "w", "files": [more]})
    assert (r.status_code, r.json()["code"]) == (422, "no_such_file")
    # one who commands no more reads it no more; the other still does
    admin.ok("PATCH", "/api/v1/accounts/" + o["id"], {"role": "board"})
    deputy = n.login(None, login="meet-deputy", password="a-long-password")
    assert readers(more) == [200, 200, 404]
    house.boss.ok("POST", u + "/accept")
    assert readers(mine) == [200, 200, 404]
    r = house.boss.call("POST", u + "/files?name=x.txt", raw=b"x")
    assert (r.status_code, r.json()["code"]) == (409, "bad_state"), "it is over"


def test_overdue_is_shouted(house, live):
    s = live(house.boss)
    s.hello()
    o = house.boss.ok("POST", "/api/v1/orders", {
        "officer": house.people["officer"], "subject": "quick",
        "due_at": at(seconds=2)}, 201)
    e = s.event("order.overdue", id=o["id"])
    assert read_time(e["at"]) >= read_time(o["due_at"])
    assert house.boss.ok("GET", "/api/v1/orders/" + o["id"])["overdue_step"] == 1
    house.boss.ok("POST", "/api/v1/orders/%s/withdraw" % o["id"], {"reason": "known now"})
    assert o["id"] not in {x["id"] for x in house.boss.items(
        "/api/v1/orders?state=owed")}


def test_words_are_not_in_the_clear_on_disk(house):
    """Minutes, matters, actions and reports are sealed."""
    words = {"zzminutes": None, "zzmatter": None, "zzaction": None, "zzorder": None}
    house.a.ok("POST", "/api/v1/matters", {"kind": "advice", "title": "zzmatter"}, 201)
    house.desk.ok("POST", "/api/v1/actions", {
        "owner": house.people["boss"], "text": "zzaction", "due_at": at(days=60)}, 201)
    house.boss.ok("POST", "/api/v1/orders", {
        "officer": house.people["officer"], "subject": "zzorder",
        "due_at": at(days=60)}, 201)
    w = house.planned()[0]["id"]
    house.desk.ok("POST", "/api/v1/meetings/%s/hold" % w, {"present": [],
                                                           "minutes": "zzminutes"})
    import glob
    import os
    data = b""
    for p in glob.glob(os.path.join(house.n.data, "store.db*")):
        with open(p, "rb") as f:
            data += f.read()
    assert b"Monthly with missions" in data  # what is not sealed is there
    assert data and not [k for k in words if k.encode() in data]
