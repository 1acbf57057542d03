#!/usr/bin/env python3
"""Holds the events that the webhooks of tests/webhooks become against the schemas and documents of docs/.

Usage: validate_events.py --dump PROGRAM [--write-examples]

Checked: each schema is one; each event fits the envelope and its family's schema; each event type is in
docs/events.md and has an example in docs/api/events/examples which is exactly what the program makes; nothing
personal stands outside `data`; and, so that these checks can fail, spoilt events are refused.
--write-examples writes the examples anew, for review.
"""

import argparse
import copy
import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs/api/events"
EXAMPLES = SCHEMAS / "examples"

# The start of a type, and the schema of its family.
FAMILIES = {
    "whatsapp.message.received.": "message-received",
    "whatsapp.message.status.": "message-status",
    "whatsapp.account.": "account",
    "whatsapp.value.error": "value-error",
    "whatsapp.webhook.": "webhook",
    "whatsapp.unknown.": "unknown",
}
# What identifies people in tests/webhooks.
PERSONAL = ["1650555", "1219555", "1555078", "wamid.", "wacid.", "US.", "Sheena", "sheena", "Pablo", "Barbara"]

problems = []


def complain(where, what):
    problems.append(f"{where}: {what}")


def load_schemas():
    schemas = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
    return schemas


def family_of(event):
    for start, family in FAMILIES.items():
        if str(event.get("type", "")).startswith(start):
            return family
    return None


def faults(schemas, event):
    """What is wrong with an event, as texts."""
    family = family_of(event)
    found = list(schemas["envelope"].iter_errors(event))
    if family is None:
        return ["no family"] + [error.message for error in found]
    found += schemas[family].iter_errors(event)
    return ["/" + "/".join(map(str, error.absolute_path)) + " " + error.message for error in found]


def dump(program):
    webhooks = sorted((ROOT / "tests/webhooks").glob("*.json"))
    run = subprocess.run([program, *map(str, webhooks)], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    silent = {path.stem for path in webhooks} - {line["file"] for line in lines}
    for name in sorted(silent):
        complain(name, "became no event")
    return lines


def check_events(schemas, lines):
    for line in lines:
        event = line["event"]
        for fault in faults(schemas, event):
            complain(f'{line["file"]} ({event.get("type")})', fault)
        outside = json.dumps({name: value for name, value in event.items() if name != "data"})
        for word in PERSONAL:
            if word in outside:
                complain(line["file"], f"{word} outside data")


def check_examples(first_of_type, write):
    documented = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    wanted = {}
    for kind, event in first_of_type.items():
        name = kind.removeprefix("whatsapp.")
        wanted[name + ".json"] = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
        # The fields nobody described yet have one line together.
        named = name in ("unknown.notification", "unknown.messages") or not name.startswith("unknown.")
        if f"`{name if named else 'unknown.{field}'}`" not in documented:
            complain("docs/events.md", f"does not name `{name}`")
    if write:
        EXAMPLES.mkdir(exist_ok=True)
        for path in EXAMPLES.glob("*.json"):
            path.unlink()
        for name, text in wanted.items():
            (EXAMPLES / name).write_text(text, encoding="utf-8")
    there = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.json")}
    for name in sorted(wanted.keys() | there.keys()):
        if name not in wanted:
            complain(f"examples/{name}", "no webhook of tests/webhooks becomes such an event")
        elif there.get(name) != wanted[name]:
            complain(f"examples/{name}", "is not what the program makes (--write-examples)")


def spoil(event, change):
    spoilt = copy.deepcopy(event)
    change(spoilt)
    return spoilt


def check_refusals(schemas, first_of_type):
    """Events with one thing wrong; a schema that accepts one of them is too lax."""
    def cases():
        for event in first_of_type.values():
            for name in ("specversion", "id", "source", "type", "time", "datacontenttype", "tenantid", "data"):
                yield f"{event['type']} without {name}", spoil(event, lambda e, n=name: e.pop(n))
            yield f"{event['type']} with a subject", spoil(event, lambda e: e.update(subject="16505551234"))
            yield f"{event['type']} with more data", spoil(event, lambda e: e["data"].update(surprise=1))
            yield f"{event['type']} without raw", spoil(
                event, lambda e: [e["data"].pop(name, None) for name in ("raw", "rawBase64")])
            for part in ("message", "status", "notice", "error"):
                if isinstance(event["data"].get(part), dict) and part != "message":
                    yield f"{event['type']} with more in {part}", spoil(
                        event, lambda e, p=part: e["data"][p].update(surprise=1))
                if part in event["data"]:
                    yield f"{event['type']} without {part}", spoil(event, lambda e, p=part: e["data"].pop(p))
    for what, event in cases():
        if not faults(schemas, event):
            complain("schemas", f"accept an event {what}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", required=True)
    parser.add_argument("--write-examples", action="store_true")
    arguments = parser.parse_args()
    schemas = load_schemas()
    lines = dump(arguments.dump)
    check_events(schemas, lines)
    first_of_type = {}
    for line in lines:
        first_of_type.setdefault(line["event"]["type"], line["event"])
    check_examples(first_of_type, arguments.write_examples)
    check_refusals(schemas, first_of_type)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(lines)} events of {len(first_of_type)} types, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
