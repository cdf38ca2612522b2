"""A few freely licensed photographs, so that Seedling has seen more than drawings.

They come inside two Python packages (scikit-image, scikit-learn), see README.md for authors.
"""
import importlib.util
import os
from functools import lru_cache

import numpy as np
from PIL import Image

from world import Attributes

FILES = (("skimage", "data/coffee.png"), ("skimage", "data/astronaut.png"), ("skimage", "data/chelsea.png"),
         ("skimage", "data/rocket.jpg"), ("skimage", "data/hubble_deep_field.jpg"), ("skimage", "data/camera.png"),
         ("sklearn", "datasets/images/china.jpg"), ("sklearn", "datasets/images/flower.jpg"))


@lru_cache(None)
def photographs():
    """RGBA pictures, uint8 [H, W, 4]."""
    pictures = []
    for package, name in FILES:
        spec = importlib.util.find_spec(package)
        if spec:
            path = os.path.join(spec.submodule_search_locations[0], name)
            pictures.append(np.asarray(Image.open(path).convert("RGBA")))
    return pictures


def sample_photo_attributes(rng):
    camera = str(rng.choice(["still", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out"], p=[.25, .12, .12, .08, .08, .2, .15]))
    light = str(rng.choice(["day", "darkens", "sunset", "sunrise", "fog", "snow", "rain"], p=[.2, .25, .15, .1, .12, .1, .08]))
    return Attributes("photo", "red", "photo", "still", camera, light, "photo")
