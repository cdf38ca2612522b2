import { openTabs } from './client/tabs.ts';
import { memoryQueueFiles, openQueueFiles } from './films/queue-files.ts';
import { JobQueue } from './state/job-queue.ts';
import type { Studio } from './state/studio.ts';
import { NoRoomCard } from './ui/no-room-card.tsx';
import { QueueList } from './ui/queue-list.tsx';
import { lateViews } from './ui/studio-context.tsx';

/** Brings the page the queue of this site's tabs on this device, and how it is shown. Fetched once the page has been painted. */
export async function openQueue(studio: Studio): Promise<void> {
  const files = (await openQueueFiles()) ?? memoryQueueFiles();
  const queue = new JobQueue(studio, { files, tabs: await openTabs() });
  await queue.open();
  studio.queue.value = queue;
  lateViews.value = { Queue: QueueList, NoRoom: NoRoomCard };
}
