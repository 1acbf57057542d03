# Compiler, warnings, hardening, sanitizers.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "whatsapp-connector builds with clang 19 or newer (found ${CMAKE_CXX_COMPILER_ID} "
    "${CMAKE_CXX_COMPILER_VERSION}).\n"
    "g++ 12 silently miscompiles coroutines: docs/toolchain.md shows the cases.\n"
    "Install clang-19 lld-19 and use a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

find_program(WAC_CCACHE ccache)
if(WAC_CCACHE)
  # A build tree that was deleted is back in seconds. Clones at other paths do not share: a precompiled header
  # holds the path it was made at.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${WAC_CCACHE})
endif()
# A precompiled header must not be tied to the time stamps of its build for ccache to reuse objects.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
# No path of the machine that built it in the program.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
add_link_options(-fuse-ld=lld -Wl,--gc-sections -Wl,--as-needed)
add_compile_options(-ffunction-sections -fdata-sections)

add_library(wac_warnings INTERFACE)
target_compile_options(wac_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef
  -Wextra-semi -Wthread-safety)

if(WAC_SANITIZE)
  # Asio recycles handler memory per thread, which hides a use after free from the sanitizer.
  add_compile_definitions(BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)
  # Without vptr: that check opens a pipe to look at memory, and so reports nonsense where a test takes all descriptors.
  add_compile_options(-O1 -fno-omit-frame-pointer -fsanitize=${WAC_SANITIZE} -fno-sanitize=vptr
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WAC_SANITIZE})
elseif(WAC_FUZZ)
  add_compile_options(-O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link)
  add_link_options(-fsanitize=address,undefined)
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_definitions(_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
else()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(WAC_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
