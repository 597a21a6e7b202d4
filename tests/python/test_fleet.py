"""The proxy on two wasmCloud hosts with one store: tokens are shared, and whatever is killed, no route opens."""

import itertools
import json
import re
import shutil
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

import requests

import fleet
from emulator import WORKSPACE


@unittest.skipIf(fleet.missing(), f"not installed: {', '.join(fleet.missing())}")
class OnWasmCloud(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet()
        cls.addClassCleanup(cls.fleet.stop)
        cls.token = cls.fleet.token()
        cls.fleet.asked()

    def test_1_tokens_and_keys_got_through_one_host_serve_the_other(self):
        for host in ["one", "two", "one"]:
            answer = self.fleet.call(host, "/orders/1", self.token)
            self.assertEqual((answer.status_code, answer.text), (200, "received"), self.fleet.log(host)[-2000:])
        self.assertEqual(self.fleet.asked(), (1, 1))
        kept = re.findall("^kept: [0-9a-f]+/[0-9a-f]+$", self.fleet.log("one") + self.fleet.log("two"), re.MULTILINE)
        self.assertEqual(len(kept), 2)
        attached = {headers["authorization"] for _, headers in self.fleet.upstream.received}
        self.assertEqual(len(attached), 1)
        self.assertNotIn(f"Bearer {self.token}", attached)

    def test_2_each_host_decides_alike(self):
        forged = self.token[:-8] + "AAAAAAAA"
        rows = [
            ("the right caller", "/orders/1", self.token, {}, 200, "received"),
            ("anybody where anybody may", "/public", None, {}, 200, "received"),
            ("no token", "/orders/1", None, {}, 401, "token"),
            ("a forged one", "/orders/1", forged, {}, 401, "signature"),
            ("nonsense", "/orders/1", "x", {}, 401, "malformed"),
            ("no such route", "/other", self.token, {}, 404, "route"),
            ("two readings", "/orders//1", self.token, {}, 400, "path"),
            ("a parameter in the path", "/orders/1;a=b", self.token, {}, 400, "path"),
            ("a header that only we may set", "/orders/1", self.token, {"x_entra_client": "admin"}, 200, "received"),
        ]
        self.fleet.upstream.received.clear()
        for host, (name, target, token, headers, status, text) in itertools.product(["one", "two"], rows):
            with self.subTest(name, host=host):
                answer = self.fleet.call(host, target, token, **headers)
                self.assertEqual(answer.status_code, status, answer.text)
                self.assertIn(text, answer.text)
        self.assertEqual(len(self.fleet.upstream.received), 2 * 3)
        for _, headers in self.fleet.upstream.received:
            self.assertNotIn("admin", headers.values())

    def test_2_a_host_serves_a_hundred_at_once(self):
        count = self.fleet.upstream.together.parties
        with ThreadPoolExecutor(count) as callers:
            answers = list(callers.map(lambda _: self.fleet.call("one", "/orders/together", self.token).status_code, range(count)))
        self.assertEqual(answers, [200] * count)

    def test_2_two_hosts_do_what_the_model_foresees(self):
        foreseen = json.loads((WORKSPACE / "tests/vectors/two-hosts.json").read_text())
        count = foreseen["requests"]
        file = self.fleet.variant("model", ENTRA_AUTH_PROXY_STORE="entra-auth-model")
        self.fleet.workload("start", "one", "two", file=file)
        self.fleet.tokens_live(foreseen["lifetime"], times=count)
        self.addCleanup(self.fleet.forget)
        # Else the first ones all ask, and as many as there are.
        self.fleet.call("one", "/orders/1", self.token, name="model.localhost")
        self.fleet.asked()
        operations = self.fleet.operations("entra-auth-model")

        def call(number):
            return self.fleet.call(["one", "two"][number % 2], "/orders/1", self.token, name="model.localhost").status_code

        with ThreadPoolExecutor(4) as callers:
            self.assertEqual(set(callers.map(call, range(count))), {200})
        reads, writes = operations.count()
        found = {"token_requests": self.fleet.asked()[0], "store_reads": reads, "store_writes": writes}
        for name, number in found.items():
            with self.subTest(name, found=number):
                self.assertAlmostEqual(number, foreseen[name], delta=foreseen["margins"][name] * foreseen[name])
        self.fleet.workload("stop", "one", "two", file=file)

    def test_3_a_host_with_another_key_says_so_and_shares_nothing(self):
        self.fleet.variant("wrong")
        self.fleet.workload("start", "two", file="wrong.json", ENTRA_AUTH_CLI_CACHE_KEY=fleet.new_key())
        self.fleet.asked()
        self.assertEqual(self.fleet.call("two", "/orders/1", self.token, name="wrong.localhost").status_code, 200)
        self.assertEqual(self.fleet.asked()[0], 1, "it has none of the others")
        self.assertIn("is sealed with another key", self.fleet.log("two"))
        self.assertEqual(self.fleet.call("two", "/orders/1", self.token).status_code, 200)
        self.assertEqual(self.fleet.asked(), (0, 0), "it has taken nothing from the others")
        self.fleet.workload("stop", "two", file="wrong.json")

    def test_3_what_is_damaged_is_got_anew_and_what_is_over_is_swept(self):
        # An instance for each request, which remembers nothing.
        self.fleet.run("wash oci push --insecure 127.0.0.1:5000/cold:1 target/components/entra-auth-proxy-kv.wasm")
        self.fleet.variant("cold", image="cold")
        self.fleet.workload("start", "one", file="cold.json")
        token = re.search("^kept: ((?!%s)[0-9a-f]+/[0-9a-f]+)$" % fleet.KEY_SETS, self.fleet.log("one"), re.MULTILINE)[1]
        over = b"EATC\x01" + (1).to_bytes(8, "little") + b"x" * 40
        left = {f"aa/{number:02x}" for number in range(40)}
        for key in left:
            self.fleet.put(key, over)
        self.fleet.asked()
        # One write in 16 looks at 32 entries.
        for attempt in range(1, 1000):
            self.fleet.put(token, b"nonsense")
            self.assertEqual(self.fleet.call("one", "/orders/1", self.token, name="cold.localhost").status_code, 200)
            if attempt % 8 == 0 and not left & set(self.fleet.keys()):
                break
        else:
            self.fail("nothing is swept")
        self.assertEqual(self.fleet.asked(), (attempt, 0))
        self.assertIn(token, self.fleet.keys())
        self.fleet.workload("stop", "one", file="cold.json")

    def test_4_the_store_holds_no_token_in_the_clear(self):
        store = list((self.fleet.folder / "store").rglob("*.blk"))
        self.assertTrue(store)
        for file in store:
            for secret in [b"eyJ", b"access_token", b"your-api-secret"]:
                self.assertNotIn(secret, file.read_bytes())

    def test_5_a_new_configuration_comes_host_by_host(self):
        configuration = self.fleet.folder / "proxy.toml"
        with Traffic(self) as traffic:
            traffic.wait(10)
            configuration.write_text(configuration.read_text().replace("/public", "/open"))
            for host in ["one", "two"]:
                traffic.leave_out(host)
                self.fleet.workload("stop", host)
                self.fleet.workload("start", host)
                self.assertEqual(self.fleet.call(host, "/open").status_code, 200)
                self.assertEqual(self.fleet.call(host, "/public").status_code, 404)
                traffic.leave_out(None)
            traffic.wait(10)

    def test_6_whatever_is_killed_answers_go_on_and_no_route_opens(self):
        with Traffic(self) as traffic:
            traffic.wait(10)
            self.fleet.kill("one")
            traffic.wait(10)
            # The store's disk, and then all of it.
            shutil.rmtree(self.fleet.folder / "store")
            traffic.wait(3)
            self.fleet.kill("nats-server")
            # An instance has its token for some seconds; whoever asks the store then waits for ten.
            traffic.until(lambda: re.search("error: cannot [a-z ]+ the store `entra-auth-tokens`", self.fleet.log("two")))
            # If each waited, these would take longer than anybody's patience.
            traffic.wait(40)


class Traffic:
    """Callers behind a load balancer: each with and without a token, by the next host where one is gone."""

    def __init__(self, test):
        self.test = test
        self.count = 0
        self.wrong = []
        self.left_out = None
        self.moved = threading.Condition()
        self.is_over = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        self.test.assertEqual(self.wrong, [])

    def run(self):
        hosts = itertools.cycle(["one", "two"])
        while not self.is_over:
            for token, expected in [(self.test.token, 200), (None, 401)]:
                first = next(host for host in hosts if host != self.left_out)
                status = self.call([first, "two" if first == "one" else "one"], token)
                if status != expected:
                    self.wrong.append((first, bool(token), status))
            with self.moved:
                self.count += 1
                self.moved.notify_all()

    def call(self, hosts, token):
        status = None
        for host in hosts:
            try:
                status = self.test.fleet.call(host, "/orders/1", token).status_code
            except requests.RequestException as error:
                status = str(error)
                continue
            # A host without the workload, or about to end.
            if status not in [404, 502, 503]:
                break
        return status

    def leave_out(self, host):
        """Nobody asks it any more, once what is under way there is answered."""
        self.left_out = host
        self.wait(2)

    def wait(self, more):
        """Until so many have been answered from now on."""
        target = self.count + more
        self.until(lambda: self.count >= target)

    def until(self, is_so):
        with self.moved:
            self.test.assertTrue(self.moved.wait_for(is_so, timeout=120))
