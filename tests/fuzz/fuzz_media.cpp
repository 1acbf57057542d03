// Any file and any redirect: no crash, only types of the message's kind, and never a URL that is not allowed.
// The first byte chooses the kind; the rest is the file, and the Location.

#include "fuzz/fuzz.h"
#include "outbound/media_rules.h"
#include "whatsapp/media_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wac;
  using namespace wac::whatsapp;
  if (size < 1) return 0;
  const auto kind = static_cast<MediaKind>(data[0] % 5);
  const std::string_view text = testing::fuzz_text(data + 1, size - 1);
  for (const std::string_view declared : {std::string_view{}, text}) {
    if (const auto type = recognise_media(kind, declared, text, text)) {
      testing::must(type->max_bytes > 0 && type->max_bytes <= media_limit(kind));
      testing::must(type->mime.find('/') != std::string_view::npos);
    }
  }
  static const net::Url kFrom = net::parse_url("https://example.com/dir/file?x=1").value();
  if (const auto place = outbound::judge_redirect(kFrom, text, {})) {
    testing::must(place->endpoint.tls && place->endpoint.port == 443 && !place->endpoint.host.empty());
    testing::must(place->target.starts_with('/') && place->target.find('#') == std::string::npos);
  }
  return 0;
}
