#pragma once
// Media that users sent: found at Graph by its id, then read from where Meta keeps it. The token goes to
// Graph and to the configured hosts only, never to a URL's word alone, and never to the caller.

#include "base/semaphore.h"
#include "config/config.h"
#include "config/directory.h"
#include "crypto/digest.h"
#include "net/http_client.h"
#include "net/http_transfer.h"

#include <memory>
#include <optional>
#include <string>

namespace wac::outbound {

/// What Graph says about a file (facts §1.3).
struct MediaInfo {
  std::string url;
  std::string mime;                      ///< `type/subtype`, checked; else application/octet-stream
  std::optional<crypto::Digest> sha256;  ///< Meta writes it in hex or base64; absent when it is neither
  std::optional<std::uint64_t> size;
};
/// Nothing when it is not an answer about media.
std::optional<MediaInfo> parse_media_info(std::string_view body);

/// A SHA-256 as Meta writes it, in hex or base64; nothing when it is neither.
std::optional<crypto::Digest> parse_sha256(std::string_view text);

/// Meta's media ids: 1 to 32 digits.
bool is_media_id(std::string_view text);

enum class MediaReadFault : std::uint8_t {
  kNotFound,       ///< Graph knows no such file of this sender
  kGone,           ///< known, but its content is not there any more
  kRange,          ///< 416: no such part
  kTokenRefused,   ///< the sender's token is not accepted
  kForbiddenHost,  ///< Meta names a host that is not configured
  kUnavailable,    ///< Graph, or where it keeps files, does not answer as it should; later it may
  kBusy,           ///< too many files are being read
};

/// A file that is being read.
struct OpenMedia {
  MediaInfo info;
  int status = 200;           ///< 200, or 206 for a part
  std::string content_range;  ///< of a part
  std::unique_ptr<net::Download> content;
  Slot slot;
};

/// One per loop. Everything given outlives it.
class MediaReader {
 public:
  /// kInvalid when `config.graph_url` is no URL.
  static Result<std::unique_ptr<MediaReader>> make(const config::Config& config, Scheduler& loop,
                                                   net::HttpClient& client, net::HttpTransfers& transfers);
  MediaReader(const config::Config& config, Scheduler& loop, net::HttpClient& client,
              net::HttpTransfers& transfers, net::Url graph);

  using Opened = std::expected<OpenMedia, MediaReadFault>;
  /// `range`: the value of a Range header, or empty.
  Task<Opened> open(const config::SenderEntry& sender, std::string media_id, std::string range);

 private:
  Task<std::expected<MediaInfo, MediaReadFault>> look_up(const config::SenderEntry& sender,
                                                         const std::string& media_id, Deadline deadline);
  Task<std::expected<std::unique_ptr<net::Download>, MediaReadFault>> fetch(const config::SenderEntry& sender,
                                                                            const std::string& url,
                                                                            const std::string& range,
                                                                            Deadline deadline);
  bool may_get_token(const net::Endpoint& endpoint) const;
  net::ClientRequest request(const config::SenderEntry& sender, net::Endpoint endpoint, std::string target,
                             Deadline deadline) const;

  const config::Config& config_;
  Scheduler& loop_;
  net::HttpClient& client_;
  net::HttpTransfers& transfers_;
  net::Url graph_;
  net::AddressJudge judge_;
  Slots slots_;
};

}  // namespace wac::outbound
