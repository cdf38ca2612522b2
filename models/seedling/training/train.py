"""Trains the transformer against the clock; resumes from RUN/checkpoint.pt. The text encoder stays as pretrain_text.py made it.

python train.py RUN --until 2026-11-22T14:08   (ends there, learning rate reaching zero)

--processes 2 (of itself): each draws batches of its own, on a core of its own, and their gradients are averaged. Two threads of one process
wait for each other in every operation: 55 pictures a second where one thread makes 42 and two processes 67.

--device cuda --processes 1 --loaders 3: on a graphics card, where the core that starts its kernels is what limits it; other processes draw.
"""
import argparse
import datetime
import os
import signal
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as processes
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch.utils._pytree import tree_map

import critic
from captions import caption
from codec import STRIDE, linear_frames, linear_inverse, load_codec
from export import DEFAULTS
from feed import Feed
from model import Seedling, encode_ids
from sample import denoise, sigmas
from world import companion_of, rider_of

DROP_PROMPT = .10
# Most clips begin with a clean frame, as all do that are made: words alone make one frame first. What a camera does is then all that
# is left to decide, and minutes are enough to learn it; without, its share of the loss is lost in that of everything else.
PREFIXES, PREFIX_SHARE = (0, 1, 2, 3, 4), (.04, .81, .05, .05, .05)
TIME_MEAN, TIME_DEVIATION = .7, 1.
# Nearly pure noise, where only the words help: below 0.97 the noisy clip itself still tells its large colours (704 numbers a
# channel average out), and a model that is not taught there ignores its words. Hence a share of the clips.
WORDS_SHARE, WORDS_MEAN, WORDS_DEVIATION = .3, 4.8, 1.2
# With a clean beginning the same is true of how it goes on.
MOVES_SHARE, MOVES_MEAN, MOVES_SAID = .7, 3., .9  # of the clips; the last: how often everything is said
# A clip's other frames tell little new about it: a few of them, at their places in time, teach as much as all. At last the clips are whole.
SPARSE, SPARSE_UNTIL = 5, .85
EMA = .999
# First single latent frames, of any shape: what things are and what they are called is learnt ten times faster from pictures
# than from clips, where every sample says it eleven times. A picture has fewer numbers, so the same is decided at less noise.
PICTURES_UNTIL, PICTURES_AFTER = .42, .25  # of the training; share of the steps after that
PICTURES, PICTURE_SHIFT = 4, -.2  # for each clip of a batch; added to the means above
SQUARE_UNTIL, SQUARE_SHARE = .75, .7  # of the training: many clips are 1:1, they are the cheapest
SQUARE_PICTURES_UNTIL, SQUARE_PICTURES = .3, .9  # the same of single pictures: half as many again in the same time
REST = .88  # of the training at the full learning rate, then linearly down
WARMUP = 40
SUBJECT = 4.  # added to the weight of what the subject covers: most words are about it, most of the picture is not
SUBJECT_MOVES = 2.  # the same where a clip goes on, and of what it covered at first: all else hardly changes, and is soon learnt
GUIDANCE = 3.  # of a teacher
# A student that is judged by critics (critic.py) makes pictures and clips in as many steps as the app will, without guidance.
JUDGED_PICTURES, JUDGED_CLIPS = 16, 8  # in a batch
JUDGED_STEPS = 4  # of the app's eight that clips are made in: the gradient goes back through all of them
JUDGED_SHARE = .1  # weight of what critics say, beside the velocity
JUDGED_SAID = .6  # how often everything is said: what people ask for is mostly one thing that happens
JUDGED_OWN = .5  # share of the batches of clips whose first frames the student has made itself, as the app has it
JUDGED = {"subject": 1., "colour": .4, "scene": .4, "motion": 2., "camera": 1.2, "light": .5}
LEARNING = {"looks": 256, "course": 128}  # in a batch of what critics go on learning from
JUDGED_LOOKS = 1.  # of a clip, at some moment and at its end: what it shows shall stay what it is
# A student that pleases critics leaves the cells of 8 × 8 pixels to be seen. Of that they say nothing, and it weighs beside what they say:
EDGES = 3.  # how much more than in clips neighbouring pixels differ where two cells meet, of how much they do inside one
PATTERN, LEVELS = .3, 2 / 255  # how far what all cells have in common is from what it is in clips, in so much brightness
COARSE = .35  # a channel's loss is weighted by its eigenvalue to this power: what fills the picture before what decorates it


def channel_weights(codec):
    """[C, 1, 1, 1], mean 1. The encoder's rows are eigenvectors divided by eigenvalue^0.4."""
    weights = codec.encoder.weight.detach().flatten(1).norm(dim=1) ** (-COARSE / .4)
    return (weights / weights.mean())[:, None, None, None]


def draw(tokenizer, shards, rng, size, square_share, pictures=False, sparse=0, square_pictures=None):
    """What loss_of learns from: clean latents [B, C, T, h, w], covers [B, T, h, w], when ([B, T] or None), prefix, frames (see Transformer.forward), words and no words as (ids, lengths)."""
    prefix = 0 if pictures else int(rng.choice(PREFIXES, p=PREFIX_SHARE))
    if sparse and not pictures and prefix <= 1:
        size *= 2
    clean, attributes, covers, when = shards.pictures(rng, size * PICTURES, square_pictures) if pictures else shards.batch(rng, size, square_share)
    if not prefix:  # a photograph cannot be told from its caption: only ever continue one
        keep = [i for i, a in enumerate(attributes) if a.subject != "photo"]
        clean, attributes, covers = clean[keep], [attributes[i] for i in keep], covers[keep]
        when = when if when is None else when[keep]
    prompts = ["" if rng.random() < DROP_PROMPT else caption(a, rng, MOVES_SAID) if prefix else caption(a, rng) for a in attributes]
    frames, T = None, clean.shape[2]
    if not pictures and sparse and T > sparse and prefix <= 1:
        which = torch.from_numpy(np.concatenate([[0], 1 + np.sort(rng.permutation(T - 1)[:sparse - 1])]))
        clean, covers, when, frames = clean[:, :, which], covers[:, which], (which / (T - 1))[None].expand(len(clean), -1), (which, T)
    return {"clean": clean, "covers": covers, "when": when, "prefix": prefix, "frames": frames, "pictures": pictures,
            "words": encode_ids(tokenizer, prompts), "no_words": encode_ids(tokenizer, [""])}


def loss_of(model, drawn, weights, teacher=None, guidance=1., self_guided=False):
    """Weighted square error of the velocity, of what draw() gave. With a teacher its guided velocity is what should come out.

    self_guided: the clips' own velocity, and 1 − 1/guidance of what words make of the model's. Where that comes to rest words make `guidance`
    times as much of it as of the clips' (arXiv:2502.12154): no teacher is in the way of what clips have left to teach."""
    clean, covers, when, prefix, frames, (ids, lengths) = (drawn[k] for k in ("clean", "covers", "when", "prefix", "frames", "words"))
    size, device = (len(clean),), clean.device
    with torch.no_grad():
        states = model.text(ids, lengths)
    words = torch.rand(size, device=device) < (MOVES_SHARE if prefix else WORDS_SHARE)
    high = torch.randn(size, device=device) * WORDS_DEVIATION + (MOVES_MEAN if prefix else WORDS_MEAN)
    sigma = torch.where(words, high, torch.randn(size, device=device) * TIME_DEVIATION + TIME_MEAN)
    sigma = torch.sigmoid(sigma + PICTURE_SHIFT if drawn["pictures"] else sigma)
    noise = torch.randn_like(clean)
    velocity = noise - clean
    s = sigma[:, None, None, None, None]
    x = (1 - s) * clean + s * noise
    x[:, :, :prefix] = clean[:, :, :prefix]
    with torch.autocast(device.type, torch.bfloat16):  # matrix products only; half as long again without, where the processor has them
        v = model.transformer(x, sigma * 1000, states, prefix, lengths, when, frames)
        if teacher is not None or self_guided:
            no_ids, no_lengths = drawn["no_words"]
            with torch.no_grad():
                no_states = model.text(no_ids, no_lengths).expand(len(x), -1, -1)
                nothing = (no_states, prefix, no_lengths.expand(len(x)), when, frames)
                if self_guided:
                    velocity = velocity + (1 - 1 / guidance) * (v.float() - model.transformer(x, sigma * 1000, *nothing).float())
                else:
                    said, unsaid = (teacher(x, sigma * 1000, *words).float() for words in ((states, prefix, lengths, when, frames), nothing))
                    velocity = unsaid + guidance * (said - unsaid)
    if prefix:
        covers = torch.maximum(covers, covers[:, :1])
    weights = weights * (1 + (SUBJECT_MOVES if prefix else SUBJECT) * covers[:, None])
    return ((v.float() - velocity)[:, :, prefix:].square() * weights[:, :, prefix:]).mean()


def make(transformer, states, lengths, x, start=None, frames=None, left_out=()):
    """Noise x [B, C, T, h, w] → latents, as the app makes them but without guidance; frames: see Transformer.forward; left_out = which of the app's steps are skipped."""
    time = None if frames is None else (frames[0] / (frames[1] - 1))[None].expand(len(x), -1)
    levels = [sigma for i, sigma in enumerate(sigmas(DEFAULTS["steps"], DEFAULTS["shift"])) if i not in left_out]
    return denoise(lambda x, t, prefix: transformer(x, t, states, prefix, lengths, time, frames), x, levels, start)


def cells(frames):
    """frames [B, N, 3, H, W] → (squared differences of neighbouring pixels where cells meet ÷ those inside, [B, 2] of columns and rows;
    what all cells have in common, [3, STRIDE, STRIDE], mean 0 in each colour)."""
    ratios = []
    for way in (3, 4):
        steps = frames.diff(dim=way).square().mean(tuple(k for k in range(1, 5) if k != way))
        meet = steps[:, STRIDE - 1::STRIDE]
        inside = (steps.sum(1) - meet.sum(1)) / (steps.shape[1] - meet.shape[1])
        ratios.append((meet.mean(1) + 1e-5) / (inside + 1e-5))
    pattern = frames.mean((0, 1)).unflatten(2, (-1, STRIDE)).unflatten(1, (-1, STRIDE)).mean((1, 3))
    return torch.stack(ratios, 1), pattern - pattern.mean((1, 2), keepdim=True)


def cells_loss(inverse, made, clean):
    """How much more latents made [B, C, T, h, w] show their cells than clean ones, of as many other clips of the same kinds; inverse: of linear_inverse()."""
    (ratio, pattern), (usual, same) = (cells(linear_frames(inverse, z.transpose(1, 2).flatten(0, 1)).unflatten(0, z.shape[:3:2]).flatten(1, 2)) for z in (made.float(), clean))
    return EDGES * (ratio.log().mean(0) - usual.log().mean(0)).relu().square().sum() + PATTERN * ((pattern - same) / LEVELS).square().mean()


def draw_judged(tokenizer, shards, rng, clips, size, square_share, own_share=JUDGED_OWN):
    """What judged_loss makes: clean latents of the same kinds, words, whether clips begin with a frame of the student's own, and want: {part: {attribute: class indices, −1 = unsaid}}."""
    own = clips and rng.random() < own_share
    length = critic.MOMENTS * critic.EVERY - 1
    clean, attributes, _, _ = shards.batch(rng, size, square_share, length) if clips else shards.pictures(rng, size, .8)
    if own or not clips:  # nobody can draw a photograph that is not there; of what is drawn anew only the shape is needed
        attributes = [a for a in attributes if a.subject != "photo"] or attributes
        clean = clean[:len(attributes)]
    told = [set() for _ in attributes]
    words = encode_ids(tokenizer, [caption(a, rng, JUDGED_SAID, t) for a, t in zip(attributes, told)])
    want = {}
    for part in critic.PARTS if clips else ("looks",):
        want[part] = {}
        for name, is_so in critic.labels(attributes, part).items():
            said = [name == "subject" or name in t and (name != "colour" or rider_of(a) == companion_of(a) == "none") for a, t in zip(attributes, told)]
            want[part][name] = torch.where(torch.tensor(said), is_so, -1)
    return {"clean": clean, "words": words, "own": own, "clips": clips, "want": want}


def judged_loss(model, critics, drawn, rng, inverse=None, steps=JUDGED_STEPS):
    """(what critics say against what the student makes of captions, [2]: how many motions or subjects are right, and how many are said).

    The first is the cross-entropy of all that is said, weighted (DRaFT, arXiv:2309.17400), and, with the inverse of the codec's encoder, cells_loss.
    Of clips every other latent frame is made, at its place in time: half the tokens; and in `steps` of the app's steps, each time others."""
    clean, (ids, lengths), clips = drawn["clean"], drawn["words"], drawn["clips"]
    device = clean.device
    with torch.no_grad():
        states = model.text(ids, lengths)
    with torch.autocast(device.type, torch.bfloat16):
        if not clips:
            made = make(model.transformer, states, lengths, torch.randn_like(clean))
            judged = made, clean
            verdicts = [("looks", made[:, :, 0], 1.)]
        else:
            start = clean[:, :, :1]
            if drawn["own"]:
                with torch.no_grad():
                    start = make(model.transformer, states, lengths, torch.randn_like(start))
            odd = int(rng.choice(np.arange(1, clean.shape[2], critic.EVERY)))
            among = odd // critic.EVERY + 1  # one moment more, which the critic of clips does not see
            even = torch.arange(0, clean.shape[2], critic.EVERY, device=device)
            which = torch.cat([even[:among], even[:1] + odd, even[among:]])
            left_out = rng.permutation(np.arange(1, DEFAULTS["steps"]))[steps - 1:]
            made = make(model.transformer, states, lengths, torch.randn_like(clean[:, :, which]), start, (which, clean.shape[2]), left_out)
            judged = made[:, :, 1:], clean[:, :, which[1:]]
            even = torch.cat([made[:, :, :among], made[:, :, among + 1:]], 2)
            verdicts = [("course", even, 1.), *(("looks", made[:, :, moment], JUDGED_LOOKS / 2) for moment in (among, len(which) - 1))]
        verdicts = [(part, critics[part](critic.soften(z, part)), share) for part, z, share in verdicts]
    total = 0. if inverse is None else cells_loss(inverse, *judged)
    for part, logits, share in verdicts:
        for name, want in drawn["want"][part].items():
            total = total + share * JUDGED[name] * F.cross_entropy(logits[name].float(), want, ignore_index=-1, reduction="sum") / len(want)
            if name == ("motion" if clips else "subject"):
                right = torch.stack([(logits[name].argmax(1) == want).sum(), (want >= 0).sum()]).detach().float()
    return JUDGED_SHARE * total, right


def average_over(weights, *values):
    """Gradients, and further numbers, become their mean over all processes; returns the numbers. What is then done with them is the same everywhere."""
    grads = [w.grad for w in weights]
    flat = torch.cat([*(g.flatten() for g in grads), torch.tensor(values, dtype=torch.float32)])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    return spread(flat, grads).tolist()


def spread(flat, tensors):
    """Copies the numbers of a flat tensor into tensors, in order; returns those that are left."""
    at = 0
    for t in tensors:
        t.copy_(flat[at:at + t.numel()].view_as(t))
        at += t.numel()
    return flat[at:]


class StackedMuon:
    """torch.optim.Muon(adjust_lr_fn="match_rms_adamw"), where all matrices of a shape are one stack: sixty of them, one by one, are 2,000 kernels for a card to start."""
    COEFFICIENTS, STEPS, MOMENTUM = (3.4445, -4.775, 2.0315), 5, .95

    def __init__(self, matrices, lr, weight_decay):
        self.param_groups, self.momenta = [{"lr": lr, "params": matrices}], {}
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self):
        lr, by_shape = self.param_groups[0]["lr"], {}
        for w in self.param_groups[0]["params"]:
            by_shape.setdefault(w.shape, []).append(w)
        for (rows, columns), matrices in by_shape.items():
            grad = torch.stack([w.grad for w in matrices])
            momentum = self.momenta.setdefault((rows, columns), torch.zeros_like(grad)).lerp_(grad, 1 - self.MOMENTUM)
            x = grad.lerp(momentum, self.MOMENTUM).bfloat16()
            x = x.mT if rows > columns else x
            x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
            a, b, c = self.COEFFICIENTS
            for _ in range(self.STEPS):
                gram = x @ x.mT
                x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
            update = (x.mT if rows > columns else x).to(grad.dtype)
            torch._foreach_mul_(matrices, 1 - lr * self.weight_decay)
            torch._foreach_add_(matrices, list(update.unbind()), alpha=-lr * .2 * max(rows, columns) ** .5)


class Optimiser:
    """Muon (arXiv:2502.16982) for the matrices inside the blocks, AdamW for everything else.

    Muon's work on a matrix is a dozen products of matrices: each process does its share of them, and all tell each other what came out.
    Its momentum, some twenty steps long, is not kept in a checkpoint."""

    def __init__(self, transformer, lr, rank, processes):
        self.processes = processes
        self.matrices = [w for w in transformer.blocks.parameters() if w.ndim == 2]
        self.own = self.matrices[rank::processes]
        theirs = set(map(id, self.matrices))
        others = [w for w in transformer.parameters() if id(w) not in theirs]
        self.adam = torch.optim.AdamW(others, lr=lr, betas=(.9, .98), weight_decay=.01, fused=True)
        if self.own[0].is_cuda:
            self.muon = StackedMuon(self.own, lr, .03)
        else:
            self.muon = torch.optim.Muon(self.own, lr=lr, weight_decay=.03, adjust_lr_fn="match_rms_adamw")

    def step(self, lr):
        for optimiser in (self.adam, self.muon):
            for group in optimiser.param_groups:
                group["lr"] = lr
            optimiser.step()
        if self.processes > 1:
            own = {id(w) for w in self.own}
            flat = torch.cat([w.detach().flatten() if id(w) in own else torch.zeros(w.numel()) for w in self.matrices])
            dist.all_reduce(flat)
            spread(flat, [w.detach() for w in self.matrices])


def draw_step(step, progress, tokenizer, shards, rng, options):
    """What one step needs: {"loss": see draw, "judged": see draw_judged, or None, "critics": {part: see critic.draw}, or None}."""
    pictures = progress < options.pictures_until or np.random.default_rng(step).random() < options.pictures_after
    judged = options.critics and step % options.judged_every == 0
    size = JUDGED_CLIPS if not pictures else JUDGED_PICTURES
    return {"loss": draw(tokenizer, shards, rng, options.batch, SQUARE_SHARE if progress < SQUARE_UNTIL else None, pictures, SPARSE if progress < SPARSE_UNTIL else 0,
                         SQUARE_PICTURES if progress < SQUARE_PICTURES_UNTIL else None),
            "judged": draw_judged(tokenizer, shards, rng, not pictures, size * options.judged_size, options.judged_square, options.judged_own) if judged else None,
            "critics": {part: critic.draw(part, rng, shards, size, True, .5) for part, size in LEARNING.items()} if options.critics_learn else None}


def train(rank, options):
    torch.set_num_threads(options.threads)
    path, device = f"{options.run}/{options.name}.pt", torch.device(options.device)
    if options.processes > 1:
        dist.init_process_group("gloo", init_method=f"file://{path}.meeting", rank=rank, world_size=options.processes)
    tokenizer = Tokenizer.from_file(options.tokenizer)
    torch.manual_seed(0)
    model = Seedling().to(device)  # the same in all processes; what they draw is not
    torch.manual_seed((int(time.time()) if os.path.exists(path) else 0) * 8 + rank)
    rng = np.random.default_rng(torch.initial_seed())
    # Trained along, the text encoder forgets within the hour whatever the pictures do not reward at once: all but the scene.
    model.text.requires_grad_(False)
    steps, draws, elapsed = 0, 0, 0.
    model.text.load_state_dict(torch.load(f"{options.run}/text.pt", weights_only=True))
    if options.begin:
        begun = torch.load(options.begin, weights_only=True)
        model.transformer.load_state_dict({n[12:]: p for n, p in begun.get("ema", begun["model"]).items() if n.startswith("transformer.")})
    average = {n: p.detach().clone() for n, p in model.state_dict().items()}
    optimiser = Optimiser(model.transformer, options.lr, rank, options.processes)
    teacher = None
    if options.teacher:  # what the guided teacher says becomes what the student says by itself (arXiv:2210.03142)
        teacher = Seedling()
        teacher.load_state_dict(torch.load(options.teacher, weights_only=True)["ema"])
        teacher = teacher.transformer.requires_grad_(False).to(device)
    codec = load_codec(f"{options.run}/codec.pt").requires_grad_(False)
    by_channel, inverse = channel_weights(codec).to(device), tuple(part.to(device) for part in linear_inverse(codec))
    critics = {part: critic.load_critic(f"{options.run}/{options.critics_of and options.critics_of + '-'}critic-{part}.pt", part).to(device) for part in critic.PARTS} if options.critics else None
    learning = critic.Learning(critics, critic.Vary(codec.to(device), inverse)) if options.critics_learn else None
    if os.path.exists(path):
        saved = torch.load(path, weights_only=True, map_location=device)
        model.load_state_dict(saved["model"])
        average = saved["ema"]
        if "optimiser" in saved:  # begin.py writes none
            optimiser.adam.load_state_dict(saved["optimiser"])
        steps, draws, elapsed = saved["steps"], saved["draws"], saved["elapsed"]
    weights = {n: p for n, p in model.named_parameters() if p.requires_grad}
    model.transformer.by_frame = device.type != "cpu"
    until = datetime.datetime.fromisoformat(options.until).timestamp()
    began = time.time() - elapsed

    def save():
        if rank == 0:
            state = {"model": model.state_dict(), "ema": average, "optimiser": optimiser.adam.state_dict(),
                     "steps": steps, "draws": draws, "elapsed": time.time() - began, "loss": running}
            torch.save(tree_map(lambda value: value.cpu() if torch.is_tensor(value) else value, state), path + ".tmp")
            os.replace(path + ".tmp", path)
            for part, network in (critics if learning else {}).items():
                torch.save({n: p.cpu() for n, p in network.state_dict().items()}, f"{options.run}/{options.name}-critic-{part}.pt")

    feed = Feed(draw_step, options, began, until, steps, int(rng.integers(2**31)), device)
    obeyed = {pictures: torch.zeros(2) for pictures in (False, True)}
    running, told_at, saved_at, draws_told, known = None, time.time(), time.time(), draws, {}
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))  # saves what there is
    progress, ending = (time.time() - began) / (until - began), 0.
    while not ending and steps < options.steps:
        drawn = feed.next()
        pictures = drawn["loss"]["pictures"]
        loss = loss_of(model, drawn["loss"], by_channel, teacher, options.guidance, options.self_guided)
        loss.backward()
        if drawn["judged"]:
            verdict, right = judged_loss(model, critics, drawn["judged"], rng, inverse, options.judged_steps)
            (verdict * options.judged_every).backward()
            obeyed[pictures] = obeyed[pictures].to(device) * .95 + right
        if drawn["critics"]:
            known = learning.step(drawn["critics"], 1 - progress)
        value, progress, ending = loss.detach(), (time.time() - began) / (until - began), float(bool(stopped) or time.time() > until)
        if options.processes > 1:
            value, progress, ending = average_over(list(weights.values()), value.item(), progress, ending)
        rate = max(0., min(1., (steps + 1) / WARMUP) * min(1., (1 - progress) / (1 - options.rest)))
        torch.nn.utils.clip_grad_norm_(model.transformer.parameters(), 1.)
        optimiser.step(options.lr * rate)
        model.transformer.zero_grad()
        steps, draws = steps + 1, draws + options.processes * len(drawn["loss"]["clean"])
        running = value if running is None else running * .98 + value * .02
        k = min(options.ema, (1 + steps) / (10 + steps))
        with torch.no_grad():
            torch._foreach_lerp_([average[n] for n in weights], list(weights.values()), 1 - k)
        now = time.time()
        if now - told_at > options.tell_every and rank == 0:
            shares = [round((right / said).item(), 3) for right, said in obeyed.values()]
            print(f"{datetime.datetime.now():%H:%M:%S} step {steps} draws {draws} loss {float(running):.4f} {(draws - draws_told) / (now - told_at):.1f} clips/s "
                  f"lr {options.lr * rate:.2e} clips {feed.clips()} waited {feed.waited:.1f} s" + (f" right motions, subjects {shares}" if critics else "")
                  + "".join(f" {name} {share.item():.2f}" for name, share in known.items()), flush=True)
            told_at, draws_told = now, draws
        if now - saved_at > options.save_every or steps == 40:
            save()
            saved_at = now
    save()
    feed.end()
    if options.processes > 1:
        dist.destroy_process_group()  # its thread would abort a process that ends before it


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--until", required=True)
    parser.add_argument("--tokenizer", default=os.path.join(os.path.dirname(__file__), "../weights/tokenizer.json"))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--name", default="checkpoint")
    parser.add_argument("--begin", help="a checkpoint whose weights to begin with")
    guided = parser.add_mutually_exclusive_group()
    guided.add_argument("--teacher", help="a checkpoint whose guided velocity is to be learnt instead of the clips'")
    guided.add_argument("--self-guided", action="store_true", help="words shall make GUIDANCE times as much of a clip as they do, without a teacher: see loss_of")
    parser.add_argument("--critics", action="store_true", help="RUN/critic-*.pt judge what the student makes")
    parser.add_argument("--critics-of", default="", metavar="NAME", help="and those of them that an earlier NAME has trained further")
    parser.add_argument("--learnt", action="store_true", help="clips whose motion is done well already are drawn less often: LEARNT in data.py")
    parser.add_argument("--critics-learn", action="store_true", help="and are trained further meanwhile, to which they need shards of all shapes")
    parser.add_argument("--judged-square", type=float, default=1., help="share of judged batches of clips that are 1:1")
    parser.add_argument("--judged-own", type=float, default=JUDGED_OWN, help="share of them whose first frames the student has made itself, as the app has it")
    parser.add_argument("--judged-size", type=int, default=1, help="times as many as JUDGED_CLIPS and JUDGED_PICTURES in a batch")
    parser.add_argument("--judged-steps", type=int, default=JUDGED_STEPS, help="of the app's steps that judged clips are made in")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="cuda: a graphics card, with --processes 1 --loaders 3 --batch 128")
    parser.add_argument("--loaders", type=int, default=0, help="processes that draw what is learnt from, beside the training")
    parser.add_argument("--begin-with", type=int, default=1, help="as many shards, which are being rendered meanwhile")
    parser.add_argument("--tell-every", type=float, default=30, help="seconds")
    parser.add_argument("--save-every", type=float, default=240, help="seconds")
    parser.add_argument("--judged-every", type=int, default=1, help="how many steps there are to each that critics judge")
    for name in ("EMA", "GUIDANCE", "PICTURES_UNTIL", "PICTURES_AFTER", "REST"):
        parser.add_argument(f"--{name.lower().replace('_', '-')}", type=float, default=globals()[name])
    options = parser.parse_args()
    if options.processes == 1:
        train(0, options)
    else:
        if os.path.exists(meeting := f"{options.run}/{options.name}.pt.meeting"):
            os.remove(meeting)
        started = processes.spawn(train, (options,), options.processes, join=False)
        signal.signal(signal.SIGTERM, lambda *_: [p.terminate() for p in started.processes])
        while not started.join():
            pass
