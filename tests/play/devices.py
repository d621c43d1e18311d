# SPDX-License-Identifier: Apache-2.0
"""Devices from their own side: each class speaks one protocol of the gate as a device
does. What they write here is written from the protocol pages (docs/protocols/), not
from the drivers. `hello`, `fix`, `sos` say it and check what the device is owed;
`order` waits for one, answers it and returns its name."""
import json
import socket
import struct
import time

import requests

from actors import SLOW


def crc(data, poly, start, flip=0):
    """A reflected CRC-16."""
    v = start
    for byte in data:
        v ^= byte
        for _ in range(8):
            v = v >> 1 ^ (poly if v & 1 else 0)
    return v ^ flip


def crc_x25(data):
    return crc(data, 0x8408, 0xffff, 0xffff)


def crc_arc(data):
    return crc(data, 0xa001, 0)


def crc_xmodem(data):
    v = 0
    for byte in data:
        v ^= byte << 8
        for _ in range(8):
            v = (v << 1 ^ (0x1021 if v & 0x8000 else 0)) & 0xffff
    return v


def bcd(digits, n):
    return bytes.fromhex(digits.rjust(2 * n, "0"))


def clock(at):
    """Year of two digits … second, six bytes."""
    t = time.gmtime(at)
    return bytes([t.tm_year % 100, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec])


class Device:
    door, wire = None, "tcp"
    repeats_sos = True  # its SOS has a time of its own

    def __init__(self, node, identity=None):
        self.node = node
        self.identity = identity or next(d["identity"] for d in node.demo["devices"]
                                         if d["door"] == self.door)
        self.buf, self.orders = b"", []
        self.connect()

    def connect(self):
        host, port = self.node.demo["doors"][self.door].rsplit(":", 1)
        if self.wire == "udp":
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sock.connect((host, int(port)))
        else:
            self.sock = socket.create_connection((host, int(port)), 10)

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def more(self, end):
        self.sock.settimeout(max(end - time.monotonic(), 0.01))
        got = self.sock.recv(4096)
        assert got, "the door closed"
        self.buf += got

    def message(self, timeout=10):
        """The next whole message; cut() of each protocol finds it."""
        end = time.monotonic() + timeout * SLOW
        while True:
            n = self.cut(self.buf)
            if n:
                out, self.buf = self.buf[:n], self.buf[n:]
                return out
            self.more(end)

    def answer(self, timeout=10):
        """The next message that is not an order; orders between are kept, and done."""
        end = time.monotonic() + timeout * SLOW
        while True:
            got = self.message(end - time.monotonic())
            name = self.order_of(got)
            if name is None:
                return got
            self.orders.append(name)
            self.done(got)

    def order(self, want, timeout=10):
        """Waits for an order that begins so, and does it."""
        end = time.monotonic() + timeout * SLOW
        while not any(o.startswith(want) for o in self.orders):
            got = self.message(end - time.monotonic())
            name = self.order_of(got)
            if name is not None:
                self.orders.append(name)
                self.done(got)
        return self.orders.pop(next(k for k, o in enumerate(self.orders)
                                    if o.startswith(want)))

    def serve(self, seconds=0.05):
        """Does what comes in that time."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                got = self.message(seconds / SLOW)
                name = self.order_of(got)
                if name is not None:
                    self.orders.append(name)
                    self.done(got)
        except TimeoutError:
            pass

    def order_of(self, got):
        return None

    def done(self, got):
        pass


class Gt06(Device):
    door = "gt06"
    serial = 0

    def cut(self, b):
        n = b[2] + 5 if len(b) > 2 else 0
        return n if n and len(b) >= n else 0

    def say(self, kind, body):
        self.serial += 1
        inner = bytes([len(body) + 5, kind]) + body + struct.pack(">H", self.serial)
        self.send(b"xx" + inner + struct.pack(">H", crc_x25(inner)) + b"\r\n")
        self.last = self.serial

    def owed(self, kind):
        mine = self.last  # an order between takes a number of its own
        got = self.answer()
        assert got[3] == kind and struct.unpack(">H", got[-6:-4])[0] == mine, got

    def hello(self):
        self.say(0x01, bcd(self.identity, 8))
        self.owed(0x01)

    def place(self, lat, lon, at):
        flags = 0x1000 | (0x400 if lat >= 0 else 0) | (0 if lon >= 0 else 0x800) | 90
        return clock(at) + struct.pack(">BIIBH", 0xc9, round(abs(lat) * 1800000),
                                       round(abs(lon) * 1800000), 20, flags)

    CELL = struct.pack(">HBHBH", 410, 1, 0x2835, 0, 0xa1b2)

    def fix(self, lat, lon, at=None):
        self.say(0x12, self.place(lat, lon, at or time.time()) + self.CELL)
        self.owed(0x12)

    def sos(self, lat, lon, at=None):
        self.say(0x26, self.place(lat, lon, at or time.time()) + b"\x09" + self.CELL +
                 bytes([0x60, 4, 3, 1, 2]))
        self.owed(0x26)

    def message(self, timeout=10):
        got = super().message(timeout)
        # what it told of an order is acknowledged too
        return self.message(timeout) if got[3] == 0x15 else got

    def order_of(self, got):
        return got[9:-6].decode() if got[3] == 0x80 else None

    def done(self, got):
        self.say(0x15, bytes([6]) + got[5:9] + b"OK" + b"\0\2")

    orders_known = {"locate": "WHERE#", "interval": "TIMER,20,20#"}


class Jt808(Device):
    door = "jt808"
    serial = 0

    def cut(self, b):
        end = b.find(b"~", 1)
        return end + 1 if end > 0 else 0

    def say(self, kind, body):
        self.serial += 1
        inner = struct.pack(">HH", kind, len(body)) + bcd(self.identity, 6) + \
            struct.pack(">H", self.serial) + body
        x = 0
        for c in inner:
            x ^= c
        inner += bytes([x])
        self.send(b"~" + inner.replace(b"\x7d", b"\x7d\1").replace(b"~", b"\x7d\2") +
                  b"~")
        self.last = self.serial

    @staticmethod
    def read(got):
        b = got[1:-1].replace(b"\x7d\2", b"~").replace(b"\x7d\1", b"\x7d")
        kind, attributes = struct.unpack(">HH", b[:4])
        return kind, struct.unpack(">H", b[10:12])[0], b[12:12 + (attributes & 0x3ff)]

    def owed(self, kind):
        mine = self.last
        got, _, body = self.read(self.answer())
        assert got == 0x8001 and struct.unpack(">HHB", body) == (mine, kind, 0)

    def hello(self):
        self.say(0x0002, b"")
        self.owed(0x0002)

    def place(self, lat, lon, at, alarms):
        return struct.pack(">IIIIHHH", alarms, 3, round(lat * 1e6), round(lon * 1e6), 12,
                           200, 90) + bcd(time.strftime(
                               "%y%m%d%H%M%S", time.gmtime((at or time.time()) + 28800)),
                                          6)

    def fix(self, lat, lon, at=None):
        self.say(0x0200, self.place(lat, lon, at, 0))
        self.owed(0x0200)

    def sos(self, lat, lon, at=None):
        self.say(0x0200, self.place(lat, lon, at, 1 | 2))  # overspeed too
        self.owed(0x0200)

    def order_of(self, got):
        kind, _, body = self.read(got)
        return None if kind == 0x8001 else "%04x %s" % (kind, body.hex())

    def done(self, got):
        kind, serial, _ = self.read(got)
        self.say(0x0001, struct.pack(">HHB", serial, kind, 0))

    orders_known = {"locate": "8201", "interval": "8103 01000000290400000014",
                    "text": "8300 0d"}


class H02(Device):
    door = "h02"

    def cut(self, b):
        return b.find(b"#") + 1

    def say(self, text):
        self.send(("*HQ,%s,%s#" % (self.identity, text)).encode())

    def hello(self):
        self.say("V0")
        assert self.answer() == b"*HQ,%s,V0#" % self.identity.encode()

    def place(self, lat, lon, at, status):
        t = time.gmtime(at or time.time())

        def dm(v, n):
            return "%0*d%07.4f" % (n, int(v), v % 1 * 60)

        self.say("V1,%s,A,%s,N,%s,E,010.80,090,%s,%08X" % (
            time.strftime("%H%M%S", t), dm(lat, 2), dm(lon, 3),
            time.strftime("%d%m%y", t), status))
        assert self.answer().startswith(b"*HQ,%s,V4,V1," % self.identity.encode())

    def fix(self, lat, lon, at=None):
        self.place(lat, lon, at, 0xfffffbff)

    def sos(self, lat, lon, at=None):
        self.place(lat, lon, at, 0xfffffbfc)  # vibration too

    def order_of(self, got):
        word = got.decode()[1:-1].split(",")[2:]
        return None if word[0] in ("V4", "V0") else ",".join(word)

    def done(self, got):
        self.say("V4,%s,%s" % (self.order_of(got).split(",")[0],
                               time.strftime("%Y%m%d%H%M%S", time.gmtime())))

    orders_known = {"interval": "S71"}


class Teltonika(Device):
    door = "teltonika"

    def cut(self, b):
        if b[:1] == b"\1":
            return 1
        if len(b) < 4:
            return 0
        if b[:4] != b"\0\0\0\0":
            return 4  # a count of records taken
        return struct.unpack(">I", b[4:8])[0] + 12 if len(b) >= 8 else 0

    def hello(self):
        self.send(struct.pack(">H", len(self.identity)) + self.identity.encode())
        assert self.answer() == b"\1"

    @staticmethod
    def record(lat, lon, at, priority, event=0, inputs=()):
        return struct.pack(">QBiihHBHBB", int((at or time.time()) * 1000), priority,
                           round(lon * 1e7), round(lat * 1e7), 12, 90, 9, 20, event,
                           len(inputs)) + bytes([len(inputs)]) + b"".join(
                               bytes([k, v]) for k, v in inputs) + bytes(3)

    def data(self, *records):
        return bytes([8, len(records)]) + b"".join(records) + bytes([len(records)])

    def say(self, body):
        self.send(struct.pack(">II", 0, len(body)) + body +
                  struct.pack(">I", crc_arc(body)))

    def tell(self, *records):
        self.say(self.data(*records))
        assert self.answer() == struct.pack(">I", len(records))

    def fix(self, lat, lon, at=None):
        self.tell(self.record(lat, lon, at, 0, inputs=[(113, 80)]))

    def sos(self, lat, lon, at=None):
        self.tell(self.record(lat, lon, at, 2, 236, [(236, 1), (252, 1), (113, 80)]))

    def order_of(self, got):
        return got[15:-5].decode() if len(got) > 12 and got[8] == 0x0c else None

    def done(self, got):
        text = b"Param ID:10000 Value:20"
        self.say(b"\x0c\1\6" + struct.pack(">I", len(text)) + text + b"\1")

    orders_known = {"locate": "getgps", "interval": "setparam 10000:20;"}


class TeltonikaUdp(Teltonika):
    wire, packet = "udp", 0
    orders_known = {}

    def cut(self, b):
        return len(b)

    def hello(self):
        pass

    def tell(self, *records):
        self.packet += 1
        inner = struct.pack(">HBBH", 0xcafe, 1, self.packet, len(self.identity)) + \
            self.identity.encode() + self.data(*records)
        self.send(struct.pack(">H", len(inner)) + inner)
        assert self.answer() == struct.pack(">HHBBB", 5, 0xcafe, 1, self.packet,
                                            len(records))


class Minifinder2(Device):
    door = "minifinder2"
    serial = 0
    orders_known = {}

    def cut(self, b):
        n = struct.unpack("<H", b[2:4])[0] + 8 if len(b) >= 4 else 0
        return n if n and len(b) >= n else 0

    def say(self, kind, *items):
        self.serial += 1
        body = bytes([kind]) + b"".join(bytes([len(v) + 1, k]) + v for k, v in (
            (1, self.identity.encode()),) + items)
        self.send(struct.pack("<BBHHH", 0xab, 0x10, len(body), crc_xmodem(body),
                              self.serial) + body)
        want = b"\x7f\1\0"
        assert self.answer() == struct.pack("<BBHHH", 0xab, 0, 3, crc_xmodem(want),
                                            self.serial) + want

    def hello(self):
        self.say(3, (0x10, b"\x5a"))

    @staticmethod
    def place(lat, lon, at):
        return ((0x24, struct.pack("<II", int(at or time.time()), 80 << 24 | 31 << 19)),
                (0x20, struct.pack("<iiHHhHIB", round(lat * 1e7), round(lon * 1e7), 20,
                                   90, 12, 8, 1000, 9)))

    def fix(self, lat, lon, at=None):
        self.say(1, *self.place(lat, lon, at))

    def sos(self, lat, lon, at=None):
        self.say(1, *self.place(lat, lon, at),
                 (2, struct.pack("<II", 1 << 12 | 1 | 2, int(at or time.time()))))


class Eelink(Device):
    door = "eelink"
    serial = 0

    def cut(self, b):
        n = struct.unpack(">H", b[3:5])[0] + 5 if len(b) >= 5 else 0
        return n if n and len(b) >= n else 0

    def packet(self, kind, body):
        self.serial += 1
        return b"gg" + struct.pack(">BHH", kind, len(body) + 2, self.serial) + body

    def say(self, kind, body, more=0):
        self.send(self.packet(kind, body))
        mine = self.serial  # an order between takes a number of its own
        got = self.answer()
        assert got[:7] == b"gg" + struct.pack(">BHH", kind, 2 + more, mine), got

    def hello(self):
        self.say(1, bcd(self.identity, 8), 7)

    @staticmethod
    def place(lat, lon, at, tail):
        return struct.pack(">IBiihHHB", int(at or time.time()), 1, round(lat * 1800000),
                           round(lon * 1800000), 12, 20, 90, 9) + tail

    def fix(self, lat, lon, at=None):
        self.say(0x12, self.place(lat, lon, at, b"\0\1\x10\x68"))

    def sos(self, lat, lon, at=None):
        self.say(0x14, self.place(lat, lon, at, b"\2\0\1"))

    def message(self, timeout=10):
        got = super().message(timeout)
        # what it told of an order is acknowledged too
        return self.message(timeout) if got[:5] == b"gg\x80\0\2" else got

    def order_of(self, got):
        return got[12:].decode() if got[2] == 0x80 else None

    def done(self, got):
        self.send(self.packet(0x80, got[7:12] + b"OK"))

    orders_known = {"locate": "WHERE#", "interval": "TIMER,20#", "text": "come home"}


class EelinkUdp(Eelink):
    wire = "udp"

    @staticmethod
    def sum_of(data):
        v = 0
        for c in data:
            v = ((v << 1 | v >> 15) + c) & 0xffff
        return v

    def wrap(self, inner):
        inner = bcd(self.identity, 8) + inner
        return b"EL" + struct.pack(">HH", len(inner) + 2, self.sum_of(inner)) + inner

    def hello(self):
        pass

    def send(self, data):
        super().send(self.wrap(data))

    def more(self, end):
        super().more(end)
        inner = self.buf[14:]
        assert self.buf == self.wrap(inner), "each datagram in its envelope"
        self.buf = inner


class Topin(Device):
    door = "topin"
    repeats_sos = False

    def cut(self, b):
        return b.find(b"\r\n", 4) + 2 if b.find(b"\r\n", 4) > 0 else 0

    def say(self, length, kind, body):
        self.send(b"xx" + bytes([length, kind]) + body + b"\r\n")

    def hello(self):
        self.say(13, 0x01, bcd(self.identity, 8) + b"\x4d")
        assert self.answer() == b"xx\x0d\x01\x01\r\n"
        now = self.answer()
        t = time.gmtime()
        assert now[:4] == b"xx\7\x30" and struct.unpack(">H", now[4:6])[0] == t.tm_year

    def fix(self, lat, lon, at=None):
        place = Gt06.place(self, lat, lon, at or time.time())
        self.say(21, 0x10, place + b"\0\x0c\0")
        assert self.answer() == b"xx\x15\x10" + place[:6] + b"\r\n"

    def sos(self, lat, lon, at=None):
        self.say(1, 0x99, b"")
        assert self.answer() == b"xx\1\x99\r\n"

    def order_of(self, got):
        return got[3:-2].hex() if got[3] in (0x80, 0x98, 0x49) else None

    def done(self, got):
        if got[3] == 0x49:
            self.send(got)

    orders_known = {"locate": "80", "interval": "980014", "ring": "4901"}


class Owntracks(Device):
    door = "owntracks"
    orders_known = {}

    def connect(self):
        host, port = self.node.demo["doors"][self.door].rsplit(":", 1)
        self.url = "http://%s:%s/pub" % (host, port)

    def close(self):
        pass

    def say(self, **o):
        _, user, device = self.identity.split("/")
        r = requests.post(self.url, data=json.dumps(o), timeout=10, headers={
            "X-Limit-U": user, "X-Limit-D": device, "Content-Type": "application/json"})
        assert (r.status_code, r.text) == (200, "[]")

    def hello(self):
        self.say(_type="status")

    def fix(self, lat, lon, at=None, **more):
        self.say(_type="location", lat=lat, lon=lon, tst=int(at or time.time()), acc=9,
                 batt=80, tid="dp", vel=20, cog=90, **more)

    def sos(self, lat, lon, at=None):
        self.fix(lat, lon, at, t="u", poi="SOS")


ALL = [Gt06, Jt808, H02, Teltonika, TeltonikaUdp, Minifinder2, Eelink, EelinkUdp, Topin,
       Owntracks]
