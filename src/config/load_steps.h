#pragma once
// The steps of load(), each on the draft that the one before left.

#include "config/settings.h"

#include <string>
#include <vector>

namespace wac::config {

/// Problems, one per variable: a value that cannot be read is not reported as missing as well.
class Problems {
 public:
  /// Of a file that many are listed, and how many more there are.
  static constexpr std::size_t kMaxOfFile = 100;

  void add(const std::string& key, std::string rule);
  void add_at(const std::string& file, std::size_t line, const std::string& key, std::string rule);
  bool about(const std::string& key) const;
  /// Whether a file has any.
  bool of_file() const { return of_file_ > 0; }
  std::vector<Problem> take();

 private:
  std::vector<Problem> list_;
  std::size_t of_file_ = 0;
};

/// Development only: generates what is missing and secret, and points to the sandbox.
void complete_for_development(Draft& draft, Problems& problems, std::vector<std::string>& notes);

/// Development or not is known, and the tenants of the variables: adds their consumer.
void add_consumer(Draft& draft, Problems& problems);
/// The same of the one that publishes to a topic, and where Pub/Sub is for all.
void add_pubsub(Draft& draft, Problems& problems);
/// All tenants are known: adds the consumers that archive their media.
void add_archive(Draft& draft, Problems& problems);
void check_delivery(const Config& config, Problems& problems);

/// Rules about several settings together, and about the environment.
void check_rules(const Draft& draft, Problems& problems);

}  // namespace wac::config
