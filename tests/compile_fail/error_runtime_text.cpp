#include "base/error.h"

#include <string>

void example(const std::string& text) {
#ifdef BAD
  const auto error = wac::fail(wac::ErrorCode::kInvalid, text);
#else
  const auto error = wac::fail(wac::ErrorCode::kInvalid, "literal", static_cast<std::int64_t>(text.size()));
#endif
}
