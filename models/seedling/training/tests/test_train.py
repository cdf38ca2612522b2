import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as processes

import train
from blend import blend
from model import Seedling
from train import Optimiser, average_over
from world import Attributes


def one_of_two(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    weights = [torch.zeros(2, 3), torch.zeros(4)]
    for w in weights:
        w.grad = torch.full_like(w, rank + 1.)
    weights[1].grad[0] = 10. * rank
    told = average_over(weights, float(rank), 7.)
    torch.save([told, *(w.grad for w in weights)], f"{folder}/{rank}.pt")
    dist.destroy_process_group()  # else a thread of its own may still run when the process ends, which aborts it


def test_two_processes_go_on_with_the_mean_of_their_gradients(tmp_path):
    processes.spawn(one_of_two, (str(tmp_path),), 2)
    for rank in range(2):
        told, first, second = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert told == [.5, 7.] and (first == 1.5).all() and second.tolist() == [5., 1.5, 1.5, 1.5]


def test_every_weight_is_trained_by_one_of_two_optimisers():
    torch.manual_seed(0)
    transformer = Seedling().transformer
    optimiser = Optimiser(transformer, 1e-3, 0, 1)
    trained = [w for part in (optimiser.adam, optimiser.muon) for group in part.param_groups for w in group["params"]]
    assert sorted(map(id, trained)) == sorted(map(id, transformer.parameters()))
    before = [w.detach().clone() for w in trained]
    for w in trained:
        w.grad = torch.randn_like(w)
    optimiser.step(1e-3)
    assert all((w != b).any() for w, b in zip(trained, before))


def test_a_stack_of_matrices_goes_where_each_would_go_alone():
    torch.manual_seed(0)
    begun = [torch.randn(6, 6), torch.randn(8, 6), torch.randn(6, 8), torch.randn(6, 6)]
    alone, together = ([torch.nn.Parameter(w.clone()) for w in begun] for _ in range(2))
    optimisers = torch.optim.Muon(alone, lr=.1, weight_decay=.03, adjust_lr_fn="match_rms_adamw"), train.StackedMuon(together, .1, .03)
    for _ in range(3):
        for a, b in zip(alone, together):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        for optimiser in optimisers:
            optimiser.step()
    assert all(torch.allclose(a, b, atol=2e-3) for a, b in zip(alone, together))
    assert all((b - w).abs().mean() > .02 for b, w in zip(together, begun))


def one_of_two_optimisers(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    torch.manual_seed(0)
    transformer = Seedling().transformer
    for w in transformer.parameters():
        w.grad = torch.randn_like(w)
    Optimiser(transformer, 1e-3, rank, 2).step(1e-3)
    torch.save(transformer.state_dict(), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_that_share_the_matrices_come_to_the_same_weights(tmp_path):
    processes.spawn(one_of_two_optimisers, (str(tmp_path),), 2)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2))
    torch.manual_seed(0)
    begun = Seedling().transformer.state_dict()
    assert all(torch.equal(first[n], second[n]) and not torch.equal(first[n], begun[n]) for n in begun)


def test_weights_between_two_are_on_the_way_and_what_is_the_same_stays():
    first, second = {"a": torch.tensor([0., 2.]), "b": torch.tensor([.1, .3])}, {"a": torch.tensor([1., 4.]), "b": torch.tensor([.1, .3])}
    between = blend(first, second, .35)
    assert torch.allclose(between["a"], torch.tensor([.35, 2.7])) and torch.equal(between["b"], first["b"])


class Bright(torch.nn.Module):
    """Instead of a model: one number for each of two words, and one for none."""

    def __init__(self):
        super().__init__()
        self.value = torch.nn.Parameter(torch.zeros(3))
        self.transformer = lambda x, t, states, prefix, lengths, *rest: self.value[states[:, 0, 0].long()].view(-1, 1, 1, 1, 1).expand_as(x)

    def text(self, ids, lengths):
        return torch.where(lengths == 1, 0, ids[:, 0] % 2 + 1).float()[:, None, None]


def test_a_model_that_guides_itself_makes_three_times_as_much_of_words(monkeypatch):
    words = {"left": "a", "right": "b"}
    monkeypatch.setattr(train, "DROP_PROMPT", .4)
    monkeypatch.setattr(train, "PREFIX_SHARE", (1, 0, 0, 0, 0))
    monkeypatch.setattr(train, "caption", lambda a, rng, *rest: words[a.motion])
    monkeypatch.setattr(train, "encode_ids", lambda _, prompts: (torch.tensor([[ord(p[0]) if p else 0, 0] for p in prompts]), torch.tensor([2 if p else 1 for p in prompts])))

    class Clips:
        def batch(self, rng, size, square_share):
            said = [Attributes("car", "red", "city", str(rng.choice(["left", "right"])), "still", "day") for _ in range(size)]
            brightness = torch.tensor([.5 if a.motion == "left" else -.5 for a in said])
            return brightness.view(-1, 1, 1, 1, 1).expand(-1, 4, 2, 8, 8).clone(), said, torch.zeros(size, 2, 8, 8), None

    model, rng = Bright(), np.random.default_rng(0)
    torch.manual_seed(0)
    optimiser = torch.optim.SGD(model.parameters(), lr=.4)
    for _ in range(60):
        train.loss_of(model, train.draw(None, Clips(), rng, 32, None), torch.ones(4, 1, 1, 1), guidance=3., self_guided=True).backward()
        optimiser.step()
        optimiser.zero_grad()
    none, right, left = model.value.tolist()  # ord("a") is odd
    assert abs(none) < .25 and abs(left + 1.5) < .3 and abs(right - 1.5) < .3, model.value


def test_cells_are_seen_where_they_do_not_meet_and_where_they_are_all_alike():
    torch.manual_seed(0)
    kernel = torch.linalg.qr(torch.randn(768, 48))[0].T.reshape(48, 12, 8, 8)
    inverse = kernel, torch.full((1, 12, 8, 8), .5)

    def latents(frames):  # [B, 12, 64, 64] → as well as 48 channels tell them
        return torch.nn.functional.conv2d(frames, kernel, stride=8)[:, :, None]

    across = torch.linspace(0, 6.28, 64)
    waves = torch.stack([torch.sin(across * (k + 1))[:, None] * torch.cos(across * (3 - k))[None] for k in range(3)] * 4)[None].repeat(6, 1, 1, 1) * torch.rand(6, 1, 1, 1)
    smooth = latents(waves)
    assert train.cells_loss(inverse, smooth, smooth) == 0
    apart = smooth[:, :, :, torch.randperm(8)][:, :, :, :, torch.randperm(8)]  # what every cell shows is the same, what is beside it is not
    assert train.cells_loss(inverse, apart, smooth) > .02
    alike = smooth + torch.randn(1, 48, 1, 1, 1) * .2
    assert train.cells_loss(inverse, alike, smooth) > 1
    strength = smooth.clone().requires_grad_()
    train.cells_loss(inverse, strength, apart).backward()
    assert strength.grad.isfinite().all()
