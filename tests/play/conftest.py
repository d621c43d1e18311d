# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the plays. The actors are in actors.py; a play names what it needs:
`node` is one demo city shared by all that mostly read, `fresh` makes one's own."""
import os
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from actors import KUMAK, Node  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "long: runs only in make test-long")
    config.addinivalue_line("markers", "shipped: of the program as it is shipped, not "
                            "below a sanitizer: its memory, pages, time, or speed")


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda i: (os.path.basename(str(i.fspath)),))


@pytest.fixture(scope="session", autouse=True)
def program():
    if not os.access(KUMAK, os.X_OK):
        pytest.exit("no program at %s: make build first" % KUMAK, 2)
    return KUMAK


@pytest.fixture(scope="session")
def node(program):
    with tempfile.TemporaryDirectory(prefix="kumak-play-") as d:
        n = Node(d)
        n.start()
        yield n
        n.done()


@pytest.fixture
def fresh(program):
    """fresh(*options, env=, wrap=): a node of one's own, not yet started."""
    made = []

    def make(*options, **kw):
        d = tempfile.TemporaryDirectory(prefix="kumak-play-")
        n = Node(d.name, *options, **kw)
        made.append((n, d))
        return n

    yield make
    for n, d in made:
        n.done()
        d.cleanup()


@pytest.fixture
def live(request):
    """live(caller, **kw): a live socket that is closed with the play."""
    made = []

    def make(caller, **kw):
        made.append(caller.live(**kw))
        return made[-1]

    yield make
    for s in made:
        s.close()
