#pragma once
// What became of many intents.

#include "base/time.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wac::ctl {

class LoadSummary {
 public:
  /// `outcome`: the API's status ("sent", "pending", …), "http 503", "no answer".
  void add(std::string_view outcome, Micros latency);

  /// All `wanted` intents were sent (or, asynchronously, recorded).
  bool all_good(std::uint64_t wanted, bool respond_async) const;

  /// The latency that `share` (0 to 1) of the answers did not exceed; 0 without answers.
  Micros percentile(double share) const;

  std::string text(Micros took) const;
  boost::json::object json(Micros took) const;

 private:
  double per_second(Micros took) const;

  std::map<std::string, std::uint64_t, std::less<>> outcomes_;
  std::vector<Micros> latencies_;
};

}  // namespace wac::ctl
