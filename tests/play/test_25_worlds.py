# SPDX-License-Identifier: Apache-2.0
"""Training has its own world: the same code, and nothing of it leaks either way.
And a real node, made and run as an operator would."""
import json
import os
import re
import ssl
import subprocess
import urllib.request

import pytest
from actors import KUMAK, Caller, Node, die_with_us, key, until


@pytest.fixture(scope="module")
def school(program, tmp_path_factory):
    """A demo city with a training site, unit, dispatcher, supervisor and crew."""
    d = tmp_path_factory.mktemp("school")
    spool = d / "pages"
    prog = d / "second-path"
    prog.write_text("#!/bin/sh\ncat >> %s\necho >> %s\n" % (spool, spool))
    prog.chmod(0o755)
    n = Node(str(d / "node"), "--second-path", str(prog))
    n.start()
    n.spool = spool
    a = n.role("administrator")
    n.t = {}

    def account(login, role, **kw):
        r = a.post("/api/v1/accounts", dict(kw, login=login, role=role, name=login,
                                            password="a-long-password",
                                            world="training"))
        assert r.status_code == 201, r.text
        n.t[login] = n.login(None, login=login, password="a-long-password")

    n.t_site = a.ok("POST", "/api/v1/sites", {
        "agency": n.site(0)["agency"], "name": "Training consulate",
        "class": "consulate", "position": {"lat": 24.8, "lon": 67.0},
        "world": "training"}, 201)
    n.t_unit = a.ok("POST", "/api/v1/units", {"callsign": "T-01", "kind": "patrol",
                                              "world": "training"}, 201)
    account("t-disp", "dispatcher")
    account("t-sup", "supervisor")
    account("t-site", "site", agency=n.site(0)["agency"], site=n.t_site["id"])
    account("t-crew", "responder", unit=n.t_unit["id"])
    yield n
    n.done()


def test_a_training_story_stays_in_its_world(school, live):
    n = school
    board, real = live(n.role("board")), live(n.role("site", 0))
    desk = live(n.t["t-disp"])
    for s in (board, real, desk):
        s.hello()
    o = n.t["t-site"].press(message="TRAINING-PRESS")
    e = desk.event("signal.received", signal=o["signal"])
    assert e["world"] == e["data"]["world"] == "training"
    i = o["incident"]
    assert n.t["t-disp"].incident(i)["world"] == "training"
    for c in (n.role("dispatcher"), n.role("supervisor"), n.role("board"),
              n.role("site", 0)):
        assert c.get("/api/v1/incidents/" + i).status_code == 404
        assert "TRAINING-PRESS" not in json.dumps(c.items("/api/v1/incidents"))
        assert "Training consulate" not in c.get("/api/v1/sites?limit=500").text
        assert "TRAINING-PRESS" not in c.get("/api/v1/incidents?q=TRAINING").text
    n.t["t-disp"].ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
    crew = n.t["t-crew"]
    crew.ok("POST", "/api/v1/units/%s/shift" % n.t_unit["id"], {"on": True})
    # a real unit cannot be sent to a training call, nor the other way
    r = n.t["t-disp"].post("/api/v1/incidents/%s/assignments" % i,
                           {"units": [n.role("responder").unit]})
    assert r.status_code == 409
    (x,) = n.t["t-disp"].ok("POST", "/api/v1/incidents/%s/assignments" % i,
                            {"units": [n.t_unit["id"]]}, 201)["items"]
    crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"], {"status": "on_scene"})
    live_i = n.role("site", 1).press(message="REAL-PRESS")["incident"]
    board.event("incident.raised", id=live_i)
    r = n.role("dispatcher").post("/api/v1/incidents/%s/assignments" % live_i,
                                  {"units": [n.t_unit["id"]]})
    assert r.status_code == 409
    assert n.t["t-disp"].get("/api/v1/incidents/" + live_i).status_code == 404
    assert "REAL-PRESS" not in json.dumps(n.t["t-disp"].items("/api/v1/incidents"))
    rec = n.role("dispatcher").ok("GET", "/api/v1/incidents/%s/recommendations" % live_i)
    assert n.t_unit["id"] not in json.dumps(rec)
    # a hand points within its world
    for one in (live_i, i):
        desk.send({"point": {"incident": one}})
    desk.wait(lambda f: "point" in f, 3, "the hand")
    assert [f["point"]["incident"] for f in desk.frames if "point" in f] == [i]
    n.t["t-sup"].ok("POST", "/api/v1/incidents/%s/close" % i, {"disposition": "handled"})
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % live_i,
                            {"disposition": "handled"})
    board.event("incident.closed", id=live_i)
    assert b"TRAINING-PRESS" not in bytes(board.bytes) + bytes(real.bytes)
    assert i.encode() not in bytes(board.bytes)
    assert b"REAL-PRESS" not in bytes(desk.bytes)
    rep = n.role("supervisor").ok("GET", "/api/v1/reports/response_times?by=site")
    assert not [g for g in rep["groups"] if g["key"] == n.t_site["id"]]
    assert b"training" not in bytes(board.bytes)


def test_training_never_leaves_by_the_second_path(school):
    n = school
    before = n.spool.read_text() if n.spool.exists() else ""
    t = n.t["t-site"].press(message="only an exercise")
    o = n.role("site", 2).press(message="real")  # nobody's sound is on: paged at once
    text = until(lambda: n.spool.exists() and len(n.spool.read_text()) > len(before) and
                 n.spool.read_text(), 2, "a page, at once")
    page = json.loads(text[len(before):].strip().split("\n")[0])
    assert page["page"] and o["number"] in json.dumps(page), page
    assert t["number"] not in text
    r = n.role("dispatcher").ok("GET", "/api/v1/room")["second_path"]
    assert r["ok"] and r["last_at"]


def test_a_page_survives_a_failing_program_and_a_kill(fresh, tmp_path):
    spool, gate = tmp_path / "pages", tmp_path / "open"
    prog = tmp_path / "second-path"
    prog.write_text("#!/bin/sh\n[ -e %s ] || { echo x >> %s.tries; exit 1; }\n"
                    "cat >> %s\n" % (gate, spool, spool))
    prog.chmod(0o755)
    n = fresh("--second-path", str(prog))
    n.start()
    o = n.role("site").press()
    until(lambda: os.path.exists(str(spool) + ".tries"), 10, "a first try")
    room = until(lambda: [r for r in [n.role("dispatcher").ok("GET", "/api/v1/room")]
                          if r["second_path"]["waiting"] >= 1], 5)[0]
    assert not room["second_path"]["ok"], "the screen says that it fails"
    n.kill()
    gate.write_text("")
    n.start()
    text = until(lambda: spool.exists() and spool.read_text(), 25, "the page")
    assert o["number"] in text
    until(lambda: n.role("dispatcher").ok("GET", "/api/v1/room")["second_path"]["ok"], 10)


# --- a real node -------------------------------------------------------------------------


class Real(Node):
    """Not the demo: made by init."""

    def start(self, **kw):
        made = subprocess.run([KUMAK, "init", "--data", self.data, "--node", "suk",
                               "--name", "A real city"], capture_output=True, text=True,
                              timeout=60)
        assert made.returncode == 0, made.stderr
        self.said = made.stdout
        self.p = subprocess.Popen(
            [KUMAK, "serve", "--data", self.data, "--listen", "127.0.0.1:0",
             "--listen-tls", "127.0.0.1:0", "--device", "watch=127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=open(self.log, "ab"), text=True, start_new_session=True,
            preexec_fn=die_with_us)
        self.out = []
        for line in self.p.stdout:
            self.out.append(line)
            m = re.match(r"kumak: ready on (http://([\d.]+):(\d+))$", line.strip())
            if m:
                self.url, self.hostport = m[1], (m[2], int(m[3]))
                return self
        raise AssertionError("not ready: " + self.tail())


@pytest.fixture(scope="module")
def real(program, tmp_path_factory):
    n = Real(str(tmp_path_factory.mktemp("real")))
    n.start()
    n.demo = {"accounts": [], "tokens": []}
    yield n
    n.done()


def test_the_first_administrator_changes_the_password_first(real):
    n = real
    login, old = re.search(r"login (\S+), one-time password (\S+)", n.said).groups()
    n.login_name = login
    c = n.login(None, login=login, password=old)
    assert c.session["must_change_password"] is True
    c.ok("POST", "/api/v1/session/password", {"old": old, "new": "my-own-password"}, 204)
    n.admin = n.login(None, login=login, password="my-own-password")
    assert n.admin.session["must_change_password"] is False
    r = n.nobody().post("/api/v1/session", {"login": login, "password": old})
    assert r.status_code == 401


def test_a_press_to_an_empty_node_is_heard(real):
    o = real.nobody().press(message="before anything is set up")
    assert o["trust"] == "unverified" and o["number"]


def test_administration_on_the_machine_itself(real):
    n = real

    def kumak(*args, code=0):
        r = subprocess.run([KUMAK, *args, "--data", n.data], capture_output=True,
                           text=True, timeout=30)
        assert r.returncode == code, (args, r.stdout, r.stderr)
        return r

    r = kumak("account", "add", "desk1", "dispatcher", "name=Desk One")
    assert "desk1" in r.stdout and "password" in r.stdout
    assert "desk1" in kumak("account", "list").stdout
    r = kumak("token", "add", "board", "label=wall")
    assert "token" in r.stdout
    kumak("device", "add", "watch", "7000000001")
    assert "7000000001" in kumak("device", "list").stdout
    r = kumak("account", "add", "desk1", "dispatcher", code=1)
    assert r.stderr.count("\n") == 1
    kumak("account", "add", code=2)
    kumak("nonsense", code=2)
    r = subprocess.run([KUMAK, "account", "list", "--data", "/nonexistent"],
                       capture_output=True, text=True)
    assert r.returncode == 1 and r.stderr.count("\n") == 1


def test_https_has_the_same_and_a_secure_cookie(real):
    n = real
    line = next(x for x in n.out if x.startswith("kumak: https on "))
    at = line.split()[-1]
    ctx = ssl.create_default_context()
    ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen("https://%s/healthz" % at, context=ctx, timeout=10) as r:
        assert r.status == 200
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        urllib.request.urlopen("https://%s/healthz" % at, context=old, timeout=10)
    c = Caller(n)
    c.node = type("N", (), {"url": "https://" + at})()
    c.s.verify = False
    import urllib3
    urllib3.disable_warnings()
    r = c.post("/api/v1/session", {"login": n.login_name,
                                   "password": "my-own-password"})
    assert r.status_code == 200 and "Secure" in r.headers["Set-Cookie"]
    assert c.post("/api/v1/sos", {"key": key()}).json()["trust"] in (
        "unverified", "verified")
