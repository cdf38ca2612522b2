// The camera is told in words: models know no other way. Plain ones, which the shipped model has read and the published ones know.
import type { CameraMove, Job, Segment } from './job.ts';

const ENGLISH: Readonly<Record<CameraMove, string>> = {
  still: 'still camera',
  'pan left': 'the camera pans left',
  'pan right': 'the camera pans right',
  'tilt up': 'the camera tilts up',
  'tilt down': 'the camera tilts down',
  'zoom in': 'the camera zooms in',
  'zoom out': 'the camera zooms out',
  roll: 'the camera rolls',
};

const CHINESE: Readonly<Record<CameraMove, string>> = {
  still: '固定镜头',
  'pan left': '镜头左移',
  'pan right': '镜头右移',
  'tilt up': '镜头上摇',
  'tilt down': '镜头下摇',
  'zoom in': '镜头推进',
  'zoom out': '镜头拉远',
  roll: '镜头旋转',
};

const HAN = /\p{Script=Han}/u;

/** What the model is told about a segment: what is there all the time, what happens, and the camera move, in the prompt's language. */
export function spokenPrompt(
  { scene }: Pick<Job, 'scene'>,
  { prompt, camera }: Pick<Segment, 'prompt' | 'camera'>,
): string {
  const said = [scene.trim(), prompt.trim()].filter((words) => words !== '');
  const chinese = HAN.test(said.at(-1) ?? '');
  if (camera) said.push((chinese ? CHINESE : ENGLISH)[camera]);
  return said.join(chinese ? '，' : ', ');
}
