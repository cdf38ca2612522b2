import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Name of the file in the built site. */
export const LICENCES_FILE = 'third-party-licences.txt';

/** The part of a module's path that is its package's folder. */
const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;

/**
 * Two plugins, for the page's build and for its workers' builds, that together write the licences of all packages whose
 * code is in the site: most licences ask that their text goes along. (Vite's own `build.license` leaves workers out.)
 */
export function thirdPartyLicences(): { readonly page: Plugin; readonly worker: Plugin } {
  const folders = new Set<string>();
  const collect: Plugin['generateBundle'] = (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      for (const id of chunk.moduleIds) {
        const folder = PACKAGE_FOLDER.exec(id.replace('\0', ''))?.[0];
        if (folder) folders.add(folder);
      }
    }
  };
  return {
    worker: { name: 'third-party-licences:worker', generateBundle: collect },
    page: {
      name: 'third-party-licences:page',
      generateBundle(options, bundle, isWrite) {
        collect.call(this, options, bundle, isWrite);
        const source = [...folders].sort().map(describe).join('\n\n');
        this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source });
      },
    },
  };
}

/** Name, version and licence of a package, with the licence's text where the package brings it. */
function describe(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${name} ${version} (${license})\n${'='.repeat(60)}\n\n${text}\n`;
}
