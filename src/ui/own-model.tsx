import type { VNode } from 'preact';
import { LANGUAGE_TAGS } from '../state/language.ts';
import type { ModelShelf } from '../state/model-shelf.ts';
import { OWN_SAMPLINGS, type OwnModelForm } from '../state/own-model-form.ts';
import { ModelProblem } from './model-problem.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { bytesInWords } from './texts/texts.ts';

/** Puts a model together from files of the visitor's own choice. */
export function OwnModel({ shelf }: { readonly shelf: ModelShelf }): VNode {
  const texts = useTexts().models.own;
  const form = shelf.own;
  return (
    <details class="advanced own-model">
      <summary>{texts.title}</summary>
      <p class="hint">{texts.intro}</p>
      <Addresses form={form} />
      {form.problems.value.map((error) => (
        <ModelProblem key={error.message} error={error} onDismiss={() => form.dismiss(error)} />
      ))}
      {form.files.value.length > 0 && <Found shelf={shelf} />}
    </details>
  );
}

function Addresses({ form }: { readonly form: OwnModelForm }): VNode {
  const all = useTexts();
  const texts = all.models.own;
  return (
    <form
      class="own-addresses"
      onSubmit={(event) => {
        event.preventDefault();
        void form.lookAtAddresses();
      }}
    >
      <div class="field">
        <label for="own-addresses">{texts.addresses}</label>
        <textarea
          id="own-addresses"
          rows={3}
          spellcheck={false}
          aria-describedby="own-addresses-hint"
          placeholder="https://huggingface.co/…/model.gguf"
          value={form.addresses.value}
          onInput={(event) => {
            form.addresses.value = event.currentTarget.value;
          }}
        />
        <p id="own-addresses-hint" class="hint">
          {texts.addressesHint}
        </p>
      </div>
      <div class="card-actions">
        {/* One button, so that the focus stays while it changes. */}
        <button
          type={form.isLooking.value ? 'button' : 'submit'}
          class="secondary"
          onClick={() => form.stop()}
        >
          {form.isLooking.value ? all.actions.cancel : texts.look}
        </button>
        <label class="link" for="own-files">
          {texts.choose}
          <input
            id="own-files"
            class="spoken"
            type="file"
            multiple
            accept=".gguf,.safetensors,.json"
            disabled={form.isLooking.value}
            onChange={(event) => {
              const chosen = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = '';
              void form.lookAtFiles(chosen);
            }}
          />
        </label>
        {form.isLooking.value && <span role="status">{texts.looking}</span>}
      </div>
    </form>
  );
}

const ORDER = ['transformer', 'text', 'codec', 'tokenizer', 'config'] as const;

const inOrder = <File extends { readonly found: { readonly part: (typeof ORDER)[number] } }>(
  files: readonly File[],
): readonly File[] => files.toSorted((a, b) => ORDER.indexOf(a.found.part) - ORDER.indexOf(b.found.part));

/** What the files are, what is missing, and what only the visitor can say. */
function Found({ shelf }: { readonly shelf: ModelShelf }): VNode {
  const all = useTexts();
  const texts = all.models.own;
  const form = shelf.own;
  const { title } = all.errors['input/model-parts'];
  const lacking = form.lacking.value;
  const list = new Intl.ListFormat(LANGUAGE_TAGS[useStudio().language.value], { type: 'unit' });
  const given = new Set(form.files.value.map(({ found }) => found.part));
  const add = (event: MouseEvent & { readonly currentTarget: HTMLElement }): void => {
    const dialog = event.currentTarget.closest('dialog');
    void shelf.addOwn();
    // The form is empty now; what it made stands last in the list.
    requestAnimationFrame(() => {
      const card = [...(dialog?.querySelectorAll('.model-card[data-model]') ?? [])].at(-1);
      card?.querySelector<HTMLElement>('button')?.focus();
    });
  };
  const others = (['text', 'codec', 'tokenizer'] as const).filter((part) => !given.has(part));
  return (
    <div class="own-found">
      <ul>
        {inOrder(form.files.value).map((file) => (
          <li key={file.id} class="model-file" data-part={file.found.part}>
            <span>
              <strong>
                {file.found.part === 'config' ? texts.config : all.models.parts[file.found.part]}
              </strong>{' '}
              {file.name} · {bytesInWords(file.bytes)}
              {file.found.part === 'transformer' &&
                ` · ${texts.shape(file.found.config.dim, file.found.config.layers, file.found.config.channels)}`}
            </span>
            <button type="button" class="link" onClick={() => form.drop(file.id)}>
              {texts.drop}
            </button>
          </li>
        ))}
      </ul>
      {lacking ? (
        <div class="card error" role="status" data-code={lacking.code}>
          <h4>{title}</h4>
          <p>{texts.lacking(lacking.detail)}</p>
          <details>
            <summary>{all.details}</summary>
            <p lang="en">{lacking.message}</p>
          </details>
        </div>
      ) : (
        <>
          {others.length > 0 && (
            <p class="hint">{texts.fromList(list.format(others.map((part) => all.models.parts[part])))}</p>
          )}
          <div class="pair">
            <div class="field">
              <label for="own-name">{texts.name}</label>
              <input
                id="own-name"
                type="text"
                maxLength={60}
                placeholder={form.ownName.value}
                value={form.name.value}
                onInput={(event) => {
                  form.name.value = event.currentTarget.value;
                }}
              />
            </div>
            <div class="field">
              <label for="own-sampling">{texts.sampling}</label>
              <select
                id="own-sampling"
                value={form.sampling.value}
                onChange={(event) => {
                  form.chosenSampling.value =
                    OWN_SAMPLINGS.find((known) => known === event.currentTarget.value) ?? null;
                }}
              >
                {OWN_SAMPLINGS.map((sampling) => (
                  <option key={sampling} value={sampling}>
                    {texts.samplings[sampling]}
                  </option>
                ))}
              </select>
            </div>
          </div>
          <div class="card-actions">
            <button type="button" class="primary" onClick={add}>
              {texts.add}
            </button>
          </div>
        </>
      )}
    </div>
  );
}
