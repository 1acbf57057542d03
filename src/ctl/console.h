#pragma once
// Where commands write, and how they end.

#include <cstdint>
#include <iosfwd>

namespace wac::ctl {

/// The process's exit status.
enum class Exit : std::uint8_t {
  kOk = 0,
  kFailed = 1,       ///< the connector was asked, and the answer is not what was wanted
  kUsage = 2,        ///< the command line is wrong; nothing was asked
  kUnreachable = 3,  ///< no answer came
};

enum class Output : std::uint8_t { kText, kJson };

struct Console {
  std::ostream& out;  ///< results
  std::ostream& err;  ///< everything else
  Output output = Output::kText;

  bool json() const { return output == Output::kJson; }
};

}  // namespace wac::ctl
