// `npm start`: builds the site if need be and serves it.
import { ensureSite, serveSite } from './site.ts';

/** Where the site is served if nobody says otherwise. */
const DEFAULT_PORT = 4173;

const wanted = Number(process.env.PORT ?? DEFAULT_PORT);
if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
  console.error(`PORT is ${process.env.PORT}; it must be a whole number from 0 to 65535.`);
  process.exit(2);
}

await ensureSite(console.log);
const site = await serveSite(wanted);
const port = Number(new URL(site.url).port);
if (wanted !== 0 && port !== wanted) console.log(`Port ${wanted} is busy; using ${port}.`);
console.log(
  `\n  Kindling: ${site.url}\n\n  Open it in Chrome, Edge or another browser of 2025 or later. Ctrl+C stops.\n`,
);
