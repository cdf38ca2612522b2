"""Captions, true by construction: phrases for every attribute, in English and Chinese.

Every phrase here describes something the renderer in `world.py` really draws. `caption` draws
one of many ways to say (part of) what a clip shows; `lexicon.py` collects the words.
"""
import numpy as np

from world import ALOFT, COMPANIONS, FLIERS, GROUND, HEADED, LIT, Attributes, companion_of, lights_of, past_the_moon, rider_of

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
    "horse": (("horse", "pony", "little horse"), ("马", "小马", "马儿"), "匹"),
    "person": (("person", "grown-up", "walker"), ("人", "大人", "行人"), "个"),
    "child": (("child", "kid", "little child", "small child"), ("孩子", "小孩", "小朋友", "儿童"), "个"),
    "bus": (("bus", "coach", "big bus"), ("公共汽车", "巴士", "公交车", "大巴"), "辆"),
    "train": (("train", "steam train", "steam engine", "little train"), ("火车", "蒸汽火车", "小火车"), "列"),
    "plane": (("plane", "airplane", "aeroplane", "little plane", "propeller plane"), ("飞机", "小飞机", "螺旋桨飞机"), "架"),
    "bicycle": (("bicycle", "bike", "little bicycle"), ("自行车", "单车", "脚踏车"), "辆"),
    "flower": (("flower", "big flower", "smiling flower", "blossom"), ("花", "花朵", "大花", "小花"), "朵"),
    "moon": (("moon", "full moon", "big round moon", "moon with a face"), ("月亮", "圆月", "满月", "大月亮"), "个"),
    "dragon": (("dragon", "little dragon", "baby dragon"), ("龙", "小龙", "飞龙"), "条"),
    "butterfly": (("butterfly", "little butterfly", "pretty butterfly"), ("蝴蝶", "小蝴蝶", "花蝴蝶"), "只"),
    "snowman": (("snowman", "little snowman", "snowman in a hat"), ("雪人", "小雪人", "戴帽子的雪人"), "个"),
    "broom": (("broom", "broomstick", "flying broom", "magic broom"), ("扫帚", "飞天扫帚", "魔法扫帚"), "把"),
}
OPEN_CAR = (("sports car", "sports car", "car", "open car", "convertible"), ("跑车", "汽车", "敞篷车", "敞篷跑车"))  # what a car is with someone in it
CLOTHES = {  # whose colour is what they wear
    "child": (("in {}", "in a {} jumper", "in {} clothes"), ("穿{}衣服的", "穿{}毛衣的")), "person": (("in {}", "in a {} coat", "in {} clothes"), ("穿{}衣服的", "穿{}外套的")),
    "snowman": (("with a {} scarf", "in a {} scarf"), ("戴{}围巾的", "围着{}围巾的")), "hero": (("in a {} cape", "with a {} cape"), ("穿{}披风的", "披着{}斗篷的")),
}
RIDE = {  # verbs of who moves it; where the rider is; Chinese: moving, sitting (before and after the vehicle)
    "car": ((("drives", "driving"), ("rides in", "riding in")), "in", ("开着", "驾驶着"), ("坐在", "里")),
    "boat": ((("sails", "sailing"), ("rides in", "riding in")), "in", ("驾着", "乘着"), ("坐在", "上")),
    "balloon": ((("rides in", "riding in"), ("flies", "flying"), ("floats in", "floating in")), "in", ("乘着", "坐着"), ("坐在", "里")),
    "train": ((("drives", "driving"), ("rides", "riding")), "in", ("开着", "驾驶着"), ("坐在", "里")),
    "plane": ((("flies", "flying"), ("flies in", "flying in")), "in", ("开着", "驾驶着"), ("坐在", "里")),
    "bicycle": ((("rides", "riding"),), "on", ("骑着",), ("骑在", "上")),
    "broom": ((("rides", "riding"), ("flies on", "flying on")), "on", ("骑着", "乘着"), ("骑在", "上")),
}
THROUGH = {  # for what goes somewhere
    "city": (("through the city", "down the street", "through the town"), "穿过城市"), "meadow": (("across the meadow", "through the meadow"), "穿过草地"),
    "forest": (("through the forest", "through the woods"), "穿过森林"), "snowy forest": (("through the snowy forest", "through the winter forest"), "穿过雪林"),
    "desert": (("through the desert", "across the sand"), "穿过沙漠"), "beach": (("along the beach", "along the sea"), "经过沙滩"), "ocean": (("across the sea", "over the waves"), "越过大海"),
    "mountains": (("through the mountains", "past the mountains"), "经过大山"), "snow": (("through the snow", "across the snow"), "穿过雪地"), "space": (("through space", "past the stars"), "穿过太空"),
    "castle hill": (("past the castle", "past the castle hill"), "经过城堡"), "room": (("through the room", "across the carpet"), "穿过房间"),
    "night town": (("through the night town", "through the town at night"), "穿过夜晚的小镇"),
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
    "room": (("in a room", "in a cosy room", "indoors", "in the living room", "on the carpet in a room"), ("a cosy room", "a living room", "a room with a window and a lamp"),
             ("房间里", "屋子里", "客厅里", "温馨的房间里"), ("温馨的房间", "房间", "客厅")),
    "night town": (("in a town at night", "in the night town", "in a small town at night", "in front of lit windows at night"), ("a town at night", "the night town", "a small town by night"),
                   ("夜晚的小镇上", "夜色中的小镇里", "亮着灯的小镇里"), ("夜晚的小镇", "夜色中的小镇", "亮着灯的小镇")),
}
WALK = {  # how each subject goes sideways
    "bird": ("flies", "flying", "飞"), "fish": ("swims", "swimming", "游"), "car": ("drives", "driving", "开"),
    "boat": ("sails", "sailing", "航行"), "rocket": ("flies", "flying", "飞"), "balloon": ("floats", "floating", "飘"),
    "hero": ("flies", "flying", "飞"), "ball": ("rolls", "rolling", "滚"), "cat": ("walks", "walking", "走"),
    "dog": ("runs", "running", "跑"), "rabbit": ("runs", "running", "跑"), "robot": ("walks", "walking", "走"),
    "horse": ("trots", "trotting", "跑"), "person": ("walks", "walking", "走"), "child": ("runs", "running", "跑"), "bus": ("drives", "driving", "开"),
    "train": ("rolls", "rolling", "开"), "plane": ("flies", "flying", "飞"), "bicycle": ("rolls", "rolling", "行驶"), "moon": ("floats", "floating", "飘"),
    "dragon": ("flies", "flying", "飞"), "butterfly": ("flutters", "fluttering", "飞"), "snowman": ("slides", "sliding", "滑"), "broom": ("flies", "flying", "飞"),
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
    "storm": (("in a storm", "a storm rages", "lightning flashes", "a thunderstorm", "in stormy weather", "lightning flashes in the dark clouds", "heavy rain and lightning"),
              ("暴风雨", "雷雨交加", "电闪雷鸣", "闪电划过乌云", "狂风暴雨")),
    "clears": (("the sky clears", "the clouds part", "the weather clears up", "the clouds go away", "the grey sky turns blue", "the sun comes out again"),
               ("天晴了", "天空放晴", "云散了", "乌云散去", "雨过天晴")),
    "castle night": (("the sky darkens, then the lights come on, then fog rises", "it gets dark, the windows light up and fog rises", "the sky darkens and then the lights come on before fog rises",
                      "darkness falls, the windows begin to glow, then mist rises", "night comes, lights go on in the windows and fog rolls in"),
                     ("天空变暗，灯亮了，然后起雾了", "天黑了，窗户亮起来，雾气升起", "天色变暗，灯光亮起，最后起雾了")),
}
ROOM_LIGHT = {  # what is said otherwise indoors
    "day": (("in daylight", "in the daytime", "on a sunny day"), ("白天", "晴天")), "night": (("at night", "it is night", "it is dark outside"), ("夜晚", "夜里", "晚上")),
    "snow": (("it snows outside", "snow falls outside the window", "it is snowing outside"), ("窗外下着雪", "窗外飘着雪花")),
    "rain": (("it rains outside", "rain falls outside the window", "it is raining outside"), ("窗外下着雨", "外面下雨了")),
    "storm": (("a storm rages outside", "lightning flashes outside the window"), ("窗外电闪雷鸣", "外面下着暴风雨")),
    "windows": (("the lamp lights up", "the lamp comes on", "the light goes on in the room"), ("灯亮了", "台灯亮了", "屋里的灯亮了")),
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
    "roll": (("the camera rolls", "camera roll", "the camera turns slowly", "the picture slowly turns", "the picture tilts to one side"),
             ("镜头慢慢旋转", "镜头旋转", "画面慢慢转动", "画面倾斜")),
}
STYLE = {
    "picture book": (("picture book", "storybook", "cartoon", "storybook style", "picture book style"), ("绘本", "绘本风格", "童话风格", "卡通")),
    "watercolour": (("watercolour", "watercolor", "in soft watercolour", "a watercolour painting", "pale colours"), ("水彩", "水彩画", "水彩风格")),
    "old photo": (("an old photo", "sepia", "old photo style", "an old film"), ("老照片", "旧照片", "老电影", "怀旧风格")),
    "paper": (("paper cut-out", "paper cutout style", "cut out of paper", "made of paper", "papercraft"), ("剪纸", "剪纸风格", "纸片拼贴", "纸艺风格")),
}


LONGEST = 500  # characters


def walk_of(a):
    """How what a clip is about goes sideways, said of all of it."""
    friend = companion_of(a)
    words = WALK.get(a.subject, ("moves", "moving", "移动"))
    return words if friend == "none" or WALK.get(friend) == words and (a.subject in ALOFT) == (friend in ALOFT) else ("moves", "moving", "移动")


def hovers(a):
    """Whether what a clip is about keeps above the ground."""
    return a.subject in ALOFT and (companion_of(a) == "none" or companion_of(a) in ALOFT)


def way_en(a, pick):
    """Where to, of a motion that leads somewhere."""
    if a.motion == "towards":
        return pick(("towards us", "towards the camera", "closer and closer", "nearer"))
    if a.motion == "away":
        return pick(("away", "away from us", "into the distance", "farther and farther away"))
    way = pick((a.motion, f"to the {a.motion}", f"from {'right to left' if a.motion == 'left' else 'left to right'}", f"to the {a.motion}", ""))
    return pick((way, way, "past the moon")) if past_the_moon(a) else way


def motion_en(a, pick):
    """(verb phrase for a sentence, -ing form for a noun phrase)."""
    walk, walking, _ = walk_of(a)
    if a.motion in GROUND:
        verb, ing = pick(((walk, walking), (walk, walking), ("moves", "moving"), ("goes", "going") if a.motion != "towards" else ("comes", "coming")))
        way = way_en(a, pick)
        return f"{verb} {way}".strip(), f"{ing} {way}".strip()
    flying = a.subject in FLIERS
    head = a.subject in HEADED or rider_of(a) != "none"
    around = (("looks around", "looking around"), ("looks left and right", "looking left and right"))
    if head and companion_of(a) == "none":
        around += (("looks around and blinks", "looking around and blinking"), ("turns its head", "turning its head"), ("comes alive and looks around", "coming alive and looking around"))
    if a.subject in ("cat", "dog", "rabbit") and companion_of(a) == "none":
        around += (("looks around and twitches its ears", "looking around and twitching its ears"), ("blinks and its ears twitch", "blinking and twitching its ears"))
    still = (("stays still", "staying still"), ("waits", "waiting"))
    still += (("hovers", "hovering"), ("floats in the air", "floating in the air")) if hovers(a) else (("stands still", "standing"), ("rests", "resting"), ("is", "standing still"))
    return pick({
        "still": still,
        "jumps": (("jumps", "jumping"), ("jumps up and down", "jumping up and down"), ("hops", "hopping"), ("bounces", "bouncing"), ("leaps", "leaping")),
        "rises": (("rises", "rising"), ("goes up", "going up"), ("rises into the air", "rising into the air")) + ((("flies up", "flying up"), ("takes off", "taking off")) if flying else (("floats up", "floating up"),)),
        "falls": (("falls", "falling"), ("falls down", "falling down"), ("comes down", "coming down"), ("drops from above", "falling from above")),
        "spins": (("spins", "spinning"), ("turns around", "turning around"), ("spins around", "spinning around"), ("rotates", "rotating")),
        "grows": (("grows", "growing"), ("grows bigger", "growing bigger"), ("gets bigger and bigger", "getting bigger and bigger"), ("becomes larger", "becoming larger")),
        "looks around": around,
        "flies": (("flies around", "flying around"), ("flies through the air", "flying through the air"), ("loops through the air", "looping through the air"), ("glides up and down", "gliding up and down")),
    }[a.motion])


def motion_zh(a, pick):
    walk = walk_of(a)[2]
    if a.motion in ("left", "right"):
        side = "左" if a.motion == "left" else "右"
        return pick((f"向{side}{walk}", f"向{side}移动", f"往{side}{walk}") + (("飞过月亮",) if past_the_moon(a) else ()))
    head = a.subject in HEADED or rider_of(a) != "none"
    around = ("四处张望", "左看右看", "东张西望")
    if head and companion_of(a) == "none":
        around += ("转头眨眼", "活了过来，四处张望") + (("动动耳朵眨眨眼",) if a.subject in ("cat", "dog", "rabbit") else ())
    return pick({
        "still": ("静静地待着", "一动不动") + (("停在空中", "浮在空中") if hovers(a) else ("站着", "休息") if a.subject in COMPANIONS else ("停着",)),
        "jumps": ("跳", "跳跃", "跳来跳去", "蹦蹦跳跳", "跳起来"),
        "rises": ("升起", "向上升", "向上飘", "升上去"),
        "falls": ("落下", "掉下来", "从上面落下", "下落"),
        "spins": ("旋转", "转圈", "转来转去", "打转"),
        "towards": (f"向我们{walk}来", "越来越近", "慢慢靠近", f"朝镜头{walk}来"),
        "away": (f"向远处{walk}去", "越来越远", "渐渐远去", "离我们远去"),
        "grows": ("变大", "越变越大", "长大", "慢慢长大"),
        "looks around": around,
        "flies": ("飞来飞去", "飞上飞下", "盘旋", "绕圈飞行"),
    }[a.motion])


def article(word):
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def thing_en(kind, colour, say, pick, nouns=None):
    """A noun with its colour, without an article."""
    noun = pick(nouns or SUBJECT[kind][0])
    if colour not in COLOUR or not say("colour", .9):
        return noun
    colour = pick(COLOUR[colour][0])
    wears = kind in CLOTHES and (kind != "hero" or pick((True, False))) and " in " not in noun
    if kind == "hero" and wears:
        noun = noun.replace("caped ", "")
    if wears:
        return f"{noun} {pick(CLOTHES[kind][0]).format(colour)}".replace("a orange", "an orange")
    return noun if kind in ("child", "person", "snowman") else f"{colour} {noun}"


def thing_zh(kind, colour, say, pick, nouns=None):
    noun = pick(nouns or SUBJECT[kind][1])
    if colour not in COLOUR or not say("colour", .9):
        return noun
    colour = pick(COLOUR[colour][1])
    if kind in CLOTHES and (kind != "hero" or pick((True, False))):
        return noun if "戴" in noun else pick(CLOTHES[kind][1]).format(colour.rstrip("的")) + noun
    return f"{colour}{noun}"


def caption_en(a, say, pick, rng):
    scene_at, scene_name, _, _ = SCENE.get(a.scene, ((), (), (), ()))
    place = pick(scene_at) if scene_at and say("scene", .85) else ""
    with_motion = a.subject not in ("none", "photo") and say("motion", .5 if a.motion == "still" else .85)
    if a.subject == "photo":
        return pick(("a photo", "a photograph", "a picture", "this picture", "")) if rng.random() < .5 else ""
    if a.subject == "none":
        return pick(scene_name) if place or rng.random() < .8 else ""
    rider, friend = rider_of(a), companion_of(a)
    through = place and with_motion and a.motion in GROUND and rng.random() < .35
    if through:
        place = pick(THROUGH[a.scene][0])
    words = thing_en(a.subject, a.colour, say, pick, OPEN_CAR[0] if a.subject == "car" and rider != "none" else None)
    who = pick((article(words), article(words), f"the {words}", words))
    bare = who == words
    verb, ing = motion_en(a, pick) if with_motion else ("", "")
    if rider != "none" and (say("rider", .95) or with_motion and a.motion == "looks around"):
        verbs, at, _, _ = RIDE[a.subject]
        driver, vehicle = article(thing_en(rider, a.rider_colour, say, pick)), pick((article(words), article(words), f"the {words}"))
        bare = False
        if with_motion and a.motion in GROUND and rng.random() < .75:
            (drives, driving), way = pick(verbs), "" if through and rng.random() < .6 else way_en(a, pick)
            if way == "past the moon" and place.startswith(("through", "across", "past", "over", "down", "along")):
                place = ""
            who, verb, ing = driver, " ".join(f"{drives} {vehicle} {way}".split()), " ".join(f"{driving} {vehicle} {way}".split())
        else:
            who = pick((f"{driver} {at} {vehicle}", f"{driver} {at} {vehicle}", f"{driver} sitting {at} {vehicle}", f"{vehicle} with {driver} {at} it"))
    plural = False
    if friend != "none" and say("companion", .95):
        other = article(thing_en(friend, a.companion_colour, say, pick))
        plural = rng.random() < .65
        who, bare = f"{who} {'and' if plural else pick(('with', 'next to', 'beside', 'together with'))} {other}", False
    form = rng.random()
    if not with_motion:
        main = f"{who} {place}"
    elif plural:
        main = f"{who} {pick(('', 'are ', ''))}{ing} {place}" if form < .85 or not place else f"{place}, {who} are {ing}"
    elif form < .45 and not bare:
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
    rider, friend = rider_of(a), companion_of(a)
    measure = SUBJECT[a.subject][2]
    words = thing_zh(a.subject, a.colour, say, pick, OPEN_CAR[1] if a.subject == "car" and rider != "none" else None)
    who = pick((f"一{measure}{words}", f"一{measure}{words}", words))
    verb = motion_zh(a, pick) if with_motion else ""
    if rider != "none" and (say("rider", .95) or with_motion and a.motion == "looks around"):
        _, _, moving, (sits, at) = RIDE[a.subject]
        driver, vehicle = f"一{SUBJECT[rider][2]}{thing_zh(rider, a.rider_colour, say, pick)}", pick((words, f"一{measure}{words}"))
        if verb and a.motion in GROUND and rng.random() < .75:
            who = f"{driver}{pick(moving)}{vehicle}"
            if place and rng.random() < .45:
                return f"{who}{pick((THROUGH[a.scene][1], f'{THROUGH[a.scene][1]}，{verb}'))}"
        else:
            who = f"{driver}{sits}{vehicle}{at}"
        if not place or rng.random() < .6:
            return f"{place}，{who}{verb}" if place else f"{who}{verb}"
        return f"{who}，{verb}，在{place}" if verb else f"{who}，在{place}"
    if friend != "none" and say("companion", .95):
        other = f"一{SUBJECT[friend][2]}{thing_zh(friend, a.companion_colour, say, pick)}"
        who = words = pick((f"{who}和{other}", f"{who}和{other}", f"{who}与{other}一起"))
    elif place and verb and a.motion in GROUND and rng.random() < .2:
        return f"{who}{THROUGH[a.scene][1]}，{verb}"
    form = rng.random()
    if verb and place:
        return f"{who}在{place}{verb}" if form < .5 else f"{place}，{who}{verb}" if form < .8 or "一起" in who else f"{place}有{who}，{verb}"
    if place:
        return f"{who}在{place}" if form < .4 or "一起" in who else f"{place}有{who}" if form < .7 else f"{place}的{words}"
    return f"{who}{verb}" if form < .6 or not verb else f"{who}正在{verb}"


def light_phrases(a, k):
    """What can be said of the light of a clip, k = 0 in English, 1 in Chinese."""
    if a.light not in lights_of(a.scene, a.subject) or a.scene == "space":
        return ()
    said = (ROOM_LIGHT.get(a.light) if a.scene == "room" else None) or LIGHT[a.light]
    if a.subject in LIT and a.light == "castle night":
        said = (said[0] + ("the sky darkens and then its lights come on before fog rises",), said[1])
    moonless = tuple(p for p in said[k] if a.subject != "moon" or "moon" not in p and "月" not in p)
    return tuple(p for p in moonless if a.scene != "night town" or "灯" not in p)


def clauses(a, chinese, say, pick):
    """Light, camera and style clauses, in that order, those that are said."""
    k = 1 if chinese else 0
    said = []
    light = light_phrases(a, k)
    if light and say("light", .25 if a.light == "day" or a.scene == "night town" else .85):
        said.append(pick(light))
    if say("camera", .25 if a.camera == "still" else .85):
        said.append(pick(CAMERA[a.camera][k]))
    if a.style in STYLE and say("style", .08 if a.style == "picture book" else .85):
        said.append(pick(STYLE[a.style][k]))
    return said


def caption(a: Attributes, rng: np.random.Generator, whole=.35, told: set[str] | None = None) -> str:
    """One way to say what a clip with these attributes shows; lower case; may leave things out, seldom in a share `whole` of the calls.

    The names of what is said ("colour", "scene", "motion", …) are added to `told`; the subject is always named, if there is one."""
    whole = rng.random() < whole  # say everything worth saying

    def pick(options):
        return options[int(rng.integers(len(options)))]

    def say(what, p):
        yes = rng.random() < (p + (1 - p) * .6 if whole else p * .8)
        if yes and told is not None:
            told.add(what)
        return yes

    kind = rng.random()
    chinese = kind < .42
    main = caption_zh(a, say, pick, rng) if chinese else caption_en(a, say, pick, rng)
    mixed = .42 < kind < .46
    rest = clauses(a, chinese != mixed, say, pick)
    rng.shuffle(rest)
    if main and rest and not chinese and not mixed and rest[0].startswith(("at ", "in ", "on ", "under ", "as ")) and rng.random() < .5:
        main = f"{main} {rest.pop(0)}"
    if main and rng.random() < .85:
        parts = [main] + rest
    else:
        at = int(rng.integers(len(rest) + 1))
        parts = rest[:at] + ([main] if main else []) + rest[at:]
    long = rng.random() < .05
    if long:  # say it again in other words, long enough for a second and third block of 64 tokens
        for _ in range(int(rng.integers(1, 7))):
            again = caption_zh(a, say, pick, rng) if chinese else caption_en(a, say, pick, rng)
            parts += ([again] if again else []) + clauses(a, chinese, say, pick)
    while sum(map(len, parts)) + 5 * len(parts) > LONGEST:
        parts.pop()
    if not parts:
        return "照片" if chinese and a.subject == "photo" else "a picture" if a.subject == "photo" else ""
    if chinese:
        comma = pick(("，", "。", "。")) if long else pick(("，", "，", "，", ", ", " "))
        return comma.join(parts) + pick(("", "", "。"))
    comma = pick((", ", ". ", ". ")) if long else pick((", ", ", ", ", ", ". ", " and "))
    return comma.join(parts) + pick(("", "", "."))
