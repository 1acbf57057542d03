#pragma once
// Big bodies over HTTP/1.1 in constant memory: a response that is read piece by piece, a request whose body
// is produced piece by piece. Both are pulled, so whoever is slower sets the pace. Every transfer has a
// connection of its own, and its own word on which addresses are acceptable. Nothing is resent and no
// redirect followed.

#include "base/error.h"
#include "base/task.h"
#include "net/address_policy.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/tls.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wac::net {

struct TransferRules {
  std::size_t response_header_bytes = 32 * 1024;
  /// Longer responses: kTooLarge, at the header when it announces the length.
  std::uint64_t response_body_bytes = 64ULL * 1024;
  Millis connect_deadline{5'000};  ///< DNS + TCP + TLS, within the request's own deadline
  /// Without one byte of progress by the peer, while it is the peer we wait for: kTimeout.
  Millis idle_deadline{15'000};
  /// Judges every address of the host; unset: any. The one connected to is one that was judged, and TLS is
  /// verified for the host's name all the same.
  AddressJudge judge;
};

/// A request body. Belongs to the caller and outlives the upload.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// How many bytes will come, exactly; unknown: the body goes chunked.
  virtual std::optional<std::uint64_t> length() const = 0;
  /// The next bytes, valid until the next call; empty: that was all. An error ends the upload with this
  /// error, and the peer can see that the request is incomplete.
  virtual Task<Result<std::string_view>> next() = 0;
  /// The peer wants no more: a pending next() must end soon, with any result.
  virtual void cancel() {}
};

/// A response whose header has arrived. Not to be destroyed while a read() is pending.
class Download {
 public:
  virtual ~Download() = default;
  /// Status and headers; `body` stays empty.
  virtual const ClientResponse& head() const = 0;
  /// What the header announces.
  virtual std::optional<std::uint64_t> length() const = 0;
  /// The next bytes (at most 64 KiB), valid until the next call; empty: the body is complete. kConnectionLost
  /// when it ends early, kTooLarge, kProtocol, kTimeout, kCancelled.
  virtual Task<Result<std::string_view>> read() = 0;
  /// Ends it; a pending read() completes with kCancelled.
  virtual void close() = 0;
};

using DownloadResult = std::expected<std::unique_ptr<Download>, ClientFailure>;

/// One per loop. Whoever waits for a transfer must have its end before this is destroyed.
class HttpTransfers {
 public:
  /// `tls` outlives it and is shared by all loops.
  static std::unique_ptr<HttpTransfers> make(EventLoop& loop, TlsContext& tls);
  virtual ~HttpTransfers() = default;

  /// `request.deadline` bounds all of it: header, body, and the pauses of whoever reads.
  virtual Task<DownloadResult> download(ClientRequest request, TransferRules rules) = 0;
  /// Sends `body` in place of `request.body`; completes with the answer, also with one that comes early.
  virtual Task<ClientResult> upload(ClientRequest request, BodySource& body, TransferRules rules) = 0;
  /// Refuses new transfers and ends those under way (kCancelled).
  virtual void stop() = 0;
};

}  // namespace wac::net
