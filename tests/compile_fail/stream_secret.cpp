#include "base/personal.h"

#include <sstream>

void example(std::ostringstream& out, const wac::Secret& secret) {
#ifdef BAD
  out << secret;
#else
  out << secret.size();
#endif
}
