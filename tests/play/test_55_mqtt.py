# SPDX-License-Identifier: Apache-2.0
"""Devices behind a broker: buttons of LoRaWAN as ChirpStack tells them, telephones with
OwnTracks. The broker is Debian's mosquitto, and once a few lines that only speak enough
MQTT to see when they are answered."""
import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

import pytest

from actors import KUMAK, SLOW, die_with_us, key, until
from test_54_sms import signal_of

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
EUI = "0004a30b001c0530"
pytestmark = pytest.mark.skipif(not os.access(MOSQUITTO, os.X_OK), reason="no mosquitto")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    def __init__(self, folder, lines=()):
        self.port, self.folder = free_port(), str(folder)
        self.conf = os.path.join(self.folder, "broker.conf")
        with open(self.conf, "w") as f:
            f.write("\n".join(["listener %d 127.0.0.1" % self.port, "persistence true",
                               "persistence_location %s/" % self.folder,
                               "autosave_interval 1", *lines]) + "\n")
        self.p = None
        self.start()

    def start(self):
        self.p = subprocess.Popen([MOSQUITTO, "-c", self.conf], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, preexec_fn=die_with_us,
                                  user="root" if os.geteuid() == 0 else None)

        def there():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                assert self.p.poll() is None, "mosquitto ended"

        until(there, 10, "a broker")

    def stop(self, how=signal.SIGTERM):
        self.p.send_signal(how)
        self.p.wait(10)

    def tool(self, name, *args, **kw):
        return subprocess.run(["mosquitto_" + name, "-h", "127.0.0.1", "-p",
                               str(self.port), *args], capture_output=True, timeout=30, **kw)

    def publish(self, topic, what, *args):
        r = self.tool("pub", "-q", "1", "-t", topic, "-m",
                      what if isinstance(what, str) else json.dumps(what), *args)
        assert r.returncode == 0, r.stderr

    def status(self, *args):
        """What the node says of itself here."""
        r = self.tool("sub", "-t", "kumak/khi/status", "-C", "1", "-W", "2", *args)
        return r.stdout.decode().strip()


@pytest.fixture
def broker(tmp_path):
    b = Broker(tmp_path, ["allow_anonymous true"])
    yield b
    if b.p.poll() is None:
        b.stop(signal.SIGKILL)


def uplink(obj=None, data=b"", eui=EUI, dedup=None, profile="Button"):
    e = {"deduplicationId": dedup or key(), "fCnt": 1, "fPort": 10,
         "time": time.strftime("%Y-%m-%dT%H:%M:%S.123456+00:00", time.gmtime()),
         "deviceInfo": {"devEui": eui, "deviceProfileName": profile},
         "data": base64.b64encode(data).decode()}
    if obj is not None:
        e["object"] = obj
    return e


def topic(eui=EUI, event="up"):
    return "application/7/device/%s/event/%s" % (eui, event)


def up(n, broker, *args):
    until(lambda: broker.status(*args) == "online", 15, "the node at the broker")


def bind(n, identity, bearer, trust="verified"):
    a = n.role("administrator")
    return a.ok("POST", "/api/v1/devices", {"door": "mqtt", "identity": identity,
                                            "bound_to": bearer, "trust": trust})["id"]


def test_a_button_is_pressed(fresh, broker):
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port)
    n.start()
    up(n, broker)
    site = n.demo["sites"][2]["id"]
    dev = bind(n, EUI, site)
    s = n.role("dispatcher").live()
    s.hello()
    press = uplink({"sos": True, "battery": 71})
    broker.publish(topic(EUI.upper()), press)
    e = s.event("signal.received", site=site)["data"]
    assert e["trust"] == "verified" and e["door"] == "mqtt"
    i = n.role("dispatcher").incident(e["incident"])
    assert i["priority"] == "P1" and i["site"] == site
    broker.publish(topic(), press)  # two gateways heard it, the broker tells it again
    broker.publish(topic(), uplink({"sos": True}))
    until(lambda: len(signal_of(n, site=site)) == 2, 5)
    assert {x["incident"] for x in signal_of(n, site=site)} == {e["incident"]}
    # what is no press raises nothing
    broker.publish(topic(), uplink({"sos": False, "battery": 70}))
    broker.publish(topic(event="status"), {"deviceInfo": {"devEui": EUI},
                                           "batteryLevel": 42.4})
    until(lambda: n.role("administrator").ok("GET", "/api/v1/devices/" + dev)[
        "battery_pct"] == 42, 5)
    assert len(signal_of(n, site=site)) == 2


def test_an_unknown_button_is_heard(fresh, broker):
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port)
    n.start()
    up(n, broker)
    broker.publish(topic("aaaaaaaaaaaaaaaa"), uplink({"alarm": "what"}))
    e = until(lambda: signal_of(n, door="mqtt"), 5)[0]
    assert e["trust"] == "unverified" and "site" not in e
    d = next(x for x in n.role("administrator").items("/api/v1/devices")
             if x["identity"] == "aaaaaaaaaaaaaaaa")
    assert d["state"] == "pending"


def test_rules_say_what_a_press_is(fresh, broker, tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("# our buttons\ntopic lora/+/up chirpstack\n"
                     "press profile=KNOB has=ff2e02\ntest profile=KNOB has=ff2e01\n")
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port, "--mqtt-rules", str(rules))
    n.start()
    up(n, broker)
    site = n.demo["sites"][2]["id"]
    bind(n, EUI, site)

    def send(data, profile="KNOB"):
        broker.publish("lora/x/up", uplink(None, data, profile=profile))

    send(bytes.fromhex("0175ff2e02"), "OTHER")
    send(bytes.fromhex("0175ff2e01"))
    e = until(lambda: signal_of(n, site=site), 5)
    assert len(e) == 1 and e[0]["is_test"]
    send(bytes.fromhex("0175ff2e02"))
    e = until(lambda: len(signal_of(n, site=site)) == 2 and signal_of(n, site=site), 5)
    assert not e[1].get("is_test")


def test_bad_rules_are_named(fresh, broker, tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("press\n")
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port, "--mqtt-rules", str(rules))
    with pytest.raises(AssertionError, match="line 1 is no topic and no rule"):
        n.start()


def test_a_telephone_moves_its_unit(fresh, broker):
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port)
    n.start()
    up(n, broker)
    unit = n.role("responder", 8).unit
    bind(n, "owntracks/car/phone", unit)

    def there():
        # the topic says who it is, whatever the message says
        broker.publish("owntracks/car/phone", {
            "_type": "location", "lat": 24.912345, "lon": 67.112233, "acc": 9,
            "tst": int(time.time()), "topic": "owntracks/some/other"})
        p = n.role("dispatcher").ok("GET", "/api/v1/units/" + unit).get("position")
        return p and abs(p["lat"] - 24.912345) < 1e-5

    until(there, 10)


def test_the_broker_dies_and_comes_back(fresh, broker):
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port)
    n.start()
    up(n, broker)
    site = n.demo["sites"][2]["id"]
    bind(n, EUI, site)
    broker.stop(signal.SIGKILL)
    until(lambda: "broker_lost" in n.tail(), 10)
    broker.start()
    until(lambda: n.tail().count("broker_up") == 2, 20 * SLOW)
    broker.publish(topic(), uplink({"sos": True}))
    until(lambda: signal_of(n, site=site), 10)
    # and the node dies: its will tells, what is pressed meanwhile waits for it
    n.kill()
    until(lambda: broker.status() == "offline", 10)
    broker.publish(topic(), uplink({"panic": True}))
    n.start()
    until(lambda: len(signal_of(n, site=site)) == 2, 15)


def test_a_broker_with_a_secret_and_a_certificate(fresh, tmp_path):
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=tmp_path)

    for who, more in (("ca", ["-x509", "-days", "2"]), ("own", [])):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", who + ".key", "-out", who + ".pem",
                "-subj", "/CN=" + ("test authority" if more else "127.0.0.1"), *more)
    (tmp_path / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "own.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "own.crt")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-keyout", "x.key", "-out", "other.pem", "-subj", "/CN=another")
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(tmp_path / "users"), "kumak",
                    "word-at-the-broker"], check=True, capture_output=True)
    os.chmod(tmp_path / "own.key", 0o644)
    b = Broker(tmp_path, ["certfile %s/own.crt" % tmp_path, "keyfile %s/own.key" % tmp_path,
                          "password_file %s/users" % tmp_path, "allow_anonymous false",
                          "user root"])
    try:
        (tmp_path / "pw").write_text("word-at-the-broker\n")
        with_ca = ["--cafile", str(tmp_path / "ca.pem"), "-u", "kumak", "-P",
                   "word-at-the-broker"]
        url = "mqtts://127.0.0.1:%d" % b.port
        # one whose authority we do not know is not spoken to
        n = fresh("--mqtt", url, "--mqtt-user", "kumak", "--mqtt-password",
                  str(tmp_path / "pw"), "--mqtt-authority", str(tmp_path / "other.pem"))
        n.start()
        until(lambda: "broker_lost" in n.tail(), 10)
        assert b.status(*with_ca) == ""
        n.stop()
        n = fresh("--mqtt", url, "--mqtt-user", "kumak", "--mqtt-password",
                  str(tmp_path / "pw"), "--mqtt-authority", str(tmp_path / "ca.pem"))
        n.start()
        up(n, b, *with_ca)
        site = n.demo["sites"][2]["id"]
        bind(n, EUI, site)
        b.publish(topic(), uplink({"sos": True}), *with_ca)
        until(lambda: signal_of(n, site=site), 10)
        assert "word-at-the-broker" not in n.tail()
    finally:
        b.stop(signal.SIGKILL)


class Wire:
    """Enough of a broker to see when it is answered: one client, quality 1."""

    def __init__(self):
        self.door = socket.create_server(("127.0.0.1", 0))
        self.door.settimeout(15)
        self.port = self.door.getsockname()[1]
        self.sock = None

    def accept(self):
        self.sock, _ = self.door.accept()
        self.sock.settimeout(15)
        assert self.packet()[0] >> 4 == 1
        self.sock.sendall(b"\x20\x02\x01\x00")  # the session was there

    def read(self, n):
        out = b""
        while len(out) < n:
            got = self.sock.recv(n - len(out))
            if not got:
                raise ConnectionError
            out += got
        return out

    def packet(self):
        head, n, shift = self.read(1)[0], 0, 0
        while True:
            b = self.read(1)[0]
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return head, self.read(n)

    def answer_until(self, kind):
        """Answers what is asked until a packet of that kind comes."""
        while True:
            head, body = self.packet()
            if head >> 4 == kind:
                return body
            if head >> 4 == 8:
                self.sock.sendall(b"\x90\x03" + body[:2] + b"\x01")
            elif head >> 4 == 3 and head & 6:
                n = struct.unpack(">H", body[:2])[0]
                self.sock.sendall(b"\x40\x02" + body[2 + n:4 + n])

    def publish(self, mid, name, what):
        body = struct.pack(">H", len(name)) + name.encode() + struct.pack(">H", mid) + what
        n, size = len(body), b""
        while True:
            size += bytes([n & 127 | (128 if n > 127 else 0)])
            n >>= 7
            if not n:
                break
        self.sock.sendall(b"\x32" + size + body)


def test_answered_means_on_the_disk(fresh):
    w = Wire()
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % w.port)
    for k in range(5):
        n.start()
        w.accept()
        w.publish(k + 1, topic("%016x" % k),
                  json.dumps(uplink({"sos": True}, dedup="press-%d" % k)).encode())
        assert w.answer_until(4) == struct.pack(">H", k + 1)
        n.kill()
        w.sock.close()
    n.options = []
    n.start()
    assert len(signal_of(n, door="mqtt")) == 5


def test_not_on_the_disk_means_not_answered(fresh):
    """The disk stands still: no answer, the connection is cut, and when the broker
    brings it again it is one press."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    w = Wire()
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % w.port)
    n.start()
    w.accept()
    w.answer_until(3)
    slow = subprocess.Popen(["strace", "-f", "-q", "-o", "/dev/null", "-e",
                             "trace=fdatasync,fsync", "-e",
                             "inject=fdatasync,fsync:delay_enter=13000000", "-p",
                             str(n.pid)], preexec_fn=die_with_us, stderr=subprocess.PIPE)
    try:
        time.sleep(1)
        press = json.dumps(uplink({"sos": True}, dedup="slow-1")).encode()
        w.publish(9, topic(), press)
        with pytest.raises(ConnectionError):
            w.answer_until(4)
    finally:
        slow.kill()
        slow.wait()
    w.accept()
    w.publish(9, topic(), press)
    assert w.answer_until(4) == struct.pack(">H", 9)
    assert len(signal_of(n, door="mqtt")) == 1


def test_a_button_is_told_that_it_was_heard(fresh, broker, tmp_path):
    """ChirpStack's command topic: what went down, and its acknowledgement."""
    rules = tmp_path / "rules"
    rules.write_text("press object=sos\nconfirm profile=KNOB port=5 data=00ff10\n")
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port, "--mqtt-rules", str(rules))
    n.start()
    up(n, broker)
    device = bind(n, EUI, n.site(0)["id"])
    d, path = n.role("dispatcher"), "/api/v1/devices/%s/orders" % device
    down = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port),
                             "-t", "application/+/device/+/command/down", "-v", "-C", "1",
                             "-W", "30"], stdout=subprocess.PIPE, preexec_fn=die_with_us)
    broker.publish(topic(), uplink({"sos": True}, profile="KNOB"))
    until(lambda: d.items("/api/v1/incidents?state=open"), 10, "its call")
    o = d.ok("POST", path, {"kind": "confirm"}, 201)
    where, what = down.communicate(timeout=30)[0].decode().strip().split(" ", 1)
    assert where == "application/7/device/%s/command/down" % EUI
    assert json.loads(what) == {"devEui": EUI, "confirmed": True, "fPort": 5,
                                "data": base64.b64encode(b"\x00\xff\x10").decode()}

    def state(o):
        return next(x for x in d.items(path) if x["id"] == o["id"])["state"]

    until(lambda: state(o) == "sent", 10)
    broker.publish(topic(event="ack"), dict(uplink(), acknowledged=True))
    until(lambda: state(o) == "acked", 10, "acknowledged")
    o = d.ok("POST", path, {"kind": "ring"}, 201)
    until(lambda: state(o) == "refused", 15, "no such order")
    n.stop()
    n.start()
    up(n, broker)
    o = d.ok("POST", path, {"kind": "confirm"}, 201)  # nobody knows yet where it is
    broker.publish(topic(), uplink(profile="KNOB"))
    until(lambda: state(o) == "sent", 15, "after its next word")
    broker.publish(topic(event="ack"), dict(uplink(), acknowledged=False))
    until(lambda: state(o) == "refused", 10, "given up by the network")


@pytest.mark.parametrize("identity", ["a840410000000077", "owntracks/demo/tablet"])
def test_the_simulator_calls_by_a_broker(fresh, broker, live, identity):
    n = fresh("--mqtt", "mqtt://127.0.0.1:%d" % broker.port)
    n.start()
    up(n, broker)
    bind(n, identity, n.site(0)["id"])
    room = live(n.role("board"))
    room.hello()
    r = subprocess.run([KUMAK, "bench", "device", "--door", "mqtt", "--to",
                        "127.0.0.1:%d" % broker.port, "--identity", identity, "--at",
                        "24.87,67.03", "--sos"], capture_output=True, text=True, timeout=60)
    assert r.returncode == 0 and "the SOS is taken (the broker has it)" in r.stdout, r.stdout
    e = room.event("signal.received", door="mqtt")["data"]
    assert e["trust"] == "verified" and abs(e["position"]["lat"] - 24.87) < 1e-4
