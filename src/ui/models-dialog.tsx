import type { VNode } from 'preact';
import { MODEL_PARTS, type ModelShelf, type ShelfEntry } from '../state/model-shelf.ts';
import { type Verdict, verdictOf } from '../state/model-verdict.ts';
import { ClipOutlook } from './clip-outlook.tsx';
import { MemoryStages } from './memory-stages.tsx';
import { ModelProblem } from './model-problem.tsx';
import { OwnModel } from './own-model.tsx';
import { SaveFile } from './save-file.tsx';
import { Sheet } from './sheet.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { bytesInWords } from './texts/texts.ts';

/** The list of models: what each can do, costs and needs, and everything that can be done with its files. */
export function ModelsDialog(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const shelf = studio.shelf.value;
  return (
    <Sheet
      id="models"
      title={texts.models.title}
      close={texts.models.close}
      onClose={() => {
        studio.isChoosingModel.value = false;
      }}
    >
      <p class="models-intro">{texts.models.intro}</p>
      <BuiltIn />
      {shelf && <Shelf shelf={shelf} />}
    </Sheet>
  );
}

function Shelf({ shelf }: { readonly shelf: ModelShelf }): VNode {
  const texts = useTexts();
  const state = shelf.library.value;
  const room = state?.room ?? null;
  return (
    <>
      {shelf.entries.value.map((entry) => (
        <ModelCard key={entry.model.id} shelf={shelf} entry={entry} />
      ))}
      {shelf.strays.value.length > 0 && (
        <section class="card model-card">
          <h3>{texts.models.strays}</h3>
          {shelf.strayProblem.value && (
            <ModelProblem error={shelf.strayProblem.value} onDismiss={() => shelf.dismissStrayProblem()} />
          )}
          {shelf.strays.value.map((file) => (
            <p key={file.key} class="model-file">
              <span>
                {file.name} · {bytesInWords(file.bytes)}
              </span>
              <button type="button" class="link" onClick={() => void shelf.removeStray(file.key)}>
                {texts.models.remove}
              </button>
            </p>
          ))}
        </section>
      )}
      {state?.kind === 'memory' ? (
        <p class="verdict bad" data-memory-only>
          {texts.models.memoryOnly(room?.free ?? 0)}
        </p>
      ) : (
        <p class="hint">{room && texts.models.room(room.free, room.used)}</p>
      )}
      <OwnModel shelf={shelf} />
      <Mirror shelf={shelf} />
    </>
  );
}

function Mirror({ shelf }: { readonly shelf: ModelShelf }): VNode {
  const texts = useTexts();
  return (
    <details class="advanced">
      <summary>{texts.models.mirror}</summary>
      <div class="field">
        <label for="mirror">{texts.models.mirrorLabel}</label>
        <input
          id="mirror"
          type="text"
          inputMode="url"
          spellcheck={false}
          aria-describedby="mirror-hint"
          value={shelf.host.value}
          onChange={(event) => void shelf.setHost(event.currentTarget.value)}
        />
        <p id="mirror-hint" class="hint">
          {texts.models.mirrorHint}
        </p>
      </div>
    </details>
  );
}

/** The model that comes with the app. */
function BuiltIn(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { builtIn } = studio;
  const { seconds } = builtIn.limits;
  return (
    <section class="card model-card" data-model={builtIn.id}>
      <div class="model-name">
        <h3>
          {builtIn.name} {builtIn.version}
        </h3>
        <a href={builtIn.licence.url} target="_blank" rel="noreferrer">
          {builtIn.licence.name}
        </a>
      </div>
      <p>{texts.models.builtIn(seconds.max)}</p>
      <ClipOutlook model={builtIn} />
      <UseButton id={builtIn.id} />
    </section>
  );
}

function UseButton({ id }: { readonly id: string }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  if (studio.manifest.id === id) return <p class="model-used">{texts.models.inUse}</p>;
  return (
    <div class="card-actions">
      <button type="button" class="primary" onClick={() => studio.useModel(id)}>
        {texts.models.use}
      </button>
    </div>
  );
}

function ModelCard({ shelf, entry }: { readonly shelf: ModelShelf; readonly entry: ShelfEntry }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { model, problem, complete } = entry;
  const verdict = verdictOf(entry, studio.gpu.value, shelf.library.value);
  const isBusy = entry.activity.status !== 'still';
  return (
    <section class="card model-card" data-model={model.id}>
      <div class="model-name">
        <h3>{model.name}</h3>
        {model.own ? (
          <span class="hint">{texts.models.own.mark}</span>
        ) : (
          <a href={model.licence.url} target="_blank" rel="noreferrer">
            {model.licence.name}
          </a>
        )}
      </div>
      <p>
        {texts.models.makes(
          model.limits.seconds.max,
          model.geometry.decoderFps,
          verdict.width,
          verdict.height,
          model.limits.pictures,
        )}
      </p>
      <ClipOutlook model={model} />
      {!complete && <VerdictLine verdict={verdict} entry={entry} />}
      <Progress entry={entry} />
      {problem && <ModelProblem error={problem} onDismiss={() => shelf.dismiss(model.id)} />}
      {complete && !isBusy && <UseButton id={model.id} />}
      <div class="card-actions">
        {isBusy ? (
          <button type="button" class="secondary" onClick={() => shelf.pause(model.id)}>
            {entry.activity.status === 'downloading' ? texts.models.pause : texts.actions.cancel}
          </button>
        ) : (
          <StillActions shelf={shelf} entry={entry} verdict={verdict.kind} />
        )}
      </div>
      <MemoryStages model={model} />
      <Files shelf={shelf} entry={entry} />
    </section>
  );
}

function StillActions(props: {
  readonly shelf: ModelShelf;
  readonly entry: ShelfEntry;
  readonly verdict: Verdict['kind'];
}): VNode {
  const { shelf, entry, verdict } = props;
  const studio = useStudio();
  const texts = useTexts();
  const { model, arrived, bytes, complete } = entry;
  const isUsed = studio.manifest.id === model.id;
  return (
    <>
      {!complete && (
        <button
          type="button"
          class={verdict === 'fits' || verdict === 'asking' ? 'primary' : 'secondary'}
          disabled={verdict === 'no-storage'}
          onClick={() => void shelf.download(model.id)}
        >
          {arrived > 0 ? texts.models.goOn(bytes - arrived) : texts.models.download(bytes)}
        </button>
      )}
      {arrived > 0 && (
        <button type="button" class="secondary" onClick={() => void shelf.verify(model.id)}>
          {texts.models.verify}
        </button>
      )}
      {(arrived > 0 || model.own) && (
        <button type="button" class="secondary" disabled={isUsed} onClick={() => void shelf.remove(model.id)}>
          {arrived > 0 ? texts.models.remove : texts.models.own.removeFromList}
        </button>
      )}
    </>
  );
}

/** What the download and a clip will cost, before anything is fetched. */
function VerdictLine({ verdict, entry }: { readonly verdict: Verdict; readonly entry: ShelfEntry }): VNode {
  const texts = useTexts();
  return (
    <p
      class={verdict.kind === 'fits' || verdict.kind === 'asking' ? 'verdict' : 'verdict bad'}
      data-verdict={verdict.kind}
    >
      {texts.models.verdicts[verdict.kind](entry.bytes, verdict.gpuBytes)}
    </p>
  );
}

function Progress({ entry }: { readonly entry: ShelfEntry }): VNode | null {
  const texts = useTexts();
  const { activity, arrived, bytes, complete } = entry;
  if (activity.status === 'still' && (complete || arrived === 0)) return null;
  const share =
    activity.status === 'verifying' || activity.status === 'importing' ? activity.share : arrived / bytes;
  return (
    <div class="model-progress">
      <progress max={1} value={share} aria-label={texts.models.progress(entry.model.name)} />
      <p class="hint">{texts.models.activity(activity, arrived, bytes)}</p>
    </div>
  );
}

/** The single files, and a way to bring one from the own disk. */
function Files({ shelf, entry }: { readonly shelf: ModelShelf; readonly entry: ShelfEntry }): VNode {
  const texts = useTexts();
  const { model, kept, activity } = entry;
  return (
    <details class="model-files">
      <summary>{texts.models.files}</summary>
      {MODEL_PARTS.map((part) => {
        const file = model.files[part];
        const here = kept[part];
        const id = `import-${model.id}-${part}`;
        return (
          <p key={part} class="model-file">
            <span>
              <strong>{texts.models.parts[part]}</strong> {file.name} ·{' '}
              {bytesInWords(here?.bytes ?? file.bytes)}
              {!file.confirmed && !here && ` · ${texts.models.unconfirmed}`} ·{' '}
              {file.licence.url === '' ? (
                file.licence.name
              ) : (
                <a href={file.licence.url} target="_blank" rel="noreferrer">
                  {file.licence.name}
                </a>
              )}
            </span>
            {here?.verified ? (
              <span class="model-kept">
                <span class="model-here">{texts.models.here}</span>
                <SaveFile shelf={shelf} id={model.id} part={part} name={file.name} />
              </span>
            ) : (
              <label class="link" for={id}>
                {texts.models.importFile}
                <input
                  id={id}
                  class="spoken"
                  type="file"
                  disabled={activity.status !== 'still'}
                  onChange={(event) => {
                    const chosen = event.currentTarget.files?.[0];
                    event.currentTarget.value = '';
                    if (chosen) void shelf.importFile(model.id, part, chosen);
                  }}
                />
              </label>
            )}
          </p>
        );
      })}
    </details>
  );
}
