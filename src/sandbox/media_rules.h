#pragma once
// What `POST /{phone number id}/media` takes (facts §1.3, §2.3), and how messages refer to it. Without I/O.

#include "sandbox/graph_error.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::sandbox {

/// The most any media may have, with room for the form around it.
inline constexpr std::uint64_t kMostMediaBytes = 100ULL * 1024 * 1024;
inline constexpr std::uint64_t kMostUploadBytes = kMostMediaBytes + 64 * 1024;

/// `boundary=` of a multipart/form-data Content-Type; nothing when it is another type.
std::optional<std::string> form_boundary(std::string_view content_type);

/// What speaks against a file of `type` and `size` whose part says it is `part_type`.
std::optional<GraphError> refuse_file(std::string_view type, std::string_view part_type, std::uint64_t size);

/// The ids of all media a message body refers to.
std::vector<std::string> media_ids_of(const boost::json::value& body);

}  // namespace wac::sandbox
