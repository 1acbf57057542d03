// graph-sandbox: wiring only. See src/sandbox/sandbox.h for what it does.

#include "base/random.h"
#include "command_line.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/tls.h"
#include "sandbox/sandbox.h"
#include "sandbox/seeded_random.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <pthread.h>
#include <thread>
#include <utility>

namespace {

using namespace wac;

constexpr Millis kDrainTime{5'000};

/// Everything that lives as long as the loop runs.
struct Program {
  net::EventLoop loop;
  std::unique_ptr<net::TlsContext> tls;
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<Random> ids = make_system_random();
  std::unique_ptr<Random> chance;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  std::unique_ptr<net::HttpServer> server;
  TaskScope work;
};

int complain(const char* what) {
  std::cerr << "graph-sandbox: " << what << '\n';
  return 2;
}

net::HttpServerLimits server_limits() {
  net::HttpServerLimits limits;
  limits.requests_in_flight = 50'000;
  limits.requests_per_connection = 1'000'000;
  limits.body_bytes = sandbox::kMostUploadBytes;
  return limits;
}

/// Starts everything, or says what is wrong and returns the exit code.
int start(Program& program, CommandLine line) {
  auto tls = net::TlsContext::make(line.ca_file);
  if (!tls) return complain("cannot load the CA certificates");
  program.tls = std::move(*tls);
  program.client = net::HttpClient::make(program.loop, *program.tls, {});
  if (line.seed) {
    program.chance = std::make_unique<sandbox::SeededRandom>(*line.seed);
  } else {
    program.chance = make_system_random();
  }
  program.sandbox = std::make_unique<sandbox::Sandbox>(
      std::move(line.config), std::move(line.templates), std::move(line.webhook_url),
      sandbox::Sandbox::Parts{program.loop, *program.client, *program.chance, *program.ids});
  if (!program.sandbox->faults().replace(line.faults)) {
    return complain("--faults: unknown kind or field, or not one of percent and next");
  }
  if (!line.ledger_file.empty() && !program.sandbox->ledger().open_file(line.ledger_file)) {
    return complain("--ledger-file: cannot be opened, or is not a ledger");
  }
  auto server = net::HttpServer::listen(line.listen, line.port, {{&program.loop, program.sandbox.get()}},
                                        server_limits());
  if (!server) return complain("cannot listen on that address and port");
  program.server = std::move(*server);
  std::cout << R"({"event":"listening","port":)" << program.server->port() << "}" << std::endl;
  return 0;
}

Task<void> shut_down(Program* program) {
  // The sandbox first: it ends the waits that requests in flight may be in.
  const Deadline deadline{program->loop.now() + kDrainTime};
  co_await program->sandbox->stop();
  co_await program->server->drain(program->loop, deadline);
  co_await program->client->stop();
  program->loop.stop();
}

/// The first signal shuts down, the second one ends the process at once.
void wait_for_signals(Program& program, sigset_t signals, const std::atomic<bool>& done) {
  int number = 0;
  sigwait(&signals, &number);
  if (done) return;
  program.loop.post([&program] { program.work.spawn(shut_down(&program)); });
  sigwait(&signals, &number);
  if (!done) std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  auto line = read_command_line(argc, argv);
  if (const int* const code = std::get_if<int>(&line)) return *code;

  // Blocked in every thread, so that the waiting one receives them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  Program program;
  const int code = start(program, std::get<CommandLine>(std::move(line)));
  if (code != 0) return code;
  std::atomic<bool> done = false;
  std::thread waiter(wait_for_signals, std::ref(program), signals, std::ref(done));
  program.loop.run();
  done = true;
  pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  return 0;
}
