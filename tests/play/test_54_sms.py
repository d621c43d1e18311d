# SPDX-License-Identifier: Apache-2.0
"""Calls for help by text message: in by a gateway's HTTP, out as a Kannel takes them.
Every stage comes back, a duty officer answers a page, strangers are heard."""
import base64
import http.server
import re
import threading

import pytest
import requests

from actors import die_with_us, key, until  # noqa: F401

PHONE = "+929600000001"  # of the demo: bound to the first site, verified
STRANGER = "+929611111111"
OFFICER = "+929622222222"


class Kannel:
    """A gateway's sendsms: remembers what it was given."""

    def __init__(self):
        self.sent, self.cond, self.broken = [], threading.Condition(), False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                text = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.cond:
                    ok = not outer.broken
                    if ok:
                        outer.sent.append((dict(self.headers.items()), text.decode(),
                                           self.path))
                        outer.cond.notify_all()
                self.send_response(202 if ok else 503)
                self.end_headers()
                self.wfile.write(b"0: Accepted for delivery")

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/cgi-bin/sendsms" % self.server.server_port

    def texts(self, phone):
        with self.cond:
            return [t for h, t, _ in self.sent if h["X-Kannel-To"] == phone]

    def wait(self, phone, words, timeout=10):
        return until(lambda: next((t for t in self.texts(phone) if words in t), None),
                     timeout, "%r to %s, but %r" % (words, phone, self.texts(phone)))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def kannel():
    k = Kannel()
    yield k
    k.close()


def secret_file(tmp_path, name, text):
    p = tmp_path / name
    p.write_text(text + "\n")
    return str(p)


def text(n, phone, words, auth=None, **more):
    h = {}
    if auth:
        h["Authorization"] = "Basic " + base64.b64encode(
            ("kannel:" + auth).encode()).decode()
    return requests.get("http://%s/" % n.doors["sms"], headers=h, timeout=10, params=dict(
        {"from": phone, "text": words, "id": key()}, **more))


def signal_of(n, **want):
    """All signals that fit, from the whole journal."""
    out, after = [], 0
    while True:
        o = n.role("dispatcher").ok("GET", "/api/v1/events?limit=500&after=%d" % after)
        out += [e["data"] for e in o["items"] if e["type"] == "signal.received" and
                all(e["data"].get(k) == v for k, v in want.items())]
        if o["through"] == after:
            return out
        after = o["through"]


def site_of(n):
    d = next(d for d in n.demo["devices"] if d["door"] == "sms")
    return next(s for s in n.demo["sites"] if s["id"] == d["bound_to"])


def test_a_press_by_text_and_its_stages(fresh, kannel, tmp_path):
    n = fresh("--sms-gateway", kannel.url, "--sms-user", "kumak", "--sms-number", "1911",
              "--sms-password", secret_file(tmp_path, "pw", "gateway-word"))
    n.start()
    d = n.role("dispatcher")
    s = d.live()
    s.hello()
    r = text(n, PHONE, "SOS men at the gate")
    assert r.status_code == 200 and r.text == ""
    e = s.event("signal.received", site=site_of(n)["id"])["data"]
    assert e["trust"] == "verified" and e["message"] == "SOS men at the gate"
    i = e["incident"]
    number = d.incident(i)["number"]
    assert d.incident(i)["priority"] == "P1"
    assert kannel.wait(PHONE, "Received") == number + ": Received by the command room."
    head, _, path = kannel.sent[0]
    assert head["X-Kannel-Username"] == "kumak" and head["X-Kannel-From"] == "1911"
    assert head["X-Kannel-Password"] == "gateway-word" and "?" not in path
    d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    kannel.wait(PHONE, "has taken it")
    unit = n.role("responder", 0).unit
    a = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
             {"units": [unit]})["items"][0]["id"]
    crew = n.role("responder", 0)
    for status, words in (("accepted", "A unit is coming"),
                          ("on_scene", "The unit is with you")):
        crew.ok("POST", "/api/v1/assignments/%s/status" % a, {"status": status})
        kannel.wait(PHONE, words)
    crew.ok("POST", "/api/v1/assignments/%s/status" % a, {"status": "cleared"})
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i,
                            {"disposition": "handled"})
    kannel.wait(PHONE, "has closed this call")
    told = kannel.texts(PHONE)
    assert len(told) == len(set(told)) == 5, told
    # what is told says where nothing is, nor who comes
    words = " ".join(told)
    assert site_of(n)["name"] not in words and "gate" not in words
    with open(n.log) as f:
        assert "gateway-word" not in f.read()


def test_urdu_comes_back_in_urdu(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    text(n, PHONE, "مدد کریں")
    got = kannel.wait(PHONE, "موصول")
    assert got.endswith("کمانڈ روم کو موصول ہو گیا۔")
    assert next(h for h, t, _ in kannel.sent if t == got)["X-Kannel-Coding"] == "2"


def test_the_gateway_repeats_and_it_is_one(node):
    words = "help " + key()

    def mine():
        return signal_of(node, message=words)
    assert {text(node, STRANGER, words, id="same-1").status_code
            for _ in range(3)} == {200}
    assert len(until(mine, 5)) == 1
    text(node, STRANGER, words, id="same-2")
    until(lambda: len(mine()) == 2, 5)
    assert len({x["incident"] for x in mine()}) == 1


def test_strangers_are_heard_and_prove_nothing(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    text(n, STRANGER, "are you there")
    e = until(lambda: signal_of(n, message="are you there"), 5)[0]
    assert e["trust"] == "unverified" and "unverified" in e["labels"]
    assert "site" not in e
    dev = next(x for x in n.role("administrator").items("/api/v1/devices")
               if x["identity"] == STRANGER)
    assert dev["state"] == "pending" and dev["door"] == "sms"
    kannel.wait(STRANGER, "Received")
    # a number of a site's list tells the site, and still proves nothing
    site = n.role("administrator").ok("GET", "/api/v1/sites/" + n.demo["sites"][4]["id"])
    text(n, site["phones"][0]["number"].replace(" ", ""), "come quickly")
    e = until(lambda: signal_of(n, message="come quickly"), 5)[0]
    assert e["site"] == site["id"] and e["trust"] == "unverified"
    # nothing at all is a call too; an advertisement is not
    text(n, STRANGER, "")
    until(lambda: len([x for x in signal_of(n) if x["incident"] == signal_of(
        n, message="are you there")[0]["incident"]]) == 2, 5)
    before = len(signal_of(n))
    text(n, "TELCO", "your bundle ends today")
    text(n, STRANGER, "last")
    until(lambda: signal_of(n, message="last"), 5)
    assert len(signal_of(n)) == before + 1


def test_only_a_gateway_with_the_secret_is_believed(fresh, kannel, tmp_path):
    n = fresh("--sms-gateway", kannel.url, "--sms-secret",
              secret_file(tmp_path, "s", "word-of-the-door"))
    n.start()
    text(n, PHONE, "first")
    text(n, PHONE, "second", auth="another-word")
    for words in ("first", "second"):
        e = until(lambda: signal_of(n, message=words), 5)[0]
        assert e["trust"] == "unverified", words
    text(n, PHONE, "third", auth="word-of-the-door")
    e = until(lambda: signal_of(n, message="third"), 5)[0]
    assert e["trust"] == "verified" and e["site"] == site_of(n)["id"]
    # who forges the number cannot cancel, whatever code it has
    r = n.role("dispatcher").incident(e["incident"])
    text(n, PHONE, "cancel " + site_of(n)["cancel_code"])
    kannel.wait(PHONE, "not right")
    assert "cancel" not in n.role("dispatcher").incident(r["id"])


def test_cancel_by_text(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    text(n, PHONE, "SOS")
    i = until(lambda: signal_of(n, message="SOS"), 5)[0]["incident"]
    text(n, PHONE, "cancel 1")
    kannel.wait(PHONE, "The code was not right")
    text(n, PHONE, "Cancel " + site_of(n)["duress_code"])
    said = kannel.wait(PHONE, "cancel was received")
    d = n.role("dispatcher")
    assert until(lambda: d.incident(i).get("cancel"), 5)["code"] == "duress"
    assert d.incident(i)["state"] == "new", "it stays open"
    # what comes after looks as after a true cancel: nothing
    d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    text(n, STRANGER, "mark")
    kannel.wait(STRANGER, "Received")
    assert kannel.texts(PHONE)[-1] == said


def test_without_a_call_a_cancel_is_one(node):
    text(node, "+929633333333", "cancel 4711")
    until(lambda: signal_of(node, message="cancel 4711"), 5)
    text(node, "+929644444444", "1 4821")
    until(lambda: signal_of(node, message="1 4821"), 5)


def test_a_test_goes_through_to_a_person_and_back(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    text(n, PHONE, "TEST")
    e = until(lambda: signal_of(n, message="TEST"), 5)[0]
    assert e["is_test"] is True
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % e["incident"])
    kannel.wait(PHONE, "has taken it")
    text(n, PHONE, "SOS")
    real = until(lambda: signal_of(n, message="SOS"), 5)[0]
    assert real["incident"] != e["incident"], "a test hides no call"


def test_a_duty_officer_is_paged_and_answers(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    who = n.login("duty_officer")
    who.ok("PATCH", "/api/v1/session/reach", {"phone": OFFICER})
    i = n.role("site", 3).press()["incident"]
    page = kannel.wait(OFFICER, n.role("dispatcher").incident(i)["number"])
    digits = re.search(r"Answer 1 (\d{4}) to take it", page)[1]
    d = n.role("dispatcher")
    # a number alone takes nothing: numbers can be feigned
    text(n, OFFICER, "1")
    text(n, OFFICER, "yes %04d" % ((int(digits) + 1) % 10000))
    text(n, STRANGER, "1 " + digits)
    until(lambda: signal_of(n, message="1 " + digits), 5)
    assert d.incident(i)["state"] == "new"
    text(n, OFFICER.replace("+92", "0"), "Yes " + digits)
    until(lambda: d.incident(i)["state"] == "acknowledged", 5)
    r = d.post("/api/v1/incidents/%s/acknowledge" % i)
    assert r.status_code == 409 and r.json()["detail"].startswith(
        d.incident(i)["acknowledged_by"]["name"]), "it says who: " + r.text
    assert d.incident(i)["acknowledged_by"]["account"] == who.session["account"]
    kannel.wait("0" + OFFICER[3:], "آپ نے")  # in the language of the account
    # nobody is paged any more
    assert not [x for x in signal_of(n) if x.get("message", "").startswith("Yes")]


def test_a_bare_yes_where_numbers_are_believed(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url, "--sms-believe")
    n.start()
    n.login("duty_officer").ok("PATCH", "/api/v1/session/reach", {"phone": OFFICER})
    i = n.role("site", 3).press()["incident"]
    kannel.wait(OFFICER, "to take it")
    text(n, OFFICER, "1")
    until(lambda: n.role("dispatcher").incident(i)["state"] == "acknowledged", 5)


def test_the_gateway_fails_and_what_is_owed_waits(fresh, kannel):
    n = fresh("--sms-gateway", kannel.url)
    n.start()
    kannel.broken = True
    text(n, PHONE, "SOS")
    d = n.role("dispatcher")
    until(lambda: not d.ok("GET", "/api/v1/room")["second_path"]["ok"], 10)
    n.kill()
    kannel.broken = False
    n.start()
    kannel.wait(PHONE, "Received", 20)


def test_the_answer_goes_back_with_the_gateway(fresh):
    n = fresh("--sms-answers")
    n.start()
    r = text(n, PHONE, "SOS")
    assert r.text.endswith("Received by the command room.")
    assert r.headers["Content-Type"] == "text/plain; charset=UTF-8"
    r = text(n, PHONE, "cancel 1")
    assert "not right" in r.text


def test_parts_of_a_long_text_are_one_call(node):
    d = node.role("dispatcher")
    who = "+929655555555"

    def part(k, of, words):
        url = "http://%s/?from=%%2B%s&id=%s&udh=%%05%%00%%03%%2A%%%02X%%%02X&text=%s" % (
            node.doors["sms"], who[1:], key(), of, k, words)
        assert requests.get(url, timeout=10).status_code == 200

    part(2, 3, "at%20the%20")
    e = until(lambda: signal_of(node, message="at the "), 5)[0]
    part(1, 3, "help%20me%20")
    part(3, 3, "mosque%2024.861234,67.011234")
    part(3, 3, "mosque%2024.861234,67.011234")

    def mine():
        return [x for x in d.incident(e["incident"])["signals"] if x["id"] == e["id"]][0]

    s = until(lambda: "mosque" in mine().get("more_message", "") and mine(), 5)
    assert s["more_message"] == "help me at the mosque 24.861234,67.011234", s
    assert abs(s["better_position"]["lat"] - 24.861234) < 1e-6
    assert d.incident(e["incident"])["signals_count"] == 1


def test_acknowledged_means_on_the_disk(fresh):
    n = fresh()
    n.start()
    for k in range(5):
        assert text(n, PHONE, "press %d" % k).status_code == 200
        n.kill()
        n.start()
        assert signal_of(n, message="press %d" % k), k
