# SPDX-License-Identifier: Apache-2.0
"""What another agency gets from each route of mission A's records, by the state of what
was granted to it: granted.txt has a row for each route and a column for each state, in
it a letter for each role. The same records, the same words planted in them. A route
that is not in the table fails; KUMAK_ACCEPT=1 writes it anew, review the diff. Three
rules hold whatever the table says: what is granted shows its plants; what has ended
shows none of them; and who lost it is answered exactly as who never had it."""
import datetime
import os
import re

import pytest
from actors import Node, until
from leak_city import City, bodies, fill, letter, queries, target

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "granted.txt")
STATES = ("own", "other", "asked", "granted", "expired", "revoked", "left")
ENDED = ("expired", "revoked", "left")
ROLES = ("dispatcher", "supervisor", "duty_officer", "liaison", "administrator", "board",
         "oversight", "site", "responder")
USES = ("dispatcher", "supervisor", "duty_officer", "liaison")  # whose work grants are
# of the caller's own session, or of nobody in particular: access.txt has them
NOT_OF_RECORDS = {
    "POST /api/v1/session", "DELETE /api/v1/session", "PATCH /api/v1/session",
    "POST /api/v1/session/password", "POST /api/v1/session/totp",
    "PATCH /api/v1/session/totp", "POST /api/v1/enrolments",
    "POST /api/v1/enrolments/account", "POST /api/v1/sos",
    "GET /api/v1/openapi.json"}
PARTS = ["message", "caller", "people", "units", "notes", "phones", "address"]


class Neighbours:
    """Agencies beside mission A that differ only in what was granted to them."""

    def __init__(self, c):
        self.c, self.n = c, c.n
        self.a = c.n.role("administrator")
        self.callers, self.agency, self.grants, self.joinings = {}, {}, {}, {}
        for state in STATES:
            if state == "own":
                self.agency[state] = c.A
            else:
                self.agency[state] = self.a.ok("POST", "/api/v1/agencies", {
                    "name": "Neighbour " + state, "kind": "rangers"}, 201)["id"]
            for role in ROLES:
                self.callers[state, role] = self.person(state, role)
        self.n.role("dispatcher").ok(
            "POST", "/api/v1/incidents/%s/notes" % c.incident,
            {"text": c.word("shared_note"), "shared": True})
        for state in STATES[2:]:
            self.share(state)
        # one that is over, of each: what is asked of it changes nothing
        self.over = {s: self.end(self.propose(s)) for s in ("asked", "granted")}
        self.over.update({s: self.grants[s] for s in ENDED})
        self.over.update(own=self.over["granted"], other=self.over["granted"])
        self.grants.update(own=self.grants["granted"], other=self.grants["granted"])

    def person(self, state, role):
        if state == "own" and role != "responder":
            return getattr(self.c, "a_" + role.replace("site", "gate"))
        if role == "responder":
            u = self.a.ok("POST", "/api/v1/units", {
                "agency": self.agency[state], "callsign": "N-" + state,
                "kind": "escort"}, 201)["id"]
            t = self.a.ok("POST", "/api/v1/tokens", {
                "role": role, "agency": self.agency[state], "unit": u, "label": "n"}, 201)
            return self.n.with_token(t["token"])
        login = "n-%s-%s" % (state, role.replace("_", "-"))
        self.a.ok("POST", "/api/v1/accounts", {
            "login": login, "name": login, "role": role, "password": "a-long-password",
            "agency": self.agency[state]}, 201)
        return self.n.login(None, login=login, password="a-long-password")

    def propose(self, state, of="sites", seconds=None):
        body = {"to": self.agency[state], "of": of, "parts": PARTS, "purpose": "patrol",
                "subject": self.c.a_site["id"] if of == "sites" else self.c.incident}
        if seconds:
            t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
                seconds=seconds)
            body["until"] = t.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        giver = self.c.a_liaison if of == "sites" else self.n.role("supervisor")
        return giver.ok("POST", "/api/v1/grants", body, 201)["id"]

    def accept(self, state, grant):
        boss = self.callers[state, "supervisor"]
        assert boss.ok("POST", "/api/v1/grants/%s/accept" % grant)["state"] == "active"
        return grant

    def end(self, grant, who=None):
        (who or self.c.a_liaison).ok("POST", "/api/v1/grants/%s/withdraw" % grant)
        return grant

    def share(self, state):
        """The site by hand; the incident by joining it, or by hand until a minute."""
        room, boss = self.n.role("supervisor"), self.callers[state, "supervisor"]
        seconds = 4 if state == "expired" else None
        site = self.grants[state] = self.propose(state, seconds=seconds)
        if state == "expired":
            i = self.propose(state, "incidents", seconds)
        else:
            i = room.ok("POST", "/api/v1/incidents/%s/partners" % self.c.incident, {
                "agency": self.agency[state], "parts": PARTS}, 201)["id"]
        self.joinings[state] = i
        if state == "asked":
            return
        for g in (site, i):
            self.accept(state, g)
        if state != "granted":  # it was there: else its end shows nothing
            for path in ("sites/" + self.c.a_site["id"], "incidents/" + self.c.incident):
                r = boss.get("/api/v1/" + path)
                assert r.status_code == 200 and self.c.leaks_in(r.text), state
        if state == "revoked":
            self.end(site)
            self.end(i, room)
        elif state == "left":
            self.end(site, boss)
            self.end(i, boss)
        elif state == "expired":
            until(lambda: {boss.ok("GET", "/api/v1/grants/" + g)["state"]
                           for g in (site, i)} == {"ended"}, 10, "their time is over")


class Crawl:
    def __init__(self, city, near):
        self.c, self.near = city, near
        self.sent = bodies(city)
        self.cells, self.texts = {}, {}
        # a side of a grant knows which record it is about, whose it is, and who turned
        # the other key
        self.of_parties = {city.a_site["id"], city.A, city.incident, "account_liaison"}

    def found(self, path, state, text):
        """Words that were planted, and ids of A that nothing but a record tells."""
        may = self.of_parties if "/grants" in path or path.endswith("/events") else set()
        if state == "asked" and may:  # into what, it must know to answer
            may = may | {"kind", "number"}
        return [f for f in self.c.leaks_in(text) if f not in may]

    def one(self, method, path, state, role):
        c, near = self.c, self.near
        who = near.callers[state, role]
        t = None
        if "{" in path:
            t = target(c, method, path + "/") if "/grants/" not in path else (
                near.grants if method == "GET" else near.over)[state]
        body = None if method == "GET" else dict(self.sent.get(path, {}))
        seen = []
        for q in queries(c, path) if method == "GET" else [""]:
            if path.endswith("/track") and not q:
                q = "?reason=look"
            r = who.call(method, (fill(path, t) if t else path) + q, body)
            seen.append(r)
        text = "".join(r.text for r in seen).replace(t or " ", "ID")
        out, found = letter(seen[0]), self.found(path, state, text)
        if found:
            out = out.upper()
        self.cells[method, path, state, role] = out
        self.texts[method, path, state, role] = text
        if state in ENDED + ("asked", "other"):
            assert not found, (method, path, state, role, found, text[:500])

    def all(self, routes):
        """Reads first: what is changed later does not touch them. Who may change most
        comes last."""
        order = ("other", "expired", "revoked", "left", "asked", "granted", "own")
        for is_read in (True, False):
            for state in order:
                for method, path in routes:
                    if (method == "GET") == is_read:
                        for role in ROLES:
                            self.one(method, path, state, role)

    def rows(self, routes):
        return {"%s %s" % (m, p): ["".join(self.cells[m, p, s, r] for r in ROLES)
                                   for s in STATES] for m, p in routes}


def write_table(rows):
    width = max(map(len, rows)) + 1
    lines = ["# Written by test_31_granted.py with KUMAK_ACCEPT=1; reviewed by people.",
             "# A letter for each role: " + ", ".join(ROLES) + ".",
             "# y yes (or 409, 410, 422, 426: allowed, but not so); e yes, but nothing is",
             "# there to see; x 403 not allowed; h 404 not there; a capital: words that A",
             "# planted are in the answer",
             "#".ljust(width) + " ".join(s.ljust(len(ROLES)) for s in STATES)]
    for k in sorted(rows, key=lambda x: (x.split()[1], x)):
        lines.append(k.ljust(width) + " ".join(rows[k]))
    with open(TABLE, "w") as f:
        f.write("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def crawl(program, tmp_path_factory):
    n = Node(str(tmp_path_factory.mktemp("granted")))
    n.start()
    try:
        c = City(n)
        for s in c.sockets.values():
            s.close()
        x = Crawl(c, Neighbours(c))
        x.routes = [r for r in c.paths()[1] if "%s %s" % r not in NOT_OF_RECORDS]
        x.every = {"%s %s" % r for r in c.paths()[1]}
        x.all(x.routes)
        yield x
    finally:
        n.done()


def test_each_route_by_what_is_granted(crawl):
    rows = crawl.rows(crawl.routes)
    assert NOT_OF_RECORDS < crawl.every, NOT_OF_RECORDS - crawl.every
    if os.environ.get("KUMAK_ACCEPT"):
        write_table(rows)
    with open(TABLE) as f:
        want = {" ".join(x.split()[:2]): x.split()[2:] for x in f
                if not x.startswith("#")}
    assert set(rows) == set(want), "routes that the table lacks or has too many: %s" % (
        set(rows) ^ set(want))
    wrong = ["%s: %s gets %s, not %s" % (k, s, g, x) for k in rows
             for s, g, x in zip(STATES, rows[k], want[k]) if g != x]
    assert not wrong, "\n".join(wrong)


def test_what_is_granted_shows_what_was_planted(crawl):
    """By each route of the site and of the incident, to each whose work it is; else
    the silence of the ended says nothing."""
    shown = {p: {r for r in USES if crawl.cells["GET", p, "granted", r] == "Y"}
             for m, p in crawl.routes if m == "GET"}
    for path in ("/api/v1/sites", "/api/v1/sites/{id}", "/api/v1/incidents",
                 "/api/v1/incidents/{id}", "/api/v1/incidents/{id}/timeline",
                 "/api/v1/incidents/{id}/signals", "/api/v1/events"):
        assert shown[path] == set(USES), (path, shown[path])
    silent = [p for p, who in shown.items() if p.startswith((
        "/api/v1/incidents/{id}", "/api/v1/sites/{id}")) and not who and
        crawl.cells["GET", p, "granted", "supervisor"] == "y"]
    assert not silent, "granted, but shows nothing of it: %s" % silent
    for role in ROLES:
        for path in ("/api/v1/sites/{id}", "/api/v1/incidents/{id}"):
            assert (crawl.cells["GET", path, "granted", role] == "Y") == (role in USES)


def test_both_sides_see_each_look(crawl):
    near = crawl.near
    for state in STATES[2:]:
        looks = [near.c.a_liaison.items("/api/v1/grants/%s/openings" % near.grants[state]),
                 near.callers[state, "liaison"].items(
                     "/api/v1/grants/%s/openings" % near.grants[state])]
        assert looks[0] == looks[1]
        who = {o["account_name"] for o in looks[0] if o["what"] == crawl.c.a_site["id"]}
        if state == "asked":
            assert not who
        else:  # one looked before it was over
            assert "n-%s-supervisor" % state in who, (state, who)


@pytest.mark.parametrize("state", ENDED)
def test_who_lost_it_is_as_who_never_had_it(crawl, state):
    """Letter for letter; only the grant itself is still told of to its side."""
    for method, path in crawl.routes:
        if "/grants" in path:
            continue
        for role in ROLES:
            cell, never = (crawl.cells[method, path, s, role] for s in (state, "other"))
            assert cell == never, (method, path, role, cell, never)
            a, b = (crawl.texts[method, path, s, role] for s in (state, "other"))
            if cell == "h":
                assert a == b, (method, path, role, a, b)
            elif not path.endswith("/events"):  # those of its own grant are among them
                ids = set(re.findall(r"khi\.\w\.\d+", a)) & crawl.c.ids
                assert not ids - crawl.of_parties, (method, path, role, ids)
