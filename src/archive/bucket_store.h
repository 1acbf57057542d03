#pragma once
// An archive in a bucket of Google Cloud Storage (JSON API:
// https://cloud.google.com/storage/docs/json_api/v1). What is too old, the bucket's lifecycle rules remove.

#include "archive/archive_store.h"
#include "base/scheduler.h"
#include "config/archive.h"
#include "google/token_source.h"
#include "net/http_client.h"

#include <memory>
#include <string>

namespace wac::archive {

/// One per loop. Everything outlives it.
class BucketStore final : public ArchiveStore {
 public:
  struct Parts {
    Scheduler& loop;
    net::HttpClient& http;
    net::HttpTransfers& transfers;
    std::shared_ptr<google::TokenSource> tokens;
    Millis timeout;  ///< of one transfer
  };
  /// kInvalid: the endpoint is no URL.
  static Result<std::unique_ptr<BucketStore>> make(const config::ArchiveConfig& config, Parts parts);
  BucketStore(net::Endpoint endpoint, std::string bucket, std::string prefix, Parts parts)
      : endpoint_(std::move(endpoint)),
        bucket_(std::move(bucket)),
        prefix_(std::move(prefix)),
        parts_(std::move(parts)) {}

  Task<Result<void>> put(crypto::Fingerprint name, net::BodySource& content) override;
  Task<Result<void>> put_empty(crypto::Fingerprint name) override;
  Task<Result<std::unique_ptr<StoredFile>>> open(crypto::Fingerprint name) override;
  Task<Result<std::size_t>> purge(Ages ages) override;

  /// The beginning of a range of one generation of an object. For the files it opened.
  Task<Result<std::unique_ptr<net::Download>>> download(std::string target, std::uint64_t from,
                                                        std::uint64_t length);

 private:
  /// kUnauthorized and those of the token server.
  Task<Result<net::ClientRequest>> request(std::string_view method, std::string target, Millis timeout);
  /// Percent-encoded.
  std::string object_name(const crypto::Fingerprint& name) const;
  Error refused(int status);

  net::Endpoint endpoint_;
  std::string bucket_;
  std::string prefix_;
  Parts parts_;
  Secret last_token_;  ///< the one last used: refused when an answer is 401
};

/// What an answer of the API means that is neither success nor 412.
Error error_of_status(int status);

}  // namespace wac::archive
