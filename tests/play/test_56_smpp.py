# SPDX-License-Identifier: Apache-2.0
"""Texts by way of an operator's centre, SMPP 3.4. The centre is the npm package smpp:
somebody else's reading of the standard."""
import json
import os
import queue
import subprocess
import threading
import time

import pytest

from actors import ROOT, SLOW, die_with_us, until
from test_54_sms import OFFICER, PHONE, STRANGER, secret_file, signal_of, site_of

NODE = os.path.join(ROOT, ".tools/node/bin/node")
pytestmark = pytest.mark.skipif(
    not os.access(NODE, os.X_OK) or not os.path.isdir(ROOT + "/web/node_modules/smpp"),
    reason="no node.js or no smpp")


class Centre:
    def __init__(self, port=0, *tls):
        self.seen, self.cond = [], threading.Condition()
        self.p = subprocess.Popen(
            [NODE, os.path.join(ROOT, "tests/play/smsc.mjs"), str(port), "bindword",
             *tls], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=die_with_us)
        threading.Thread(target=self.read, daemon=True).start()
        self.port = self.wait("listening")["port"]

    def read(self):
        for line in self.p.stdout:
            with self.cond:
                self.seen.append(dict(json.loads(line), came=time.monotonic()))
                self.cond.notify_all()

    def all(self, event):
        with self.cond:
            return [e for e in self.seen if e["event"] == event]

    def wait(self, event, n=1, timeout=15):
        return until(lambda: len(self.all(event)) >= n and self.all(event)[n - 1],
                     timeout, "%s, but %r" % (event, self.seen[-5:]))

    def text(self, to, words, timeout=15):
        return until(lambda: next((e for e in self.all("submit") if e["to"] == to.lstrip(
            "+") and words in e["text"]), None), timeout,
            "%r to %s, but %r" % (words, to, self.all("submit")))

    def say(self, **order):
        self.p.stdin.write((json.dumps(order) + "\n").encode())
        self.p.stdin.flush()

    def press(self, phone, words, **more):
        self.say(deliver=dict({"from": phone.lstrip("+"), "text": words}, **more))

    def stop(self):
        self.p.kill()
        self.p.wait()


@pytest.fixture
def centre():
    c = Centre()
    yield c
    c.stop()


@pytest.fixture
def bound(fresh, centre, tmp_path):
    n = fresh("--sms-gateway", "smpp://127.0.0.1:%d" % centre.port, "--sms-user", "kumak",
              "--sms-password", secret_file(tmp_path, "pw", "bindword"),
              "--sms-number", "1911")
    n.start()
    until(lambda: "centre_bound" in n.tail(), 15)
    return n


def test_a_press_and_its_stages(bound, centre):
    assert centre.wait("bind")["version"] == 0x34
    centre.press(PHONE, "SOS at the gate {1}")
    e = until(lambda: signal_of(bound, message="SOS at the gate {1}"), 10)[0]
    assert e["trust"] == "verified" and e["site"] == site_of(bound)["id"]
    assert centre.wait("deliver_sm_resp")["status"] == 0
    got = centre.text(PHONE, "Received by the command room")
    assert got["ton"] == 1 and got["from"] == "1911" and got["coding"] == 0
    bound.role("dispatcher").ok("POST", "/api/v1/incidents/%s/acknowledge" % e["incident"])
    centre.text(PHONE, "has taken it")
    centre.press(PHONE, "@ the gate [2] 5€ é", coding=0)
    until(lambda: signal_of(bound, message="@ the gate [2] 5€ é"), 10)


def test_urdu_both_ways(bound, centre):
    centre.press(STRANGER, "مدد کریں", coding=8)
    e = until(lambda: signal_of(bound, message="مدد کریں"), 10)[0]
    assert e["trust"] == "unverified" and e["language"] == "ur"
    got = centre.text(STRANGER, "موصول")
    assert got["coding"] == 8 and got["text"].endswith("کمانڈ روم کو موصول ہو گیا۔")


def test_parts_and_payloads(bound, centre):
    centre.press(STRANGER, "and more of it", udh=[5, 0, 3, 9, 2, 2])
    e = until(lambda: signal_of(bound, message="and more of it"), 10)[0]
    centre.press(STRANGER, "the first part ", udh=[5, 0, 3, 9, 2, 1])

    def mine():
        return next(x for x in bound.role("dispatcher").incident(e["incident"])["signals"]
                    if x["id"] == e["id"])

    until(lambda: mine().get("more_message") == "the first part and more of it", 10)
    centre.press(PHONE, "", fields={"message_payload": "all of it at once"})
    until(lambda: signal_of(bound, message="all of it at once"), 10)
    # what is said of a text of ours is no call
    before = len(signal_of(bound))
    centre.press(PHONE, "id:m1 sub:001 dlvrd:001 stat:DELIVRD", fields={"esm_class": 4})
    centre.wait("deliver_sm_resp", 4)
    assert len(signal_of(bound)) == before


def test_a_duty_officer_answers(bound, centre):
    bound.login("duty_officer").ok("PATCH", "/api/v1/session/reach", {"phone": OFFICER})
    i = bound.role("site", 3).press()["incident"]
    parts = [e for e in [centre.text(OFFICER, "call for help")]]
    until(lambda: any("to take it" in e["text"] for e in centre.all("submit")), 10)
    words = "".join(e["text"] for e in centre.all("submit") if e["to"] == OFFICER[1:])
    digits = words.split("Answer 1 ")[1][:4]
    assert parts[0]["from"] == "1911"
    centre.press(OFFICER, "1 " + digits)
    until(lambda: bound.role("dispatcher").incident(i)["state"] == "acknowledged", 10)


def test_the_centre_throttles_and_nothing_is_lost(bound, centre):
    centre.say(throttle=2)
    centre.press(PHONE, "SOS")
    centre.wait("throttled", 2)
    centre.text(PHONE, "Received")
    assert len([e for e in centre.all("submit") if "Received" in e["text"]]) == 1


def test_questions_and_junk(bound, centre):
    centre.say(enquire=1)
    assert centre.wait("enquire_link_resp")["status"] == 0
    # a message of a kind that we do not know is refused and the line stands
    centre.say(junk="00000010" "00000021" "00000000" "00000009")
    centre.press(PHONE, "after it")
    until(lambda: signal_of(bound, message="after it"), 10)
    assert len(centre.all("bind")) == 1
    # what is no SMPP at all ends the line, and another is made
    centre.say(junk="ffffffff" * 8)
    centre.wait("bind", 2)
    centre.press(PHONE, "on the new line")
    until(lambda: signal_of(bound, message="on the new line"), 10)


def test_the_line_breaks_and_is_made_again(bound, centre):
    centre.say(drop=1)
    centre.wait("bind", 2)
    centre.press(PHONE, "SOS")
    until(lambda: signal_of(bound, message="SOS"), 10)
    centre.text(PHONE, "Received")
    assert bound.stop() == 0
    centre.wait("unbind")


def test_answered_means_on_the_disk(bound, centre):
    for k in range(4):
        centre.press(PHONE, "press %d" % k)
        assert centre.wait("deliver_sm_resp", k + 1)["status"] == 0
        bound.kill()
        bound.start()
        centre.wait("bind", k + 2)
        assert signal_of(bound, message="press %d" % k), k
        time.sleep(0.2 * SLOW)  # the centre's own session object settles


def test_a_wrong_password_is_said_and_tried_again(fresh, centre, tmp_path):
    n = fresh("--sms-gateway", "smpp://127.0.0.1:%d" % centre.port, "--sms-user", "kumak",
              "--sms-password", secret_file(tmp_path, "pw", "other"))
    n.start()
    centre.wait("bind", 2)
    assert not any(e["right"] for e in centre.all("bind"))
    assert "centre_refused" in n.tail() and "other" not in n.tail().replace("another", "")


def test_over_tls(fresh, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "c.key", "-out",
                    "c.pem", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True,
                   cwd=tmp_path)
    c = Centre(0, str(tmp_path / "c.key"), str(tmp_path / "c.pem"))
    try:
        options = ["--sms-gateway", "smpps://127.0.0.1:%d" % c.port, "--sms-user", "kumak",
                   "--sms-password", secret_file(tmp_path, "pw", "bindword")]
        n = fresh(*options)  # no authority vouches for it
        n.start()
        time.sleep(3)
        assert not c.all("bind")
        n.stop()
        n = fresh(*options, "--sms-authority", str(tmp_path / "c.pem"))
        n.start()
        c.wait("bind")
        c.press(PHONE, "SOS")
        until(lambda: signal_of(n, message="SOS"), 10)
        c.text(PHONE, "Received")
    finally:
        c.stop()
