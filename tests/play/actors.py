# SPDX-License-Identifier: Apache-2.0
"""Who plays: a node, callers with their credentials, readers of the live socket,
devices. Each waits for what it is told to wait for and never just sleeps. Every
answer that passes through a caller is checked against what all answers promise."""
import base64
import contextlib
import ctypes
import hashlib
import json
import os
import queue
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse
import uuid

import requests

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KUMAK = os.environ.get("KUMAK") or os.path.join(ROOT, "build", "kumak")
DATA = os.environ.get("KUMAK_DATA") or next(
    (d for d in (os.path.join(ROOT, *up, "shared", "data")
                 for up in ([".."], ["..", ".."])) if os.path.isdir(d)), "../shared/data")
SLOW = float(os.environ.get("KUMAK_SLOW", "1"))  # patience on a loaded machine
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


LIBC = ctypes.CDLL(None)


def die_with_us():
    """In a child: killed when the tests are, however they end (PR_SET_PDEATHSIG)."""
    LIBC.prctl(1, signal.SIGKILL)


def until(fn, timeout=10.0, what=""):
    """The first true answer of fn, asked again and again."""
    end = time.monotonic() + timeout * SLOW
    while True:
        got = fn()
        if got:
            return got
        assert time.monotonic() < end, "not in %g s: %s" % (timeout, what or fn)
        time.sleep(0.02)


def key():
    return str(uuid.uuid4())


def shape_ok(o, path="$"):
    """What holds of every answer: no nulls but next, snake case, sane times."""
    if isinstance(o, dict):
        for k, v in o.items():
            assert re.fullmatch(r"[a-z0-9_{}/.\-]+", k) or "timeline" in path, (path, k)
            assert v is not None or k == "next", "null at %s.%s" % (path, k)
            if k == "at" or k.endswith("_at"):
                assert TIME.match(v), "%s.%s: %r" % (path, k, v)
            shape_ok(v, path + "." + k)
    elif isinstance(o, list):
        for k, v in enumerate(o):
            shape_ok(v, "%s[%d]" % (path, k))


class Caller:
    """Somebody who asks the node: by token, by cookie, or nobody."""

    def __init__(self, node, token=None, who=None):
        self.node, self.who = node, who or {}
        self.token = token
        self.s = requests.Session()
        self.s.trust_env = False
        self.csrf = None
        if token:
            self.s.headers["Authorization"] = "Bearer " + token

    def __getattr__(self, name):
        try:
            return self.__dict__["who"][name]
        except KeyError:
            raise AttributeError(name) from None

    def call(self, method, path, body=None, raw=None, headers=None, timeout=30):
        h = dict(headers or {})
        if self.csrf and method not in ("GET", "HEAD"):
            h.setdefault("X-CSRF-Token", self.csrf)
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            h.setdefault("Content-Type", "application/json")
        r = self.s.request(method, self.node.url + path, data=data, headers=h,
                           timeout=timeout, allow_redirects=False)
        self.check(r)
        return r

    @staticmethod
    def check(r):
        kind = r.headers.get("Content-Type", "")
        if r.status_code >= 400 and "/api/" in r.url:
            assert kind == "application/problem+json", (r.url, r.status_code, kind)
            o = r.json()
            assert o["status"] == r.status_code and o["title"], o
            assert re.fullmatch(r"[a-z][a-z0-9_]*", o["code"]), o
        elif kind == "application/json" and r.content:
            o = r.json()
            if not r.url.endswith("openapi.json"):
                shape_ok(o)

    def get(self, path, **kw):
        return self.call("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.call("POST", path, body if body is not None or "raw" in kw else {},
                         **kw)

    def patch(self, path, body, **kw):
        return self.call("PATCH", path, body, **kw)

    def delete(self, path, **kw):
        return self.call("DELETE", path, **kw)

    # what must go well, as an object
    def ok(self, method, path, body=None, status=None):
        r = self.call(method, path, body)
        assert r.status_code == status if status else r.status_code < 300, (
            method, path, r.status_code, r.text[:500])
        return r.json() if r.content else None

    def items(self, path):
        """All pages of a list."""
        out, after = [], None
        while True:
            q = ("&" if "?" in path else "?") + "limit=500"
            o = self.ok("GET", path + q + ("&after=" + after if after else ""))
            out += o["items"]
            after = o.get("next")
            if not after:
                return out

    def press(self, **body):
        body.setdefault("key", key())
        r = self.post("/api/v1/sos", body)
        assert r.status_code in (200, 201), r.text
        return r.json()

    def stages(self, sig):
        return [s["stage"] for s in self.ok("GET", "/api/v1/sos/" + sig)["stages"]]

    def incident(self, iid):
        return self.ok("GET", "/api/v1/incidents/" + iid)

    def live(self, **kw):
        return Live(self, **kw)


class Live:
    """A reader of the live socket. `frames` are all objects so far; `bytes` all of
    what came. reads=False: it connects and never reads again."""

    def __init__(self, caller, after=None, origin=None, reads=True, headers=(),
                 expect=101, rcvbuf=None):
        self.node = caller.node
        host, port = self.node.hostport
        path = "/api/v1/live" + ("" if after is None else "?after=%d" % after)
        if rcvbuf:
            self.sock = socket.socket()
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
            self.sock.settimeout(10)
            self.sock.connect((host, port))
        else:
            self.sock = socket.create_connection((host, port), 10)
        nonce = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET %s HTTP/1.1" % path, "Host: %s:%d" % (host, port),
                 "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Key: " + nonce, "Sec-WebSocket-Version: 13"]
        if caller.token and not any("Protocol" in h for h in headers):
            lines.append("Authorization: Bearer " + caller.token)
        cookies = "; ".join("%s=%s" % (c.name, c.value) for c in caller.s.cookies)
        if cookies:
            lines.append("Cookie: " + cookies)
            if origin is None:
                origin = "http://%s:%d" % (host, port)
        if origin:
            lines.append("Origin: " + origin)
        self.sock.sendall(("\r\n".join(lines + list(headers)) + "\r\n\r\n").encode())
        self.buf = b""
        while b"\r\n\r\n" not in self.buf:
            got = self.sock.recv(4096)
            assert got, "closed in the handshake: %r" % self.buf
            self.buf += got
        self.head, self.buf = self.buf.split(b"\r\n\r\n", 1)
        self.status = int(self.head.split()[1])
        assert self.status == expect, self.head + self.buf
        self.frames, self.closed, self.code = [], False, None
        self.bytes = bytearray()
        self.cond = threading.Condition()
        if self.status == 101:
            want = base64.b64encode(hashlib.sha1(
                (nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
            assert want in self.head, self.head
            self.sock.settimeout(None)
            if reads:
                threading.Thread(target=self.read_all, daemon=True).start()

    def take(self, n):
        while len(self.buf) < n:
            got = self.sock.recv(1 << 16)
            if not got:
                raise ConnectionError
            self.buf += got
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def read_all(self):
        try:
            while True:
                b0, b1 = self.take(2)
                n = b1 & 127
                assert not b1 & 128, "a server does not mask"
                if n == 126:
                    n = struct.unpack(">H", self.take(2))[0]
                elif n == 127:
                    n = struct.unpack(">Q", self.take(8))[0]
                data = self.take(n)
                if b0 & 15 == 9:
                    self.raw(10, data)
                elif b0 & 15 == 8:
                    self.code = struct.unpack(">H", data[:2])[0] if n >= 2 else None
                    raise ConnectionError
                elif b0 & 15 == 1:
                    assert b0 & 128, "one frame for one object"
                    with self.cond:
                        self.bytes += data + b"\n"
                        o = json.loads(data)
                        o["_came"] = time.monotonic()
                        self.frames.append(o)
                        self.cond.notify_all()
        except (ConnectionError, OSError):
            pass
        with self.cond:
            self.closed = True
            self.cond.notify_all()

    def raw(self, op, data):
        mask = os.urandom(4)
        n = len(data)
        head = bytes([0x80 | op])
        head += bytes([0x80 | n]) if n < 126 else bytes([0x80 | 126]) + struct.pack(
            ">H", n)
        self.sock.sendall(head + mask + bytes(c ^ mask[k & 3]
                                              for k, c in enumerate(data)))

    def send(self, o):
        self.raw(1, json.dumps(o).encode())

    def wait(self, want, timeout=10.0, what=""):
        """The first frame for which want() is true."""
        end = time.monotonic() + timeout * SLOW
        seen = 0
        with self.cond:
            while True:
                for f in self.frames[seen:]:
                    if want(f):
                        return f
                seen = len(self.frames)
                left = end - time.monotonic()
                assert left > 0 and not self.closed, "%s: not among %s" % (
                    what or "frame", [f.get("type") or list(f)[0]
                                      for f in self.frames][-30:])
                self.cond.wait(left)

    def event(self, type, timeout=10.0, **data):
        return self.wait(lambda f: f.get("type") == type and all(
            f["data"].get(k) == v for k, v in data.items()), timeout,
            "%s %s" % (type, data))

    def hello(self):
        return self.wait(lambda f: "hello" in f, what="hello")["hello"]

    def wait_closed(self, timeout=10.0):
        end = time.monotonic() + timeout * SLOW
        with self.cond:
            while not self.closed:
                left = end - time.monotonic()
                assert left > 0, "the socket is still open after %g s" % timeout
                self.cond.wait(left)

    def events(self):
        with self.cond:
            return [f for f in self.frames if "seq" in f]

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Node:
    """A process: build/kumak serve --demo --still on free ports."""

    def __init__(self, data, *options, env=None, wrap=()):
        self.data, self.options, self.wrap = data, list(options), list(wrap)
        self.env = dict(os.environ, **(env or {}))
        self.p = None
        self.log = os.path.join(data, "play.log")
        self.started = None

    def start(self, timeout=30, quick=True):
        lines = queue.Queue()
        options = list(self.options)
        if quick and "--synthetic-every" not in options:
            options += ["--synthetic-every", "0"]
        os.makedirs(self.data, exist_ok=True)
        with open(self.log, "ab") as err:
            self.p = subprocess.Popen(
                self.wrap + [KUMAK, "serve", "--demo", "--still", "--listen",
                             "127.0.0.1:0", "--data", self.data] + options,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err,
                env=self.env, start_new_session=True, preexec_fn=die_with_us)

        def read(out):
            for line in out:
                lines.put(line.decode())
            lines.put(None)

        threading.Thread(target=read, args=(self.p.stdout,), daemon=True).start()
        self.doors, self.out = {}, []
        end = time.monotonic() + timeout * SLOW
        while True:
            try:
                line = lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError("not ready in %g s: %s" % (timeout, self.tail()))
            assert line, "ended before it was ready: %s" % self.tail()
            self.out.append(line)
            m = re.match(r"kumak: (\w+) on ([\d.]+:\d+)$", line.strip())
            if m:
                self.doors[m[1]] = m[2]
            m = re.match(r"kumak: ready on (http://([\d.]+):(\d+))$", line.strip())
            if m:
                self.url, self.hostport = m[1], (m[2], int(m[3]))
                break
        with open(os.path.join(self.data, "demo.json")) as f:
            self.demo = json.load(f)
        self.callers = {}
        self.started = time.monotonic()
        return self

    def tail(self):
        with open(self.log, errors="replace") as f:
            return f.read()[-2000:]

    @property
    def pid(self):
        """Of the program itself, below strace or faketime too."""
        with open(os.path.join(self.data, "serve.json")) as f:
            return json.load(f)["pid"]

    def kill(self):
        """Power gone: no goodbye."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.p.pid, signal.SIGKILL)
        self.p.wait()
        self.p.stdout.close()

    def stop(self, timeout=15):
        """SIGTERM; its exit code."""
        os.kill(self.p.pid, signal.SIGTERM)
        code = self.p.wait(timeout * SLOW)
        self.kill()
        return code

    def done(self):
        if self.p and self.p.returncode is None:
            self.kill()

    def rss_kb(self):
        with open("/proc/%d/status" % self.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])

    # --- callers ---
    def nobody(self):
        return Caller(self)

    def with_token(self, token):
        return Caller(self, token)

    def role(self, role, n=0):
        """The n-th token of that role, as a caller."""
        if (role, n) not in self.callers:
            t = [t for t in self.demo["tokens"] if t["role"] == role][n]
            self.callers[role, n] = Caller(self, t["token"], t)
        return self.callers[role, n]

    def login(self, role, n=0, password=None, login=None):
        """A person at a screen: session cookie and CSRF word."""
        c = Caller(self)
        a = [a for a in self.demo["accounts"] if a["role"] == role]
        if login is None:
            login, password = a[n]["login"], a[n]["password"]
            c.who = a[n]
        o = c.ok("POST", "/api/v1/session", {"login": login, "password": password}, 200)
        c.csrf, c.session = o["csrf"], o
        return c

    def site(self, n=0):
        """The site of the n-th site token, as demo.json tells it."""
        sid = self.role("site", n).site
        return next(s for s in self.demo["sites"] if s["id"] == sid)

    def crew(self, unit):
        n = [t.get("unit") for t in self.demo["tokens"]
             if t["role"] == "responder"].index(unit)
        return self.role("responder", n)

    def verify(self, *flags):
        return subprocess.run([KUMAK, "verify", "--data", self.data, *flags],
                              capture_output=True, text=True, timeout=120)

    def metrics(self):
        return requests.get(self.url + "/metrics", timeout=10).text

    # --- devices ---
    def watch(self, identity=None):
        if identity is None:
            identity = next(d["identity"] for d in self.demo["devices"]
                            if d["door"] == "watch")
        return Watch(self, identity)

    def osmand(self, identity, **q):
        """One fix of a phone; the HTTP status."""
        host, port = self.demo["doors"]["osmand"].rsplit(":", 1)
        q.setdefault("timestamp", int(time.time() * 1000))
        url = "http://%s:%s/?%s" % (host, port, urllib.parse.urlencode(
            dict(q, id=identity)))
        return requests.get(url, timeout=10).status_code


class Watch:
    """A watch of the [3G*…] family."""

    def __init__(self, node, identity):
        host, port = node.demo["doors"]["watch"].rsplit(":", 1)
        self.identity = identity
        self.sock = socket.create_connection((host, int(port)), 10)
        self.buf, self.orders = b"", []

    def say(self, content):
        self.sock.sendall(("[3G*%s*%04X*%s]" % (self.identity, len(content),
                                                content)).encode())

    def fix(self, word, lat, lon, status=0, at=None):
        t = time.gmtime(at or time.time())
        self.say("%s,%s,%s,A,%.6f,N,%.6f,E,4.50,118.0,12.0,9,88,77,2100,0,%08X,1,1,410,"
                 "06,2101,40021,80,0,9.5" % (
                     word, time.strftime("%d%m%y", t), time.strftime("%H%M%S", t), lat,
                     lon, status))

    ORDERS = ("CR", "UPLOAD", "MESSAGE", "FIND")

    def answer(self, timeout=10):
        """The next whole answer, e.g. `[3G*ID*0002*LK]`. Orders between are kept and
        done, as a watch does them."""
        while True:
            got = self.frame(timeout)
            content = got[1:-1].split("*", 3)[3]
            if content.split(",")[0] not in self.ORDERS:
                return got
            self.orders.append(content)
            self.say(content.split(",")[0])

    def order(self, word, timeout=10):
        """The next order of that word, done; what is answered meanwhile is dropped."""
        end = time.monotonic() + timeout * SLOW
        while not any(o.split(",")[0] == word for o in self.orders):
            content = self.frame(end - time.monotonic())[1:-1].split("*", 3)[3]
            if content.split(",")[0] in self.ORDERS:
                self.orders.append(content)
                self.say(content.split(",")[0])
        return self.orders.pop(next(k for k, o in enumerate(self.orders)
                                    if o.split(",")[0] == word))

    def frame(self, timeout=10):
        self.sock.settimeout(max(timeout * SLOW, 0.1))
        while b"]" not in self.buf:
            got = self.sock.recv(4096)
            assert got, "the door closed"
            self.buf += got
        out, self.buf = self.buf.split(b"]", 1)
        return out.decode() + "]"

    def close(self):
        self.sock.close()
