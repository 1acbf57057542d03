#include "archive/bucket_store.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "whatsapp/json_text.h"

#include <charconv>

namespace wac::archive {
namespace {

constexpr int kPreconditionFailed = 412;
constexpr Millis kAnswerWithin{15'000};

bool is_success(int status) {
  return status >= 200 && status < 300;
}

struct Described {
  std::uint64_t size = 0;
  std::string generation;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The JSON API writes 64-bit numbers as texts.
std::optional<Described> describe(std::string_view body) {
  const auto value = whatsapp::parse_json(body, {});
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  const auto size = number_of(whatsapp::text_of(*object, "size"));
  Described described;
  described.generation = whatsapp::text_of(*object, "generation");
  if (!size || !number_of(described.generation)) return std::nullopt;
  described.size = *size;
  return described;
}

class BucketFile final : public StoredFile {
 public:
  BucketFile(BucketStore& store, std::string target, std::uint64_t size)
      : store_(store), target_(std::move(target)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::unique_ptr<net::BodySource> read(std::uint64_t from, std::uint64_t length) override;

 private:
  BucketStore& store_;
  std::string target_;
  std::uint64_t size_;
};

class BucketRange final : public net::BodySource {
 public:
  BucketRange(BucketStore& store, std::string target, std::uint64_t from, std::uint64_t length)
      : store_(store), target_(std::move(target)), from_(from), length_(length) {}

  std::optional<std::uint64_t> length() const override { return length_; }
  Task<Result<std::string_view>> next() override {
    if (download_ == nullptr) {
      auto begun = co_await store_.download(target_, from_, length_);
      if (!begun) co_return std::unexpected(begun.error());
      download_ = std::move(*begun);
    }
    co_return co_await download_->read();
  }

 private:
  BucketStore& store_;
  std::string target_;
  std::uint64_t from_;
  std::uint64_t length_;
  std::unique_ptr<net::Download> download_;
};

std::unique_ptr<net::BodySource> BucketFile::read(std::uint64_t from, std::uint64_t length) {
  return std::make_unique<BucketRange>(store_, target_, from, length);
}

}  // namespace

Error error_of_status(int status) {
  switch (status) {
    case 401:
      return {ErrorCode::kUnauthorized, status, "archive: Cloud Storage does not take the token"};
    case 403:
      return {ErrorCode::kForbidden, status, "archive: Cloud Storage does not allow it"};
    case 404:
      return {ErrorCode::kNotFound, status, "archive: no such object or bucket"};
    default:
      return {ErrorCode::kUnavailable, status, "archive: Cloud Storage"};
  }
}

Result<std::unique_ptr<BucketStore>> BucketStore::make(const config::ArchiveConfig& config, Parts parts) {
  auto url = net::parse_url(config.endpoint);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<BucketStore>(std::move(url->endpoint), config.bucket, config.prefix,
                                       std::move(parts));
}

std::string BucketStore::object_name(const crypto::Fingerprint& name) const {
  return percent_encoded(prefix_.empty() ? name.hex() : prefix_ + "/" + name.hex());
}

Task<Result<net::ClientRequest>> BucketStore::request(std::string_view method, std::string target,
                                                      Millis timeout) {
  net::ClientRequest request;
  request.method = method;
  request.endpoint = endpoint_;
  request.target = std::move(target);
  request.deadline = {parts_.loop.now() + timeout};
  auto token = co_await parts_.tokens->token(request.deadline);
  if (!token) co_return std::unexpected(token.error());
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  if (!token->empty()) {
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string{expose(*token, Purpose::kAuthorization)});
    last_token_ = std::move(*token);
  }
  co_return request;
}

Error BucketStore::refused(int status) {
  if (status == 401) parts_.tokens->refuse(last_token_);
  return error_of_status(status);
}

Task<Result<void>> BucketStore::put(crypto::Fingerprint name, net::BodySource& content) {
  // Only where there is none: generation 0 is that of an object which does not exist.
  auto asked =
      co_await request("POST",
                       "/upload/storage/v1/b/" + bucket_ + "/o?uploadType=media&name=" + object_name(name) +
                           "&ifGenerationMatch=0&fields=generation",
                       parts_.timeout);
  if (!asked) co_return std::unexpected(asked.error());
  asked->headers.emplace_back("Content-Type", "application/octet-stream");
  const auto answer = co_await parts_.transfers.upload(std::move(*asked), content, {});
  if (!answer) co_return std::unexpected(answer.error().error);
  if (is_success(answer->status) || answer->status == kPreconditionFailed) co_return Result<void>{};
  co_return std::unexpected(refused(answer->status));
}

Task<Result<void>> BucketStore::put_empty(crypto::Fingerprint name) {
  auto asked = co_await request("POST",
                                "/upload/storage/v1/b/" + bucket_ +
                                    "/o?uploadType=media&name=" + object_name(name) + "&fields=generation",
                                kAnswerWithin);
  if (!asked) co_return std::unexpected(asked.error());
  asked->headers.emplace_back("Content-Type", "application/octet-stream");
  const auto answer = co_await parts_.http.send(std::move(*asked));
  if (!answer) co_return std::unexpected(answer.error().error);
  if (is_success(answer->status)) co_return Result<void>{};
  co_return std::unexpected(refused(answer->status));
}

Task<Result<std::unique_ptr<StoredFile>>> BucketStore::open(crypto::Fingerprint name) {
  const std::string object = "/storage/v1/b/" + bucket_ + "/o/" + object_name(name);
  auto asked = co_await request("GET", object + "?fields=size,generation", kAnswerWithin);
  if (!asked) co_return std::unexpected(asked.error());
  const auto answer = co_await parts_.http.send(std::move(*asked));
  if (!answer) co_return std::unexpected(answer.error().error);
  if (!is_success(answer->status)) co_return std::unexpected(refused(answer->status));
  auto described = describe(answer->body);
  if (!described) co_return fail(ErrorCode::kProtocol, "archive: answer of Cloud Storage");
  std::unique_ptr<StoredFile> file = std::make_unique<BucketFile>(
      *this, object + "?alt=media&generation=" + described->generation, described->size);
  co_return file;
}

Task<Result<std::unique_ptr<net::Download>>> BucketStore::download(std::string target, std::uint64_t from,
                                                                   std::uint64_t length) {
  auto asked = co_await request("GET", std::move(target), parts_.timeout);
  if (!asked) co_return std::unexpected(asked.error());
  asked->headers.emplace_back("Range",
                              "bytes=" + std::to_string(from) + "-" + std::to_string(from + length - 1));
  asked->headers.emplace_back("Accept-Encoding", "identity");
  net::TransferRules rules;
  rules.response_body_bytes = length;
  auto begun = co_await parts_.transfers.download(std::move(*asked), rules);
  if (!begun) co_return std::unexpected(begun.error().error);
  const int status = (*begun)->head().status;
  if (status == 206) co_return std::move(*begun);
  // A range that is the whole may be answered as such; any other answer is not the bytes that were asked for.
  if (status == 200 && from == 0 && (*begun)->length() == length) co_return std::move(*begun);
  if (is_success(status)) co_return fail(ErrorCode::kProtocol, "archive: Cloud Storage ignores ranges");
  co_return std::unexpected(refused(status));
}

Task<Result<std::size_t>> BucketStore::purge(Ages /*ages*/) {
  co_return std::size_t{0};
}

}  // namespace wac::archive
