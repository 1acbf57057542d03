#include "base/personal.h"

#include <fmt/format.h>

void example(const wac::Phone& phone) {
#ifdef BAD
  const std::string text = fmt::format("{}", phone);
#else
  const std::string text = fmt::format("{}", phone.size());
#endif
}
