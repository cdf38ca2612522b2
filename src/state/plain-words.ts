import type { LexiconEntry } from './lexicon.ts';

/** Words that show nothing by themselves. They are never marked: there is nothing to put in their place. */
export const PLAIN_WORDS: LexiconEntry = {
  en: (
    'a an the this that these those some any each every all both many much more most few one two three four five ' +
    'i me my you your he him his she her it its we us our they them their who what which where when how why ' +
    'is are was were be been being am do does did has have had will would can could may might must should ' +
    'and or but not no so if then than as while until because though also only just even very too quite really ' +
    'in on at of to from by for with without into onto over under past above below behind beside between through across ' +
    'along around near inside outside against during before after about up down out off away back toward towards ' +
    'there here now again still always never once slowly quickly gently suddenly together please show make video clip'
  ).split(' '),
  zh: (
    '的 地 得 了 着 过 在 是 有 和 与 及 或 但 而 也 都 就 又 还 再 很 最 更 太 非常 一 二 两 三 四 五 个 只 条 辆 艘 枚 座 位 名 张 些 ' +
    '一个 一只 一条 一辆 一艘 一些 这 那 这个 那个 我 你 他 她 它 我们 你们 他们 里 上 下 中 前 后 旁 旁边 里面 上面 下面 外面 之间 ' +
    '从 到 向 往 路过 经过 穿过 越过 把 被 让 给 对 由 以 为 然后 接着 同时 正在 慢慢 慢慢地 缓缓 渐渐 突然 一起 请 视频 短片 画面 不 没有'
  ).split(' '),
};
