#!/usr/bin/env python3
"""Writes Sources/SentimentLab/Vader/VaderData.swift: VADER's valences and emoji names, from PyPI (MIT).

    python3 -m venv venv && venv/bin/pip install vaderSentiment==3.3.2
    venv/bin/python Scripts/import-vader-lexicon.py > Sources/SentimentLab/Vader/VaderData.swift

Of the lexicon the mean valence is kept (the raters' deviation and votes are not used by the algorithm), of the emoji
those of one code point (the original looks at one at a time). It is a string literal and no embedded resource because
the compiler takes half a minute for an array of 130,000 bytes.
"""
import importlib.metadata
import os

import vaderSentiment

COLUMNS = 400
package = os.path.dirname(vaderSentiment.__file__)


def lines(name):
    with open(os.path.join(package, name), encoding="utf-8") as file:
        return [line.strip() for line in file.read().split("\n") if line]


def literal(name, pairs):
    print(f'    static let {name}: StaticString = #"""')
    row = ""
    for key, value in pairs.items():
        assert '"""' not in key and "\t" not in key
        row += f"{key}\t{value}\t"
        if len(row) > COLUMNS:
            print("        " + row.rstrip("\t"))
            row = ""
    print("        " + row.rstrip("\t"))
    print('        """#')


valences = dict(line.split("\t")[0:2] for line in lines("vader_lexicon.txt"))
emoji = dict(line.split("\t")[0:2] for line in lines("emoji_utf8_lexicon.txt"))
notice = [file for file in importlib.metadata.files("vaderSentiment") if file.name.startswith("LICENSE")][0]

print("// swift-format-ignore-file")
print("// Made by Scripts/import-vader-lexicon.py from the Python package vaderSentiment 3.3.2; do not edit.")
print("//")
for line in notice.read_text().strip().splitlines():
    print(f"// {line.rstrip()}".rstrip())
print()
print("/// Keys and values in turn, separated by tabs and line ends.")
print("enum VaderData {")
print("    /// The mean valence, -4...4, of each word and emoticon.")
literal("valences", valences)
print()
print("    /// The name of each emoji.")
literal("emoji", {key: value for key, value in emoji.items() if len(key) == 1})
print("}")
