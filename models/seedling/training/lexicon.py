"""Every word the captions can contain, for the page: python lexicon.py → ../lexicon.json"""
import json
import os
import re

from captions import CAMERA, CLOTHES, COLOUR, LIGHT, OPEN_CAR, RIDE, ROOM_LIGHT, SCENE, STYLE, SUBJECT, THROUGH, WALK

EXAMPLES = {
    "en": ["an orange cat in a snowy forest, the sun sets, the camera zooms in", "a red car drives right on a city street, the lights come on",
           "a white rocket rises in outer space", "a blue boat sails left on the waves, the sun rises", "a pink balloon rises in the mountains, the camera tilts up",
           "a green robot jumps on the beach", "a purple castle in the desert, the sky darkens, the camera zooms out", "a yellow bird flies right in a meadow, the camera pans right",
           "an orange cat drives a red sports car through the city", "a caped hero on a broom flies past the moon at night",
           "a castle, the sky darkens and then its lights come on before fog rises", "a white dog and a brown horse running left in a meadow, paper cut-out"],
    "zh": ["一只橙色的猫在雪林里，太阳落山，镜头推近", "一辆红色的汽车在街道上向右开，灯亮了", "一枚白色的火箭在太空中升起", "一艘蓝色的小船在大海上向左航行，太阳升起",
           "一个粉色的热气球在群山之间升起，镜头上移", "一个绿色的机器人在沙滩上跳", "一座紫色的城堡在沙漠里，天空变暗，镜头拉远", "一只黄色的小鸟在草地上向右飞，镜头右移",
           "一只橙色的猫开着红色的跑车穿过城市", "一个英雄骑着扫帚飞过月亮，夜晚", "一座城堡，天空变暗，灯亮了，然后起雾了", "一只白色的狗和一匹棕色的马在草地上，剪纸"],
}
FUNCTION_EN = ["a", "an", "the", "in", "among", "near", "below", "by", "on", "at", "and", "is", "it", "of", "to", "this", "with", "as", "from", "up", "down", "are", "its", "us", "our", "next", "beside", "together", "then", "before", "through", "across", "past", "over", "along", "wearing"]
FUNCTION_ZH = ["一", "的", "在", "了", "着", "有", "正在", "里", "上", "下", "和", "与", "一起", "然后", "最后", "我们", "旁边", "，", "。"]
MOTION = {
    "still": (("stays still", "staying still", "stands still", "standing", "standing still", "rests", "resting", "waits", "waiting", "hovers", "hovering", "floats in the air", "floating in the air"),
              ("静静地待着", "一动不动", "站着", "停着", "休息", "停在空中", "浮在空中")),
    "left": (("left", "to the left", "from right to left"), ("向左", "往左")), "right": (("right", "to the right", "from left to right"), ("向右", "往右")),
    "moves": (tuple(sorted({w for v in WALK.values() for w in v[:2]} | {"moves", "moving", "goes", "going"})), tuple(sorted({v[2] for v in WALK.values()} | {"移动"}))),
    "jumps": (("jumps", "jumping", "jumps up and down", "hops", "hopping", "bounces", "bouncing", "leaps", "leaping"), ("跳", "跳跃", "跳来跳去", "蹦蹦跳跳", "跳起来")),
    "rises": (("rises", "rising", "goes up", "going up", "rises into the air", "rising into the air", "flies up", "flying up", "takes off", "taking off", "floats up", "floating up"), ("升起", "向上升", "向上飘", "升上去")),
    "falls": (("falls", "falling", "falls down", "falling down", "comes down", "coming down", "drops from above", "falling from above"), ("落下", "掉下来", "从上面落下", "下落")),
    "spins": (("spins", "spinning", "turns around", "turning around", "spins around", "rotates", "rotating"), ("旋转", "转圈", "转来转去", "打转")),
    "towards": (("towards us", "towards the camera", "closer and closer", "nearer", "comes", "coming"), ("来", "向我们", "朝镜头", "越来越近", "慢慢靠近")),
    "away": (("away", "away from us", "into the distance", "farther and farther away"), ("向远处", "去", "越来越远", "渐渐远去", "离我们远去")),
    "grows": (("grows", "growing", "grows bigger", "growing bigger", "gets bigger and bigger", "getting bigger and bigger", "becomes larger", "becoming larger"), ("变大", "越变越大", "长大", "慢慢长大")),
    "looks around": (("looks around", "looking around", "looks left and right", "looking left and right", "blinks", "blinking", "turns its head", "turning its head", "comes alive", "coming alive",
                      "twitches its ears", "twitching its ears", "its ears twitch"), ("四处张望", "左看右看", "东张西望", "转头眨眼", "活了过来", "动动耳朵眨眨眼")),
    "flies": (("flies around", "flying around", "flies through the air", "flying through the air", "loops through the air", "looping through the air", "glides up and down", "gliding up and down", "past the moon"),
              ("飞来飞去", "飞上飞下", "盘旋", "绕圈飞行", "飞过月亮")),
    "rides": (tuple(dict.fromkeys(v for row in RIDE.values() for pair in row[0] for v in pair)) + ("sitting",),
              tuple(dict.fromkeys(v for row in RIDE.values() for v in (*row[2], *row[3])))),
    "through": (tuple(p for row in THROUGH.values() for p in row[0]), tuple(row[1] for row in THROUGH.values())),
}


def entries(table, zh):
    return [{"en": list(row[0]), "zh": list(row[zh])} for row in table.values()]


def scenes():
    strip = re.compile(r"^(in|on|at|by|near|among|below|in front of) ")
    return [{"en": list(dict.fromkeys([re.sub(r"^(a|the) ", "", n) for n in row[1]] + [strip.sub("", p) for p in row[0]])),
             "zh": list(dict.fromkeys(list(row[3]) + list(row[2])))} for row in SCENE.values()]


def main():
    categories = {"subject": entries(SUBJECT, 1), "colour": entries(COLOUR, 1), "scene": scenes(), "motion": entries(MOTION, 1),
                  "camera": entries(CAMERA, 1), "light": entries(LIGHT, 1), "style": entries(STYLE, 1)}
    photo = {"en": ["photo", "photograph", "picture"], "zh": ["照片", "图片"]}
    categories["style"].append(photo)
    categories["subject"][list(SUBJECT).index("car")] = {"en": [*SUBJECT["car"][0], *dict.fromkeys(OPEN_CAR[0][::2] + OPEN_CAR[0][3:])], "zh": list(dict.fromkeys(SUBJECT["car"][1] + OPEN_CAR[1]))}
    categories["light"] += entries(ROOM_LIGHT, 1)
    categories["colour"] += [{"en": [p.replace("{}", "").replace("  ", " ").strip() for p in row[0]], "zh": [p.replace("{}", "") for p in row[1]]} for row in CLOTHES.values()]
    measures = sorted({row[2] for row in SUBJECT.values()})
    return {"categories": categories, "functionWords": {"en": FUNCTION_EN, "zh": FUNCTION_ZH + measures + ["这张", "一张"]}, "examples": EXAMPLES}


def words_of(lexicon):
    phrases = [p for rows in lexicon["categories"].values() for row in rows for p in row["en"]] + lexicon["functionWords"]["en"]
    return {w for p in phrases for w in re.findall(r"[a-z'-]+", p)}


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lexicon.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(main(), file, ensure_ascii=False, indent=1)
        file.write("\n")
