"""Draws what the training learns from: beside it, in processes of its own with a share of the shards each, or when it is asked to."""
import queue
import threading
import time

import numpy as np
import torch
import torch.multiprocessing as processes
from tokenizers import Tokenizer
from torch.utils._pytree import tree_map

from data import LEARNT, Shards

AHEAD = 3  # steps that each process draws ahead
REFRESH = 60, 5  # seconds between two looks for new shards: when asked to, beside the training


class Source:
    """Shards and what is drawn from them: one of `of` that have the same run."""

    def __init__(self, draw, options, seed, k=0, of=1):
        self.draw, self.options, self.k, self.of = draw, options, k, of
        self.tokenizer, self.rng = Tokenizer.from_file(options.tokenizer), np.random.default_rng(seed)
        self.shards = Shards(f"{options.run}/shards", LEARNT if options.learnt else None, (k, of))
        self.shards.refresh()
        while len(self.shards.loaded) * of < options.begin_with:  # they are being rendered
            time.sleep(1)
            self.shards.refresh()
        self.listed = time.time()

    def next(self, step, progress):
        if time.time() - self.listed > REFRESH[self.of > 1]:
            self.shards.refresh()
            self.listed = time.time()
        return self.draw(step, progress, self.tokenizer, self.shards, self.rng, self.options)


def load(draw, options, seed, k, began, until, step, drawn):
    """A process that draws every `loaders`-th step."""
    torch.set_num_threads(1)
    try:
        source = Source(draw, options, seed + 1 + k, k, options.loaders)
        step += k
        while True:
            item = source.next(step, (time.time() - began) / (until - began))
            drawn.put((item, source.shards.clips() * options.loaders))
            step += options.loaders
    except Exception as error:  # Feed.next() raises it
        drawn.put((error, 0))


class Feed:
    """next() → what draw(step, progress, tokenizer, shards, rng, options) gave, on the device.

    began, until: of the whole training, seconds since 1970; with options.loaders that many processes draw, and copies go on beside what is computed."""

    def __init__(self, draw, options, began, until, step, seed, device):
        self.began, self.until, self.step, self.device, self.known, self.waited = began, until, step, device, 0, 0.
        self.source, self.loaders = None, []
        if not options.loaders:
            self.source = Source(draw, options, seed)
            return
        context = processes.get_context("spawn")
        drawn, self.ready = context.Queue(AHEAD * options.loaders), queue.Queue(2)
        self.loaders = [context.Process(target=load, args=(draw, options, seed, k, began, until, step, drawn), daemon=True) for k in range(options.loaders)]
        for loader in self.loaders:
            loader.start()
        threading.Thread(target=self.bring, args=(drawn,), daemon=True).start()

    def bring(self, drawn):
        """What happens to an item between the processes and next(), in a thread: from pinned memory nothing waits for a copy."""
        try:
            stream = torch.cuda.Stream() if self.device.type == "cuda" else None
            while True:
                item, known = drawn.get()
                brought = None
                if stream:
                    with torch.cuda.stream(stream):
                        item = tree_map(lambda x: x.contiguous().pin_memory().to(self.device, non_blocking=True) if torch.is_tensor(x) else x, item)
                        brought = stream.record_event()
                self.ready.put((item, known, brought))
        except Exception as error:  # next() raises it
            self.ready.put((error, 0, None))

    def next(self):
        if self.source:
            item = self.source.next(self.step, (time.time() - self.began) / (self.until - self.began))
            self.step, self.known = self.step + 1, self.source.shards.clips()
            return tree_map(lambda x: x.to(self.device) if torch.is_tensor(x) else x, item)
        began = time.time()
        item, self.known, brought = self.ready.get()
        self.waited += time.time() - began
        if isinstance(item, Exception):
            raise item
        if brought:
            torch.cuda.current_stream().wait_event(brought)
            tree_map(lambda x: x.record_stream(torch.cuda.current_stream()) if torch.is_tensor(x) else None, item)
        return item

    def clips(self):
        """How many there are to draw from, about."""
        return self.known

    def end(self):
        for loader in self.loaders:
            loader.terminate()
