# SPDX-License-Identifier: Apache-2.0
"""What a wearer says into a watch during his call for help is kept with it, sealed and
whole, for those who read the room's notes; otherwise it raises and keeps nothing."""
import itertools
import os

import pytest
from actors import Watch, until

ESCAPES = {0x7d: b"\x7d\x01", 0x5b: b"\x7d\x02", 0x5d: b"\x7d\x03", 0x2c: b"\x7d\x04",
           0x2a: b"\x7d\x05"}
EVERY_BYTE = bytes(range(256))
CALLS = itertools.count()


@pytest.fixture(scope="module")
def city(program, tmp_path_factory):
    from actors import Node
    n = Node(str(tmp_path_factory.mktemp("voice")), "--still")
    n.start()
    yield n
    n.done()


@pytest.fixture
def watch(city):
    w = city.watch()
    w.device = next(d for d in city.role("administrator").items("/api/v1/devices")
                    if d["identity"] == w.identity)
    close_all(city)
    yield w
    close_all(city)
    w.close()


def close_all(node):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})


def speak(w, voice, word=b"TK"):
    said = b"".join(ESCAPES.get(b, bytes([b])) for b in voice)
    body = word + b"," + said
    w.sock.sendall(b"[3G*%s*%04X*%s]" % (w.identity.encode(), len(body), body))


def answered(w, word="TK,"):
    """The answer to what was said; other answers and orders between are passed over."""
    while True:
        content = w.answer()[1:-1].split("*", 3)[3]
        if content.startswith(word):
            return content


def call(node, w):
    w.fix("AL", 24.92 + next(CALLS) / 1000, 67.12, status=1 << 16)  # no repeat
    d = node.role("dispatcher")
    return until(lambda: next((i for i in d.items("/api/v1/incidents?state=open")
                               if i.get("unit") == w.device["bound_to"]), None), 10)


def notes(node, i):
    o = node.role("dispatcher").ok("GET", "/api/v1/incidents/%s" % i["id"])
    return [e for e in o["timeline"] if e["type"] == "incident.note_added"]


def kept_files(node):
    where = os.path.join(node.data, "files")
    return sorted(os.listdir(where)) if os.path.isdir(where) else []


def test_a_voice_in_an_emergency_is_kept(city, watch, live):
    room = live(city.role("dispatcher"))
    room.hello()
    i = call(city, watch)
    voice = b"#!AMR\n" + EVERY_BYTE * 40
    speak(watch, voice)
    assert answered(watch) == "TK,1"
    room.event("incident.note_added", incident=i["id"])
    (note,) = notes(city, i)  # at once: it was answered after it was durable
    assert note["text"] == "voice note"
    path = "/api/v1/files/%s" % note["file"]
    f = city.role("dispatcher").ok("GET", path)
    assert (f["media"], f["size"], f["incident"]) == ("audio/amr", len(voice), i["id"])
    r = city.role("dispatcher").get(path + "/content")
    assert r.content == voice
    assert "attachment" in r.headers["content-disposition"]
    assert not any(voice[:40] in open(os.path.join(city.data, "files", x), "rb").read()
                   for x in kept_files(city)), "it lies sealed"
    ghost = city.role("site", 1).get("/api/v1/files/" + note["file"].split("-")[0]
                                     + "-f-987654321")
    for role in ("site", "liaison", "administrator", "oversight"):
        for p in (path, path + "/content"):
            r = city.role(role, 1 if role == "site" else 0).get(p)
            assert r.status_code == 404, (role, p, r.text)
    assert ghost.status_code == 404
    assert city.role("site", 1).get(path).json()["code"] == ghost.json()["code"]


def test_a_voice_in_parts_and_a_photo_are_kept(city, watch):
    i = call(city, watch)
    voice = b"#!AMR\n" + EVERY_BYTE * 5
    parts = [voice[k:k + 400] for k in range(0, len(voice), 400)]
    for k, part in enumerate(parts, 1):
        speak(watch, part, b"JXTK,0,watch_7_1,%d,%d" % (k, len(parts)))
    for _ in parts:
        assert answered(watch, "JXTKR,") == "JXTKR,1"
    photo = b"\xff\xd8\xff\xe0" + EVERY_BYTE * 20
    speak(watch, photo, b"img,5,261122170000")
    assert answered(watch, "img") == "img"
    voiced, pictured = notes(city, i)
    assert (voiced["text"], pictured["text"]) == ("voice note", "photo")
    for note, what in ((voiced, voice), (pictured, photo)):
        r = city.role("dispatcher").get("/api/v1/files/%s/content" % note["file"])
        assert r.content == what


def test_what_is_no_voice_is_refused(city, watch):
    i = call(city, watch)
    before = kept_files(city)
    speak(watch, b"RIFF" + EVERY_BYTE)
    assert answered(watch) == "TK,0"
    assert notes(city, i) == [] and kept_files(city) == before


def test_without_an_emergency_nothing_is_kept_or_raised(city, watch):
    before = kept_files(city)
    speak(watch, b"#!AMR\n" + EVERY_BYTE)
    assert answered(watch) == "TK,1"
    assert kept_files(city) == before
    assert city.role("dispatcher").items("/api/v1/incidents?state=open") == []


def test_one_watch_does_not_fill_the_disk(city, watch):
    i = call(city, watch)
    said = []
    for _ in range(45):
        speak(watch, b"#!AMR\nx")
        said.append(answered(watch))
    assert said[-1] == "TK,0" and "TK,1" in said
    assert len(notes(city, i)) == said.count("TK,1") <= 40


def test_a_copy_of_its_name_is_not_heard_as_it(city, watch):
    """A stranger under a name that nobody bound has no emergency of that unit."""
    i = call(city, watch)
    other = Watch(city, "7399999991")
    speak(other, b"#!AMR\nx")
    assert answered(other) == "TK,1"
    assert notes(city, i) == []
    other.close()


def test_it_is_there_after_a_restart(city, watch):
    i = call(city, watch)
    close_all(city)  # the count of the test before is over with the node's memory
    watch.close()
    city.stop()
    city.start()
    w = Watch(city, watch.identity)
    w.device = watch.device
    i = call(city, w)
    voice = b"#!AMR\n" + EVERY_BYTE
    speak(w, voice)
    assert answered(w) == "TK,1"
    (note,) = notes(city, i)
    close_all(city)
    w.close()
    city.stop()
    city.start()
    r = city.role("dispatcher").get("/api/v1/files/%s/content" % note["file"])
    assert r.content == voice


# --- out: a dispatcher's voice note ----------------------------------------------


def heard(w):
    """The next voice note that the watch plays, as it came."""
    head = b"[3G*%s*" % w.identity.encode()
    data = w.buf
    while True:
        at = data.find(b"*TK,#")
        end = data.find(b"]", at)
        if at >= 0 and end >= 0:
            start = data.rindex(head, 0, at + 1)
            length = int(data[start + len(head):at], 16)
            body = data[at + 1:end]
            assert length == len(body)
            w.buf = data[end + 1:]
            out = body[3:]
            for byte, two in ESCAPES.items():
                if byte != 0x7d:
                    out = out.replace(two, bytes([byte]))
            return out.replace(b"\x7d\x01", b"\x7d")
        w.sock.settimeout(20)
        got = w.sock.recv(65536)
        assert got, "the door closed"
        data += got


def send_voice(node, w, content, name="note.amr", role="dispatcher"):
    return node.role(role).post("/api/v1/devices/%s/files?name=%s" % (w.device["id"], name),
                                raw=content, headers={
                                    "Content-Type": "application/octet-stream"})


def order_of(node, w, o):
    return next(x for x in node.role("dispatcher").items(
        "/api/v1/devices/%s/orders" % w.device["id"]) if x["id"] == o["id"])


def test_a_voice_note_is_played_and_answered(city, watch, live):
    d = city.role("dispatcher")
    room = live(d)
    room.hello()
    path = "/api/v1/devices/%s/orders" % watch.device["id"]
    call(city, watch)
    voice = b"#!AMR\n" + EVERY_BYTE * 60
    f = send_voice(city, watch, voice)
    assert f.status_code == 201, f.text
    o = d.ok("POST", path, {"kind": "voice", "file": f.json()["id"]}, 201)
    assert (o["state"], o["file"]) == ("queued", f.json()["id"])
    assert heard(watch) == voice
    room.event("device.order_sent", id=o["id"])
    watch.say("TK,1")
    room.event("device.order_acked", id=o["id"])
    assert order_of(city, watch, o)["state"] == "acked"
    # who sees the order hears what was said; nobody else
    r = city.role("board").get("/api/v1/files/%s/content" % f.json()["id"])
    assert r.content == voice
    for role in ("site", "liaison", "administrator", "oversight"):
        r = city.role(role).get("/api/v1/files/%s/content" % f.json()["id"])
        assert r.status_code == 404, (role, r.text)


def test_a_voice_note_waits_for_its_watch(city, watch):
    d = city.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % watch.device["id"]
    call(city, watch)
    watch.close()
    voice = b"#!AMR\n" + EVERY_BYTE
    f = send_voice(city, watch, voice).json()
    o = d.ok("POST", path, {"kind": "voice", "file": f["id"]}, 201)
    again = Watch(city, watch.identity)
    again.say("TKQ")  # it asks what waits for it
    assert heard(again) == voice
    again.say("TK,0")
    until(lambda: order_of(city, watch, o)["state"] == "refused", 5, "refused")
    again.close()


def test_voice_notes_are_refused_by_name(city, watch):
    d = city.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % watch.device["id"]
    call(city, watch)
    for content, name, code in ((b"#!AMR\n" + bytes(30 << 10), "a.amr", "bad_voice"),
                                (b"\xff\xd8\xff\xe0", "a.jpg", "bad_voice")):
        f = send_voice(city, watch, content, name).json()
        r = d.post(path, {"kind": "voice", "file": f["id"]})
        assert (r.status_code, r.json()["code"]) == (422, code)
    good = send_voice(city, watch, b"#!AMR\nx").json()
    assert d.post(path, {"kind": "voice"}).status_code == 422
    assert d.post(path, {"kind": "ring", "file": good["id"]}).status_code == 422
    other = next(x for x in city.role("administrator").items("/api/v1/devices")
                 if x["door"] == "jt808" and x["state"] == "bound")
    r = d.post("/api/v1/devices/%s/orders" % other["id"],
               {"kind": "voice", "file": good["id"]})
    assert (r.status_code, r.json()["code"]) == (422, "no_such_file")
    for role in ("administrator", "responder", "board", "oversight", "site"):
        r = send_voice(city, watch, b"#!AMR\nx", role=role)
        assert r.status_code in (403, 404), (role, r.text)
    close_all(city)
    unit = watch.device["bound_to"]
    d.ok("POST", "/api/v1/units/%s/shift" % unit, {"on": False})
    try:
        r = d.post(path, {"kind": "voice", "file": good["id"]})
        assert (r.status_code, r.json()["code"]) == (409, "off_duty")
    finally:
        d.ok("POST", "/api/v1/units/%s/shift" % unit, {"on": True})
