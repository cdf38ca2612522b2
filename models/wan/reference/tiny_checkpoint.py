"""A tiny model in the published layouts, each file written by the package that such files are written with, for test/unit
and test/e2e: test/fixtures/tiny-checkpoint/ and, as golden outputs, test/fixtures/golden/tiny-checkpoint.json.

    python models/wan/reference/tiny_checkpoint.py

| file | layout | written by |
| wan-q8_0.gguf | original names, matrices of the blocks in Q8_0, the patch embedding with five axes | gguf |
| wan.safetensors | diffusers' names, bfloat16 | safetensors |
| umt5-q8_0.gguf | llama.cpp's names | gguf |
| umt5.safetensors | transformers' names, float16 | safetensors |
| taew.safetensors | TAEHV's names, float16 | safetensors |
| tokenizer.json | unigram pieces, as umT5's | tokenizers |

The golden latents come from diffusers with the weights as these files hold them, the frames from the decoder of
tiny_autoencoder_golden.py.
"""

import hashlib
import json

import diffusers
import gguf
import numpy as np
import safetensors
import tokenizers
import torch
import transformers
from diffusers import FlowMatchEulerDiscreteScheduler, WanPipeline
from gguf import GGMLQuantizationType as T
from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast

import formula
import tiny_autoencoder_golden
import umt5_golden
import wan_golden
from pipeline_golden import few_steps, noise, text_encoder, transformer

OUT = formula.GOLDEN.parent / "tiny-checkpoint"
WORDS = "a the in on and cat dog house red blue snow forest jumps runs moves camera".split()
WAN = dict(dim=64, ffnDim=96, layers=2, heads=2, channels=8, patch=[1, 2, 2], freqDim=256, textDim=32, eps=1e-6)
TEXT = dict(vocab=64, dim=32, ffnDim=64, layers=2, heads=2, headDim=16, buckets=32, maxDistance=128, eps=1e-6)
CODEC = dict(channels=8, patch=2, width=8, pools=[2, 2, 1], widths=[16, 12, 8], grows=[1, 2, 2], lastWidth=8)
PAD_TO, TIMESTEPS, SEED = 64, [1000, 757, 522], 5
SIZE = dict(frames=4, height=4, width=4)  # half a second at 24 frames a second, 64 × 64 pixels
PROMPT = "a red cat jumps in the snow"
PROMPTS = [PROMPT, "Camera moves, the house!", "blue"]
EVERY = 7  # of the frames' numbers one in so many is kept


def write_tokenizer() -> PreTrainedTokenizerFast:
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    pieces = ["<pad>", "</s>", "<unk>", "▁", *letters, *("▁" + word for word in WORDS), ",", "."]
    assert len(pieces) <= TEXT["vocab"]
    scores = [0.0, 0.0, 0.0, -3.0, *(-6.0 - 0.1 * i for i in range(len(letters))), *(-2.0 - 0.05 * i for i in range(len(WORDS))), -4.0, -4.5]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.Unigram(list(zip(pieces, scores)), unk_id=2))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = tokenizers.decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.save(str(OUT / "tokenizer.json"))
    return PreTrainedTokenizerFast(tokenizer_file=str(OUT / "tokenizer.json"), pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def write_gguf(file: str, architecture: str, tensors: dict[str, torch.Tensor], large) -> None:
    writer = gguf.GGUFWriter(OUT / file, architecture)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    for name, tensor in tensors.items():
        data = tensor.detach().float().numpy()
        kind = T.Q8_0 if large(name) else T.F16 if data.ndim > 1 and "norm" not in name else T.F32
        writer.add_tensor(name, gguf.quants.quantize(data, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(file: str) -> dict[str, torch.Tensor]:
    """As gguf-py reads it."""
    tensors = {}
    for tensor in gguf.GGUFReader(OUT / file).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        tensors[tensor.name] = torch.from_numpy(values.reshape([int(n) for n in reversed(tensor.shape)]).copy())
    return tensors


def contents(tensors: dict[str, torch.Tensor]) -> list:
    """[name, shape, sum, norm] of each tensor, as the package reads it back."""
    return [[name, list(t.shape), t.double().sum().item(), t.double().norm().item()] for name, t in tensors.items()]


def fill(model: torch.nn.Module, canonical, tensors: dict[str, torch.Tensor]) -> None:
    """Gives a model all the tensors of a file; `canonical` maps the model's names to the file's."""
    names = dict(model.named_parameters())
    assert sorted(map(canonical, names)) == sorted(tensors), set(map(canonical, names)) ^ set(tensors)
    with torch.no_grad():
        for name, parameter in names.items():
            parameter.copy_(tensors[canonical(name)])


def run(tokenizer, wan: torch.nn.Module, text: torch.nn.Module) -> torch.Tensor:
    """Final latents; frames without a picture."""
    pipe = WanPipeline(tokenizer=tokenizer, text_encoder=text, transformer=wan, vae=None, scheduler=FlowMatchEulerDiscreteScheduler())
    prompts = pipe.encode_prompt
    # The pipeline's own padding, to the length that the tiny model's manifest names.
    pipe.encode_prompt = lambda _, **options: prompts(PROMPT, **options | {"max_sequence_length": PAD_TO})
    with torch.no_grad():
        return few_steps(pipe, TIMESTEPS, lambda draw: noise(SEED, 0, draw, SIZE, WAN["channels"]))


def paint(latents: torch.Tensor) -> torch.Tensor:
    """Frames of a clip, uint8 [F, H, W, 3]. Of the first latent frame only the last picture is part of it."""
    tensors = load_file(OUT / "taew.safetensors")
    formula.weight = lambda name, shape: tensors[name].float()
    pixels = tiny_autoencoder_golden.decode(CODEC, latents[0].double().transpose(0, 1))
    return (pixels[3:].permute(0, 2, 3, 1) * 255).round().to(torch.uint8)


def codec_tensors() -> dict[str, torch.Tensor]:
    """Names and shapes, by running encoder and decoder once. Matrices as large as He et al. have it: smaller ones paint grey."""
    seen, original = {}, formula.weight

    def note(name, shape):
        seen[name] = original(name, shape) * (6**0.5 if len(shape) > 1 else 1)
        return seen[name]

    formula.weight = note
    tiny_autoencoder_golden.decode(CODEC, torch.zeros(1, CODEC["channels"], 2, 2).double())
    tiny_autoencoder_golden.encode(CODEC, torch.zeros(4, 3, 32, 32).double())
    formula.weight = original
    return seen


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    tokenizer = write_tokenizer()
    wan, text = transformer(WAN), text_encoder(TEXT)
    formula.load(wan, wan_golden.canonical)
    formula.load(text, umt5_golden.canonical)
    embedding = {"shared.weight": text.shared.weight}  # the table once, as published files have it
    text_tensors = {n: p.detach() for n, p in text.named_parameters() if "embed_tokens" not in n} | embedding
    save_file({n: p.detach().bfloat16().contiguous() for n, p in wan.named_parameters()}, OUT / "wan.safetensors", metadata={"format": "pt"})
    save_file({n: p.detach().half().contiguous() for n, p in text_tensors.items()}, OUT / "umt5.safetensors", metadata={"format": "pt"})
    save_file({n: t.half().contiguous() for n, t in codec_tensors().items()}, OUT / "taew.safetensors")
    write_gguf(
        "wan-q8_0.gguf", "wan", {wan_golden.canonical(n): p for n, p in wan.named_parameters()},
        lambda name: name.startswith("blocks.") and name.endswith((".q.weight", ".k.weight", ".v.weight", ".o.weight", "ffn.0.weight", "ffn.2.weight")),
    )
    write_gguf(
        "umt5-q8_0.gguf", "t5encoder", {umt5_golden.canonical(n): p for n, p in text_tensors.items()},
        lambda name: name.endswith(("_q.weight", "_k.weight", "_v.weight", "_o.weight", "_gate.weight", "_up.weight", "_down.weight", "token_embd.weight")),
    )
    layouts = {}
    for layout, wan_file, text_file in [("gguf", "wan-q8_0.gguf", "umt5-q8_0.gguf"), ("safetensors", "wan.safetensors", "umt5.safetensors")]:
        read = read_gguf if layout == "gguf" else lambda file: {n: t.float() for n, t in load_file(OUT / file).items()}
        names = (wan_golden.canonical, umt5_golden.canonical) if layout == "gguf" else (lambda n: n, lambda n: n)
        wan, text = transformer(WAN), text_encoder(TEXT)
        fill(wan, names[0], read(wan_file))
        fill(text, names[1], read(text_file))
        latents = run(tokenizer, wan, text)
        layouts[layout] = {
            "transformer": wan_file,
            "text": text_file,
            "latents": formula.array(latents),
        }
        if layout == "gguf":  # whose 8 bits the engine keeps as they are
            frames = {"every": EVERY, "values": paint(latents).flatten()[::EVERY].tolist()}
    files = {path.name: path for path in sorted(OUT.iterdir())}
    document = {
        "command": "python models/wan/reference/tiny_checkpoint.py",
        "libraries": dict(
            torch=torch.__version__, diffusers=diffusers.__version__, transformers=transformers.__version__,
            safetensors=safetensors.__version__, tokenizers=tokenizers.__version__,
        ),
        "transformer": WAN, "text": TEXT, "codec": CODEC, "padTo": PAD_TO, "timesteps": TIMESTEPS, "seed": SEED, "size": SIZE,
        "files": {
            name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            | ({} if name == "tokenizer.json" else {"tensors": contents(read_gguf(name) if name.endswith("gguf") else load_file(path))})
            for name, path in files.items()
        },
        "prompts": [{"text": text, "ids": tokenizer(text).input_ids} for text in PROMPTS],
        "layouts": layouts,
        "frames": frames,
    }
    path = formula.GOLDEN / "tiny-checkpoint.json"
    path.write_text(json.dumps(document) + "\n")
    print({name: p.stat().st_size for name, p in files.items()}, path.stat().st_size)
    print(document["prompts"])
