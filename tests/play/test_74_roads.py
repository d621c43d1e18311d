# SPDX-License-Identifier: Apache-2.0
"""Roads: an import that a running node takes at once, recommendations by road that say
so, streets that the dispatcher closes and the clock opens again, a unit's way for the
room and for its own crew, and files that are refused or damaged."""
import datetime
import json
import math
import os
import re
import socket
import subprocess

import pytest

from actors import DATA, KUMAK, until

WEST, SOUTH, STEP, SIDE = 66.98, 24.80, 0.01, 17
KARACHI = os.path.join(DATA, "geo", "karachi_roads_osm.geojson.gz")


def kumak(*argv):
    return subprocess.run([KUMAK, *argv], capture_output=True, text=True, timeout=60)


def grid(path, extra=()):
    """Plainly invented: straight streets each kilometre, all alike."""
    features = []
    for k in range(SIDE):
        far = STEP * (SIDE - 1)
        for name, line in (
                ("Row %d" % k, [[WEST + STEP * i, SOUTH + STEP * k] for i in range(SIDE)]),
                ("Lane %d" % k, [[WEST + STEP * k, SOUTH + STEP * i] for i in range(SIDE)])):
            assert math.dist(line[0], line[-1]) == pytest.approx(far)
            features.append({"type": "Feature", "properties": {
                "highway": "secondary", "name": name},
                "geometry": {"type": "LineString", "coordinates": line}})
    features += extra
    with open(path, "w") as f:
        json.dump({"type": "FeatureCollection", "attribution": "schematic, invented",
                   "features": features}, f)
    return str(path)


@pytest.fixture
def city(fresh, tmp_path):
    n = fresh("--still").start()
    n.grid = grid(tmp_path / "grid.geojson")
    return n


def call(n, at):
    return n.role("dispatcher").ok("POST", "/api/v1/incidents", {
        "kind": "fire", "priority": "P2", "message": "smoke", "position": at}, 201)["id"]


def recommended(n, incident, limit=3):
    return n.role("dispatcher").ok(
        "GET", "/api/v1/incidents/%s/recommendations?limit=%d" % (incident, limit))


def way(who, incident, unit):
    return who.get("/api/v1/incidents/%s/route?unit=%s" % (incident, unit))


def reasons(r):
    return [[w for w in i["reasons"]] for i in r["items"]]


def across(line):
    """A short line over the middle of the longest piece of a way."""
    a, b = max(zip(line, line[1:]), key=lambda p: math.dist(*p))
    m, d = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], [b[0] - a[0], b[1] - a[1]]
    k = 0.001 / math.hypot(*d)
    return [[m[0] - d[1] * k, m[1] + d[0] * k], [m[0] + d[1] * k, m[1] - d[0] * k]]


def test_a_running_node_takes_roads_and_says_how_it_ranks(city):
    n = city
    os.path.exists(os.path.join(n.data, "roads.graph")) and os.unlink(
        os.path.join(n.data, "roads.graph"))
    i = call(n, {"lat": 24.865, "lon": 67.052})
    r = kumak("import", "roads", n.grid, "--data", n.data, "--preview")
    assert r.returncode == 0 and "nothing was changed" in r.stdout, r
    assert not os.path.exists(os.path.join(n.data, "roads.graph"))
    r = kumak("import", "roads", n.grid, "--data", n.data)
    assert r.returncode == 0 and "the running node has them" in r.stdout, r
    roads = n.role("dispatcher").ok("GET", "/api/v1/roads")
    assert roads["loaded"] and roads["junctions"] == SIDE * SIDE and roads["parts"] == 1
    assert roads["attribution"] == "schematic, invented"
    got = recommended(n, i)
    for item in got["items"]:
        assert item["method"] == "road", item
        assert any(w.startswith("by_road:") for w in item["reasons"]), item
        # nobody drives straighter than the crow flies
        f = way(n.role("dispatcher"), i, item["unit"]).json()
        line = f["geometry"]["coordinates"]
        assert abs(f["properties"]["distance_m"] - item["distance_m"]) < 2
        crow = math.hypot((line[0][0] - line[-1][0]) * math.cos(math.radians(24.86)),
                          line[0][1] - line[-1][1]) * 111195
        assert item["distance_m"] >= crow - 50
    assert [x["eta_s"] for x in got["items"]] == sorted(x["eta_s"] for x in got["items"])


def test_without_roads_it_says_straight_line_and_why(city):
    n = city
    n.stop()
    path = os.path.join(n.data, "roads.graph")
    with open(path, "wb") as f:
        f.write(b"KMKROADS, but damaged")
    n.start()
    assert not n.role("dispatcher").ok("GET", "/api/v1/roads")["loaded"]
    i = call(n, {"lat": 24.865, "lon": 67.052})
    for item in recommended(n, i)["items"]:
        assert item["method"] == "straight_line"
        assert "straight_line:no_roads" in item["reasons"]
    f = way(n.role("dispatcher"), i, recommended(n, i)["items"][0]["unit"]).json()
    assert "geometry" not in f and f["properties"]["reason"] == "no_roads"


def test_a_place_without_a_way_is_ranked_by_straight_line(city, tmp_path):
    n = city
    island = {"type": "Feature", "properties": {"highway": "residential"},
              "geometry": {"type": "LineString",
                           "coordinates": [[67.3, 24.9], [67.31, 24.9]]}}
    file = grid(tmp_path / "island.geojson", [island])
    assert kumak("import", "roads", file, "--data", n.data).returncode == 0
    assert n.role("dispatcher").ok("GET", "/api/v1/roads")["parts"] == 2
    for at, why in (({"lat": 24.9, "lon": 67.305}, "no_way"),
                    ({"lat": 25.4, "lon": 68.1}, "off_road")):
        for item in recommended(n, call(n, at))["items"]:
            assert item["method"] == "straight_line"
            assert "straight_line:" + why in item["reasons"], item


def test_a_closure_turns_routes_away_and_ends_by_the_clock(city, live):
    n = city
    assert kumak("import", "roads", n.grid, "--data", n.data).returncode == 0
    d, board = n.role("dispatcher"), n.role("board")
    i = call(n, {"lat": 24.855, "lon": 67.05})
    first = recommended(n, i)["items"][0]
    f = way(d, i, first["unit"]).json()
    line = f["geometry"]["coordinates"]
    s = live(board)
    s.hello()
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
    c = d.ok("POST", "/api/v1/closures", {
        "reason": "a procession", "until": soon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "shape": {"type": "LineString", "coordinates": across(line)}}, 201)
    assert s.event("closure.changed", id=c["id"])["data"]["reason"] == "a procession"
    assert c["by_name"] and c["drawn_at"]
    g = until(lambda: (lambda o: o["geometry"]["coordinates"] != line and o)(
        way(d, i, first["unit"]).json()), what="another way")
    assert not g["properties"]["crosses_closure"]
    assert g["properties"]["eta_s"] >= f["properties"]["eta_s"]
    # all streets around the place: no way but across, and that is said
    ring = [[67.0501 + x, 24.8551 + y] for x, y in (
        (-.004, -.004), (.004, -.004), (.004, .004), (-.004, .004), (-.004, -.004))]
    e = d.ok("POST", "/api/v1/closures", {
        "reason": "a search", "shape": {"type": "Polygon", "coordinates": [ring]}}, 201)
    s.event("closure.changed", id=e["id"])
    items = until(lambda: (lambda o: all(
        "crosses_closure" in x["reasons"] for x in o) and o)(
            recommended(n, i)["items"]), what="crossing is said")
    assert all(x["method"] == "road" for x in items)
    # the clock ends the first, a person the second
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1.2)
    d.ok("PATCH", "/api/v1/closures/" + c["id"], {
        "until": at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000)})
    assert s.event("closure.ended", id=c["id"], timeout=20)["data"]["ended_at"]
    d.ok("PATCH", "/api/v1/closures/" + e["id"], {"ended": True})
    s.event("closure.ended", id=e["id"])
    until(lambda: way(d, i, first["unit"]).json()["geometry"]["coordinates"] == line,
          what="the first way again")
    assert d.items("/api/v1/closures?state=on") == []
    assert {x["id"] for x in d.items("/api/v1/closures")} == {c["id"], e["id"]}
    assert d.patch("/api/v1/closures/" + e["id"], {"ended": False}).status_code == 409


@pytest.mark.parametrize("shape", [
    {"type": "Point", "coordinates": [67, 24.8]},
    {"type": "LineString", "coordinates": [[67, 24.8]]},
    {"type": "LineString", "coordinates": [[67, 24.8], [67, 95]]},
    {"type": "LineString", "coordinates": [[67, 24.8], [69, 24.8]]},
    {"type": "Polygon", "coordinates": [[[67, 24.8], [67.1, 24.8], [67.1, 24.9]]]},
    {"type": "Polygon", "coordinates": []},
    {"coordinates": 7}])
def test_a_shape_that_is_none_is_refused(node, shape):
    r = node.role("dispatcher").post("/api/v1/closures", {"reason": "x", "shape": shape})
    assert (r.status_code, r.json()["code"]) == (422, "bad_shape")


def test_a_crew_sees_its_own_way_and_no_other(city):
    n = city
    assert kumak("import", "roads", n.grid, "--data", n.data).returncode == 0
    i = call(n, {"lat": 24.855, "lon": 67.05})
    crew, other = n.role("responder", 0), n.role("responder", 1)
    path = "/api/v1/incidents/%s/route" % i
    assert crew.get(path).status_code == 404
    n.role("dispatcher").ok("POST", "/api/v1/incidents/%s/assignments" % i,
                            {"units": [crew.unit]}, 201)
    f = crew.ok("GET", path)
    assert f["properties"]["unit"] == crew.unit and f["properties"]["method"] == "road"
    assert f["properties"]["attribution"] == "schematic, invented"
    assert other.get(path).status_code == 404
    assert way(crew, i, other.unit).status_code == 404
    assert n.role("site", 0).get(path).status_code in (403, 404)


def test_a_unit_without_a_fix_stands_at_its_post(fresh):
    n = fresh("--still").start()
    a, d = n.role("administrator"), n.role("dispatcher")
    site = next(s for s in a.items("/api/v1/sites") if s.get("position"))
    u = a.ok("POST", "/api/v1/units", {"callsign": "P-77", "kind": "patrol",
                                       "post": site["id"]}, 201)["id"]
    d.ok("POST", "/api/v1/units/%s/shift" % u, {"on": True})
    item = next(x for x in recommended(n, call(n, site["position"]), 100)["items"]
                if x["unit"] == u)
    assert {"by_post", "place_not_confirmed"} <= set(item["reasons"])
    assert item["distance_m"] < 50
    assert a.patch("/api/v1/units/" + u, {"post": "khi.s.999999"}).status_code == 422


def test_a_bad_file_is_named_and_nothing_is_taken(city, tmp_path):
    n = city
    assert kumak("import", "roads", n.grid, "--data", n.data).returncode == 0
    before = open(os.path.join(n.data, "roads.graph"), "rb").read()
    bad = grid(tmp_path / "bad.geojson", [{
        "type": "Feature", "properties": {"highway": "primary", "oneway": "often"},
        "geometry": {"type": "LineString", "coordinates": [[67, 24.8], [67.1, 24.8]]}}])
    r = kumak("import", "roads", n.grid, bad, "--data", n.data)
    assert r.returncode == 1 and len(r.stderr.splitlines()) == 1, r
    assert "bad.geojson: feature %d: oneway" % (2 * SIDE + 1) in r.stderr
    (tmp_path / "half.geojson").write_text(open(n.grid).read()[:-10])
    r = kumak("import", "roads", str(tmp_path / "half.geojson"), "--data", n.data)
    assert r.returncode == 1 and "line 1, column" in r.stderr, r
    (tmp_path / "half.gz").write_bytes(b"\x1f\x8b\x08\0half")
    r = kumak("import", "roads", str(tmp_path / "half.gz"), "--data", n.data)
    assert r.returncode == 1 and "damaged" in r.stderr, r
    assert kumak("import", "roads").returncode == 2
    assert kumak("import", "rivers", n.grid).returncode == 2
    assert open(os.path.join(n.data, "roads.graph"), "rb").read() == before


@pytest.mark.skipif(not os.path.exists(KARACHI), reason="no real roads here")
def test_the_real_city(city):
    n = city
    r = kumak("import", "roads", KARACHI, "--data", n.data)
    assert r.returncode == 0, r.stderr
    roads = n.role("dispatcher").ok("GET", "/api/v1/roads")
    assert roads["stretches"] > 40000 and roads["km"] > 3900
    assert "OpenStreetMap" in roads["attribution"]
    # from Empress Market; units that the map has roads for are ranked by them
    got = recommended(n, call(n, {"lat": 24.8613, "lon": 67.0302}), 100)["items"]
    by_road = [x for x in got if x["method"] == "road"]
    assert len(by_road) >= 3
    for x in by_road:
        assert 3 < x["distance_m"] / max(1, x["eta_s"]) < 25, "m/s of a drive"


def test_who_cannot_go_is_named_and_comes_back(city):
    n, room = city, city.role("dispatcher")
    i = call(n, {"lat": 24.865, "lon": 67.052})
    got = recommended(n, i, 500)
    first, second = got["items"][0]["unit"], got["items"][1]["unit"]
    on_duty, out = len(got["items"]), len(got["left_out"])
    room.ok("POST", "/api/v1/units/%s/shift" % first, {"on": False})
    room.ok("PATCH", "/api/v1/units/%s" % second, {"out_of_service": True})
    got = recommended(n, i, 500)
    why = {o["unit"]: o["reason"] for o in got["left_out"]}
    assert why[first] == "off_duty" and why[second].startswith("out_of_service")
    assert len(got["items"]) == on_duty - 2 and len(why) == out + 2
    assert [o["unit"] for o in got["left_out"]] == sorted(
        why, key=lambda u: int(u.rsplit(".", 1)[1]))
    room.ok("POST", "/api/v1/units/%s/shift" % first, {"on": True})
    room.ok("PATCH", "/api/v1/units/%s" % second, {"out_of_service": False})
    third = recommended(n, i)["items"][0]["unit"]
    room.ok("POST", "/api/v1/incidents/%s/assignments" % i, {"units": [third]}, 201)
    got = recommended(n, i, 500)
    why = {o["unit"]: o["reason"] for o in got["left_out"]}
    assert why[third] == "already_assigned:offered"
    assert {first, second} - {third} <= {x["unit"] for x in got["items"]}


def ask_raw(n, paths):
    """A connection on which they have been asked, one behind the other."""
    s = socket.create_connection(n.hostport, 10)
    token = n.role("dispatcher").token
    s.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n"
                       % (p.encode(), token.encode(),
                          b"Connection: close\r\n" if k == len(paths) else b"")
                       for k, p in enumerate(paths, 1)))
    return s


def read_all(s):
    out = b""
    while part := s.recv(65536):
        out += part
    s.close()
    return [json.loads(body) for body in re.findall(rb"\r\n\r\n(\{.*?\})(?=HTTP/1|$)", out,
                                                   re.S)]


def test_many_consoles_open_one_call_and_all_are_answered(city):
    """They take turns; who hangs up before its turn takes nobody else's."""
    n = city
    assert kumak("import", "roads", n.grid, "--data", n.data).returncode == 0
    i = call(n, {"lat": 24.865, "lon": 67.052})
    until(lambda: all("fix_age_s" in x for x in recommended(n, i, 500)["items"]))
    want = [x["unit"] for x in recommended(n, i)["items"]]
    way = "/api/v1/incidents/%s/route?unit=%s" % (i, want[0])
    path = "/api/v1/incidents/%s/recommendations?limit=%d" % (i, len(want))
    asked = [ask_raw(n, [path, way, path + "0000", path]) for _ in range(20)]
    for s in asked[::4]:
        s.close()
    n.role("site", 9).press()
    for k, s in enumerate(asked):
        if k % 4 == 0:
            continue
        first, line, wrong, last = read_all(s)
        assert [x["unit"] for x in first["items"]] == want
        assert [x["unit"] for x in last["items"]] == want
        assert line["geometry"]["type"] == "LineString" and wrong["status"] == 400
    assert [x["unit"] for x in recommended(n, i)["items"]] == want
