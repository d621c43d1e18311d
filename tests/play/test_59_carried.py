# SPDX-License-Identifier: Apache-2.0
"""A device that a person carries is that person's: its call comes from his site or unit,
says who pressed to those who know him and to nobody else, and where he is is known only
on duty or in his own call."""
import itertools
import re
import time

import pytest
from actors import Watch, until

NUMBERS = itertools.count(7390000001)
CALLS = itertools.count()


@pytest.fixture(scope="module")
def city(program, tmp_path_factory):
    from actors import Node
    n = Node(str(tmp_path_factory.mktemp("carried")), "--still")
    n.start()
    admin = n.role("administrator")
    n.mission = n.site(0)
    for role in ("administrator", "liaison"):
        login = "m-" + role
        admin.ok("POST", "/api/v1/accounts", {
            "login": login, "password": "a-long-password", "name": login, "role": role,
            "agency": n.mission["agency"]}, 201)
        setattr(n, "mission_" + role, n.login(None, login=login,
                                              password="a-long-password"))
    yield n
    n.done()


def close_all(node):
    for i in node.role("dispatcher").items("/api/v1/incidents?state=open"):
        node.role("supervisor").ok("POST", "/api/v1/incidents/%s/close" % i["id"],
                                   {"disposition": "handled"})


def press(node, w):
    """Its SOS, and the incident that came of it."""
    d, before = node.role("dispatcher"), set()
    for i in d.items("/api/v1/incidents?state=open"):
        before.add(i["id"])
    w.fix("AL", 24.93 + next(CALLS) / 1000, 67.05, status=1 << 16)
    return until(lambda: next((i for i in d.items("/api/v1/incidents?state=open")
                               if i["id"] not in before), None), 10, "its call")


def roll(caller, i):
    return caller.ok("GET", "/api/v1/incidents/" + i["id"])["roll"]


def signal(caller, i):
    return caller.ok("GET", "/api/v1/incidents/" + i["id"])["signals"][0]


@pytest.fixture
def staff(city):
    """One of the mission's staff with a watch, as its agency asked and the control
    agency agreed to."""
    admin, own = city.role("administrator"), city.mission_administrator
    h = own.ok("POST", "/api/v1/people", {"name": "Demo Guard Zebra",
                                          "site": city.mission["id"]}, 201)
    identity = str(next(NUMBERS))
    d = own.ok("POST", "/api/v1/devices", {"door": "watch", "identity": identity,
                                           "bound_to": h["id"]}, 201)
    assert (d["state"], d["bound_to"]) == ("pending", h["id"])
    seen = admin.ok("GET", "/api/v1/devices/" + d["id"])
    assert "bound_to" not in seen and seen["bound_kind"] == "person"
    assert admin.ok("PATCH", "/api/v1/devices/" + d["id"],
                    {"state": "bound", "trust": "verified"})["state"] == "bound"
    w = Watch(city, identity)
    w.device, w.person = d, h
    yield w
    close_all(city)
    w.close()


@pytest.fixture
def crew(city):
    """One of a unit's crew with a watch."""
    admin = city.role("administrator")
    unit = city.role("responder", 3).unit
    h = admin.ok("POST", "/api/v1/people", {"name": "Demo Crew Okapi", "unit": unit}, 201)
    identity = str(next(NUMBERS))
    d = admin.ok("POST", "/api/v1/devices", {"door": "watch", "identity": identity,
                                             "bound_to": h["id"]}, 201)
    assert (d["state"], d["bound_to"]) == ("bound", h["id"])
    w = Watch(city, identity)
    w.device, w.person, w.unit = d, h, unit
    yield w
    close_all(city)
    w.close()


def test_its_call_is_of_its_site_and_says_who(city, staff):
    i = press(city, staff)
    assert (i["site"], i["agency"], i["trust"]) == (
        city.mission["id"], city.mission["agency"], "verified")
    assert i.get("unit") is None
    (own,) = roll(city.mission_liaison, i)
    assert (own["name"], own["person"]) == ("Demo Guard Zebra", staff.person["id"])
    assert signal(city.mission_liaison, i)["person"] == staff.person["id"]
    for role in ("dispatcher", "board"):
        (r,) = roll(city.role(role), i)
        assert r["name"] == "watch " + staff.identity and "person" not in r
        assert "person" not in signal(city.role(role), i)
        text = city.role(role).get("/api/v1/incidents/" + i["id"]).text
        assert "Zebra" not in text and staff.person["id"] not in text
        text = city.role(role).get("/api/v1/devices/" + staff.device["id"]).text
        assert staff.person["id"] not in text


def test_the_live_line_says_who_to_its_own_alone(city, staff, live):
    own, room = live(city.mission_liaison), live(city.role("dispatcher"))
    own.hello(), room.hello()
    press(city, staff)
    assert own.event("signal.received")["data"]["person"] == staff.person["id"]
    assert "person" not in room.event("signal.received")["data"]
    assert staff.person["id"].encode() not in bytes(room.bytes)


def test_where_its_bearer_is_is_known_in_his_own_call_only(city, staff):
    d = city.role("dispatcher")
    staff.fix("UD", 24.81, 67.01)
    staff.say("LK,50,100,80")
    staff.answer()
    i = press(city, staff)
    assert "better_position" not in signal(d, i)
    staff.fix("UD", 24.8123, 67.0123)
    until(lambda: abs(signal(d, i).get("better_position", {}).get("lat", 0) - 24.8123)
          < 1e-5, 10, "where he is now")
    close_all(city)
    staff.fix("UD", 24.777, 67.077)
    staff.say("LK,50,100,80")
    until(lambda: staff.answer().endswith("*LK]"), 5)
    staff.say("AL,%s,V,0,N,0,E,0,0,0,0,90,77,0,0,00010000" % time.strftime(
        "%d%m%y,%H%M%S", time.gmtime()))
    again = until(lambda: next(iter(d.items("/api/v1/incidents?state=open")), None), 10)
    s = signal(d, again)
    assert "position" not in s and not any("last_place" in x for x in s.get("labels", []))


def test_nothing_is_asked_of_staff_without_a_call(city, staff):
    d = city.role("dispatcher")
    path = "/api/v1/devices/%s/orders" % staff.device["id"]
    r = d.post(path, {"kind": "locate"})
    assert (r.status_code, r.json()["code"]) == (409, "no_emergency")
    press(city, staff)
    assert d.post(path, {"kind": "ring"}).status_code == 201
    assert staff.order("FIND") == "FIND"


def test_crew_call_as_their_unit_and_move_it_on_duty(city, crew):
    d = city.role("dispatcher")
    unit = "/api/v1/units/" + crew.unit

    def lat():
        return (d.ok("GET", unit).get("position") or {"lat": 24.7})["lat"]

    was, lon = lat(), (d.ok("GET", unit).get("position") or {"lon": 67.3})["lon"]
    d.ok("POST", unit + "/shift", {"on": False})
    crew.fix("UD", was + 0.0011, lon)
    crew.say("LK,50,100,80")
    crew.answer()
    d.ok("POST", unit + "/shift", {"on": True})
    assert abs(lat() - was - 0.0011) > 1e-5, "off duty it was not heard"
    crew.fix("UD", was + 0.0022, lon, at=time.time() + 1)
    until(lambda: abs(lat() - was - 0.0022) < 1e-5, 10, "the marker")
    found = [x["id"] for x in d.items("/api/v1/devices?bound_to=" + crew.unit)]
    assert crew.device["id"] in found
    i = press(city, crew)
    assert i["unit"] == crew.unit
    assert roll(d, i)[0]["name"] == "Demo Crew Okapi"  # of his own agency's room
    assert roll(city.role("board"), i)[0]["name"] == "watch " + crew.identity


def test_who_has_left_calls_as_a_stranger(city, staff):
    city.mission_administrator.ok("PATCH", "/api/v1/people/" + staff.person["id"],
                                  {"state": "left"})
    i = press(city, staff)
    assert i["trust"] == "unverified" and i.get("site") is None


def test_another_agencys_person_does_not_exist(city, staff):
    admin = city.role("administrator")
    ghost = re.sub(r"\d+$", "987654321", staff.person["id"])
    answers = [admin.post("/api/v1/devices", {
        "door": "watch", "identity": str(next(NUMBERS)), "bound_to": to})
        for to in (staff.person["id"], ghost)]
    assert [r.status_code for r in answers] == [422, 422]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]
