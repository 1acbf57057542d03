#pragma once
// What tests need of the operating system: child processes that never outlive the test, temporary
// directories, free ports, and waiting without fixed sleeps.

#include "base/time.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace wac::testing {

/// Polls every 5 ms until `done` holds; false when `timeout` passes first.
bool eventually(const std::function<bool()>& done, Millis timeout = Millis{5'000});

/// A TCP port nobody listens on. Below the kernel's range for outgoing connections, so that none of those
/// takes it between two starts of a server.
std::uint16_t free_port();

/// Waits until something accepts connections on 127.0.0.1:`port`.
bool wait_for_port(std::uint16_t port, Millis timeout = Millis{10'000});

/// A directory that goes away with its content.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  /// The path of a file in it.
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

/// How a process ended: by exit() with `code`, or by `signal` (then `code` is -1).
struct ExitStatus {
  int code = -1;
  int signal = 0;
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

struct ProcessOptions {
  /// Program (looked up in PATH) and arguments.
  std::vector<std::string> argv;
  /// Added to (or replacing) the environment of the test.
  std::vector<std::pair<std::string, std::string>> env = {};
  /// Where it runs; empty: where the test does.
  std::string directory = {};
  /// False: starts with `env` alone and PATH.
  enum class Inherit : std::uint8_t { kEnvironment, kNothing } inherit = Inherit::kEnvironment;
};

/// A child process. It is killed when this object goes, and when the thread that started it ends.
/// Throws std::runtime_error when it cannot be started.
class Process {
 public:
  explicit Process(const ProcessOptions& options);
  /// Kills and reaps it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  /// No effect when it has ended.
  void signal(int number);
  /// SIGKILL, and waits.
  void kill();
  /// How it ended; nothing when it still runs after `timeout`.
  std::optional<ExitStatus> wait(Millis timeout = Millis{10'000});

  /// Everything written so far.
  std::string standard_output() const;
  std::string standard_error() const;

 private:
  void reap(int flags);

  int out_ = -1;
  int err_ = -1;
  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
};

}  // namespace wac::testing
