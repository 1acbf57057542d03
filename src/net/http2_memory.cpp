#include "net/http2_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace wac::net {
namespace {

void* take(std::size_t size, void* /*user*/) {
  return std::malloc(size);
}

void* take_zeroed(std::size_t count, std::size_t size, void* /*user*/) {
  return std::calloc(count, size);
}

void give_back(void* block, void* /*user*/) {
  if (block == nullptr) return;
  explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}

void* resize(void* block, std::size_t size, void* user) {
  if (block == nullptr) return take(size, user);
  // realloc() would leave a copy behind when it moves.
  void* moved = take(size, user);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(size, malloc_usable_size(block)));
  give_back(block, user);
  return moved;
}

}  // namespace

nghttp2_mem wiping_memory() {
  return {nullptr, &take, &give_back, &take_zeroed, &resize};
}

}  // namespace wac::net
