# SPDX-License-Identifier: Apache-2.0
"""kumak backup of a node that is being pressed, kumak restore into an empty folder: the
copy is whole by its chain, opens with its keys, and an old one with the newest keys does
not bring back what was erased."""
import os
import shutil
import subprocess
import threading

from actors import KUMAK, Node

SLOT = 72  # a wrapped key: 40 + 32 bytes (src/journal/keys.c)
HEAD = len(b"kumak keys 1\n") + 64


def run(*argv):
    return subprocess.run([KUMAK, *argv], capture_output=True, text=True, timeout=120)


def served(folder, demo):
    """A restored folder as a node; the plays serve demo cities only."""
    shutil.copy(os.path.join(demo, "demo.json"), folder)
    return Node(folder).start()


def test_a_copy_of_a_running_node_is_whole(fresh, tmp_path):
    n, file, folder = fresh().start(), str(tmp_path / "copy"), str(tmp_path / "new")
    site, acked, stop = n.role("site", 0), [], threading.Event()

    def press():
        while not stop.is_set():
            acked.append(site.press(message="while it is copied")["signal"])

    t = threading.Thread(target=press)
    t.start()
    try:
        while len(acked) < 20:
            stop.wait(0.01)
        before = len(acked)
        r = run("backup", file, "--data", n.data)
        made = len(acked)
        while len(acked) < made + 5:
            stop.wait(0.01)
    finally:
        stop.set()
        t.join()
    assert r.returncode == 0, r.stderr
    head = r.stdout.strip()
    assert os.stat(file).st_mode & 0o77 == 0 and os.stat(file + ".keys").st_mode & 0o77 == 0
    # the copied history is the node's own, as far as it goes
    assert n.verify("--head", head).returncode == 0
    r = run("restore", file, "--data", folder)
    assert (r.returncode, r.stdout.strip()) == (0, head), r.stderr
    m = served(folder, n.data)
    try:
        i = m.role("dispatcher").items("/api/v1/incidents")[0]["id"]
        got = {s["id"] for s in m.role("dispatcher").items(
            "/api/v1/incidents/%s/signals" % i)}
        assert set(acked[:before]) <= got, "an acknowledged press is not in the copy"
        own = m.login(None, login="mission1", password=next(
            a["password"] for a in n.demo["accounts"] if a["login"] == "mission1"))
        assert own.items("/api/v1/people")[0]["name"], "what is sealed opens"
        assert m.role("site", 0).press(message="and on it goes")["state"]
    finally:
        m.done()


def test_what_was_erased_stays_erased(fresh, tmp_path):
    n, file, folder = fresh().start(), str(tmp_path / "old"), str(tmp_path / "new")
    a = n.role("administrator")
    h = a.ok("POST", "/api/v1/people", {"name": "Zzerased"}, 201)["id"]
    other = a.ok("POST", "/api/v1/people", {"name": "Stays"}, 201)["id"]
    assert run("backup", file, "--data", n.data).returncode == 0
    slot = slot_of(n, file, "Zzerased", h)
    # the newest copy of the keys is the one from which the key is gone
    with open(file + ".keys", "r+b") as f:
        f.seek(HEAD + SLOT * slot)
        f.write(bytes(SLOT))
    r = run("restore", file, "--data", folder)
    assert r.returncode == 0, r.stderr
    m = served(folder, n.data)
    try:
        a = m.role("administrator")
        assert "name" not in a.ok("GET", "/api/v1/people/" + h)
        assert a.ok("GET", "/api/v1/people/" + other)["name"] == "Stays"
    finally:
        m.done()


def slot_of(n, file, word, h):
    """The person's slot: the event names it; nothing else in the copy says the name."""
    with open(file, "rb") as f:
        text = f.read()
    assert word.encode() not in text
    at = text.index(b'"subject":"%s"' % h.encode())
    return int(text[at:at + 600].split(b'"sealed":{"key":')[1].split(b",")[0])


def test_what_is_refused_leaves_nothing(fresh, tmp_path):
    n, file = fresh().start(), str(tmp_path / "copy")
    assert run("backup", file, "--data", n.data).returncode == 0
    r = run("backup", file, "--data", n.data)
    assert r.returncode == 1 and "exists already" in r.stderr
    assert run("backup").returncode == 2 and run("restore", "--data").returncode == 2
    assert "no-such" in run("backup", str(tmp_path / "x"), "--data",
                            str(tmp_path / "no-such")).stderr
    assert sorted(os.listdir(tmp_path))[-2:] == ["copy", "copy.keys"]
    # a folder with anything in it is not touched
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("mine")
    r = run("restore", file, "--data", str(full))
    assert r.returncode == 1 and "is not empty" in r.stderr
    assert os.listdir(full) == ["mine"]
    # each of these leaves no folder behind
    damaged, cut, alien = (str(tmp_path / x) for x in ("damaged", "cut", "alien"))
    with open(file, "rb") as f:
        text = bytearray(f.read())
    text[text.index(b'"type":"person.changed"') + 10] ^= 1
    for path, data in ((damaged, text), (cut, text[:5000])):
        with open(path, "wb") as f:
            f.write(data)
    with open(file + ".keys", "rb") as f:
        keys = f.read()
    with open(alien, "wb") as f:  # the keys of another node
        f.write(keys[:20] + bytes([keys[20] ^ 1]) + keys[21:])
    new = str(tmp_path / "new")
    for path, other, word in ((damaged, file + ".keys", ""), (cut, file + ".keys", ""),
                              (file, alien, "another node"), (file, file, "holds no keys"),
                              (file, str(tmp_path / "none"), "none")):
        r = run("restore", path, "--keys", other, "--data", new)
        last = r.stderr.strip().split("\n")[-1]
        assert r.returncode == 1 and last.startswith("kumak restore: "), r
        assert word in r.stderr, r.stderr
        assert not os.path.exists(new), (path, os.listdir(new))
    assert run("restore", file, "--data", new).returncode == 0
