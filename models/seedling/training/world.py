"""The storybook world: a clip is a pure function of (attributes, seed, time).

Resolution-independent and continuous in time: the same clip can be drawn at 64 or 256 px and at
8 or 30 fps. One unit is the short side; x runs right, y runs down, (0, 0) is the middle.
What a clip shows is named in `Attributes`; `captions.py` turns the names into words.
"""
import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import skia

SUBJECTS = ("none", "cat", "dog", "rabbit", "bird", "fish", "robot", "hero", "car", "boat",
            "rocket", "balloon", "castle", "house", "tree", "ball", "horse", "person", "child", "bus", "train",
            "plane", "bicycle", "flower", "moon", "dragon", "butterfly", "snowman", "broom")
COLOURS = {
    "red": (.87, .20, .19), "orange": (.97, .56, .14), "yellow": (.99, .84, .24),
    "green": (.33, .68, .29), "blue": (.20, .45, .88), "purple": (.55, .34, .78),
    "pink": (.98, .56, .72), "white": (.97, .96, .93), "black": (.17, .17, .21),
    "brown": (.55, .36, .22),
}
SCENES = ("city", "meadow", "forest", "snowy forest", "desert", "beach", "ocean", "mountains",
          "snow", "space", "castle hill", "room", "night town")
MOTIONS = ("still", "left", "right", "jumps", "rises", "falls", "spins", "towards", "away", "grows", "looks around", "flies")
CAMERAS = ("still", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out", "roll")
LIGHTS = ("day", "night", "sunset", "sunrise", "darkens", "fog", "snow", "rain", "windows", "storm", "clears", "castle night")
STYLES = ("picture book", "watercolour", "old photo", "paper")
FIXED = ("castle", "house", "tree", "flower", "moon", "snowman")  # subjects that rarely move
LIT = ("castle", "house")  # subjects with windows
LIT_SCENES = ("city", "castle hill")  # scenes with windows
FLIERS = ("bird", "rocket", "balloon", "hero", "plane", "dragon", "butterfly", "broom")
ALOFT = FLIERS + ("fish", "moon")  # above the ground
DRIVERS = ("cat", "dog", "rabbit", "robot", "child")
RIDES = {"car": DRIVERS, "boat": DRIVERS, "balloon": DRIVERS, "train": DRIVERS, "plane": DRIVERS, "bicycle": DRIVERS, "broom": ("hero", "cat", "child")}
COMPANIONS = ("cat", "dog", "rabbit", "robot", "hero", "horse", "person", "child", "dragon", "bird", "snowman")  # may stand beside one another
GROUND = ("left", "right", "towards", "away")  # motions that lead somewhere
HEADED = ("cat", "dog", "rabbit", "robot", "hero", "horse", "person", "child", "flower", "moon", "dragon", "butterfly", "snowman")  # their heads turn
UNLIKELY = {"room": ("boat", "car", "bus", "train", "plane", "castle", "house", "moon", "bicycle", "rocket", "balloon", "horse", "broom", "tree"),
            "ocean": ("train", "bus", "car", "bicycle", "house", "castle", "tree", "horse", "flower", "snowman", "person", "child"),
            "space": ("boat", "train", "bus", "bicycle", "house", "tree", "flower", "horse", "fish"), "night town": ("boat", "fish", "castle")}
ROOM_LIGHTS = ("day", "night", "sunset", "sunrise", "darkens", "snow", "rain", "windows", "storm", "clears")


@dataclass(frozen=True)
class Attributes:
    """What a clip shows; every caption is made from this and nothing else."""
    subject: str
    colour: str
    scene: str
    motion: str
    camera: str
    light: str
    style: str = "picture book"
    rider: str = "none"
    rider_colour: str = "none"
    companion: str = "none"
    companion_colour: str = "none"


def rider_of(a):
    """Who rides the subject: "none" where nobody can."""
    return a.rider if a.rider in RIDES.get(a.subject, ()) else "none"


def companion_of(a):
    """Who stands beside the subject."""
    return a.companion if a.companion in COMPANIONS and a.subject in COMPANIONS else "none"


def lights_of(scene, subject):
    """Lights that can be seen there."""
    if scene in ("space", "night town"):
        return ("day",) if scene == "space" else ("night",)
    if scene == "room":
        return ROOM_LIGHTS
    return LIGHTS if scene in LIT_SCENES or subject in LIT else tuple(k for k in LIGHTS if k not in ("windows", "castle night"))


def motions_of(subject):
    """Motions a subject can make."""
    if subject == "none":
        return ("still",)
    never = ("flies",) * (subject not in FLIERS) + ("looks around",) * (subject in ("castle", "house", "tree", "ball", "rocket", "balloon", "broom"))
    return tuple(k for k in MOTIONS if k not in never)


def past_the_moon(a):
    """Whether something flies past a big moon."""
    return (a.light == "night" and a.motion in ("left", "right") and a.subject in FLIERS and companion_of(a) == "none"
            and a.scene not in ("space", "room", "photo", "forest", "snowy forest"))


def sensible(a: Attributes) -> Attributes:
    """The same with what cannot be seen replaced: a light without windows, a flying car, a rider on a horse."""
    lights, rider, companion = lights_of(a.scene, a.subject), rider_of(a), companion_of(a)
    motions = motions_of(a.subject) + (("looks around",) if rider != "none" else ())
    return replace(a, light=a.light if a.light in lights else "day" if "day" in lights else lights[0], motion=a.motion if a.motion in motions else "still",
                   rider=rider, rider_colour="none" if rider == "none" else a.rider_colour,
                   companion=companion, companion_colour="none" if companion == "none" else a.companion_colour)


def sample_attributes(rng: np.random.Generator) -> Attributes:
    """Draws attributes that make sense together."""
    def chance(p):
        return rng.random() < p

    def one(options, p=None):
        return str(rng.choice(options, p=None if p is None else np.array(p) / sum(p)))

    subject = "none" if chance(.045) else one(SUBJECTS[1:])
    if chance(.09):
        subject = "cat"
    colours = list(COLOURS)
    colour = one(colours)
    if chance(.5):  # what it mostly is
        colour = {"moon": one(("yellow", "white")), "tree": "green", "horse": one(("brown", "white", "black")), "broom": "brown", "dragon": one(("green", "red"))}.get(subject, colour)
    scene = one(SCENES)
    if chance(.06):
        scene = "snowy forest"
    while subject in UNLIKELY.get(scene, ()) and chance(.85):
        scene = one(SCENES)
    motion = one(MOTIONS, (.17, .13, .13, .09, .08, .06, .06, .07, .05, .04, .08, .04))
    if subject in FIXED and chance(.7):
        motion = "still" if chance(.6) else "looks around"
    if subject in FLIERS and chance(.22):
        motion = "flies"
    rider = rider_colour = companion = companion_colour = "none"
    if subject in RIDES and chance(.97 if subject == "broom" else .5):
        rider, rider_colour = one(RIDES[subject]), one(colours)
        if subject == "broom" and chance(.4):
            rider = "hero"
        if rider == "cat" and chance(.4):
            rider_colour = "orange"
    elif subject in COMPANIONS and chance(.2):
        companion, companion_colour = one([k for k in COMPANIONS if k != subject or chance(.15)] or COMPANIONS), one(colours)
        motion = one(("still", "left", "right", "jumps", "towards", "away", "looks around"))
    camera = one(CAMERAS, (.27, .11, .11, .08, .08, .15, .12, .08))
    light = one(LIGHTS, (.22, .10, .13, .09, .09, .06, .07, .05, .03, .07, .06, .03))
    lights = lights_of(scene, subject)
    if "castle night" in lights and light == "day" and chance(.4):
        light = one(("windows", "castle night"))
    style = one(STYLES, (.86, .04, .04, .06))
    return sensible(Attributes(subject, colour, scene, motion, camera, light, style, rider, rider_colour, companion, companion_colour))


# ---------------------------------------------------------------- drawing

def mix(a, b, k):
    """Linear blend of two colours (or numbers), k = 0 gives a."""
    if isinstance(a, (int, float)):
        return a + (b - a) * k
    return tuple(x + (y - x) * k for x, y in zip(a, b))


def dark(c, k=.3):
    return mix(c, (.10, .06, .10), k)


def light_of(c, k=.3):
    return mix(c, (1., .97, .9), k)


def ease(u, start=0., end=1.):
    u = min(max((u - start) / (end - start), 0.), 1.)
    return u * u * (3 - 2 * u)


def keyframes(u, *stops):
    """Piecewise-linear interpolation through evenly spaced stops."""
    position = min(max(u, 0.), 1.) * (len(stops) - 1)
    i = min(int(position), len(stops) - 2)
    return mix(stops[i], stops[i + 1], position - i)


def skia_colour(c, alpha=1.):
    return skia.Color4f(float(c[0]), float(c[1]), float(c[2]), float(alpha))


@lru_cache(4096)
def shading(colour, shade, alpha):
    """The colours of a shape from top to bottom."""
    return [skia_colour(c, alpha).toColor() for c in (light_of(colour, shade * .8), colour, dark(colour, shade))]


class Pen:
    """A few shapes with picture-book shading: lit from above, a thin darker outline."""

    def __init__(self, canvas, outline=.016, flat=False, look=1., blink=False, variety=0.):
        self.canvas = canvas
        self.outline = 0 if flat else outline
        self.flat, self.look, self.blink, self.variety = flat, look, blink, variety  # paper; where heads look, -1..1; eyes shut; 0..1, skin and hair

    def path(self, path, colour, shade=.22, alpha=1., outline=True):
        paint = skia.Paint(AntiAlias=True)
        if shade and not self.flat:
            bounds = path.computeTightBounds()
            paint.setShader(skia.GradientShader.MakeLinear([(0, bounds.top()), (0, bounds.bottom())], shading(tuple(colour), shade, alpha), [0, .45, 1]))
        else:
            paint.setColor4f(skia_colour(colour, alpha))
        self.canvas.drawPath(path, paint)
        if outline and self.outline:
            self.stroke(path, dark(colour, .55), self.outline, alpha * .8)

    def stroke(self, path, colour, width, alpha=1.):
        self.canvas.drawPath(path, skia.Paint(
            AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width,
            StrokeCap=skia.Paint.kRound_Cap, StrokeJoin=skia.Paint.kRound_Join,
            Color4f=skia_colour(colour, alpha)))

    def ellipse(self, x, y, rx, ry, colour, **options):
        path = skia.Path()
        path.addOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))
        self.path(path, colour, **options)

    def rect(self, x, y, w, h, colour, r=0., **options):
        """A box centred on x whose bottom is at y."""
        path = skia.Path()
        path.addRoundRect(skia.Rect.MakeLTRB(x - w / 2, y - h, x + w / 2, y), r, r)
        self.path(path, colour, **options)

    def polygon(self, points, colour, smooth=False, **options):
        self.path(make_path(points, smooth), colour, **options)

    def line(self, points, colour, width, smooth=True, alpha=1.):
        self.stroke(make_path(points, smooth, closed=False), colour, width, alpha)

    def limb(self, points, colour, width, smooth=True):
        """A line with an outline."""
        if self.outline:
            self.line(points, dark(colour, .5), width + .03, smooth)
        self.line(points, colour, width, smooth)

    @contextmanager
    def head(self, x):
        """Draws what turns about x when the subject looks around."""
        self.canvas.save()
        if self.look < 1:
            self.canvas.translate(x, 0)
            self.canvas.scale(math.copysign(max(abs(self.look), .62), self.look), 1)
            self.canvas.translate(-x, 0)
        yield
        self.canvas.restore()

    @contextmanager
    def at(self, x, y, scale=1., turn=0.):
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.scale(scale, scale)
        self.canvas.rotate(turn)
        yield
        self.canvas.restore()

    def dot(self, x, y, r, colour, alpha=1.):
        self.canvas.drawCircle(x, y, r, skia.Paint(AntiAlias=True, Color4f=skia_colour(colour, alpha)))

    def glow(self, x, y, r, colour, alpha=1.):
        if alpha <= 0:
            return
        if self.flat:
            self.dot(x, y, r * .6, colour, alpha * .45)
            return
        paint = skia.Paint(AntiAlias=True)
        paint.setShader(skia.GradientShader.MakeRadial(
            (x, y), r, [skia_colour(colour, alpha).toColor(), skia_colour(colour, 0).toColor()]))
        self.canvas.drawCircle(x, y, r, paint)


def make_path(points, smooth=False, closed=True):
    path = skia.Path()
    if not smooth:
        path.moveTo(*points[0])
        for p in points[1:]:
            path.lineTo(*p)
    elif closed:
        middle = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(points, points[1:] + points[:1])]
        path.moveTo(*middle[-1])
        for p, m in zip(points, middle):
            path.quadTo(*p, *m)
    else:
        path.moveTo(*points[0])
        for a, b in zip(points[1:-1], points[2:]):
            end = b if b is points[-1] else ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            path.quadTo(*a, *end)
        if len(points) == 2:
            path.lineTo(*points[1])
    if closed:
        path.close()
    return path


# ---------------------------------------------------------------- subjects
# Each draws itself about 1 high, feet at (0, 0), facing right. t in seconds, go = 1 when walking.

INK = (.13, .10, .14)
CREAM = (1., .95, .84)
GLASS = (.74, .90, .98)


PEOPLE = (((1., .86, .72), (.38, .22, .14)), ((1., .84, .68), (.93, .70, .30)), ((.96, .78, .58), (.14, .11, .13)), ((.80, .56, .38), (.20, .13, .11)),
          ((.55, .36, .25), (.13, .09, .08)), ((1., .85, .72), (.76, .36, .16)))  # skin, hair


def eye(pen, x, y, r, t, white=True):
    if pen.blink or (t + .7) % 2.6 < .14:
        pen.line([(x - r, y), (x + r, y)], INK, r * .5)
        return
    if white:
        pen.dot(x, y, r * 1.35, (1, 1, 1))
    pen.dot(x + r * .2, y, r, INK)
    pen.dot(x + r * .45, y - r * .4, r * .38, (1, 1, 1))


def legs(pen, colour, xs, t, go, length, width):
    for i, x in enumerate(xs):
        swing = math.sin(t * 7 + i * 2.2) * .13 * go
        pen.limb([(x, -length), (x + swing * .4, -length * .5), (x + swing, -width * .4)], colour, width)


def twitch(t, every=2.1):
    """Mostly 0, now and then a quick flick: for ears."""
    k = t % every
    return math.sin(k * 28) * max(0., 1 - k / .45)


def cat_head(pen, c, t, x, y):
    for side in (-1, 1):
        flick = twitch(t + side * .6) * .035
        pen.polygon([(x + side * .24, y - .03), (x + side * .21 + flick, y - .37), (x + side * .03, y - .17)], c)
        pen.polygon([(x + side * .2, y - .09), (x + side * .19 + flick, y - .28), (x + side * .09, y - .17)], (.98, .7, .68), shade=0, outline=False)
    pen.ellipse(x, y, .27, .23, c)
    face = x + .075 * pen.look - .035
    pen.ellipse(face, y + .09, .14, .1, light_of(c, .6), shade=0, outline=False)
    eye(pen, face - .105, y - .03, .05, t)
    eye(pen, face + .105, y - .03, .05, t)
    pen.ellipse(face, y + .05, .035, .025, (.9, .4, .42), shade=0, outline=False)
    for side in (-1, 1):
        pen.line([(face + side * .12, y + .08), (face + side * .25, y + .06 + twitch(t + 1) * .02)], dark(c, .45), .014, alpha=.7)


def cat(pen, c, t, go):
    sway = math.sin(t * 2.4) * .1
    pen.limb([(-.36, -.34), (-.6, -.38), (-.62 + sway, -.66), (-.5 + sway * 1.6, -.86)], c, .1)
    legs(pen, dark(c, .12), (-.3, .26), t + .2, go, .3, .1)
    pen.ellipse(-.06, -.38, .4, .23 + .006 * math.sin(t * 3), c)
    pen.ellipse(.0, -.28, .24, .1, light_of(c, .45), shade=0, outline=False, alpha=.7)
    for x in (-.26, -.12, .02):
        pen.line([(x, -.6), (x - .02, -.48)], dark(c, .3), .04, alpha=.7)
    legs(pen, c, (-.2, .18), t, go, .28, .1)
    cat_head(pen, c, t, .315 + .025 * pen.look, -.65)


def dog_head(pen, c, t, x, y):
    with pen.head(x - .06):
        pen.ellipse(x, y, .24, .22, c)
        pen.ellipse(x + .18, y + .07, .17, .12, light_of(c, .5))
        pen.ellipse(x + .32, y + .02, .05, .04, INK, shade=0, outline=False)
        if math.sin(t * .9) > -.2:
            pen.ellipse(x + .2, y + .19 + .012 * math.sin(t * 9), .045, .06, (.95, .5, .52), outline=False)
        flop = math.sin(t * 5) * .03 + twitch(t) * .03
        pen.polygon([(x - .12, y - .18), (x - .26, y - .14), (x - .3 + flop, y + .18), (x - .16, y + .22), (x - .08, y - .02)], dark(c, .35), smooth=True)
        eye(pen, x + .06, y - .06, .05, t)


def dog(pen, c, t, go):
    wag = math.sin(t * 8) * .12
    pen.limb([(-.4, -.46), (-.55, -.6), (-.6 + wag, -.78)], c, .08)
    legs(pen, dark(c, .15), (-.32, .22), t + .2, go, .32, .11)
    pen.ellipse(-.08, -.42, .4, .22, c)
    legs(pen, c, (-.24, .15), t, go, .32, .11)
    dog_head(pen, c, t, .32, -.7)
    pen.line([(.22, -.52), (.4, -.5)], (.85, .2, .2), .06)


def rabbit_head(pen, c, t, x, y):
    with pen.head(x - .02):
        for dx, lean in ((-.08, -.06), (.08, .05)):
            wiggle = math.sin(t * 3 + dx * 9) * .03 + twitch(t + dx * 4) * .03
            pen.ellipse(x + dx + lean + wiggle, y - .33, .08, .24, c)
            pen.ellipse(x + dx + lean + wiggle, y - .31, .035, .17, (.98, .72, .74), shade=0, outline=False)
        pen.ellipse(x, y, .23, .2, c)
        eye(pen, x + .08, y - .04, .05, t)
        pen.ellipse(x + .21, y + .02 + .006 * math.sin(t * 11), .035, .03, (.9, .4, .45), shade=0, outline=False)
        pen.ellipse(x - .02, y + .08, .06, .04, (.98, .6, .6), shade=0, outline=False, alpha=.6)


def rabbit(pen, c, t, go):
    hop = math.sin(t * 6) * .03 * go
    pen.dot(-.4, -.3 + hop, .12, light_of(c, .5))
    pen.ellipse(-.1, -.32 + hop, .32, .28, c)
    pen.ellipse(-.18, -.14, .2, .13, c)
    pen.ellipse(-.02, -.05, .24, .06, light_of(c, .3))
    pen.ellipse(.18, -.06, .1, .06, light_of(c, .3))
    rabbit_head(pen, c, t, .24, -.62 + hop)


def horse(pen, c, t, go):
    mane, hoof = dark(c, .5) if sum(c) > .9 else (.45, .40, .42), dark(c, .62)
    swish = math.sin(t * 2.2) * .09
    pen.polygon([(-.4, -.62), (-.56, -.6), (-.66 + swish, -.34), (-.6 + swish * 1.3, -.12), (-.52 + swish, -.2), (-.5, -.42), (-.4, -.5)], mane, smooth=True)
    for x, k, shade in ((-.26, .2, .16), (.22, .2, .16), (-.36, 0, 0), (.12, 0, 0)):
        swing = math.sin(t * 7 + x * 9 + k) * .14 * go
        pen.limb([(x, -.42), (x + swing * .3, -.24), (x + swing, -.07)], dark(c, shade), .1)
        pen.line([(x + swing - .02, -.035), (x + swing + .03, -.035)], hoof, .075)
    pen.ellipse(-.12, -.5, .38, .2, c)
    nod = math.sin(t * 1.8) * .02
    with pen.head(.2):
        pen.polygon([(.0, -.62), (.1, -.92), (.24, -1.04 + nod), (.4, -.94 + nod), (.36, -.7), (.26, -.42), (.08, -.36)], c, smooth=True)
        for x in (.38, .3):
            pen.polygon([(x - .05, -1.0 + nod), (x - .05, -1.12 + nod), (x + .01 + twitch(t + x * 9) * .03, -1.2 + nod), (x + .06, -1.1 + nod), (x + .05, -1.0 + nod)], dark(c, .15), smooth=True)
        pen.polygon([(.24, -1.06 + nod), (.42, -1.04 + nod), (.6, -.86 + nod), (.68, -.74 + nod), (.56, -.66 + nod), (.36, -.76 + nod)], c, smooth=True)
        pen.ellipse(.585, -.755 + nod, .085, .075, light_of(c, .45), shade=0, outline=False)
        pen.dot(.625, -.775 + nod, .017, dark(c, .6))
        pen.polygon([(.3, -1.1 + nod), (.16, -1.06 + nod), (.02 + swish * .3, -.86), (-.02 + swish * .4, -.6), (.08, -.62), (.16, -.86), (.28, -.98 + nod)], mane, smooth=True)
        pen.polygon([(.26, -1.1 + nod), (.42, -1.06 + nod), (.44, -.95 + nod), (.34, -.98 + nod)], mane, smooth=True)
        eye(pen, .42, -.92 + nod, .045, t)


def who(pen, k=0):
    """(skin, hair) of the k-th human of a clip."""
    return PEOPLE[(int(pen.variety * 97) + k) % len(PEOPLE)]


def face(pen, t, x, y, r, hair, skin, child):
    """A round head with two eyes and a smile, hair around it."""
    look = .26 * r * pen.look
    pen.ellipse(x - .04 * r, y - .14 * r, (1.2 if child else 1.12) * r, 1.1 * r, hair)
    pen.ellipse(x + look * .35, y + .06 * r, .94 * r, .92 * r, skin, outline=False)
    pen.polygon([(x - 1.05 * r, y - .15 * r), (x - .9 * r, y - .95 * r), (x, y - 1.25 * r), (x + .95 * r, y - .95 * r), (x + 1.08 * r, y - .15 * r),
                 (x + .75 * r + look, y - .55 * r), (x + .1 * r + look, y - .34 * r), (x - .55 * r + look, y - .6 * r)], hair, smooth=True, outline=False, shade=.1)
    if child:
        tuft = twitch(t, 3.1) * .08 * r
        pen.line([(x, y - 1.15 * r), (x + .1 * r + tuft, y - 1.4 * r), (x + .3 * r + tuft, y - 1.4 * r)], hair, .14 * r)
    for side in (-1, 1):
        eye(pen, x + look + side * .38 * r, y + .1 * r, .17 * r, t, white=False)
        pen.ellipse(x + look + side * .58 * r, y + .42 * r, .17 * r, .11 * r, (.98, .5, .46), shade=0, outline=False, alpha=.55)
    pen.line([(x + look - .2 * r, y + .48 * r), (x + look, y + .6 * r), (x + look + .2 * r, y + .48 * r)], dark(skin, .55), .09 * r)


def person(pen, c, t, go):
    (skin, hair), trousers = who(pen), (.26, .30, .42)
    for x, phase in ((-.07, 0), (.07, math.pi)):
        swing = math.sin(t * 6 + phase) * .16 * go
        pen.limb([(x, -.42), (x + swing * .4, -.22), (x + swing, -.06)], trousers, .11)
        pen.ellipse(x + swing + .04, -.035, .09, .04, (.36, .22, .16))
    arm = math.sin(t * 6) * .14 * go + math.sin(t * 2) * .02
    pen.limb([(-.13, -.68), (-.22 - arm * .4, -.52), (-.2 - arm, -.36)], dark(c, .18), .09)
    pen.dot(-.2 - arm, -.34, .05, skin)
    pen.polygon([(-.13, -.74), (.13, -.74), (.2, -.34), (-.2, -.34)], c)
    pen.line([(0, -.7), (0, -.36)], dark(c, .3), .018)
    for y in (-.6, -.49):
        pen.dot(.035, y, .018, light_of(c, .7))
    pen.limb([(.13, -.68), (.22 + arm * .4, -.52), (.22 + arm, -.37)], c, .09)
    pen.dot(.22 + arm, -.35, .05, skin)
    pen.limb([(-.1, -.73), (.1, -.72)], light_of(mix(c, (.9, .5, .2), .5), .3), .07)
    face(pen, t, 0, -.9, .155, hair, skin, False)


def child(pen, c, t, go):
    skin, hair = who(pen)
    for x, phase in ((-.09, 0), (.09, math.pi)):
        swing = math.sin(t * 8 + phase) * .13 * go
        pen.limb([(x, -.3), (x + swing, -.07)], (.30, .38, .58), .13)
        pen.ellipse(x + swing + .03, -.04, .1, .05, (.9, .35, .3))
    wave = math.sin(t * 4) * .05
    pen.limb([(-.16, -.48), (-.3, -.36), (-.3 + wave, -.24)], dark(c, .15), .1)
    pen.dot(-.3 + wave, -.23, .055, skin)
    pen.polygon([(-.15, -.58), (.15, -.58), (.24, -.24), (-.24, -.24)], c, smooth=False)
    for y in (-.44, -.33):
        pen.line([(-.18, y), (.18, y)], light_of(c, .6) if sum(c) < 2.6 else (.5, .65, .85), .035)
    pen.limb([(.16, -.48), (.3, -.5), (.36, -.62 + wave)], c, .1)
    pen.dot(.36, -.65 + wave, .055, skin)
    face(pen, t, .0, -.78, .24, hair, skin, True)


def bird(pen, c, t, go):
    beat = math.sin(t * (9 if go else 5))
    pen.polygon([(-.3, -.5), (-.66, -.66), (-.62, -.46), (-.66, -.34)], dark(c, .25))
    for x in (-.05, .1):
        pen.line([(x, -.22), (x, 0)], (.95, .6, .15), .05)
    pen.ellipse(-.02, -.46, .38, .28, c)
    pen.ellipse(.06, -.36, .24, .15, light_of(c, .6), shade=0, outline=False)
    pen.ellipse(.3, -.7, .2, .19, c)
    pen.polygon([(.46, -.76), (.68, -.68), (.46, -.61)], (1., .7, .1))
    eye(pen, .35, -.73, .05, t)
    pen.polygon([(.12, -.56), (-.1, -.56 - .44 * beat), (-.42, -.6 - .5 * beat), (-.24, -.42)], dark(c, .2), smooth=True)


def fish(pen, c, t, go):
    wave = math.sin(t * 6) * .1
    pen.polygon([(-.34, -.45), (-.72, -.72 + wave), (-.6, -.45 + wave), (-.72, -.18 + wave)], dark(c, .15))
    pen.polygon([(-.2, -.66), (.05, -.92), (.22, -.66)], dark(c, .2))
    pen.ellipse(0, -.45, .46, .27, c)
    for x in (-.16, .02):
        pen.line([(x, -.66), (x + .05, -.45), (x, -.25)], light_of(c, .55), .07)
    pen.polygon([(.02, -.4), (-.16, -.26 + wave * .7), (.04, -.28)], dark(c, .25))
    eye(pen, .26, -.52, .065, t)
    pen.line([(.44, -.4), (.34, -.36)], dark(c, .6), .03)


def robot_head(pen, c, t, x, y):
    pen.line([(x, y - .15), (x, y - .27)], dark((.72, .76, .80), .3), .03)
    pen.dot(x, y - .29, .05, (.98, .35, .3) if t % 1.4 < 1 else (1., .75, .6))
    pen.rect(x, y + .16, .48, .32, c, r=.09)
    pen.rect(x + .02 * pen.look, y + .09, .36, .17, (.12, .16, .24), r=.06)
    for side in (-1, 1):
        at = x + .02 + side * .09 + .05 * (pen.look - 1)
        if pen.blink or (t + .7) % 2.6 < .14:
            pen.line([(at - .04, y), (at + .04, y)], (.5, .98, .95), .025)
        else:
            pen.dot(at, y + .005, .045, (.5, .98, .95))


def robot(pen, c, t, go):
    metal = (.72, .76, .80)
    for x, phase in ((-.15, 0), (.15, math.pi)):
        lift = max(0, math.sin(t * 6 + phase)) * .08 * go
        pen.rect(x, -.02 - lift, .13, .24, metal)
        pen.rect(x + .03, -lift, .22, .09, dark(c, .2), r=.04)
    for side in (-1, 1):
        swing = math.sin(t * 4) * .12 * side
        pen.line([(side * .3, -.56), (side * .44, -.42), (side * .42 + swing, -.26)], dark(metal, .25), .11)
        pen.dot(side * .42 + swing, -.25, .07, c)
    pen.rect(0, -.2, .56, .42, c, r=.07)
    pen.rect(0, -.3, .3, .2, light_of(metal, .4), r=.03)
    for i, lamp in enumerate(((.95, .3, .25), (.98, .8, .2), (.3, .8, .4))):
        pen.dot(-.09 + .09 * i, -.4, .033, lamp if (t * 2 + i) % 3 < 2 else dark(lamp, .5))
    robot_head(pen, c, t, 0, -.81)


def hero(pen, c, t, go):
    skin = (.97, .78, .62)
    flap = math.sin(t * 5) * .08
    pen.polygon([(-.1, -.66), (.1, -.64), (-.1, -.25), (-.3, -.1 + flap), (-.62, -.12 + flap), (-.4, -.42)], c, smooth=True)
    for x, phase in ((-.08, 0), (.1, math.pi)):
        swing = math.sin(t * 7 + phase) * .14 * go
        pen.line([(x, -.3), (x + swing, -.05)], (.22, .3, .55), .13)
        pen.ellipse(x + swing + .04, -.04, .1, .05, dark(c, .2))
    pen.rect(0, -.26, .32, .42, (.26, .36, .66), r=.1)
    pen.dot(.03, -.5, .08, (1., .85, .2))
    arm = math.sin(t * 3) * .05
    pen.line([(.12, -.6), (.3, -.62), (.46, -.78 + arm)], (.26, .36, .66), .1)
    pen.dot(.47, -.79 + arm, .06, skin)
    pen.line([(-.12, -.6), (-.24, -.46), (-.14, -.36)], (.22, .3, .58), .1)
    hero_head(pen, c, t, .04, -.84)


def hero_head(pen, c, t, x, y):
    skin = (.97, .78, .62)
    with pen.head(x):
        pen.ellipse(x, y, .19, .19, skin)
        pen.polygon([(x - .2, y), (x - .18, y - .19), (x + .04, y - .24), (x + .2, y - .1), (x - .02, y - .09)], (.32, .2, .14), smooth=True)
        pen.rect(x + .05, y + .05, .28, .1, c, r=.04, outline=False)
        eye(pen, x, y, .034, t)
        eye(pen, x + .13, y, .034, t)
        pen.line([(x + .02, y + .1), (x + .08, y + .12), (x + .13, y + .1)], dark(skin, .5), .016)


def sitting(pen, kind, c, t):
    """A rider about 1 high, seated at (0, 0), hands forward: for seats of vehicles."""
    if kind in ("cat", "dog", "rabbit"):
        sway = math.sin(t * 2.4) * .08
        if kind == "cat":
            pen.limb([(-.2, -.08), (-.44, -.12), (-.48 + sway, -.36), (-.38 + sway, -.5)], c, .09)
        elif kind == "dog":
            pen.limb([(-.2, -.1), (-.4, -.2), (-.44 + sway, -.36)], c, .08)
        pen.ellipse(0, -.24, .22, .3, c)
        pen.ellipse(.08, -.22, .12, .2, light_of(c, .5), shade=0, outline=False, alpha=.8)
        pen.limb([(.04, -.36), (.2, -.28), (.34, -.32 + sway * .2)], c, .1)
        {"cat": cat_head, "dog": dog_head, "rabbit": rabbit_head}[kind](pen, c, t, .06, -.66)
    elif kind == "robot":
        pen.rect(0, 0, .46, .46, c, r=.07)
        pen.limb([(.1, -.34), (.24, -.24), (.36, -.3)], (.62, .66, .70), .09)
        robot_head(pen, c, t, .02, -.66)
    elif kind == "hero":
        flap = math.sin(t * 6) * .06
        pen.polygon([(-.06, -.54), (.08, -.52), (-.06, -.2), (-.4, -.06 + flap), (-.86, -.14 - flap), (-.6, -.34 + flap)], c, smooth=True)
        pen.limb([(-.04, -.06), (.2, -.04), (.28, .22)], (.22, .3, .55), .13)
        pen.ellipse(.32, .25, .1, .05, dark(c, .2))
        pen.rect(0, .04, .3, .56, (.26, .36, .66), r=.1)
        pen.dot(.04, -.32, .075, (1., .85, .2))
        pen.limb([(.04, -.42), (.22, -.26), (.42, -.12)], (.26, .36, .66), .09)
        pen.dot(.43, -.11, .055, (.97, .78, .62))
        hero_head(pen, c, t, .04, -.69)
    else:
        skin, hair = who(pen, 1)
        pen.polygon([(-.13, -.46), (.13, -.46), (.2, .02), (-.2, .02)], c)
        pen.limb([(.06, -.4), (.2, -.26), (.34, -.3)], c, .09)
        pen.dot(.36, -.3, .05, skin)
        face(pen, t, .02, -.66, .24, hair, skin, kind == "child")


def wheel(pen, x, y, r, turn):
    pen.ellipse(x, y, r, r, (.2, .2, .23))
    pen.dot(x, y, r * .58, (.82, .82, .80))
    for k in range(2):
        a = turn + k * math.pi / 2
        dx, dy = math.cos(a) * r * .55, math.sin(a) * r * .55
        pen.line([(x - dx, y - dy), (x + dx, y + dy)], (.35, .35, .38), r * .2)


def puffs(pen, x, y, t, drift, r, rate=.6, count=3, colour=(.93, .93, .93)):
    """Smoke that rises from (x, y)."""
    for k in range(count):
        age = (t * rate + k / count) % 1
        pen.dot(x + drift * age + math.sin(t + k * 2) * r * .25, y - age * r * 4.5, r * (.6 + age), colour, (1 - age) * .75)


def car(pen, c, t, go, seat=None):
    bob = math.sin(t * 9) * .008
    if seat:  # an open sports car
        pen.polygon([(-.5, -.42 + bob), (-.46, -.56 + bob), (-.34, -.56 + bob), (-.28, -.4 + bob)], dark(c, .5), smooth=True)
        seat(-.1, -.28 + bob, .72)
        pen.line([(.2, -.38 + bob), (.15, -.52 + bob)], INK, .035)
        pen.polygon([(.24, -.4 + bob), (.16, -.7 + bob), (.21, -.7 + bob), (.35, -.4 + bob)], GLASS, alpha=.8)
        pen.polygon([(-.68, -.14 + bob), (-.69, -.38 + bob), (-.62, -.45 + bob), (-.3, -.42 + bob), (.2, -.42 + bob), (.5, -.38 + bob), (.7, -.26 + bob), (.7, -.14 + bob)], c)
        pen.polygon([(-.74, -.46 + bob), (-.74, -.54 + bob), (-.5, -.5 + bob), (-.52, -.44 + bob)], dark(c, .3))
        pen.line([(-.26, -.36 + bob), (.08, -.36 + bob), (.06, -.2 + bob), (-.22, -.2 + bob)], dark(c, .4), .018, smooth=False)
        pen.line([(-.6, -.28 + bob), (.6, -.28 + bob)], light_of(c, .6), .03, alpha=.8)
    else:
        pen.polygon([(-.42, -.44 + bob), (-.28, -.74 + bob), (.14, -.74 + bob), (.36, -.44 + bob)], light_of(c, .1))
        pen.polygon([(-.32, -.45 + bob), (-.22, -.67 + bob), (-.06, -.67 + bob), (-.06, -.45 + bob)], GLASS)
        pen.polygon([(.0, -.45 + bob), (.0, -.67 + bob), (.12, -.67 + bob), (.26, -.45 + bob)], GLASS)
        pen.rect(0, -.14 + bob, 1.3, .34, c, r=.12)
    pen.rect(0, -.14 + bob, 1.26, .07, dark(c, .35), r=.03, outline=False)
    pen.dot(.59, -.3 + bob, .06, (1., .95, .65) if not pen.blink else (1., 1., .9))
    pen.dot(-.61, -.34 + bob, .05, (.8, .15, .15))
    for x in (-.36, .36):
        wheel(pen, x, -.16, .17, t * 7 * go)
    if go:
        for k in range(3):
            age = (t * 1.5 + k / 3) % 1
            pen.dot(-.72 - age * .3, -.18 - age * .14, .05 + age * .06, (.9, .9, .9), (1 - age) * .6)


def bus(pen, c, t, go):
    bob = math.sin(t * 8) * .008
    pen.rect(0, -.12 + bob, 1.5, .72, c, r=.1)
    pen.rect(0, -.16 + bob, 1.46, .1, light_of(c, .7) if sum(c) < 2.6 else (.35, .55, .8), outline=False, shade=0)
    for i, x in enumerate((-.56, -.3, -.04)):
        pen.rect(x, -.46 + bob, .21, .26, GLASS, r=.03)
        skin, hair = who(pen, i)
        pen.dot(x + .01, -.53 + bob + math.sin(t * 3 + i * 2) * .01, .073, hair)
        pen.dot(x + .015, -.51 + bob + math.sin(t * 3 + i * 2) * .01, .062, skin)
    pen.rect(.24, -.14 + bob, .2, .58, light_of(c, .35), r=.03)
    pen.rect(.24, -.38 + bob, .13, .3, GLASS, r=.02, outline=False)
    pen.polygon([(.42, -.74 + bob), (.68, -.74 + bob), (.72, -.42 + bob), (.42, -.42 + bob)], GLASS)
    pen.dot(.7, -.24 + bob, .05, (1., .95, .65))
    pen.dot(-.72, -.28 + bob, .04, (.8, .15, .15))
    for x in (-.44, .5):
        wheel(pen, x, -.14, .15, t * 7 * go)
    if go:
        puffs(pen, -.8, -.12, t, -.3, .05, 1.2)


def train(pen, c, t, go, seat=None):
    bob, turn = math.sin(t * 10) * .006 * (.4 + go), t * 6 * go
    pen.rect(0, .01, 1.9, .03, (.45, .38, .36), outline=False, shade=0)
    wagon = dark(c, .22)
    pen.rect(-.6, -.14 + bob, .54, .44, wagon, r=.04)
    pen.rect(-.6, -.56 + bob, .6, .06, dark(c, .5), r=.03)
    for x in (-.73, -.47):
        pen.rect(x, -.3 + bob, .16, .18, GLASS, r=.02)
    pen.line([(-.33, -.2), (-.22, -.2)], INK, .05)
    puffs(pen, .52, -.78, t, -.75, .075, .5, 5)
    if seat:
        seat(-.06, -.28 + bob, .56)
        pen.rect(-.05, -.14 + bob, .42, .26, c, r=.03)
    else:
        pen.rect(-.05, -.14 + bob, .42, .6, c, r=.03)
        pen.rect(-.05, -.74 + bob, .52, .07, dark(c, .5), r=.03)
        pen.rect(-.04, -.44 + bob, .24, .22, GLASS, r=.02)
    if seat:
        pen.rect(-.05, -.96 + bob, .54, .07, dark(c, .5), r=.03)
        for x in (-.27, .17):
            pen.line([(x, -.96 + bob), (x, -.36 + bob)], dark(c, .5), .035)
    pen.polygon([(.45, -.5 + bob), (.42, -.78 + bob), (.62, -.78 + bob), (.59, -.5 + bob)], dark(c, .45))
    pen.ellipse(.3, -.56 + bob, .07, .09, (1., .82, .3))
    pen.rect(.46, -.16 + bob, .66, .38, c, r=.16)
    for x in (.3, .5, .66):
        pen.line([(x, -.53 + bob), (x, -.18 + bob)], (1., .82, .3), .025)
    pen.dot(.8, -.36 + bob, .055, (1., .95, .65))
    pen.polygon([(.7, -.16), (.84, -.16), (.95, .0), (.7, .0)], dark(c, .45))
    for x, r in ((-.76, .1), (-.46, .1), (-.06, .16), (.3, .12), (.58, .12)):
        wheel(pen, x, -r, r, turn * .16 / r)
    dx, dy = math.cos(turn) * .07, math.sin(turn) * .07
    pen.line([(-.06 + dx, -.15 + dy), (.58 + dx, -.13 + dy)], (.8, .8, .82), .035)


def plane(pen, c, t, go, seat=None):
    bank = math.sin(t * 2) * .02
    pen.polygon([(-.5, -.5), (-.72, -.86), (-.54, -.86), (-.3, -.55)], dark(c, .22))
    pen.polygon([(.0, -.58), (-.16, -.8 + bank), (-.04, -.8 + bank), (.2, -.58)], dark(c, .3))
    if seat:
        seat(.08, -.5, .6)
        pen.polygon([(.34, -.56), (.3, -.76), (.35, -.76), (.46, -.55)], GLASS, alpha=.85)
    else:
        pen.polygon([(-.06, -.56), (.02, -.78), (.24, -.78), (.36, -.56)], GLASS, smooth=False)
    pen.polygon([(-.74, -.6), (-.4, -.64), (.0, -.63), (.46, -.62), (.66, -.5), (.6, -.32), (.3, -.24), (-.3, -.3)], c, smooth=True)
    pen.line([(-.52, -.48), (.5, -.45)], light_of(c, .7) if sum(c) < 2.6 else (.85, .3, .3), .06)
    pen.polygon([(-.66, -.52), (-.84, -.56 - bank), (-.84, -.5 - bank), (-.52, -.44)], dark(c, .3))
    pen.polygon([(.22, -.4), (-.02, -.4), (-.34, -.1 + bank), (-.12, -.1 + bank)], dark(c, .2))
    for x in (-.1, .3):
        pen.line([(x + .04, -.28), (x + .04, -.1)], (.35, .35, .38), .035)
        pen.ellipse(x + .04, -.08, .075, .075, (.2, .2, .23))
    pen.ellipse(.64, -.45, .055, .07, (.98, .8, .3))
    spin = t * 31
    pen.ellipse(.69, -.45, .03, .3, (.8, .85, .9), alpha=.3, outline=False, shade=0)
    pen.line([(.69, -.45 - .29 * math.cos(spin)), (.69, -.45 + .29 * math.cos(spin))], (.35, .25, .2), .045)


def bicycle(pen, c, t, go, seat=None):
    turn = t * 5 * go
    for x in (-.38, .38):
        pen.canvas.drawCircle(x, -.25, .23, skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=.055, Color4f=skia_colour((.2, .2, .23))))
        for k in range(3):
            dx, dy = math.cos(turn + k * 1.05) * .22, math.sin(turn + k * 1.05) * .22
            pen.line([(x - dx, -.25 - dy), (x + dx, -.25 + dy)], (.72, .72, .74), .014)
    dx, dy = math.cos(turn) * .09, math.sin(turn) * .09
    pen.line([(-.02 - dx * .2, -.24 - dy * .2), (-.02 - dx, -.24 - dy)], (.4, .4, .42), .03)
    for pts in ([(-.38, -.25), (-.02, -.24), (.28, -.52), (-.14, -.52), (-.38, -.25)], [(-.02, -.24), (-.17, -.6)], [(.38, -.25), (.25, -.66), (.36, -.7)]):
        pen.limb(pts, c, .05, smooth=False)
    pen.dot(-.02, -.24, .06, dark(c, .4))
    pen.ellipse(-.18, -.61, .11, .035, (.25, .2, .2))
    if seat:
        colour = seat(-.14, -.6, .66)
        pen.limb([(-.1, -.6), (.08, -.46), (-.02 + dx, -.22 + dy)], colour, .08)
        pen.line([(-.06 + dx, -.2 + dy), (.05 + dx, -.2 + dy)], dark(colour, .5), .05)
    pen.line([(-.02 + dx * .2, -.24 + dy * .2), (-.02 + dx, -.24 + dy)], (.4, .4, .42), .03)
    pen.dot(.32, -.74, .025, (.95, .8, .3))


def broom(pen, c, t, go, seat=None):
    straw, blow = (.90, .70, .34), math.sin(t * 7) * .03
    with pen.at(0, 0, 1, -6):
        pen.polygon([(-.3, -.43), (-.46, -.54), (-.84, -.56 + blow), (-.92, -.4 + blow), (-.84, -.24 + blow), (-.46, -.3)], straw, smooth=True)
        for k in (-1, 0, 1):
            pen.line([(-.44, -.41 + k * .04), (-.84, -.4 + k * .1 + blow)], dark(straw, .4), .02)
        pen.limb([(-.36, -.42), (.84, -.42)], c, .07)
        pen.line([(-.38, -.49), (-.38, -.35)], (.85, .25, .25), .06)
        if seat:
            seat(.02, -.44, .82)
    for k in range(3):
        age = (t * .9 + k / 3) % 1
        pen.dot(-.9 - age * .3, -.36 + math.sin(k * 5 + t) * .12, .028 * (1 - age) + .008, (1., .92, .5), 1 - age)


def boat(pen, c, t, go, seat=None):
    rock = math.sin(t * 2) * .03
    pen.canvas.rotate(rock * 60)
    mast = -.16 if seat else 0
    pen.line([(mast, -.3), (mast, -1.08)], (.45, .3, .2), .05)
    belly = .05 * math.sin(t * 1.7)
    if not seat:
        pen.polygon([(.05, -1.02), (.42 + belly, -.6), (.46 + belly, -.36), (.05, -.36)], CREAM, smooth=False)
    pen.polygon([(mast - .05, -.98), (mast - .36 + belly, -.38), (mast - .05, -.38)], light_of(c, .35) if not seat else CREAM)
    pen.polygon([(mast, -1.08), (mast + .16, -1.02 + belly * .4), (mast, -.97)], (.9, .25, .2))
    if seat:
        seat(.16, -.22, .7)
    pen.polygon([(-.58, -.3), (.64, -.3), (.42, 0), (-.4, 0)], c)
    pen.line([(-.56, -.28), (.6, -.28)], light_of(c, .6), .05)


def rocket(pen, c, t, go):
    flick = .5 + .5 * math.sin(t * 23) * math.sin(t * 13)
    if go:
        pen.polygon([(-.12, -.1), (.12, -.1), (.07, .12), (0, .3 + .16 * flick), (-.07, .12)], (1., .62, .12), smooth=True)
        pen.polygon([(-.06, -.1), (.06, -.1), (0, .12 + .08 * flick)], (1., .93, .5), outline=False)
    for side in (-1, 1):
        pen.polygon([(side * .17, -.36), (side * .36, -.02), (side * .13, -.12)], dark(c, .28))
    pen.polygon([(-.15, -.1), (.15, -.1), (.23, -.42), (.2, -.72), (0, -1.12), (-.2, -.72), (-.23, -.42)], CREAM if c == COLOURS["white"] else c, smooth=True)
    pen.polygon([(-.15, -.82), (0, -1.08), (.15, -.82)], dark(c, .3), outline=False)
    pen.dot(0, -.62, .125, dark(c, .5))
    pen.dot(0, -.62, .095, GLASS)
    pen.rect(0, -.08, .22, .07, dark(c, .5), r=.02)


def balloon(pen, c, t, go, seat=None):
    drift, up = math.sin(t * 1.6) * .03, -.16 if seat else 0.
    for x in (-.12, .12):
        pen.line([(x, -.2), (x * 1.8 + drift, -.5 + up)], (.45, .32, .22), .025)
    pen.ellipse(drift, -.76 + up, .38, .38, c)
    pen.ellipse(drift, -.76 + up, .2, .38, light_of(c, .5), alpha=.75)
    pen.ellipse(drift, -.76 + up, .07, .38, c, outline=False)
    pen.polygon([(-.2 + drift, -.46 + up), (.2 + drift, -.46 + up), (.1, -.38 + up), (-.1, -.38 + up)], dark(c, .3))
    if seat:
        seat(-.02, -.1, .5)
    pen.rect(0, 0, .36 if seat else .28, .2, (.72, .5, .28), r=.03)


def castle(pen, c, t, go):
    roof = dark(c, .45) if c not in (COLOURS["black"],) else (.5, .2, .25)
    for x, h, w in ((-.42, .78, .24), (.42, .78, .24)):
        pen.rect(x, 0, w, h, c)
        pen.polygon([(x - .17, -h), (x, -h - .3), (x + .17, -h)], roof)
        flag = math.sin(t * 4 + x * 7) * .04
        pen.polygon([(x, -h - .42), (x + .16, -h - .38 + flag), (x, -h - .31)], (.95, .75, .2))
    pen.rect(0, 0, .62, .5, light_of(c, .12))
    for x in (-.24, -.08, .08, .24):
        pen.rect(x, -.48, .09, .09, light_of(c, .12))
    pen.rect(0, -.4, .3, .5, c)
    pen.polygon([(-.2, -.88), (0, -1.16), (.2, -.88)], roof)
    door = skia.Path()
    door.addRoundRect(skia.Rect.MakeLTRB(-.12, -.3, .12, .1), .12, .12)
    pen.canvas.save()
    pen.canvas.clipRect(skia.Rect.MakeLTRB(-1, -1, 1, 0))
    pen.path(door, (.36, .22, .15))
    pen.canvas.restore()
    for x, y in CASTLE_WINDOWS:
        pen.rect(x, y + .06, .08, .13, (.25, .22, .3), r=.03, outline=False)


CASTLE_WINDOWS = ((-.42, -.52), (.42, -.52), (0, -.66), (-.42, -.24), (.42, -.24))


def house(pen, c, t, go):
    pen.rect(.26, -.62, .13, .42, (.6, .34, .28))
    for k in range(3):
        age = (t * .35 + k / 3) % 1
        pen.dot(.27 + age * .22 + math.sin(t + k) * .02, -1.06 - age * .3, .05 + age * .07, (.92, .92, .92), (1 - age) * .75)
    pen.rect(0, 0, .86, .56, c)
    pen.polygon([(-.56, -.54), (0, -1.), (.56, -.54)], dark(c, .45))
    pen.rect(-.02, 0, .2, .34, (.42, .26, .17), r=.03)
    pen.dot(.05, -.16, .02, (1, .85, .4))
    for x, y in HOUSE_WINDOWS:
        pen.rect(x, y + .09, .18, .18, (.42, .56, .68))
        pen.line([(x, y - .08), (x, y + .08)], CREAM, .02)


HOUSE_WINDOWS = ((-.27, -.3), (.25, -.3), (0, -.68))


def tree(pen, c, t, go):
    sway = math.sin(t * 1.5) * .03
    pen.polygon([(-.1, 0), (.1, 0), (.06, -.5), (-.06, -.5)], (.48, .32, .2))
    for x, y, r in ((-.24, -.55, .24), (.24, -.57, .24), (0, -.48, .22), (-.14, -.8, .24), (.16, -.82, .23), (0, -.95, .18)):
        pen.ellipse(x + sway * -y, y, r, r * .95, c)
    for x, y in ((-.2, -.62), (.12, -.52), (.1, -.86), (-.12, -.9)):
        pen.dot(x + sway * -y, y, .06, light_of(c, .35), .7)


def ball(pen, c, t, go):
    pen.ellipse(0, -.45, .45, .45, c)
    turn = t * 4 * go
    pen.canvas.save()
    pen.canvas.translate(0, -.45)
    pen.canvas.rotate(math.degrees(turn))
    for k in range(3):
        a = k * 2 * math.pi / 3
        pen.polygon([(0, 0), (math.cos(a - .35) * .42, math.sin(a - .35) * .42), (math.cos(a + .35) * .42, math.sin(a + .35) * .42)],
                    light_of(c, .75) if c != COLOURS["white"] else (.9, .3, .3), shade=0, outline=False)
    pen.dot(0, 0, .1, (1., .85, .3))
    pen.canvas.restore()
    pen.ellipse(-.14, -.66, .1, .07, (1, 1, 1), shade=0, outline=False, alpha=.55)


def flower(pen, c, t, go):
    sway = math.sin(t * 1.6) * .06
    green, top = (.30, .60, .26), (sway, -.74)
    pen.limb([(0, 0), (-.03, -.3), (sway * .6, -.5), top], green, .055)
    for side, y in ((-1, -.16), (1, -.28)):
        droop = math.sin(t * 2 + side) * .03
        pen.polygon([(0, y), (side * .14, y - .14 + droop), (side * .38, y - .1 + droop), (side * .24, y + .04 + droop)], green, smooth=True)
    with pen.at(*top, 1, sway * 160):
        for k in range(7):
            a = k * 2 * math.pi / 7 + math.sin(t * 1.2) * .06
            r = .2 + .012 * math.sin(t * 3 + k * 2)
            pen.ellipse(math.cos(a) * r, math.sin(a) * r, .125, .125, c if sum(c) > .9 else mix(c, (.4, .3, .5), .4))
        pen.ellipse(0, 0, .155, .155, (1., .82, .30) if c[2] > .4 or c[1] < .5 else (.62, .38, .2))
        for side in (-1, 1):
            eye(pen, side * .055 + .02 * pen.look - .01, -.02, .024, t, white=False)
        pen.line([(-.045 + .02 * pen.look, .05), (.01 + .02 * pen.look, .075), (.06 + .02 * pen.look, .05)], (.35, .18, .12), .018)


def moon(pen, c, t, go):
    body = light_of(c, .3) if sum(c) > .9 else (.42, .42, .50)
    pen.glow(0, -.5, .8 + .03 * math.sin(t * 2), light_of(c, .6), .5)
    pen.ellipse(0, -.5, .47, .47, body)
    for x, y, r in ((-.26, -.72, .075), (-.34, -.4, .05), (.3, -.76, .05), (.2, -.16, .06), (-.14, -.14, .045)):
        pen.dot(x, y, r, dark(body, .12))
    look = .09 * pen.look
    for side in (-1, 1):
        x = look + side * .16
        if pen.blink or (t + .7) % 2.6 < .3:
            pen.line([(x - .06, -.55), (x, -.52), (x + .06, -.55)], INK, .026)
        else:
            eye(pen, x, -.55, .05, 1., white=False)
        pen.ellipse(look * 1.1 + side * .27, -.42, .075, .05, (.98, .55, .5), shade=0, outline=False, alpha=.5)
    smile = .02 * math.sin(t * 1.3)
    pen.line([(look - .12, -.37), (look, -.29 - smile), (look + .12, -.37)], INK, .028)


def snowman(pen, c, t, go):
    snow, lean = (.96, .97, 1.), math.sin(t * 1.5) * .015
    for side in (-1, 1):
        wave = math.sin(t * 2.6 + side) * .06
        pen.line([(side * .2, -.52), (side * .4, -.62 + wave)], (.42, .28, .18), .035)
        pen.line([(side * .36, -.6 + wave * .8), (side * .44, -.56 + wave)], (.42, .28, .18), .025)
    pen.ellipse(0, -.2, .3, .23, snow)
    pen.ellipse(lean, -.5, .23, .19, snow)
    for y in (-.46, -.56):
        pen.dot(lean + .03, y, .024, INK)
    x = lean * 2
    pen.ellipse(x, -.78, .19, .18, snow)
    pen.limb([(x - .17, -.65), (x, -.61), (x + .17, -.65)], c, .075)
    pen.limb([(x - .1, -.62), (x - .16 + math.sin(t * 3) * .03, -.46)], c, .07)
    pen.rect(x, -.9, .38, .04, INK, r=.02)
    pen.rect(x, -.92, .25, .2, INK, r=.02)
    pen.rect(x, -.92, .25, .05, c, outline=False, shade=0)
    look = .05 * pen.look
    for side in (-1, 1):
        eye(pen, x + look * .6 + side * .07, -.81, .026, t, white=False)
    pen.polygon([(x + look * .4, -.79), (x + look * .4, -.72), (x + look * .4 + math.copysign(.17, pen.look), -.745)], (1., .58, .16))
    pen.line([(x + look * .6 - .06, -.69), (x + look * .6, -.675), (x + look * .6 + .06, -.69)], INK, .016)


def dragon(pen, c, t, go):
    beat, wag = math.sin(t * 5.5), math.sin(t * 2.2) * .06
    belly, spike = light_of(mix(c, (1., .85, .4), .5), .4), (1., .72, .22) if c[0] < .9 or c[2] > .5 else (.55, .3, .6)
    pen.polygon([(-.02, -.56), (-.2, -.7 - .2 * beat), (-.62, -.86 - .26 * beat), (-.54, -.6 - .16 * beat), (-.42, -.62 - .1 * beat), (-.34, -.46 - .06 * beat), (-.2, -.48)], dark(spike, .12))
    pen.polygon([(-.1, -.12), (-.3, -.02), (-.56, -.06), (-.72, -.3 + wag), (-.66, -.28 + wag), (-.5, -.2), (-.3, -.3), (-.16, -.42)], c, smooth=True)
    pen.polygon([(-.64, -.24 + wag), (-.82, -.36 + wag), (-.68, -.4 + wag)], spike)
    for x in (-.16, .16):
        swing = math.sin(t * 7 + x * 10) * .06 * go
        pen.ellipse(x + swing, -.06, .13, .07, dark(c, .15))
    pen.ellipse(0, -.32, .29, .3, c)
    pen.ellipse(.09, -.28, .17, .22, belly, outline=False)
    for y in (-.36, -.26, -.16):
        pen.line([(-.02, y), (.2, y)], dark(belly, .25), .018)
    pen.limb([(.12, -.42), (.26, -.36), (.34, -.4 + wag * .4)], c, .08)
    with pen.head(.1):
        for x, y in ((-.16, -.6), (-.12, -.82), (-.02, -.98)):
            pen.polygon([(x + .02, y + .09), (x - .11, y - .03), (x + .06, y - .04)], spike)
        pen.polygon([(.06, -.98), (.0, -1.14), (.15, -1.02)], CREAM)
        pen.ellipse(.12, -.8, .23, .21, c)
        pen.ellipse(.3, -.72, .17, .125, light_of(c, .25))
        pen.dot(.38, -.77, .02, dark(c, .6))
        pen.line([(.22, -.65), (.32, -.63), (.42, -.67)], dark(c, .6), .02)
        eye(pen, .18, -.86, .055, t)
        puff = (t * .5) % 1
        if puff < .45:
            pen.dot(.5 + puff * .3, -.7 - puff * .12, .03 + puff * .07, (1., .72 - puff * .6, .25), .9 - 1.8 * puff)
    pen.polygon([(-.04, -.5), (-.14, -.66 - .24 * beat), (-.48, -.9 - .34 * beat), (-.44, -.64 - .22 * beat), (-.32, -.62 - .14 * beat), (-.28, -.48 - .06 * beat), (-.14, -.4)], spike)


def butterfly(pen, c, t, go):
    beat = .62 + .38 * math.sin(t * 7)
    with pen.at(0, -.5, 1, 14):
        for side in (-1, 1):
            w = beat * side
            wing = c if side > 0 else dark(c, .1)
            pen.polygon([(0, .02), (.3 * w, .04), (.46 * w, .2), (.34 * w, .42), (.14 * w, .34)], light_of(mix(wing, (1., .7, .3), .3), .12), smooth=True)
            pen.polygon([(0, -.02), (.12 * w, -.3), (.4 * w, -.5), (.62 * w, -.36), (.56 * w, -.06), (.26 * w, .08)], wing, smooth=True)
            pen.ellipse(.4 * w, -.26, .1 * beat, .1, light_of(c, .7) if sum(c) < 2.6 else (.95, .7, .4), shade=0, outline=False)
            pen.ellipse(.3 * w, .22, .05 * beat, .055, CREAM, shade=0, outline=False)
            pen.line([(0, -.24), (side * .06, -.36), (side * .13, -.42)], INK, .022)
            pen.dot(side * .13, -.42, .026, INK)
        pen.ellipse(0, .02, .06, .24, (.34, .24, .26))
        pen.ellipse(0, -.24, .085, .08, (.42, .3, .3))
        for side in (-1, 1):
            eye(pen, side * .035 + .01 * pen.look, -.25, .022, t)


DRAW = {f.__name__: f for f in (cat, dog, rabbit, bird, fish, robot, hero, car, boat, rocket, balloon, castle, house, tree, ball,
                                  horse, person, child, bus, train, plane, bicycle, flower, moon, dragon, butterfly, snowman, broom)}
SIZE = {"cat": .5, "dog": .5, "rabbit": .5, "bird": .48, "fish": .5, "robot": .52, "hero": .55, "car": .5, "boat": .52,
        "rocket": .56, "balloon": .56, "castle": .6, "house": .58, "tree": .6, "ball": .42, "horse": .52, "person": .56, "child": .5, "bus": .5, "train": .5, "plane": .52,
        "bicycle": .5, "flower": .52, "moon": .52, "dragon": .56, "butterfly": .42, "snowman": .54, "broom": .5}
BOX = {  # half width, top, bottom of what each fills, in units of its size
    "cat": (.75, -1.02, .02), "dog": (.78, -.92, .02), "rabbit": (.52, -1.23, .02), "bird": (.68, -1.05, .00), "fish": (.72, -.90, -.10),
    "robot": (.60, -1.15, .00), "hero": (.55, -1.08, .02), "car": (.65, -.75, .02), "boat": (.65, -1.10, .02), "rocket": (.35, -1.05, .35),
    "balloon": (.42, -1.15, .00), "castle": (.60, -1.20, .00), "house": (.55, -1.05, .00), "tree": (.50, -1.12, .00), "ball": (.45, -.90, .00),
    "horse": (.72, -1.20, .00), "person": (.42, -1.10, .02), "child": (.42, -1.12, .02), "bus": (.75, -.85, .02), "train": (.95, -.82, .00),
    "plane": (.85, -.88, .00), "bicycle": (.62, -.75, .00), "flower": (.40, -1.08, .02), "moon": (.48, -.98, -.02), "dragon": (.82, -1.23, .02),
    "butterfly": (.65, -1.05, -.05), "snowman": (.45, -1.12, .02), "broom": (.95, -.55, -.15), "car ridden": (.75, -1.18, .02),
    "boat ridden": (.65, -1.10, .02), "balloon ridden": (.42, -1.30, .00), "train ridden": (.95, -1.05, .00), "plane ridden": (.85, -1.23, .00),
    "bicycle ridden": (.62, -1.40, .00), "broom ridden": (.95, -1.30, -.15)}

# ---------------------------------------------------------------- scenes
# A scene is a list of layers; each is (parallax, draw(pen)) recorded once and moved by the camera.

FAR = 2.6  # how far layers reach to each side, enough for the widest view and every pan
SKIES = {  # top, bottom, by day
    "city": ((.48, .72, .92), (.90, .90, .84)), "meadow": ((.38, .70, .96), (.84, .94, .96)),
    "forest": ((.55, .80, .88), (.90, .95, .82)), "snowy forest": ((.62, .76, .90), (.92, .95, .98)),
    "desert": ((.50, .76, .92), (1., .90, .68)), "beach": ((.30, .70, .95), (.80, .95, .98)),
    "ocean": ((.36, .66, .93), (.86, .94, .97)), "mountains": ((.42, .66, .93), (.92, .90, .92)),
    "snow": ((.58, .74, .92), (.93, .95, .99)), "space": ((.03, .03, .12), (.16, .10, .30)),
    "castle hill": ((.46, .68, .95), (.98, .90, .86)), "room": ((.42, .72, .95), (.86, .95, .97)),
    "night town": ((.05, .06, .20), (.26, .24, .50)),
}


def ridge(pen, rng, base, height, step, colour, smooth=True, bottom=2., **options):
    points = [(-FAR - 1, bottom)]
    x = -FAR - 1
    while x < FAR + 1:
        points.append((x, base - height * rng.uniform(.2, 1)))
        x += step * rng.uniform(.7, 1.3)
    points += [(FAR + 1, base), (FAR + 1, bottom)]
    pen.polygon(points, colour, smooth=smooth, **options)


def ground(pen, rng, hz, near, far_colour, near_colour):
    """The floor from the horizon hz down, with scattered tufts that grow towards the viewer."""
    paint = skia.Paint(AntiAlias=True, Color4f=skia_colour(mix(far_colour, near_colour, .5)))
    if not pen.flat:
        paint.setShader(skia.GradientShader.MakeLinear(
            [(0, hz), (0, near * 1.6)], [skia_colour(far_colour).toColor(), skia_colour(near_colour).toColor()]))
    pen.canvas.drawRect(skia.Rect.MakeLTRB(-6, hz, 6, 6), paint)


def fir(pen, x, y, h, colour, snowy):
    pen.rect(x, y, h * .1, h * .25, (.40, .28, .20))
    for k, (w, top, bottom) in enumerate(((.46, .52, .16), (.38, .76, .40), (.28, 1., .64))):
        pen.polygon([(x - w * h / 2, y - bottom * h), (x, y - top * h), (x + w * h / 2, y - bottom * h)], colour)
        if snowy:
            pen.polygon([(x - w * h * .3, y - (bottom + (top - bottom) * .4) * h), (x, y - top * h - h * .02),
                         (x + w * h * .3, y - (bottom + (top - bottom) * .4) * h), (x + w * h * .1, y - (bottom + (top - bottom) * .3) * h),
                         (x - w * h * .1, y - (bottom + (top - bottom) * .48) * h)], (.97, .98, 1.), outline=False, shade=.1)


def round_tree(pen, x, y, h, colour):
    pen.polygon([(x - h * .06, y), (x + h * .06, y), (x + h * .03, y - h * .5), (x - h * .03, y - h * .5)], (.46, .31, .2))
    pen.ellipse(x, y - h * .66, h * .3, h * .34, colour)
    pen.dot(x - h * .08, y - h * .76, h * .1, light_of(colour, .3), .6)


def spread(rng, step, jitter=.5, reach=FAR):
    x = -reach
    while x < reach:
        yield x + rng.uniform(-jitter, jitter) * step / 2
        x += step


def cloud(pen, x, y, s, colour=(1, 1, 1), alpha=.9):
    path = skia.Path()
    for dx, dy, r in ((-.2, 0, .1), (0, -.06, .14), (.17, -.01, .11), (.05, .03, .1)):
        path.addCircle(x + dx * s, y + dy * s, r * s)
    pen.path(path, colour, alpha=alpha, shade=.06, outline=False)


@dataclass
class Layer:
    """What moves with the camera as one: pictures that drift or sway, living things drawn anew each frame, windows."""
    parallax: float
    draws: list  # (draw(pen), sway): sway = None | ("drift", speed) | (foot's y, amount)
    lit: list  # windows (x, y, size)
    live: list  # draw(pen, t)


def build_scene(name, rng, hz, feet, top):
    if name == "photo":
        return []
    return build_layers(name, rng, hz, feet, top)


def gust(pen, x, y, size, t, colour, alpha):
    """A wisp of wind along the ground."""
    k = (t * .22 + x * 3.7) % 1
    at = x + (k - .5) * .8
    pen.line([(at - size, y), (at, y - size * .22 * math.sin(t * 3 + x)), (at + size, y)], colour, size * .16, alpha=alpha * math.sin(math.pi * k))


def build_layers(name, rng, hz, feet, top):
    """Layers of a scene, far to near."""
    layers = []
    windows = []

    def layer(parallax, draw, lit=(), sway=None, live=None):
        layers.append(Layer(parallax, [(draw, sway)], list(lit), [live] if live else []))

    def more(draw=None, sway=None, live=None):
        """Something that lies on the last layer."""
        layers[-1].draws.extend([(draw, sway)] if draw else [])
        layers[-1].live.extend([live] if live else [])

    def plants(items, draw, amount=.1, bands=2):
        """Small plants (x, y, ...) on the last layer, in bands that sway about their feet."""
        items = sorted(items, key=lambda item: item[1])
        for k in range(bands):
            band = items[k * len(items) // bands:(k + 1) * len(items) // bands]
            more(lambda pen, band=band: [draw(pen, *item) for item in band], (float(np.mean([item[1] for item in band])), amount))

    if name != "space":
        spots = [(x, rng.uniform(top * .85, top * .35 + hz * .3), rng.uniform(.7, 1.3)) for x in spread(rng, .8)]
        if name == "night town":
            layer(.2, lambda pen: [cloud(pen, *s, (.30, .32, .52), .55) for s in spots], sway=("drift", .03))
        else:
            layer(.2, lambda pen: [cloud(pen, *s) for s in spots], sway=("drift", .03))

    if name == "city":
        walls = ((.86, .62, .50), (.93, .80, .58), (.66, .72, .80), (.80, .55, .55), (.62, .74, .68), (.90, .86, .78))
        far = [(x, rng.uniform(.3, .6), rng.uniform(.16, .24)) for x in spread(rng, .2)]
        layer(.4, lambda pen: [pen.rect(x, hz + .1, w, h + .1, (.66, .74, .84), outline=False) for x, h, w in far])
        near = [(x, rng.uniform(.28, .5), walls[int(rng.integers(len(walls)))], int(rng.integers(2))) for x in spread(rng, .36, .1)]
        stacks = [(x + .1, hz + .03 - h) for x, h, _, roof in near if abs(x) < .9 and roof][:3]
        for x, h, _, _ in near:
            for row in range(int(h / .13)):
                for column in (-.09, 0, .09):
                    windows.append((x + column, hz + .1 - h + .07 + row * .13, .045))

        def houses(pen):
            for x, h, c, roof in near:
                pen.rect(x, hz + .1, .34, h, c)
                if roof:
                    pen.rect(x + .1, hz + .08 - h, .04, .07, dark(c, .45))
                    pen.polygon([(x - .19, hz + .1 - h), (x, hz - h), (x + .19, hz + .1 - h)], dark(c, .4))
            for x, y, s in windows:
                pen.rect(x, y + s * .6, s, s * 1.3, (.42, .52, .64), outline=False)
        layer(.7, houses, windows, live=lambda pen, t: [puffs(pen, x, y, t + x, .06, .022, .3) for x, y in stacks])

        def road(pen):
            ground(pen, rng, hz + .1, feet, (.78, .74, .70), (.70, .66, .64))
            pen.rect(0, feet + .5, 12, .5 + .04, (.40, .40, .45), outline=False, shade=0)
            for x in spread(rng, .34, 0):
                pen.rect(x, feet + .13, .16, .03, (.96, .90, .70), outline=False)
            for x in spread(rng, .9, 0):
                pen.rect(x, feet - .06, .02, .42, (.25, .27, .32))
                pen.dot(x, feet - .5, .035, (1., .94, .75))
        layer(1., road, [(x, feet - .5, .05) for x in spread(rng, .9, 0)])
    elif name == "meadow":
        r1, r2 = rng.integers(1 << 30, size=2)
        layer(.35, lambda pen: ridge(pen, np.random.default_rng(r1), hz + .02, .26, .5, (.56, .76, .62)))
        layer(.55, lambda pen: ridge(pen, np.random.default_rng(r2), hz + .05, .14, .6, (.50, .76, .42)))
        trees = [(x, rng.uniform(.2, .32)) for x in spread(rng, .7)]
        flowers = [(x, rng.uniform(hz + .14, feet + .35), int(rng.integers(4))) for x in spread(rng, .07)]

        def field(pen):
            ground(pen, rng, hz + .08, feet, (.58, .82, .36), (.34, .64, .26))
            for x, y, _ in flowers[::2]:
                s = .02 + .04 * (y - hz)
                pen.line([(x + .03 - s, y + .04 - s), (x + .03, y + .04), (x + .03 + s * .8, y + .04 - s)], (.30, .58, .24), s * .3, smooth=False)

        def blossom(pen, x, y, k):
            s = .012 + .03 * (y - hz)
            pen.line([(x, y), (x, y - s * 2)], (.24, .5, .2), s * .6)
            pen.dot(x, y - s * 2.2, s, ((1., .4, .45), (1., .9, .3), (.98, .98, .95), (.75, .55, .95))[k])
        layer(.75, lambda pen: [round_tree(pen, x, hz + .11, h, (.36, .62, .32)) for x, h in trees], sway=(hz + .11, .035))
        layer(1., field)
        plants(flowers, blossom, .3, 3)
    elif name in ("forest", "snowy forest"):
        snowy = name == "snowy forest"
        greens = ((.62, .74, .76), (.40, .60, .58), (.20, .44, .40)) if snowy else ((.62, .78, .58), (.38, .62, .38), (.20, .48, .28))
        for parallax, step, height, base, colour in ((.35, .17, .42, .04, greens[0]), (.6, .26, .58, .09, greens[1])):
            row = [(x, height * rng.uniform(.75, 1.25), rng.random() < .5) for x in spread(rng, step)]

            def draw(pen, row=row, base=base, colour=colour):
                pen.rect(0, 2, 24, 2 - hz - base * .6, mix(colour, (.93, .96, 1.), .8) if snowy else mix(colour, (.5, .7, .35), .5), outline=False, shade=0)
                for x, h, is_round in row:
                    if is_round and not snowy:
                        round_tree(pen, x, hz + base, h, colour)
                    else:
                        fir(pen, x, hz + base, h, colour, snowy)
            layer(parallax, draw, sway=(hz + base, .02))
        near = [(x, rng.uniform(.75, 1.05)) for x in spread(rng, .95, .5)]
        tufts = [(x, rng.uniform(hz + .16, feet + .4)) for x in spread(rng, .12)]

        def floor(pen):
            ground(pen, rng, hz + .1, feet, (.90, .94, .99) if snowy else (.50, .70, .34), (.99, .99, 1.) if snowy else (.30, .50, .24))
            for x, y in tufts:
                s = .02 + .08 * (y - hz)
                if snowy:
                    pen.ellipse(x, y, s * 2.2, s * .5, (.80, .87, .96), shade=0, outline=False)

        def leaves(pen, t):
            for k, (x, y) in enumerate(tufts[8:36:7]):
                fall = (t * .11 + k * .31) % 1
                at = x + .3 * fall + math.sin(t * 2 + k) * .04
                pen.ellipse(at, hz - .4 + fall * (y - hz + .4), .013, .007 + .004 * math.sin(t * 4 + k), (.82, .66, .24), shade=0, outline=False)
        layer(1., floor)
        if not snowy:
            plants(tufts, lambda pen, x, y: pen.line([(x - (s := .02 + .08 * (y - hz)), y), (x - s * .5, y - s), (x, y), (x + s * .6, y - s)], (.24, .44, .2), s * .3, smooth=False), .22)
        more(lambda pen: [fir(pen, x, hz + .16, h, greens[2], snowy) for x, h in near if abs(x) > .3], (hz + .16, .02), None if snowy else leaves)
    elif name == "desert":
        r1, r2 = rng.integers(1 << 30, size=2)
        tombs = [(x, rng.uniform(.22, .4)) for x in spread(rng, 1.1, .8)]
        layer(.35, lambda pen: [(pen.polygon([(x - h, hz + .06), (x, hz + .04 - h), (x + h, hz + .06)], (.93, .76, .52)),
                                 pen.polygon([(x, hz + .04 - h), (x + h, hz + .06), (x + h * .25, hz + .06)], (.82, .62, .42), outline=False)) for x, h in tombs])
        layer(.55, lambda pen: ridge(pen, np.random.default_rng(r1), hz + .06, .14, .6, (.95, .78, .50)))
        cacti = [(x, rng.uniform(.2, .34)) for x in spread(rng, .7, .6)]

        def cactus(pen, x, y, h):
            for pts in ([(x, y), (x, y - h)], [(x, y - h * .4), (x + h * .3, y - h * .45), (x + h * .3, y - h * .75)], [(x, y - h * .3), (x - h * .28, y - h * .35), (x - h * .28, y - h * .6)]):
                pen.line(pts, (.2, .42, .26), h * .2, smooth=False)
                pen.line(pts, (.38, .64, .36), h * .15, smooth=False)

        def sand(pen):
            ground(pen, rng, hz + .1, feet, (.97, .84, .56), (.92, .70, .40))
            r = np.random.default_rng(r2)
            for x in spread(r, .25):
                y = r.uniform(hz + .15, feet + .35)
                pen.line([(x - .12, y), (x, y - .02), (x + .12, y)], (.84, .62, .36), .012, alpha=.8)
        layer(1., sand)
        more(lambda pen: [cactus(pen, x, hz + .15, h) for x, h in cacti], (hz + .15, .025))
        more(live=lambda pen, t: [gust(pen, x, hz + y, .16, t, (1., .93, .74), .8) for x, y in ((-.5, .2), (.1, .3), (.62, .24), (-.2, .42), (.35, .52))])
    elif name in ("beach", "ocean"):
        sea = (.22, .62, .82) if name == "beach" else (.20, .50, .78)
        isles = [(x, rng.uniform(.1, .2)) for x in spread(rng, 1.4, .9)]
        layer(.3, lambda pen: [pen.ellipse(x, hz + .05, h * 1.8, h, (.48, .68, .66), outline=False) for x, h in isles])
        gulls = [(rng.uniform(-.7, .7), rng.uniform(top * .75, hz - .2), rng.uniform(.03, .045)) for _ in range(2)]

        def soar(pen, t):
            for x, y, r in gulls:
                x, y, lift = x + .12 * math.sin(t * .5 + x * 9), y + .03 * math.sin(t * .8 + x), r * (.5 + .5 * math.sin(t * 5 + x * 7))
                pen.line([(x - r, y - lift), (x - r * .4, y - r * .4), (x, y), (x + r * .4, y - r * .4), (x + r, y - lift)], (.98, .98, 1.), .011)
        more(live=soar)

        def water(pen):
            ground(pen, rng, hz + .04, feet, light_of(sea, .3), dark(sea, .2))
        layer(.5, water)
        if name == "beach":
            palms = [(x, rng.uniform(.5, .7)) for x in spread(rng, 1.3, .3)]
            shells = [(x, rng.uniform(hz + .26, feet + .4), int(rng.integers(3))) for x in spread(rng, .16)]

            def shore(pen):
                edge = [(-FAR - 1, 3)] + [(x, hz + .2 + .025 * math.sin(x * 7)) for x in np.arange(-FAR - 1, FAR + 1, .1)] + [(FAR + 1, 3)]
                pen.polygon([(x, y - .02) for x, y in edge], (.98, .98, .96), outline=False, shade=0)
                pen.polygon(edge, (.98, .87, .62), outline=False, shade=.12)
                for x, y, k in shells:
                    pen.dot(x, y, .016, ((.95, .6, .5), (.85, .7, .5), (1., .98, .9))[k])

            def palm(pen, x, h):
                y = hz + .3
                pen.line([(x, y), (x + h * .08, y - h * .5), (x + h * .2, y - h)], (.55, .38, .24), .05)
                for a in (-2.9, -2.3, -.9, -.2, .35, 2.9):
                    ex, ey = x + h * .2 + math.cos(a) * h * .38, y - h + math.sin(a) * h * .16 + h * .1
                    pen.polygon([(x + h * .2, y - h), ((x + h * .2 + ex) / 2, (y - h + ey) / 2 - h * .12), (ex, ey), ((x + h * .2 + ex) / 2, (y - h + ey) / 2 - h * .02)], (.26, .60, .32), smooth=False)
            layer(1., shore)
            more(lambda pen: [palm(pen, x, h) for x, h in palms if abs(x) > .35], (hz + .3, .045))
    elif name == "mountains":
        peaks = [(x, rng.uniform(.42, .68)) for x in spread(rng, .62)]

        def alps(pen):
            for x, h in peaks:
                y = hz + .12
                pen.polygon([(x - h * .8, y), (x, y - h), (x + h * .8, y)], (.52, .56, .70))
                pen.polygon([(x, y - h), (x + h * .8, y), (x + h * .15, y)], (.42, .45, .60), outline=False)
                pen.polygon([(x - h * .27, y - h * .66), (x, y - h), (x + h * .27, y - h * .66), (x + h * .1, y - h * .72), (x, y - h * .6), (x - h * .12, y - h * .72)], (.98, .98, 1.), outline=False, shade=.05)
        layer(.4, alps)
        r1 = rng.integers(1 << 30)
        layer(.6, lambda pen: ridge(pen, np.random.default_rng(r1), hz + .13, .14, .45, (.42, .58, .44)))
        firs = [(x, rng.uniform(.18, .28)) for x in spread(rng, .4, .9)]
        stones = [(x, rng.uniform(hz + .2, feet + .4)) for x in spread(rng, .22)]

        def alm(pen):
            ground(pen, rng, hz + .13, feet, (.60, .74, .44), (.40, .58, .32))
            for x, y in stones:
                s = .015 + .05 * (y - hz)
                pen.ellipse(x, y, s * 1.4, s * .8, (.66, .66, .68))
        layer(1., alm)
        more(lambda pen: [fir(pen, x, hz + .16, h, (.24, .46, .36), False) for x, h in firs], (hz + .16, .03))
        plants([(x + .09, y + .03) for x, y in stones], lambda pen, x, y: pen.line([(x - (s := .02 + .08 * (y - hz)), y - s), (x - s * .4, y), (x, y - s), (x + s * .4, y), (x + s, y - s)], (.32, .52, .26), s * .28, smooth=False), .25)
    elif name == "snow":
        r1, r2 = rng.integers(1 << 30, size=2)
        layer(.35, lambda pen: ridge(pen, np.random.default_rng(r1), hz + .04, .26, .6, (.78, .86, .95)))
        layer(.6, lambda pen: ridge(pen, np.random.default_rng(r2), hz + .1, .13, .8, (.88, .93, .98)))
        men = [(x, rng.uniform(.3, .4)) for x in spread(rng, 1.3, .5)]
        drifts = [(x, rng.uniform(hz + .2, feet + .4)) for x in spread(rng, .18)]

        def field(pen):
            ground(pen, rng, hz + .1, feet, (.93, .96, 1.), (.99, 1., 1.))
            for x, y in drifts:
                s = .03 + .08 * (y - hz)
                pen.ellipse(x, y, s * 2, s * .4, (.82, .88, .96), shade=0, outline=False)

        def man(pen, x, h):
            y = hz + .2
            for dy, r in ((.22, .24), (.56, .18), (.84, .13)):
                pen.ellipse(x, y - dy * h, r * h, r * h, (.97, .98, 1.))
            pen.rect(x, y - .94 * h, .2 * h, .14 * h, (.2, .2, .26))
            pen.dot(x + .04 * h, y - .84 * h, .03 * h, (.98, .55, .15))
            pen.line([(x - .1 * h, y - .7 * h), (x + .12 * h, y - .7 * h)], (.85, .25, .25), .05 * h)
        firs = [(x, rng.uniform(.16, .28)) for x in spread(rng, .5, .9)]
        layer(.75, lambda pen: [fir(pen, x, hz + .14, h, (.36, .54, .52), True) for x, h in firs], sway=(hz + .14, .03))
        layer(1., field)
        more(lambda pen: [man(pen, x, h) for x, h in men if abs(x) > .35], (hz + .2, .02))
        more(live=lambda pen, t: [gust(pen, x, hz + y, .14, t, (.78, .86, .97), .9) for x, y in ((-.5, .2), (.1, .3), (.62, .24), (-.2, .42), (.35, .52))])
    elif name == "space":
        stars = [(rng.uniform(-FAR, FAR), rng.uniform(-1.4, hz + .2), rng.uniform(.004, .012)) for _ in range(170)]
        bright = [star for star in stars if abs(star[0]) < .8][:7]

        def twinkle(pen, t):
            for k, (x, y, r) in enumerate(bright):
                pen.dot(x, y, r * (1.4 + .9 * math.sin(t * (2 + k % 3) + k)), (1, .96, .8))
            fall = (t * .23 + bright[0][2] * 90) % 1
            if fall < .2:
                x, y = bright[0][0] * .5 + fall * 2.2, top * .8 + fall * .8
                pen.line([(x - .12, y - .045), (x, y)], (1, 1, .9), .009, alpha=1 - fall * 5)
        layer(.15, lambda pen: [pen.dot(x, y, r, (1, 1, .92)) for x, y, r in stars], live=twinkle)
        planets = [(x, rng.uniform(top * .8, hz - .15), rng.uniform(.09, .17), ((.93, .60, .42), (.52, .76, .86), (.82, .62, .90))[int(rng.integers(3))], rng.random() < .5) for x in spread(rng, .85, .8)]

        def worlds(pen):
            for x, y, r, c, ring in planets:
                pen.ellipse(x, y, r, r, c)
                pen.dot(x - r * .3, y - r * .25, r * .22, light_of(c, .4), .6)
                if ring:
                    pen.line([(x - r * 1.7, y + r * .35), (x, y + r * .35), (x + r * 1.7, y - r * .35)], (.98, .90, .70), r * .16)
        layer(.4, worlds, sway=("drift", .012))
        craters = [(x, rng.uniform(hz + .16, feet + .4)) for x in spread(rng, .24)]

        def moon(pen):
            points = [(-FAR - 1, 3)] + [(x, hz + .12 + .03 * math.sin(x * 3.3)) for x in np.arange(-FAR - 1, FAR + 1, .12)] + [(FAR + 1, 3)]
            pen.polygon(points, (.64, .62, .74), shade=.2)
            for x, y in craters:
                s = .03 + .08 * (y - hz)
                pen.ellipse(x, y, s * 1.6, s * .55, (.50, .48, .62))
        layer(1., moon)
    elif name == "room":
        room_layers(layer, more, rng, hz, feet, top)
    elif name == "night town":
        town_layers(layer, more, rng, hz, feet)
    else:  # castle hill
        r1 = rng.integers(1 << 30)
        layer(.35, lambda pen: ridge(pen, np.random.default_rng(r1), hz + .04, .22, .5, (.66, .78, .80)))
        sites = [x for x in spread(rng, 1.15, .3)]
        lit = [(x + wx * .42, hz - .14 + wy * .42, .04) for x in sites for wx, wy in CASTLE_WINDOWS]

        def hill(pen):
            for x in sites:
                pen.ellipse(x, hz + .2, .55, .36, (.50, .72, .44))
                pen.canvas.save()
                pen.canvas.translate(x, hz - .14)
                pen.canvas.scale(.42, .42)
                castle(pen, (.84, .80, .82), 0, 0)
                pen.canvas.restore()
            pen.rect(0, 3, 12, 3 - hz - .1, (.50, .72, .44), outline=False, shade=0)

        def flags(pen, t):
            for x in sites:
                if abs(x) < 1.2:
                    for fx in (-.42, .42):
                        px, py, wave = x + fx * .42, hz - .14 - 1.2 * .42, math.sin(t * 4 + fx * 7) * .018
                        pen.polygon([(px, py), (px + .068, py + .017 + wave), (px, py + .05)], (.95, .75, .2), shade=0)
        layer(.6, hill, lit, live=flags)
        trees = [(x, rng.uniform(.18, .28)) for x in spread(rng, .55, .8)]

        def path(pen):
            ground(pen, rng, hz + .14, feet, (.58, .78, .40), (.38, .60, .28))
            pen.polygon([(.2, hz + .14), (.28, hz + .14), (.1, feet), (.5, 2), (-.7, 2), (-.2, feet)], (.93, .82, .60), smooth=True)
        layer(1., path)
        more(lambda pen: [round_tree(pen, x, hz + .17, h, (.40, .62, .34)) for x, h in trees], (hz + .17, .035))
        plants([(x, rng.uniform(hz + .2, feet + .35)) for x in spread(rng, .12)],
               lambda pen, x, y: pen.line([(x - (s := .02 + .06 * (y - hz)), y - s), (x - s * .3, y), (x, y - s), (x + s * .3, y), (x + s, y - s)], (.30, .52, .22), s * .28, smooth=False), .25)
    return layers


def room_layers(layer, more, rng, hz, feet, top):
    """Indoors: hills behind the windows, then the wall with windows, curtains, pictures, a clock and lamps, and the floor."""
    wall = ((.93, .80, .62), (.72, .82, .80), (.90, .74, .72), (.80, .80, .90))[int(rng.integers(4))]
    cloth = ((.80, .34, .32), (.32, .52, .62), (.86, .62, .26), (.46, .56, .38))[int(rng.integers(4))]
    floor, sill, head = hz + .13, hz - .1, top * .78
    r1 = rng.integers(1 << 30)
    first = rng.uniform(-.26, .26)
    panes = [first + k * 1.1 for k in range(-2, 3)]
    layer(.5, lambda pen: (ridge(pen, np.random.default_rng(r1), hz - .06, .2, .5, (.56, .76, .50)),
                           [round_tree(pen, x, hz - .03, .22, (.36, .60, .34)) for x in np.arange(-2.5, 2.6, .45)]), sway=(hz, .03))

    def walls(pen):
        path = make_path([(-6, -6), (6, -6), (6, floor), (-6, floor)])
        for x in panes:
            path.addRect(skia.Rect.MakeLTRB(x - .2, head, x + .2, sill))
        path.setFillType(skia.PathFillType.kEvenOdd)
        pen.path(path, wall, shade=.1, outline=False)
        for k in np.arange(-FAR, FAR, .14):
            pen.line([(k, -3), (k, floor)], light_of(wall, .35), .012, alpha=.5)
        pen.rect(0, floor, 12, .035, CREAM, outline=False)
        ground(pen, rng, floor, feet, (.74, .52, .34), (.64, .42, .26))
        for i, y in enumerate((.05, .13, .25, .42, .66)):
            pen.line([(-FAR - 1, floor + y), (FAR + 1, floor + y)], (.52, .34, .22), .006 + .01 * y, smooth=False, alpha=.7)
            for x in np.arange(-FAR + i % 2 * .3, FAR, .62):
                pen.line([(x, floor + y), (x * (1 + .1 * y), floor + y + .06 + .16 * y)], (.52, .34, .22), .006, alpha=.6)
        for k, c in ((1., cloth), (.9, light_of(cloth, .55)), (.8, cloth), (.35, light_of(cloth, .3))):
            pen.ellipse(0, feet + .03, .62 * k, .105 * k, c, shade=0, outline=k == 1)
        for x in panes:
            for w, h, dx, y in ((.018, sill - head, 0, sill), (.4, .018, 0, (sill + head) / 2), (.022, sill - head, -.2, sill), (.022, sill - head, .2, sill)):
                pen.rect(x + dx, y, w, h, CREAM, outline=False, shade=0)
            pen.rect(x, sill + .03, .47, .035, CREAM)
            pen.rect(x - .1, sill, .06, .05, (.80, .46, .32), r=.01)
            pen.rect(x, head, .62, .02, (.45, .30, .2))
            picture = x + .55
            pen.rect(picture, sill - .06, .24, .2, (.52, .34, .2))
            pen.rect(picture, sill - .085, .19, .15, (.72, .88, .96), outline=False)
            pen.polygon([(picture - .095, sill - .085), (picture - .03, sill - .17), (picture + .03, sill - .11), (picture + .06, sill - .14), (picture + .095, sill - .085)], (.42, .62, .42), outline=False)
            pen.dot(picture + .05, sill - .2, .018, (1., .8, .3))
            lamp = x + .34
            pen.line([(lamp, floor + .02), (lamp, hz - .22)], (.34, .26, .22), .016)
            pen.ellipse(lamp, floor + .025, .06, .016, (.34, .26, .22))
            pen.polygon([(lamp - .055, hz - .32), (lamp + .055, hz - .32), (lamp + .09, hz - .2), (lamp - .09, hz - .2)], (.98, .88, .64))

    def living(pen, t):
        for x in panes:
            if abs(x) > 1.5:
                continue
            for k in (-1, 0, 1):
                sway = math.sin(t * 1.8 + k + x) * .012
                pen.ellipse(x - .1 + k * .03 + sway, sill - .08, .014, .04, (.36, .62, .32), shade=0, outline=False)
            swing = math.sin(t * 3.2) * .03
            clock = x + .55
            pen.line([(clock, sill - .38), (clock + swing, sill - .27)], (.62, .46, .24), .009)
            pen.dot(clock + swing, sill - .27, .018, (.98, .80, .35))
            pen.dot(clock, sill - .4, .055, (.50, .33, .2))
            pen.dot(clock, sill - .4, .044, CREAM)
            pen.line([(clock, sill - .4), (clock + .032 * math.sin(t * 1.05), sill - .4 - .032 * math.cos(t * 1.05))], INK, .008)
    layer(1., walls, [(x + .34, hz - .26, .0) for x in panes], live=living)
    for side in (-1, 1):
        def curtain(pen, side=side):
            for x in panes:
                pen.polygon([(x + side * .3, head + .01), (x + side * .12, head + .01), (x + side * .15, (head + sill) / 2), (x + side * .2, sill + .07), (x + side * .3, sill + .07)], cloth)
                for dx in (.2, .25):
                    pen.line([(x + side * dx, head + .03), (x + side * dx, sill + .05)], dark(cloth, .3), .01, alpha=.6)
        more(curtain, (head, .05 * side))


def town_layers(layer, more, rng, hz, feet):
    """A small town, always by night: crooked roofs, lit windows, street lamps, smoke."""
    far = [(x, rng.uniform(.22, .44), rng.uniform(.14, .2), int(rng.integers(2))) for x in spread(rng, .17)]
    far_lit = [(x + dx, hz + .06 - h * .7, .022) for x, h, _, _ in far for dx in (-.03, .04) if rng.random() < .5]

    def skyline(pen):
        for x, h, w, tip in far:
            pen.rect(x, hz + .1, w, h, (.20, .20, .40), outline=False)
            if tip:
                pen.polygon([(x - w * .56, hz + .1 - h), (x, hz - .02 - h), (x + w * .56, hz + .1 - h)], (.16, .15, .34), outline=False)
    layer(.4, skyline, far_lit)
    walls = ((.42, .34, .48), (.34, .38, .56), (.50, .38, .42), (.32, .42, .50), (.46, .42, .56))
    near = [(x, rng.uniform(.26, .38), walls[int(rng.integers(len(walls)))], rng.uniform(-.03, .03)) for x in spread(rng, .4, .1)]
    windows = [(x + dx, hz + .02 - row * .13, .05) for x, h, _, _ in near for row in range(int((h - .06) / .13)) for dx in (-.09, .09)]
    stacks = [(x + .11, hz - .03 - h) for x, h, _, _ in near if abs(x) < .9][1:4]

    def houses(pen):
        for x, h, c, lean in near:
            pen.rect(x, hz + .16, .36, h + .06, c)
            pen.rect(x + .11, hz + .05 - h, .05, .09, dark(c, .3))
            pen.polygon([(x - .23, hz + .11 - h), (x + lean - .02, hz - .1 - h), (x + lean + .02, hz - .1 - h), (x + .23, hz + .11 - h)], dark(c, .4))
            pen.rect(x, hz + .16, .09, .14, dark(c, .5), r=.03)
        for x, y, s in windows:
            pen.rect(x, y + s * .75, s * 1.2, s * 1.5, (.16, .16, .30), r=.006)
    layer(.7, houses, windows, live=lambda pen, t: [puffs(pen, x, y, t + x, .06, .024, .3, colour=(.62, .62, .76)) for x, y in stacks])
    lamps = list(spread(rng, .85, .2))
    cobbles = [(x, rng.uniform(hz + .24, feet + .4)) for x in spread(rng, .05)]

    def street(pen):
        ground(pen, rng, hz + .15, feet, (.30, .30, .46), (.24, .23, .38))
        for x, y in cobbles:
            s = .012 + .05 * (y - hz)
            pen.ellipse(x, y, s * 1.5, s * .6, (.36, .36, .52), shade=0, outline=False)
        for x in lamps:
            pen.rect(x, hz + .24, .02, .42, (.12, .12, .2))
            pen.polygon([(x - .045, hz - .25), (x, hz - .3), (x + .045, hz - .25), (x + .03, hz - .17), (x - .03, hz - .17)], (.98, .86, .50))
    layer(1., street, [(x, hz - .21, .045) for x in lamps])


# ---------------------------------------------------------------- light

def light_state(kind, scene, u, start):
    """Sky colours, ambient colour and effect strengths at u in 0..1; `start` delays the change a little."""
    top, bottom = SKIES[scene]
    p = ease(u, start * .25, .9 + start * .1)
    state = dict(top=top, bottom=bottom, ambient=(1, 1, 1), sun=.85, sun_alpha=1., moon=0., stars=0., fog=0., snow=0., rain=0.,
                 glow=0., grey=0., clouds=0., storm=0.)
    if scene == "space":
        state.update(sun_alpha=0., ambient=(.92, .90, 1.))
        return state
    if scene == "night town":
        state.update(ambient=(.86, .84, 1.), sun_alpha=0., moon=1., stars=1., glow=1.)
        return state
    dusk = dict(top=(.12, .12, .30), bottom=(.52, .28, .42), ambient=(.42, .36, .56))
    if kind in ("sunset", "sunrise"):
        k = p if kind == "sunset" else 1 - p
        state.update(top=keyframes(k, top, mix(top, (.62, .45, .62), .55), (.50, .32, .52), dusk["top"]),
                     bottom=keyframes(k, bottom, (1., .80, .48), (1., .52, .28), dusk["bottom"]),
                     ambient=keyframes(k, (1, 1, 1), (1., .86, .68), (.86, .58, .48), dusk["ambient"]),
                     sun=.85 - 1.15 * k, stars=max(0., k - .75) * 3)
    elif kind == "darkens":
        state.update(top=mix(top, (.06, .07, .15), p), bottom=mix(bottom, (.16, .19, .30), p),
                     ambient=mix((1, 1, 1), (.27, .30, .43), p), sun_alpha=1 - p, grey=p)
    elif kind == "night":
        state.update(top=(.04, .05, .18), bottom=(.17, .22, .46), ambient=(.40, .44, .68), sun_alpha=0., moon=1., stars=1.)
    elif kind == "fog":
        state.update(fog=p)
    elif kind == "snow":
        state.update(snow=1., top=mix(top, (.66, .72, .80), .6), bottom=mix(bottom, (.86, .89, .93), .6), ambient=(.90, .93, 1.), sun_alpha=.2)
    elif kind == "rain":
        state.update(rain=1., top=mix(top, (.38, .43, .52), .85), bottom=mix(bottom, (.62, .66, .72), .85), ambient=(.70, .76, .86), sun_alpha=0., grey=.5)
    elif kind == "storm":
        k = .75 + .25 * p
        state.update(storm=1., clouds=1., top=mix(top, (.13, .15, .22), k), bottom=mix(bottom, (.36, .39, .46), k),
                     ambient=mix((1, 1, 1), (.46, .50, .62), k), sun_alpha=0., grey=1.)
    elif kind == "clears":
        k = 1 - p
        state.update(clouds=k, top=mix(top, (.46, .50, .56), .95 * k), bottom=mix(bottom, (.66, .69, .72), .95 * k),
                     ambient=mix((1, 1, 1), (.62, .66, .74), k), sun_alpha=p, grey=k)
    elif kind == "castle night":
        k, up = ease(u, 0, .4), ease(u, .55, 1.)
        state.update(top=mix(top, (.06, .07, .18), k), bottom=mix(bottom, (.20, .20, .38), k), ambient=mix((1, 1, 1), (.34, .35, .54), k), sun_alpha=1 - k,
                     stars=k, glow=ease(u, .3 + start * .06, .52 + start * .06), fog=.62 * up, grey=k)
    elif kind == "windows":
        state.update(top=mix((.26, .26, .50), (.08, .09, .24), p), bottom=mix((.72, .50, .56), (.24, .22, .42), p),
                     ambient=mix((.62, .54, .68), (.38, .36, .56), p), sun_alpha=0., stars=p, glow=ease(u, .15 + start * .1, .6 + start * .1))
    if scene == "room":
        dim = 1 - sum(state["ambient"]) / 3
        lamp = state["glow"] if kind == "windows" else ease(dim, .2, .45)
        state.update(ambient=mix(state["ambient"], (.98, .84, .66), .3 * lamp), glow=lamp)
    return state


def light_windows(pen, windows):
    """Every fifth window stays dark; a window without a size is a lamp."""
    for i, (x, y, s) in enumerate(windows):
        if not s:
            pen.glow(x, y, .42, (1., .80, .42), .75)
        elif (i * 7 + 3) % 5:
            if s > .03:
                pen.glow(x, y, s * 2.2, (1., .75, .35), .5)
            pen.rect(x, y + s * .65, s, s * 1.3, (1., .86, .45), outline=False, shade=0)


# ---------------------------------------------------------------- the clip

def sway_of(move, t, phase):
    """How a picture is moved at t: drifting sideways, or swaying about its feet."""
    if move[0] == "drift":
        return skia.Matrix.Translate(move[1] * t, 0)
    k = move[1] * (math.sin(t * 1.7 + phase) + .35 * math.sin(t * 3.1 + phase * 2))
    return skia.Matrix.MakeAll(1, k, -k * move[0], 0, 1, 0, 0, 0, 1)


@dataclass
class Figure:
    """One of what a clip is about, as drawn: the subject or who stands beside it."""
    kind: str
    colour: tuple
    size: float
    beside: float  # x from the subject's place
    late: float  # seconds that its life is ahead of the subject's


LAYOUTS = 16  # of each scene
GROWTH = (.25, .75)  # from when to when what grows does so


class Clip:
    """A drawable clip. `seed` settles every free choice, `duration` is in seconds.

    What words leave open is one of a few: a small model that has seen 16 forests draws them, one that has seen forests
    without number draws their mean. Combined they are some thousand first frames for the same words."""

    def __init__(self, attributes: Attributes, seed: int, width: int, height: int, duration: float):
        a = self.attributes = attributes
        rng, layout = np.random.default_rng([seed, 1]), np.random.default_rng([seed % LAYOUTS, SCENES.index(a.scene) if a.scene in SCENES else len(SCENES)])
        short = min(width, height)
        self.half = (width / short / 2, height / short / 2)
        self.duration = duration
        self.flat = a.style == "paper"
        X, Y = self.half
        self.hz, self.feet = .16 * Y, .62 * Y
        if a.scene == "ocean":
            self.feet = .5 * Y
        self.layers = []
        for layer in build_scene(a.scene, layout, self.hz, self.feet, -Y):
            lit = self.record(lambda pen: light_windows(pen, layer.lit)) if layer.lit else None
            self.layers.append((layer.parallax, [(self.record(draw), move) for draw, move in layer.draws], lit, layer.live))
        self.flakes = layout.uniform(0, 1, (90, 4))
        self.stars = layout.uniform(0, 1, (60, 3))
        self.waves = layout.uniform(0, 6, 8)
        self.flashes = layout.uniform(0, 1, (4, 2))
        self.start = rng.choice([0., .25, .5, .75])
        self.phase = rng.choice([0., 2., 4.])
        self.sun_x = rng.choice([-.5, .1, .55]) * X
        growth = rng.choice([.92, 1.08])
        self.x0 = rng.choice([-.22, 0., .22]) * X
        # (begin, end) of a way across, in its own direction: who stands in the middle can set out as well as who comes in.
        self.way = (-.56 * X, .56 * X) if past_the_moon(a) else ((.64 * self.start - .56) * X, (.64 * self.start + .28) * X)
        self.hops = int(rng.integers(2, 5))
        rng.choice([1., 1., 1.25])  # says nothing any more; what is drawn after it stays what it was
        self.rolls = rng.choice([-1, 1])
        self.faces = 1  # who does not go left looks right: of a cat that may look either way a small model draws both ends as heads
        self.amount = 1.
        self.lift = .15 if a.subject in ALOFT and a.motion not in ("jumps", "rises", "falls", "spins") else 0.
        self.variety = rng.choice([.1, .35, .6, .85])
        self.rider, self.friend = rider_of(a), companion_of(a)
        self.rider_colour = self.shade(a.rider_colour, rng)
        self.figures = [Figure(a.subject, self.shade(a.colour, rng), SIZE.get(a.subject, .5) * growth, 0., 0.)] if a.subject in SIZE else []
        if self.rider != "none":
            self.figures[0].size *= 1.12
        if self.friend != "none" and not (a.subject in ALOFT and self.friend in ALOFT):
            self.lift = 0.
        for figure in self.figures:  # not wider or higher than the picture
            half, top, _ = self.box_of(figure)
            figure.size = min(figure.size, .45 / half, .76 / -top)
            self.lift = min(self.lift * (2.4 if figure.kind in ("moon", "broom") else 1), max(0., self.feet + Y - .04 + top * figure.size))
        if self.friend != "none":
            self.pair(self.figures, Figure(self.friend, self.shade(a.companion_colour, rng), SIZE[self.friend] * growth, 0., 1.3))
        if a.light in ("storm", "clears"):
            spots = [(x, -Y + layout.uniform(-.02, .26) * Y, layout.uniform(1.5, 2.4)) for x in spread(layout, .26)]
            grey = (.30, .32, .40) if a.light == "storm" else (.62, .65, .70)
            self.overcast = self.record(lambda pen: [cloud(pen, x, y, s, mix(grey, (1, 1, 1), (i * 7 % 5) * .04), 1.) for i, (x, y, s) in enumerate(spots)])

    def record(self, draw):
        recorder = skia.PictureRecorder()
        draw(Pen(recorder.beginRecording(skia.Rect.MakeLTRB(-8, -8, 8, 8)), .008, self.flat))
        return recorder.finishRecordingAsPicture()

    def box_of(self, figure):
        return BOX[figure.kind if self.rider == "none" else f"{figure.kind} ridden"]

    def shade(self, name, rng):
        """A colour, a little off."""
        jitter = rng.uniform(-.035, .035, 3)
        return tuple(float(np.clip(v + j, 0, 1)) for v, j in zip(COLOURS.get(name, COLOURS["orange"]), jitter))

    def pair(self, figures, friend):
        """Puts a companion beside the subject, the middle between them."""
        first = figures[0]
        wide = [BOX[f.kind][0] for f in (first, friend)]
        fit = min(.86, .5 / (wide[0] * first.size + wide[1] * friend.size))
        first.size, friend.size = first.size * fit, friend.size * fit
        apart = (wide[0] * first.size + wide[1] * friend.size) * .96
        first.beside, friend.beside = -apart / 2 * self.faces, apart / 2 * self.faces
        figures.append(friend)
        self.x0 *= .3

    def camera(self, u):
        """(x, y, zoom) of the camera at u."""
        k, a, X = (ease(u, 0, 1) * .7 + u * .3), self.amount, self.half[0]
        kind = self.attributes.camera
        pan = .30 * max(1., X * 1.5) * a
        return {"still": (0, 0, 1.), "pan left": (pan * (.5 - k) * 1.6, 0, 1.05), "pan right": (pan * (k - .5) * 1.6, 0, 1.05),
                "tilt up": (0, .26 * a * (.5 - k) * 1.6, 1.05), "tilt down": (0, .26 * a * (k - .5) * 1.6, 1.05),
                "zoom in": (self.focus() * k * .9, self.middle() * k, .88 + .66 * a * k),
                "zoom out": (self.focus() * (1 - k) * .9, self.middle() * (1 - k), .88 + .66 * a * (1 - k)), "roll": (0, 0, 1.04)}[kind]

    def roll(self, u):
        """Degrees that the picture is turned at u."""
        return self.rolls * 12 * self.amount * (2 * ease(u, 0, 1) * .6 + 2 * u * .4 - 1) if self.attributes.camera == "roll" else 0.

    def height(self):
        return max((-self.box_of(f)[1] * f.size for f in self.figures), default=.5)

    def focus(self):
        return self.x0 if self.attributes.motion not in ("left", "right", "flies") else 0.

    def middle(self):
        """Height the camera zooms to: the middle of the subject."""
        return self.feet - self.lift - (self.figures[0].size if self.figures else .5) * .52

    def place(self, u, t):
        """(x, feet y, degrees, direction, walking, scale) of the subject."""
        a, X, Y = self.attributes, *self.half
        x, y, turn, faces, go, scale = self.x0, self.feet - self.lift, 0., self.faces, 0., 1.
        size = self.figures[0].size if self.figures else .5
        if a.motion in ("left", "right"):
            faces = 1 if a.motion == "right" else -1
            x, go = faces * mix(*self.way, u), 1.
        elif a.motion == "jumps":
            y -= abs(math.sin(math.pi * self.hops * u)) * .26
            go = .6
        elif a.motion == "rises":
            y = self.feet - ease(u, .05, .98) * max(.28, self.feet + Y - self.height() - .02)
            go = 1.
        elif a.motion == "falls":
            k = min(u / .75, 1.)
            y = self.feet - Y * 1.25 * (1 - k * k)
            if u > .75:
                y -= abs(math.sin((u - .75) * 4 * math.pi * 1.0)) * .05
            turn = math.sin(t * 3) * 8
        elif a.motion == "spins":
            # About its upright axis, as a paper puppet does: upside down, most of them are nothing that a small model has ever seen.
            side = math.cos(2 * math.pi * u * (1 if self.duration < 7 else 2))
            faces, go = faces * math.copysign(max(abs(side), .08), side), .5
        elif a.motion in ("towards", "away"):
            k = ease(u) * .5 + u * .5
            k = k if a.motion == "towards" else 1 - k
            scale = .36 * (1.3 / .36) ** k
            near = (scale - .36) / .94
            x, y, go = x * (.3 + .7 * near), mix(self.hz + .16, self.feet + .1, near) - self.lift * scale, 1.
        elif a.motion == "grows":  # in the middle of the clip: what grows all the time might as well come nearer
            scale = .4 * 3 ** ease(u, *GROWTH)
        elif a.motion == "flies":
            # Half a round in five seconds, up and down again: a whole one is more than so few moments hold together.
            angle, way, low, high = math.pi * u * (1 if self.duration < 7 else 2), 1 if self.start < .5 else -1, .26, -.5
            x, y, go, scale = -way * X * .46 * math.cos(angle), Y * (low + high * math.sin(angle)) + size * .36, 1., .72
            dx, dy = way * X * .46 * math.sin(angle), Y * high * math.cos(angle)
            faces = math.copysign(1., dx)
            turn = math.degrees(math.atan2(dy, abs(dx) + .15)) * .3 * faces
            if a.subject in ("balloon", "rocket"):
                turn, faces = dx / X * (14 if a.subject == "balloon" else 90), 1.
        if a.scene == "ocean" and a.motion not in ("rises", "falls", "flies"):
            y += math.sin(t * 2 + self.phase) * .02
        if self.lift:
            y += math.sin(t * 2.2) * .015
        return x, y, turn, faces, go, scale

    def look(self, u):
        """Where the subject looks, 1 = ahead, -1 = behind."""
        return min(1., max(-1., 3.2 * math.cos(2 * math.pi * (u * 2 + self.start * .3)))) if self.attributes.motion == "looks around" else 1.

    def squash(self, u):
        """How much wider a jumper is at u."""
        return 1 + .12 * math.cos(2 * math.pi * self.hops * u) if self.attributes.motion == "jumps" else 1.

    def sink(self, figure):
        a = self.attributes
        return .12 * figure.size if a.scene == "ocean" and not self.lift and a.motion not in ("rises", "falls", "spins", "flies") else 0.

    def subject_box(self, t):
        """(left, top, right, bottom) in pictures' units (0..1, may reach beyond) of what the subject, who rides it and who is beside it fill at t; None without one."""
        if not self.figures:
            return None
        u = t / self.duration
        x, y, turn, faces, _, scale = self.place(u, t)
        cx, cy, zoom = self.camera(u)
        lean, angle, (X, Y) = math.radians(turn), math.radians(self.roll(u)), self.half
        corners = []
        for figure in self.figures:
            size, (half, top, bottom) = figure.size * scale, self.box_of(figure)
            half, top, bottom = half * abs(faces) * self.squash(u), top * (2 - self.squash(u)), bottom * (2 - self.squash(u))
            fx, fy = x + figure.beside * scale, y + self.sink(figure)
            for px, py in ((-half, top + .5), (half, top + .5), (-half, bottom + .5), (half, bottom + .5)):
                px, py = px * math.cos(lean) - py * math.sin(lean), px * math.sin(lean) + py * math.cos(lean) - .5
                px, py = (fx + px * size - cx) * zoom, (fy + py * size - cy) * zoom
                corners.append((px * math.cos(angle) - py * math.sin(angle), px * math.sin(angle) + py * math.cos(angle)))
        xs, ys = zip(*corners)
        return (min(xs) / X / 2 + .5, min(ys) / Y / 2 + .5, max(xs) / X / 2 + .5, max(ys) / Y / 2 + .5)

    def flash(self, t):
        """(strength of the lightning at t, which of the bolts)."""
        for i, (at, _) in enumerate(self.flashes):
            since = t % 5.4 - (i * 1.35 + .25 + at * .8)
            if 0 <= since < .5:
                return (1 - since / .5) * (.6 + .4 * math.cos(since * 40)), i
        return 0., 0

    def draw(self, canvas, width, height, t):
        """Draws the moment t (seconds) onto a skia canvas of width × height pixels."""
        a, (X, Y) = self.attributes, self.half
        u = t / self.duration
        canvas.save()
        canvas.translate(width / 2, height / 2)
        canvas.scale(width / X / 2, height / Y / 2)
        if a.camera == "roll":
            canvas.rotate(self.roll(u))
        state = light_state(a.light, a.scene, u, self.start)
        cx, cy, zoom = self.camera(u)
        flash, bolt = self.flash(t) if state["storm"] else (0., 0)
        ambient = mix(state["ambient"], (.95, .96, 1.), .8 * flash) if flash else state["ambient"]
        tint = skia.Paint()
        self.plain = min(ambient) > .99  # no layer of its own is needed
        if not self.plain:
            tint.setColorFilter(skia.ColorFilters.Blend(skia_colour(ambient).toColor(), skia.BlendMode.kModulate))

        def view(parallax):
            canvas.save()
            s = 1 + (zoom - 1) * (.3 + .7 * parallax)
            canvas.scale(s, s)
            canvas.translate(-cx * parallax, -cy * (.55 + .45 * parallax))

        # Sky, stars, sun, moon.
        top, bottom = (mix(state[k], (.80, .82, .95), .6 * flash) for k in ("top", "bottom"))
        sky = skia.Paint(Color4f=skia_colour(mix(top, bottom, .45)))
        if not self.flat:
            sky.setShader(skia.GradientShader.MakeLinear([(0, -Y - cy * .5), (0, self.hz + .15 - cy * .5)],
                          [skia_colour(top).toColor(), skia_colour(bottom).toColor()]))
        canvas.drawRect(skia.Rect.MakeLTRB(-X - 1, -Y - 1, X + 1, Y + 1), sky)
        view(.12)
        pen = Pen(canvas, .008, self.flat)
        if state["stars"] > 0:
            for i, (x, y, r) in enumerate(self.stars):
                shine = .6 + .4 * math.sin(t * (1.5 + i % 4) + i)
                pen.dot((x - .5) * 2.6 * X, -Y * 1.2 + y * (Y * 1.2 + self.hz), .005 + r * .006 * shine, (1, 1, .9), min(1., state["stars"]) * shine)
        if state["sun_alpha"] > 0:
            sun_y = self.hz - state["sun"] * (Y + self.hz) * .85
            warm = min(1., max(0., 1 - state["sun"]))
            colour = mix((1., .93, .55), (1., .55, .25), warm)
            pen.glow(self.sun_x, sun_y, .34 + .012 * math.sin(t * 1.4), colour, .55 * state["sun_alpha"])
            pen.dot(self.sun_x, sun_y, .095, mix(colour, (1, 1, .9), .3), state["sun_alpha"])
        if state["moon"] and a.subject != "moon":
            x, r = (self.sun_x * .6, .17) if past_the_moon(a) else (self.sun_x, .09)
            pen.glow(x, -Y * .55, r + .21 + .012 * math.sin(t * 1.4), (.8, .85, 1.), .35)
            pen.dot(x, -Y * .55, r, (.98, .96, .84))
            for dx, dy, size in ((.35, -.25, .22), (-.4, .1, .15), (.1, .45, .18)):
                pen.dot(x + dx * r, -Y * .55 + dy * r, size * r, (.90, .88, .78))
        canvas.restore()
        if state["clouds"] > 0:
            view(.3)
            canvas.translate(-.05 * t - (1 - state["clouds"]) * .35, -(1 - state["clouds"]) * .3)
            canvas.drawPicture(self.overcast, skia.Matrix(), skia.Paint(Alphaf=min(1., state["clouds"] * 1.5)) if state["clouds"] < .66 else None)
            canvas.restore()
        if flash > .25:
            self.draw_bolt(pen, bolt, flash)

        # Layers from far to near; the subject stands in front of the last one.
        glow = state["glow"]
        wind = 2.4 if state["storm"] else 1.
        lamps = skia.Paint(Alphaf=glow)
        for i, (parallax, pictures, lit, live) in enumerate(self.layers):
            if a.scene == "room" and i == len(self.layers) - 1:
                self.draw_weather(canvas, state, t, u)
            view(parallax)
            placed = [(picture, move and sway_of(move, t if move[0] == "drift" else t * wind, self.phase + i + j * 1.9)) for j, (picture, move) in enumerate(pictures)]
            if self.flat and not (state["moon"] and i == 0):
                self.draw_shadow(canvas, placed)
            veil = state["moon"] and i == 0  # clouds let the moon through
            if veil:
                canvas.saveLayer(None, skia.Paint(Alphaf=.3))
            if not self.plain:
                canvas.saveLayer(None, tint)
            for picture, matrix in placed:
                canvas.drawPicture(picture, matrix)
            for draw in live:
                draw(pen, t)
            if not self.plain:
                canvas.restore()
            if veil:
                canvas.restore()
            if a.scene in ("ocean", "beach") and parallax == .5:
                self.draw_waves(canvas, tint, t, (.1, .22) if a.scene == "beach" else (.1, .22, .34))
            if glow > 0 and lit:
                canvas.drawPicture(lit, skia.Matrix(), lamps if glow < 1 else None)
            canvas.restore()
        view(1.)
        if self.figures:
            self.draw_subject(canvas, tint, u, t, glow)
        if a.scene == "ocean":
            self.draw_waves(canvas, tint, t, (self.feet - self.hz + .02, self.feet - self.hz + .16, self.feet - self.hz + .34), front=True)
        canvas.restore()
        if a.scene != "room":
            self.draw_weather(canvas, state, t, u)
        if flash:
            canvas.drawColor(skia_colour((.92, .94, 1.), .22 * flash), skia.BlendMode.kSrcOver)
        canvas.restore()

    def draw_shadow(self, canvas, placed, scale=1.):
        """The soft shadow that a sheet of paper throws: its silhouette twice."""
        for offset in (.009, .02):
            canvas.saveLayer(None, skia.Paint(ColorFilter=skia.ColorFilters.Blend(skia.Color4f(.08, .06, .18, .2).toColor(), skia.BlendMode.kSrcIn)))
            canvas.translate(offset * scale, offset * 1.4 * scale)
            for picture, matrix in placed:
                canvas.drawPicture(picture, matrix)
            canvas.restore()

    def draw_bolt(self, pen, k, alpha):
        X, Y = self.half
        x = (self.flashes[k][1] - .5) * 1.5 * X
        points = [(x, -Y), (x + .05, -Y * .68), (x - .03, -Y * .6), (x + .06, -Y * .3), (x, -Y * .26), (x + .05, self.hz)]
        pen.line(points, (.80, .84, 1.), .035, smooth=False, alpha=alpha * .5)
        pen.line(points, (1, 1, .88), .014, smooth=False, alpha=min(1., alpha * 1.4))

    def draw_waves(self, canvas, tint, t, offsets, front=False):
        if not self.plain:
            canvas.saveLayer(None, tint)
        pen = Pen(canvas, .008, self.flat)
        reach = min(FAR, self.half[0] * 1.2 + .8)
        base = (.22, .62, .82) if self.attributes.scene == "beach" else (.22, .53, .80)
        for i, offset in enumerate(offsets):
            y = self.hz + offset
            shift = math.sin(t * .9 + self.waves[i]) * .08 + (t * .06 if front else t * .03)
            xs = np.arange(-reach, reach + .07, .07)
            size = .012 + .05 * offset
            edge = [(x, y - size * math.sin((x - shift) * (9 - 8 * offset) + self.waves[i] + t * .8)) for x in xs]
            colour = dark(base, .05 + .09 * i + (.12 if front else 0))
            pen.polygon([(-reach, 3)] + edge + [(reach, 3)], colour, outline=False, shade=0)
            pen.line(edge, light_of(base, .65), .012, smooth=False, alpha=.8)
        if not self.plain:
            canvas.restore()

    def draw_subject(self, canvas, tint, u, t, glow):
        a = self.attributes
        x, y, turn, faces, go, scale = self.place(u, t)
        ground = mix(self.hz + .16, self.feet + .1, (scale - .36) / .94) if a.motion in ("towards", "away") else self.feet
        look = self.look(u)
        for figure in sorted(self.figures, key=lambda f: f.late, reverse=True):
            size, fx = figure.size * scale, x + figure.beside * scale
            shadow = max(0., 1 - (ground - y) * 1.6) * size
            if a.scene != "ocean" and shadow > 0 and figure.kind != "moon":
                colour = skia_colour((.08, .06, .14), .34)
                wide = BOX[figure.kind][0] * .95 * max(.3, abs(faces))
                oval = skia.Rect.MakeLTRB(fx - wide * shadow, ground - .075 * shadow, fx + wide * shadow, ground + .085 * shadow)
                canvas.drawOval(oval, skia.Paint(AntiAlias=True, Color4f=colour))
            self.draw_figure(canvas, tint, figure, (fx, y + self.sink(figure), turn, faces, go, size), u, t, look, glow)

    def draw_figure(self, canvas, tint, figure, place, u, t, look, glow):
        a, kind = self.attributes, figure.kind
        x, y, turn, faces, go, size = place
        plain = self.plain or kind == "moon"  # which shines by itself
        canvas.save()
        canvas.translate(x, y)
        canvas.scale(size, size)
        if turn:
            canvas.translate(0, -.5)
            canvas.rotate(turn)
            canvas.translate(0, .5)
        if a.motion == "jumps":
            canvas.scale(self.squash(u), 2 - self.squash(u))
        if look < 1 and kind not in HEADED and self.rider == "none":
            faces *= math.copysign(max(abs(look), .6), look)
        if kind not in LIT + ("tree",):
            canvas.scale(faces, 1)
        elif a.motion == "spins":  # whose light falls from where it does
            canvas.scale(faces * self.faces, 1)
        if not plain:
            canvas.saveLayer(None, tint)
        life = t + self.phase + figure.late
        recorder = skia.PictureRecorder() if self.flat else None
        pen = Pen(recorder.beginRecording(skia.Rect.MakeLTRB(-3, -3, 3, 3)) if recorder else canvas, .03, self.flat, look, abs(look) < .75, (self.variety + figure.late) % 1)
        if self.rider != "none":
            def seat(sx, sy, scale):
                with pen.at(sx, sy, scale):
                    sitting(pen, self.rider, self.rider_colour, life)
                return self.rider_colour if self.rider != "child" else (.30, .38, .58)
            DRAW[kind](pen, figure.colour, life, go, seat)
        else:
            DRAW[kind](pen, figure.colour, life, go)
        if recorder:
            paper, pen.canvas = recorder.finishRecordingAsPicture(), canvas
            self.draw_shadow(canvas, [(paper, None)], 1 / size)
            canvas.drawPicture(paper)
        if not plain:
            canvas.restore()
        if glow > 0 and kind in LIT:
            for wx, wy in HOUSE_WINDOWS if kind == "house" else CASTLE_WINDOWS:
                s = .17 if kind == "house" else .085
                pen.glow(wx, wy, s * 1.8, (1., .75, .3), .55 * glow)
                pen.rect(wx, wy + s / 2, s, s * 1.05, (1., .87, .45), alpha=glow, outline=False, shade=0)
        if kind == "rocket" and go:
            pen.glow(0, .15, .35, (1., .7, .25), .5)
        canvas.restore()

    def draw_weather(self, canvas, state, t, u):
        X, Y = self.half
        pen = Pen(canvas)
        if state["fog"] > 0:
            k = state["fog"]
            paint = skia.Paint()
            top = Y - 2.3 * Y * k
            white = (.90, .91, .92)
            paint.setShader(skia.GradientShader.MakeLinear([(0, top - .35), (0, top + .45)],
                            [skia_colour(white, .12 * k).toColor(), skia_colour(white, .82 * k).toColor()]))
            canvas.drawRect(skia.Rect.MakeLTRB(-X, -Y, X, Y), paint)
        if not (state["snow"] or state["rain"] or state["storm"]):
            return
        drops = skia.Path()
        for a, b, c, d in self.flakes[:int((60 if state["storm"] else 45) * X * 2 + 1)]:
            if state["snow"]:
                y = (b + t * (.16 + .12 * c)) % 1.1 - .05
                drops.addCircle((a - .5) * 2.2 * X + .05 * math.sin(t * 1.5 + d * 6), -Y + y * 2 * Y, .012 + .014 * c)
                continue
            if state["storm"]:
                y = (b + t * (1.7 + .6 * c)) % 1.3 - .15
                x, dx, dy = (a - .35) * 2.9 * X - y * .5, -.06, .15
            else:
                y = (b + t * (1.1 + .4 * c)) % 1.2 - .1
                x, dx, dy = (a - .5) * 2.4 * X - y * .12, -.02, .1
            drops.moveTo(x, -Y + y * 2 * Y)
            drops.lineTo(x + dx, -Y + y * 2 * Y + dy)
        if state["snow"]:
            pen.path(drops, (1, 1, 1), shade=0, alpha=.95, outline=False)
        else:
            pen.stroke(drops, (.82, .90, 1.), .011, .75)


def recolour(picture, rng):
    """Another picture made of an RGBA picture: channels exchanged (half of the time), gains and gamma changed."""
    x = picture.astype(np.float32) / 255
    order = rng.permutation(3) if rng.random() < .5 else np.arange(3)
    colour = x[:, :, order] ** rng.uniform(.7, 1.5) * rng.uniform(.8, 1.2, 3)
    return (np.concatenate([colour.clip(0, 1), x[:, :, 3:]], 2) * 255).astype(np.uint8)


class PhotoClip(Clip):
    """A still picture under the same camera moves, light and weather: what a user's photo may become."""

    def __init__(self, attributes, seed, width, height, duration, picture):
        super().__init__(attributes, seed, width, height, duration)
        rng = np.random.default_rng(seed + 1)
        if rng.random() < .5:
            picture = picture[:, ::-1]
        picture = recolour(picture, rng)
        self.image = skia.Image.fromarray(np.ascontiguousarray(picture), colorType=skia.kRGBA_8888_ColorType)
        X, Y = self.half
        cover = max(2 * X / picture.shape[1], 2 * Y / picture.shape[0])
        self.cover = cover * rng.uniform(1.25, 4.)  # from most of the picture to a small part
        slack_x, slack_y = picture.shape[1] * self.cover / 2 - X, picture.shape[0] * self.cover / 2 - Y
        self.limit = (slack_x, slack_y)
        self.offset = (rng.uniform(-.6, .6) * slack_x, rng.uniform(-.6, .6) * slack_y)

    def subject_box(self, t):
        return None

    def draw(self, canvas, width, height, t):
        (X, Y), u = self.half, t / self.duration
        canvas.save()
        canvas.translate(width / 2, height / 2)
        canvas.scale(width / X / 2, height / Y / 2)
        state = light_state(self.attributes.light, "meadow", u, self.start)
        cx, cy, zoom = self.camera(u)
        if self.attributes.camera.startswith("zoom"):
            cx = cy = 0.
            zoom = max(1., zoom + .12)
        canvas.save()
        canvas.scale(zoom, zoom)
        x = float(np.clip(self.offset[0] - cx, -self.limit[0], self.limit[0]))
        y = float(np.clip(self.offset[1] - cy, -self.limit[1], self.limit[1]))
        canvas.translate(x, y)
        canvas.scale(self.cover, self.cover)
        tint = skia.Paint(ColorFilter=skia.ColorFilters.Blend(skia_colour(state["ambient"]).toColor(), skia.BlendMode.kModulate))
        canvas.drawImage(self.image, -self.image.width() / 2, -self.image.height() / 2,
                         skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear), tint)
        canvas.restore()
        self.draw_weather(canvas, state, t, u)
        canvas.restore()


STYLE_MATRIX = {
    "watercolour": [.62, .12, .06, 0, .22, .08, .64, .06, 0, .21, .06, .12, .60, 0, .20, 0, 0, 0, 1, 0],
    "old photo": [.42, .60, .14, 0, .03, .36, .54, .12, 0, .0, .28, .42, .10, 0, -.02, 0, 0, 0, 1, 0],
}


def render(attributes, seed, width, height, times, duration):
    """Frames of a clip at the given times (seconds): uint8 [F, H, W, 3]."""
    return render_clip(Clip(attributes, seed, width, height, duration), width, height, times)


def render_clip(clip, width, height, times):
    """Frames of anything with draw(canvas, width, height, t) and attributes: uint8 [F, H, W, 3]."""
    frames = np.zeros((len(times), height, width, 3), np.uint8)
    buffer = np.zeros((height, width, 4), np.uint8)
    surface = skia.Surface(buffer, colorType=skia.kRGBA_8888_ColorType)
    canvas = surface.getCanvas()
    style = STYLE_MATRIX.get(clip.attributes.style)
    for i, t in enumerate(times):
        canvas.clear(skia.ColorBLACK)
        if style:
            canvas.saveLayer(None, skia.Paint(ColorFilter=skia.ColorFilters.Matrix(style)))
        clip.draw(canvas, width, height, t)
        if style:
            canvas.restore()
        frames[i] = buffer[:, :, :3]
    return frames
