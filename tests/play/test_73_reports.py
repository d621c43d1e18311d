# SPDX-License-Identifier: Apache-2.0
"""Reports by every group, against a baseline, as a table; calls of another system read
in, with figures equal to those that this file computes from the same raw file by itself;
and both counts over a played city."""
import collections
import csv
import datetime
import gzip
import io
import math
import os
import subprocess
import zoneinfo

import pytest

from actors import KUMAK, until

DATA = os.environ.get("KUMAK_DATA") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "data")
CAD = os.path.join(DATA, "geo", "cad_lancaster_ne_2010_2020.csv.gz")
DISTRICTS = os.path.join(DATA, "geo", "karachi_districts.geojson")
PATH = "/api/v1/reports/response_times"
DAY = 86400
INVENTED = """number,date,kind,priority,dispatched,en_route,on_scene,cleared
1,3/1/20,FIRE,1,"E1=23:58:00, E2=23:59:00","E1=23:59:00","E1=00:04:00, E2=00:09:00",
2,3/2/20,FIRE,2,E1=10:00:00,,E1=10:05:00,E1=10:30:00
3,3/2/20,GAS,2,E1=12:00:00,,,E1=12:10:00
4,3/3/20,GAS,3,,,,
"""


def run(*argv):
    return subprocess.run([KUMAK, *argv], capture_output=True, text=True, timeout=300)


def table(text):
    """The lines of a report as a table: (period, by, key, measure) to value."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["period", "by", "key", "measure", "value"]
    return {tuple(r[:4]): r[4] for r in rows[1:]}


def rank(values, percent):
    values = sorted(values)
    return values[max(1, math.ceil(len(values) * percent / 100)) - 1]


@pytest.fixture
def archive(fresh):
    """A demo city that stands still, for what is read in while it is down."""
    n = fresh().start()
    n.stop()
    return n


def test_calls_that_are_read_in_have_the_figures_of_their_file(archive, tmp_path):
    n, file = archive, tmp_path / "calls.csv"
    file.write_text(INVENTED)
    r = run("import", "calls", str(file), "--zone", "America/Chicago", "--preview",
            "--data", n.data)
    assert r.returncode == 0 and "nothing was taken" in r.stdout, r.stderr
    r = run("import", "calls", str(file), "--zone", "America/Chicago", "--data", n.data)
    assert r.returncode == 0 and "4 calls taken" in r.stdout, r.stderr
    r = run("import", "calls", str(file), "--zone", "America/Chicago", "--data", n.data)
    assert r.returncode == 0 and "0 calls taken" in r.stdout, r.stderr
    bad = tmp_path / "bad.csv"
    bad.write_text(INVENTED + "5,3/4/20,GAS,1,E1=25:00:00,,,\n")
    r = run("import", "calls", str(bad), "--zone", "America/Chicago", "--data", n.data)
    assert r.returncode == 1 and "bad.csv: line 6, column dispatched" in r.stderr
    n.start()
    sup = n.role("supervisor")
    span = "from=2020-02-01T00:00:00Z&to=2020-04-01T00:00:00Z&utc_offset_min=-360"
    rep = sup.ok("GET", PATH + "?world=history&by=day&" + span)
    assert rep["world"] == "history" and rep["incidents"] == 4 and rep["day_only"] == 4
    assert rep["intervals"]["response"] == {
        "count": 2, "missing": 2, "median_s": 300.0, "p90_s": 360.0, "p95_s": 360.0,
        "p99_s": 360.0, "histogram": [0] * 8 + [2] + [0] * 6}
    assert rep["intervals"]["total"] == {"count": 0, "missing": 4}
    assert rep["units"]["count"] == 4
    assert rep["units"]["intervals"]["unit_response"]["median_s"] == 360.0
    assert [(g["key"], g["incidents"]) for g in rep["groups"]] == [
        ("2020-03-01", 1), ("2020-03-02", 2), ("2020-03-03", 1)]
    # nothing of it is live: in no list, on no board, in no live report, in no event
    assert sup.ok("GET", PATH + "?" + span)["incidents"] == 0
    everyone = [sup, n.role("dispatcher"), n.role("board"), n.role("oversight"),
                n.role("administrator")]
    for c in everyone:
        for path in ("/api/v1/incidents?limit=500", "/api/v1/events?limit=500"):
            r = c.get(path)
            assert b"import" not in r.content and b"history" not in r.content, (c, path)
    r = run("verify", "--figures", "2020-02-01", "2020-04-01", "--world", "history",
            "--utc-offset", "-360", "--data", n.data)
    assert r.returncode == 0, r.stderr
    assert "now,all,,response.p50_s,300.000,300.000" in r.stdout


def clocks(cell):
    for one in cell.split(", ") if cell else []:
        unit, t = one.rsplit("=", 1)
        h, m, s = map(int, t.split(":"))
        yield unit, h * 3600 + m * 60 + s


def stages(row, column):
    first = collections.OrderedDict()
    for unit, t in clocks(row[column]):
        first.setdefault(unit, t)
    return first


def independent(rows, zone):
    """Dispatch to arrival of each unit, and first dispatch to first arrival of a call, by
    the rules of docs/operator/reports.md; nothing of the program is used."""
    units, calls, crossed = [], [], 0
    for row in rows:
        d = row["incident_date"].split()[0].split("/")
        day = datetime.datetime(2000 + int(d[2]), int(d[0]), int(d[1]))

        def utc(s, fold):
            return (day + datetime.timedelta(seconds=s)).replace(
                tzinfo=zone, fold=fold).timestamp()

        sent, there = stages(row, "Unit_Dispatch_Times"), stages(row, "Unit_Arrive_Times")
        if not sent:
            continue
        base = next(iter(sent.values()))
        at = {u: base + (t - base + DAY // 2) % DAY - DAY // 2 for u, t in sent.items()}
        arrived, pairs = [], []
        for u, t in there.items():
            zero = at.get(u, base)
            after = (t - zero) % DAY
            if after > DAY // 2:
                continue
            arrived.append(zero + after)
            if u in at:
                pairs.append((zero, zero + after))
                crossed += t < sent[u]
        # of the hour that comes twice the one in which it took less
        fold = min((0, 1), key=lambda f: sum(utc(b, f) - utc(a, f) for a, b in pairs))
        units += [utc(b, fold) - utc(a, fold) for a, b in pairs]
        if arrived:
            calls.append(max(0, utc(min(arrived), fold) - utc(min(at.values()), fold)))
    return units, calls, crossed


@pytest.mark.skipif(not os.path.exists(CAD), reason="no real calls beside the tree")
def test_real_calls_have_the_figures_that_another_program_finds(archive):
    n = archive
    with gzip.open(CAD, "rt", encoding="utf-8-sig") as f:
        rows = list(csv.DictReader(f))
    units, calls, crossed = independent(rows, zoneinfo.ZoneInfo("America/Chicago"))
    r = run("import", "calls", CAD, "--zone", "America/Chicago", "--data", n.data)
    assert r.returncode == 0 and "19520 calls taken" in r.stdout, r.stderr
    assert "%d arrivals past midnight" % crossed in r.stdout
    n.start()
    r = n.role("supervisor").get(
        PATH + "?world=history&format=csv&from=2009-12-01T00:00:00Z&"
        "to=2021-02-01T00:00:00Z")
    assert r.headers["Content-Type"].startswith("text/csv")
    got = table(r.text)

    def figure(measure):
        return float(got["now", "all", "", measure])

    assert figure("incidents") == 19520
    for name, values in (("unit_response", units), ("response", calls)):
        assert figure(name + ".count") == len(values), name
        for p in (50, 90, 95, 99):
            assert figure("%s.p%d_s" % (name, p)) == rank(values, p), (name, p)
    # what is told of this file beside it
    assert len(units) == 25406 and rank(units, 50) == 674
    assert rank(units, 90) == 1236
    # dispatches past midnight, read as the day's smallest there, make 14 calls fewer
    assert abs(len(calls) - 15422) <= 14 and abs(rank(calls, 50) - 604) <= 1
    assert abs(rank(calls, 90) - 1102) <= 4
    r = run("verify", "--figures", "2009-12-01", "2021-02-01", "--world", "history",
            "--data", n.data)
    assert r.returncode == 0, r.stderr


def test_a_played_city_is_counted_twice_and_by_every_group(fresh):
    n = fresh().start()
    if os.path.exists(DISTRICTS):
        r = run("import", "districts", DISTRICTS, "--data", n.data)
        assert r.returncode == 0 and "7 districts" in r.stdout, r.stderr
    sup, d = n.role("supervisor"), n.role("dispatcher")
    for k in range(6):
        i = n.role("site", k % 2).press()["incident"]
        d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
        sup.ok("POST", "/api/v1/incidents/%s/close" % i,
               {"disposition": "handled" if k else "false_alarm"})
    n.role("site", 2).press()
    unit = next(u for u in d.items("/api/v1/units") if u["state"] == "available")
    for who in (d, d, sup):
        who.ok("POST", "/api/v1/units/%s/track" % unit["id"], {"reason": "complaint 7"})
    rep = sup.ok("GET", PATH)
    looks = rep["looks"]
    assert looks["count"] == looks["kinds"]["track"] == 3
    assert looks["unusual"] == looks["idle"] == 3  # no incident explains them
    assert [(a["count"], a["unusual"]) for a in looks["agencies"]] == [(3, 3)]
    assert looks["agencies"][0]["name"]
    assert rep["incidents"] == 7 and rep["outcomes"]["false_alarm"] == 1
    assert rep["outcomes"]["open"] == 1 and rep["load"]["signals"] == 7
    assert rep["load"]["doors"] == {"api": 7} and rep["load"]["console_hours"] >= 1
    assert "head" not in rep  # it counts what others do: asked for by itself
    paper = sup.ok("GET", "/api/v1/head?paper=1")
    assert paper["paper"].split()[:3] == ["kumak1", paper["node"], str(paper["seq"])]
    assert paper["qr_svg"].startswith("<svg")
    for by in ("site", "agency", "district", "shift", "kind", "priority", "day", "week",
               "month", "area"):
        got = sup.ok("GET", PATH + "?by=" + by)
        assert sum(g["incidents"] for g in got["groups"]) == 7, by
    if os.path.exists(DISTRICTS):
        keys = [g["key"] for g in sup.ok("GET", PATH + "?by=district")["groups"]]
        assert keys and all(k for k in keys), keys
    past = "&baseline_from=2020-01-01T00:00:00Z&baseline_to=2020-02-01T00:00:00Z"
    rep = sup.ok("GET", PATH + "?by=site" + past)
    assert rep["baseline"]["incidents"] == 0
    assert rep["comparison"]["answering"]["says"] == "too_few"
    for bad in ("by=mood", "world=history2", "from=2020-01-01T00:00:00Z&"
                "to=2019-01-01T00:00:00Z", "baseline_from=2020-01-01T00:00:00Z",
                "utc_offset_min=9000"):
        assert sup.get(PATH + "?" + bad).status_code == 400, bad
    today = datetime.date.today()
    r = run("verify", "--figures", str(today - datetime.timedelta(2)),
            str(today + datetime.timedelta(2)), "--data", n.data)
    assert r.returncode == 0, r.stderr
    assert "now,all,,incidents,7,7" in r.stdout
    assert "now,all,,looks.unusual,3,3" in r.stdout
    assert r.stdout.count("now,looked_by,") == 2  # once, however it is grouped


def test_oversight_sees_no_small_group_and_no_name(fresh):
    n = fresh().start()
    sup, over = n.role("supervisor"), n.role("oversight")
    for site, presses in ((0, 6), (1, 1), (2, 7)):
        for _ in range(presses):
            i = n.role("site", site).press()["incident"]
            sup.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
            sup.ok("POST", "/api/v1/incidents/%s/close" % i, {"disposition": "handled"})
    rep = over.ok("GET", PATH + "?by=site")
    assert rep["withheld_below"] == 5 and rep["incidents"] == 14
    by_key = {g["key"]: g for g in rep["groups"]}
    few, least, many = (by_key[n.role("site", k).site] for k in (1, 0, 2))
    assert few == {"key": few["key"], "withheld": True}
    assert least == {"key": least["key"], "withheld": True}  # or a sum would tell
    assert many["incidents"] == 7 and "name" not in many
    text = over.get(PATH + "?by=site&format=csv").text
    assert "now,site,%s,withheld,1" % few["key"] in text
    assert "%s,incidents" % few["key"] not in text
    names = {g.get("name") for g in sup.ok("GET", PATH + "?by=site")["groups"]}
    assert len(names) == 3 and None not in names


def test_oversight_has_figures_and_proofs_and_no_content(fresh, tmp_path):
    """All that its page asks for, in every grouping and as a table: not one word that was
    said, no name of a place, a person or a unit."""
    stick = tmp_path / "stick"
    stick.mkdir()
    n = fresh("--witness-dir", str(stick), "--witness-every", "1").start()
    sup, d, over = n.role("supervisor"), n.role("dispatcher"), n.role("oversight")
    told = ["wordsofthecall", "wordsofthenote", "wordsofthelook", "wordsofthelastone"]
    unit = d.items("/api/v1/units")[0]
    for k in range(6):
        i = n.role("site", k % 2).press(message=told[0])["incident"]
        d.ok("POST", "/api/v1/incidents/%s/notes" % i, {"text": told[1]})
        d.ok("POST", "/api/v1/incidents/%s/acknowledge" % i)
        sup.ok("POST", "/api/v1/incidents/%s/close" % i,
               {"disposition": "handled", "note": told[3]})
        d.ok("POST", "/api/v1/units/%s/track" % unit["id"], {"reason": told[2]})
    a = n.role("administrator")
    names = {r[k] for path, ks in (("sites", ("name", "name_ur")), ("people", ("name",)),
                                   ("accounts", ("name", "login")),
                                   ("units", ("callsign",)), ("agencies", ("name",)))
             for r in a.items("/api/v1/" + path) for k in ks if r.get(k)}
    names -= {g["name"] for g in over.items("/api/v1/agencies")}  # its own one
    names = {x for x in names if len(x) > 3}  # what is shorter stands in ids by chance
    assert len(names) > 60
    until(lambda: over.items("/api/v1/witnesses")[0].get("seq"), 10)
    groups = ["", "site", "agency", "district", "shift", "kind", "priority", "day",
              "week", "month", "area"]
    paths = [PATH + "?by=" + g + f for g in groups for f in ("", "&format=csv")]
    paths += ["/api/v1/head?paper=1", "/api/v1/head?seq=1", "/api/v1/witnesses",
              "/api/v1/events?limit=500", "/api/v1/site_tests", "/api/v1/openings",
              "/api/v1/holds", "/api/v1/erasures", "/api/v1/incidents", "/api/v1/units",
              "/api/v1/sites", "/api/v1/people", "/api/v1/devices"]
    for path in paths:
        r = over.get(path)
        assert r.status_code == 200, path
        found = [x for x in told + sorted(names) if x in r.text]
        assert not found, (path, found)
    looks = over.ok("GET", PATH)["looks"]
    assert looks["count"] == 6 and "name" not in looks["agencies"][0]
    # those who may see the words do: the silence above says something
    assert told[1] in d.get("/api/v1/incidents/%s" % i).text
    assert told[2] in sup.get("/api/v1/openings").text


def test_a_node_wants_shifts_that_can_be(tmp_path):
    r = run("serve", "--data", str(tmp_path / "x"), "--shifts", "6-14")
    assert r.returncode == 2 and "shifts" in r.stderr
