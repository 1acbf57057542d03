#include "support/redis_server.h"

#include <signal.h>
#include <stdexcept>

namespace wac::testing {

RedisServer::RedisServer(RedisServerOptions options) : options_(std::move(options)) {
  // Somebody may take the port before redis-server does.
  for (int tries = 0; tries < 5; ++tries) {
    port_ = free_port();
    if (launch()) return;
  }
  throw std::runtime_error("redis-server does not start: " + process_->standard_output());
}

std::vector<std::string> RedisServer::command_line() const {
  const std::string port = std::to_string(port_);
  std::vector<std::string> argv{"redis-server",    "--bind", "127.0.0.1", "--dir",
                                directory_.path(), "--save", ""};
  const auto add = [&argv](std::initializer_list<std::string> more) { argv.insert(argv.end(), more); };
  add({"--appendonly", options_.persistence == RedisServerOptions::Persistence::kAppendOnly ? "yes" : "no"});
  if (options_.tls) {
    const CertificateFiles& files = options_.tls->server();
    add({"--port", "0", "--tls-port", port, "--tls-cert-file", files.certificate, "--tls-key-file", files.key,
         "--tls-ca-cert-file", options_.tls->ca_file(), "--tls-auth-clients", "no"});
  } else {
    add({"--port", port});
  }
  if (!options_.user.empty()) {
    add({"--user", "default", "off"});
    add({"--user", options_.user, "on", ">" + options_.password, "~*", "&*", "+@all"});
  } else if (!options_.password.empty()) {
    add({"--requirepass", options_.password});
  }
  argv.insert(argv.end(), options_.arguments.begin(), options_.arguments.end());
  return argv;
}

bool RedisServer::launch() {
  process_.emplace(ProcessOptions{.argv = command_line(), .env = {}});
  const auto answers = [this] {
    return !process_->running() || cli({"ping"}).find("PONG") != std::string::npos;
  };
  return eventually(answers, Millis{10'000}) && process_->running();
}

std::string RedisServer::url() const {
  std::string text = options_.tls ? "rediss://" : "redis://";
  if (!options_.password.empty()) {
    text += options_.user;
    text += ':';
    text += options_.password;
    text += '@';
  }
  return text + "localhost:" + std::to_string(port_) + "/0";
}

void RedisServer::start() {
  if (!launch())
    throw std::runtime_error("redis-server does not start again: " + process_->standard_output());
}

void RedisServer::stop() {
  process_->signal(SIGTERM);
  if (!process_->wait()) throw std::runtime_error("redis-server does not stop");
}

void RedisServer::kill() {
  process_->kill();
}
void RedisServer::pause() {
  process_->signal(SIGSTOP);
}
void RedisServer::resume() {
  process_->signal(SIGCONT);
}

std::string RedisServer::cli(const std::vector<std::string>& args) const {
  std::vector<std::string> argv{"redis-cli",        "-h", "localhost", "-p", std::to_string(port_),
                                "--no-auth-warning"};
  const auto add = [&argv](std::initializer_list<std::string> more) { argv.insert(argv.end(), more); };
  if (options_.tls) add({"--tls", "--cacert", options_.tls->ca_file()});
  if (!options_.user.empty()) add({"--user", options_.user});
  if (!options_.password.empty()) add({"--pass", options_.password});
  argv.insert(argv.end(), args.begin(), args.end());
  Process process(ProcessOptions{.argv = std::move(argv), .env = {}});
  if (!process.wait()) throw std::runtime_error("redis-cli hangs");
  std::string text = process.standard_output();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace wac::testing
