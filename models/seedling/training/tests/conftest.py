import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import pytest
import torch

from codec import Codec
from export import export_codec, export_models
from model import Seedling


@pytest.fixture
def exported(tmp_path):
    """(model, codec, folder): weights by chance, and the files that are exported of them."""
    torch.manual_seed(0)
    model, codec = Seedling(), Codec()
    torch.nn.init.normal_(model.transformer.head.head.weight)
    export_models(model.state_dict(), tmp_path)
    export_codec(codec.state_dict(), tmp_path)
    return model, codec, tmp_path
