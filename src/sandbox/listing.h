#pragma once
// Graph's ways with lists and fields: `fields=a,b{c}`, `limit`, `after`, `before`, `paging`.

#include "sandbox/graph_error.h"

#include <boost/json.hpp>

#include <expected>
#include <string_view>

namespace wac::sandbox {

/// The fields a query asks for, and the id; without `fields` those of `otherwise` (all when empty). Asking
/// for one the node does not have is refused in Graph's words. Braces behind a name are accepted and ignored.
std::expected<boost::json::object, GraphError> pick(const boost::json::object& node, std::string_view query,
                                                    std::string_view otherwise, std::string_view node_type);

/// One page of `all`: `{"data":[…],"paging":{"cursors":{…},"next":…}}`. `limit` is 25 unless given, 1 to 100.
/// `path` and `query` are the request's: `next` repeats them with another cursor.
std::expected<boost::json::object, GraphError> page(const boost::json::array& all, std::string_view path,
                                                    std::string_view query);

}  // namespace wac::sandbox
