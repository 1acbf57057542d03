#pragma once
// Reads the configuration again while the service runs.

#include "config/config.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wac::config {

/// The variables with what they were when this was called, for as long as the result lives: a process that
/// forgot its secrets can still repeat a load. `more`: names besides those of the settings. Names it does not
/// know are looked up in `variables`.
Variables remember(Variables variables, const std::vector<std::string>& more);

/// One thread.
class Reloader {
 public:
  /// Files looked at by one changed(): bounds what a second of watching costs. TENANTS_FILE is always among
  /// them, the others take turns.
  static constexpr std::size_t kFilesPerLook = 1'000;

  /// `files`: as the load in force found them.
  Reloader(Variables variables, std::vector<WatchedFile> files);

  /// Whether one of the files is no longer what it was when it was read.
  bool changed();
  /// Reads everything again, and watches what that read, whether it succeeded or not.
  LoadResult load();

 private:
  Variables variables_;
  std::vector<WatchedFile> files_;
  std::size_t next_ = 0;
};

}  // namespace wac::config
