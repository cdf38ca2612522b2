import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals-core';
import type { Engine } from '../client/engine.ts';
import { checkJob } from '../core/check-job.ts';
import { AppError } from '../core/errors.ts';
import { type Job, shownSeconds } from '../core/job.ts';
import type { ShownSegment } from '../core/play-plan.ts';
import { countGraphemes } from '../core/prompt.ts';
import type { DeviceChoice, GenerateRequest, GenerationReport, JobRecord } from '../protocol/engine-api.ts';
import { type ModelManifest, modelHash } from '../protocol/manifest.ts';
import { Board } from './board.ts';
import type { BoardKeeper, PictureKeeper } from './board-keeper.ts';
import type { BoardShelf, BoardStore } from './board-shelf.ts';
import { ClipMaker } from './clip-maker.ts';
import { capField, StudioForm } from './form.ts';
import { Gallery, type GalleryFiles, type GalleryFilm } from './gallery.ts';
import type { JobQueue } from './job-queue.ts';
import type { Clip, JobState } from './job-state.ts';
import { KnownWords, type MarkedWord } from './known-words.ts';
import {
  firstLanguage,
  keepChoice,
  keepLanguage,
  keptChoice,
  type Language,
  type TextStore,
} from './language.ts';
import type { ModelShelf } from './model-shelf.ts';
import { type Notice, type Status, StatusLine } from './notices.ts';
import type { OpenedFile } from './open-file.ts';
import { type Picture, releasePicture } from './picture.ts';
import type { BoardMark } from './read-board.ts';
import type { StripKeeper } from './segment-strips.ts';
import type { GpuKind, Support } from './support.ts';

/** What the studio needs from outside. */
export interface StudioParts {
  readonly engine: Engine;
  /** The model that comes with the app. */
  readonly manifest: ModelManifest;
  readonly support: Support;
  /** Language tags, best first. */
  readonly languages: readonly string[];
  /** Remembers the language; null where nothing can be kept. */
  readonly store: TextStore | null;
  /** Fetches the model's lexicon. */
  readonly loadLexicon: () => Promise<unknown>;
  /** Fetches what knows the models that can be downloaded: most visits never ask. */
  readonly loadShelf: () => Promise<ModelShelf>;
  /** Keeps the first frame's picture over a reload; absent where nothing can be kept. */
  readonly pictures?: PictureKeeper;
  /** Makes this tab the one whose board comes back by itself; false if another tab is. */
  readonly holdBoard?: () => Promise<boolean>;
  /** Opens the folder of the boards that are not on the page; null, or absent, where nothing can be kept. */
  readonly openBoards?: () => Promise<BoardStore | null>;
  /** Opens the folder of finished films; null, or absent, where nothing can be kept. */
  readonly openGallery?: () => Promise<GalleryFiles | null>;
  /** Opens what keeps the small pictures of segments; null, or absent, where nothing can be kept. */
  readonly openStrips?: () => Promise<StripKeeper | null>;
  /** Draws a video's last frame as PNG; rejects where it cannot be played. */
  readonly lastFrame?: (video: Blob) => Promise<Blob>;
  /** Draws seeds; for tests. */
  readonly drawSeed?: () => number;
}

const MODEL_KEY = 'kindling.model';

/** What is spoken when the job gets there. */
const JOB_STATUS: Readonly<Record<JobState['status'], Status | null>> = {
  idle: null,
  running: 'making',
  done: 'ready',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The whole state of the studio page and everything that can be done on it. Knows no UI library. */
export class Studio {
  /** The model that comes with the app. */
  readonly builtIn: ModelManifest;
  /** Keeps choices and measurements on the device. */
  readonly store: TextStore | null;
  readonly support: Support;
  /** Opens what keeps the small pictures of segments. */
  readonly openStrips: () => Promise<StripKeeper | null>;
  readonly form: StudioForm;
  /** The segments of the storyboard; a plain clip has one. */
  readonly board: Board;
  readonly maker: ClipMaker;
  readonly engine: Engine;
  /** Finished films that are kept on this device. */
  readonly gallery: Gallery;
  readonly words: KnownWords;
  readonly line = new StatusLine();
  /** What is wrong with what was asked; shown beside the form, while an earlier clip stays where it is. */
  readonly problem: ReadonlySignal<AppError | null>;
  readonly notice: ReadonlySignal<Notice | null>;
  /** What WebGPU offers; null until {@link Studio.findGpu} knows. */
  readonly gpu: ReadonlySignal<GpuKind | null>;
  readonly language: ReadonlySignal<Language>;
  /** Characters of the prompt as people count them. */
  readonly promptLength: ReadonlySignal<number>;
  /** The segment that was to be seen last; each time a new object. */
  readonly segmentShown = signal<{ readonly index: number } | null>(null);
  /** A job runs. */
  readonly isRunning = computed(() => this.maker.state.value.status === 'running');
  /** The same, but for one that waited: that comes back with the queue. */
  readonly isMakingBoard = computed(() => this.isRunning.value && !this.queue.value?.current.value);
  /** The models that can be downloaded, once they were asked for. */
  readonly shelf: ReadonlySignal<ModelShelf | null>;
  /** The list of models stands open. */
  readonly isChoosingModel = signal(false);
  /** Jobs that wait; null until that was fetched: then one job is made at a time. */
  readonly queue = signal<JobQueue | null>(null);
  readonly #model: Signal<ModelManifest>;
  readonly #shelf = signal<ModelShelf | null>(null);
  readonly #loadShelf: () => Promise<ModelShelf>;
  #openingShelf: Promise<ModelShelf> | null = null;
  readonly #problem = signal<AppError | null>(null);
  readonly #notice = signal<Notice | null>(null);
  readonly #gpu = signal<GpuKind | null>(null);
  readonly #language: Signal<Language>;
  readonly #stopStatus: () => void;
  /** Which board is on the page; named once it is kept. */
  readonly mark = signal<BoardMark>({ id: '', name: '', isKept: false });
  /** The other boards, once they were asked for. */
  readonly boards: ReadonlySignal<BoardShelf | null>;
  readonly #boards = signal<BoardShelf | null>(null);
  readonly #parts: Pick<StudioParts, 'openBoards' | 'pictures' | 'holdBoard'>;
  #keeper: BoardKeeper | null = null;
  /** Draws a video's last frame as PNG; rejects where it cannot be played. */
  readonly lastFrame: (video: Blob) => Promise<Blob>;
  #stopKeeping = (): void => {};
  #opened = 0;
  /** The seed that made the last clip, or began it: once more it would only make the same. */
  #spentSeed: number | null = null;
  /** The last film, if it found no room. */
  #unkept: Clip | null = null;
  #findingGpu: Promise<void> | null = null;

  constructor(parts: StudioParts) {
    this.builtIn = parts.manifest;
    this.#model = signal(parts.manifest);
    this.#loadShelf = parts.loadShelf;
    this.shelf = this.#shelf;
    this.support = parts.support;
    this.form = new StudioForm(this.#model, parts.drawSeed);
    this.board = new Board(this.form);
    this.engine = parts.engine;
    this.maker = new ClipMaker(parts.engine);
    this.gallery = new Gallery(parts.openGallery ?? (async () => null));
    this.store = parts.store;
    this.openStrips = parts.openStrips ?? (async () => null);
    this.#language = signal(firstLanguage(parts.languages, parts.store));
    this.language = this.#language;
    this.problem = this.#problem;
    this.notice = this.#notice;
    this.#gpu.value = parts.support.webgpu ? null : 'none';
    this.gpu = this.#gpu;
    // The lexicon is the built-in model's: the others know far more words than could be listed.
    const watched = computed(() => (this.manifest === this.builtIn ? this.form.prompt.value : ''));
    this.words = new KnownWords(parts.loadLexicon, watched, this.#language);
    this.promptLength = computed(() => countGraphemes(this.form.prompt.value));
    this.lastFrame = parts.lastFrame ?? (() => Promise.reject(new Error('there is no player here')));
    this.boards = this.#boards;
    this.#parts = parts;
    this.#stopStatus = this.line.follow(() => {
      const { value } = this.maker.state;
      const isFull = value.status === 'failed' && value.error.code === 'storage/full';
      return isFull ? 'no-room' : JOB_STATUS[value.status];
    });
  }

  /** The model that clips are made with. */
  get manifest(): ModelManifest {
    return this.#model.value;
  }

  /** Shows the list of models. Settles when it is known what is stored; a failure is said in {@link Studio.problem}. */
  async chooseModel(): Promise<void> {
    this.isChoosingModel.value = true;
    try {
      await (await this.#openShelf()).refresh();
    } catch (error) {
      this.failToChooseModel(error);
    }
  }

  /**
   * Makes the next clips with another model, with its own settings; prompt, picture and seed stay. A job at work keeps its model.
   * @param id of the built-in model or of one that is completely stored; any other changes nothing.
   */
  useModel(id: string): void {
    const manifest = id === this.builtIn.id ? this.builtIn : this.#shelf.value?.manifestOf(id);
    if (!manifest) return;
    const { device, visibleLabel } = this.form;
    const kept = [device.value, visibleLabel.value] as const;
    this.#model.value = manifest;
    this.form.resetSettings();
    [device.value, visibleLabel.value] = kept;
    this.#problem.value = null;
    keepChoice(MODEL_KEY, id, this.store);
  }

  /** Goes back to the model that was chosen on an earlier visit, if it is still there. To be called when the page is idle. */
  async restoreModel(): Promise<void> {
    const id = keptChoice(MODEL_KEY, this.store);
    if (!id || id === this.builtIn.id) return;
    const asFound = (): string => JSON.stringify([this.#opened, this.form.toJob(0), this.manifest.id]);
    const before = asFound();
    try {
      await (await this.#openShelf()).refresh();
      // Somebody who was quicker has chosen for himself.
      if (asFound() === before && !this.isChoosingModel.value && !this.isRunning.value) this.useModel(id);
    } catch {
      // Not to be had: the built-in model serves.
    }
  }

  /** Finds out what is stored, without showing the list. @throws if what knows the models cannot be fetched. */
  async lookAtShelf(): Promise<void> {
    await (await this.#openShelf()).refresh();
  }

  #openShelf(): Promise<ModelShelf> {
    this.#openingShelf ??= this.#loadShelf().then(
      (shelf) => {
        this.#shelf.value = shelf;
        return shelf;
      },
      (error: unknown) => {
        this.#openingShelf = null; // the next press tries again
        throw error;
      },
    );
    return this.#openingShelf;
  }

  /** Puts the list of models away because it cannot be shown. */
  failToChooseModel(error: unknown): void {
    this.isChoosingModel.value = false;
    this.refuse(error);
  }

  /** Asks, once, which graphics processor there is. To be called when the page has been painted and is idle. */
  findGpu(): Promise<void> {
    this.#findingGpu ??= this.support.findGpu().then((kind) => {
      this.#gpu.value = kind;
    });
    return this.#findingGpu;
  }

  /** Changes the language of the page and remembers it. */
  setLanguage(language: Language): void {
    this.#language.value = language;
    keepLanguage(language, this.store);
  }

  /** Sets the prompt, as far as a field keeps it. */
  setPrompt(text: string): void {
    this.form.prompt.value = capField(text);
    if (this.#problem.value?.code.startsWith('input/prompt')) this.#problem.value = null;
  }

  /** Writes a suggestion in place of a word that the model does not know. */
  useSuggestion(word: MarkedWord, suggestion: string): void {
    this.setPrompt(this.words.replace(this.form.prompt.value, word, suggestion));
  }

  /** Writes one of the model's own examples, another than the one that stands there. */
  surprise(): void {
    const examples = this.words.lexicon.value?.examples[this.#language.value] ?? [];
    const others = examples.filter((example) => example !== this.form.prompt.value);
    const choice = others[Math.floor(Math.random() * others.length)];
    if (choice !== undefined) this.setPrompt(choice);
  }

  /**
   * Checks the form and makes the clip. What cannot be made is said in {@link Studio.problem} and nothing starts.
   * A seed that is not kept is replaced once it was used; a job that failed is tried again with its own.
   * While a job runs, in whatever tab, it is added to the queue; without a queue nothing happens then.
   * @returns settled when there is nothing left to do; never rejects.
   */
  async generate(): Promise<void> {
    if (this.isRunning.value && !this.queue.value) return;
    const { seed, seedLocked } = this.form;
    // A storyboard is made as it stands: what has not changed is not made again.
    if (this.board.isFilm.value) return this.#make(seed.value);
    const isUsedUp = seed.value === this.#spentSeed || Number.isNaN(seed.value);
    await this.#make(isUsedUp && !seedLocked.value ? this.form.drawSeed() : seed.value);
  }

  /** Makes the clip of the form once more with a new seed, whether or not the seed is kept; of a storyboard another take. */
  async makeAnother(): Promise<void> {
    if (this.board.isFilm.value) await this.makeTake();
    else if (!this.isRunning.value) await this.#make(this.form.drawSeed());
  }

  /**
   * Makes another take of the selected segment, and shows the film up to it: what goes on from it waits for {@link Studio.generate}. A
   * segment that was never made is made.
   */
  async makeTake(): Promise<void> {
    if (this.isRunning.value) return;
    const { beginTake, takeRefusal } = await import('./takes.ts');
    // Below the segments it is said why not.
    if (!beginTake(this.board, () => this.form.drawSeed()) && takeRefusal(this.board) !== 'new')
      return this.line.say('refused');
    const index = this.board.selected.value;
    await this.#make(this.form.seed.value, index + 1);
    if (this.maker.state.value.status === 'done') this.showSegment(index);
  }

  /** Goes on with what an error has stopped, as it was asked for; if that is not known, as {@link generate}. @param device for another one. */
  async tryAgain(error: AppError, device?: DeviceChoice): Promise<void> {
    if (device) this.form.device.value = device;
    await (this.queue.value?.tryAgain(error, device) ?? this.generate());
  }

  /** Runs `work` with the engine in no other hands, in whatever tab. @returns false, with nothing run, if it is at work. */
  async borrowEngine(work: () => Promise<void>): Promise<boolean> {
    if (this.queue.value) return this.queue.value.borrow(work);
    if (this.isRunning.value) return false;
    await work();
    return true;
  }

  /** Whether a job can be made. @throws {AppError} `input/…` if not. */
  check(job: Job, manifest: ModelManifest, hasPicture: boolean): void {
    checkJob(job, manifest.limits, { hasPicture });
  }

  /** Goes on from the end: a further segment, whose words are still to be said. */
  goOn(): void {
    const { board } = this;
    board.select(board.segments.value.length - 1);
    board.add();
  }

  /** The model can go on from a clip. */
  get canGoOn(): boolean {
    return this.manifest.limits.continuation !== undefined;
  }

  /**
   * Brings back the storyboard that was on the page when it was closed, and keeps it from now on. To be called once, when the page is
   * idle. Does nothing if somebody has begun already.
   */
  async restoreBoard(): Promise<void> {
    const isFresh = (): boolean =>
      this.#opened === 0 && this.form.prompt.value === '' && !this.board.isFilm.value;
    this.#stopKeeping = await (await this.#openKeeper()).begin(this, isFresh);
  }

  /** Says that another board is on the page. What an earlier board was told is over. */
  turn(notice: Notice | null): void {
    this.#opened++;
    this.#problem.value = null;
    this.#notice.value = notice;
  }

  /** Fetches what knows the other boards, and looks what there is. @throws if it cannot be fetched. */
  async askForBoards(): Promise<BoardShelf> {
    const keeper = await this.#openKeeper();
    const { BoardShelf } = await import('./board-shelf.ts');
    this.#boards.value ??= new BoardShelf(this, keeper, this.#parts.openBoards ?? (async () => null));
    await this.#boards.value.refresh();
    return this.#boards.value;
  }

  async #openKeeper(): Promise<BoardKeeper> {
    const { BoardKeeper } = await import('./board-keeper.ts');
    const { pictures = null, holdBoard } = this.#parts;
    this.#keeper ??= new BoardKeeper(this.store, pictures, this.mark, holdBoard);
    return this.#keeper;
  }

  /** Where the newest film of this visit shows so many seconds of the segment of that identity. */
  inFilms(
    wanted: string | undefined,
    least: number,
  ): { readonly clip: Clip; readonly start: number; readonly seconds: number } | null {
    for (const clip of this.maker.shelf.clips.value) {
      const { segments } = clip.request.job;
      const { job, picture } = clip.request;
      const at = wanted === undefined ? -1 : this.board.identitiesOf(job, picture).indexOf(wanted);
      if (at < 0 || shownSeconds(segments[at]!) < least) continue;
      const start = segments.slice(0, at).reduce((sum, segment) => sum + shownSeconds(segment), 0);
      return { clip, start, seconds: least };
    }
    return null;
  }

  /** Shows a segment in the player, if a film of this visit has it, and puts the playhead there. Not while a job runs. */
  showSegment(index: number): void {
    const segment = this.board.segments.value[index];
    const found = segment && this.inFilms(this.board.identities.value[index], shownSeconds(segment));
    if (!found || this.isRunning.value) return;
    const shown = this.maker.state.value;
    if (shown.status !== 'done' || shown.clip !== found.clip) this.maker.show(found.clip);
    this.segmentShown.value = { index };
  }

  /**
   * Shows a kept film in the player. Not while a job runs; a film that cannot be read says why. Never rejects.
   * @param picture that it began with, if it is at hand.
   */
  async playFilm(film: GalleryFilm, picture: Blob | null = null): Promise<void> {
    const file = await this.gallery.open(film.id);
    if (this.isRunning.value) return;
    if (!file) return this.#tellGalleryProblem();
    const shown = this.maker.shelf.clips.value.find(
      (clip) =>
        (clip.fileId ?? this.gallery.idOf(clip)) === film.id &&
        // What tells segments apart, as in the board: a picture that comes out of a film is not the file that went in.
        (!picture || clip.request.picture?.size === picture.size),
    );
    if (shown) return this.maker.show(shown);
    try {
      const { keptReport, readFilmRecord } = await import('./film-record.ts');
      const { job, visibleLabel } = await readFilmRecord(file);
      const request = {
        job,
        manifest: this.manifest,
        picture,
        device: 'auto',
        visibleLabel,
        preview: true,
      } as const;
      const report = keptReport(film.report, film.bytes, this.manifest);
      this.maker.show(
        this.maker.shelf.add(request, { file: new Blob([file], { type: 'video/mp4' }), report }, film.id),
      );
    } catch (error) {
      this.refuse(error);
    }
  }

  /**
   * Shows a kept film and sets everything as it was for it, storyboard and seeds. Never rejects.
   * @returns false if it was not set.
   */
  async editFilm(film: GalleryFilm): Promise<boolean> {
    const file = await this.gallery.open(film.id);
    if (this.isRunning.value) return false;
    if (!file) {
      this.#tellGalleryProblem();
      return false;
    }
    if (!(await this.open(new Blob([file], { type: 'video/mp4' }), film.title || 'film.mp4'))) return false;
    const picture = this.form.picture.value?.file ?? null;
    // There it is, if nothing stands there otherwise than it was made with.
    if (this.notice.value?.id === 'restored') this.board.markMade(this.board.toJob(), picture, []);
    await this.playFilm(film, picture);
    return true;
  }

  /** Stops the running job. */
  cancel(): void {
    this.maker.cancel();
  }

  /** Puts the message beside the form away. */
  dismissProblem(): void {
    this.#problem.value = null;
  }

  /** Puts the notice away. */
  dismissNotice(): void {
    this.#notice.value = null;
  }

  /** Starts the next clip from words alone. */
  removePicture(): void {
    this.#setPicture(null);
    this.line.say('picture-removed');
  }

  /**
   * Takes a file that was chosen, dropped or pasted: a picture becomes the first frame, a clip or job file is restored.
   * When several come in quick succession the last one counts. Never rejects.
   * @returns false if it was not taken.
   */
  async open(file: Blob, name: string): Promise<boolean> {
    const turn = ++this.#opened;
    try {
      // Most visits never open a file: its readers are fetched with the first.
      const { openFile } = await import('./open-file.ts');
      const opened = await openFile(file, name, {
        lastFrame: this.lastFrame,
        model: this.manifest,
        drawSeed: () => this.form.drawSeed(),
        check: (job, hasPicture) => checkJob(job, this.manifest.limits, { hasPicture }),
      });
      if (turn !== this.#opened) {
        if (opened.kind !== 'unknown') releasePicture(opened.picture);
        return false;
      }
      this.#problem.value = null;
      this.#notice.value = null;
      await this.#take(opened, name, turn);
      return turn === this.#opened && opened.kind !== 'unknown';
    } catch (error) {
      if (turn === this.#opened) this.refuse(error);
      return false;
    }
  }

  /** Lets go of everything that the page holds. */
  dispose(): void {
    this.#opened++;
    this.queue.value?.dispose();
    this.#stopStatus();
    this.#stopKeeping();
    this.line.dispose();
    this.words.dispose();
    this.maker.cancel();
    this.maker.shelf.dispose();
    releasePicture(this.form.picture.value);
  }

  async #take(opened: OpenedFile, name: string, turn: number): Promise<void> {
    if (opened.kind === 'unknown') {
      this.#notice.value = { id: 'unknown-file', name };
    } else if (opened.kind === 'picture') {
      this.#setPicture(opened.picture);
      if (opened.ofVideo) this.#notice.value = { id: 'last-frame', name };
      this.line.say('picture-added');
    } else {
      await this.#restore(opened, turn);
    }
  }

  /**
   * Sets the form from a job. A value that cannot be made stands in its field and the problem beside it, so that the
   * nearest is one press away. A storyboard that is on the page is put with the others first.
   * @throws {AppError} `input/job` for what has no field; nothing is changed then.
   */
  async #restore(
    { job, model, visibleLabel, picture: sent, title, extras }: OpenedFile & { readonly kind: 'job' },
    turn: number,
  ): Promise<void> {
    const needsPicture = job.segments[0]?.picture != null;
    let problem: AppError | null = null;
    try {
      this.check(job, this.manifest, needsPicture);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'input/job') {
        releasePicture(sent);
        throw error;
      }
      problem = error;
    }
    // A storyboard is put with the others before a file takes its place.
    if (this.board.isFilm.value || this.mark.value.isKept) {
      try {
        await (await this.askForBoards()).makeWay();
      } catch (error) {
        releasePicture(sent);
        throw error;
      }
    }
    if (turn !== this.#opened) return releasePicture(sent);
    const picture = needsPicture ? sent : null;
    if (!picture) releasePicture(sent);
    batch(() => {
      releasePicture(this.form.picture.value);
      this.mark.value = { id: '', name: title ?? '', isKept: title !== undefined };
      this.form.load(job, picture, visibleLabel);
      this.board.load(job, [], [], extras);
    });
    const wrong = problem?.detail.segment;
    if (typeof wrong === 'number') this.board.select(wrong);
    const notice = this.#restoredNotice(job.model, model, needsPicture && !picture);
    this.#problem.value = problem;
    this.#notice.value = problem && notice.id === 'restored' ? null : notice;
    this.line.say(problem ? 'refused' : 'restored');
  }

  #restoredNotice(id: string, model: JobRecord['model'] | null, lacksPicture: boolean): Notice {
    if (lacksPicture) return { id: 'picture-needed' };
    if (id !== this.manifest.id) return { id: 'restored-model', made: id };
    const { version } = this.manifest;
    const same = !model || (model.version === version && model.hash === modelHash(this.manifest));
    return same ? { id: 'restored' } : { id: 'restored-version', made: model.version, here: version };
  }

  #setPicture(picture: Picture | null): void {
    releasePicture(this.form.picture.value);
    this.form.picture.value = picture;
    if (this.#notice.value?.id === 'picture-needed') this.#notice.value = null;
    if (this.#problem.value?.code.startsWith('input/picture')) this.#problem.value = null;
  }

  /** @param parts so many of the segments. */
  async #make(seed: number, parts = this.board.segments.value.length): Promise<void> {
    const request = this.#request(seed, parts);
    if (!request) return;
    this.form.seed.value = seed;
    this.#spentSeed = seed;
    const { value: all } = this.board.segments;
    const ids = all.slice(0, parts).map(({ id }) => id);
    // At once, or when its turn comes.
    await (this.queue.value ?? this).make(request, ids, parts < all.length);
  }

  /**
   * Makes a film that was checked, and keeps it. Not while a job runs.
   * @param ids of its segments, as the board has them.
   * @param isPart it is on its way to a film: what is made of it is kept, but it is none of the visitor's films.
   * @returns what went wrong; null also for a cancelled one. Never rejects.
   */
  async make(request: GenerateRequest, ids: readonly number[], isPart = false): Promise<AppError | null> {
    if (this.isRunning.value) return new AppError('worker/busy', 'Another film is being made.');
    const made = this.#unkept;
    if (made && !isPart && this.#filmOf(made.request) === this.#filmOf(request)) return this.#keepAgain(made);
    const { segments } = request.job;
    const mark = (count: number): void => {
      const made = { ...request.job, segments: segments.slice(0, count) };
      this.board.markMade(made, request.picture, ids.slice(0, count));
    };
    let marked = 0;
    const stop = effect(() => {
      const running = this.maker.state.value;
      if (running.status !== 'running' || running.segment.index === marked) return;
      marked = running.segment.index; // those before it are finished and kept
      untracked(() => mark(marked));
    });
    await this.maker.make(request);
    stop();
    const { value } = this.maker.state;
    let error = value.status === 'failed' ? value.error : null;
    // One that failed is tried again with its own seed.
    if (error && segments.some(({ seed }) => seed === this.#spentSeed)) this.#spentSeed = null;
    if (value.status === 'done') {
      mark(segments.length);
      // What was found made says nothing about the time it takes.
      const { report } = value.clip;
      if (segments.length === 1 && report.seconds.denoise > 0) void this.#keepTime(request, report);
      if (!isPart) error = await this.#keepFilm(value.clip);
    }
    return error;
  }

  #tellGalleryProblem(): void {
    if (this.gallery.problem.value) this.refuse(this.gallery.problem.value);
  }

  /** What a film shows. */
  #showsOf({ job, picture }: GenerateRequest): readonly ShownSegment[] {
    const identities = this.board.identitiesOf(job, picture);
    return job.segments.map((segment, i) => ({ identity: identities[i]!, seconds: shownSeconds(segment) }));
  }

  /** Equal for requests of the same film. */
  #filmOf(request: GenerateRequest): string {
    return JSON.stringify([this.#showsOf(request), request.visibleLabel]);
  }

  /** What cannot be kept is said at once: later it would be too late to download it. */
  async #keepFilm(clip: Clip): Promise<AppError | null> {
    this.#unkept = null;
    if (await this.gallery.keep(clip, Date.now(), this.#showsOf(clip.request))) return null;
    this.#tellGalleryProblem();
    const problem = this.gallery.problem.value;
    if (problem?.code === 'storage/full') this.#unkept = clip;
    return problem;
  }

  /** Goes on with a film that was made and found no room: a second one of the same would take twice as much. */
  async #keepAgain(clip: Clip): Promise<AppError | null> {
    this.#unkept = null;
    if (this.#problem.value?.code === 'storage/full') this.#problem.value = null;
    this.maker.show(clip);
    const id = this.gallery.idOf(clip);
    // As soon as there was room it was kept by itself.
    return this.gallery.films.value.some((film) => film.id === id) ? null : this.#keepFilm(clip);
  }

  /** Remembers how long a clip took: the next estimate. */
  async #keepTime(request: GenerateRequest, report: GenerationReport): Promise<void> {
    try {
      (await import('./clip-times.ts')).keepClipTime(request, report, this.store);
    } catch {
      // Offline before the file was ever fetched: there is no estimate yet.
    }
  }

  /** The request for what is set, or null with the problem said. */
  #request(seed: number, parts: number): GenerateRequest | null {
    const picture = this.form.picture.value?.file ?? null;
    const board = this.board.toJob(seed);
    const job = { ...board, segments: board.segments.slice(0, parts) };
    this.#notice.value = null;
    try {
      this.check(job, this.manifest, picture !== null);
    } catch (error) {
      // Shown beside its fields, where it can be mended.
      const { segment } = error instanceof AppError ? error.detail : {};
      if (typeof segment === 'number') this.board.select(segment);
      this.refuse(error);
      return null;
    }
    this.#problem.value = null;
    const { device, visibleLabel } = this.form;
    return {
      job,
      manifest: this.manifest,
      picture,
      device: device.value,
      visibleLabel: visibleLabel.value,
      preview: true,
      keep: true,
      ...(this.board.isFilm.value && this.mark.value.id && { board: this.mark.value.id }),
    };
  }

  /** Says what is wrong, beside the form. */
  refuse(error: unknown): void {
    this.#notice.value = null;
    this.#problem.value =
      error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });
    this.line.say('refused');
  }
}
