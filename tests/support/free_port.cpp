#include "support/process.h"

#include <cstddef>
#include <cstring>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wac::testing {
namespace {

constexpr std::uint32_t kFirst = 12'000;
constexpr std::uint32_t kBlocks = 312;
constexpr std::uint32_t kPortsOfBlock = 64;

bool can_bind(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

/// Whoever holds the abstract socket of that name has the block, until its process ends.
bool claim(std::uint32_t block) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const std::string name = "wac-test-ports-" + std::to_string(block);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
  ::close(fd);
  return false;
}

}  // namespace

std::uint16_t free_port() {
  // Many test processes run at once: what one was given is no other's, before its server listens or between
  // two starts.
  static std::mutex mutex;
  static std::uint32_t block = static_cast<std::uint32_t>(::getpid()) % kBlocks;
  static std::uint32_t next = kPortsOfBlock;
  const std::lock_guard lock{mutex};
  for (std::uint32_t tries = 0; tries <= kBlocks;) {
    for (; next < kPortsOfBlock; ++next) {
      const auto port = static_cast<std::uint16_t>(kFirst + block * kPortsOfBlock + next);
      if (!can_bind(port)) continue;
      ++next;
      return port;
    }
    do {
      block = (block + 1) % kBlocks;
    } while (++tries <= kBlocks && !claim(block));
    next = 0;
  }
  throw std::runtime_error("no free port");
}

}  // namespace wac::testing
