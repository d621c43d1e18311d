# SPDX-License-Identifier: Apache-2.0
"""What must hold when things fail: the process is killed, the clock is set back, the
disk is full, a reader never reads. KUMAK_KILLS=N sets how often it is killed."""
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest
from actors import Live, key, until

KILLS = 200
KILLS_LONG = 3000
KILLS_SECONDS = 240  # of make test; what does not fit is left out and said
PRESSERS = 3
SITES = 6


class Presser(threading.Thread):
    """Presses without end, each with a new key; writes down what was acknowledged,
    in a file of its own, the moment it was. After an error it stops: the same press
    is then owed, and is repeated with its key when the node is back."""

    def __init__(self, node, n, book):
        super().__init__(daemon=True)
        self.host, self.token = node.hostport, node.role("site", n % SITES).token
        self.n, self.book = n, book
        self.acked, self.owed, self.first, self.bad = {}, None, None, None
        self.stopping = False

    def press(self, c, k):
        c.request("POST", "/api/v1/sos", json.dumps({"key": k, "message": k}),
                  {"Authorization": "Bearer " + self.token,
                   "Content-Type": "application/json"})
        r = c.getresponse()
        text = r.read()
        if r.status not in (200, 201):
            self.bad = (k, r.status, text)
            raise ConnectionError
        return r.status, json.loads(text)

    def run(self):
        c = http.client.HTTPConnection(*self.host, timeout=10)
        try:
            while not self.stopping:
                k = key()
                self.owed = k
                _, o = self.press(c, k)
                if not self.first:
                    self.first = time.monotonic()
                self.book.write("%s %s %s\n" % (k, o["signal"], o["incident"]))
                self.book.flush()
                self.acked[k] = (o["signal"], o["incident"])
                self.owed = None
                time.sleep(0.004)  # a steady load, not a benchmark
        except (OSError, http.client.HTTPException):
            pass
        c.close()


def p99(v):
    v = sorted(v)
    return v[min(len(v) - 1, int(len(v) * 0.99))]


def kill_many(fresh, tmp_path, kills, seconds, say):
    n = fresh()
    rng = random.Random(int(os.environ.get("KUMAK_SEED", time.time_ns() % 10**9)))
    books = [open(tmp_path / ("acked-%d" % k), "w") for k in range(PRESSERS)]
    all_acked, owed, heads = {}, {}, []
    back, ready = [], []
    last = {}
    t_end = time.monotonic() + seconds
    done = 0
    while True:
        t0 = time.monotonic()
        n.start()
        if done:
            ready.append(time.monotonic() - t0)
        is_first = bool(done)
        # what was acknowledged before the kill is there, and is the same
        for m in range(PRESSERS):
            c = http.client.HTTPConnection(*n.hostport, timeout=10)
            p = Presser(n, m, books[m])
            for k, was in last.get(m, {}).items():
                status, o = p.press(c, k)
                if is_first:
                    back.append(time.monotonic() - t0)
                    is_first = False
                assert status == 200, "acknowledged, then lost: %s" % k
                assert (o["signal"], o["incident"]) == was, "doubled: %s" % k
            k = owed.get(m)
            if k:
                _, o = p.press(c, k)
                if is_first:
                    back.append(time.monotonic() - t0)
                    is_first = False
                all_acked[k] = (o["signal"], o["incident"])
            c.close()
        h = n.role("site").ok("GET", "/api/v1/head")
        if heads:
            assert h["seq"] >= heads[-1]["seq"], "a signed head was cut off"
        heads.append(h)
        if done == kills or time.monotonic() > t_end:
            break
        pressers = [Presser(n, m, books[m]) for m in range(PRESSERS)]
        for p in pressers:
            p.start()
        time.sleep(rng.uniform(0.05, 1.5))
        n.kill()
        done += 1
        for p in pressers:
            p.join(15)
            assert not p.is_alive() and not p.bad, p.bad
            last[p.n] = p.acked
            owed[p.n] = p.owed
            all_acked.update(p.acked)
    # all that was ever pressed is there exactly once, and nothing else
    d, seen = n.role("dispatcher"), {}
    for i in {i for _, i in all_acked.values()}:
        after, path = None, "/api/v1/incidents/%s/signals?limit=500" % i
        while True:
            o = d.ok("GET", path + ("&after=" + after if after else ""))
            for s in o["items"]:
                assert s["message"] not in seen, "doubled: " + s["message"]
                seen[s["message"]] = (s["id"], i)
            after = o["next"]
            if not after:
                break
    assert seen == all_acked
    booked = {}
    for m in range(PRESSERS):
        books[m].close()
        with open(tmp_path / ("acked-%d" % m)) as f:
            booked.update({a: (b, c) for a, b, c in (line.split() for line in f)})
    assert set(booked.items()) <= set(seen.items()), "the pressers' own books"
    n.stop()
    for h in heads[::max(1, len(heads) // 5)] + heads[-1:]:
        r = n.verify("--head", "%d:%s" % (h["seq"], h["hash"]))
        assert r.returncode == 0, r.stderr
    say("kill -9: N=%d kills of %d asked, %d presses acknowledged, 0 lost, 0 doubled "
        "(≤ %.2g %% per kill at 95 %%); restart to ready p99 %.0f ms, to first ack "
        "p99 %.0f ms" % (done, kills, len(all_acked), 300 / max(1, done),
                         1000 * p99(ready), 1000 * p99(back or [0])))
    assert p99(back or [0]) <= 2
    return done


def say_with(capsys):
    def say(text):
        with capsys.disabled():
            print("\n" + text, file=sys.stderr)
    return say


@pytest.mark.shipped
def test_killed_again_and_again_it_loses_and_doubles_nothing(fresh, tmp_path, capsys):
    asked = os.environ.get("KUMAK_KILLS")
    done = kill_many(fresh, tmp_path, int(asked or KILLS),
                     1e9 if asked else KILLS_SECONDS, say_with(capsys))
    assert done >= 20


@pytest.mark.long
def test_killed_three_thousand_times(fresh, tmp_path, capsys):
    assert kill_many(fresh, tmp_path, KILLS_LONG, 1e9,
                     say_with(capsys)) == KILLS_LONG


def everything(n):
    """All that the room and the administrator can read, without ages and places."""
    d, a, out = n.role("dispatcher"), n.role("administrator"), {}
    for p in ("agencies", "sites", "accounts", "tokens", "invitations", "run_cards",
              "units", "devices"):
        out[p] = a.items("/api/v1/" + p)
    for x in out["units"]:
        for k in ("position", "fix_at", "fix_age_s", "speed_mps", "course_deg"):
            x.pop(k, None)
    for x in out["devices"]:
        for k in ("last_seen_at", "battery_pct", "link", "link_at"):
            x.pop(k, None)
    out["assignments"] = d.items("/api/v1/assignments?state=open")
    for q in ("", "?state=open", "?state=closed", "?q=plant", "?q=%DA%AF%D9%84"):
        out["list" + q] = d.items("/api/v1/incidents" + q)
    for i in out["list"]:
        i = i["id"]
        out[i] = d.incident(i)
        for who in ("site", "responder"):
            r = n.role(who).get("/api/v1/incidents/" + i)
            out[i + who] = (r.status_code, r.text)
    for who in ("supervisor", "site", "responder", "administrator"):
        out["events " + who] = n.role(who).ok("GET", "/api/v1/events?limit=500")["items"]
    rep = n.role("supervisor").ok(
        "GET", "/api/v1/reports/response_times?by=site&from=2020-01-01T00:00:00Z"
        "&to=2099-01-01T00:00:00Z")
    rep["groups"].sort(key=lambda g: g["key"])
    out["report"] = rep
    return out


def test_after_a_kill_all_is_as_it_was(fresh):
    n = fresh()
    n.start()
    d, sup = n.role("dispatcher"), n.role("supervisor")
    crew = n.role("responder")
    n.role("administrator").ok("PATCH", "/api/v1/sites/" + n.site(2)["id"],
                               {"address": None, "name": "Renamed"})
    seen = []
    for k in range(6):
        o = n.role("site", k % 3).press(key="k%d" % k, message="plant گلشن %d" % k)
        seen.append(o)
        i = o["incident"]
        d.post("/api/v1/incidents/%s/acknowledge" % i)
        d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": "note", "to_owner": True})
        if k == 1:
            (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i,
                        {"units": [crew.unit]}, 201)["items"]
            crew.ok("POST", "/api/v1/assignments/%s/status" % x["id"],
                    {"status": "en_route"})
        if k == 2:
            sup.ok("POST", "/api/v1/incidents/%s/close" % i, {"disposition": "handled",
                                                              "note": "ended"})
    n.role("site", 0).ok("POST", "/api/v1/sos/%s/cancel" % seen[0]["signal"],
                         {"code": n.site(0)["duress_code"]})
    n.nobody().press(site=n.site(1)["id"])
    n.watch(str(time.time_ns())[-10:]).say("LK")
    d.ok("POST", "/api/v1/late_entries", {
        "form": "F1", "kind": "sos", "priority": "P1", "message": "paper",
        "times": {"raised": "2026-01-01T10:00:00.000Z"}}, 201)
    until(lambda: [x for x in d.items("/api/v1/devices") if x["state"] == "pending"], 5)
    before = everything(n)
    n.kill()
    n.start()
    after = everything(n)
    for k in before:
        if k.startswith("events"):  # more may have come since: the ladder, links
            assert after[k][:len(before[k])] == before[k], k
        elif isinstance(before[k], dict) and "escalation" in str(before[k]):
            a, b = dict(before[k]), dict(after[k])
            for x in ("timeline", "escalation", "due"):
                a.pop(x, 0), b.pop(x, 0)
            assert a == b, k
        elif not k.startswith("list"):
            assert after[k] == before[k], k
        else:
            assert [x["id"] for x in after[k]] == [x["id"] for x in before[k]], k
    for k, o in enumerate(seen):
        again = n.role("site", k % 3).press(key="k%d" % k)
        assert (again["signal"], again["incident"]) == (o["signal"], o["incident"])
    assert n.role("site", 2).press(key="k2")["state"] == "closed"
    assert n.role("site", 0).press(key="k0")["state"] == "closed", "held from the site"


# --- durable, then heard ----------------------------------------------------------------


def calls_of(path):
    """(pid, name, rest, result) of a strace, unfinished ones joined at their end."""
    half, out = {}, []
    with open(path, errors="replace") as f:
        for line in f:
            m = re.match(r"(\d+)\s+(.*)", line)
            if not m:
                continue
            pid, text = m.groups()
            if text.endswith("<unfinished ...>\n") or "<unfinished" in text:
                half[pid] = text.split("<unfinished")[0]
                continue
            r = re.match(r"<\.\.\. (\w+) resumed>(.*)", text)
            if r:
                text = half.pop(pid, r[1] + "(") + r[2]
            m = re.match(r"(\w+)\((.*)\)\s+= (-?\d+|\?)", text)
            if m:
                out.append((pid, m[1], m[2], m[3]))
    return out


def test_the_disk_has_it_before_the_answer_is_written(fresh, tmp_path):
    if not shutil.which("strace"):
        pytest.skip("no strace")
    trace = str(tmp_path / "trace")
    n = fresh(wrap=["strace", "-f", "-o", trace, "-s", "4096", "-e",
                    "trace=fdatasync,fsync,pwrite64,pwritev,writev,sendto,sendmsg,"
                    "write,read,recvfrom,recvmsg"])
    try:
        n.start(60)
    except AssertionError as e:
        if "ptrace" in str(e) or "PTRACE" in str(e):
            pytest.skip("tracing is not permitted here")
        raise
    o = n.role("site").press(key="traced-press-1", message="TRACED-ONE")
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/notes" % o["incident"],
                            {"text": "TRACED-NOTE"})
    w = n.watch()
    w.fix("AL", 24.86, 67.01, status=1 << 16)
    w.answer()
    board = n.role("board").live()
    board.hello()
    o2 = n.role("site", 1).press(key="traced-press-2", message="TRACED-TWO")
    board.event("signal.received", signal=o2["signal"])
    assert n.nobody().get("/readyz").status_code == 200  # a turn later: the trace has it
    board.close()
    n.kill()
    calls = calls_of(trace)
    asked = {"sos": 'traced-press-1', "note": "TRACED-NOTE", "watch": "*AL,",
             "sos2": "traced-press-2"}
    told = {"sos": o["signal"], "note": "TRACED-NOTE", "watch": "*AL]",
            "sos2": "TRACED-TWO"}
    for what, word in asked.items():
        a = next(k for k, c in enumerate(calls)
                 if c[1] in ("read", "recvfrom", "recvmsg") and word in c[2])
        b = next(k for k, c in enumerate(calls) if k > a and told[what] in c[2] and
                 c[1] in ("write", "writev", "sendto", "sendmsg"))
        between = calls[a:b]
        sync = [k for k, c in enumerate(between) if c[1] in ("fdatasync", "fsync")
                and c[3] == "0"]
        wrote = [k for k, c in enumerate(between) if c[1] in ("pwrite64", "pwritev")]
        assert wrote and sync and sync[-1] > wrote[0], (
            what, [c[1] for c in between])
        assert not [c for c in between if c[1] in ("fdatasync", "fsync") and
                    c[3].startswith("-")]


# --- time ------------------------------------------------------------------------------


def hear(n):
    """A console with its sound on."""
    s = n.role("board").live()
    s.hello()
    s.send({"sound": {"unlocked": True}})
    until(lambda: n.role("board").ok("GET", "/api/v1/room")["consoles"]["sound"])
    return s


def steps(n, iid):
    o = n.role("dispatcher").ok("GET", "/api/v1/incidents/%s/timeline?limit=500" % iid)
    return [e for e in o["items"] if e["type"] == "incident.escalated"]


def test_killed_at_second_14_the_supervisor_is_called_on_time(fresh):
    n = fresh()
    n.start()
    s = hear(n)
    o = n.role("site").press()
    t0 = s.event("incident.raised", id=o["incident"])["_came"]
    while time.monotonic() - t0 < 14:
        time.sleep(0.05)
    assert not steps(n, o["incident"])
    n.kill()
    s.close()
    n.start()
    s = hear(n)
    e = s.event("incident.escalated", 12, incident=o["incident"])
    late = e["_came"] - t0 - 20
    assert e["data"]["escalation"]["text"] == "supervisor", e
    assert -1 < late < 1.5, late
    assert len(steps(n, o["incident"])) == 1
    s.close()


def quicken(n, **seconds):
    a = n.role("administrator")
    for c in a.items("/api/v1/run_cards"):
        a.ok("PATCH", "/api/v1/run_cards/" + c["id"], seconds)


@pytest.mark.shipped
@pytest.mark.parametrize("jump", ["-1h", "+1h"])
def test_a_clock_set_over_a_ladder_s_step_moves_no_step(fresh, tmp_path, jump):
    lib = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    if not os.path.exists(lib):
        pytest.skip("no libfaketime")
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    n = fresh(env={"LD_PRELOAD": lib, "FAKETIME_TIMESTAMP_FILE": str(clock),
                   "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                   "DONT_FAKE_MONOTONIC": "1"})
    n.start()
    quicken(n, supervisor_s=4, duty_officer_s=7, repeat_s=5, offer_timeout_s=5)
    s = hear(n)
    o = n.role("site").press()
    i = o["incident"]
    t0 = s.event("incident.raised", id=i)["_came"]
    while time.monotonic() - t0 < 2:
        time.sleep(0.02)
    clock.write_text(jump + "\n")
    s.wait(lambda f: "ping" in f and f["_came"] > t0 + 2, 8)
    at = {}
    for k in (1, 2, 3):
        e = s.wait(lambda f: f.get("type") == "incident.escalated" and
                   f["data"]["incident"] == i and
                   f["data"]["escalation"]["step"] == k, 10, "step %d" % k)
        at[k] = e["_came"] - t0
    assert abs(at[1] - 4) < 1 and abs(at[2] - 7) < 1 and abs(at[3] - 12) < 1, at
    # an offer's end, a press and a session stand too
    unit = n.role("responder").unit
    d = n.role("dispatcher")
    (x,) = d.ok("POST", "/api/v1/incidents/%s/assignments" % i, {"units": [unit]},
                201)["items"]
    t1 = s.event("assignment.offered", id=x["id"])["_came"]
    clock.write_text("+0\n")
    e = s.event("assignment.timed_out", 8, id=x["id"])
    assert abs(e["_came"] - t1 - 5) < 1, e["_came"] - t1
    assert n.role("site", 1).press()["trust"] == "verified"
    ev = d.ok("GET", "/api/v1/events?after=0&limit=500")["items"]
    while True:
        more = d.ok("GET", "/api/v1/events?after=%d&limit=500" % ev[-1]["seq"])["items"]
        if not more:
            break
        ev += more
    assert [e["at"] for e in ev] == sorted(e["at"] for e in ev), "at never goes back"
    # and killed while the clock is an hour back: still on time
    i2 = n.role("site", 2).press()["incident"]
    t2 = s.event("incident.raised", id=i2)["_came"]
    clock.write_text("-1h\n")
    n.kill()
    s.close()
    n.start()
    s = hear(n)
    until(lambda: steps(n, i2), 9, "a step after the restart")
    took = time.monotonic() - t2
    assert 3 < took < 9, took
    s.close()


def test_in_a_quiet_city_nothing_waits_for_the_next_that_happens(fresh):
    """What is due at once happens at once, also when no socket wakes the loop: the
    demo's crews come every 5 s, so a stalled loop shows as a delay of seconds."""
    n = fresh()
    n.start()
    b = n.role("board").live()
    b.hello()
    for k in range(5):
        b.wait(lambda f: "fixes" in f and f["_came"] > time.monotonic() - 0.2, 15)
        o = n.role("site", k).press()
        t0 = b.event("incident.raised", id=o["incident"])["_came"]
        # nobody's sound is on: the duty officer at once
        e = b.event("incident.escalated", 10, incident=o["incident"])
        assert e["_came"] - t0 < 0.5, "%.1f s" % (e["_came"] - t0)
    b.close()


# --- slow readers -----------------------------------------------------------------------


@pytest.mark.shipped
def test_a_reader_that_never_reads_costs_others_nothing(fresh):
    n = fresh()
    n.start()
    n.role("site").press()
    start = n.role("board").live()
    start.hello()
    slow = [Live(n.role("dispatcher"), reads=False, rcvbuf=4096) for _ in range(10)]
    before = n.rss_kb()
    text = "x" * 3900
    count = 2000

    def flood(m):
        c = http.client.HTTPConnection(*n.hostport, timeout=30)
        for k in range(count // 4):
            c.request("POST", "/api/v1/sos", json.dumps(
                {"key": "f-%d-%d" % (m, k), "message": text}),
                {"Authorization": "Bearer " + n.role("site", m).token})
            c.getresponse().read()

    took = []
    pool = [threading.Thread(target=flood, args=(m,)) for m in range(4)]
    for t in pool:
        t.start()
    while any(t.is_alive() for t in pool):
        t0 = time.monotonic()
        o = n.role("site", 9).press()
        e = start.event("signal.received", signal=o["signal"])
        took.append(e["_came"] - t0)
        time.sleep(0.05)
    for t in pool:
        t.join()
    last = start.events()[-1]["seq"]
    assert sorted(took)[int(len(took) * 0.95)] < 1, sorted(took)[-5:]
    grown = n.rss_kb() - before
    # 10 readers × 1 MB + the events themselves in memory (bodies of 4 kB each)
    assert grown < 10 * 2048 + count * 16, "%d kB more" % grown
    # now the slow ones read: each event once and in order, or a resync that says so
    for s in slow:
        s.sock.settimeout(None)
        threading.Thread(target=s.read_all, daemon=True).start()
    for s in slow:
        seq = s.hello()["seq"]
        s.wait(lambda f: f.get("seq", 0) >= last or "resync" in f, 30, "the end")
        got = [e["seq"] for e in s.events()]
        assert got == sorted(set(got))
        if not any("resync" in f for f in s.frames):
            want = [e["seq"] for e in start.events() if seq < e["seq"] <= last]
            assert [g for g in got if g <= last] == want
        s.close()
    start.close()


def test_far_behind_it_is_told_to_load_again(fresh):
    n = fresh()
    n.start()

    def flood(m):
        c = http.client.HTTPConnection(*n.hostport, timeout=30)
        for k in range(2600):
            c.request("POST", "/api/v1/sos", json.dumps({"key": "b-%d" % k}),
                      {"Authorization": "Bearer " + n.role("site", m).token})
            c.getresponse().read()

    pool = [threading.Thread(target=flood, args=(m,)) for m in range(4)]
    for t in pool:
        t.start()
    for t in pool:
        t.join()
    s = n.role("dispatcher").live(after=1)
    r = s.wait(lambda f: "resync" in f, 10, "resync")["resync"]
    o = n.role("site", 9).press()
    e = s.event("signal.received", signal=o["signal"])
    assert e["seq"] > r["seq"]
    assert not [f for f in s.events() if f["seq"] <= r["seq"]]
    s.close()


# --- no room on the disk ----------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    at = tmp_path / "disk"
    at.mkdir()
    r = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(at)],
                       capture_output=True, text=True)
    if r.returncode:
        pytest.skip("mount is not permitted here: " + r.stderr.strip())
    yield str(at)
    subprocess.run(["umount", "-l", str(at)], check=True)


def test_with_a_full_disk_presses_are_still_taken(small_disk):
    from actors import Node
    n = Node(os.path.join(small_disk, "node"))
    os.mkdir(n.data)
    n.log = "/dev/null"
    try:
        n.start()
        site = n.role("site")
        kept = [site.press(key="before")]
        assert n.role("dispatcher").ok("GET", "/api/v1/room")["disk"]["used_pct"] < 100
        with open(os.path.join(small_disk, "other"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 65536)
            except OSError:
                pass
        assert shutil.disk_usage(small_disk).free < 65536
        for k in range(1000):
            kept.append(site.press(key="full-%d" % k, message="m" * 500))
        i = kept[1]["incident"]
        assert n.role("dispatcher").post(
            "/api/v1/incidents/%s/acknowledge" % i).status_code == 200
        pct = until(lambda: n.role("dispatcher").ok(
            "GET", "/api/v1/room")["disk"]["used_pct"], 10)
        assert pct >= 95, "and the screen says so: %d" % pct
        n.kill()
        n.start()
        again = n.role("site").press(key="full-999")
        assert again["signal"] == kept[-1]["signal"]
        assert n.role("site").press(key="after")["signal"]
        os.unlink(os.path.join(small_disk, "other"))
        assert n.role("site").press(key="room again")["signal"]
        n.stop()
        assert n.verify().returncode == 0
    finally:
        n.done()
