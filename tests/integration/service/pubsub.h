#pragma once
// Google Pub/Sub for tests: Google's own emulator where it is installed, and a small server that speaks the
// part of the REST API which publishers and tests use. Tests speak to either over HTTP.

#include "support/http_receiver.h"
#include "support/process.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wac::testing {

/// A message as a subscriber gets it.
struct PubSubMessage {
  std::string data;  ///< decoded
  std::map<std::string, std::string> attributes;
  std::string ordering_key;
};

class PubSub {
 public:
  static constexpr const char* kTopic = "projects/test-project/topics/whatsapp-events";
  static constexpr const char* kSubscription = "projects/test-project/subscriptions/reader";

  virtual ~PubSub() = default;
  virtual void start() = 0;
  virtual void kill() = 0;
  /// Whether it still has topics and messages after kill() and start().
  virtual bool keeps() const = 0;

  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The topic, and a subscription with message ordering.
  void create() const;
  /// What is there, acknowledged.
  std::vector<PubSubMessage> pull() const;

 protected:
  explicit PubSub(std::uint16_t port) : port_(port) {}
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
};

/// Google's emulator. It forgets everything when it ends.
class PubSubEmulator final : public PubSub {
 public:
  PubSubEmulator() : PubSub(free_port()) {}
  static bool installed();
  void start() override;
  void kill() override { process_.reset(); }
  bool keeps() const override { return false; }

 private:
  TempDir directory_;
  std::optional<Process> process_;
};

/// Keeps what it has taken, as Pub/Sub does.
class ScriptedPubSub final : public PubSub {
 public:
  ScriptedPubSub() : PubSub(free_port()) {}
  void start() override {
    server_ = std::make_unique<HttpReceiver>([this](const auto& request) { return answer(request); }, port());
  }
  void kill() override { server_.reset(); }
  bool keeps() const override { return true; }

  /// The next publish requests end so, whatever they hold. One whose connection is closed is taken all the
  /// same.
  void next(std::vector<ReceiverAnswer> answers);
  /// Set: the only value of Authorization that may publish; others are answered 401.
  void require(std::string authorization);
  /// Requests to publish so far, and their values of Authorization.
  std::vector<std::string> authorizations() const;

 private:
  struct Kept {
    std::string json;  ///< of the message
    bool pulled = false;
  };
  ReceiverAnswer answer(const ReceivedRequest& request);
  ReceiverAnswer publish(const ReceivedRequest& request);
  ReceiverAnswer pull_some();

  std::unique_ptr<HttpReceiver> server_;
  mutable std::mutex mutex_;
  std::vector<std::string> topics_;
  std::vector<Kept> messages_;
  std::deque<ReceiverAnswer> next_;
  std::optional<std::string> required_;
  std::vector<std::string> authorizations_;
};

}  // namespace wac::testing
