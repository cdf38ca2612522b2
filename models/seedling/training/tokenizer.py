"""Trains the bilingual byte-level tokenizer on captions: python tokenizer.py OUT.json"""
import json
import sys

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from captions import caption
from world import sample_attributes

VOCAB = 4096


def build(captions):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        # One token per Chinese character at most: phrases would be learnt by heart otherwise.
        pre_tokenizers.Split(Regex("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(captions, trainers.BpeTrainer(
        vocab_size=VOCAB, special_tokens=["<pad>", "</s>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    tokenizer = build(caption(sample_attributes(rng), rng) for _ in range(60_000))
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(json.loads(tokenizer.to_str()), file, ensure_ascii=False, separators=(",", ":"))
    print(tokenizer.get_vocab_size(), tokenizer.encode("an orange cat in a snowy forest, the sun sets. 一只橙色的猫在雪林里").tokens)
