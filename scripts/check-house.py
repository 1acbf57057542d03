#!/usr/bin/env python3
"""Holds the sources against the rules of the house that no compiler checks.

Usage: scripts/check-house.py [root]      prints file:line: message, exit status 1 with any finding.
A finding is waived by `// house: allow <rule> because <reason>` on its line or the line above.
"""

import re
import sys
from pathlib import Path

# Folders that may turn personal data and secrets into text, and why each must.
EXPOSE = {
    "base": "defines it",
    "config": "checks secrets, hashes API keys",
    "crypto": "keys HMACs and ciphers",
    "net": "sends credentials to Redis",
    "whatsapp": "builds requests to Meta",
    "contacts": "fingerprints and seals what is known of contacts",
    "outbound": "seals payloads, fingerprints recipients, authorises at Meta",
    "inbound": "checks signatures, seals events",
    "google": "authorises at Google",
    "delivery": "hands events to their owner",
    "archive": "reads which files events speak of, seals their keys, authorises at Google",
    "api": "compares credentials, answers the data's owner",
    "service": "gives keys to their users",
    "sandbox": "plays Meta, for tests",
    "ctl": "authorises as the operator",
}
MAX_LINES = 400
WARN_LINES = 300

FOLDER = re.compile(r"^wac_folder\((\w+)\s+DEPENDS\s*([\w\s]*)\)", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)
WAIVER = re.compile(r"//\s*house: allow ([\w-]+) because \S")
LAMBDA = re.compile(r"(?<![\w\])\[])\[(?!\[)([^\[\]]*)\]\s*(?:\([^{};]*?\))?\s*(?:mutable\s*|noexcept\s*)*(?:->[^{};]*)?\{")
BINDING = re.compile(r"\bauto\s*&{0,2}\s*\[[^\]]*\]\s*(?:=\s*|\{|\()\s*co_await\b")
TASK = re.compile(r"\bTask<[^;{}()]*>\s+(?:\w+::)*(\w+)\s*\(")
SPAWN = re.compile(r"\bspawn\(\s*(?:[\w:]+(?:\(\))?(?:\.|->))*(?:\w+::)*(\w+)\s*\(")
TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
NAMED_TEST = re.compile(r"`([A-Z]\w*)\.([A-Z]\w*)`")
COMMENT_OR_TEXT = re.compile(
    r'R"(?P<tag>[^()\\\s]{0,16})\((?:.|\n)*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*(?:.|\n)*?\*/')


def without_text(source):
    """The code with comments and literals blanked; positions and line numbers stay."""
    def blank(match):
        if match.group(0)[0] == "'" and match.start() > 0 and source[match.start() - 1].isalnum():
            return match.group(0)  # a digit separator, not a character
        return re.sub(r"[^\n]", " ", match.group(0))
    return COMMENT_OR_TEXT.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", source))


def closing(code, start, pair):
    """Index behind the bracket that closes the one at `start`."""
    depth = 0
    for i in range(start, len(code)):
        depth += (code[i] == pair[0]) - (code[i] == pair[1])
        if depth == 0:
            return i + 1
    return len(code)


def allowed_folders(cmake):
    direct = {name: set(depends.split()) for name, depends in FOLDER.findall(cmake)}

    def reach(name):
        return {name}.union(*(reach(other) for other in direct.get(name, ())))
    return {name: reach(name) for name in direct}


class Findings:
    def __init__(self):
        self.list = []

    def add(self, path, source, at, rule, message):
        line = source.count("\n", 0, at) + 1
        near = source.split("\n")[max(0, line - 2):line]
        if not any(match.group(1) == rule for text in near for match in WAIVER.finditer(text)):
            self.list.append((str(path), line, f"{message} [{rule}]"))


def check_includes(findings, path, folder, source, allowed):
    for match in INCLUDE.finditer(source):
        ours, theirs = match.groups()
        # Quoted or in angle brackets, what is meant is the same.
        name = ours or theirs
        if name.startswith(("boost/asio", "boost/beast")) and folder != "net":
            findings.add(path, source, match.start(), "asio", "only src/net includes Asio and Beast")
        target = name.split("/")[0]
        if folder and target in allowed and target not in allowed.get(folder, ()):
            findings.add(path, source, match.start(), "depends",
                         f"{folder} may not use {target} (wac_folder in CMakeLists.txt)")
        if folder and name == "base/expose.h" and folder not in EXPOSE:
            findings.add(path, source, match.start(), "expose",
                         f"{folder} may not turn personal data into text")


def check_coroutines(findings, path, source, code, spawned):
    for match in LAMBDA.finditer(code):
        captures = match.group(1).strip()
        body = code[match.end() - 1:closing(code, match.end() - 1, "{}")]
        if captures and re.search(r"\bco_(await|return)\b", body):
            findings.add(path, source, match.start(), "capturing-coroutine",
                         "a coroutine's captures die with the lambda: use a function with parameters")
    for match in BINDING.finditer(code):
        findings.add(path, source, match.start(), "binding", "name the awaited value, then bind to it")
    for match in TASK.finditer(code):
        parameters = code[match.end() - 1:closing(code, match.end() - 1, "()")]
        if "&&" in parameters:
            findings.add(path, source, match.start(), "task-rvalue",
                         "a coroutine keeps a && parameter as a reference: take it by value")
        if match.group(1) in spawned and re.search(r"\bstring_view\b|\bspan<|&", parameters):
            findings.add(path, source, match.start(), "spawned-reference",
                         f"{match.group(1)}() is spawned: take everything by value")


def check_words(findings, path, kind, source, code):
    rules = [("TODO|FIXME", "word", "finish it or leave it out", source, "src apps tests bench"),
             (r"std::cout", "cout", "src does not print", code, "src"),
             (r"\bv?f?printf\b", "printf", "no printf", code, "src apps"),
             (r"\bsleep_for\b|\busleep\b|\bnanosleep\b", "sleep", "poll with a deadline instead", code, "tests")]
    for pattern, rule, message, text, kinds in rules:
        if kind not in kinds.split():
            continue
        for match in re.finditer(pattern, text):
            findings.add(path, source, match.start(), rule, f"{match.group(0)}: {message}")


def check_file(findings, path, source, allowed, spawned=frozenset()):
    kind = path.parts[0]
    folder = path.parts[1] if kind == "src" else None
    code = without_text(source)
    if kind in ("src", "apps"):
        check_includes(findings, path, folder, source, allowed)
        check_coroutines(findings, path, source, code, spawned)
        lines = source.count("\n")
        if lines > MAX_LINES:
            findings.list.append((str(path), lines, f"more than {MAX_LINES} lines [length]"))
        elif lines > WARN_LINES:
            print(f"{path}: warning: {lines} lines, aim below {WARN_LINES}", file=sys.stderr)
    check_words(findings, path, kind, source, code)


def check_named_tests(findings, path, text, sources):
    """Documents may name only tests that there are."""
    known = {match.groups() for source in sources.values() for match in TEST.finditer(source)}
    for match in NAMED_TEST.finditer(text):
        if match.groups() not in known:
            findings.add(path, text, match.start(), "named-test", f"{match.group(0)}: there is no such test")


def spawned_by_stem(sources):
    """Names given to spawn(), by the file's path without extension: declarations live in x.h, spawns in x.cpp."""
    names = {}
    for path, source in sources.items():
        names.setdefault(path.with_suffix(""), set()).update(SPAWN.findall(without_text(source)))
    return names


def self_test():
    allowed = allowed_folders("wac_folder(base DEPENDS)\nwac_folder(net DEPENDS base)\nwac_folder(api DEPENDS net)\n"
                              "wac_folder(store DEPENDS base)\n")
    cases = [
        ("src/api/a.cpp", '#include "net/x.h"\n#include "base/x.h"\n', None),
        ("src/base/a.cpp", '#include "net/x.h"\n', "depends"),
        ("src/api/a.cpp", "#include <boost/asio/io_context.hpp>\n", "asio"),
        ("src/net/a.cpp", "#include <boost/asio/io_context.hpp>\n", None),
        ("src/store/a.cpp", '#include "base/expose.h"\n', "expose"),
        ("src/store/a.cpp", '// house: allow expose because of a test\n#include "base/expose.h"\n', None),
        ("src/store/a.cpp", '// house: allow asio because of a test\n#include "base/expose.h"\n', "expose"),
        ("src/api/a.cpp", "auto f = [this](int x) -> Task<void> { co_await g(x); };", "capturing-coroutine"),
        ("src/api/a.cpp", "auto f = [](int x) -> Task<void> { co_await g(x); };", None),
        ("src/api/a.cpp", "auto f = [&] { return a[i]; }; co_await g(x);", None),
        ("src/api/a.cpp", "const auto& [a, b] = co_await f();", "binding"),
        ("src/api/a.cpp", "const auto pair = co_await f(); const auto& [a, b] = pair;", None),
        ("src/api/a.cpp", "Task<void> run(std::string&& text);", "task-rvalue"),
        ("src/api/a.cpp", "Task<void> run(std::string_view text);\nvoid f() { scope_.spawn(run(t)); }",
         "spawned-reference"),
        ("src/api/a.cpp", "Task<void> run(std::string text);\nvoid f() { scope_.spawn(self->run(t)); }", None),
        ("src/api/a.cpp", "Task<void> run(std::string_view text);\nvoid f() { scope_.spawn(other(t)); }", None),
        ("src/api/a.cpp", "int x; // TO" + "DO later\n", "word"),
        ("src/api/a.cpp", "std::cout << 1;", "cout"),
        ("src/api/a.cpp", 'auto t = "std::cout"; // printf\n', None),
        ("src/api/a.cpp", "auto n = 10'000; printf(1); auto m = 20'000;", "printf"),
        ("src/api/a.cpp", "std::snprintf(b, 1, c);", None),
        ("tests/a.cpp", "std::this_thread::sleep_for(1s);", "sleep"),
        ("src/api/a.cpp", "\n" * 401, "length"),
    ]
    for name, source, expected in cases:
        path = Path(name)
        findings = Findings()
        spawned = spawned_by_stem({path: source})[path.with_suffix("")]
        check_file(findings, path, source, allowed, spawned)
        rules = [message.rsplit("[", 1)[1].rstrip("]") for _, _, message in findings.list]
        assert rules == ([expected] if expected else []), (source, rules)
    findings = Findings()
    check_named_tests(findings, Path("docs/a.md"), "`A.Is`\n`A.IsNot`",
                      {Path("tests/a.cpp"): "TEST_F(A, Is) {}\n// TEST_F(A, IsNot)\n"})
    assert [line for _, line, _ in findings.list] == [2], findings.list


def main():
    self_test()
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    allowed = allowed_folders((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    assert allowed, "no wac_folder() found"
    sources = {}
    for kind in ("src", "apps", "tests", "bench"):
        for path in sorted((root / kind).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                sources[path.relative_to(root)] = path.read_text(encoding="utf-8")
    spawned = spawned_by_stem(sources)
    findings = Findings()
    for path, source in sources.items():
        check_file(findings, path, source, allowed, spawned[path.with_suffix("")])
    for path in sorted((root / "docs").glob("*.md")):
        check_named_tests(findings, path.relative_to(root), path.read_text(encoding="utf-8"), sources)
    for path, line, message in sorted(findings.list):
        print(f"{path}:{line}: {message}")
    return 1 if findings.list else 0


if __name__ == "__main__":
    sys.exit(main())
