# SPDX-License-Identifier: Apache-2.0
"""Links that are lost: a site's is a row of the room; many of one carrier and area at
once are one row, not hundreds; what comes back leaves it; no call waits for it."""
import socket
import time

import pytest
from actors import Node, until
from test_52_orders import panel_line

CARRIER, SITES, LOST_S = "Demo Telecom", 12, 20


class Panel:
    """An alarm panel that says that it is there, and is gone again."""

    def __init__(self, node, identity):
        self.node, self.identity = node, identity

    def say(self, body):
        host, port = self.node.demo["doors"]["dc09"].rsplit(":", 1)
        at = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime())
        with socket.create_connection((host, int(port)), 10) as s:
            s.sendall(panel_line(body % self.identity + at))
            return s.recv(1000)

    def alive(self):
        assert b'"ACK"' in self.say('"NULL"0000L0#%s[]')


@pytest.fixture(scope="module")
def street(program, tmp_path_factory):
    """Posts of one mission in one street, each with a panel on one operator's net."""
    node = Node(str(tmp_path_factory.mktemp("lost")), "--still")
    node.start()
    admin = node.role("administrator")
    agency = admin.ok("GET", "/api/v1/sites/" + node.role("site").site)["agency"]
    node.panels = []
    for k in range(SITES):
        site = admin.ok("POST", "/api/v1/sites", {
            "agency": agency, "name": "Post %d" % k, "class": "other",
            "link_class_s": LOST_S,
            "position": {"lat": 24.83 + k / 1000, "lon": 67.02}}, 201)
        p = Panel(node, "88%02d" % k)
        p.site = site["id"]
        p.device = admin.ok("POST", "/api/v1/devices", {
            "door": "dc09", "identity": p.identity, "bound_to": site["id"],
            "carrier": CARRIER}, 201)["id"]
        p.alive()
        node.panels.append(p)
    yield node
    node.done()


def room_of(node):
    o = node.role("dispatcher").ok("GET", "/api/v1/room")
    return [s for s in o["storms"] if s["kind"] == "device_lost"], o["lost_sites"]


def all_lost(node, room, panels, timeout=LOST_S + 15):
    for p in panels:
        room.event("device.lost", timeout, id=p.device)


def test_many_at_once_are_one_row(street, live):
    node = street
    room = live(node.role("dispatcher"))
    room.hello()
    for p in node.panels:
        p.alive()
    all_lost(node, room, node.panels)
    storms, sites = until(lambda: room_of(node) if room_of(node)[0] else None, 5)
    (row,) = storms
    assert (row["carrier"], row["devices"], row["sites"]) == (CARRIER, SITES, SITES)
    assert abs(row["position"]["lat"] - 24.8355) < 0.001 and row["radius_m"] < 2000
    assert sites == []
    # a call in the midst of it is heard as any other
    assert b'"ACK"' in node.panels[0].say('"SIA-DCS"0001L0#%s[#8800|Nri1/PA001]')
    e = room.event("signal.received")
    assert e["data"]["site"] == node.panels[0].site
    # it is back, and so is another: the ten that are not stand by themselves
    node.panels[1].alive()
    room.event("device.back", id=node.panels[1].device)
    storms, sites = until(lambda: room_of(node) if not room_of(node)[0] else None, 5)
    assert {s["site"] for s in sites} == {p.site for p in node.panels[2:]}
    for s in sites:
        since = node.role("dispatcher").ok("GET", "/api/v1/devices/" + s["device"])
        assert (since["link"], since["link_at"], since["carrier"]) == (
            "lost", s["since"], CARRIER)


def test_it_is_known_after_a_restart(street):
    before = room_of(street)
    assert len(before[1]) >= 10
    street.stop()
    street.start()
    assert room_of(street) == before
    for p in street.panels[2:]:
        p.alive()
    until(lambda: room_of(street) == ([], []), 5, "all are back")


def test_who_is_not_of_the_room_sees_none_of_it(street):
    for role in ("site", "liaison", "responder", "oversight"):
        assert street.role(role).get("/api/v1/room").status_code in (403, 404), role
