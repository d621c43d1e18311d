# SPDX-License-Identifier: Apache-2.0
"""A demo city whose missions' group has people in it, shared by the plays of talk."""
from actors import key


class Town:
    """The missions' group with three missions, the police and the rangers in it."""

    def __init__(self, n):
        self.n = n
        a = self.admin = n.role("administrator")
        (self.ch,) = [c for c in a.items("/api/v1/channels") if c.get("is_missions")]
        self.id = self.ch["id"]
        self.posts = "/api/v1/channels/%s/posts" % self.id
        self.sites = [n.site(0), n.site(1)]
        self.missions = [s["agency"] for s in self.sites]
        self.people, self.ids = {}, {}
        self.police = self.ch["agency"]
        self.rangers = next(u["agency"] for u in n.demo["units"]
                            if u["agency"] != self.police)
        for who, agency, role in (
                ("a", self.missions[0], "liaison"), ("a2", self.missions[0], "site"),
                ("b", self.missions[1], "liaison"), ("r", self.rangers, "liaison"),
                ("p", self.police, "liaison"), ("chief", self.police, "supervisor")):
            self.person(who, agency, role)
        self.hub = self.people["p"]
        self.chief = self.people["chief"]

    def person(self, who, agency, role):
        o = self.admin.ok("POST", "/api/v1/accounts", {
            "login": "talk-" + who, "password": "a-long-password", "name": "Name " + who,
            "role": role, "agency": agency}, 201)
        self.ids[who] = o["id"]
        c = self.people[who] = self.n.login(None, login="talk-" + who,
                                            password="a-long-password")
        return c

    def __getitem__(self, who):
        return self.people[who]

    def post(self, who, status=201, **body):
        body.setdefault("kind", "situation")
        body.setdefault("text", "words " + key())
        return self[who].ok("POST", self.posts, body, status)

    def seen(self, who, q=""):
        return [p["id"] for p in self[who].items(self.posts + q)]

    def partner(self):
        """The rangers join the police side."""
        r = self.chief.post("/api/v1/channels/%s/members" % self.id,
                            {"agency": self.rangers, "side": "hub"})
        assert r.status_code in (201, 409), r.text
