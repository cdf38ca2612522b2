import type { ErrorText, Texts } from './texts.ts';

const said = (title: string, text: string): ErrorText => ({ title, text });

const DAMAGED = said('模型文件已损坏', '请重新加载页面，文件会重新读取。');
const NOT_FETCHED = said('文件无法获取', '请检查网络连接后再试一次。');

/** Errors in Chinese. */
export const ERRORS_ZH: Texts['errors'] = {
  'unsupported/webcodecs': said('此浏览器无法写入视频', '请使用最新版的 Chrome、Edge、Firefox 或 Safari。'),
  'unsupported/wasm': said(
    '此浏览器无法运行 WebAssembly',
    '请使用最新版的 Chrome、Edge、Firefox 或 Safari。',
  ),
  'unsupported/webgpu': said('这里没有 WebGPU', '可以改用处理器（WebAssembly），效果相同，只是慢一些。'),
  'unsupported/browser': said('没有可用的浏览器', '请使用最新版的 Chrome、Edge、Firefox 或 Safari。'),
  'input/prompt-empty': said('短片里要有什么？', '请写几个字，或者添加一张图片。'),
  'input/prompt-too-long': said('故事太长了', '提示词最多 500 个字，请删去一些。'),
  'input/prompt-characters': said('有些字符不能使用', '请删去看不见的控制字符，例如重新手动输入。'),
  'input/picture-unreadable': said(
    '无法打开这张图片',
    '可以使用 JPEG、PNG、WebP、AVIF 和 GIF；文件可能已损坏或不完整。',
  ),
  'input/picture-too-small': said('图片太小', '请换一张更大的图片。'),
  'input/picture-too-large': said('图片太大', '请先把图片缩小。'),
  'input/aspect': said('做不出这个画面比例', '请写成“宽:高”，或选一个现成的比例。'),
  'input/size': said('做不出这个尺寸', '请选用默认设置。'),
  'input/seconds': said('做不出这个时长', '时长须在 {min} 到 {max} 秒之间。'),
  'input/fps': said('做不出这个帧率', '帧率须是 {min} 到 {max} 之间的整数。'),
  'input/steps': said('步数不能使用', '步数须是 {min} 到 {max} 之间的整数。'),
  'input/guidance': said('引导强度不能使用', '引导强度须在 {min} 到 {max} 之间。'),
  'input/shift': said('偏移不能使用', '偏移须在 {min} 到 {max} 之间。'),
  'input/seed': said('种子不能使用', '种子须是 {min} 到 {max} 之间的整数。'),
  'input/job': said('这些设置不能使用', '文件里的设置已损坏，或不是 Kindling 写的。'),
  'input/no-job-in-file': said('文件里没有设置', '这个视频不是用 Kindling 制作的，没有可以恢复的设置。'),
  'input/argument': said('选项不能使用', '请检查所给的选项。'),
  'network/failed': NOT_FETCHED,
  'network/status': NOT_FETCHED,
  'model/unknown': said('这里没有这个模型', '请使用页面自带的模型。'),
  'model/format': DAMAGED,
  'model/truncated': DAMAGED,
  'model/tensor-missing': DAMAGED,
  'model/tensor-extra': DAMAGED,
  'model/tensor-shape': DAMAGED,
  'model/tensor-range': DAMAGED,
  'model/tensor-type': DAMAGED,
  'model/hash': DAMAGED,
  'model/tokenizer': DAMAGED,
  'storage/write': said('浏览器无法保存文件', '请腾出一些存储空间，然后再试一次。'),
  'storage/read': said('浏览器无法读取已保存的文件', '请再试一次；若仍然失败，请重新加载页面。'),
  'gpu/self-test': said('显卡计算有误', '可以改用处理器（WebAssembly），效果相同，只是慢一些。'),
  'gpu/lost': said('显卡中断了', '可能是驱动重启或设备休眠，请再试一次。'),
  'gpu/out-of-memory': said('显存不足', '请关闭其他标签页，或改用处理器。'),
  'gpu/failed': said('显卡停止了工作', '可以改用处理器（WebAssembly）。'),
  'encode/no-codec': said('此浏览器没有可写入的视频格式', '请使用最新版的 Chrome、Edge、Firefox 或 Safari。'),
  'encode/failed': said('视频写入失败', '请再试一次。'),
  'worker/crashed': said('画师意外停下了', '请再试一次，会有一位新的画师接手。'),
  'worker/busy': said('正在制作一段短片', '请等它完成，或先取消。'),
  'worker/start': said('画师没能开工', '请检查网络连接，然后重新加载页面。'),
  'internal/invariant': said('出错了，是我们的问题', '请再试一次；若仍然失败，请把详细信息告诉我们。'),
  'internal/runtime': said('制作短片时出错了', '请再试一次；若仍然失败，请换一些设置。'),
};
