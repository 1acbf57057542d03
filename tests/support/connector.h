#pragma once
// The real programs, as an operator runs them: the connector on either store, and the Graph sandbox.

#include "support/http.h"
#include "support/process.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wac::testing {

inline constexpr std::string_view kSender = "106540352242922";
inline constexpr std::string_view kAppSecret = "test-app-secret-0123456789";
inline constexpr std::string_view kVerifyToken = "test-verify-token";
inline constexpr std::string_view kStagingToken = "test-staging-token-0123";

using Environment = std::vector<std::pair<std::string, std::string>>;

struct ConnectorOptions {
  /// Where Graph is; usually Sandbox::url().
  std::string graph_url;
  /// Set: the Redis engine.
  std::string redis_url = {};
  /// On top of what the fixture sets.
  Environment env = {};
};

/// One connector on ports of its own; a restart keeps ports and data.
class Connector {
 public:
  explicit Connector(ConnectorOptions options);

  /// Starts and waits until it is ready; throws when it does not become so.
  void start();
  /// SIGKILL: as a crash.
  void kill() { process_->kill(); }
  /// SIGTERM, and how it ended.
  std::optional<ExitStatus> terminate(Millis timeout = Millis{40'000});
  Process& process() { return *process_; }

  std::string url(std::string_view path = "") const;
  std::string admin_url(std::string_view path = "") const;
  std::string webhook_url() const { return url("/webhook"); }
  const std::string& data_dir() const { return directory_.path(); }
  /// The generated development API key.
  std::string api_key() const;
  /// Everything it wrote to standard output and error, over all its lives.
  std::string output() const;

  HttpReply post(std::string_view path, const std::string& body, HttpHeaders more = {}) const;
  HttpReply get(std::string_view path, HttpHeaders more = {}) const;
  HttpReply get_admin(std::string_view path) const;
  /// A webhook signed with the app secret.
  HttpReply post_webhook(const std::string& body) const;
  /// One metric's value by its full series name, 0 when absent.
  double metric(const std::string& series) const;

 private:
  Environment environment() const;

  ConnectorOptions options_;
  TempDir directory_;
  std::uint16_t port_;
  std::uint16_t admin_port_;
  std::string earlier_output_;
  std::optional<Process> process_;
};

/// A running graph-sandbox that plays Meta for `webhook_url`.
class Sandbox {
 public:
  /// `port` 0: a free one.
  explicit Sandbox(const std::string& webhook_url, const std::vector<std::string>& arguments = {},
                   std::uint16_t port = 0);
  std::string url(std::string_view path = "") const;
  HttpReply get(std::string_view path) const { return http_request("GET", url(path)); }
  HttpReply post(std::string_view path, const std::string& body) const;
  Process& process() { return *process_; }
  /// Replaces the faults; `json` is the list.
  void set_faults(const std::string& json) const;

 private:
  std::uint16_t port_;
  std::optional<Process> process_;
};

/// `sha256=<hex>` of a body under the app secret, computed by OpenSSL.
std::string sign_webhook(const std::string& body, std::string_view secret = kAppSecret);

/// A random version 4 UUID.
std::string random_uuid();

/// {"intents":[{…}]} with one text intent.
std::string text_intent(const std::string& intent_id, const std::string& to = "+16505551234",
                        const std::string& text = "hello", const std::string& more = "");

/// A webhook with one inbound text message.
std::string inbound_text(const std::string& wamid, const std::string& text = "hello",
                         const std::string& from = "16505551234");

}  // namespace wac::testing
