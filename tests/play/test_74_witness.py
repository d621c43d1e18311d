# SPDX-License-Identifier: Apache-2.0
"""Heads handed to a second machine and into a folder: what they hold is later held
against the node's history, and a machine that hears something else says so."""
import base64
import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest

from actors import KUMAK, until


class Witness:
    def __init__(self, folder, *options):
        self.folder = str(folder)
        self.p = subprocess.Popen(
            [KUMAK, "witness", "--dir", str(folder), "--listen", "127.0.0.1:0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.p.stdout.readline().split()[-1]

    def tell(self, head):
        body = head if isinstance(head, bytes) else json.dumps(head).encode()
        ask = urllib.request.Request(self.url, body, method="POST")
        try:
            return urllib.request.urlopen(ask, timeout=10).status
        except urllib.error.HTTPError as e:
            return e.code

    def again(self):
        """On the same address, as a machine that comes back."""
        self.p = subprocess.Popen(
            [KUMAK, "witness", "--dir", self.folder, "--listen", self.url.split("/")[2]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.p.stdout.readline()

    def stop(self):
        self.p.terminate()
        return self.p.communicate(timeout=10)


@pytest.fixture
def second(tmp_path):
    made = []

    def start(*options):
        made.append(Witness(tmp_path / "kept", *options))
        return made[-1]

    yield start
    for w in made:
        if w.p.poll() is None:
            w.stop()


def lines(path):
    return [json.loads(x) for x in open(path)] if os.path.exists(path) else []


def verify(*argv):
    return subprocess.run([KUMAK + "-verify", *map(str, argv)], capture_output=True,
                          text=True, timeout=60)


def test_what_two_others_hold_is_of_the_history(fresh, second, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    w = second()
    n = fresh("--witness", w.url, "--witness-dir", str(stick), "--witness-every", "1",
              "--synthetic-every", "0").start()
    kept = tmp_path / "kept" / ("%s.heads.jsonl" % n.demo["node"]
                                if "node" in n.demo else "khi.heads.jsonl")
    until(lambda: lines(kept), 10, "a first head")
    o = n.role("site").press()
    seq = int(o["signal"].split(".")[-1])
    until(lambda: lines(kept)[-1]["seq"] >= seq, 10, "a head behind the press")
    until(lambda: lines(stick / "heads.jsonl")[-1]["seq"] >= seq, 10, "one on the stick")
    over = n.role("oversight")
    # the node notes it when it hears that it was kept, a moment after
    until(lambda: min(x.get("seq", 0) for x in over.items("/api/v1/witnesses")) >= seq, 10)
    ways = {x["kind"]: x for x in over.items("/api/v1/witnesses")}
    assert set(ways) == {"folder", "machine"} and "wrong" not in ways["machine"]
    assert ways["machine"]["host"] == w.url.split("/")[2] and "host" not in ways["folder"]
    # a head that was kept, laid beside what the node has there now
    for head in lines(kept):
        assert over.ok("GET", "/api/v1/head?seq=%d" % head["seq"]) == {
            "seq": head["seq"], "hash": head["hash"]}
    assert over.get("/api/v1/head?seq=99999999").status_code == 404
    for bad in ("0", "-1", "x", "1e3"):
        assert over.get("/api/v1/head?seq=" + bad).status_code == 400, bad
    w.stop()
    n.role("site").press()
    until(lambda: [x for x in over.items("/api/v1/witnesses")
                   if x["kind"] == "machine" and x.get("wrong") == "not_reached"], 15)
    # it comes back, and nothing happens at the node: what it missed is brought again
    tail = over.ok("GET", "/api/v1/head")["seq"]
    w.again()
    until(lambda: lines(kept)[-1]["seq"] >= tail, 15, "the head before the quiet")
    until(lambda: not [x for x in over.items("/api/v1/witnesses") if "wrong" in x], 10)
    w.stop()
    n.stop()
    for file in (kept, stick / "heads.jsonl"):
        r = verify("--heads", file, n.data)
        assert (r.returncode, r.stdout[:6]) == (0, "INTACT"), r.stdout + r.stderr
    seqs = [h["seq"] for h in lines(kept)]
    assert seqs == sorted(set(seqs)) and len(seqs) >= 2


def test_it_takes_nothing_back_and_nothing_feigned(fresh, second, tmp_path):
    n = fresh("--synthetic-every", "0").start()
    first = n.role("site").ok("GET", "/api/v1/head")
    n.role("site").press()
    later = n.role("site").ok("GET", "/api/v1/head")
    w = second()
    assert w.tell(b"no json") == 400
    assert w.tell(dict(first, hash="ab" * 32)) == 400  # its signature is of another
    bad = base64.urlsafe_b64encode(bytes(64)).decode().rstrip("=")
    assert w.tell(dict(first, signature=bad)) == 400
    assert w.tell(dict(first, node="../x")) == 400
    assert w.tell(b"x" * 5000) == 413
    assert w.tell(later) == 204 and w.tell(later) == 204
    assert w.tell(first) == 409  # the history became shorter
    out = w.stop()
    assert "shorter" in out[1]
    w = second()  # it remembers what it kept
    assert w.tell(first) == 409
    w.stop()
    kept = tmp_path / "kept"
    name = later["node"]
    assert [h["seq"] for h in lines(kept / (name + ".heads.jsonl"))] == [later["seq"]]
    assert len(lines(kept / (name + ".contradictions.jsonl"))) == 2
    other = second("--key", "cd" * 32)
    assert other.tell(later) == 409  # by another key than it was told


def test_a_node_without_its_folder_does_not_start(tmp_path):
    r = subprocess.run([KUMAK, "serve", "--demo", "--data", str(tmp_path / "n"),
                        "--listen", "127.0.0.1:0", "--witness-dir",
                        str(tmp_path / "nothing")], capture_output=True, text=True,
                       timeout=60)
    assert r.returncode == 1 and "witness" in r.stderr
    for bad in ([], ["--dir"], ["--dir", "x", "--key", "zz"], ["--who", "x"]):
        assert subprocess.run([KUMAK, "witness", *bad],
                              capture_output=True).returncode == 2
