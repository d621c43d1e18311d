# SPDX-License-Identifier: Apache-2.0
"""A city from files: the operator's page is followed command by command; what is bad is
told by line and column and nothing of its file is taken; presses go on meanwhile."""
import json
import os
import shlex
import subprocess
import threading
import time

import pytest
from actors import KUMAK, ROOT, SLOW

PAGE = os.path.join(ROOT, "docs", "operator", "import.md")


def commands():
    with open(PAGE) as f:
        return [shlex.split(x)[1:] for x in f if x.startswith("\tkumak ")
                and not x.startswith("\tkumak import:")]


def send(who, kind, text, preview=False):
    raw = text.encode() if isinstance(text, str) else text
    return who.call("POST", "/api/v1/%s/import%s" % (kind, "?preview=1" * preview),
                    raw=raw)


def counts(r):
    o = r.json()
    assert r.status_code == 200, r.text
    return o["rows"], o["new"], o["changed"], o["unchanged"], o["taken"]


@pytest.fixture
def city(fresh):
    n = fresh()
    n.start()
    return n


def kumak(n, *args):
    return subprocess.run([KUMAK, *args, "--data", n.data], capture_output=True, text=True,
                          cwd=os.path.join(ROOT, "docs", "operator"), timeout=60)


def test_the_page_is_followed(city):
    a = city.role("administrator")
    said = []
    for words in commands():
        r = kumak(city, *words)
        assert r.returncode == 0, (words, r.stdout, r.stderr)
        said.append(r.stdout)
    assert len(said) == 8
    assert "5 rows: 5 new, 0 changed, 0 unchanged (a preview: nothing was taken)" in said[3]
    assert "5 rows: 5 new, 0 changed, 0 unchanged\n" in said[4]
    assert "sites.geojson: 1 rows: 1 new" in said[4]
    sites = {s["ref"]: s for s in a.items("/api/v1/sites") if "ref" in s}
    assert sorted(sites) == ["ES-1", "ES-2", "NW-1", "NW-2", "PW-1", "PW-2"]
    assert sites["NW-2"]["name"] == "Norland residence, Hill Street"
    assert sites["NW-1"]["phones"][1] == {"label": "office", "number": "+92 21 555 0102"}
    assert sites["ES-2"]["position"] == {"lat": 24.8705, "lon": 67.0612}
    units = {u["callsign"]: u for u in a.items("/api/v1/units")}
    assert units["Falcon 1"]["capabilities"] == ["armed", "first_aid"]
    people = {p["ref"]: p for p in a.items("/api/v1/people") if "ref" in p}
    assert people["C-103"]["unit"] == units["Eagle 1"]["id"]
    assert people["C-101"]["rank"] == "Inspector"
    devices = {d["identity"]: d for d in a.items("/api/v1/devices")}
    assert devices["1001"]["bound_to"] == sites["NW-1"]["id"]
    assert devices["falcon-1-tablet"]["person"] == people["C-101"]["id"]
    assert devices["358800000000017"]["state"] == "bound"
    tail = a.ok("GET", "/api/v1/head")["seq"]
    for words in commands()[4:]:  # again: all of it is there
        r = kumak(city, *words)
        assert r.returncode == 0 and " 0 new, 0 changed" in r.stdout, (r.stdout, r.stderr)
    # nothing is written again; what the devices of the demo say meanwhile is their own
    written = city.role("supervisor").ok("GET", "/api/v1/events?after=%d&limit=500" % tail)
    assert not [e for e in written["items"] if e["type"] not in (
        "device.seen_first", "device.late", "device.lost", "device.back")]


def test_what_is_bad_is_told_and_nothing_is_taken(city, tmp_path):
    a = city.role("administrator")
    before = len(a.items("/api/v1/sites"))
    f = tmp_path / "s.csv"
    f.write_text('ref,name,class,lat,lon,cancel_code,response_time_s\n'
                 'Q1,"two\nlines",camp,24.8,67.0,4711,60\n'
                 'Q2,Good,castle,24.8,67.0,SECRETSECRETSECRETSECRETSECRETSECRET,60\n'
                 'Q3,,camp,124.8,67.0,4711,soon\n'
                 'Q1,Twice,camp,,67.0,4711,60\n'
                 'Q5,short\n')
    r = kumak(city, "import", "sites", str(f))
    assert r.returncode == 1 and not r.stdout
    lines = [x.replace(str(f), "F") for x in r.stderr.splitlines()]
    assert 'F:4: class: "castle": class must be one of: consulate, residence, project,' \
        ' camp, other' in lines, r.stderr
    assert "F:4: cancel_code: cancel_code is longer than 32 bytes" in lines
    assert 'F:5: response_time_s: "soon": response_time_s must be a whole number' in lines
    assert "F:5: lon: outside lat -90..90, lon -180..180" in lines
    assert "F:5: name: name is needed" in lines
    assert "F:6: lon: a place needs lat and lon" in lines
    assert "F:7: 2 cells under 7 columns" in lines
    assert "SECRET" not in r.stderr
    assert len(a.items("/api/v1/sites")) == before
    for text, line, why in (
            ("name,colour\nA,red\n", 1, "no such column"),
            ("name,nam\u0627\n", 1, "no such column"),
            ("name\nA\nB\nA\n", 4, "the same as line 2"),
            ("name,agency\nA,Nobody\n", 2, "no such agency"),
            ("", 1, "empty"), (b"name\nGr\xfcn\n", 2, "UTF-8"),
            ('name\n"A\n', 2, "not closed"),
            ('{"type":"FeatureCollection","features":[{"type":"Feature","geometry":'
             '{"type":"LineString","coordinates":[]},"properties":{"name":"A"}}]}', 1,
             "Point"),
            ("name,cancel_code,duress_code\nA,4711,4711\n", 2, "must differ")):
        r = send(a, "sites", text)
        assert r.status_code == 422 and r.json()["code"] == "bad_rows", (text, r.text)
        assert not r.json()["taken"]
        assert any(b["line"] == line and why in b["why"] for b in r.json()["bad"]), r.text
    assert len(a.items("/api/v1/sites")) == before


def test_changes_are_found_by_ref_or_name(city):
    a = city.role("administrator")
    assert counts(send(a, "sites", "name,cancel_code\nAlpha,4711\nBeta,4712\n")) == (
        2, 2, 0, 0, True)
    # they get a ref, and with it another name
    assert counts(send(a, "sites", "ref;name;cancel_code\nR1;Alpha;4711\nR2;Beta;4712\n")) \
        == (2, 0, 2, 0, True)
    assert counts(send(a, "sites", "ref,name,disabled,cancel_code\nR1,Alfa,no,4711\n"
                       "R2,Beta,yes,4712\nR3,Gamma,no,\n", preview=True)) == (
        3, 1, 2, 0, False)
    assert counts(send(a, "sites", "ref,name,disabled,cancel_code\nR1,Alfa,no,4711\n"
                       "R2,Beta,no,4712\n")) == (2, 0, 1, 1, True)
    got = {s["ref"]: s["name"] for s in a.items("/api/v1/sites") if "ref" in s}
    assert got == {"R1": "Alfa", "R2": "Beta"}


def test_an_agency_imports_its_own_only(city):
    a = city.role("administrator")
    theirs = city.site(1)
    a.ok("POST", "/api/v1/accounts", {
        "login": "imp", "password": "a-long-password", "name": "imp",
        "role": "administrator", "agency": city.site(0)["agency"]}, 201)
    b = city.login(None, login="imp", password="a-long-password")
    other = next(g for g in a.items("/api/v1/agencies") if g["id"] == theirs["agency"])
    # another's name is as one that nobody has
    for name in (other["name"], other["id"], "Nobody at all"):
        r = send(b, "sites", "name,agency\nMine,%s\n" % name)
        assert r.status_code == 422
        assert r.json()["bad"][0]["why"] == "you import for your own agency"
    # another's site of the same name is not found, and not told
    assert counts(send(b, "sites", 'name\n"%s"\n' % theirs["name"])) == (1, 1, 0, 0, True)
    said = []
    for site in (theirs["id"], "play.s.987654321", theirs["name"] + "?"):
        r = send(b, "people", 'name,site\nSomebody,"%s"\n' % site)
        assert r.status_code == 422, r.text
        said.append(r.json()["bad"][0]["why"])
    assert said[0] == said[1]
    assert send(b, "devices", "door,identity\ngt06,1\n").json()["code"] == "needs_control"
    for role in ("dispatcher", "supervisor", "site"):
        assert send(city.role(role), "sites", "name\nA\n").status_code == 403


def test_a_press_goes_on_while_a_city_is_taken(city):
    """30,000 sites in six files. What a press waits is printed; it is bounded."""
    a, gate = city.role("administrator"), city.role("site")
    took, worst, over = [], [], threading.Event()

    def press():
        while not over.is_set():
            t = time.monotonic()
            gate.press(test=True)
            worst.append(time.monotonic() - t)
            time.sleep(0.01)

    t = threading.Thread(target=press)
    t.start()
    try:
        for k in range(6):
            rows = ["ref,name,class,lat,lon,address,challenge_word"]
            rows += ["K%d-%d,Place %d of list %d,project,24.%04d,67.%04d,%d Road,oak"
                     % (k, i, i, k, i % 9000, i, i) for i in range(5000)]
            began = time.monotonic()
            assert counts(send(a, "sites", "\n".join(rows))) == (5000, 5000, 0, 0, True)
            took.append(time.monotonic() - began)
    finally:
        over.set()
        t.join()
    print("import: 30,000 sites in %.2f s, a file of 5,000 in %.2f to %.2f s; a press "
          "meanwhile: worst %.0f ms of %d" % (sum(took), min(took), max(took),
                                              max(worst) * 1e3, len(worst)))
    assert sum(took) < 30 * SLOW and max(worst) < 2 * SLOW
    r = send(a, "sites", "name\n" + "\n".join("P%d" % i for i in range(5001)))
    assert "5000 rows" in json.dumps(r.json()["bad"])


def test_a_name_is_one_row_s_where_no_ref_is(city):
    a = city.role("administrator")
    g = city.demo["sites"][0]["agency"]
    head = "agency,ref,name,lat,lon\n"
    s = a.ok("POST", "/api/v1/sites", {"name": "Residence X", "agency": g,
                                       "class": "residence",
                                       "position": {"lat": 24.8, "lon": 67.0}})
    two = head + "%s,R1,Residence X,24.81,67.01\n%s,R2,Residence X,24.82,67.02\n" % (g, g)
    r = send(a, "sites", two)
    (bad,) = r.json()["bad"]
    assert (r.status_code, bad["line"]) == (422, 3) and "line 2" in bad["why"], bad
    assert a.ok("GET", "/api/v1/sites/" + s["id"])["position"]["lat"] == 24.8
    assert counts(send(a, "sites", head + "%s,R1,Residence X,24.81,67.01\n" % g)) == (
        1, 0, 1, 0, True)
    assert counts(send(a, "sites", two)) == (2, 1, 0, 1, True)
    assert counts(send(a, "sites", two)) == (2, 0, 0, 2, True)
    for rows in ("%s,Q1,Camp Q,24,67\n%s,,Camp Q,24,67\n",
                 "%s,,Camp Q,24,67\n%s,Q1,Camp Q,24,67\n",
                 "%s,,Camp Q,24,67\n%s,,Camp Q,24,67\n"):
        r = send(a, "sites", head + rows % (g, g))
        assert r.status_code == 422 and "line 2" in r.text, r.text


def test_what_stands_in_a_field_is_of_its_kind(city):
    a = city.role("administrator")
    g = city.demo["sites"][0]["agency"]
    head = "agency,ref,name,boundary,phones\n%s," % g
    ring = '[[67,24],[67.1,24],[67.1,24.1],[67,24]]'
    for boundary in ("hello", '{""type"":""Point"",""coordinates"":[67,24]}',
                     '{""type"":""Polygon"",""coordinates"":[[[67,24],[68,24]]]}',
                     '{""type"":""Polygon"",""coordinates"":[[[500,900],[1,1],[2,2],'
                     '[500,900]]]}'):
        r = send(a, "sites", head + 'B1,B,"%s",\n' % boundary, preview=True)
        assert r.status_code == 422 and "boundary" in r.text, (boundary, r.text)
    r = send(a, "sites", head + 'B1,B,,"[1,2,{}]"\n', preview=True)
    assert r.status_code == 422 and "phones" in r.text
    good = head + 'B1,B,"{""type"":""Polygon"",""coordinates"":[%s]}",desk: +92 1\n' % ring
    assert counts(send(a, "sites", good)) == (1, 1, 0, 0, True)
    (s,) = [x for x in a.items("/api/v1/sites") if x.get("ref") == "B1"]
    assert s["boundary"]["type"] == "Polygon"
    assert s["phones"] == [{"label": "desk", "number": "+92 1"}]
    for body in ({"boundary": {"type": "Polygon", "coordinates": []}},
                 {"boundary": "x"}, {"phones": {}}, {"phones": [{}]}):
        assert a.call("PATCH", "/api/v1/sites/" + s["id"], body).status_code == 422, body
    assert a.ok("PATCH", "/api/v1/sites/" + s["id"], {"boundary": None, "phones": None})
    r = send(a, "devices", "door,identity\nosmand,zz-1\nnodoor,zz-2\n", preview=True)
    (bad,) = r.json()["bad"]
    assert bad["line"] == 3 and "door" in bad["why"], r.text


def test_what_is_wrong_is_told_once(city):
    a = city.role("administrator")
    g = city.demo["sites"][0]["agency"]
    r = send(a, "sites", "agency,ref,name,lat,lon\n%s,W1,a,abc,67\n%s,W2,%s,24,67\n"
             "%s,W3,b,24,\n%s,W4,,24,67\n" % (g, g, "x" * 5000, g, g))
    assert [(x["line"], x["column"]) for x in r.json()["bad"]] == [
        (2, "lat"), (3, "name"), (4, "lat"), (5, "name")], r.text
