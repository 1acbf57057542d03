#include "base/ids.h"

void example(std::string text) {
#ifdef BAD
  const wac::TenantId id{std::move(text)};
#else
  const auto id = wac::TenantId::parse(text);
#endif
}
