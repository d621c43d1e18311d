# SPDX-License-Identifier: Apache-2.0
"""The most basic: it starts, says so, writes demo.json, stops, starts again."""
import json
import os
import subprocess

import pytest
from actors import KUMAK, until


def test_it_starts_and_is_ready(node):
    assert node.nobody().get("/healthz").status_code == 200
    assert node.nobody().get("/readyz").status_code == 200


def test_a_press_gets_its_answer(node):
    o = node.role("site", 5).press(message="help")
    assert set(o) >= {"signal", "incident", "number", "state", "trust"}
    assert o["state"] == "new" and o["trust"] == "verified"


def test_demo_json_is_as_promised(node):
    d = node.demo
    roles = {"administrator", "dispatcher", "supervisor", "duty_officer", "responder",
             "site", "liaison", "oversight", "board"}
    assert d["url"] == node.url and d["node"]
    assert {a["role"] for a in d["accounts"]} == roles
    assert {t["role"] for t in d["tokens"]} == roles
    sites = [t for t in d["tokens"] if t["role"] == "site"]
    assert sites[0]["agency"] != sites[1]["agency"]
    assert all(t["site"] in {s["id"] for s in d["sites"]} for t in sites)
    units = [t["unit"] for t in d["tokens"] if t["role"] == "responder"]
    assert units[:12] == [u["id"] for u in d["units"][:12]]
    assert len({u["agency"] for u in d["units"]}) >= 2
    assert all(s["cancel_code"] != s["duress_code"] for s in d["sites"])
    assert set(d["doors"]) >= {"watch", "osmand"}
    assert {x["door"] for x in d["devices"]} >= set(d["doors"])
    assert os.stat(os.path.join(node.data, "demo.json")).st_mode & 0o077 == 0
    for name, at in node.doors.items():
        assert d["doors"][name] == at
    on = [u for u in node.role("dispatcher").items("/api/v1/units")
          if u["shift"]["on"]]
    assert len(on) >= 12


def test_units_are_fresh_in_a_still_city(node):
    def fresh():
        u = node.role("dispatcher").items("/api/v1/units")
        return sum("fix_age_s" in x and x["fix_age_s"] <= 30 for x in u) >= 12

    until(fresh, 20, "twelve units with a fresh fix")


def test_it_stops_on_sigterm_and_starts_again(fresh):
    n = fresh()
    n.start()
    site = n.role("site")
    before = site.press(key="one", message="before the stop")
    secrets = {k: n.demo[k] for k in ("accounts", "tokens", "sites", "units")}
    assert n.stop() == 0
    n.start()
    assert {k: n.demo[k] for k in secrets} == secrets, "demo.json is reused"
    again = n.role("site").press(key="one", message="before the stop")
    assert (again["signal"], again["incident"]) == (before["signal"],
                                                    before["incident"])


def test_a_stop_tells_who_listens_and_waits_for_nobody(fresh):
    n = fresh()
    n.start()
    s = n.role("board").live()
    s.hello()
    o = n.role("site").press()
    s.event("signal.received", signal=o["signal"])
    assert n.stop(5) == 0
    s.wait_closed(5)
    assert any(f.get("closing", {}).get("code") == "restart" for f in s.frames)
    s.close()


def test_the_demo_refuses_a_real_node(tmp_path):
    d = tmp_path / "real"
    r = subprocess.run([KUMAK, "init", "--data", str(d), "--node", "khi", "--name",
                        "A city"], capture_output=True, text=True, timeout=60)
    assert r.returncode == 0, r.stderr
    r = subprocess.run([KUMAK, "serve", "--demo", "--data", str(d), "--listen",
                        "127.0.0.1:0"], capture_output=True, text=True, timeout=60)
    assert r.returncode == 1 and r.stderr.count("\n") == 1, r.stderr


@pytest.mark.parametrize("args,code", [
    ([], 2), (["nonsense"], 2), (["serve", "--nonsense"], 2),
    (["serve", "--listen", "0.0.0.0:0", "--data", "/nonexistent/x"], 1),
    (["verify", "--data", "/nonexistent/x"], 1), (["verify", "--head", "x"], 2),
    (["--help"], 0)])
def test_exit_codes(args, code):
    r = subprocess.run([KUMAK, *args], capture_output=True, text=True, timeout=30)
    assert r.returncode == code, r.stderr
    if code == 1:
        assert r.stderr.count("\n") == 1, "one line says why: %r" % r.stderr


def test_plain_http_is_for_loopback_only(tmp_path):
    r = subprocess.run([KUMAK, "serve", "--demo", "--listen", "0.0.0.0:0", "--data",
                        str(tmp_path / "d")], capture_output=True, text=True,
                       timeout=60)
    assert r.returncode == 1 and "loopback" in r.stderr


def test_two_writers_never(node):
    r = subprocess.run([KUMAK, "serve", "--demo", "--listen", "127.0.0.1:0", "--data",
                        node.data], capture_output=True, text=True, timeout=60)
    assert r.returncode == 1 and r.stderr.count("\n") == 1, r.stderr
    assert json.load(open(os.path.join(node.data, "demo.json")))["url"] == node.url
