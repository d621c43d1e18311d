# SPDX-License-Identifier: Apache-2.0
"""The frame that called is kept with its call, byte for byte, as evidence: the room reads
it, others do not; it lies sealed; a restart and a copy (kumak backup) have it too."""
import glob
import os
import shutil
import socket
import time

import pytest
from actors import KUMAK, Node, Watch, until
from devices import Gt06
from test_52_orders import panel_line
from test_65_backup import run, served


class SaidWatch(Watch):
    """Remembers each frame as it went out."""

    def say(self, content):
        self.said = ("[3G*%s*%04X*%s]" % (self.identity, len(content), content)).encode()
        self.sock.sendall(self.said)

    def call(self):
        self.fix("AL", 24.871234, 67.041234, status=1 << 16 | 1)
        said = self.said
        assert self.answer().endswith("*AL]")
        return said


class SaidTracker(Gt06):
    def send(self, data):
        self.said = getattr(self, "said", []) + [data]
        super().send(data)

    def call(self):
        self.hello()
        at = len(self.said)
        self.sos(24.872345, 67.042345)
        return self.said[at]


class SaidPanel:
    def __init__(self, node, identity):
        self.identity = identity
        host, port = node.demo["doors"]["dc09"].rsplit(":", 1)
        self.sock = socket.create_connection((host, int(port)), 10)

    def call(self):
        said = panel_line('"SIA-DCS"0042L0#%s[#%s|Nri1/HA003]%s' % (
            self.identity, self.identity, time.strftime("_%H:%M:%S,%m-%d-%Y",
                                                        time.gmtime())))
        self.sock.sendall(said)
        assert b'"ACK"0042' in self.sock.recv(1000)
        return said

    def close(self):
        self.sock.close()


class LongWatch(SaidWatch):
    """It tells all the networks that it hears."""

    def say(self, content):
        super().say(content + ",home,02:00:00:00:00:01,-60" * 110
                    if content.startswith("AL") else content)


CALLERS = {"watch": SaidWatch, "gt06": SaidTracker, "dc09": SaidPanel}


@pytest.fixture(scope="module")
def called(program, tmp_path_factory):
    """One call of each; {door: (incident, signal, the frame)}."""
    node = Node(str(tmp_path_factory.mktemp("evidence")), "--still")
    node.start()
    node.calls = {}
    for door, caller in CALLERS.items():
        known = next(d for d in node.demo["devices"] if d["door"] == door)
        room = node.role("dispatcher").live()
        room.hello()
        d = caller(node, known["identity"])
        said = d.call()
        e = room.event("signal.received", door=door)
        node.calls[door] = (e["data"]["incident"], e["data"]["id"], said)
        d.close()
        room.close()
    yield node
    node.done()


def read(node, door, role="dispatcher", n=0):
    incident, signal, _ = node.calls[door]
    r = node.role(role, n).get("/api/v1/incidents/%s/signals" % incident)
    if r.status_code != 200:
        return r.status_code
    return next((s for s in r.json()["items"] if s["id"] == signal), None)


@pytest.mark.parametrize("door", CALLERS)
def test_the_frame_is_kept(called, door):
    incident, signal, said = called.calls[door]
    assert bytes.fromhex(read(called, door)["raw"]) == said
    whole = called.role("supervisor").incident(incident)
    assert next(s for s in whole["signals"] if s["id"] == signal)["raw"] == said.hex()


@pytest.mark.parametrize("door", CALLERS)
def test_it_is_the_rooms(called, door):
    """Neither who owns the place nor who comes to help reads the bytes."""
    for role in ("site", "liaison", "responder", "oversight"):
        for n in range(sum(t["role"] == role for t in called.demo["tokens"])):
            got = read(called, door, role, n)
            assert got in (403, 404, None) or "raw" not in got, (role, n, got)


@pytest.mark.parametrize("door", CALLERS)
def test_it_lies_sealed(called, door):
    said = called.calls[door][2]
    files = [f for f in glob.glob(os.path.join(called.data, "**"), recursive=True)
             if os.path.isfile(f) and not f.endswith("play.log")]
    assert any("store.db" in f for f in files)
    for f in files:
        with open(f, "rb") as opened:
            content = opened.read()
        assert said not in content and said.hex().encode() not in content.lower(), f


def test_a_long_frame_is_kept_whole(called):
    identity = next(d["identity"] for d in called.demo["devices"] if d["door"] == "watch")
    room = called.role("dispatcher").live()
    room.hello()
    d = LongWatch(called, identity)
    said = d.call()
    d.close()
    assert 3000 < len(said) < 4096
    room.wait(lambda f: f.get("type") == "signal.received", what="it is heard")
    incident = called.calls["watch"][0]
    found = called.role("dispatcher").items("/api/v1/incidents/%s/signals" % incident)
    assert said.hex() in [s.get("raw") for s in found]
    room.close()


def test_a_repeat_has_no_frame_of_its_own(called):
    """What was not heard is sent again; the call keeps the first."""
    incident, signal, said = called.calls["dc09"]
    count = called.role("dispatcher").incident(incident)["signals_count"]
    host, port = called.demo["doors"]["dc09"].rsplit(":", 1)
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(said)
        assert b'"ACK"0042' in s.recv(1000)
    assert called.role("dispatcher").incident(incident)["signals_count"] == count
    assert read(called, "dc09")["raw"] == said.hex()


def test_a_restart_and_a_copy_have_it(called, tmp_path):
    called.stop()
    called.start()
    until(lambda: read(called, "watch"), 10, "it is read again")
    for door in CALLERS:
        assert read(called, door)["raw"] == called.calls[door][2].hex(), door
    file, folder = str(tmp_path / "copy"), str(tmp_path / "new")
    assert os.access(KUMAK, os.X_OK)
    assert run("backup", file, "--data", called.data).returncode == 0
    assert run("restore", file, "--data", folder).returncode == 0
    m = served(folder, called.data)
    try:
        m.calls = called.calls
        for door in CALLERS:
            assert read(m, door)["raw"] == called.calls[door][2].hex(), door
    finally:
        m.done()
        shutil.rmtree(folder, ignore_errors=True)
