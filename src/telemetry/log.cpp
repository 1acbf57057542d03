#include "telemetry/log.h"

#include "telemetry/log_line.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>

namespace wac::telemetry {
namespace {

/// Lines kept before they are written even without a warning or a flush().
constexpr std::size_t kBufferBytes = 32 * 1024;

class Lines {
 public:
  explicit Lines(LogOptions options) : now_(std::move(options.now)) {
    if (options.trace_project.empty()) return;
    std::string quoted;
    append_json_string(quoted, "projects/" + options.trace_project + "/traces/");
    trace_prefix_ = quoted.substr(1, quoted.size() - 2);
  }

  std::string line(Severity severity, std::string_view message, const Field* const* fields,
                   std::size_t count) const {
    return log_line(severity, now(), message, fields, count, trace_prefix_);
  }

 private:
  WallTime now() const {
    return now_ ? now_() : std::chrono::floor<Millis>(std::chrono::system_clock::now());
  }

  std::function<WallTime()> now_;
  std::string trace_prefix_;
};

/// One write(2) for many lines: spdlog's stdout sink flushes after every message it gets, so it gets the
/// buffer as one message.
class StdoutLogger final : public Logger {
 public:
  StdoutLogger(Severity threshold, LogOptions options) : Logger(threshold), lines_(std::move(options)) {
    sink_.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, std::string{}));
    buffer_.reserve(kBufferBytes + 1024);
  }
  ~StdoutLogger() override { write_out(); }

  void flush() override {
    const std::lock_guard lock{mutex_};
    write_out();
  }

 private:
  void write(Severity severity, std::string_view message, const Field* const* fields,
             std::size_t count) override {
    const std::string line = lines_.line(severity, message, fields, count);
    const std::lock_guard lock{mutex_};
    buffer_ += line;
    if (severity >= Severity::kWarning || buffer_.size() >= kBufferBytes) write_out();
  }

  void write_out() {
    if (buffer_.empty()) return;
    sink_.log(spdlog::details::log_msg{spdlog::string_view_t{}, spdlog::level::info,
                                       spdlog::string_view_t{buffer_.data(), buffer_.size()}});
    buffer_.clear();
  }

  const Lines lines_;
  std::mutex mutex_;
  std::string buffer_;
  spdlog::sinks::stdout_sink_mt sink_;
};

class StringLogger final : public Logger {
 public:
  StringLogger(std::string& out, Severity threshold, LogOptions options)
      : Logger(threshold), lines_(std::move(options)), out_(out) {}
  void flush() override {}

 private:
  void write(Severity severity, std::string_view message, const Field* const* fields,
             std::size_t count) override {
    out_ += lines_.line(severity, message, fields, count);
  }

  const Lines lines_;
  std::string& out_;
};

class SilentLogger final : public Logger {
 public:
  SilentLogger() : Logger(Severity::kCritical) {}
  void flush() override {}

 private:
  void write(Severity, std::string_view, const Field* const*, std::size_t) override {}
};

}  // namespace

std::shared_ptr<Logger> Logger::to_stdout(Severity threshold, LogOptions options) {
  return std::make_shared<StdoutLogger>(threshold, std::move(options));
}

std::shared_ptr<Logger> Logger::silent() {
  return std::make_shared<SilentLogger>();
}

std::shared_ptr<Logger> Logger::to_string(std::string& out, Severity threshold, LogOptions options) {
  return std::make_shared<StringLogger>(out, threshold, std::move(options));
}

}  // namespace wac::telemetry
