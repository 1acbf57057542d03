#include "support/nginx_server.h"

#include <csignal>
#include <sstream>
#include <stdexcept>

namespace wac::testing {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// One process if possible: a master that is killed leaves its workers behind.
constexpr const char* kConfiguration = R"(daemon off;
master_process @MASTER@;
worker_processes 1;
pid @DIR@/nginx.pid;
error_log @DIR@/error.log warn;
events { worker_connections 4096; }
http {
  log_format test escape=none "$connection\t$status\t$request\t$ssl_session_reused\t$ssl_server_name\t$request_body";
  access_log @DIR@/access.log test;
  client_body_temp_path @DIR@/body;
  proxy_temp_path @DIR@/proxy;
  fastcgi_temp_path @DIR@/fastcgi;
  uwsgi_temp_path @DIR@/uwsgi;
  scgi_temp_path @DIR@/scgi;
  keepalive_requests 100000000;
  default_type application/json;
  server {
    listen 127.0.0.1:@PORT@ @TLS@;
    @CERTIFICATE@
@BLOCK@
  }
}
)";

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

}  // namespace

NginxServer::NginxServer(NginxOptions options) : options_(std::move(options)) {
  for (int tries = 0; tries < 5; ++tries) {
    port_ = free_port();
    write_configuration();
    if (launch()) return;
  }
  throw std::runtime_error("nginx does not start: " + process_->standard_error());
}

NginxServer::~NginxServer() {
  // The process leads a group, to which its workers belong.
  if (options_.reloads && process_->running()) ::kill(-process_->pid(), SIGKILL);
}

void NginxServer::write_configuration() const {
  std::string certificate;
  if (options_.certificate) {
    certificate = "ssl_certificate " + options_.certificate->certificate + "; ssl_certificate_key " +
                  options_.certificate->key + "; ssl_session_cache builtin;";
  }
  std::string text = replaced(kConfiguration, "@DIR@", directory_.path());
  text = replaced(text, "@MASTER@", options_.reloads ? "on" : "off");
  text = replaced(text, "@PORT@", std::to_string(port_));
  text = replaced(text, "@TLS@", options_.certificate ? (options_.http2 ? "ssl http2" : "ssl") : "");
  text = replaced(text, "@CERTIFICATE@", certificate);
  write_file(directory_.file("nginx.conf"), replaced(text, "@BLOCK@", options_.server_block));
}

bool NginxServer::launch() {
  process_.emplace(ProcessOptions{.argv = {"nginx", "-p", directory_.path(), "-e",
                                           directory_.file("start.log"), "-c", directory_.file("nginx.conf")},
                                  .env = {}});
  const auto ready = [this] { return !process_->running() || wait_for_port(port_, Millis{0}); };
  return eventually(ready, Millis{10'000}) && process_->running();
}

std::string NginxServer::origin() const {
  return (options_.certificate ? "https://localhost:" : "http://localhost:") + std::to_string(port_);
}

std::vector<NginxRequest> NginxServer::requests() const {
  std::vector<NginxRequest> all;
  std::istringstream lines(read_file(directory_.file("access.log")));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    NginxRequest request;
    std::string status;
    std::getline(fields, request.connection, '\t');
    std::getline(fields, status, '\t');
    std::getline(fields, request.request, '\t');
    std::getline(fields, request.tls_reused, '\t');
    std::getline(fields, request.tls_name, '\t');
    std::getline(fields, request.body);
    request.status = std::stoi(status);
    request.tls_reused = or_dash(request.tls_reused);
    request.tls_name = or_dash(request.tls_name);
    request.body = or_dash(request.body);
    // A connection that brings no request (a port probe) is logged with an empty request line.
    if (!request.request.empty()) all.push_back(std::move(request));
  }
  return all;
}

void NginxServer::start() {
  if (!launch()) throw std::runtime_error("nginx does not start again: " + process_->standard_error());
}

void NginxServer::restart(bool http2) {
  stop();
  options_.http2 = http2;
  write_configuration();
  start();
}

void NginxServer::stop() {
  process_->signal(SIGTERM);
  if (!process_->wait()) throw std::runtime_error("nginx does not stop");
}

}  // namespace wac::testing
