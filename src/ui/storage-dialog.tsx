import type { VNode } from 'preact';
import type { KeptStorage } from '../state/kept-storage.ts';
import { FilmRoom } from './film-room.tsx';
import { ModelProblem } from './model-problem.tsx';
import { Sheet } from './sheet.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { BOARDS_TEXTS } from './texts/boards-texts.ts';
import { QUEUE_TEXTS } from './texts/queue-texts.ts';
import { bytesInWords } from './texts/texts.ts';
import { keepFocus, useAsking } from './use-asking.ts';

/** What this site keeps on the device: how large each thing is, and a way to delete it. */
export function StorageDialog({ storage }: { readonly storage: KeptStorage }): VNode {
  const { storage: texts } = useTexts();
  const { gallery, language } = useStudio();
  const boards = BOARDS_TEXTS[language.value];
  const queue = QUEUE_TEXTS[language.value];
  return (
    <Sheet
      id="storage"
      title={texts.title}
      close={texts.close}
      onClose={() => {
        storage.isShown.value = false;
      }}
    >
      {storage.problem.value && (
        <ModelProblem error={storage.problem.value} onDismiss={() => storage.dismissProblem()} />
      )}
      <FilmRoom
        needed={storage.needed.value}
        onRemove={(ids) => storage.removeFilms(...ids)}
        onShowAll={() => {
          storage.isShown.value = false;
          void gallery.show();
        }}
      />
      <Own storage={storage} />
      <Kept
        name={texts.segments}
        hint={texts.segmentsHint}
        bytes={storage.segmentBytes.value}
        asks
        onDelete={() => void storage.clearSegments()}
      />
      <Kept name={boards.title} hint={boards.kept} bytes={storage.boardBytes.value} />
      <Kept name={queue.title} hint={queue.kept} bytes={storage.queueBytes.value} />
      <Downloaded storage={storage} />
      <Room storage={storage} />
    </Sheet>
  );
}

/** The app's own files. */
function Own({ storage }: { readonly storage: KeptStorage }): VNode {
  const studio = useStudio();
  const { storage: texts } = useTexts();
  const kept = storage.kept.value;
  return (
    <>
      <Kept
        name={texts.app}
        hint={texts.appHint}
        bytes={kept?.app ?? 0}
        onDelete={() => void storage.forget('app')}
      />
      <Kept
        name={texts.model(studio.builtIn.name)}
        hint={texts.modelHint}
        bytes={kept?.model ?? 0}
        onDelete={() => void storage.forget('model')}
      />
    </>
  );
}

/** What was downloaded in the list of models. */
function Downloaded({ storage }: { readonly storage: KeptStorage }): VNode {
  const shelf = useStudio().shelf.value;
  const { storage: texts } = useTexts();
  return (
    <>
      {shelf?.entries.value
        .filter(({ arrived }) => arrived > 0)
        .map(({ model, arrived, problem }) => (
          <Kept
            key={model.id}
            name={model.name}
            hint={null}
            bytes={arrived}
            onDelete={() => void storage.removeModel(model.id)}
          >
            {problem && <ModelProblem error={problem} onDismiss={() => shelf.dismiss(model.id)} />}
          </Kept>
        ))}
      {shelf?.strays.value.map(({ key, name, arrived }) => (
        <Kept
          key={key}
          name={name}
          hint={texts.others}
          bytes={arrived}
          onDelete={() => void storage.removeStray(key)}
        />
      ))}
    </>
  );
}

function Kept(props: {
  readonly name: string;
  readonly hint: string | null;
  readonly bytes: number;
  /** Absent for what is deleted elsewhere. */
  readonly onDelete?: () => void;
  /** What it takes to make it again is worth a second press. */
  readonly asks?: boolean;
  readonly children?: VNode | null;
}): VNode {
  const { name, hint, bytes, onDelete, asks, children } = props;
  const { storage: texts, models, gallery } = useTexts();
  const { isAsking, setAsking, place } = useAsking();
  return (
    <section class="card model-card" data-kept={name}>
      <div class="model-name">
        <h3>{name}</h3>
        <span class="model-here">{bytes > 0 ? bytesInWords(bytes) : texts.notKept}</span>
      </div>
      {hint && <p class="hint">{hint}</p>}
      {children}
      {bytes > 0 && onDelete && (
        <div ref={place} class="card-actions">
          {isAsking ? (
            <>
              <button
                type="button"
                class="link"
                onClick={() => {
                  setAsking(false);
                  void keepFocus(onDelete);
                }}
              >
                {gallery.reallyRemove}
              </button>
              <button type="button" class="link" data-asks onClick={() => setAsking(false)}>
                {gallery.keep}
              </button>
            </>
          ) : (
            <button
              type="button"
              class="link"
              data-asks
              aria-label={texts.remove(name)}
              onClick={asks ? () => setAsking(true) : onDelete}
            >
              {models.remove}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function Room({ storage }: { readonly storage: KeptStorage }): VNode {
  const { storage: texts, models } = useTexts();
  const room = storage.room.value;
  return (
    <>
      <p class="hint">{texts.clips}</p>
      <p class="hint">{room ? models.room(room.free, room.used) : texts.counting}</p>
      {room && (
        <p class="hint">
          {room.persistent ? texts.persistent : texts.notPersistent}{' '}
          {!room.persistent && (
            <button type="button" class="link" onClick={() => void storage.persist()}>
              {texts.persist}
            </button>
          )}
        </p>
      )}
    </>
  );
}
