# SPDX-License-Identifier: Apache-2.0
"""The node as a service: sockets that a manager holds over a restart, what the manager is
told, and a proxy before it."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import pytest
from actors import KUMAK, SLOW, die_with_us

ROOT = os.environ.get("KUMAK_ROOT") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))


class Service:
    """build/kumak serve, started as a service manager does."""

    def __init__(self, folder, options, sockets=(), env=None):
        self.folder, self.options = folder, list(options)
        self.sockets, self.env = list(sockets), dict(os.environ, **(env or {}))
        self.err = os.path.join(folder, "service.log")

    def start(self):
        fds = [s.fileno() for s in self.sockets]

        def hand_over():
            die_with_us()
            high = [os.dup2(fd, 100 + k) for k, fd in enumerate(fds)]
            for k, fd in enumerate(high):
                os.dup2(fd, 3 + k)
                os.close(fd)

        script = 'LISTEN_PID=$$ exec "$@"'
        env = dict(self.env, LISTEN_FDS=str(len(fds))) if fds else self.env
        with open(self.err, "ab") as err:
            self.p = subprocess.Popen(
                ["sh", "-c", script, "sh", KUMAK, "serve", "--demo", "--still",
                 "--synthetic-every", "0", "--data", os.path.join(self.folder, "data"),
                 *self.options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, env=env,
                preexec_fn=hand_over, close_fds=False)
        for line in self.p.stdout:
            m = re.match(rb"kumak: ready on http://127.0.0.1:(\d+)", line)
            if m:
                self.port = int(m[1])
                return self
        raise AssertionError(open(self.err).read())

    def stop(self, how=signal.SIGTERM):
        self.p.send_signal(how)
        self.p.wait(20 * SLOW)
        self.p.stdout.close()
        return self.p.returncode

    def token(self, role):
        with open(os.path.join(self.folder, "data", "demo.json")) as f:
            return next(t["token"] for t in json.load(f)["tokens"] if t["role"] == role)

    def ask(self, method, path, body=None, headers=(), token=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20 * SLOW)
        h = dict(headers)
        if token:
            h["Authorization"] = "Bearer " + token
        c.request(method, path, json.dumps(body) if body is not None else None, h)
        r = c.getresponse()
        text = r.read()
        c.close()
        return r.status, text, r.headers


@pytest.fixture
def service(program):
    made = []

    def make(*options, **kw):
        d = tempfile.TemporaryDirectory(prefix="kumak-play-")
        s = Service(d.name, options, **kw)
        made.append((s, d))
        return s

    yield make
    for s, d in made:
        if getattr(s, "p", None) and s.p.poll() is None:
            s.stop(signal.SIGKILL)
        d.cleanup()


def listening():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(1024)
    return s


def test_a_restart_drops_no_press(service):
    """Each press is a call of its own; none is refused, cut off or pressed again."""
    with listening() as at:
        s = service("--listen", "127.0.0.1:%d" % at.getsockname()[1], sockets=[at]).start()
        site, faults, pressed = s.token("site"), [], []
        is_over = threading.Event()

        def presser(who):
            n = 0
            while not is_over.is_set():
                key = "restart-%d-%d" % (who, n)
                n += 1
                try:
                    status, text, _ = s.ask("POST", "/api/v1/sos", {"key": key}, token=site)
                    assert status == 201, (status, text)
                    pressed.append(json.loads(text)["signal"])
                except Exception as e:  # noqa: BLE001: whatever it is, it is the fault
                    faults.append((key, repr(e)))

        threads = [threading.Thread(target=presser, args=(k,)) for k in range(6)]
        for t in threads:
            t.start()
        for _ in range(4):
            had, end = len(pressed), time.monotonic() + 20 * SLOW
            while len(pressed) < had + 50 and time.monotonic() < end:
                time.sleep(0.01)
            assert s.stop() == 0
            s.start()
        is_over.set()
        for t in threads:
            t.join(30 * SLOW)
        assert faults == []
        assert len(set(pressed)) == len(pressed) >= 200


def test_a_manager_is_told(service):
    with tempfile.TemporaryDirectory() as d, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as at:
        at.bind(os.path.join(d, "notify"))
        at.settimeout(20 * SLOW)
        s = service("--listen", "127.0.0.1:0", env={
            "NOTIFY_SOCKET": os.path.join(d, "notify"), "WATCHDOG_USEC": "200000"})
        s.start()
        assert at.recv(200).decode().split("\n") == [
            "READY=1", "STATUS=serving on http://127.0.0.1:%d" % s.port]
        assert [at.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        s.p.send_signal(signal.SIGSTOP)  # a loop that stands still says nothing
        at.settimeout(0.5)
        with pytest.raises(TimeoutError):
            for _ in range(3):
                at.recv(100)
        s.p.send_signal(signal.SIGCONT)
        at.settimeout(20 * SLOW)
        s.p.send_signal(signal.SIGTERM)
        told = b""
        while told == b"" or told == b"WATCHDOG=1":
            told = at.recv(100)
        assert told == b"STOPPING=1"
        assert s.p.wait(20 * SLOW) == 0


def test_a_name_without_a_file(service):
    name = "kumak-play-%d" % os.getpid()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as at:
        at.bind("\0" + name)
        at.settimeout(20 * SLOW)
        service("--listen", "127.0.0.1:0", env={"NOTIFY_SOCKET": "@" + name}).start()
        assert at.recv(200).startswith(b"READY=1\n")


def test_a_socket_that_no_option_names_is_told(service):
    with listening() as at, listening() as other:
        s = service("--listen", "127.0.0.1:%d" % at.getsockname()[1],
                    sockets=[other, at]).start()
        assert s.port == at.getsockname()[1]
        said = open(s.err).read()
        assert "127.0.0.1:%d was handed over, and no option" % other.getsockname()[1] in said


def incident(s, key, headers):
    status, text, _ = s.ask("POST", "/api/v1/sos", {"key": key}, headers)
    assert status == 201
    return json.loads(text)["incident"]


def test_a_proxy_that_is_not_named_is_no_proxy(service):
    """Who comes through one is not of this machine, and is all the same one address."""
    s = service("--listen", "127.0.0.1:0").start()
    assert s.ask("GET", "/metrics")[0] == 200
    assert s.ask("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})[0] == 403
    assert incident(s, "a", {"X-Forwarded-For": "203.0.113.1"}) == \
        incident(s, "b", {"X-Forwarded-For": "203.0.113.2"})


def test_a_proxy_is_believed_in_its_last_word(service):
    s = service("--listen", "127.0.0.1:0", "--proxy", "192.0.2.1, 127.0.0.1").start()
    one = incident(s, "a", {"X-Forwarded-For": "203.0.113.1"})
    assert incident(s, "b", {"X-Forwarded-For": "203.0.113.2"}) != one
    assert incident(s, "c", {"X-Forwarded-For": "203.0.113.77, 203.0.113.1"}) == one
    assert s.ask("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})[0] == 403
    for word in ("", "unknown", "203.0.113.1:80", "x" * 300):  # none: the proxy's own
        incident(s, "odd" + word[:20], {"X-Forwarded-For": word})
    with open(os.path.join(s.folder, "data", "demo.json")) as f:
        who = json.load(f)["accounts"][0]
    told = {"login": who["login"], "password": who["password"]}
    for scheme, is_secure in (("https", True), ("http", False)):
        status, _, headers = s.ask("POST", "/api/v1/session", told, {
            "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": scheme})
        assert status == 200
        assert ("; Secure" in headers["Set-Cookie"]) == is_secure


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def nginx_of(folder, port, upstream):
    """The example of deploy/, with other addresses and a certificate of its own."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder + "/k.pem",
                    "-out", folder + "/c.pem", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    with open(os.path.join(ROOT, "deploy/examples/nginx.conf")) as f:
        text = f.read()
    for was, now in (("listen 443", "listen 127.0.0.1:%d" % port),
                     ("127.0.0.1:8080", "127.0.0.1:%d" % upstream),
                     ("/etc/ssl/room.example.pem", folder + "/c.pem"),
                     ("/etc/ssl/private/room.example.key", folder + "/k.pem"),
                     ("room.example", "localhost")):
        assert was in text
        text = text.replace(was, now)
    temps = "".join("%s_temp_path %s/t;\n" % (n, folder) for n in
                    ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(folder + "/nginx.conf", "w") as f:
        f.write("daemon off; master_process off; pid %s/pid; error_log %s/error.log;\n"
                "events {}\nhttp { access_log off; %s\n%s\n}\n" %
                (folder, folder, temps, text))
    return subprocess.Popen(["nginx", "-e", folder + "/error.log", "-p", folder, "-c",
                             folder + "/nginx.conf"], preexec_fn=die_with_us)


@pytest.mark.shipped
@pytest.mark.skipif(not shutil.which("nginx", path=os.defpath + ":/usr/sbin"),
                    reason="no nginx here")
def test_behind_nginx(service):
    s = service("--listen", "127.0.0.1:0", "--proxy", "127.0.0.1").start()
    os.environ["PATH"] += ":/usr/sbin"
    with tempfile.TemporaryDirectory() as d:
        port = free_port()
        nginx = nginx_of(d, port, s.port)
        try:
            tls = ssl.create_default_context(cafile=d + "/c.pem")
            end = time.monotonic() + 20 * SLOW
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    assert time.monotonic() < end and nginx.poll() is None, \
                        open(d + "/error.log").read()
                    time.sleep(0.02)

            def ask(method, path, body=None, token=None):
                c = http.client.HTTPSConnection("127.0.0.1", port, context=tls,
                                                timeout=20 * SLOW)
                c.request(method, path, json.dumps(body) if body else None,
                          {"Authorization": "Bearer " + token} if token else {})
                r = c.getresponse()
                return r.status, r.read(), r.headers

            assert ask("GET", "/")[0] == 200
            assert ask("GET", "/metrics")[0] == 403
            with socket.create_connection(("127.0.0.1", port)) as raw, \
                    tls.wrap_socket(raw, server_hostname="127.0.0.1") as w:
                w.settimeout(20 * SLOW)
                w.sendall((
                    "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    "Authorization: Bearer %s\r\n\r\n" %
                    (port, s.token("dispatcher"))).encode())
                got = b""
                while b'{"hello"' not in got:
                    got += w.recv(4096)
                assert got.startswith(b"HTTP/1.1 101 ")
                status, text, _ = ask("POST", "/api/v1/sos", {"key": "nginx"},
                                      s.token("site"))
                assert status == 201
                while json.loads(text)["signal"].encode() not in got:
                    got += w.recv(65536)
                assert b"signal.received" in got
        finally:
            nginx.terminate()
            nginx.wait()
