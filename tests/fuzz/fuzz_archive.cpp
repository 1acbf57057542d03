// Any bytes as an archived file, and as a Range: no crash, and what is read lies within the file.

#include "archive/byte_range.h"
#include "archive/file_format.h"
#include "base/random.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wac;
  using namespace wac::archive;
  constexpr const char* kRing =
      R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
      R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";
  static const std::unique_ptr<Random> random = make_system_random();
  static crypto::Sealer sealer{crypto::Keyring::parse(Secret{kRing}).value(), *random};
  const std::string_view text = testing::fuzz_text(data, size);
  if (const auto range = parse_range(text, 1'000)) {
    testing::must(range->from <= 1'000 && range->length <= 1'000 - range->from);
  }
  static_cast<void>(decode_trailer(text));
  const auto raw = parse_head(text);
  if (!raw) return 0;
  testing::must(raw->size <= text.size() && raw->size <= kMostHeadBytes && raw->chunk_bytes > 0);
  static_cast<void>(open_head(sealer, *raw, "media|acme|77"));
  const auto layout = Layout::of_file(text.size(), raw->size, raw->chunk_bytes);
  if (!layout) return 0;
  testing::must(layout->file_bytes() == text.size());
  if (layout->size() == 0) return 0;
  for (const std::uint64_t from : {std::uint64_t{0}, layout->size() / 2, layout->size() - 1}) {
    const Layout::Part part = layout->part(from, layout->size() - from);
    testing::must(part.at >= raw->size && part.at + part.length == layout->trailer_at());
    testing::must(part.skip < raw->chunk_bytes);
  }
  return 0;
}
