#include "base/personal.h"

void example(const wac::Phone& phone) {
#ifdef BAD
  const std::string_view text = phone;
#else
  const wac::Phone other = phone.clone();
#endif
}
