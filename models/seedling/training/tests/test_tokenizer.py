import os

import numpy as np
from tokenizers import Tokenizer

from captions import caption
from world import sample_attributes

TOKENIZER = Tokenizer.from_file(os.path.join(os.path.dirname(__file__), "../../weights/tokenizer.json"))


def test_every_text_comes_back():
    rng = np.random.default_rng(9)
    texts = [caption(sample_attributes(rng), rng) for _ in range(200)] + ["naïve café — 你好，世界。 🦊", "tabs\tand\nlines", ""]
    for text in texts:
        ids = TOKENIZER.encode(text).ids
        assert ids[-1] == 1 and 0 not in ids
        assert TOKENIZER.decode(ids, skip_special_tokens=True) == text


def test_the_empty_prompt_is_the_end_token():
    assert TOKENIZER.encode("").ids == [1]


def test_the_vocabulary_fits():
    assert TOKENIZER.get_vocab_size() <= 4096
    assert TOKENIZER.token_to_id("<pad>") == 0 and TOKENIZER.token_to_id("</s>") == 1
