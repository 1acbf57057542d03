#include "base/personal.h"

void example(const wac::Secret& secret) {
#ifdef BAD
  const std::string text = secret;
#else
  const wac::Secret other = secret.clone();
#endif
}
