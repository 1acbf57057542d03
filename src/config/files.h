#pragma once
// Secrets and other values in files.

#include "base/error.h"
#include "base/personal.h"

#include <functional>
#include <string>

namespace wac::config {

constexpr std::size_t kMaxValueBytes = 64 * 1024;

/// The whole file. kTooLarge above `max` bytes; kNotFound and kUnavailable carry errno.
Result<std::string> read_text_file(const std::string& path, std::size_t max);

/// The file's content without line feeds at its end. kTooLarge above kMaxValueBytes; kNotFound and
/// kUnavailable carry errno.
Result<Secret> read_secret_file(const std::string& path);

struct StoredSecret {
  Secret value;
  bool created = false;
};

/// The content of directory/file; when there is none, what `make` gives is first written there, whole or not
/// at all, with mode 0600 (the directory with 0700). Of two processes that start together both get the first
/// one's.
Result<StoredSecret> read_or_create(const std::string& directory, const std::string& file,
                                    const std::function<Secret()>& make);

}  // namespace wac::config
