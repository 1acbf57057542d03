#include "support/process.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <netinet/in.h>
#include <signal.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace wac::testing {
namespace {

constexpr Millis kPoll{5};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool can_connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

std::vector<std::string> environment(const ProcessOptions& options) {
  std::map<std::string, std::string> values;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = text.substr(0, equals);
    if (options.inherit == ProcessOptions::Inherit::kEnvironment || name == "PATH") {
      values[name] = text.substr(equals + 1);
    }
  }
  for (const auto& [name, value] : options.env) values[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : values) {
    std::string line = name;
    line += '=';
    line += value;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[16 * 1024];
  for (;;) {
    // pread: the offset of the descriptor is the child's writing position.
    const ssize_t got = ::pread(fd, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

bool eventually(const std::function<bool()>& done, Millis timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (done()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    // house: allow sleep because this is the poll with a deadline
    std::this_thread::sleep_for(kPoll);
  }
}

bool wait_for_port(std::uint16_t port, Millis timeout) {
  return eventually([port] { return can_connect(port); }, timeout);
}

TempDir::TempDir() : path_((std::filesystem::temp_directory_path() / "wac-test-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

Process::Process(const ProcessOptions& options) {
  std::vector<std::string> args = options.argv;
  std::vector<std::string> env = environment(options);
  const std::vector<char*> argv = pointers(args);
  const std::vector<char*> envp = pointers(env);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  out_ = ::memfd_create("stdout", MFD_CLOEXEC);
  err_ = ::memfd_create("stderr", MFD_CLOEXEC);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    // Only async-signal-safe calls here: other threads of the test may have held locks.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    ::setpgid(0, 0);
    ::dup2(null, STDIN_FILENO);
    ::dup2(out_, STDOUT_FILENO);
    ::dup2(err_, STDERR_FILENO);
    if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
    ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(null);
  if (pid_ < 0) throw std::runtime_error("fork");
}

Process::~Process() {
  kill();
  ::close(out_);
  ::close(err_);
}

void Process::reap(int flags) {
  if (status_) return;
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid_, &status, flags);
  } while (got < 0 && errno == EINTR);
  if (got != pid_) return;
  if (WIFEXITED(status)) status_ = ExitStatus{WEXITSTATUS(status), 0};
  if (WIFSIGNALED(status)) status_ = ExitStatus{-1, WTERMSIG(status)};
}

bool Process::running() {
  reap(WNOHANG);
  return !status_;
}

void Process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void Process::kill() {
  signal(SIGKILL);
  reap(0);
}

std::optional<ExitStatus> Process::wait(Millis timeout) {
  eventually([this] { return !running(); }, timeout);
  return status_;
}

std::string Process::standard_output() const {
  return read_all(out_);
}
std::string Process::standard_error() const {
  return read_all(err_);
}

}  // namespace wac::testing
