import type { Language } from '../../state/language.ts';
import type { SampleForm } from './code-samples.ts';

/** A section of the documentation. In all texts, what stands between backticks is code. */
export interface DocSection {
  readonly title: string;
  readonly text: readonly string[];
  /** Terms and what they mean. */
  readonly terms?: readonly (readonly [string, string])[];
  readonly code?: 'policy' | 'headers' | 'oembed';
}

/** Every sentence of the page for partners in one language. */
export interface PartnersTexts {
  readonly title: string;
  readonly lead: string;
  readonly language: string;
  readonly playground: string;
  readonly playgroundHint: string;
  readonly prompt: string;
  readonly samplePrompt: string;
  readonly aspect: string;
  readonly lang: string;
  readonly ask: string;
  readonly copy: string;
  readonly copied: string;
  readonly form: string;
  readonly forms: Readonly<Record<SampleForm, string>>;
  readonly events: string;
  readonly noEvents: string;
  readonly received: string;
  readonly sections: readonly DocSection[];
}

const EN: PartnersTexts = {
  title: 'Kindling for your site',
  lead: 'A “make a clip” box in a page of yours. The visitor’s own device makes the clip: no server, no account, no bill.',
  language: 'Language',
  playground: 'Try it',
  playgroundHint: 'This is the widget itself. It loads nothing until its button is pressed.',
  prompt: 'Words',
  samplePrompt: 'an orange cat in a snowy forest, the sun sets',
  aspect: 'Shape',
  lang: 'Language of the widget',
  ask: 'Ask for this clip, as your page would',
  copy: 'Copy',
  copied: 'Copied.',
  form: 'Form',
  forms: { frame: 'Frame', element: 'Element', script: 'Module', package: 'Package' },
  events: 'What your page is told',
  noEvents: 'Nothing yet.',
  received: 'The clip, as your page has received it',
  sections: [
    {
      title: 'Four forms, one widget',
      text: [
        'The plain frame needs no script of ours; the visitor keeps the clip. With `embed.js` (under 3 kB, no dependencies) the element `<kindling-clip>` is as high as its content and hands every finished clip to your page. `embed.mjs` is the same as a module, with `create()`; its types are in `embed.d.ts`.',
        'The package is in the built site, too: `npm pack dist/kindling-embed` makes the file that `npm install` takes. It has to be told where the deployment is: `src`.',
      ],
      terms: [
        [
          'create(container, options)',
          'A promise of a handle. It rejects with `embed/timeout` or `embed/refused`.',
        ],
        [
          'generate(job, { signal, onProgress, onPreview })',
          'Shows a job in the frame. It begins when the visitor presses the button there, and becomes a clip: `file` (a Blob), `job`, `labels`, size, codec and device. One at a time.',
        ],
        ['cancel()', 'Stops or takes back your job; a clip that the visitor started is the visitor’s.'],
        ['export()', 'The newest clip once more.'],
        ['status()', 'What the frame shows, how many clips are left today, what the browser can do.'],
        [
          'on(name, listener)',
          '`phase`, `progress`, `preview`, `clip`, `error`, `capabilities`, `resize`, `gone`. The element fires them as `kindling-clip` and so on, and `kindling-ready` with the handle.',
        ],
        ['destroy()', 'Takes the frame away. What still waits rejects with `embed/gone`.'],
      ],
    },
    {
      title: 'What the visitor agrees to',
      text: [
        'Each clip is made by a press inside the frame, which says how many megabytes are loaded and that your site receives the clip. Your page can propose a job; only the visitor can start it, decline it (`embed/declined`) or stop it (an `AbortError`).',
        'For a clip of their own, visitors may begin with a picture: chosen, dropped on the frame or pasted. Your page never gets the picture itself, only the clip that begins with it. `picture=off` in the frame’s address, `picture="off"` on the element or `picture: false` in the options switches that off for your page; `visitorPictures` in the policy does for all. A picture of a job of yours is not affected.',
        'Before that press nothing is downloaded and no graphics processor is asked: `capabilities.webgpu` is `unasked` until then.',
      ],
    },
    {
      title: 'What a job may say',
      text: [
        'All fields but `prompt` (or `picture`) may be left out. Nothing is rounded: what cannot be made is refused, and the error’s `detail.nearest` names what can.',
      ],
      terms: [
        ['prompt', 'Up to 500 characters, in English, Chinese or both.'],
        [
          'picture, fit',
          'A Blob that becomes the first frame (JPEG, PNG, WebP, AVIF, GIF; up to 268 MB), cut to fill (`crop`) or shown whole (`letterbox`).',
        ],
        [
          'aspect, seconds, fps',
          '`16:9`, `9:16` or another shape between 9:21 and 21:9; 1 second up to the deployment’s limit; up to 30 frames a second.',
        ],
        [
          'steps, guidance, negativePrompt, seed',
          'As in the studio. The same seed on the same device makes the same clip.',
        ],
        [
          'model, label',
          'One of `capabilities.models`. `label: false` leaves the visible mark out where the deployment allows it; the mark in the file’s metadata is always written.',
        ],
      ],
    },
    {
      title: 'Errors',
      text: [
        'Every error has a `code` that does not change. The message is in English and for you; the frame speaks to the visitor in the visitor’s language.',
      ],
      terms: [
        ['embed/refused', 'Your site is not on the deployment’s list, or it hides its origin.'],
        ['embed/policy', 'The deployment’s `embed-policy.json` is missing or wrong: then nobody is let in.'],
        ['embed/timeout · embed/gone', 'The frame did not answer · the frame was removed or sent elsewhere.'],
        ['embed/declined · embed/limit', 'The visitor said no · the visitor has made all clips of the day.'],
        [
          'embed/label · embed/message · embed/no-clip',
          'The mark has to stay · a message could not be read · there is nothing to export yet.',
        ],
        ['input/… · worker/busy · gpu/… · encode/…', 'As everywhere in Kindling.'],
      ],
    },
    {
      title: 'Your own deployment: who may do what',
      text: [
        'Kindling is a folder of static files. `embed-policy.json` beside `embed.html` decides, and no address can change it: which sites may hold the widget (exact origins, or `"*"`), which may hold the whole studio (its `frame-ancestors` header has to allow it too), which models are on offer, the longest clip, whether the visible mark may be left out, how many clips a visitor may make in a day (`null` for no limit), whether visitors may begin with pictures of their own and the theme (`auto`, `light`, `dark`). A field that is missing or misspelt closes the door: nobody is let in, and the card says which field it is.',
        'The daily limit is counted in the visitor’s own browser, for each partner’s site apart. It is a courtesy; somebody who clears the storage begins anew.',
      ],
      code: 'policy',
    },
    {
      title: 'Headers',
      text: [
        'The widget looks at the pages around it and closes itself to those that are not on the list. Send the same list as a header: `frame-ancestors` has no effect in a page’s own `<meta>`, and only the header keeps a browser from loading the frame at all.',
        'Everything else stands in the built pages: no inline script, no connection but to the deployment itself, WebAssembly allowed, Trusted Types required. Inside a page that is not cross-origin isolated, WebAssembly has one thread and clips take about twice as long; a page that sends `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp` passes its isolation on.',
      ],
      code: 'headers',
    },
    {
      title: 'What is kept in a frame',
      text: [
        'The widget says which of these is the case: in `capabilities.storage`, and to the visitor under “What is kept here?”. “Open in Kindling” hands the job, without its picture, to a tab of the visitor’s own.',
      ],
      terms: [
        [
          'partitioned',
          'The usual case on another site: the browser keeps a separate copy for each partner, which sees nothing of the visitor’s own Kindling.',
        ],
        [
          'unpartitioned',
          'The visitor has pressed “Use Kindling’s own storage” and the browser has agreed (Chromium; it needs an earlier visit to Kindling itself). Models that were downloaded there and are on the deployment’s list can then be used from the frame (`capabilities.models`), and the count of the day is the one of Kindling itself.',
        ],
        [
          'credentialless',
          'Your page has made the frame `credentialless`: everything is forgotten on reload.',
        ],
        ['blocked', 'The browser keeps nothing. Clips can be made all the same.'],
        ['first-party', 'The frame is on a page of the deployment itself.'],
      ],
    },
    {
      title: 'Previews of links: oEmbed',
      text: [
        'A static host cannot answer for each address apart, so there is one answer for all: a build with `KINDLING_SITE` set to the address of the deployment writes `oembed.json`, which puts the empty widget into a page, and names it in `embed.html`. A consumer that follows the discovery link gets the widget; it does not get the words of that address, and it must be on the list of sites. For an answer of its own to each address you need a few lines on a server.',
      ],
      code: 'oembed',
    },
  ],
};

const ZH: PartnersTexts = {
  title: '把 Kindling 放进你的网站',
  lead: '在你的页面里放一个“制作短片”的小框。短片由访客自己的设备制作：没有服务器，没有账号，没有账单。',
  language: '语言',
  playground: '试一试',
  playgroundHint: '这就是小组件本身。按下按钮之前，它不会载入任何东西。',
  prompt: '文字',
  samplePrompt: '雪林里的一只橙色的猫，太阳落山',
  aspect: '画面比例',
  lang: '小组件的语言',
  ask: '像你的页面那样，请求这段短片',
  copy: '复制',
  copied: '已复制。',
  form: '方式',
  forms: { frame: '框架', element: '元素', script: '模块', package: '软件包' },
  events: '你的页面会得知什么',
  noEvents: '暂时没有。',
  received: '你的页面收到的短片',
  sections: [
    {
      title: '四种方式，同一个小组件',
      text: [
        '普通框架不需要我们的脚本，短片留在访客手里。使用 `embed.js`（不到 3 kB，没有依赖）时，元素 `<kindling-clip>` 的高度随内容变化，并把每段完成的短片交给你的页面。`embed.mjs` 是同样内容的模块，提供 `create()`；类型在 `embed.d.ts` 中。',
        '软件包也在构建好的网站里：`npm pack dist/kindling-embed` 会生成 `npm install` 所需的文件。需要用 `src` 告诉它部署在哪里。',
      ],
      terms: [
        [
          'create(container, options)',
          '返回一个句柄的 Promise；可能以 `embed/timeout` 或 `embed/refused` 失败。',
        ],
        [
          'generate(job, { signal, onProgress, onPreview })',
          '在框架中显示一个任务。访客按下按钮后开始，得到短片：`file`（Blob）、`job`、`labels`、尺寸、编码和设备。一次一个。',
        ],
        ['cancel()', '停止或收回你的任务；访客自己开始的短片归访客。'],
        ['export()', '再次取得最新的短片。'],
        ['status()', '框架显示什么、今天还剩几段、浏览器能做什么。'],
        [
          'on(name, listener)',
          '`phase`、`progress`、`preview`、`clip`、`error`、`capabilities`、`resize`、`gone`。元素以 `kindling-clip` 等事件发出，并以 `kindling-ready` 给出句柄。',
        ],
        ['destroy()', '移除框架；仍在等待的调用以 `embed/gone` 失败。'],
      ],
    },
    {
      title: '访客同意的是什么',
      text: [
        '每段短片都由框架内的一次点击开始；按钮下写明要载入多少兆字节，以及你的网站会收到短片。你的页面可以提议任务，但只有访客能开始、拒绝（`embed/declined`）或停止（`AbortError`）。',
        '制作自己的短片时，访客可以用一张图片开头：选择、拖放到框架上或粘贴。你的页面得不到图片本身，只得到以它开头的短片。框架网址里的 `picture=off`、元素上的 `picture="off"` 或选项 `picture: false` 可为你的页面关闭它；策略里的 `visitorPictures` 则对所有页面生效。你的任务自带的图片不受影响。',
        '在此之前不会下载任何内容，也不会询问显卡：`capabilities.webgpu` 一直是 `unasked`。',
      ],
    },
    {
      title: '任务可以写什么',
      text: [
        '除 `prompt`（或 `picture`）以外都可以省略。不会悄悄取整：做不出的会被拒绝，错误的 `detail.nearest` 给出最接近的可行值。',
      ],
      terms: [
        ['prompt', '最多 500 个字，中文、英文或混合。'],
        [
          'picture, fit',
          '作为第一帧的 Blob（JPEG、PNG、WebP、AVIF、GIF，最大 268 MB），铺满（`crop`）或完整显示（`letterbox`）。',
        ],
        [
          'aspect, seconds, fps',
          '`16:9`、`9:16` 或 9:21 到 21:9 之间的其他比例；从 1 秒到部署允许的时长；每秒最多 30 帧。',
        ],
        ['steps, guidance, negativePrompt, seed', '与工作室相同。在同一设备上，相同的种子得到相同的短片。'],
        [
          'model, label',
          '`capabilities.models` 之一。部署允许时，`label: false` 不显示可见标识；文件元数据中的标识始终写入。',
        ],
      ],
    },
    {
      title: '错误',
      text: ['每个错误都有不变的 `code`。信息是英文的，写给你看；框架用访客的语言对访客说话。'],
      terms: [
        ['embed/refused', '你的网站不在部署的名单上，或隐藏了来源。'],
        ['embed/policy', '部署的 `embed-policy.json` 缺失或有误：这时谁也不能使用。'],
        ['embed/timeout · embed/gone', '框架没有回应 · 框架被移除或转到别处。'],
        ['embed/declined · embed/limit', '访客拒绝 · 访客已用完当天的次数。'],
        ['embed/label · embed/message · embed/no-clip', '标识必须保留 · 消息无法读取 · 还没有可导出的短片。'],
        ['input/… · worker/busy · gpu/… · encode/…', '与 Kindling 其他部分相同。'],
      ],
    },
    {
      title: '自己部署：谁可以做什么',
      text: [
        'Kindling 是一个静态文件夹。`embed.html` 旁边的 `embed-policy.json` 决定一切，任何网址都不能改变它：哪些网站可以放置小组件（确切的来源，或 `"*"`），哪些可以放置整个工作室，提供哪些模型，最长时长，是否可以去掉可见标识，每位访客每天可以制作几段（`null` 为不限），访客是否可以用自己的图片开头，以及主题（`auto`、`light`、`dark`）。缺少或拼错字段会关上大门：谁也不能使用，卡片会指出是哪个字段。',
        '每日次数记在访客自己的浏览器里，每个合作网站分开计算。这只是一种礼貌；清除存储的人会重新开始。',
      ],
      code: 'policy',
    },
    {
      title: '响应头',
      text: [
        '小组件会查看外面的页面，对名单之外的网站关闭。请把同一份名单也作为响应头发送：`frame-ancestors` 写在页面自己的 `<meta>` 里无效，只有响应头才能让浏览器根本不载入框架。',
        '其余的都在构建好的页面里：没有内联脚本，只连接部署本身，允许 WebAssembly，要求 Trusted Types。在没有跨源隔离的页面里，WebAssembly 只有一个线程，短片大约慢一倍；发送 `Cross-Origin-Opener-Policy: same-origin` 和 `Cross-Origin-Embedder-Policy: require-corp` 的页面会把隔离传给框架。',
      ],
      code: 'headers',
    },
    {
      title: '框架里会保存什么',
      text: [
        '小组件会说明属于哪种情况：在 `capabilities.storage` 里，以及在“这里会保存什么？”下告诉访客。“在 Kindling 中打开”把任务（不含图片）交给访客自己的标签页。',
      ],
      terms: [
        ['partitioned', '在其他网站上的常见情况：浏览器为每个合作网站单独保存，看不到访客自己的 Kindling。'],
        [
          'unpartitioned',
          '访客按下“使用 Kindling 自己的存储空间”，浏览器也同意了（Chromium；需要先访问过 Kindling 本身）。在那里下载、且在部署名单上的模型随后可以在框架里使用（`capabilities.models`），每日次数也改用 Kindling 本身的计数。',
        ],
        ['credentialless', '你的页面把框架设为 `credentialless`：重新加载后忘记一切。'],
        ['blocked', '浏览器什么都不保存。短片仍可制作。'],
        ['first-party', '框架就在部署自己的页面里。'],
      ],
    },
    {
      title: '链接预览：oEmbed',
      text: [
        '静态主机不能对每个网址分别作答，所以只有一个统一的答案：构建时把 `KINDLING_SITE` 设为部署的网址，就会写出 `oembed.json`，它把空白的小组件放进页面，并在 `embed.html` 中注明。使用发现链接的一方会得到小组件，但得不到那个网址里的文字，而且必须在名单上。若要对每个网址分别作答，需要在服务器上写几行代码。',
      ],
      code: 'oembed',
    },
  ],
};

/** The page's sentences by language. */
export const PARTNERS_TEXTS: Readonly<Record<Language, PartnersTexts>> = { en: EN, zh: ZH };
