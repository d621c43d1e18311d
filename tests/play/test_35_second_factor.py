# SPDX-License-Identifier: Apache-2.0
"""A second factor (RFC 6238): asked for with the password, confirmed by a code, one code
opens one session, tries are counted, an administrator takes it off; what stands and who
presses is never in its way."""
import base64
import glob
import hashlib
import hmac
import json
import os
import re
import struct
import time

import pytest
from actors import Node, key

PASSWORD = "a-long-password"
STEP = 30


@pytest.fixture(scope="module")
def own(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("totp")))
    n.start()
    yield n
    n.done()


def code_of(secret, step):
    """Another program's arithmetic than the node's."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 10**6)


class Person:
    """An account of the room; its codes are each used once, oldest first."""

    def __init__(self, n, role="dispatcher"):
        self.n, self.login, self.used = n, "totp-" + key()[:10].lower(), 0
        self.id = n.role("administrator").ok("POST", "/api/v1/accounts", {
            "login": self.login, "password": PASSWORD, "name": "T", "role": role},
            201)["id"]
        self.c = n.login(None, login=self.login, password=PASSWORD)

    def ask(self):
        o = self.c.ok("POST", "/api/v1/session/totp", {"password": PASSWORD}, 201)
        assert set(o) == {"secret", "qr_svg"} and o["qr_svg"].startswith("<svg"), o
        self.secret = o["secret"]

    def code(self):
        """The oldest code that is good now; waits for the clock when all are used."""
        while True:
            now = int(time.time()) // STEP
            step = max(self.used + 1, now - 1)
            if step <= now + 1:
                self.used = step
                return code_of(self.secret, step)
            time.sleep(0.2)

    def wrong(self):
        now = int(time.time()) // STEP
        good = {code_of(self.secret, now + k) for k in range(-3, 4)}
        return next(w for w in ("%06d" % k for k in range(20)) if w not in good)

    def turn_on(self):
        self.ask()
        o = self.c.ok("PATCH", "/api/v1/session/totp", {"state": "on", "code": self.code()})
        assert o["totp"] is True

    def sign_in(self, **more):
        return self.n.nobody().post("/api/v1/session", dict(
            {"login": self.login, "password": PASSWORD}, **more))


def problem(r, status, code):
    assert (r.status_code, r.json()["code"]) == (status, code), r.text


def test_it_is_on_only_when_a_code_came_back(own):
    p = Person(own)
    problem(p.c.post("/api/v1/session/totp", {"password": "not-my-password"}), 403,
            "bad_password")
    problem(p.c.patch("/api/v1/session/totp", {"state": "on", "code": "123456"}), 409,
            "totp_not_asked")
    p.ask()
    assert p.sign_in().status_code == 200  # it stands for nothing yet
    problem(p.c.patch("/api/v1/session/totp", {"state": "on", "code": p.wrong()}), 403,
            "bad_totp")
    assert p.c.ok("GET", "/api/v1/session")["totp"] is False
    p.turn_on()  # asked for again: the first secret is gone
    problem(p.c.post("/api/v1/session/totp", {"password": PASSWORD}), 409, "totp_on")
    problem(p.sign_in(), 401, "totp_needed")
    problem(p.sign_in(totp=p.wrong()), 401, "bad_totp")
    assert p.sign_in(totp=p.code()).status_code == 200


def test_one_code_opens_one_session(own):
    p = Person(own)
    p.turn_on()
    code = p.code()
    assert p.sign_in(totp=code).status_code == 200
    problem(p.sign_in(totp=code), 401, "bad_totp")
    # also when the node has forgotten all that is not on disk
    own.kill()
    own.start()
    problem(p.sign_in(totp=code), 401, "bad_totp")


def test_a_wrong_password_says_nothing_of_the_code(own):
    p = Person(own)
    p.turn_on()
    for more in ({}, {"totp": p.code()}, {"totp": "000000"}):
        r = own.nobody().post("/api/v1/session", dict(
            {"login": p.login, "password": "not-my-password"}, **more))
        problem(r, 401, "bad_login")
    r = own.nobody().post("/api/v1/session", {"login": "no-such", "password": "x",
                                              "totp": "000000"})
    problem(r, 401, "bad_login")


def test_codes_cannot_be_tried_out_and_nobody_on_shift_is_locked_out(own, live):
    p = Person(own)
    p.turn_on()
    s = live(p.c)
    s.hello()
    seen = [p.sign_in(totp=p.wrong()) for _ in range(11)]
    assert [r.status_code for r in seen[:10]] == [401] * 10
    problem(seen[10], 429, "too_many_tries")
    assert int(seen[10].headers["Retry-After"]) > 0
    problem(p.sign_in(totp=p.code()), 429, "too_many_tries")
    # the session that stands goes on, its socket too, and a press is heard
    o = own.role("site", 0).press(message="while codes are tried")
    assert s.event("signal.received", signal=o["signal"])
    assert p.c.ok("GET", "/api/v1/session")["login"] == p.login
    assert p.c.post("/api/v1/incidents/%s/acknowledge" % o["incident"]).status_code == 200
    # others sign in
    assert own.login("supervisor").session


def test_an_administrator_takes_it_off_and_no_shift_ends(own, live):
    p, a = Person(own), own.role("administrator")
    p.turn_on()
    s = live(p.c)
    s.hello()
    problem(p.c.patch("/api/v1/accounts/" + p.id, {"reset_totp": True}), 403,
            "needs_administrator")
    o = a.ok("PATCH", "/api/v1/accounts/" + p.id, {"reset_totp": True})
    assert "totp" not in o, o
    assert p.sign_in().status_code == 200
    assert p.c.ok("GET", "/api/v1/session")["totp"] is False
    o = own.role("site", 0).press(message="still on shift")
    assert s.event("signal.received", signal=o["signal"])
    # not one's own, by which a stolen session would rid itself of it
    q = Person(own, "administrator")
    q.turn_on()
    problem(q.c.patch("/api/v1/accounts/" + q.id, {"reset_totp": True}), 409,
            "own_account")


def test_one_takes_it_off_oneself_with_a_code(own):
    p = Person(own)
    p.turn_on()
    problem(p.c.patch("/api/v1/session/totp", {"state": "off", "code": p.wrong()}), 403,
            "bad_totp")
    o = p.c.ok("PATCH", "/api/v1/session/totp", {"state": "off", "code": p.code()})
    assert o["totp"] is False
    assert p.sign_in().status_code == 200


def test_the_secret_is_nowhere_in_the_clear(own):
    p = Person(own)
    p.turn_on()
    assert p.sign_in(totp=p.code()).status_code == 200
    a = own.role("administrator")
    read = json.dumps([a.items("/api/v1/accounts"), p.c.ok("GET", "/api/v1/session"),
                       p.c.ok("GET", "/api/v1/accounts/" + p.id)])
    after = 0
    while True:
        o = a.ok("GET", "/api/v1/events?after=%d&limit=500" % after)
        read += json.dumps(o)
        if o["through"] == after:
            break
        after = o["through"]
    assert p.login in read
    assert p.secret not in read and "totp_secret" not in read and "totp_step" not in read
    own.stop()
    found = []
    for path in glob.glob(os.path.join(own.data, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                text = f.read()
            if p.secret.encode() in text:
                found.append(path)
    assert not found, found
    assert own.verify().returncode == 0
    own.start()
    problem(p.sign_in(), 401, "totp_needed")  # and it outlives a restart
    assert re.fullmatch("[A-Z2-7]{32}", p.secret)
