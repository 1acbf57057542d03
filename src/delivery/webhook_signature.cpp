#include "delivery/webhook_signature.h"

#include "base/encoding.h"
#include "crypto/digest.h"

namespace wac::delivery {

std::string webhook_timestamp(WallTime now) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
}

std::string webhook_signature(const std::vector<Secret>& keys, std::string_view id,
                              std::string_view timestamp, std::string_view body) {
  std::string header;
  for (const Secret& key : keys) {
    crypto::HmacSha256 mac{key};
    for (const std::string_view part : {id, std::string_view{"."}, timestamp, std::string_view{"."}, body}) {
      mac.update(part);
    }
    const crypto::Digest digest = mac.finish();
    if (!header.empty()) header += ' ';
    header += "v1,";
    header += to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
  return header;
}

}  // namespace wac::delivery
