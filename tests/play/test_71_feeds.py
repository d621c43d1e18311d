# SPDX-License-Identifier: Apache-2.0
"""Feeds of alerts that the node reads by itself, from a server that is as bad as they
come: what is good in them arrives once, and nothing else of the room minds the rest."""
import http.server
import os
import ssl
import subprocess
import threading

import pytest
from actors import until
from test_70_cap import alert, find

ENTRY = '<entry><id>%s</id><updated>%s</updated>%s</entry>'
LINK = '<link type="application/cap+xml" href="%s"/>'


def atom(*entries):
    return ('<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>%s</feed>' %
            "".join(ENTRY % (k, "2026-03-23T10:15:30Z", e)
                    for k, e in enumerate(entries))).encode()


def embedded(raw):
    return "<content>%s</content>" % raw.split(b"?>", 1)[1].decode()


class Server:
    """pages: path -> (status, headers, body), or a function of (path, headers) for it;
    a body of None is never sent."""

    def __init__(self, tls=None):
        self.pages, self.asked, self.end = {}, [], threading.Event()
        outer = self

        class Pages(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                p = outer.pages.get(self.path, (404, {}, b""))
                status, headers, body = p(self.headers) if callable(p) else p
                self.close_connection = True
                if body is None:
                    outer.end.wait(60)
                    return
                self.send_response(status)
                if not {"Content-Length", "Transfer-Encoding"} & set(headers) and \
                        "X-Endless" not in headers and status != 304:
                    self.send_header("Content-Length", str(len(body)))
                for k, v in headers.items():
                    self.send_header(k, v)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # it did not want so much

            def log_message(self, *a):
                pass

        self.s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.s.daemon_threads = True
        if tls:
            self.s.socket = tls.wrap_socket(self.s.socket, server_side=True)
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http",
                                          self.s.server_port)
        threading.Thread(target=self.s.serve_forever, daemon=True).start()

    def count(self, path):
        return len([p for p, _ in self.asked if p == path])

    def close(self):
        self.end.set()
        self.s.shutdown()
        self.s.server_close()


@pytest.fixture
def server():
    s = Server()
    yield s
    s.close()


def logged(n, *words):
    with open(n.log, encoding="utf-8", errors="replace") as f:
        return [x for x in f if all(w in x for w in words)]


def gauge(n, name):
    return next(float(x.split()[1]) for x in n.metrics().splitlines()
                if x.startswith("kumak_%s " % name))


def reading(fresh, server, *paths, more=()):
    options = [o for p in paths for o in ("--cap-feed", server.url + p)]
    n = fresh(*options, *more)
    n.start()
    return n


def test_good_feeds_arrive_once(fresh, server):
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (
        lambda b: [b[k:k + 100] for k in range(0, len(b), 100)])(
            atom(embedded(alert("f.chunked"))))) + b"0\r\n\r\n"
    gone = {"n": 0}

    def late(headers):
        gone["n"] += 1
        return (404, {}, b"") if gone["n"] == 1 else (200, {}, alert("f.late"))

    def tagged(headers):
        if headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"'}, b""
        return 200, {"ETag": '"v1"'}, atom(LINK % "late.cap")

    server.pages = {
        "/linked": (200, {}, atom(LINK % "/one.cap", LINK % (server.url + "/two.cap"))),
        "/one.cap": (200, {}, alert("f.one")),
        "/two.cap": (302, {"Location": "/three.cap"}, b""),
        "/three.cap": (200, {}, alert("f.two")),
        "/embedded": (200, {}, atom(embedded(alert("f.in1")), embedded(
            alert("f.bad").replace(b"Severe", b"Grave")), embedded(alert("f.in2")))),
        "/chunked": (200, {"Transfer-Encoding": "chunked"}, chunked),
        "/plain": (200, {"X-Endless": "1"}, alert("f.plain")),
        "/rss": (200, {}, b'<rss version="2.0"><channel><item><title>t</title><link>%s'
                 b'/rss.cap</link></item></channel></rss>' % server.url.encode()),
        "/rss.cap": (200, {}, alert("f.rss")),
        "/tagged": tagged,
        "/late.cap": late,
    }
    n = reading(fresh, server, "/linked", "/embedded", "/chunked", "/plain", "/rss",
                "/tagged")
    for id in ("f.one", "f.two", "f.in1", "f.in2", "f.chunked", "f.plain", "f.rss",
               "f.late"):
        until(lambda: find(n, id), 20)
        (a,) = find(n, id)
        assert a["state"] == "pending" and a["source"] == "outside"
    assert not find(n, "f.bad")
    assert logged(n, "feed_odd", "/embedded")
    # the link that was dead is asked for again, the feed only if it has changed
    assert [h.get("If-None-Match") for p, h in server.asked if p == "/tagged"][:2] == [
        None, '"v1"']
    assert server.count("/late.cap") == 2 and server.count("/one.cap") == 1
    until(lambda: gauge(n, "feeds_failing") == 0, 5)
    assert gauge(n, "feeds") == 6
    # what came is known, also to the next life of the node
    assert n.stop() == 0
    before = server.count("/one.cap")
    n.start()
    until(lambda: server.count("/one.cap") > before and gauge(n, "feeds_failing") == 0, 20)
    assert len(find(n, "f.one")) == 1


def test_bad_feeds_harm_nothing(fresh, server):
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccccccccc">]><feed>&b;</feed>'
    server.pages = {
        "/garbage": (200, {}, b"\x00\xff<feed"),
        "/html": (200, {}, b"<html><body/></html>"),
        "/bomb": (200, {}, bomb),
        "/large": (200, {"Content-Length": str(5 << 20)}, b" " * (5 << 20)),
        "/endless": (200, {"X-Endless": "1"}, b" " * (5 << 20)),
        "/packed": (200, {"Content-Encoding": "gzip"}, b"x"),
        "/round": (302, {"Location": "/round"}, b""),
        "/away": (302, {"Location": "http://127.0.0.2:1/feed"}, b""),
        "/both": (200, {"Transfer-Encoding": "chunked", "Content-Length": "5"}, b"0\r\n\r\n"),
        "/elsewhere": (200, {}, atom(LINK % "http://127.0.0.2:1/x.cap",
                                     embedded(alert("g.else")))),
        "/silent": (200, {}, None),
        "/good": (200, {}, atom(embedded(alert("g.good")))),
    }
    n = reading(fresh, server, *server.pages)
    until(lambda: find(n, "g.good") and find(n, "g.else"), 10)
    for path, why in (("/garbage", "well"), ("/html", "no feed"), ("/bomb", "DOCTYPE"),
                      ("/large", "too large"), ("/endless", "too large"),
                      ("/packed", "not supported"), ("/round", "redirect"),
                      ("/away", "redirect"), ("/both", "not well formed")):
        until(lambda: logged(n, "feed_failed", path + " "), 10)
    assert server.count("/round") >= 4
    # told once however often it is asked for again, and well again when it is
    until(lambda: server.count("/garbage") >= 2, 15)
    server.pages["/garbage"] = (200, {}, atom(embedded(alert("g.back"))))
    n.role("site", 0).press()
    until(lambda: find(n, "g.back"), 30)
    until(lambda: logged(n, "feed_back", "/garbage"), 5)
    assert len(logged(n, "feed_failed", "/garbage ")) == 1
    until(lambda: logged(n, "feed_failed", "/silent ", "in time"), 30)
    assert len(logged(n, "feed_odd", "/elsewhere")) == 1
    until(lambda: gauge(n, "feeds_failing") == 9, 10)
    assert n.stop() == 0  # also with questions on their way


def test_rules_hold_for_what_is_read(fresh, server):
    server.pages = {"/feed": (200, {}, atom(embedded(alert(
        "r.read", code="EQ9", severity="Extreme"))))}
    n = fresh()
    n.start()
    n.role("administrator").ok("POST", "/api/v1/cap_rules", {
        "event_code": "EQ9", "outcome": "signal", "severity": "extreme",
        "name": "great quakes"}, 201)
    n.stop()
    n.options += ["--cap-feed", server.url + "/feed"]
    n.start()
    d = n.role("dispatcher")
    until(lambda: [i for i in d.items("/api/v1/incidents") if i["kind"] == "alert"], 10)


def test_over_tls_only_with_a_certificate_of_the_authority(fresh, tmp_path):
    key, cert = str(tmp_path / "k.pem"), str(tmp_path / "c.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=feed", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    s = Server(tls)
    try:
        s.pages["/feed"] = (200, {}, atom(embedded(alert("t.1"))))
        n = reading(fresh, s, "/feed", more=("--cap-feed-authority", cert))
        until(lambda: find(n, "t.1"), 10)
        n = reading(fresh, s, "/feed")
        until(lambda: logged(n, "feed_failed", "/feed"), 10)
        assert not find(n, "t.1")
    finally:
        s.close()


def test_no_address_is_refused_at_the_start(fresh):
    for bad in ("ftp://x/feed", "https://name:word@x/feed", "x"):
        n = fresh("--cap-feed", bad)
        with pytest.raises(Exception):
            n.start(timeout=5)
        assert logged(n, "a feed is http")
