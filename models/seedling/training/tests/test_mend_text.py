import os

import numpy as np
import torch
from tokenizers import Tokenizer

import mend_text
from model import TEXT, TextEncoder, encode_ids
from world import Attributes

TOKENIZER = Tokenizer.from_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/tokenizer.json"))
CAR = Attributes("car", "red", "city", "still", "still", "day")


def test_pairs_differ_by_how_the_way_is_said():
    rng = np.random.default_rng(0)
    pairs = [mend_text.draw_pair(rng, [CAR]) for _ in range(40)]
    changed = [(text, other) for text, other in pairs if text != other]
    assert 8 < len(changed) < 32
    for text, other in changed:
        way = "left" if "from right to left" in text else "right"
        assert text.replace(mend_text.ACROSS[way], f"to the {way}", 1) == other


def test_what_is_wanted_is_what_the_other_caption_has_where_both_say_the_same():
    torch.manual_seed(0)
    old = TextEncoder(**TEXT).requires_grad_(False)
    pairs = [("a red car drives from right to left, fog rises", "a red car drives to the left, fog rises"), ("a blue cat", "a blue cat")]
    target = mend_text.wanted(old, TOKENIZER, pairs)
    have = old(*encode_ids(TOKENIZER, [other for _, other in pairs]))
    tokens, others = (TOKENIZER.encode(text).tokens for text in pairs[0])
    assert torch.equal(target[0, :4], have[0, :4]) and torch.equal(target[0, len(tokens) - 4:len(tokens)], have[0, len(others) - 4:len(others)])
    assert tokens[7] == others[6] == "Ġleft" and torch.equal(target[0, 7], have[0, 6])
    blue = len(TOKENIZER.encode("a blue cat").ids)
    assert torch.equal(target[1, :blue], have[1, :blue]) and not target[1, blue:].any()
    assert mend_text.error(old, TOKENIZER, pairs, target)[1] < 1e-6 < mend_text.error(old, TOKENIZER, pairs, target)[0]
