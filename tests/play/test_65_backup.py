# SPDX-License-Identifier: Apache-2.0
"""kumak backup of a node that is being pressed, kumak restore into an empty folder: the
copy is whole by its chain, opens with its keys, and an old one with the newest keys does
not bring back what was erased."""
import datetime
import os
import random
import shutil
import subprocess
import threading
import time

from actors import KUMAK, Node, until

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
    assert sorted(os.listdir(tmp_path))[-3:] == ["copy", "copy.keys", "copy.more"]
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


def fixes(n, unit, count):
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    n.crew(unit).ok("POST", "/api/v1/fixes", {"fixes": [
        {"position": {"lat": 24.8 + k / 1000, "lon": 67.0}, "at": at}
        for k in range(count)]}, 202)


def track(n, unit):
    return n.role("supervisor").ok(
        "GET", "/api/v1/units/%s/track?reason=drill" % unit)["geometry"]["coordinates"]


def test_a_restored_node_has_its_positions_and_files(fresh, tmp_path):
    """The second copy takes only what is new, and lets go what the node let go."""
    n, more, folder = fresh().start(), str(tmp_path / "more"), str(tmp_path / "new")
    unit = n.role("dispatcher").items("/api/v1/units")[0]["id"]
    c = n.login("liaison")
    channel = c.items("/api/v1/channels")[0]["id"]
    text = b"Plan B" + os.urandom(20).hex().encode()
    f = c.call("POST", "/api/v1/channels/%s/files?name=plan.txt" % channel, raw=text)
    assert f.status_code == 201, f.text
    fixes(n, unit, 7)
    n.stop()
    n.start()
    first, second = str(tmp_path / "one"), str(tmp_path / "two")
    assert run("backup", first, "--more", more, "--data", n.data).returncode == 0
    before = {x: os.stat(os.path.join(more, "tracks", x)).st_ino
              for x in os.listdir(os.path.join(more, "tracks")) if x.endswith(".trk")}
    (tmp_path / "more" / "files" / ("ab" * 32)).write_bytes(b"the node has it no more")
    fixes(n, unit, 5)
    time.sleep(0.5)
    assert run("backup", second, "--more", more, "--data", n.data).returncode == 0
    for x, ino in before.items():
        assert os.stat(os.path.join(more, "tracks", x)).st_ino == ino, "copied again"
    assert sorted(os.listdir(os.path.join(more, "files"))) == sorted(
        os.listdir(os.path.join(n.data, "files")))
    had = len(track(n, unit))
    assert had >= 12
    r = run("restore", second, "--more", more, "--data", folder)
    assert r.returncode == 0, r.stderr
    m = served(folder, n.data)
    try:
        assert len(track(m, unit)) == had
        got = m.login("liaison").get("/api/v1/files/%s/content" % f.json()["id"])
        assert got.content == text
    finally:
        m.done()


def test_copies_of_positions_are_not_lost_by_a_copy(fresh, tmp_path):
    n, more = fresh().start(), tmp_path / "more"
    for k, name in enumerate("abcdef"):  # as the days before left them
        os.makedirs(os.path.join(n.data, "tracks"), exist_ok=True)
        with open(os.path.join(n.data, "tracks", "2020010%d-0001.trk" % k), "w") as f:
            f.write(name)

    def copy(file, data=n.data, *more_words):
        return run("backup", str(tmp_path / file), "--keys", str(tmp_path / "keys"), "--more",
                   str(more), "--data", data, *more_words)

    # somebody else's folder: refused, and left as it is
    os.makedirs(more / "files")
    (more / "files" / "report.txt").write_text("precious")
    r = copy("c0")
    assert r.returncode == 1 and "no copies of this node" in r.stderr, r.stderr
    assert (more / "files" / "report.txt").read_text() == "precious"
    shutil.rmtree(more)
    assert copy("c1").returncode == 0
    had = set(os.listdir(more / "tracks"))
    assert len(had) >= 6
    # a node restored without them must not take them with it
    r = run("restore", str(tmp_path / "c1"), "--keys", str(tmp_path / "keys"), "--more",
            str(tmp_path / "not-mounted"), "--data", str(tmp_path / "bare"))
    assert r.returncode == 0, r.stderr
    r = copy("c2", str(tmp_path / "bare"))
    assert r.returncode == 1 and "--let-go" in r.stderr, r.stderr
    assert set(os.listdir(more / "tracks")) == had
    # one day whose term is over goes by itself
    os.unlink(os.path.join(n.data, "tracks", "20200100-0001.trk"))
    assert copy("c3").returncode == 0
    assert set(os.listdir(more / "tracks")) >= had - {"20200100-0001.trk"}
    assert "20200100-0001.trk" not in os.listdir(more / "tracks")
    assert copy("c4", str(tmp_path / "bare"), "--let-go").returncode == 0
    assert not os.listdir(more / "tracks")
    # another node's
    other = fresh().start()
    r = copy("c5", other.data)
    assert r.returncode == 1 and "another node" in r.stderr, r.stderr


def test_old_keys_open_nothing_that_was_erased(fresh, tmp_path):
    """Keys from before an erasure, with the store from after it: what the store says
    was erased is closed in them. Keys that lack some of the store's are refused."""
    n, file, old = fresh().start(), str(tmp_path / "copy"), str(tmp_path / "old")
    folder = str(tmp_path / "new")
    a = n.login("administrator")
    h = a.ok("POST", "/api/v1/people", {"name": "Zzerased"}, 201)["id"]
    assert run("backup", old, "--data", n.data).returncode == 0
    a.ok("POST", "/api/v1/accounts", {
        "login": "second", "role": "administrator", "name": "Second",
        "password": "a-long-password"}, 201)
    e = a.ok("POST", "/api/v1/erasures", {"subject": h, "reason": "asked"}, 201)["id"]
    n.login(None, login="second", password="a-long-password").ok(
        "POST", "/api/v1/erasures/%s/decision" % e, {"approve": True, "reason": "yes"})
    until(lambda: a.ok("GET", "/api/v1/erasures/" + e)["state"] == "done", what="done")
    assert run("backup", file, "--data", n.data).returncode == 0
    r = run("restore", file, "--keys", old + ".keys", "--data", folder)
    assert r.returncode == 0, r.stderr
    slot = slot_of(n, old, "Zzerased", h)
    with open(os.path.join(folder, "keys"), "rb") as f:
        f.seek(SLOT * slot)
        assert f.read(SLOT) == bytes(SLOT), "the old key is back"
    with open(old + ".keys", "rb") as f:
        keys = f.read()
    assert keys[HEAD + SLOT * slot:][:SLOT] != bytes(SLOT)
    short = str(tmp_path / "short")
    with open(short, "wb") as f:
        f.write(keys[:HEAD + SLOT * slot])
    r = run("restore", file, "--keys", short, "--data", str(tmp_path / "none"))
    assert r.returncode == 1 and "older than the copy" in r.stderr, r.stderr
    assert not os.path.exists(tmp_path / "none")


def test_no_word_of_what_is_sealed_is_in_a_copy(fresh, tmp_path):
    """Not as an index of words either; that is made anew by who has the keys, and has
    nothing of what was erased since."""
    n, file, folder = fresh().start(), str(tmp_path / "copy"), str(tmp_path / "new")
    calls = [n.role("site", k % 28).press(message="zqcall%d zqall" % k, key="k%d" % k)
             for k in range(3)]
    desk = n.login("liaison")
    channel = desk.items("/api/v1/posts?limit=1")[0]["channel"]
    post = desk.ok("POST", "/api/v1/channels/%s/posts" % channel,
                   {"kind": "situation", "text": "zqpost is said"}, 201)["id"]
    assert [x["id"] for x in desk.items("/api/v1/posts?q=zqpost")] == [post]
    d = n.role("dispatcher")
    for k, c in enumerate(calls):
        assert [x["id"] for x in d.items("/api/v1/incidents?q=zqcall%d" % k)] == [
            c["incident"]]
    assert run("backup", file, "--data", n.data).returncode == 0
    with open(file, "rb") as f:
        copy = f.read().lower()
    assert not any(w in copy for w in (b"zqcall", b"zqall", b"zqpost"))
    # one of them is erased after the copy was made
    n.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % calls[1]["incident"],
                            {"disposition": "handled"})
    s, a = n.login("supervisor"), n.login("administrator")
    e = s.ok("POST", "/api/v1/erasures", {"subject": calls[1]["incident"],
                                          "reason": "by law"}, 201)["id"]
    a.ok("POST", "/api/v1/erasures/%s/decision" % e, {"approve": True, "reason": "yes"})
    until(lambda: s.ok("GET", "/api/v1/erasures/" + e)["state"] == "done", what="done")
    assert run("backup", file + "2", "--data", n.data).returncode == 0
    r = run("restore", file, "--keys", file + "2.keys", "--data", folder)
    assert r.returncode == 0, r.stderr
    m = served(folder, n.data)
    try:
        d = m.role("dispatcher")
        assert {x["id"] for x in d.items("/api/v1/incidents?q=zqall")} == {
            calls[0]["incident"], calls[2]["incident"]}
        assert not d.items("/api/v1/incidents?q=zqcall1")
        assert [x["id"] for x in m.login("liaison").items("/api/v1/posts?q=zqpost")] == [
            post]
    finally:
        m.done()
    for name in os.listdir(folder):
        if os.path.isfile(os.path.join(folder, name)) and name != "play.log":
            with open(os.path.join(folder, name), "rb") as f:
                assert b"zqcall1" not in f.read().lower(), name


def test_a_damaged_copy_is_refused(fresh, tmp_path):
    """One bit of any page that is used: told when it is restored, not when the node is to
    start with it."""
    n, file = fresh().start(), str(tmp_path / "copy")
    for k in range(20):
        n.role("site", k).press(message="words %d" % k)
    assert run("backup", file, "--data", n.data).returncode == 0
    n.stop()
    with open(file, "rb") as f:
        good = f.read()
    page = int.from_bytes(good[16:18], "big")
    used = [k for k in range(1, len(good) // page) if any(good[k * page:(k + 1) * page])]
    refused = 0
    for k in random.Random(7).sample(used, 12):
        bad = bytearray(good)
        at = next(i for i in range(k * page, (k + 1) * page) if bad[i])
        bad[at] ^= 4
        with open(tmp_path / "bad", "wb") as f:
            f.write(bad)
        folder = str(tmp_path / "try")
        r = run("restore", str(tmp_path / "bad"), "--keys", file + ".keys", "--data", folder)
        if r.returncode == 0:  # a page that nothing reads
            m = served(folder, n.data)
            m.done()
            shutil.rmtree(folder)
        else:
            refused += 1
            assert not os.path.exists(folder) and "kumak restore: " in r.stderr
    assert refused >= 10, refused
    r = run("restore", file, "--data", str(tmp_path / "good"))
    assert r.returncode == 0, r.stderr
    # and where a node's own file is
    with open(tmp_path / "good" / "store.db", "r+b") as f:
        f.seek(used[len(used) // 2] * page + 100)
        x = f.read(1)
        f.seek(-1, 1)
        f.write(bytes([x[0] ^ 1]))
    r = run("verify", "--data", str(tmp_path / "good"))
    assert r.returncode == 1, r.stdout


def test_the_drill_as_the_page_says(fresh, tmp_path):
    """docs/operator/recovery.md, its lines as they stand."""
    root = os.environ.get("KUMAK_ROOT") or os.path.join(os.path.dirname(__file__), "../..")
    with open(os.path.join(root, "docs/operator/recovery.md"), encoding="utf-8") as f:
        lines = [x.strip() for x in f.read().split("<!-- drill -->")[1].split("\n")
                 if x.startswith("\tkumak ")]
    n = fresh().start()
    n.role("site", 0).press(message="before the drill")
    for at in ("DATA", n.data), ("COPY", str(tmp_path)), ("TRY", str(tmp_path / "try")):
        lines = [x.replace(at[0], at[1]) for x in lines]
    assert [x.split()[1] for x in lines] == ["backup", "restore", "verify", "serve"]
    heads = []
    for x in lines[:3]:
        r = run(*x.split()[1:])
        assert r.returncode == 0 and not r.stderr.count("kumak "), r
        heads.append(r.stdout.strip())
    assert len(set(heads)) == 1 and ":" in heads[0], heads
    p = subprocess.Popen([KUMAK, *lines[3].split()[1:]], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True)
    try:
        assert any("ready on http://" in x for x in p.stdout)
    finally:
        p.terminate()
        p.wait(20)
