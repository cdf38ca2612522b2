import torch

from begin import read_codec, read_models
from codec import Codec


def test_training_goes_on_from_what_was_exported(exported):
    model, codec, folder = exported
    read, want = read_models(folder), model.state_dict()
    assert set(read) == set(want)
    for name, value in want.items():
        assert (read[name] - value).abs().max() <= value.abs().max() / 120, name
    again = read_codec(folder)
    for name, value in codec.state_dict().items():
        assert torch.allclose(again["model"][name], value, atol=1e-3, rtol=1e-3), name
    x = torch.rand(5, 16, 16, 3)
    other = Codec()
    other.load_state_dict(again["model"])
    assert torch.allclose(other.encode(x), codec.encode(x), atol=2e-2)
