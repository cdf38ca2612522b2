import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import torch

from begin import read_codec, read_models
from codec import Codec
from export import export_codec, export_models
from model import Seedling


def test_training_goes_on_from_what_was_exported(tmp_path):
    torch.manual_seed(0)
    model, codec = Seedling(), Codec()
    torch.nn.init.normal_(model.transformer.head.head.weight)
    export_models(model.state_dict(), tmp_path)
    export_codec(codec.state_dict(), tmp_path)
    read, want = read_models(tmp_path), model.state_dict()
    assert set(read) == set(want)
    for name, value in want.items():
        assert (read[name] - value).abs().max() <= value.abs().max() / 120, name
    again = read_codec(tmp_path)
    for name, value in codec.state_dict().items():
        assert torch.allclose(again["model"][name], value, atol=1e-3, rtol=1e-3), name
    x = torch.rand(5, 16, 16, 3)
    other = Codec()
    other.load_state_dict(again["model"])
    assert torch.allclose(other.encode(x), codec.encode(x), atol=2e-2)
