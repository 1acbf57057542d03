#include "base/personal.h"

#include <functional>

void example(const wac::Phone& phone) {
#ifdef BAD
  const auto hash = std::hash<wac::Phone>{}(phone);
#else
  const auto hash = std::hash<std::size_t>{}(phone.size());
#endif
}
