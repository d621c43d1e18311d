# SPDX-License-Identifier: Apache-2.0
"""Pictures and sound that a bearer's device brings in parts during his call for help are
put together and kept with it; what a platform or a clock ordered is not, nor anything
without a call, nor more than there is room for."""
import itertools
import struct
import time

import pytest
from actors import until
from devices import Jt808, bcd

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 12
PLATFORM, CLOCK, ALARM_KEY, CRASH = 0, 1, 2, 3
PICTURE, SOUND, VIDEO = 0, 1, 2
CALLS, NUMBERS = itertools.count(), itertools.count(100)


class Camera(Jt808):
    """A body-worn camera: sends recordings in parts, as the standard has it."""

    def order_of(self, got):
        return None if self.read(got)[0] in (0x8003, 0x8800) else super().order_of(got)

    def part(self, body, total=0, index=0, serial=None):
        self.serial += 1
        serial = self.serial if serial is None else serial
        inner = struct.pack(">HH", 0x0801, len(body) | (0x2000 if total else 0)) + \
            bcd(self.identity, 6) + struct.pack(">H", serial)
        if total:
            inner += struct.pack(">HH", total, index)
        inner += body
        x = 0
        for c in inner:
            x ^= c
        inner += bytes([x])
        self.send(b"~" + inner.replace(b"\x7d", b"\x7d\1").replace(b"~", b"\x7d\2") +
                  b"~")

    def parts(self, number, kind, event, content, size=900):
        """[(index, body)] of one recording."""
        whole = struct.pack(">IBBBB", number, kind, 0, event, 1) + \
            self.place(24.9, 67.1, None, 0) + content
        return list(enumerate((whole[k:k + size] for k in range(0, len(whole), size)), 1))

    def bring(self, parts, which=None):
        first = self.serial + 1
        for index, body in parts:
            if which is None or index in which:
                self.part(body, len(parts), index, first + index - 1)
        self.serial = first + len(parts)
        return first

    def told(self):
        """The next answer about a recording: its number and the parts asked for."""
        while True:
            kind, _, body = self.read(self.answer())
            if kind == 0x8800:
                n = body[4] if len(body) > 4 else 0
                return struct.unpack(">I", body[:4])[0], \
                    list(struct.unpack(">%dH" % n, body[5:]))
            if kind == 0x8003:
                return struct.unpack(">H", body[:2])[0], \
                    list(struct.unpack(">%dH" % body[2], body[3:]))


@pytest.fixture(scope="module")
def city(program, tmp_path_factory):
    from actors import Node
    n = Node(str(tmp_path_factory.mktemp("recordings")), "--still")
    n.start()
    yield n
    n.done()


@pytest.fixture
def camera(city):
    c = Camera(city)
    c.device = next(d for d in city.role("administrator").items("/api/v1/devices")
                    if d["identity"] == c.identity and d["door"] == "jt808")
    close_all(city)
    yield c
    close_all(city)
    c.close()


def close_all(node):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})


def call(node, c):
    k = next(CALLS)  # each at a time of its own, and the one before is over
    for alarms in (0, 1):
        c.say(0x0200, c.place(24.92 + k / 1000, 67.12, time.time() - 60 + k, alarms))
    d = node.role("dispatcher")
    i = until(lambda: next((i for i in d.items("/api/v1/incidents?state=open")
                            if i.get("unit") == c.device["bound_to"]), None), 10)
    return i


def notes(node, i):
    o = node.role("dispatcher").ok("GET", "/api/v1/incidents/%s" % i["id"])
    return [e for e in o["timeline"] if e["type"] == "incident.note_added"]


def content(node, note):
    return node.role("dispatcher").get("/api/v1/files/%s/content" % note["file"]).content


def test_a_picture_in_parts_is_put_together(city, camera):
    i = call(city, camera)
    n = next(NUMBERS)
    camera.bring(camera.parts(n, PICTURE, ALARM_KEY, JPEG))
    assert camera.told() == (n, [])
    (note,) = notes(city, i)  # it was answered after it was durable
    assert note["text"] == "photo"
    assert content(city, note) == JPEG
    f = city.role("dispatcher").ok("GET", "/api/v1/files/" + note["file"])
    assert (f["media"], f["size"], f["incident"]) == ("image/jpeg", len(JPEG), i["id"])


def test_what_is_missing_is_asked_for(city, camera):
    i = call(city, camera)
    n = next(NUMBERS)
    parts = camera.parts(n, PICTURE, CRASH, JPEG + b"2")
    first = camera.bring(parts, which={1, 4})
    assert camera.told() == (n, [2, 3])
    assert notes(city, i) == []
    for index in (3, 2):
        camera.part(parts[index - 1][1], len(parts), index, first + index - 1)
    assert camera.told() == (n, [])
    (note,) = notes(city, i)
    assert content(city, note) == JPEG + b"2"


def test_a_first_part_that_is_missing_is_asked_for_too(city, camera):
    i = call(city, camera)
    parts = camera.parts(next(NUMBERS), PICTURE, ALARM_KEY, JPEG + b"3")
    first = camera.bring(parts, which={2, 3, 4})
    assert camera.told() == (first, [1])
    camera.part(parts[0][1], len(parts), 1, first)
    assert camera.told()[1] == []
    assert content(city, notes(city, i)[0]) == JPEG + b"3"


@pytest.mark.parametrize("kind,event,good", [
    (PICTURE, PLATFORM, False), (PICTURE, CLOCK, False), (PICTURE, 7, False),
    (VIDEO, CRASH, False), (VIDEO, PLATFORM, False), (VIDEO, ALARM_KEY, True)])
def test_what_somebody_else_started_is_dropped(city, camera, kind, event, good):
    i = call(city, camera)
    n = next(NUMBERS)
    video = b"\0\0\0\x18ftypisom" + bytes(2000)
    camera.bring(camera.parts(n, kind, event, video if kind == VIDEO else JPEG))
    assert camera.told() == (n, []), "it need not bring it again"
    assert [x["text"] for x in notes(city, i)] == (["video"] if good else [])


def test_without_an_emergency_nothing_is_kept(city, camera):
    n = next(NUMBERS)
    camera.bring(camera.parts(n, PICTURE, ALARM_KEY, JPEG))
    assert camera.told() == (n, [])
    i = call(city, camera)
    assert notes(city, i) == []


def test_a_recording_without_end_takes_no_room(city, camera):
    """More than one may be: refused at its bound, and the next one is taken."""
    i = call(city, camera)
    n = next(NUMBERS)
    camera.bring(camera.parts(n, PICTURE, ALARM_KEY, JPEG + bytes(3 << 20), 1000))
    assert camera.told()[0] == n
    assert notes(city, i) == []
    n = next(NUMBERS)
    camera.bring(camera.parts(n, PICTURE, ALARM_KEY, JPEG + b"6"))
    while camera.told() != (n, []):
        pass
    assert [content(city, x) for x in notes(city, i)] == [JPEG + b"6"]
