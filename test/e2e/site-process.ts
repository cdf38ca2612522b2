// `npm start` as a process of its own, which can be killed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../scripts/site.ts';

/** A server that runs until it is killed. */
export interface SiteProcess {
  /** Ends in `/`. */
  readonly url: string;
  /** Settles when the process is gone. */
  kill(): Promise<void>;
}

/** Starts it on a free port. */
export async function startSite(): Promise<SiteProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), join(ROOT, 'scripts/start.ts')], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (data) => {
      said += String(data);
      const found = /Kindling: (http\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.on('close', () => reject(new Error(`The server did not start: ${said}`)));
  });
  return {
    url,
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
  };
}
