#include "base/personal.h"

void example(const wac::Secret& secret) {
#ifdef BAD
  const wac::Secret other = secret;
#else
  const wac::Secret other = secret.clone();
#endif
}
