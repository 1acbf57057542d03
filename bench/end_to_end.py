#!/usr/bin/env python3
"""Side by side in one run: the connector and an nginx that only answers 200 to the same requests.

Called by scripts/bench.sh. The measured server is pinned to the first core, everything else (load, Redis, the
Graph that a TLS nginx plays) to the second. Rounds are interleaved, because machines drift; figures are
medians of the rounds. CPU is what the kernel accounted to the process (schedstat).

Each is measured twice: as fast as the load's core can ask, and both at the same rate, SHARE of what the connector
managed. docs/benchmarks.md says why.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

SERVER_CORE = "0"
OTHER_CORE = "1"
SENDER = "106540352242922"
SECRET = "bench-app-secret-0123"
TENANTS = 10_000
SHARE = 0.4
NGINX = "nginx"
FORWARDER = "forwarder"
# Without a `wa_id`: nginx cannot repeat the one that was asked for, and another one is an alias to be learned and stored,
# which Meta's answers hardly ever bring.
GRAPH_ANSWER = (
    '{"messaging_product":"whatsapp","contacts":[{"input":"+16505551234"}],'
    '"messages":[{"id":"wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"}]}'
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"bench: {what} did not happen in {seconds} s")
        time.sleep(0.002)


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status
    except OSError:
        return 0


def cpu_seconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def waited_seconds(pid):
    """How long its threads could have run and had no core: what others on the machine did to it."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[1])
    return total / 1e9


def rss_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Programs:
    """Everything that was started, ended together."""

    def __init__(self, directory, binaries):
        self.directory = directory
        self.binaries = binaries
        self.running = []

    def start(self, core, argv, env=None):
        log = open(os.path.join(self.directory, f"{len(self.running)}.log"), "wb")
        process = subprocess.Popen(
            ["taskset", "-c", core, *argv], env=env, stdout=log, stderr=log, cwd=self.directory
        )
        self.running.append(process)
        return process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        self.running.remove(process)

    def stop_all(self):
        for process in list(self.running):
            process.kill()
            process.wait()


def certificate(directory):
    key, cert = os.path.join(directory, "key.pem"), os.path.join(directory, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return key, cert


def children_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


def start_nginx(programs, core, port, location, tls=None, upstream=""):
    """One worker; its process id is that of the worker, which is what is measured."""
    name = f"nginx-{port}"
    listen = f"listen 127.0.0.1:{port}" + (" ssl http2" if tls else "")
    tls_lines = f"ssl_certificate {tls[1]}; ssl_certificate_key {tls[0]}; ssl_session_cache shared:s:1m;" if tls else ""
    config = f"""
worker_processes 1; daemon off; error_log {name}.err; pid {name}.pid;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 100000000; client_body_buffer_size 64k; client_max_body_size 8m;
  client_body_temp_path {name}-body; proxy_temp_path {name}-p; fastcgi_temp_path {name}-f;
  uwsgi_temp_path {name}-u; scgi_temp_path {name}-s; {upstream}
  server {{ {listen}; {tls_lines} {location} }} }}
"""
    path = os.path.join(programs.directory, name + ".conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(config)
    master = programs.start(core, ["nginx", "-p", programs.directory, "-c", path])
    wait_until(lambda: accepts(port), "nginx listening")
    # The kernel accepts before there is a worker.
    wait_until(lambda: children_of(master.pid), "nginx's worker")
    return master, children_of(master.pid)[0]


def start_forwarder(programs, core, port, graph_port):
    """An nginx that passes requests on to the Graph API over kept TLS connections, and answers back: what a gateway costs
    that remembers nothing."""
    graph = (f"upstream graph {{ server 127.0.0.1:{graph_port}; keepalive 128; keepalive_requests 100000000; }} "
             "proxy_http_version 1.1; proxy_set_header Connection \"\";")
    return start_nginx(programs, core, port, "location / { proxy_pass https://graph; }", upstream=graph)


def start_connector(programs, graph_port, ca_file, redis_port, more=None):
    port, admin = free_port(), free_port()
    data = tempfile.mkdtemp(dir=programs.directory)
    env = {
        "PATH": os.environ["PATH"], "ENVIRONMENT": "development", "LISTEN_ADDRESS": "127.0.0.1", "PORT": str(port),
        "ADMIN_PORT": str(admin), "DATA_DIR": data, "THREADS": "1", "GRAPH_API_URL": f"https://localhost:{graph_port}",
        "TLS_CA_FILE": ca_file, "WHATSAPP_ACCESS_TOKEN": "EAAG" + "x" * 190, "WHATSAPP_PHONE_NUMBER_ID": SENDER,
        # Everything goes to one recipient, as fast as it can.
        "SENDER_RATE": "0", "PAIR_INTERVAL_MS": "0",
        "WHATSAPP_WEBHOOK_SECRET": SECRET, "WHATSAPP_VERIFY_TOKEN": "bench-verify-token", "LOG_LEVEL": "info",
    }
    if redis_port:
        env["REDIS_URL"] = f"redis://127.0.0.1:{redis_port}"
    env.update(more or {})
    started = time.monotonic()
    process = programs.start(SERVER_CORE, [os.path.join(programs.binaries, "whatsapp-connector")], env)
    wait_until(lambda: accepts(admin) and status_of(f"http://127.0.0.1:{admin}/readyz") == 200, "the connector ready")
    start_ms = (time.monotonic() - started) * 1000
    key_file, key = os.path.join(data, "api_key"), ""
    if os.path.exists(key_file):
        with open(key_file, encoding="ascii") as file:
            key = file.read().strip()
    return {"process": process, "url": f"http://127.0.0.1:{port}", "admin": f"http://127.0.0.1:{admin}", "key": key, "start_ms": start_ms,
            "idle_mb": rss_mb(process.pid)}


def load(programs, pid, mode, url, requests, key="", batch=1, rate=0):
    """`rate`: requests a second; 0: as many as come back."""
    # 64 of Meta's largest batches at once would be refused as too many bytes in flight, as they should be. Of intents, 8
    # batches of 100 are more than a loop sends at once.
    connections = 64 if batch == 1 else 8
    argv = ["taskset", "-c", OTHER_CORE, os.path.join(programs.binaries, "loadgen"), mode, url,
            "--connections", str(connections), "--requests", str(requests), "--secret", SECRET, "--api-key", key,
            "--batch", str(batch), "--rate", str(rate)]
    before = cpu_seconds(pid)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: load {mode} on {url} failed: {done.stdout}{done.stderr}")
    result = json.loads(done.stdout)
    count = result["requests"] * batch
    return {"rps": count / result["seconds"], "cpu_us": (cpu_seconds(pid) - before) / count * 1e6,
            "p50_us": result["p50_us"], "p99_us": result["p99_us"], "rss_mb": rss_mb(pid)}


def tenants_file(directory, count):
    """So many tenants, each with a key, limits of its own and a sender whose token has a file of its own."""
    os.makedirs(os.path.join(directory, "tokens"), exist_ok=True)
    path = os.path.join(directory, "tenants.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("tenants:\n")
        for i in range(count):
            with open(os.path.join(directory, "tokens", str(i)), "w", encoding="ascii") as token:
                token.write("EAAG" + f"{i:06}" * 32 + "\n")
            key_hash = hashlib.sha256(f"wak_{i}".encode()).hexdigest()
            file.write(f"  - id: tenant-{i}\n    api_key_hashes: [{key_hash}]\n    limits: {{tenant_per_second: 50}}\n"
                       f"    senders:\n      - phone_number_id: \"{106540352000000 + i}\"\n"
                       f"        token_file: tokens/{i}\n")
    return path


def start_up(programs, graph_port, ca_file, more=None, runs=7):
    """exec to /readyz 200, and what an idle instance weighs."""
    results = []
    for _ in range(runs):
        connector = start_connector(programs, graph_port, ca_file, 0, more)
        results.append((connector["start_ms"], connector["idle_mb"]))
        programs.stop(connector["process"])
    return statistics.median(r[0] for r in results), statistics.median(r[1] for r in results)


def medians(results):
    return {key: statistics.median(r[key] for r in results) for key in results[0]}


def plan_of(requests):
    """Name, kind of request, who answers (a store: the connector), how many in one request, how many requests."""
    plan = [("nginx 200, webhook", "webhook", NGINX, 1, requests),
            ("nginx 200, intents", "intents", NGINX, 1, requests),
            ("nginx to TLS, intents", "intents", FORWARDER, 1, requests // 2)]
    for store in ("redis", "sqlite"):
        plan.append((f"webhook, {store}", "webhook", store, 1, requests))
        plan.append((f"webhook x1000, {store}", "webhook", store, 1000, max(64, requests // 1000)))
        plan.append((f"outbound, {store}", "intents", store, 1, requests // 2))
        plan.append((f"outbound x100, {store}", "intents", store, 100, max(64, requests // 200)))
    return plan


def measure_paced(once, plan, rounds):
    """Each beside nginx at the same rate of messages: name to rate and the medians of both. Batches of intents come at the
    rate at which single ones did, because those they are compared with."""
    paced = {}
    for name, mode, store, batch, requests in plan:
        if store in (NGINX, FORWARDER) or batch >= 1000:
            continue
        single = medians(rounds[name if batch == 1 else f"outbound, {store}"])
        rate = int(SHARE * single["rps"])
        count = max(requests // 2, int(rate / batch))  # a second at least
        pairs = [(once(mode, NGINX, 1, count * batch, rate), once(mode, store, batch, count, rate / batch))
                 for _ in rounds[name]]
        paced[name] = (rate, medians([pair[0] for pair in pairs]), medians([pair[1] for pair in pairs]))
    return paced


def measure(programs, arguments):
    tls = certificate(programs.directory)
    graph_port, plain_port, forward_port, redis_port = (free_port() for _ in range(4))
    answer = f"location / {{ default_type application/json; return 200 '{GRAPH_ANSWER}'; }}"
    start_nginx(programs, OTHER_CORE, graph_port, answer, tls)
    ok = "location / { default_type application/json; return 200 '{\"ok\":true}'; }"
    _, nginx_pid = start_nginx(programs, SERVER_CORE, plain_port, ok)
    _, forwarder_pid = start_forwarder(programs, SERVER_CORE, forward_port, graph_port)
    nginx = {NGINX: (nginx_pid, plain_port), FORWARDER: (forwarder_pid, forward_port)}
    programs.start(OTHER_CORE, ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "",
                                "--appendonly", "no", "--dir", programs.directory])
    wait_until(lambda: accepts(redis_port), "redis listening")
    more = {"GRAPH_HTTP2": "0"} if arguments.graph_http1 else None
    connectors = {"redis": start_connector(programs, graph_port, tls[1], redis_port, more),
                  "sqlite": start_connector(programs, graph_port, tls[1], 0, more)}

    plan = plan_of(arguments.requests)

    def once(mode, store, batch, requests, rate=0):
        if store in nginx:
            pid, port = nginx[store]
            return load(programs, pid, mode, f"http://127.0.0.1:{port}/", requests, rate=rate)
        connector = connectors[store]
        path = "/webhook" if mode == "webhook" else "/v1/intents"
        return load(programs, connector["process"].pid, mode, connector["url"] + path, requests, connector["key"], batch,
                    rate)

    rounds = {name: [] for name, *_ in plan}
    for _ in range(arguments.rounds):
        for name, *what in plan:
            rounds[name].append(once(*what))
    paced = measure_paced(once, plan, rounds)
    many = {"TENANTS_FILE": tenants_file(programs.directory, TENANTS), "WHATSAPP_ACCESS_TOKEN": "",
            "WHATSAPP_PHONE_NUMBER_ID": ""}
    return rounds, paced, start_up(programs, graph_port, tls[1]), start_up(programs, graph_port, tls[1], many)


def report(rounds, paced, start, many):
    rows = {name: medians(results) for name, results in rounds.items()}
    print(f"{'as fast as it can':<24}{'req/s':>9}{'CPU us':>9}{'x nginx':>9}{'p50 us':>9}{'p99 us':>9}{'RSS MB':>8}")
    for name, row in rows.items():
        kind = "webhook" if "webhook" in name else "intents"
        ratio = row["cpu_us"] / rows[f"nginx 200, {kind}"]["cpu_us"]
        print(f"{name:<24}{row['rps']:>9.0f}{row['cpu_us']:>9.1f}{ratio:>9.2f}{row['p50_us']:>9.0f}"
              f"{row['p99_us']:>9.0f}{row['rss_mb']:>8.1f}")
    print(f"{'at the same rate':<24}{'req/s':>9}{'CPU us':>9}{'x nginx':>9}{'p50 us':>9}{'p99 us':>9}")
    for name, (rate, nginx, row) in paced.items():
        print(f"{name:<24}{rate:>9}{row['cpu_us']:>9.1f}{row['cpu_us'] / nginx['cpu_us']:>9.2f}{row['p50_us']:>9.0f}"
              f"{row['p99_us']:>9.0f}")
    print(f"start-up to ready: {start[0]:.0f} ms; idle RSS: {start[1]:.1f} MB")
    print(f"with {TENANTS} tenants: {many[0]:.0f} ms; {many[1]:.1f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--graph-http1", action="store_true", help="the connector offers Graph no HTTP/2")
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: needs two cores, one for the measured server and one for the rest")
    directory = tempfile.mkdtemp(prefix="wac-bench-")
    programs = Programs(directory, os.path.abspath(arguments.binaries))
    try:
        report(*measure(programs, arguments))
    finally:
        programs.stop_all()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
