#include "google/token_source.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::google {
namespace {

constexpr Millis kFetchAtMost{10'000};
constexpr Millis kRenewBefore{225'000};
/// A token must outlast the request that carries it.
constexpr Millis kMargin{10'000};
constexpr Millis kRestAfterFailure{1'000};

}  // namespace

Task<Result<Secret>> CachedTokens::token(Deadline deadline) {
  for (;;) {
    if (usable() && (loop_.now() < renew_ || fetching_ || resting())) co_return token_.clone();
    if (!fetching_) {
      if (!resting()) co_await renew(deadline);
      if (usable()) co_return token_.clone();
      co_return std::unexpected(last_error_);
    }
    if (deadline.passed(loop_.now())) co_return fail(ErrorCode::kTimeout, "google: access token");
    co_await wait(deadline);
  }
}

Task<void> CachedTokens::renew(Deadline deadline) {
  fetching_ = true;
  const MonoTime asked = loop_.now();
  auto fresh = co_await fetch_->fetch(deadline.sooner(asked + kFetchAtMost));
  fetching_ = false;
  if (fresh) {
    token_ = std::move(fresh->token);
    ends_ = asked + fresh->lifetime - std::min(kMargin, fresh->lifetime / 10);
    renew_ = asked + fresh->lifetime - std::min(kRenewBefore, fresh->lifetime / 2);
    rest_until_ = {};
  } else {
    last_error_ = fresh.error();
    rest_until_ = loop_.now() + kRestAfterFailure;
  }
  // Who is woken may ask again at once: that one waits for the next fetch, not for this one.
  for (const OneShot<bool>& waiting : std::exchange(waiting_, {})) waiting.set(true);
}

Task<void> CachedTokens::wait(Deadline deadline) {
  const OneShot<bool> signal;
  waiting_.push_back(signal);
  const MonoTime until = deadline.sooner(loop_.now() + kFetchAtMost).at;
  const auto timer = loop_.call_at(until, [signal] { signal.set(true); });
  co_await signal;
  loop_.cancel(timer);
}

void CachedTokens::refuse(const Secret& token) {
  const bool ours = expose(token, Purpose::kAuthorization) == expose(token_, Purpose::kAuthorization);
  // Of many requests that were refused together only the first one speaks of the token in force.
  if (ours) ends_ = {};
}

}  // namespace wac::google
