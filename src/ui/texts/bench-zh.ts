import type { BenchTexts } from './bench-texts.ts';

/** The page that measures a device, in Chinese. */
export const BENCH_ZH: BenchTexts = {
  title: '这块显卡有多快？',
  language: '语言',
  back: '返回工作室',
  intro:
    '测量这台设备之后，Kindling 就能告诉你在这里制作一段短片需要多久：它会检查计算结果是否正确，以及模型所用的矩阵乘法和注意力有多快。',
  before:
    '大约需要半分钟，设备繁忙或较慢时最多一分钟。不会下载任何内容，也没有任何数据离开这台设备。请关闭其他占用显卡的程序，并让此页面保持在前台。',
  start: '开始测量',
  again: '重新测量',
  stop: '停止',
  stopping: '正在停止 …',
  progress: '测量进度',
  parts: {
    'self-test': '正在与处理器的结果比较',
    products: '正在做 4 位和 8 位的矩阵乘法',
    attention: '正在计算注意力',
    blocks: '正在运行模型的完整模块',
  },
  status: {
    idle: '尚未开始。',
    running: '正在测量。',
    done: '报告已完成。',
    stopped: '已停止，这次测量没有保留任何结果。',
    failed: '无法测量这台设备。',
  },
  details: '详情',
  open: '打开已保存的报告',
  save: '保存报告',
  kept: '已保存在这台设备上：模型列表现在会显示制作一段短片需要多久。',
  report: {
    title: (adapter) => `${adapter} 的报告`,
    made: (date) => `测量于 ${date}`,
    software:
      '这不是显卡，而是软件模拟：结果正确，但比 WebAssembly 慢许多倍；Kindling 在这里使用 WebAssembly。',
    passed: (halves) =>
      halves
        ? '通过自检，可以使用半精度（f16）。'
        : '通过自检。它没有半精度（f16），因此较大的模型需要更多内存和时间。',
    failed: '没有通过自检：它的计算结果有误，因此 Kindling 改用处理器。',
    reduced: '这台设备太慢，无法测量较大模型的尺寸，因此只测量了较小的尺寸。对那些模型的估计很粗略。',
    estimates: '各模型按默认设置制作一段短片',
    model: '模型',
    step: '每一步',
    clip: '去噪',
    note: '读取模型、理解文字和绘制画面的时间另计。',
    basis: { blocks: '约', products: '至少' },
    noEstimates: '没有通过自检的显卡，就无法估计。',
    rates: '测量结果',
    what: '项目',
    size: '尺寸',
    speed: '速度',
    product: (bits) => `矩阵乘法，${bits} 位`,
    attention: '注意力',
    block: (weights) => `完整模块，${weights === 'q4' ? 4 : 8} 位`,
    rows: (rows, inner, columns) => `${rows} × ${inner} × ${columns}`,
    tokens: (tokens, width) => `${tokens} 个词元，宽 ${width}`,
    selfTest: '自检',
    selfTestRow: (activations, weights, difference, tolerance) =>
      `${activations}，${weights === 'q4' ? 4 : 8} 位权重：${
        difference === null ? '没有得到数值' : `偏差 ${difference}，允许 ${tolerance}`
      }`,
    adapter: '显卡与限制',
    features: '特性',
    browser: '浏览器',
  },
};
