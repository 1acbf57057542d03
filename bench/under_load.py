#!/usr/bin/env python3
"""Webhooks at a fixed rate on one core while nobody takes the events as they should, then the backlog's way out.

Called by scripts/bench.sh under-load. The connector and its loop are pinned to the first core; Redis, load and consumers
share the second. Consumers by HTTP push: some refuse connections, some never answer, some answer after seconds;
beside them readers of the event stream that do not read. Afterwards the consumers that refused come to life: all
events must reach them, each person's in order.
"""

import argparse
import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import end_to_end as bench

KEY = "wak_bench_under_load"
PEOPLE = 10_000
EACH = 3  # consumers of each kind
STALLED_READERS = 20


def tenants_file(directory, ports):
    path = os.path.join(directory, "tenants.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("tenants:\n  - id: bench\n"
                   f"    api_key_hashes: [{hashlib.sha256(KEY.encode()).hexdigest()}]\n"
                   f"    senders:\n      - phone_number_id: \"{bench.SENDER}\"\n        token_env: BENCH_TOKEN\n"
                   "    consumers:\n")
        for name, port in ports.items():
            file.write(f"      - id: {name}\n        url: http://127.0.0.1:{port}/events\n"
                       f"        secret_env: BENCH_CONSUMER_SECRET\n        parallel: 32\n        timeout_ms: 5000\n")
    return path


class StalledReaders:
    """Open event streams, read nothing, and come again when they are closed."""

    def __init__(self, url):
        self.address = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.opened = 0
        self.thread.start()

    def open(self):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(self.address)
        reader.sendall((f"GET /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {KEY}\r\n"
                        "Accept: text/event-stream\r\n\r\n").encode())
        self.opened += 1
        return [reader, time.monotonic()]

    def run(self):
        readers = []
        while not self.stop.wait(0.2):
            while len(readers) < STALLED_READERS:
                readers.append(self.open())
            # The server gives a reader up that takes nothing for 15 s.
            for gone in [r for r in readers if time.monotonic() > r[1] + 20]:
                gone[0].close()
                readers.remove(gone)
        for reader, _ in readers:
            reader.close()

    def end(self):
        self.stop.set()
        self.thread.join()


class Watch:
    """Memory of a process, looked at twice a second."""

    def __init__(self, pid):
        self.pid, self.seen, self.stop = pid, [bench.rss_mb(pid)], threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stop.wait(0.5):
            self.seen.append(bench.rss_mb(self.pid))

    def end(self):
        self.stop.set()
        self.thread.join()
        return self.seen


def tally(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as reply:
        return json.load(reply)


def resume(url, consumer):
    request = urllib.request.Request(f"{url}/v1/consumers/{consumer}/resume", data=b"", method="POST",
                                     headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=5):
        pass


def start_consumer(programs, port, *options):
    program = os.path.join(programs.binaries, "consumer")
    process = programs.start(bench.OTHER_CORE, [program, "--port", str(port), *options])
    bench.wait_until(lambda: bench.accepts(port), "a consumer listening")
    return process


def run(programs, arguments):
    redis_port = bench.free_port()
    redis = programs.start(bench.OTHER_CORE, ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1",
                                              "--save", "", "--appendonly", "no", "--dir", programs.directory])
    bench.wait_until(lambda: bench.accepts(redis_port), "redis listening")
    ports = {f"{kind}-{i}": bench.free_port() for kind in ("dead", "hanging", "slow") for i in range(EACH)}
    for name, port in ports.items():
        if name.startswith("hanging"):
            start_consumer(programs, port, "--hang")
        if name.startswith("slow"):
            start_consumer(programs, port, "--delay-ms", "2000")
    connector = bench.start_connector(programs, 1, "", redis_port, {
        "TENANTS_FILE": tenants_file(programs.directory, ports), "WHATSAPP_ACCESS_TOKEN": "",
        "WHATSAPP_PHONE_NUMBER_ID": "", "BENCH_TOKEN": "EAAG" + "x" * 60,
        "BENCH_CONSUMER_SECRET": "whsec_" + base64.b64encode(b"bench-consumer-secret-0123456789").decode(), "TLS_CA_FILE": "/etc/ssl/certs/ca-certificates.crt"})
    pid, url = connector["process"].pid, connector["url"]
    readers = StalledReaders(url)

    total = arguments.rate * arguments.seconds
    watch, cpu, waited = Watch(pid), bench.cpu_seconds(pid), bench.waited_seconds(pid)
    began = time.monotonic()
    done = subprocess.run(
        ["taskset", "-c", bench.OTHER_CORE, os.path.join(programs.binaries, "loadgen"), "webhook", url + "/webhook",
         "--connections", "256", "--requests", str(total), "--rate", str(arguments.rate), "--people", str(PEOPLE),
         "--secret", bench.SECRET], capture_output=True, text=True, check=False)
    result = json.loads(done.stdout)
    seconds = time.monotonic() - began
    memory = watch.end()
    used = bench.cpu_seconds(pid) - cpu
    waited = bench.waited_seconds(pid) - waited
    print(f"{result['requests']} webhooks in {result['seconds']:.1f} s, {result['errors']} not answered 200; latency from the"
          f" scheduled time: p50 {result['p50_us'] / 1000:.2f} ms, p99 {result['p99_us'] / 1000:.2f} ms,"
          f" p99.9 {result['p999_us'] / 1000:.2f} ms, max {result['max_us'] / 1000:.1f} ms ({result['max_number'] / arguments.rate:.1f} s from the start)")
    print(f"connector: {100 * used / seconds:.0f} % of the core, {used / result['requests'] * 1e6:.1f} us per webhook,"
          f" {waited:.2f} s without a core that others had;"
          f" RSS {memory[0]:.0f} MB at the start, {memory[len(memory) // 2]:.0f} half way, {memory[-1]:.0f} at the"
          f" end, {max(memory):.0f} at most; Redis {bench.rss_mb(redis.pid):.0f} MB; {readers.opened} stalled readers")
    readers.end()

    revived = {name: port for name, port in ports.items() if name.startswith("dead")}
    began = time.monotonic()
    for name, port in revived.items():
        start_consumer(programs, port)
        resume(url, name)
    last, still_since = -1, time.monotonic()
    while True:
        came = {name: tally(port) for name, port in revived.items()}
        received = sum(one["received"] for one in came.values())
        if received == total * len(revived):
            break
        if received > last:
            last, still_since = received, time.monotonic()
        if time.monotonic() > still_since + 60:
            break
        time.sleep(0.2)
    seconds = time.monotonic() - began
    lost = total * len(revived) - received
    disorder = sum(one["out_of_order"] + one["strange"] for one in came.values())
    repeated = sum(one["repeated"] for one in came.values())
    print(f"backlog: {received} events to {len(revived)} revived consumers in {seconds:.0f} s"
          f" ({received / seconds:.0f}/s), {lost} lost, {disorder} out of order, {repeated} repeated;"
          f" RSS {bench.rss_mb(pid):.0f} MB")
    return result["errors"] == 0 and lost == 0 and disorder == 0 and result["p99_us"] < arguments.p99_ms * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--p99-ms", type=float, default=20)
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="wac-bench-")
    programs = bench.Programs(directory, os.path.abspath(arguments.binaries))
    try:
        good = run(programs, arguments)
    finally:
        programs.stop_all()
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
