# What we use from Debian 12. Boost headers are SYSTEM; Boost.JSON is compiled from its own source in
# wac_boost_json so that sanitizer builds instrument it and the binary carries no extra shared object.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_library(WAC_SQLITE sqlite3 REQUIRED)
find_library(WAC_HIREDIS hiredis REQUIRED)
find_library(WAC_NGHTTP2 nghttp2 REQUIRED)
find_library(WAC_YAML yaml-cpp REQUIRED)
find_library(WAC_PROMETHEUS prometheus-cpp-core REQUIRED)
find_library(WAC_JEMALLOC jemalloc REQUIRED)
find_path(WAC_BOOST_INCLUDE boost/asio/io_context.hpp REQUIRED)

add_library(wac_boost INTERFACE)
target_include_directories(wac_boost SYSTEM INTERFACE ${WAC_BOOST_INCLUDE})
target_compile_definitions(wac_boost INTERFACE
  BOOST_JSON_STANDALONE_BUILD=1 BOOST_JSON_NO_LIB BOOST_ALL_NO_LIB BOOST_CONTAINER_NO_LIB
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(wac_boost INTERFACE Threads::Threads)

# One-line translation units, without our warnings: third-party code.
add_library(wac_boost_json STATIC ${CMAKE_CURRENT_LIST_DIR}/boost/json.cpp)
target_link_libraries(wac_boost_json PUBLIC wac_boost)
add_library(wac_boost_net STATIC ${CMAKE_CURRENT_LIST_DIR}/boost/asio.cpp ${CMAKE_CURRENT_LIST_DIR}/boost/beast.cpp)
target_link_libraries(wac_boost_net PUBLIC wac_boost OpenSSL::SSL OpenSSL::Crypto)
