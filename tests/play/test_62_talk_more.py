# SPDX-License-Identifier: Apache-2.0
"""Files, nudges, chasing, joining, duty phones, exports: what hangs on channels."""
import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile

import pytest
from actors import SLOW, Node, key, until
from talk_town import Town


@pytest.fixture(scope="module")
def town(program, tmp_path_factory):
    d = tmp_path_factory.mktemp("more")
    prog = d / "second-path"
    spool = d / "sms"
    prog.write_text("#!/bin/sh\ncat >> %s\n" % spool)
    prog.chmod(0o755)
    n = Node(str(d / "node"), "--second-path", str(prog), "--nudge-after", "1",
             "--nudge-apart", "0", "--file-max", "4")
    n.start()
    t = Town(n)
    t.spool = spool
    yield t
    n.done()


PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(3000)


def send(town, who, name, content, **kw):
    return town[who].call("POST", "/api/v1/channels/%s/files?name=%s" % (town.id, name),
                          raw=content, headers={"Content-Type":
                                                "application/octet-stream"}, **kw)


def sent(town, who, name, content):
    r = send(town, who, name, content)
    assert r.status_code == 201, r.text
    return r.json()


def packed(entries, **kw):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in entries:
            z.writestr(name, text, **kw)
    return b.getvalue()


# --- files -------------------------------------------------------------------------------

def test_a_file_comes_as_it_was_sent_and_harms_nobody(town):
    f = sent(town, "a", "plan%20of%20gate.png", PNG)
    assert (f["media"], f["size"], f["name"]) == ("image/png", len(PNG),
                                                  "plan of gate.png")
    assert town["p"].get("/api/v1/files/" + f["id"]).status_code == 404, "not shown yet"
    p = town.post("a", kind="concern", files=[f["id"]])
    assert p["attachments"][0]["name"] == "plan of gate.png"
    for who in ("a", "a2", "p"):
        r = town[who].get("/api/v1/files/%s/content" % f["id"])
        assert r.status_code == 200 and r.content == PNG, who
        assert r.headers["Content-Disposition"].startswith("attachment")
        assert r.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in r.headers["Content-Security-Policy"]
    for path in ("", "/content"):
        x, y = (town["b"].get("/api/v1/files/%s%s" % (i, path))
                for i in (f["id"], "khi.f.987654321"))
        assert x.status_code == 404 and x.content == y.content
    # on disk it is nobody's to read
    for name in os.listdir(os.path.join(town.n.data, "files")):
        with open(os.path.join(town.n.data, "files", name), "rb") as o:
            assert PNG[100:200] not in o.read()
    # one file, one post
    r = town["a"].post(town.posts, {"kind": "concern", "text": "t", "files": [f["id"]]})
    assert r.json()["code"] == "no_such_file"
    r = town["b"].post(town.posts, {"kind": "concern", "text": "t", "files": [f["id"]]})
    assert r.json()["code"] == "no_such_file"


def test_files_that_are_not_what_they_say_are_refused(town):
    for name, content, code in (
            ("a.png", b"MZ" + os.urandom(100), "bad_type"),
            ("a.exe", b"MZ" + os.urandom(100), "bad_type"),
            ("a.jpg", PNG, "belied_name"), ("a.html", b"<script>x</script>", "bad_type"),
            ("a.svg", b"<svg/>", "bad_type"), ("a.txt", b"\0\1\2", "bad_type"),
            ("", PNG, "bad_name"), ("..%2Fa.png", PNG, "bad_name"),
            ("a.png", b"", "empty_file"),
            ("gnp%E2%80%AE.png", PNG, "bad_name"),
            ("a.zip", packed([("../../x", "y")]), "bad_archive"),
            ("a.zip", packed([("/etc/x", "y")]), "bad_archive"),
            ("a.zip", packed([("a.zip", "y")]), "bad_archive"),
            ("a.docx", packed([("word/vbaProject.bin", "y")]), "bad_archive"),
            ("a.zip", packed([("bomb", "0" * (20 << 20))]), "bad_archive"),
            ("a.zip", packed([("%d" % k, "") for k in range(2001)]), "bad_archive"),
            ("a.zip", packed([("ok.txt", "y")])[:-8], "bad_archive")):
        r = send(town, "a", name, content)
        assert (r.status_code in (415, 422)) and r.json()["code"] == code, (name, r.text)
    sent(town, "a", "ok.zip", packed([("a/b.txt", "words " * 500), ("c.csv", "1,2")]))
    sent(town, "a", "notes.txt", "نوٹس\n".encode())


def test_large_bodies_are_for_those_who_may_send_files(town):
    big = PNG + bytes(3 << 20)
    assert send(town, "a", "big.png", big).status_code == 201
    too_big = PNG + bytes(5 << 20)
    host, port = town.n.hostport

    def status(path, auth, n):
        s = socket.create_connection((host, port), 10)
        s.sendall(("POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n"
                   % (path, auth, n)).encode())
        got = s.recv(4096)
        s.close()
        return int(got.split()[1])

    path = "/api/v1/channels/%s/files?name=a.png" % town.id
    token = "Authorization: Bearer %s\r\n" % town.n.role("site").token
    assert status(path, "", len(big)) == 413
    assert status("/api/v1/sos", token, len(big)) == 413
    assert status(path, token, len(too_big)) == 413


def test_a_running_download_ends_when_it_is_revoked(town):
    c = town.person("loader", town.missions[0], "liaison")
    f = sent(town, "p", "big.png", PNG + os.urandom(3 << 20))
    town.post("p", files=[f["id"]], tlp="GREEN")
    t = town.admin.ok("POST", "/api/v1/tokens", {"role": "liaison", "label": "x",
                                                 "agency": town.missions[0]}, 201)
    host, port = town.n.hostport

    def start():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect((host, port))
        s.sendall(("GET /api/v1/files/%s/content HTTP/1.1\r\nHost: x\r\n"
                   "Authorization: Bearer %s\r\n\r\n" % (f["id"], t["token"])).encode())
        head = s.recv(1000)
        assert b"200 OK" in head, head
        return s, len(head)

    s, got = start()  # a control: it does come, slowly read
    while got < 3 << 20:
        n = len(s.recv(1 << 16))
        assert n
        got += n
    s.close()
    s, got = start()
    time.sleep(0.3)  # the reader does not read
    t0 = time.monotonic()
    town.admin.ok("PATCH", "/api/v1/tokens/" + t["id"], {"state": "revoked"})
    s.settimeout(5 * SLOW)
    try:
        while True:
            n = len(s.recv(1 << 16))
            if not n:
                break
            got += n
    except ConnectionResetError:
        pass
    assert time.monotonic() - t0 < 5 * SLOW
    assert got < f["size"], "what was revoked was not sent to its end"
    assert c.get("/api/v1/files/%s/content" % f["id"]).status_code == 200


def test_files_outlive_a_crash(fresh):
    n = fresh()
    n.start()
    t = Town(n)
    f = sent(t, "a", "x.png", PNG)
    n.kill()
    n.start()
    c = n.login(None, login="talk-a", password="a-long-password")
    assert c.get("/api/v1/files/%s/content" % f["id"]).content == PNG


# --- nudges ------------------------------------------------------------------------------

def nudges(town):
    if not town.spool.exists():
        return []
    out = []
    for line in town.spool.read_text().split("\n"):
        if line.strip() and "phone" in json.loads(line):
            out.append(json.loads(line))
    return out


def phones(town, since=0):
    return [x["phone"] for x in nudges(town)[since:]]


def test_a_phone_that_is_elsewhere_is_nudged_without_content(town, live):
    names = {"a": "+92 300 0000001", "a2": "+92 300 0000002", "b": "+92 300 0000003"}
    for who, phone in names.items():
        # what was posted before is had: it nudges nobody late
        town[who].ok("POST", "/api/v1/channels/%s/cursor" % town.id, {
            "delivered": max(town.seen(who), key=lambda i: int(i.split(".")[-1]))})
        town[who].ok("PATCH", "/api/v1/session/reach", {"phone": phone})
    s = live(town["a2"])  # connected: no nudge
    s.hello()
    since = len(nudges(town))
    p = town.post("p", to=[town.missions[0]], text="CanaryNudge", subject="CanarySubject",
                  priority="P2", tlp="GREEN")
    until(lambda: names["a"] in phones(town, since), 10, "a nudge")
    got = nudges(town)[since:]
    assert [x["phone"] for x in got] == [names["a"]]
    text = json.dumps(got, ensure_ascii=False)
    for word in ("Canary", p["id"], town.id, town.police, town.missions[0], "Missions",
                 "Police", "P2"):
        assert word not in text, word
    assert set(got[0]) == {"page", "phone", "text", "at"}
    # who has it on a screen is not nudged
    s2 = live(town["a"])
    s2.hello()
    since = len(nudges(town))
    town.post("p", to=[town.missions[0]], priority="P1", tlp="GREEN")
    town.post("p", to=[town.missions[1]], priority="P1", tlp="GREEN")
    until(lambda: names["b"] in phones(town, since), 10)
    assert names["a"] not in phones(town, since)


def test_quiet_hours_never_quiet_a_p1(town):
    b, number = town["b"], "+92 300 0000003"
    o = b.ok("PATCH", "/api/v1/session/reach", {
        "phone": number, "quiet_from": "00:00", "quiet_to": "23:59",
        "utc_offset_min": 0})
    now = time.gmtime()
    if (now.tm_hour, now.tm_min) == (23, 59):
        pytest.skip("the one minute of the day that is not quiet")
    assert o["quiet_now"]
    since = len(nudges(town))
    town.post("p", to=[town.missions[1]], priority="P2", tlp="GREEN")
    town.post("p", to=[town.missions[0]], priority="P2", tlp="GREEN")
    until(lambda: "+92 300 0000001" in phones(town, since), 10, "the one not quiet")
    assert number not in phones(town, since)
    town.post("p", to=[town.missions[1]], priority="P1", tlp="GREEN")
    until(lambda: number in phones(town, since), 10, "a P1")
    r = b.patch("/api/v1/session/reach", {"quiet_from": "25:00"})
    assert r.status_code == 422


# --- chasing -----------------------------------------------------------------------------

def in_seconds(s):
    t = time.time() + s
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%03dZ" % (t % 1 * 1000)


def test_who_does_not_acknowledge_is_chased_and_the_sender_s_side_told(town, live):
    sender, a, b = live(town["chief"]), live(town["a"]), live(town["b"])
    for s in (sender, a, b):
        s.hello()
    p = town.post("p", to=town.missions, must_ack="agency", tlp="GREEN",
                  ack_by=in_seconds(4))
    town["a"].ok("POST", "/api/v1/posts/%s/acknowledge" % p["id"])
    sender.event("post.acknowledged", agency=town.missions[0])
    sender.event("post.chased", id=p["id"])
    sender.event("post.overdue", id=p["id"])
    owing = town.chief.ok("GET", "/api/v1/posts/%s/receipts" % p["id"])["owing"]
    assert [o["agency"] for o in owing] == [town.missions[1]]
    town["b"].ok("POST", "/api/v1/posts/%s/acknowledge" % p["id"])
    sender.event("post.settled", id=p["id"])
    b.event("post.acknowledged", agency=town.missions[1])
    for s in (a, b):
        types = [e["type"] for e in s.events()]
        assert not {"post.chased", "post.overdue", "post.settled"} & set(types), types
    acks = [e["data"]["agency"] for e in b.events() if e["type"] == "post.acknowledged"]
    assert acks == [town.missions[1]], "b hears of its own alone"


def test_a_chase_survives_a_restart(fresh):
    n = fresh()
    n.start()
    t = Town(n)
    p = t.post("p", to=t.missions, must_ack="agency", tlp="GREEN", ack_by=in_seconds(6),
               expires_at=in_seconds(9))
    n.kill()
    n.start()
    c = n.login(None, login="talk-p", password="a-long-password")
    s = c.live(after=0)
    s.event("post.overdue", 20, id=p["id"])
    s.event("post.expired", 20, id=p["id"])
    s.close()
    assert c.ok("GET", "/api/v1/posts/" + p["id"])["expired"]


# --- joining -----------------------------------------------------------------------------

def test_a_person_joins_by_phone_from_an_invitation(town, live):
    v = town.chief.ok("POST", "/api/v1/invitations", {
        "role": "liaison", "agency": town.missions[0], "label": "deputy"}, 201)
    assert "/liaison#" in v["url"] and v["qr_svg"].startswith("<svg")
    n = town.n
    new = n.nobody()
    assert new.post("/api/v1/enrolments", {"code": v["code"]}).status_code == 404, \
        "no button comes of it"
    o = new.ok("POST", "/api/v1/enrolments/account", {
        "code": v["code"], "name": "Deputy Invented", "password": "a-long-password",
        "phone": "+92 300 0000009", "language": "ur"})
    assert o["role"] == "liaison" and o["agency"] == town.missions[0] and o["login"]
    new.csrf = o["csrf"]
    assert [c["id"] for c in new.items("/api/v1/channels")] == [town.id]
    s = live(new)
    s.hello()
    p = town.post("p", tlp="GREEN")
    s.event("post.posted", id=p["id"])
    r = n.nobody().post("/api/v1/enrolments/account", {
        "code": v["code"], "name": "Again", "password": "a-long-password"})
    assert (r.status_code, r.json()["code"]) == (409, "code_used")
    r = n.nobody().post("/api/v1/enrolments/account", {
        "code": "nonsense", "name": "Again", "password": "a-long-password"})
    assert r.status_code == 404
    # withdrawn: the person is out at once
    town.admin.ok("PATCH", "/api/v1/invitations/" + v["id"], {"state": "revoked"})
    s.wait_closed(5)
    assert new.get("/api/v1/channels").status_code == 401
    for who, agency in (("a", town.missions[0]), ("p2", None)):
        if who == "a":
            r = town[who].post("/api/v1/invitations", {"role": "liaison",
                                                       "agency": agency})
            assert r.status_code == 403


# --- duty phones -------------------------------------------------------------------------

def test_duty_phones_are_seen_across_but_not_among_missions(town, live):
    s = live(town["b"])
    s.hello()
    mine = town["a"].ok("POST", "/api/v1/duty_phones", {
        "label": "CanaryDuty of A", "phone": "+92 21 1111", "on": True}, 201)
    police = town["p"].ok("POST", "/api/v1/duty_phones", {
        "label": "Liaison desk", "phone": "15", "on": True,
        "account": town.ids["p"]}, 201)
    s.event("duty_phone.changed", id=police["id"])

    def ids(who):
        return {x["id"] for x in town[who].items("/api/v1/duty_phones")}

    assert {mine["id"], police["id"]} <= ids("a") & ids("p") & ids("chief")
    assert mine["id"] not in ids("b") and police["id"] in ids("b")
    assert b"CanaryDuty" not in bytes(s.bytes)
    assert town["b"].get("/api/v1/duty_phones/" + mine["id"]).status_code == 404
    assert town["p"].patch("/api/v1/duty_phones/" + mine["id"],
                           {"on": False}).status_code == 403
    o = town["a"].ok("PATCH", "/api/v1/duty_phones/" + mine["id"], {"on": False})
    assert not o.get("on")
    assert town["a"].delete("/api/v1/duty_phones/" + mine["id"]).status_code == 204
    assert mine["id"] not in ids("p")


# --- exports -----------------------------------------------------------------------------

def test_an_export_takes_two_people_and_carries_its_marking(town):
    town.partner()
    red = town.post("p", tlp="RED", recipients=[town.ids["chief"]], text="CanaryRedOut")
    strict = town.post("p", tlp="AMBER+STRICT", to=[town.missions[0]], text="strict out")
    a = town.post("a", kind="concern", text="of A")
    times = {"since": in_seconds(-600), "until": in_seconds(600), "reason": "for court"}
    x = town["p"].ok("POST", "/api/v1/channels/%s/exports" % town.id, times, 201)
    path = "/api/v1/exports/" + x["id"]
    assert town["p"].get(path + "/content").status_code == 409
    r = town["p"].post(path + "/decision", {"approve": True, "reason": "mine"})
    assert (r.status_code, r.json()["code"]) == (403, "needs_another")
    for who in ("r", "a", "b"):
        assert town[who].get(path).status_code == 404, who
        assert town[who].post(path + "/decision", {"approve": True, "reason": "x"}
                              ).status_code == 404
    o = town.chief.ok("POST", path + "/decision", {"approve": True, "reason": "agreed"})
    assert o["state"] == "approved"
    r = town["p"].get(path + "/content")
    assert r.status_code == 200 and r.headers["Content-Disposition"].startswith(
        "attachment")
    first, second = r.content.rstrip(b"\n").split(b"\n")
    doc, sig = json.loads(first), json.loads(second)
    got = {p["id"] for p in doc["posts"]}
    assert strict["id"] in got and a["id"] in got and red["id"] not in got
    assert doc["tlp"] == "AMBER+STRICT" and b"CanaryRedOut" not in r.content
    assert sig["algorithm"] == "Ed25519"
    verify_ed25519(first, sig)
    # a mission's has its own and what was for it
    x = town["b"].ok("POST", "/api/v1/channels/%s/exports" % town.id, times, 201)
    other = town.person("b9", town.missions[1], "liaison")
    other.ok("POST", "/api/v1/exports/%s/decision" % x["id"],
             {"approve": True, "reason": "agreed"})
    text = town["b"].get("/api/v1/exports/%s/content" % x["id"]).text
    assert a["id"] not in text and "of A" not in text and strict["id"] not in text


def verify_ed25519(text, sig):
    """By a second implementation, when the machine has one."""
    code = ("import sys,base64\n"
            "from cryptography.hazmat.primitives.asymmetric.ed25519 import "
            "Ed25519PublicKey as K\n"
            "K.from_public_bytes(bytes.fromhex(sys.argv[1])).verify("
            "base64.urlsafe_b64decode(sys.argv[2]+'=='), sys.stdin.buffer.read())\n")
    r = subprocess.run([sys.executable, "-c", code, sig["public_key"], sig["signature"]],
                       input=text, capture_output=True)
    if b"ModuleNotFoundError" not in r.stderr:
        assert r.returncode == 0, r.stderr
        bad = subprocess.run([sys.executable, "-c", code, sig["public_key"],
                              sig["signature"]], input=text + b" ", capture_output=True)
        assert bad.returncode != 0


def test_a_draft_of_one_who_was_revoked_meanwhile_is_refused(town):
    c = town.person("late", town.missions[0], "liaison")
    k = key()
    c.ok("POST", town.posts, {"kind": "question", "text": "first", "key": k}, 201)
    town.admin.ok("PATCH", "/api/v1/accounts/" + town.ids["late"], {"disabled": True})
    assert c.post(town.posts, {"kind": "question", "text": "first",
                               "key": k}).status_code == 401
