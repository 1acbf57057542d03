#pragma once
// One process owns a database file: an advisory lock on `<path>.lock`, which the kernel drops when the
// process ends, however it ends.

#include "base/error.h"

#include <string>

namespace wac::store::sqlite {

class OwnerLock {
 public:
  /// kConflict: another process (or another engine of this one) has it; kUnavailable: cannot be made.
  static Result<OwnerLock> take(const std::string& path);
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&&) = delete;
  ~OwnerLock();

 private:
  explicit OwnerLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace wac::store::sqlite
