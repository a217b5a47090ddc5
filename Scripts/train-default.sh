#!/usr/bin/env bash
# Trains the model that ships: the last step after Scripts/teacher.py, and its exact settings.
#
#   DATA=../shared/data SOFT=soft OWN=own Scripts/train-default.sh OUTPUT.dkm [further options of danmaku train]
#
#   DATA   holds labelled/ and raw/                                        (default: ../shared/data)
#   SOFT   what `teacher.py soft` wrote, and lexicon-terms.tsv beside it   (default: soft)
#   OWN    what `teacher.py own` wrote                                    (default: own)
#   BIN    where danmaku is                                                (default: .build/release)
#
# The same files give the same model, byte for byte. Two minutes on one core.

set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
output=${1:?usage: $0 OUTPUT.dkm [options]}
shift
labelled=${DATA:-$root/../shared/data}/labelled
soft=${SOFT:-soft}
own=${OWN:-own}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Learn from: what the teacher says of live comments and of other texts, and the two-class sets as they are.
# What a viewer would call a feeling, our own labels say; marked danmaku, which say less often so, have their part too.
live() { data+=("$1:weight=$2:domain=live"); }
other() { data+=("$1:weight=$2:domain=other"); }
data=()
live "$soft/s.zh.danmaku_marked.tsv" 5
live "$labelled/zh.byd_silver.polarity.train.tsv" 2
live "$soft/s.zh.byd_silver.tsv" 1
live "$soft/s.own.zh.tsv" 1.2
live "$soft/s.own.en.tsv" 0.6
live "$soft/s.own.ja.tsv" 0.6
live "$soft/s.own.labels.tsv" 4
data+=("$soft/lexicon-terms.tsv:weight=3")
other "$soft/s.zh.smp2020_usual.tsv" 2
other "$soft/s.zh.smp2020_virus.tsv" 2.2
other "$soft/s.zh.nlpcc_weibo.tsv" 2.5
other "$labelled/zh.weibo2018.polarity.train.tsv" 2.5
other "$soft/s.zh.weibo2018.tsv" 0.5
for set in waimai_10k online_shopping htl_all chnsenticorp bdci_car; do
    other "$labelled/zh.$set.polarity.train.tsv" 1
done
for set in waimai_10k chnsenticorp online_shopping; do
    other "$soft/s.zh.$set.tsv" 0.5
done
other "$soft/s.aug-zh.tsv" 0.6
other "$soft/s.u-zh.tsv" 0.3
live "$soft/s.en.tweeteval.tsv" 1
live "$labelled/en.tweeteval.polarity.train.tsv" 0.4
other "$soft/s.en.goemotions.tsv" 1.5
other "$soft/s.en.sst3.tsv" 1
data+=("$soft/s.u-en.tsv:weight=0.5" "$soft/s.aug-en.tsv:weight=0.6")

# Tune by: dev parts, the ones that matter most counting most. en.airline is never learnt from; its dev part keeps the
# priors of English from fitting two sets alone.
"$root/Scripts/distinct-dev.py" "$labelled/en.tweeteval.polarity" > "$work/en.tweeteval.polarity.dev.tsv"
dev=()
for file in zh.danmaku_marked.polarity:weight=3 zh.byd_silver.polarity:weight=4 zh.smp2020_usual.polarity:weight=0.4 \
    zh.smp2020_virus.polarity:weight=3 zh.nlpcc_weibo.polarity:weight=1.5 zh.weibo2018.polarity zh.waimai_10k.polarity \
    zh.online_shopping.polarity zh.chnsenticorp.polarity:weight=2 en.goemotions.polarity:weight=1.5 en.sst3.polarity:weight=0.3 \
    zh.danmaku_marked.emotion:weight=3 zh.smp2020_usual.emotion en.airline.polarity:weight=0.8; do
    weight=${file#"${file%%:*}"}
    dev+=(--dev "$labelled/${file%%:*}.dev.tsv$weight")
done
dev+=(--dev "$work/en.tweeteval.polarity.dev.tsv"
    --dev "$own/zh.own.polarity.dev.tsv:weight=2" --dev "$own/zh.own.emotion.dev.tsv:weight=0.3"
    --dev "$own/en.own.polarity.dev.tsv:weight=0.3" --dev "$own/ja.own.polarity.dev.tsv:weight=0.5")

exclude=()
for file in "$labelled"/*.test.tsv "$labelled"/*.dev.tsv; do
    exclude+=(--exclude "$file")
done

"${BIN:-$root/.build/release}/danmaku" train "${data[@]}" "${exclude[@]}" "${dev[@]}" --output "$output" \
    --name danmaku-2026-11-21 --epochs 6 --patience 9 --learning-rate 0.12 --decay 0.0003 --live-rate 1.5 \
    --live-decay 0.001 --dropout 0.2 --minimum-count 3 --lines 163840 "$@"
