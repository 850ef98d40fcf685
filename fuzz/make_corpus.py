#!/usr/bin/env python3
"""Writes one seed file for each test vector, its body and its target: make_corpus.py DIRECTORY"""
import hashlib
import json
import pathlib
import re
import sys

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "vectors"


def expand(text):
    text = re.sub(r"\{\{(.*?)\*(\d+)\}\}", lambda m: m.group(1) * int(m.group(2)), text, flags=re.S)
    return text.encode("latin-1")


def messages():
    for line in (VECTORS / "h1_vectors.jsonl").read_text().splitlines():
        yield expand(json.loads(line)["raw"])
    for line in (VECTORS / "h1_response_vectors.jsonl").read_text().splitlines():
        steps = json.loads(line)["steps"]
        yield b"".join(expand(s) for s in steps if isinstance(s, str) and s not in ("CLOSE", "RST", "ECHO"))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for message in messages():
        words = message.split(b" ", 2)
        for seed in (message, message.partition(b"\r\n\r\n")[2], words[1] if len(words) > 2 else b""):
            if 0 < len(seed) <= 4096:
                (directory / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
