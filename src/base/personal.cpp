#include "base/personal.h"

#include <cstring>

namespace wac {

void wipe(std::string& text) {
  if (text.capacity() == 0) return;
  // resize() within capacity does not move the buffer, so that what was beyond size() is wiped too.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace wac
