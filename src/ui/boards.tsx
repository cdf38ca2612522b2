import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { BoardFacts, BoardShelf } from '../state/board-shelf.ts';
import { LANGUAGE_TAGS } from '../state/language.ts';
import { saveBlob } from './hand-over.ts';
import { ModelProblem } from './model-problem.tsx';
import { PROMPT_ID } from './prompt-field.tsx';
import { Sheet } from './sheet.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { BOARDS_TEXTS, type BoardsTexts } from './texts/boards-texts.ts';
import { keepFocus, useAsking } from './use-asking.ts';

const useBoardsTexts = (): BoardsTexts => BOARDS_TEXTS[useStudio().language.value];

/** One quiet button, and behind it all storyboards. */
export function Boards(): VNode | null {
  const studio = useStudio();
  const texts = useBoardsTexts();
  const shelf = studio.boards.value;
  useEffect(() => {
    if (!shelf) studio.askForBoards().catch((error: unknown) => studio.refuse(error));
  }, [studio, shelf]);
  if (!shelf || !(studio.board.isFilm.value || studio.mark.value.isKept || shelf.others.value.length > 0))
    return null;
  return (
    <>
      <p class="gallery-button">
        <button type="button" class="link" aria-haspopup="dialog" onClick={() => void shelf.show()}>
          {texts.open(shelf.others.value.length)}
        </button>
      </p>
      {shelf.isShown.value && <BoardsDialog shelf={shelf} />}
    </>
  );
}

function BoardsDialog({ shelf }: { readonly shelf: BoardShelf }): VNode {
  const studio = useStudio();
  const texts = useBoardsTexts();
  const isBusy = studio.isRunning.value;
  const close = (): void => {
    shelf.isShown.value = false;
  };
  /** Does what puts another board on the page; the list stays open if that failed. */
  const go = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return;
    await work();
    if (shelf.problem.value) return;
    close();
    document.getElementById(PROMPT_ID)?.focus({ preventScroll: true });
  };
  return (
    <Sheet id="boards" title={texts.title} close={texts.close} onClose={close}>
      <p class="hint">{isBusy ? texts.busy : texts.intro}</p>
      {shelf.problem.value && (
        <ModelProblem error={shelf.problem.value} onDismiss={() => shelf.dismissProblem()} />
      )}
      <Here shelf={shelf} onGo={go} />
      {shelf.others.value.map((board) => (
        <BoardCard key={board.id} shelf={shelf} board={board}>
          <button
            type="button"
            class="link"
            aria-disabled={isBusy}
            aria-label={texts.showIt(board.title || texts.untitled)}
            onClick={() => void go(() => shelf.open(board.id))}
          >
            {texts.show}
          </button>
        </BoardCard>
      ))}
      <div class="card-actions">
        <button
          type="button"
          class="secondary"
          aria-disabled={isBusy}
          onClick={() => void go(() => shelf.begin())}
        >
          {texts.begin}
        </button>
        <label class="link" aria-disabled={isBusy}>
          {texts.openFile}
          <input
            class="spoken"
            type="file"
            disabled={isBusy}
            accept="application/json,.json,video/mp4"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              close();
              if (file) void studio.open(file, file.name);
            }}
          />
        </label>
      </div>
    </Sheet>
  );
}

/** The board on the page. */
function Here(props: {
  readonly shelf: BoardShelf;
  readonly onGo: (work: () => Promise<void>) => Promise<void>;
}): VNode {
  const { shelf, onGo } = props;
  const studio = useStudio();
  const texts = useBoardsTexts();
  const { board, mark } = studio;
  const count = board.selected.value + 1;
  const facts: BoardFacts = {
    id: mark.value.id,
    title: shelf.title,
    segments: board.segments.value.length,
    seconds: board.seconds.value,
    written: 0,
  };
  return (
    <BoardCard shelf={shelf} board={facts} isHere>
      {board.isFilm.value && (
        <button
          type="button"
          class="link"
          title={texts.branchHint}
          aria-disabled={studio.isRunning.value}
          onClick={() => void onGo(() => shelf.branch())}
        >
          {texts.branch(count)}
        </button>
      )}
    </BoardCard>
  );
}

function BoardCard(props: {
  readonly shelf: BoardShelf;
  readonly board: BoardFacts;
  readonly isHere?: boolean;
  readonly children: VNode | false;
}): VNode {
  const { shelf, board, isHere = false, children } = props;
  const studio = useStudio();
  const texts = useBoardsTexts();
  const { board: boardTexts } = useTexts();
  const { isAsking, setAsking, place } = useAsking();
  const title = board.title || texts.untitled;
  const date =
    board.written > 0
      ? new Intl.DateTimeFormat(LANGUAGE_TAGS[studio.language.value], { dateStyle: 'medium' }).format(
          board.written,
        )
      : '';
  const save = async (): Promise<void> => {
    const file = await shelf.exportFile(board.id);
    if (file) saveBlob(file.blob, file.name);
  };
  return (
    <section class="card model-card" aria-label={title}>
      <div class="board-name">
        <input
          type="text"
          dir="auto"
          aria-label={texts.name}
          placeholder={texts.untitled}
          value={board.title}
          onChange={(event) => void shelf.rename(board.id, event.currentTarget.value)}
        />
        {isHere && <span class="model-here">{texts.here}</span>}
      </div>
      <p class="hint">
        {[boardTexts.total(board.segments, board.seconds), date].filter(Boolean).join(' · ')}
      </p>
      <div class="card-actions" ref={place}>
        {isAsking ? (
          <>
            <button
              type="button"
              class="link"
              onClick={() =>
                void keepFocus(async () => {
                  await shelf.remove(board.id);
                  setAsking(false);
                })
              }
            >
              {texts.reallyRemove}
            </button>
            <button type="button" class="link" data-asks onClick={() => setAsking(false)}>
              {texts.keep}
            </button>
          </>
        ) : (
          <>
            {children}
            <button type="button" class="link" aria-label={texts.saveIt(title)} onClick={() => void save()}>
              {texts.save}
            </button>
            <button
              type="button"
              class="link"
              data-asks
              aria-label={texts.removeIt(title)}
              aria-disabled={isHere && studio.isRunning.value}
              onClick={() => !(isHere && studio.isRunning.value) && setAsking(true)}
            >
              {texts.remove}
            </button>
          </>
        )}
      </div>
    </section>
  );
}
