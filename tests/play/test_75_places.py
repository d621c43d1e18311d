# SPDX-License-Identifier: Apache-2.0
"""The gazetteer: names that are imported into a running node, found as people type them,
streets and junctions of the roads among them, and the landmark beside an incident."""
import os
import subprocess
import time

import pytest

from actors import DATA, KUMAK

GEO = os.path.join(DATA, "geo")
NAMES = ("name,name_ur,name_sd,kind,lat,lon\n"
         "Lantern Hospital,لالٹین ہسپتال,,hospital,24.8600,67.0200\n"
         "Noor Masjid,نور مسجد,نور مسجد,mosque,24.8400,67.0500\n")


def kumak(*argv):
    return subprocess.run([KUMAK, *argv], capture_output=True, text=True, timeout=60)


def search(who, q, **more):
    r = who.s.get(who.node.url + "/api/v1/places/search",
                  params={"q": q, **more}, timeout=10)
    assert r.status_code == 200, r.text
    return r.json()["items"]


@pytest.fixture
def city(fresh, tmp_path):
    n = fresh("--still").start()
    file = tmp_path / "names.csv"
    file.write_text("\ufeff" + NAMES)
    r = kumak("import", "places", str(file), "--data", n.data)
    assert r.returncode == 0 and "the running node has them" in r.stdout, r
    return n


def test_names_are_found_as_people_type_them(city):
    d = city.role("dispatcher")
    for q in ("lantern hospital", "Lantren", "لالٹین", "لالٹين هسپتال", "lantern hosp"):
        assert search(d, q)[0]["name"] == "Lantern Hospital", q
    one = search(d, "noor", near="24.84,67.05")[0]
    assert one["distance_m"] < 20 and one["kind"] == "mosque"
    assert one["name_ur"] == one["name_sd"] == "نور مسجد"
    assert search(d, "nothing like it") == []
    assert d.get("/api/v1/places/search?q=x&near=far").status_code == 400
    assert d.get("/api/v1/places/search?q=x&limit=51").status_code == 400
    city.stop()
    city.start()
    assert search(city.role("dispatcher"), "noor")[0]["name"] == "Noor Masjid"


def test_the_landmark_stands_beside_an_incident(city):
    n, crew = city, city.role("responder", 0)
    d = n.role("dispatcher")
    i = d.ok("POST", "/api/v1/incidents", {
        "kind": "fire", "priority": "P2", "message": "m",
        "position": {"lat": 24.8590, "lon": 67.0200}}, 201)["id"]
    landmark = d.ok("GET", "/api/v1/incidents/" + i)["landmark"]
    assert landmark["name"] == "Lantern Hospital"
    assert landmark["name_ur"] == "لالٹین ہسپتال"
    assert landmark["direction"] == "s" and 100 < landmark["distance_m"] < 120
    a = d.ok("POST", "/api/v1/incidents/%s/assignments" % i, {"units": [crew.unit]},
             201)["items"][0]["id"]
    card = crew.ok("GET", "/api/v1/assignments/" + a)["incident_card"]
    assert card["landmark"] == landmark
    far = d.ok("POST", "/api/v1/incidents", {
        "kind": "fire", "priority": "P2", "message": "m",
        "position": {"lat": 25.5, "lon": 68.2}}, 201)["id"]
    assert "landmark" not in d.ok("GET", "/api/v1/incidents/" + far)


def test_a_bad_row_is_named_and_nothing_is_taken(city, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(NAMES + "Broken,,,place,north,67\n")
    r = kumak("import", "places", str(bad), "--data", city.data)
    assert r.returncode == 1 and "bad.csv: line 4, column lat: it is no latitude" in r.stderr, r
    assert search(city.role("dispatcher"), "noor")[0]["name"] == "Noor Masjid"


@pytest.mark.skipif(not os.path.isdir(GEO), reason="no real names here")
def test_the_real_city(city):
    n = city
    r = kumak("import", "roads", os.path.join(GEO, "karachi_roads_osm.geojson.gz"),
              "--data", n.data)
    assert r.returncode == 0, r.stderr
    r = kumak("import", "places", "--data", n.data, *(os.path.join(GEO, f) for f in (
        "karachi_localities_en_ur.csv", "karachi_pois_osm.csv",
        "karachi_named_junctions.csv")))
    assert r.returncode == 0, r.stderr
    d = n.role("dispatcher")

    def names(q, **more):
        return [" ".join(x.get(k, "") for k in ("name", "name_en", "name_ur"))
                for x in search(d, q, **more)]

    for q, wanted in (("clifton", "Clifton"), ("کلفٹن", "Clifton"), ("Sadar", "Saddar"),
                      ("صدر", "Saddar"), ("khayaban iqbal", "Khayaban-e-Iqbal"),
                      ("خيابان اقبال", "Khayaban-e-Iqbal"),
                      ("lea market", "Lea Market"), ("luky star", "Lucky Star")):
        assert any(wanted in x for x in names(q)[:5]), (q, names(q))
    began = time.monotonic()
    for _ in range(20):
        names("shahrah e faisal", near="24.86,67.03")
    assert (time.monotonic() - began) / 20 < 0.05, "seconds a search"
