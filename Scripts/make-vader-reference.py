#!/usr/bin/env python3
"""Writes Tests/SentimentLabTests/Vader/VaderReference.swift: what the Python original says.

    python3 -m venv venv && venv/bin/pip install vaderSentiment==3.3.2
    venv/bin/python Scripts/make-vader-reference.py DATA/vader > Tests/SentimentLabTests/Vader/VaderReference.swift

Of the four gold sets only a digest of the figures goes into the file: FNV-1a over lines of "%.4f %.3f %.3f %.3f".
"""
import os
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

CASES = [
    "VADER is smart, handsome, and funny.", "VADER is smart, handsome, and funny!", "VADER is VERY SMART, handsome, and FUNNY!!!",
    "VADER is not smart, handsome, nor funny.", "The book was good.", "At least it isn't a horrible book.",
    "The book was only kind of good.", "The plot was good, but the characters are uncompelling and the dialog is not great.",
    "Today SUX!", "Today only kinda sux! But I'll get by, lol", "Make sure you :) or :D today!", "Not bad at all",
    "Catch utf-8 emoji such as 💘 and 💋 and 😁", "😀😀great", "great😀", "😂", "a😭b ok", "👍🏽 nice",
    "It isn't good", "It ain't good", "I can't love it", "I couldnt love it", "we don't really love it", "don't hate",
    "never so good", "never this good", "never ever good", "never so very good", "without doubt good",
    "without a doubt good", "without any good", "so very good", "this really good", "it was so x good",
    "least good", "at least good", "very least good", "the least good of all", "least", "hated least loved",
    "good but bad", "bad but good", "but good", "good but", "good good but bad bad", "Good BUT great but awful",
    "the shit", "this is the shit man", "he is the bomb really", "what a bad ass movie", "badass", "yeah right whatever",
    "that is the kiss of death", "shoes to die for", "my beating heart is yours", "wait for the bus stop good",
    "GOOD day", "GOOD DAY", "good VERY good", "VERY good day", "it is VERY bad", "bad BAD", "no good", "no GOOD here",
    "no", "no no no", "no great or good", "no great nor good", "there is no way this is good", "no problem",
    "good!", "good!!", "good!!!", "good!!!!", "good!!!!!!", "bad!!!", "good?", "good??", "good???", "good????",
    "bad??!!", "?!", "!!!", "very good", "very x good", "very x y good", "very x y z good", "extremely very good",
    "slightly good", "slightly x good", "slightly x y good", "kind of good", "sort of bad", "just enough good",
    "kind of", "kind of a good day", "it was kind-of good", "hardly bad", "barely x good", "VERY x good", "SLIGHTLY good",
    "not very good", "not x good", "not x y good", "not x y z good", "nor is it good", "despite good intentions",
    "rarely good", "seldom x bad", "uh-uh good", "nothing good", "nowhere good", "neither good nor bad",
    ":)", ":-)", ":(", ":D", ";)", "<3", ":'(", "^_^", "(:", "xD", "=)", ":/", "o.O", "(good)", "'good'", "good...",
    "...", "", " ", "\t", "a", "ok", "I", "U", "u", "lol", "LOL", "rofl lmao", "wtf", "omg!", "ugly-looking", "well-done",
    "é bon", "BON café good", "Ünder GOOD", "ǅ good", "大 good", "ＧＯＯＤ good", "good\u00a0bad", "good\u2003bad", "good\x1cbad", "good\u200bbad",
    "incredible", "incredible good", "considerable", "more", "most good", "less bad", "total", "major fail",
    "isn't isn't good", "doesn'tlike good", "n't good", "can't can't can't good", "Sentiment analysis has never been good.",
    "Sentiment analysis has never been this good!", "Most automated sentiment analysis tools are shit.",
    "With VADER, sentiment analysis is the shit!", "Other sentiment analysis tools can be quite bad.",
    "On the other hand, VADER is quite bad ass", "VADER is such a badass!", "Without a doubt, excellent idea.",
    "Roger Dodger is one of the most compelling variations on this theme.",
    "Roger Dodger is at least compelling as a variation on the theme.",
    "Roger Dodger is one of the least compelling variations on this theme.", "Not such a badass after all.",
    "Without a doubt, an excellent idea.", "I hate-love it", "kill kill kill kill kill kill kill kill kill kill",
    "love " * 20, "50% off :-D :-D", "the shit the bomb the shit good", "GREAT great", "I'm happy:)", "happy :) happy",
]

print("// swift-format-ignore-file")
print("// Made by Scripts/make-vader-reference.py from the Python package vaderSentiment 3.3.2; do not edit.")
print()
print("/// What the original says: compound to four decimals; negative, neutral and positive to three.")
print("enum VaderReference {")
print("    static let cases: [(text: String, figures: String)] = [")
analyser = SentimentIntensityAnalyzer()


def figures(text):
    scores = analyser.polarity_scores(text)
    return "%.4f %.3f %.3f %.3f" % (scores["compound"], scores["neg"], scores["neu"], scores["pos"])


def swift(text):
    out = ""
    for char in text:
        if char in '\\"':
            out += "\\" + char
        elif " " <= char <= "~":
            out += char
        else:
            out += "\\u{%X}" % ord(char)
    return '"' + out + '"'


for case in CASES:
    print(f'        ({swift(case)}, "{figures(case)}"),')
print("    ]")
print()
print("    /// Rows and digest of the figures of each gold set.")
print("    static let sets: [(name: String, rows: Int, digest: UInt64)] = [")
for name in ("tweets", "amazon", "movie", "nyt"):
    digest, rows = 0xCBF29CE484222325, 0
    with open(os.path.join(sys.argv[1], f"en.vader_{name}.gold.tsv"), encoding="utf-8", newline="\n") as file:
        for line in file:
            rows += 1
            for byte in (figures(line.rstrip("\n").split("\t", 1)[1]) + "\n").encode():
                digest = (digest ^ byte) * 0x100000001B3 % 2**64
    print(f'        ("{name}", {rows}, 0x{digest:016X}),')
print("    ]")
print("}")
