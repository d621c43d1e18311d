# SPDX-License-Identifier: Apache-2.0
"""kumak doctor: a machine with one thing wrong is told that one thing."""
import os
import re
import socket
import subprocess
import tempfile

import pytest
from actors import KUMAK

WHOLE = ("--second-path", "/bin/true", "--listen", "127.0.0.1:0", "--listen-tls",
         "127.0.0.1:0")


def doctor(folder, *options, wrap=()):
    r = subprocess.run([*wrap, KUMAK, "doctor", "--data", folder, *options],
                       capture_output=True, text=True, timeout=120)
    told, lines = {}, r.stdout.splitlines()
    for line in lines[:-1]:
        m = re.match(r"(ok|care|BAD) +(.{13}) (\S.*)$", line)
        assert m, line
        told[m[2].strip()] = (m[1], m[3])
    counts = re.match(r"(\d+) bad, (\d+) to care for, (\d+) fine$", lines[-1])
    assert sum(map(int, counts.groups())) == len(lines) - 1
    assert r.returncode == (1 if int(counts[1]) else 0), r
    return told


def bad(told):
    """But for how full the disk of this machine is, which is not what is tried."""
    return {k for k, (level, _) in told.items() if level == "BAD"} - {"space"}


@pytest.fixture
def folder(program):
    with tempfile.TemporaryDirectory(prefix="kumak-play-") as d:
        subprocess.run([KUMAK, "init", "--data", d + "/node", "--node", "khi", "--name",
                        "Night"], check=True, capture_output=True)
        yield d + "/node"


def test_a_sound_folder(folder):
    told = doctor(folder, *WHOLE)
    assert bad(told) == set(), told
    assert told["node"] == ("care", "it does not run")
    assert told["sync"][0] in ("ok", "care")
    assert "doctor.tmp" not in os.listdir(folder)


def test_no_node(folder):
    with tempfile.TemporaryDirectory() as empty:
        assert "holds no node" in doctor(empty, *WHOLE)["folder"][1]
    assert doctor(folder + "/not-here", *WHOLE)["folder"][0] == "BAD"


@pytest.mark.parametrize("leaf", ["node.key", "keys"])
def test_secrets(folder, leaf):
    path = os.path.join(folder, leaf)
    os.chmod(path, 0o640)
    told = doctor(folder, *WHOLE)
    assert bad(told) == {leaf} and "chmod 600" in told[leaf][1]
    os.rename(path, path + ".away")
    assert "bring it back" in doctor(folder, *WHOLE)[leaf][1]


def test_the_reserve_was_used(folder):
    os.unlink(os.path.join(folder, "reserve"))
    assert bad(doctor(folder, *WHOLE)) == {"reserve"}


def test_an_address_that_is_taken(folder):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(1)
        at = "127.0.0.1:%d" % s.getsockname()[1]
        told = doctor(folder, *WHOLE, "--device", "watch=" + at)
        assert bad(told) == {"device"} and at in told["device"][1]


def test_the_second_path(folder):
    assert "ends in the room" in doctor(folder, *WHOLE[2:])["second path"][1]
    told = doctor(folder, *WHOLE[2:], "--second-path", "/bin/not-here")
    assert bad(told) == {"second path"}


def test_a_password_that_everybody_can_read(folder):
    path = os.path.join(folder, "sms")
    with open(path, "w") as f:
        f.write("hush")
    os.chmod(path, 0o644)
    told = doctor(folder, *WHOLE, "--sms-password", path)
    assert bad(told) == {"sms-password"} and "hush" not in str(told)
    os.chmod(path, 0o640)
    assert bad(doctor(folder, *WHOLE, "--sms-password", path)) == set()


def certificate(folder, days):
    path = os.path.join(folder, "c.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path + ".key",
                    "-out", path, "-days", str(days), "-subj", "/CN=x"], check=True,
                   capture_output=True)
    return "--tls-cert", path, "--tls-key", path + ".key"


def test_what_stops_a_start(folder):
    key = os.path.join(folder, "node.key")
    with open(key, "rb") as f:
        own = f.read()
    for wrong in (b"", os.urandom(64)):
        with open(key, "wb") as f:
            f.write(wrong)
        assert doctor(folder, *WHOLE)["node.key"][0] == "BAD", wrong
    with open(key, "wb") as f:
        f.write(own)
    pair = certificate(folder, 300)
    assert bad(doctor(folder, *WHOLE, *pair)) == set()
    os.chmod(pair[3], 0o644)
    assert "everybody can read" in doctor(folder, *WHOLE, *pair)["tls-key"][1]
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", pair[3]],
                   check=True, capture_output=True)
    os.chmod(pair[3], 0o600)
    assert doctor(folder, *WHOLE, *pair)["tls-key"][0] == "BAD"
    os.unlink(pair[3])
    assert doctor(folder, *WHOLE, *pair)["tls-key"][0] == "BAD"
    with open(folder + "/half.conf", "w") as f:
        f.write("listen-tls\n")
    r = subprocess.run([KUMAK, "doctor", "--data", folder, "--config", f.name],
                       capture_output=True, text=True)
    assert r.returncode == 2 and ":1: listen-tls wants a value" in r.stderr, r


@pytest.mark.shipped
def test_a_clock_that_went_back(folder):
    told = doctor(folder, *WHOLE, wrap=("faketime", "-f", "-2d"))
    assert told["last event"][0] == "BAD" and "yet to reach" in told["last event"][1]
    assert doctor(folder, *WHOLE, wrap=("faketime", "-f", "+40d"))["last event"][
        0] == "care"


@pytest.mark.shipped
def test_the_certificate(folder):
    assert doctor(folder, *WHOLE, *certificate(folder, 300))["certificate"][0] == "ok"
    told = doctor(folder, *WHOLE, *certificate(folder, 9))
    assert told["certificate"][0] == "care" and "renew it" in told["certificate"][1]
    told = doctor(folder, *WHOLE, *certificate(folder, 9), wrap=("faketime", "-f", "+40d"))
    assert told["certificate"][0] == "BAD" and "has ended" in told["certificate"][1]
    with open(os.path.join(folder, "c.pem"), "w") as f:
        f.write("no certificate")
    at = os.path.join(folder, "c.pem")
    told = doctor(folder, *WHOLE, "--tls-cert", at, "--tls-key", at)
    assert "is no certificate" in told["certificate"][1]


def test_memory_is_no_disk(program):
    r = subprocess.run(["stat", "-f", "-c", "%T", "/dev/shm"], capture_output=True,
                       text=True)
    if r.stdout.strip() != "tmpfs":
        pytest.skip("no folder in memory here")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as d:
        assert "power cut" in doctor(d, *WHOLE)["file system"][1]


def test_a_node_that_runs(fresh):
    n = fresh("--second-path", "/bin/false")
    n.start()
    told = doctor(n.data, *WHOLE)
    assert told["node"] == ("ok", "it serves")
    assert told["consoles"][0] == "BAD" and "open one" in told["consoles"][1]
    assert told["standby"][0] == "care"


def test_words(program):
    r = subprocess.run([KUMAK, "doctor", "--no-such", "x"], capture_output=True, text=True)
    assert r.returncode == 2 and "no-such" in r.stderr


def test_alarms_ask_for_figures_that_are_told(node):
    """Each figure in the rules is one that the node tells, by that name."""
    root = os.environ.get("KUMAK_ROOT") or os.path.join(os.path.dirname(__file__), "../..")
    with open(os.path.join(root, "deploy/examples/alerts.yml")) as f:
        text = f.read()
    asked = set(re.findall(r"\b(?:kumak|process)_[a-z_]+\b", "".join(
        line for line in text.splitlines() if "expr:" in line)))
    told = set(re.findall(r"^((?:kumak|process)_\w+) ", node.metrics(), re.M))
    assert len(asked) >= 12 and asked <= told
    assert text.count("- alert:") == text.count("expr:") == text.count("severity:")
