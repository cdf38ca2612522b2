// What `npm run obedience` counts, and the tables that it prints.

/** What can be seen in a clip, in the order of the table. */
export const ATTRIBUTES = ['colour', 'scene', 'camera', 'light', 'motion', 'subject'] as const;

/** One of {@link ATTRIBUTES}. */
export type Attribute = (typeof ATTRIBUTES)[number];

/** A prompt, and what should be seen because it says so. */
export interface ObediencePrompt {
  readonly text: string;
  readonly language: 'en' | 'zh';
  /** Whether its pairs of words occur together in training. */
  readonly seen: boolean;
  readonly expect: Readonly<Partial<Record<Attribute, string>>>;
}

/** A prompt with what its clip was read as. */
export interface ObedienceResult extends ObediencePrompt {
  readonly seed: number;
  readonly read: Readonly<Record<Attribute, string>>;
}

/** How many of how many. */
export interface Share {
  readonly right: number;
  readonly total: number;
}

/** What each attribute must reach, in percent. */
export const BARS: Readonly<Record<Attribute, number>> = {
  colour: 95,
  scene: 95,
  camera: 95,
  light: 95,
  motion: 90,
  subject: 85,
};

/** Wilson's 95 % interval of a share (JASA 22, 1927): holds for small numbers, and near 0 and 1. */
export function confidence({ right, total }: Share): readonly [low: number, high: number] {
  if (total === 0) return [0, 1];
  const z = 1.96;
  const p = right / total;
  const middle = p + (z * z) / (2 * total);
  const spread = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  const whole = 1 + (z * z) / total;
  return [Math.max(0, (middle - spread) / whole), Math.min(1, (middle + spread) / whole)];
}

/** Counts an attribute over some results; prompts that do not say it do not count. */
export function share(results: readonly ObedienceResult[], attribute: Attribute): Share {
  const asked = results.filter(({ expect }) => expect[attribute] !== undefined);
  return {
    right: asked.filter(({ expect, read }) => expect[attribute] === read[attribute]).length,
    total: asked.length,
  };
}

const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;

function cell(counted: Share): string {
  if (counted.total === 0) return '–';
  const [low, high] = confidence(counted);
  const { right, total } = counted;
  return `${((100 * right) / total).toFixed(1)} % (${right}/${total}; ${percent(low)}–${percent(high)})`;
}

/** The table, in Markdown: a row an attribute, intervals in brackets. */
export function obedienceTable(results: readonly ObedienceResult[]): string {
  const groups: readonly (readonly [string, (result: ObedienceResult) => boolean])[] = [
    ['all', () => true],
    ['English', ({ language }) => language === 'en'],
    ['Chinese', ({ language }) => language === 'zh'],
    ['seen pairs', ({ seen }) => seen],
    ['unseen pairs', ({ seen }) => !seen],
  ];
  const rows = ATTRIBUTES.map((attribute) => [
    attribute,
    `${BARS[attribute]} %`,
    ...groups.map(([, belongs]) => cell(share(results.filter(belongs), attribute))),
  ]);
  const head = ['attribute', 'bar', ...groups.map(([name]) => name)];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** The mistakes made most, as lines. */
export function confusions(results: readonly ObedienceResult[], most: number): string {
  const counts = new Map<string, number>();
  for (const { expect, read } of results) {
    for (const attribute of ATTRIBUTES) {
      const wanted = expect[attribute];
      if (wanted === undefined || wanted === read[attribute]) continue;
      const key = `${attribute}: ${wanted} read as ${read[attribute]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([key, count]) => `${count} × ${key}`)
    .join('\n');
}
