import type { VNode } from 'preact';
import { CAMERA_MOVES, type CameraMove } from '../state/form.ts';
import { useStudio, useTexts } from './studio-context.tsx';

/** What the camera does, apart from the words. */
export function CameraField(): VNode {
  const { form } = useStudio();
  const texts = useTexts();
  return (
    <div class="field">
      <label for="camera">{texts.board.camera}</label>
      <select
        id="camera"
        value={form.camera.value ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          form.camera.value = CAMERA_MOVES.find((move): move is CameraMove => move === chosen) ?? null;
        }}
      >
        <option value="">{texts.board.cameraFree}</option>
        {CAMERA_MOVES.map((move) => (
          <option key={move} value={move}>
            {texts.board.cameras[move]}
          </option>
        ))}
      </select>
    </div>
  );
}
