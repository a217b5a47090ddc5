#!/usr/bin/env python3
"""Writes Sources/SentimentModel/Text/CharacterPairs.swift: which character stands for which when texts are normalised.

Traditional to simplified: TSCharacters.txt of OpenCC (Apache-2.0), as found in the PyPI package
`opencc-python-reimplemented` 0.1.7. Width, case and accents: Python's `unicodedata`.

    python3 -m venv venv && venv/bin/pip install opencc-python-reimplemented==0.1.7
    venv/bin/python Scripts/make-character-folding.py > Sources/SentimentModel/Text/CharacterPairs.swift

Only pairs of single characters of the basic plane whose UTF-8 form does not grow: the normaliser relies on it.
"""
import os
import unicodedata

import opencc

COLUMNS = 100


def folded(char):
    """The compatibility form in lower case without Latin accents, if that is one character."""
    form = unicodedata.normalize("NFKC", char).lower()
    bases = unicodedata.normalize("NFD", form)
    if len(bases) > 1 and bases[0].isascii() and bases[0].isalpha():
        form = "".join(c for c in bases if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", form)


def widths_and_cases():
    for point in range(0x80, 0x10000):
        char = chr(point)
        category = unicodedata.category(char)
        if 0xAC00 <= point <= 0xD7A3 or category in ("Cs", "Co", "Cn", "Cc", "Cf", "Mn", "Me", "Mc", "Zs", "Zl", "Zp"):
            continue
        # Full-width ASCII is a formula in the normaliser; Hangul jamo and the vertical forms that faces are made of stay.
        if 0xFF01 <= point <= 0xFF5E or 0xFE30 <= point <= 0xFE4F or 0x1100 <= point <= 0x11FF or 0x3131 <= point <= 0x318E:
            continue
        form = folded(char)
        if len(form) == 1 and form != char:
            yield char, form


def punctuation():
    """Variants of one sign, which compatibility forms keep apart."""
    for variants, sign in (
        ("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
        ("\u201c\u201d\u201e\u2033\u300c\u300d\u300e\u300f", '"'),
        ("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        ("\u301c\u223c\u02dc", "~"),
        ("\u22ef\u2025\u2e33", "\u2026"),
        ("\u203c\u2757\u2755", "!"),
        ("\u2753\u2754\u2047\u00bf", "?"),
        ("\u00a1", "!"),
        ("\u3010\u3014", "["),
        ("\u3011\u3015", "]"),
        ("\u3001\uff64", ","),
        ("\uff61", "\u3002"),
        ("\u2661\u2665\u2763", "\u2764"),
    ):
        for variant in variants:
            yield variant, sign


def traditional():
    path = os.path.join(os.path.dirname(opencc.__file__), "dictionary", "TSCharacters.txt")
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            source, targets = line.rstrip("\n").split("\t")
            target = targets.split(" ")[0]
            if len(source) == 1 and len(target) == 1 and source != target:
                yield source, target


pairs = {}
for source, target in widths_and_cases():
    pairs[source] = target
for source, target in traditional():
    pairs[source] = target
for source, target in punctuation():
    pairs[source] = target
# A compatibility ideograph may lead to a traditional character: follow it to the end.
for source in pairs:
    while pairs[source] in pairs:
        pairs[source] = pairs[pairs[source]]
pairs = {
    source: target
    for source, target in pairs.items()
    if max(ord(source), ord(target)) < 0x10000 and len(target.encode()) <= len(source.encode())
}

# Compatibility ideographs decompose canonically, which an editor may do to them silently: they go in by number.
fragile = {s: t for s, t in pairs.items() if unicodedata.normalize("NFC", s) != s}
text = "".join(s + t for s, t in sorted(pairs.items()) if s not in fragile)

print("// Made by Scripts/make-character-folding.py; do not edit. Traditional characters: OpenCC (Apache-2.0).")
print()
print("/// Pairs of characters, first what is read and then what it is normalised to; line ends mean nothing.")
print("///")
print("/// Width, case and accents follow Unicode's compatibility forms; traditional characters become simplified ones.")
print("enum CharacterPairs {")
print('    static let literal: StaticString = #"""')
for start in range(0, len(text), COLUMNS):
    print("        " + text[start : start + COLUMNS])
print('        """#')
print()
print("    /// Characters whose own form is not stable under canonical normalisation, by code point.")
print("    static let numbered: [(UInt16, UInt16)] = [")
entries = [f"(0x{ord(s):04X}, 0x{ord(t):04X})," for s, t in sorted(fragile.items())]
for start in range(0, len(entries), 5):
    print("        " + " ".join(entries[start : start + 5]))
print("    ]")
print("}")
