import type { VNode } from 'preact';
import { PICTURE_FITS } from '../state/form.ts';
import type { Picture } from '../state/picture.ts';
import { CloseIcon, PictureIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Identifier of the file chooser. */
export const PICTURE_INPUT_ID = 'picture-input';

/** Kinds in the file dialog: pictures, and clips whose settings are to be restored. */
const ACCEPT = 'image/jpeg,image/png,image/webp,image/avif,image/gif,video/mp4,application/json,.json';

/** Opens the file dialog. Only works inside a click. */
export const choosePicture = (): void => document.getElementById(PICTURE_INPUT_ID)?.click();

/** Where the first frame comes from: nothing, or a picture and how it is fitted. */
export function PictureWell(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const picture = studio.form.picture.value;
  return (
    <section class="picture-well">
      <input
        id={PICTURE_INPUT_ID}
        class="spoken"
        type="file"
        tabIndex={-1}
        aria-label={texts.picture.label}
        accept={ACCEPT}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ''; // choosing the same file again must count
          if (file) void studio.open(file, file.name);
        }}
      />
      {picture ? (
        <LoadedPicture picture={picture} />
      ) : (
        <button type="button" class="add-picture" onClick={choosePicture}>
          <PictureIcon />
          <span>
            <strong>{texts.picture.add}</strong>
            <small>{texts.picture.hint}</small>
          </span>
        </button>
      )}
    </section>
  );
}

function LoadedPicture({ picture }: { readonly picture: Picture }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { fit } = studio.form;
  return (
    <div class="loaded-picture">
      <img src={picture.thumbnailUrl} alt={texts.picture.alt(picture.name)} />
      <div class="picture-facts">
        <p class="file-name">{picture.name}</p>
        <p class="hint">
          {picture.width} × {picture.height}
        </p>
        <button type="button" class="link" onClick={choosePicture}>
          {texts.picture.change}
        </button>
      </div>
      <button
        type="button"
        class="round"
        aria-label={texts.picture.remove}
        onClick={() => studio.removePicture()}
      >
        <CloseIcon />
      </button>
      <fieldset class="segments">
        <legend>{texts.picture.fit}</legend>
        {PICTURE_FITS.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name="fit"
              checked={fit.value === choice}
              onChange={() => {
                fit.value = choice;
              }}
            />
            <span>{texts.picture.fits[choice]}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
