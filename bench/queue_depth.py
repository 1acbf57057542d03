#!/usr/bin/env python3
"""What a queue of a million waiting intents does to the cost of a message.

    bench/queue_depth.py --binaries build/release/bin [--depth 1000000] [--engines redis,sqlite]

One sender, `deep`, is allowed one message a second while it is given --depth intents, so they stand in its queue. Then
three figures:

    another    messages of another sender of the same partition, sent at once
    arriving   intents that join the deep queue
    leaving    messages of the deep queue itself, sent as fast as it can once its limit is lifted

each in three stores: an empty one, one with --depth settled intents (what a store of that size costs by itself), and
one with --depth waiting ones. In the first two a short queue stands for the deep one. In each a recipient of the deep
queue has somebody waiting already when the measured ones arrive.

The three stand side by side, and what is measured is measured in turns: machines drift. CPU is of the connector and, with
Redis, of Redis, per message, as the kernel accounted it; medians of the rounds.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from end_to_end import (GRAPH_ANSWER, OTHER_CORE, Programs, accepts, certificate, cpu_seconds, free_port,
                        start_connector, start_nginx, wait_until)

DEEP = "106540352242922"
KEY = "wak_depth"
SHORT = 20_000
ROUNDS = 5
RECIPIENTS = 500_000


def partition_of(sender):
    """As Partition::of_text (base/ids.cpp)."""
    value = 2166136261
    for byte in sender.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value % 64


def neighbour_of(sender):
    number = int(sender)
    while True:
        number += 1
        if partition_of(str(number)) == partition_of(sender):
            return str(number)


class Bench:
    def __init__(self, programs, engine, tls, graph_port):
        self.programs, self.engine, self.tls, self.graph_port = programs, engine, tls, graph_port
        self.redis, self.redis_port = None, 0
        self.data = tempfile.mkdtemp(dir=programs.directory)
        if engine == "redis":
            self.redis_port = free_port()
            self.redis = programs.start(OTHER_CORE, ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1",
                                                     "--save", "", "--appendonly", "no", "--dir", self.data])
            wait_until(lambda: accepts(self.redis_port), "redis listening")
        self.connector = None

    def start(self, deep_rate):
        path = os.path.join(self.data, "tenants.yaml")
        with open(path, "w", encoding="ascii") as file:
            key_hash = hashlib.sha256(KEY.encode()).hexdigest()
            limits = "limits: {pair_interval_ms: 0, sender_per_second: %d}"
            file.write(f"tenants:\n  - id: depth\n    api_key_hashes: [{key_hash}]\n    senders:\n")
            for sender, rate in ((DEEP, deep_rate), (neighbour_of(DEEP), 0)):
                file.write(f"      - phone_number_id: \"{sender}\"\n        token_env: BENCH_TOKEN\n        {limits % rate}\n")
        more = {"TENANTS_FILE": path, "WHATSAPP_ACCESS_TOKEN": "", "WHATSAPP_PHONE_NUMBER_ID": "",
                "BENCH_TOKEN": "EAAG" + "x" * 190, "DATA_DIR": self.data}
        self.connector = start_connector(self.programs, self.graph_port, self.tls[1], self.redis_port, more)

    def stop(self):
        self.programs.stop(self.connector["process"])

    def close(self):
        if self.redis:
            self.programs.stop(self.redis)
        shutil.rmtree(self.data, ignore_errors=True)

    def cpu(self):
        of_redis = cpu_seconds(self.redis.pid) if self.redis else 0.0
        return cpu_seconds(self.connector["process"].pid) + of_redis

    def load(self, sender, intents, batch, wait, first=0):
        """CPU microseconds per intent. `first`: recipient to begin with."""
        argv = ["taskset", "-c", OTHER_CORE, os.path.join(self.programs.binaries, "loadgen"), "intents",
                self.connector["url"] + "/v1/intents", "--requests", str(intents // batch), "--batch", str(batch),
                "--connections", "32" if batch == 1 else "4", "--api-key", KEY, "--sender", sender,
                "--recipients", str(RECIPIENTS), "--first-recipient", str(first)] + ([] if wait else ["--respond-async"])
        before = self.cpu()
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"queue_depth: load failed: {done.stdout}{done.stderr}")
        return (self.cpu() - before) / intents * 1e6

    def sent(self):
        with urllib.request.urlopen(self.connector["admin"] + "/metrics", timeout=10) as reply:
            for line in reply.read().decode().splitlines():
                if line.startswith("whatsapp_messages_sent_total"):
                    return float(line.split()[-1])
        raise SystemExit("queue_depth: no whatsapp_messages_sent_total")

    def drain(self, count):
        """CPU microseconds per message of the deep queue, whose limit is lifted."""
        self.start(deep_rate=0)
        # The limits of a sender are those of its latest intent.
        self.load(DEEP, 1, 1, wait=False)
        first = self.sent()
        before = self.cpu()
        wait_until(lambda: (time.sleep(0.25), self.sent() - first >= count)[1], "the queue drains", seconds=600.0)
        cost = (self.cpu() - before) / (self.sent() - first) * 1e6
        self.stop()
        return cost


def in_turns(benches, measured):
    """The median of each."""
    rounds = [[measured(bench, at) for bench in benches] for at in range(ROUNDS)]
    return [statistics.median(of_one) for of_one in zip(*rounds)]


def measure(programs, engine, tls, graph_port, depth):
    other, benches = neighbour_of(DEEP), []
    for settled, waiting in ((0, 2 * SHORT), (depth, 2 * SHORT), (0, depth)):
        bench = Bench(programs, engine, tls, graph_port)
        benches.append(bench)
        bench.start(deep_rate=1)
        bench.load(other, settled or 4_000, 100, wait=True)  # at least: connections open, pages of code touched
        bench.load(DEEP, waiting - SHORT, 100, wait=False)
    time.sleep(2)  # what was filled goes to disk in the background
    step = SHORT // ROUNDS
    figures = {
        "arriving": in_turns(benches, lambda bench, at: bench.load(DEEP, step, 100, wait=False, first=at * step)),
        "another": in_turns(benches, lambda bench, at: bench.load(other, step, 1, wait=True, first=at * step)),
    }
    for bench in benches:
        bench.stop()
    figures["leaving"] = in_turns(benches, lambda bench, _: bench.drain(step * 3 // 4))
    for bench in benches:
        bench.close()
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--depth", type=int, default=1_000_000)
    parser.add_argument("--engines", default="redis,sqlite")
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="wac-depth-")
    programs = Programs(directory, os.path.abspath(arguments.binaries))
    try:
        tls = certificate(directory)
        graph_port = free_port()
        answer = f"location / {{ default_type application/json; return 200 '{GRAPH_ANSWER}'; }}"
        start_nginx(programs, OTHER_CORE, graph_port, answer, tls)
        print(f"{'CPU us per message':<20}{'empty':>9}{'settled':>9}{'waiting':>9}{'/ empty':>9}{'/ settled':>11}")
        for engine in arguments.engines.split(","):
            figures = measure(programs, engine, tls, graph_port, arguments.depth)
            for what in ("another", "arriving", "leaving"):
                at = figures[what]
                print(f"{what + ', ' + engine:<20}{at[0]:>9.1f}{at[1]:>9.1f}{at[2]:>9.1f}{at[2] / at[0]:>9.2f}"
                      f"{at[2] / at[1]:>11.2f}", flush=True)
    finally:
        programs.stop_all()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
