# SPDX-License-Identifier: Apache-2.0
"""Search of what is over: words, kind, site and times together, page by page; a mission
finds its own alone. How long it takes with a million: bench/history."""
import os
import urllib.parse


def found(who, **q):
    """Ids over all pages of two."""
    ids, after = [], None
    while True:
        page = who.ok("GET", "/api/v1/incidents?" + urllib.parse.urlencode(
            dict(q, limit=2, **({"after": after} if after else {}))))
        ids += [i["id"] for i in page["items"]]
        after = page["next"]
        if after is None:
            return ids


def test_search_of_closed_incidents(fresh):
    n = fresh().start()
    d, s = n.role("dispatcher"), n.role("supervisor")
    a, b = n.site(0), n.site(1)
    word, made = "zz" + os.urandom(4).hex(), []
    for k in range(12):
        i = d.ok("POST", "/api/v1/incidents", {
            "kind": ("fire", "theft", "crowd")[k % 3], "priority": "P3",
            "site": (a, b)[k % 2]["id"],
            "message": "%s آگ %s" % (word, "even" if k % 2 == 0 else "odd")}, 201)
        if k < 10:
            s.ok("POST", "/api/v1/incidents/%s/close" % i["id"], {
                "disposition": "handled"})
        made.append(i)
    ids = [i["id"] for i in made]
    assert found(d, q=word) == ids[::-1]
    assert found(d, q=word, state="closed") == ids[9::-1]
    assert found(d, q=word[:6].upper() + " آگ") == ids[::-1], "first letters, folded"
    assert found(d, q=word + " odd", state="closed") == ids[9::-2]
    assert found(d, q=word, kind="fire") == ids[9::-3]
    assert found(d, q=word, kind="fir") == [], "a kind is named whole"
    assert found(d, q=word, site=a["id"], kind="fire") == ids[6::-6]
    assert found(d, kind="theft", site=b["id"], state="closed") == ids[7::-6]
    at = made[5]["raised_at"]
    assert found(d, q=word, until=at) == ids[4::-1]
    assert found(d, q=word, since=at) == ids[:4:-1]
    assert found(d, until=at, since=made[2]["raised_at"]) == ids[4:1:-1]
    assert found(d, q=word + " nowhere") == [] and found(d, q="...") == []
    # of missions each finds its own, by a word that all have
    for k, name in ((0, "mission1"), (1, "mission2")):
        own = n.role("site", k)
        got = found(own, q=word)
        assert got == ids[10 + k::-2], (name, got)
        assert found(own, q=word, site=(a, b)[1 - k]["id"]) == []
    r = d.get("/api/v1/incidents?until=soon")
    assert r.status_code == 400
    # what was pressed just now is found: the search waits for what is durable
    x = n.role("site", 0).press(message="fresh" + word)
    assert found(d, q="fresh" + word) == [x["incident"]]
