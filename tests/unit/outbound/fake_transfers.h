#pragma once
// Servers of files, and Graph's media edge, in memory.

#include "net/http_transfer.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace wac::testing {

struct FakePage {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool announces_length = true;
  std::optional<Error> unreachable = {};
  /// The body ends with this instead of its end.
  std::optional<Error> breaks = {};
};

class FakeDownload final : public net::Download {
 public:
  explicit FakeDownload(FakePage page) : page_(std::move(page)) {
    head_.status = page_.status;
    head_.headers = page_.headers;
  }
  const net::ClientResponse& head() const override { return head_; }
  std::optional<std::uint64_t> length() const override {
    return page_.announces_length ? std::optional<std::uint64_t>{page_.body.size()} : std::nullopt;
  }
  Task<Result<std::string_view>> read() override {
    constexpr std::size_t kPiece = 10'000;
    const std::string_view piece = std::string_view{page_.body}.substr(at_, kPiece);
    at_ += piece.size();
    if (piece.empty() && page_.breaks) co_return std::unexpected(*page_.breaks);
    co_return piece;
  }
  void close() override {}

 private:
  FakePage page_;
  net::ClientResponse head_;
  std::size_t at_ = 0;
};

class FakeTransfers final : public net::HttpTransfers {
 public:
  /// By `host/path`.
  std::map<std::string, FakePage> pages;
  std::vector<net::ClientRequest> downloads;
  std::vector<net::TransferRules> rules;
  struct Upload {
    net::ClientRequest request;
    std::optional<std::uint64_t> length;
    std::string body;
  };
  std::vector<Upload> uploads;
  /// Answers of Graph; without one it gives ids 1, 2, …
  std::deque<net::ClientResult> answers;
  /// Downloads wait until let_go().
  bool holds = false;
  bool stopped = false;

  void let_go() {
    holds = false;
    const std::vector<OneShot<bool>> waiting = std::exchange(held_, {});
    for (const OneShot<bool>& one : waiting) one.set(true);
  }

  Task<net::DownloadResult> download(net::ClientRequest request, net::TransferRules wanted) override {
    const std::string key = request.endpoint.host + request.target;
    downloads.push_back(std::move(request));
    rules.push_back(std::move(wanted));
    if (holds) {
      const OneShot<bool> waits;
      held_.push_back(waits);
      co_await waits;
    }
    const auto found = pages.find(key);
    FakePage page = found == pages.end() ? FakePage{.status = 404, .headers = {}, .body = {}} : found->second;
    if (page.unreachable) {
      co_return std::unexpected(net::ClientFailure{*page.unreachable, net::Written::kNothing});
    }
    co_return std::make_unique<FakeDownload>(std::move(page));
  }

  Task<net::ClientResult> upload(net::ClientRequest request, net::BodySource& body,
                                 net::TransferRules /*rules*/) override {
    const std::size_t index = uploads.size();
    uploads.push_back({std::move(request), body.length(), {}});
    for (;;) {
      const Result<std::string_view> piece = co_await body.next();
      if (!piece) co_return std::unexpected(net::ClientFailure{piece.error(), net::Written::kMaybe});
      if (piece->empty()) break;
      uploads[index].body += *piece;
    }
    if (!answers.empty()) {
      net::ClientResult answer = std::move(answers.front());
      answers.pop_front();
      co_return answer;
    }
    net::ClientResponse response;
    response.status = 200;
    response.body = R"({"id":")" + std::to_string(uploads.size()) + "\"}";
    co_return response;
  }

  void stop() override { stopped = true; }

 private:
  std::vector<OneShot<bool>> held_;
};

}  // namespace wac::testing
