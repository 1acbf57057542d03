#pragma once
// Access tokens for Google's APIs (OAuth 2.0 bearer tokens), fetched when they are needed and kept until
// shortly before they end.

#include "base/error.h"
#include "base/personal.h"
#include "base/scheduler.h"
#include "base/task.h"

#include <memory>
#include <vector>

namespace wac::google {

/// One per loop. Outlives its calls.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  /// What goes behind `Authorization: Bearer `; empty where nothing is to be proved (emulators).
  /// kUnauthorized: Google refuses us, or there is no service account. kUnavailable, kTimeout and those of
  /// connecting: try again later. kProtocol: the answer is no token.
  virtual Task<Result<Secret>> token(Deadline deadline) = 0;

  /// An API answered 401 to this token: it is not handed out again.
  virtual void refuse(const Secret& token) = 0;
};

/// A token as it was given.
struct FreshToken {
  Secret token;
  Millis lifetime{0};  ///< from when it was asked for
};

/// Where tokens come from. One call is one request. Errors as TokenSource::token().
class TokenFetch {
 public:
  virtual ~TokenFetch() = default;
  virtual Task<Result<FreshToken>> fetch(Deadline deadline) = 0;
};

/// Keeps what it fetches. However many ask at once, one request is under way. From 225 seconds before its end
/// (as Google's own libraries do) a token is replaced, while the others go on with the old one; so a token
/// server that is out for less is not noticed. After a failure nothing is asked for a second.
class CachedTokens final : public TokenSource {
 public:
  CachedTokens(Scheduler& loop, std::unique_ptr<TokenFetch> fetch) : loop_(loop), fetch_(std::move(fetch)) {}

  Task<Result<Secret>> token(Deadline deadline) override;
  void refuse(const Secret& token) override;

 private:
  bool usable() const { return loop_.now() < ends_; }
  bool resting() const { return loop_.now() < rest_until_; }
  Task<void> renew(Deadline deadline);
  Task<void> wait(Deadline deadline);

  Scheduler& loop_;
  std::unique_ptr<TokenFetch> fetch_;
  Secret token_;
  MonoTime renew_{};  ///< from then on another one is fetched
  MonoTime ends_{};
  MonoTime rest_until_{};
  Error last_error_;
  bool fetching_ = false;
  std::vector<OneShot<bool>> waiting_;
};

/// For emulators.
class NoTokens final : public TokenSource {
 public:
  Task<Result<Secret>> token(Deadline /*deadline*/) override { co_return Secret{}; }
  void refuse(const Secret& /*token*/) override {}
};

}  // namespace wac::google
