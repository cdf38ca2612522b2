import { ERRORS_ZH } from './errors-zh.ts';
import { bytesInWords, type Texts } from './texts.ts';

const about = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} 秒` : `${Math.round(seconds / 60)} 分钟`;

const PARTS = {
  transformer: '变换器',
  text: '文本编码器',
  codec: '画面编解码器',
  tokenizer: '分词器',
} as const;

/** What a visitor's own model lacks, in a sentence. */
function lackingParts(detail: Readonly<Record<string, unknown>>): string {
  const names: Readonly<Record<string, string>> = { ...PARTS, config: '配置文件 config.json' };
  const called = (part: unknown): string => names[String(part)] ?? String(part);
  const { missing, twice, unfit } = detail;
  if (Array.isArray(missing)) return `还缺少：${missing.map(called).join('、')}。`;
  if (twice !== undefined) return `同一部分有两个文件：${called(twice)}。请去掉一个。`;
  return `这一部分与变换器不相配：${called(unfit)}。请提供与它一起发布的那一个。`;
}

/** The page in Chinese. */
export const ZH: Texts = {
  page: {
    title: 'Kindling – 用文字或图片在自己的设备上制作短片',
    tagline: '写几个字或放一张图，得到一段小电影。',
    language: '语言',
    composer: '你的想法',
    stage: '你的短片',
    promise: '全部在这台设备上完成，你的文字和图片不会离开它。',
    madeWith: (model, licence) => `由 ${model} 绘制（${licence}）`,
  },
  prompt: {
    label: '会发生什么？',
    placeholder: '雪林里的一只橙色的猫，太阳落山，镜头推近',
    placeholderWithPicture: '图片里会发生什么？也可以不写。',
    count: (count, most) => `${count} / ${most} 字`,
    tooLong: (over) => `超出 ${over} 字`,
    cut: '文字太长，只保留了开头。',
    surprise: '给我惊喜',
    examples: '示例',
    unknown: (model, words) => `${model} 没见过${words === 1 ? '这个词' : '这些词'}。它认识：`,
    unknownOnly: (model, words) => `${model} 没见过${words === 1 ? '这个词' : '这些词'}。`,
    replace: (word, suggestion) => `把“${word}”换成“${suggestion}”`,
  },
  picture: {
    label: '首帧图片',
    add: '添加图片',
    hint: '可选：选择、拖入或粘贴',
    change: '更换',
    remove: '移除图片',
    alt: (name) => `短片从 ${name} 开始`,
    drop: '把图片、要接着拍的视频或用 Kindling 制作的短片拖到这里',
    fit: '比例不同时',
    fits: { crop: '铺满画面', letterbox: '完整显示' },
  },
  settings: {
    aspect: '画面比例',
    custom: '自定',
    width: '宽',
    height: '高',
    aspectRange: (min, max) => `宽 ÷ 高须在 ${min} 到 ${max} 之间`,
    length: '时长',
    seconds: (seconds) => `${seconds} 秒`,
    seed: '种子',
    dice: '换一个种子',
    keepSeed: '固定',
    keepSeedHint: '固定这个种子：相同的设置会得到相同的短片',
    advanced: '高级',
    steps: '步数',
    stepsHint: '步数越多越精细，也越慢',
    guidance: '引导强度',
    guidanceHint: '多大程度上遵照文字；1 最快',
    negative: '不希望出现的内容',
    negativePlaceholder: '雾，雨',
    negativeUnheard: '引导强度大于 1 时才会生效：可以试试 2。',
    device: '运行于',
    devices: { auto: '自动', webgpu: '显卡（WebGPU）', wasm: '处理器（WebAssembly）' },
    label: '在开头显示“AI生成”标识',
    labelHint: '文件本身总会注明。公开发布时，有些地方要求保留可见标识。',
    hidden: (fps, shift) => `来自打开的文件：每秒 ${fps} 帧，偏移 ${shift}。`,
    reset: '恢复默认',
    size: (width, height, frames, fps) => `${width} × ${height}，${frames} 帧，每秒 ${fps} 帧`,
  },
  actions: {
    generate: '制作短片',
    enqueue: '加入队列',
    shortcut: 'Ctrl 或 ⌘ + Enter',
    cancel: '取消',
    cancelling: '正在停止 …',
    download: '下载',
    another: '再做一个',
    share: '分享',
    copySeed: '复制种子',
    copySettings: '复制设置',
    copied: '已复制',
    dismiss: '好',
  },
  stage: {
    empty: '短片会出现在这里',
    emptyHint: (button) => `描述一个小场景，然后按“${button}”。`,
    pickingUp: '接上前一段的结尾',
    phases: {
      prepare: '唤醒画师',
      text: '阅读你的文字',
      picture: '端详你的图片',
      denoise: '构思画面',
      decode: '绘制画面',
      encode: '绘制并装订成片',
    },
    step: (step, steps) => `第 ${step} 步，共 ${steps} 步`,
    timeLeft: (seconds) => (seconds < 3 ? '马上就好' : `大约还要 ${about(seconds)}`),
    progress: '短片的进度',
    preview: '短片的雏形',
    video: (prompt) => (prompt ? `短片：${prompt}` : '你的短片'),
    clips: '本次制作的短片',
    clip: (number) => `显示第 ${number} 段短片`,
    cancelled: '已取消',
    cancelledHint: '什么都没有丢：文字和设置都还在。',
  },
  gallery: {
    open: (count) => `我的影片（${count}）`,
    title: '我的影片',
    close: '关闭影片列表',
    intro: (count, size) => `这台设备上保存着 ${count} 部影片（${size}）。删除之前会一直保留。`,
    play: (title) => `播放：${title}`,
    rename: '标题',
    untitled: '未命名',
    edit: '修改或接着拍',
    remove: (title) => `删除：${title}`,
    removeShort: '删除',
    reallyRemove: '永久删除',
    keep: '保留',
  },
  board: {
    label: '分镜',
    goOn: '接着往下拍',
    generate: '制作影片',
    scene: '一直在画面里的',
    scenePlaceholder: '山上有一座紫色的城堡',
    prompt: (segment) => `第 ${segment} 段发生什么？`,
    inSegment: (segment) => `第 ${segment} 段：`,
    placeholder: '太阳落山，天黑了',
    camera: '镜头',
    cameraFree: '自动',
    cameras: {
      still: '固定',
      'pan left': '左移',
      'pan right': '右移',
      'tilt up': '上摇',
      'tilt down': '下摇',
      'zoom in': '推近',
      'zoom out': '拉远',
      roll: '旋转',
    },
    states: { new: '尚未制作', made: '已制作', outdated: '已改动', based: '接着旧版' },
    making: '正在制作',
    noWords: '还没有文字',
    segment: (number, state, words, seconds) => `第 ${number} 段，${seconds} 秒，${state}：${words}`,
    total: (count, seconds) => `共 ${count} 段，${about(seconds)}`,
    progress: (segment, count) => `第 ${segment} / ${count} 段`,
    tools: {
      add: '加一段',
      duplicate: '复制',
      earlier: '前移',
      later: '后移',
      remove: '删除',
      undo: '撤销',
      redo: '重做',
      startOver: '只留这一段',
    },
  },
  report: {
    made: (device, seconds) =>
      `在这台设备上用 ${device} 制作，用时 ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} 秒`.replace(
        '） 制',
        '）制',
      ),
    devices: {
      webgpu: (adapter) => (adapter ? `WebGPU（${adapter}）` : 'WebGPU'),
      wasm: (_, threads) => `WebAssembly（${threads} 个线程）`,
    },
    size: (megabytes) => `${megabytes} MB`,
    seed: (seed) => `种子 ${seed}`,
    warnings: {
      'prompt-truncated': '提示词超出了模型能读的长度，末尾被略去。',
      'gpu-fallback': '显卡无法使用，这段短片由处理器制作。',
      'slow-adapter': '这里没有真实的显卡，只有较慢的软件模拟。在“高级”里选“自动”会更快。',
    },
  },
  support: {
    noGpuTitle: '这里没有 WebGPU，不过没关系',
    softwareTitle: '这里没有可供 WebGPU 使用的真实显卡，不过没关系',
    noGpu: (seconds) => `短片会用 WebAssembly 在处理器上制作：效果相同，每段大约 ${about(seconds)}。`,
    noThreads: '此页面只能使用一个处理器线程。',
    missingTitle: '此浏览器还不能制作短片',
    missing: {
      worker: '它没有后台线程。最新版的 Chrome、Edge、Firefox 或 Safari 都有。',
      wasm: 'WebAssembly 缺失或被关闭。最新版的 Chrome、Edge、Firefox 或 Safari 都有。',
      webcodecs: '它无法写入视频文件（缺少 WebCodecs）。最新版的 Chrome、Edge、Firefox 或 Safari 可以。',
    },
  },
  models: {
    open: (model) => `模型：${model}`,
    title: '模型',
    intro: 'Seedling 一直都在。其余是公开发布的开放模型：只需下载一次，保存在这台设备上，之后离线也能使用。',
    close: '关闭模型列表',
    builtIn: (seconds) => `随应用提供，任何设备都能运行：最长 ${seconds} 秒的绘本风格短片。`,
    makes: (seconds, fps, width, height, pictures) =>
      `用${pictures ? '文字或图片' : '文字'}生成最长 ${seconds} 秒的短片，支持中文和英文；${width} × ${height}，每秒 ${fps} 帧。`,
    use: '使用这个模型',
    inUse: '正在使用',
    download: (bytes) => `下载 ${bytesInWords(bytes)}`,
    goOn: (bytes) => `继续下载剩余的 ${bytesInWords(bytes)}`,
    pause: '暂停',
    verify: '检查文件',
    remove: '删除',
    files: '文件与许可证',
    parts: PARTS,
    unconfirmed: '大小未经确认',
    here: '已保存',
    importFile: '从本机选择',
    strays: '这里保存的其他文件',
    room: (free, used) =>
      `本站在这台设备上保存了 ${bytesInWords(used)}，大约还能保存 ${bytesInWords(free)}。`,
    memoryOnly: (free) =>
      `这个窗口和无痕窗口一样不保存任何内容：下载的文件只放在内存里，关闭页面就会消失，最多还能放 ${bytesInWords(free)}。`,
    saveFile: '另存副本',
    saveFileAs: (name) => `另存 ${name} 的副本`,
    own: {
      title: '添加自己的模型',
      intro:
        'Wan 2.1 或 Wan 2.2 5B 变换器的文件，GGUF 或 safetensors 格式。文本编码器、画面编解码器和分词器默认用列表里的，也可以自己提供。',
      addresses: '文件地址',
      addressesHint: '每行一个。现在只读取每个文件的开头。',
      look: '查看这些文件',
      looking: '正在读取文件开头 …',
      choose: '从本机选择文件',
      config: '配置文件',
      shape: (width, layers, channels) => `宽 ${width}，${layers} 层，${channels} 个潜变量通道`,
      drop: '去掉',
      lacking: (detail) => lackingParts(detail),
      fromList: (parts) => `取自列表：${parts}。`,
      name: '在列表里的名称',
      sampling: '生成方式',
      samplings: { many: '多步，带引导', few: '3 步（蒸馏模型，如 FastWan）' },
      add: '加入列表',
      mark: '由你添加',
      removeFromList: '从列表移除',
    },
    mirror: '文件来源',
    mirrorLabel: '模型站或镜像的地址',
    mirrorHint: '只会向它请求文件本身，而且只在你按下按钮之后。',
    progress: (model) => `${model} 的文件`,
    activity: (activity, arrived, bytes) => {
      const amount = `${bytesInWords(arrived)} / ${bytesInWords(bytes)}`;
      if (activity.status === 'still') return `${amount}，已暂停`;
      const percent = (share: number): string => `${Math.round(100 * share)}%`;
      if (activity.status !== 'downloading') {
        const doing = activity.status === 'verifying' ? '检查' : '复制';
        return `正在${doing} ${activity.file}：${percent(activity.share)}`;
      }
      const { how, rate, secondsLeft, file } = activity;
      if (how === 'elsewhere') return `${amount}；另一个标签页正在下载 ${file}`;
      if (how === 'verifying') return `${amount}；正在检查 ${file}`;
      if (how === 'rechecking') return `${amount}；${file} 有一部分损坏，正在查找`;
      if (typeof how === 'object')
        return `${amount}；连接失败，${Math.max(1, Math.round(how.waiting))} 秒后重试`;
      return rate && secondsLeft !== null
        ? `${amount}，每秒 ${bytesInWords(rate)}，大约还需 ${about(secondsLeft)}`
        : amount;
    },
    verdicts: {
      fits: (bytes, gpuBytes) =>
        `需要下载 ${bytesInWords(bytes)}。显卡上大约需要 ${bytesInWords(gpuBytes)} 空闲显存，浏览器无法查询这一项。`,
      asking: (bytes, gpuBytes) =>
        `需要下载 ${bytesInWords(bytes)}。显卡上大约需要 ${bytesInWords(gpuBytes)} 空闲显存。`,
      'no-gpu': () => '需要支持 WebGPU 的显卡，而这个浏览器在这里没有提供。',
      'software-gpu': () => '需要真正的显卡：这个浏览器提供的是由处理器模拟的，制作一段短片要花好几天。',
      'no-storage': () => '这个窗口和无痕窗口一样不保存任何内容：更大的模型需要在普通窗口中使用。',
      'no-room': (bytes) =>
        `需要下载 ${bytesInWords(bytes)}，超出了本站能在这台设备上保存的大小。请先腾出空间。`,
    },
  },
  life: {
    clipIsReady: { title: '短片做好了', text: 'Kindling 已经完成。' },
    updateWaiting: 'Kindling 有新版本了。',
    updateAfterJob: 'Kindling 有新版本了，会等到短片做完。',
    updateBusy: '另一个标签页正在制作短片，等它做完再更新。',
    update: '现在更新',
    later: '以后再说',
    installOffer: 'Kindling 可以安装：有自己的窗口，离线也能用。',
    install: '安装',
    noInstall: '不用了',
    tellMe: '做好后通知我',
  },
  storage: {
    open: '这里保存了什么',
    title: '保存在这台设备上',
    close: '关闭保存内容的列表',
    app: '应用',
    appHint: '页面本身，离线时也能打开。下次访问时会重新保存。',
    model: (model) => `${model} 及其运行环境`,
    modelHint: '离线时也能制作短片。下次制作短片时会重新保存。',
    notKept: '没有',
    others: '其他文件',
    segments: '影片片段',
    segmentsHint: '有了它们，影片可以从中断处继续，没改动的片段不用重做。',
    clips: '做好的影片也保存在这里：播放器下方的“我的影片”里可以查看和删除。',
    remove: (what) => `删除：${what}`,
    persistent: '浏览器已承诺不会自行清除这些内容。',
    notPersistent: '设备空间不足时，浏览器可能会自行清除这些内容。',
    persist: '请浏览器保留全部内容',
    counting: '正在统计 …',
  },
  notices: {
    restored: () => '已恢复那段短片的全部设置。',
    'restored-version': ({ made, here }) =>
      `已恢复那段短片的全部设置。它用的是模型版本 ${made}，这里是 ${here}，画面可能有所不同。`,
    'restored-model': ({ made }) => `设置已恢复，但那段短片用的是“${made}”，这里没有；结果会不一样。`,
    interrupted: () => '页面关闭时，这段影片正在制作。按下面的按钮，就从中断的地方继续。',
    'last-frame': ({ name }) => `短片会从“${name}”的最后一个画面接着往下拍。`,
    'picture-needed': () => '设置已恢复。它从一张图片开始，但文件里没有：请添加那张图片。',
    'unknown-file': ({ name }) => `“${name}”无法在这里打开。可以打开图片、视频和任务文件（JSON）。`,
  },
  status: {
    making: '正在制作短片。',
    ready: '短片做好了。',
    cancelled: '已取消。',
    failed: '短片没有做成。',
    'no-room': '已暂停：设备上没有空间了。',
    queued: '已加入队列。',
    refused: '无法使用，请看提示。',
    restored: '已从文件恢复设置。',
    'picture-added': '已添加图片。',
    'picture-removed': '已移除图片。',
    copied: '已复制。',
  },
  errors: ERRORS_ZH,
  errorActions: {
    'edit-prompt': '修改文字',
    'choose-picture': '换一张图片',
    'use-legal': '改用最接近的可行值',
    'try-again': '再试一次',
    'use-wasm': '改用处理器',
    reload: '重新加载页面',
    dismiss: '好',
  },
  details: '详细信息',
};
