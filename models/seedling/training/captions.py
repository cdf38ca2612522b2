"""Captions, true by construction: phrases for every attribute, in English and Chinese.

Every phrase here describes something the renderer in `world.py` really draws. `caption` draws
one of many ways to say (part of) what a clip shows; `lexicon.py` collects the words.
"""
import numpy as np

from world import Attributes

SUBJECT = {  # English nouns, Chinese nouns, Chinese measure word
    "cat": (("cat", "kitten", "kitty", "little cat", "small cat"), ("猫", "小猫", "猫咪"), "只"),
    "dog": (("dog", "puppy", "little dog", "small dog"), ("狗", "小狗", "狗狗"), "只"),
    "rabbit": (("rabbit", "bunny", "little rabbit"), ("兔子", "小兔", "小兔子"), "只"),
    "bird": (("bird", "little bird", "small bird"), ("鸟", "小鸟", "鸟儿"), "只"),
    "fish": (("fish", "little fish", "small fish"), ("鱼", "小鱼", "鱼儿"), "条"),
    "robot": (("robot", "little robot", "toy robot"), ("机器人", "小机器人"), "个"),
    "hero": (("hero", "superhero", "caped hero", "little hero"), ("英雄", "超级英雄", "小英雄"), "个"),
    "car": (("car", "little car", "small car", "automobile"), ("汽车", "小汽车", "车", "小车"), "辆"),
    "boat": (("boat", "sailboat", "sailing boat", "little boat", "ship"), ("船", "小船", "帆船"), "艘"),
    "rocket": (("rocket", "spaceship", "space rocket", "little rocket"), ("火箭", "小火箭", "飞船"), "枚"),
    "balloon": (("hot-air balloon", "balloon", "hot air balloon"), ("热气球", "气球"), "个"),
    "castle": (("castle", "big castle"), ("城堡", "大城堡"), "座"),
    "house": (("house", "little house", "small house", "cottage", "home"), ("房子", "小屋", "小房子"), "座"),
    "tree": (("tree", "big tree", "leafy tree"), ("树", "大树"), "棵"),
    "ball": (("ball", "beach ball", "toy ball"), ("球", "皮球", "小球"), "个"),
}
COLOUR = {
    "red": (("red", "bright red", "scarlet"), ("红色的", "红")), "orange": (("orange", "ginger"), ("橙色的", "橘色的", "橙")),
    "yellow": (("yellow", "golden"), ("黄色的", "金黄色的", "黄")), "green": (("green", "bright green"), ("绿色的", "绿")),
    "blue": (("blue", "bright blue"), ("蓝色的", "蓝")), "purple": (("purple", "violet"), ("紫色的", "紫")),
    "pink": (("pink",), ("粉色的", "粉红色的", "粉")), "white": (("white", "snow-white"), ("白色的", "白")),
    "black": (("black",), ("黑色的", "黑")), "brown": (("brown",), ("棕色的", "褐色的", "棕")),
}
SCENE = {  # place phrases for a sentence; names for a scene on its own
    "city": (("in the city", "on a city street", "in the street", "in a town"), ("a city street", "the city", "a town"),
             ("城市里", "街道上", "城市的街上", "小镇上"), ("城市的街道", "城市", "小镇")),
    "meadow": (("in a meadow", "in the meadow", "on the grass", "in a field of flowers", "in a green field"), ("a meadow", "a green meadow", "a field of flowers"),
               ("草地上", "花丛中", "草原上"), ("草地", "开满花的草地", "草原")),
    "forest": (("in the forest", "in a forest", "in the woods", "among the trees", "in a green forest"), ("a forest", "the woods", "a green forest"),
               ("森林里", "树林里", "林中"), ("森林", "绿色的森林", "树林")),
    "snowy forest": (("in a snowy forest", "in the snowy forest", "in a winter forest", "in the snowy woods", "in a forest covered in snow"), ("a snowy forest", "a winter forest", "the snowy woods"),
                     ("雪林里", "下过雪的森林里", "白雪覆盖的森林里", "冬天的森林里"), ("雪林", "白雪覆盖的森林", "冬天的森林")),
    "desert": (("in the desert", "in a desert", "on the sand dunes", "among the cacti", "near the pyramids"), ("a desert", "the desert", "sand dunes"),
               ("沙漠里", "沙丘上", "金字塔旁"), ("沙漠", "沙丘")),
    "beach": (("on the beach", "at the beach", "by the sea", "on the sand by the sea", "at the seaside"), ("a beach", "the seaside", "a sandy beach"),
              ("沙滩上", "海滩上", "海边"), ("沙滩", "海边", "海滩")),
    "ocean": (("in the ocean", "on the sea", "on the waves", "in the sea", "on the water"), ("the ocean", "the sea", "the waves of the sea"),
              ("大海上", "海上", "海浪上", "水面上"), ("大海", "海浪", "海洋")),
    "mountains": (("in the mountains", "in front of the mountains", "among the mountains", "near the snowy peaks"), ("the mountains", "mountains", "tall mountains"),
                  ("山里", "大山前", "群山之间", "高山下"), ("高山", "群山", "大山")),
    "snow": (("in the snow", "on the snow", "in a snowy field", "in a white winter land"), ("a snowy field", "snow", "a white winter land"),
             ("雪地里", "雪地上", "雪原上"), ("雪地", "雪原")),
    "space": (("in space", "in outer space", "on the moon", "among the stars", "on a planet under the stars"), ("outer space", "space", "the moon", "stars and planets"),
              ("太空中", "太空里", "月球上", "星空下"), ("太空", "月球", "星空")),
    "castle hill": (("in front of a castle on a hill", "below the castle hill", "near the castle on the hill", "on the path to the castle"), ("a castle on a hill", "a castle hill", "the path to the castle"),
                    ("山上的城堡前", "城堡山下", "通往城堡的小路上"), ("山上的城堡", "城堡山")),
}
WALK = {  # how each subject goes sideways
    "bird": ("flies", "flying", "飞"), "fish": ("swims", "swimming", "游"), "car": ("drives", "driving", "开"),
    "boat": ("sails", "sailing", "航行"), "rocket": ("flies", "flying", "飞"), "balloon": ("floats", "floating", "飘"),
    "hero": ("flies", "flying", "飞"), "ball": ("rolls", "rolling", "滚"), "cat": ("walks", "walking", "走"),
    "dog": ("runs", "running", "跑"), "rabbit": ("runs", "running", "跑"), "robot": ("walks", "walking", "走"),
}
LIGHT = {
    "day": (("in daylight", "on a sunny day", "the sun shines", "in the daytime", "the light stays the same"),
            ("阳光明媚", "白天", "晴天", "光线不变")),
    "night": (("at night", "under the moon", "in the moonlight", "on a dark night", "it is night"), ("夜晚", "月光下", "夜里", "晚上")),
    "sunset": (("the sun sets", "the sun goes down", "at sunset", "the sun is setting", "evening comes", "as the sun sets", "the sky turns red and night falls"),
               ("太阳落山", "日落", "夕阳西下", "太阳下山", "夜幕降临", "天色渐晚")),
    "sunrise": (("the sun rises", "the sun comes up", "at sunrise", "the sun is rising", "dawn breaks", "morning comes", "it gets bright"),
                ("太阳升起", "日出", "天亮了", "太阳出来了", "黎明到来")),
    "darkens": (("the sky darkens", "it gets dark", "it grows dark", "the sky grows dark", "darkness falls", "the light fades"),
                ("天空变暗", "天黑了", "天色变暗", "光线变暗", "天空暗下来")),
    "fog": (("fog rises", "mist rises", "fog rolls in", "the fog gets thick", "it becomes foggy"), ("起雾了", "雾气升起", "大雾弥漫", "薄雾升起")),
    "snow": (("snow falls", "it is snowing", "it snows", "snowflakes fall", "in falling snow"), ("下雪了", "雪花飘落", "下着雪", "飘着雪花")),
    "rain": (("it is raining", "it rains", "rain falls", "in the rain"), ("下雨了", "下着雨", "雨中", "雨水落下")),
    "windows": (("the lights come on", "the windows light up", "the windows begin to glow", "lights go on in the windows"), ("灯亮了", "窗户亮起来", "灯光亮起", "万家灯火亮起")),
}
CAMERA = {
    "still": (("the camera is still", "still camera", "the camera does not move", "static shot"), ("镜头不动", "固定镜头", "镜头静止")),
    "pan left": (("the camera pans left", "camera pans to the left", "the camera moves left", "pan left"), ("镜头向左移动", "镜头左移", "镜头向左摇")),
    "pan right": (("the camera pans right", "camera pans to the right", "the camera moves right", "pan right"), ("镜头向右移动", "镜头右移", "镜头向右摇")),
    "tilt up": (("the camera tilts up", "camera looks up", "the camera moves up", "tilt up"), ("镜头向上移动", "镜头上移", "镜头向上摇")),
    "tilt down": (("the camera tilts down", "camera looks down", "the camera moves down", "tilt down"), ("镜头向下移动", "镜头下移", "镜头向下摇")),
    "zoom in": (("the camera zooms in", "camera zooms in", "zoom in", "the camera moves closer", "the camera comes closer", "slow zoom in", "the camera pushes in"),
                ("镜头推近", "镜头拉近", "镜头放大", "镜头慢慢靠近", "镜头推进")),
    "zoom out": (("the camera zooms out", "camera zooms out", "zoom out", "the camera moves away", "the camera pulls back", "slow zoom out"),
                 ("镜头拉远", "镜头缩小", "镜头慢慢远离", "镜头后退")),
}
STYLE = {
    "picture book": (("picture book", "storybook", "cartoon", "storybook style", "picture book style"), ("绘本", "绘本风格", "童话风格", "卡通")),
    "watercolour": (("watercolour", "watercolor", "in soft watercolour", "a watercolour painting", "pale colours"), ("水彩", "水彩画", "水彩风格")),
    "old photo": (("an old photo", "sepia", "old photo style", "an old film"), ("老照片", "旧照片", "老电影", "怀旧风格")),
}


def motion_en(a, pick):
    """(verb phrase for a sentence, -ing form for a noun phrase)."""
    walk, walking, _ = WALK.get(a.subject, ("moves", "moving", "移动"))
    if a.motion in ("left", "right"):
        verb, ing = pick(((walk, walking), (walk, walking), ("moves", "moving"), ("goes", "going")))
        way = pick((a.motion, f"to the {a.motion}", f"from {'right to left' if a.motion == 'left' else 'left to right'}"))
        return f"{verb} {way}", f"{ing} {way}"
    flying = a.subject in ("bird", "rocket", "balloon", "hero")
    return pick({
        "still": (("stays still", "staying still"), ("stands still", "standing"), ("rests", "resting"), ("waits", "waiting"), ("is", "standing still")),
        "jumps": (("jumps", "jumping"), ("jumps up and down", "jumping up and down"), ("hops", "hopping"), ("bounces", "bouncing"), ("leaps", "leaping")),
        "rises": (("rises", "rising"), ("goes up", "going up"), ("rises into the sky", "rising into the sky")) + ((("flies up", "flying up"), ("takes off", "taking off")) if flying else (("floats up", "floating up"),)),
        "falls": (("falls", "falling"), ("falls down", "falling down"), ("comes down", "coming down"), ("drops from the sky", "falling from the sky")),
        "spins": (("spins", "spinning"), ("turns around", "turning around"), ("spins around", "spinning around"), ("rotates", "rotating")),
    }[a.motion])


def motion_zh(a, pick):
    walk = WALK.get(a.subject, ("", "", "移动"))[2]
    if a.motion in ("left", "right"):
        side = "左" if a.motion == "left" else "右"
        return pick((f"向{side}{walk}", f"向{side}移动", f"往{side}{walk}"))
    return pick({
        "still": ("静静地待着", "一动不动", "站着", "停着", "休息"),
        "jumps": ("跳", "跳跃", "跳来跳去", "蹦蹦跳跳", "跳起来"),
        "rises": ("升起", "向上升", "飞上天空", "升上天空"),
        "falls": ("落下", "掉下来", "从天上落下", "下落"),
        "spins": ("旋转", "转圈", "转来转去", "打转"),
    }[a.motion])


def article(word):
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def caption_en(a, say, pick, rng):
    scene_at, scene_name, _, _ = SCENE.get(a.scene, ((), (), (), ()))
    place = pick(scene_at) if scene_at and say("scene", .85) else ""
    with_motion = a.subject not in ("none", "photo") and say("motion", .5 if a.motion == "still" else .85)
    if a.subject == "photo":
        main = pick(("a photo", "a photograph", "a picture", "this picture", "")) if rng.random() < .5 else ""
    elif a.subject == "none":
        main = pick(scene_name) if place or rng.random() < .8 else ""
    else:
        noun = pick(SUBJECT[a.subject][0])
        words = f"{pick(COLOUR[a.colour][0])} {noun}" if say("colour", .9) else noun
        who = pick((article(words), article(words), f"the {words}", words))
        verb, ing = motion_en(a, pick) if with_motion else ("", "")
        form = rng.random()
        if not with_motion:
            main = f"{who} {place}"
        elif form < .45 and not who.startswith(words):
            main = f"{who} {verb} {place}"
        elif form < .75:
            main = f"{who} {ing} {place}"
        elif form < .87 and place:
            main = f"{place}, {who} {verb}"
        else:
            main = f"{who} {place}, {ing}"
    return " ".join(main.split()).replace(" ,", ",").strip(" ,")


def caption_zh(a, say, pick, rng):
    _, _, scene_at, scene_name = SCENE.get(a.scene, ((), (), (), ()))
    place = pick(scene_at) if scene_at and say("scene", .85) else ""
    with_motion = a.subject not in ("none", "photo") and say("motion", .5 if a.motion == "still" else .85)
    if a.subject == "photo":
        return pick(("一张照片", "照片", "这张图片", "")) if rng.random() < .5 else ""
    if a.subject == "none":
        return pick(scene_name) if place or rng.random() < .8 else ""
    _, nouns, measure = SUBJECT[a.subject]
    noun = pick(nouns)
    words = f"{pick(COLOUR[a.colour][1])}{noun}" if say("colour", .9) else noun
    who = pick((f"一{measure}{words}", f"一{measure}{words}", words))
    verb = motion_zh(a, pick) if with_motion else ""
    form = rng.random()
    if verb and place:
        return f"{who}在{place}{verb}" if form < .5 else f"{place}，{who}{verb}" if form < .8 else f"{place}有{who}，{verb}"
    if place:
        return f"{who}在{place}" if form < .4 else f"{place}有{who}" if form < .7 else f"{place}的{words}"
    return f"{who}{verb}" if form < .6 or not verb else f"{who}正在{verb}"


def clauses(a, chinese, say, pick):
    """Light, camera and style clauses, in that order, those that are said."""
    k = 1 if chinese else 0
    said = []
    if not (a.scene in ("space", "photo") and a.light == "day") and say("light", .25 if a.light == "day" else .85):
        said.append(pick(LIGHT[a.light][k]))
    if say("camera", .25 if a.camera == "still" else .85):
        said.append(pick(CAMERA[a.camera][k]))
    if a.style in STYLE and say("style", .08 if a.style == "picture book" else .85):
        said.append(pick(STYLE[a.style][k]))
    return said


def caption(a: Attributes, rng: np.random.Generator) -> str:
    """One way to say what a clip with these attributes shows; lower case; may leave things out."""
    whole = rng.random() < .35  # say everything worth saying

    def pick(options):
        return options[int(rng.integers(len(options)))]

    def say(_, p):
        return rng.random() < (p + (1 - p) * .6 if whole else p * .8)

    kind = rng.random()
    chinese = kind < .42
    main = caption_zh(a, say, pick, rng) if chinese else caption_en(a, say, pick, rng)
    mixed = .42 < kind < .46
    rest = clauses(a, chinese != mixed, say, pick)
    rng.shuffle(rest)
    if main and rng.random() < .85:
        parts = [main] + rest
    else:
        at = int(rng.integers(len(rest) + 1))
        parts = rest[:at] + ([main] if main else []) + rest[at:]
    if rng.random() < .04:  # a long one: say it again in other words, long enough for a second and third block of 64 tokens
        for _ in range(int(rng.integers(1, 5))):
            again = caption_zh(a, say, pick, rng) if chinese else caption_en(a, say, pick, rng)
            parts += ([again] if again else []) + clauses(a, chinese, say, pick)
    if not parts:
        return "照片" if chinese and a.subject == "photo" else "a picture" if a.subject == "photo" else ""
    if chinese:
        comma = pick(("，", "，", "，", ", ", " "))
        return comma.join(parts) + pick(("", "", "。"))
    comma = pick((", ", ", ", ", ", ". ", " and "))
    return comma.join(parts) + pick(("", "", "."))
