import torch
import torch.distributed as dist
import torch.multiprocessing as processes

from train import average_over


def one_of_two(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    weights = [torch.zeros(2, 3), torch.zeros(4)]
    for w in weights:
        w.grad = torch.full_like(w, rank + 1.)
    weights[1].grad[0] = 10. * rank
    told = average_over(weights, float(rank), 7.)
    torch.save([told, *(w.grad for w in weights)], f"{folder}/{rank}.pt")


def test_two_processes_go_on_with_the_mean_of_their_gradients(tmp_path):
    processes.spawn(one_of_two, (str(tmp_path),), 2)
    for rank in range(2):
        told, first, second = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert told == [.5, 7.] and (first == 1.5).all() and second.tolist() == [5., 1.5, 1.5, 1.5]
