// How many bytes a page holds on its GPU: counted where buffers are made and destroyed, in the real engine on the real WebGPU of
// the browser. What the runtime keeps in its own caches for later counts, too: it is not free until it is destroyed. Not counted:
// textures (the engine makes none), compiled shaders, and what the driver adds.

/** Bytes that exist at one moment. */
export interface MemoryCount {
  /** Buffers that shaders read and write: weights, activations, what the runtime keeps of them. */
  readonly storage: number;
  /** Parameters of kernels, staging for copies to memory. */
  readonly other: number;
  readonly total: number;
}

const isStorage = (usage: GPUBufferUsageFlags): boolean => (usage & GPUBufferUsage.STORAGE) !== 0;

/** Counts from now on, for the whole Worker or page: one at a time. {@link GpuMemory.stop} undoes it. */
export class GpuMemory {
  readonly #live = new Map<GPUBuffer, { readonly bytes: number; readonly usage: GPUBufferUsageFlags }>();
  readonly #createBuffer = GPUDevice.prototype.createBuffer;
  readonly #destroy = GPUBuffer.prototype.destroy;
  #storage = 0;
  #other = 0;
  #peak: MemoryCount = { storage: 0, other: 0, total: 0 };

  constructor() {
    const created = (buffer: GPUBuffer): void => this.#add(buffer);
    const destroyed = (buffer: GPUBuffer): void => this.#remove(buffer);
    const [createBuffer, destroy] = [this.#createBuffer, this.#destroy];
    GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      created(buffer);
      return buffer;
    };
    GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
      destroyed(this);
      return destroy.call(this);
    };
  }

  /** What exists now. */
  now(): MemoryCount {
    return { storage: this.#storage, other: this.#other, total: this.#storage + this.#other };
  }

  /** The most that existed at once since the last call; counting begins anew. */
  takePeak(): MemoryCount {
    const peak = this.#peak;
    this.#peak = this.now();
    return peak;
  }

  /** How many storage buffers of each size there are now, largest first. */
  sizes(): readonly (readonly [bytes: number, count: number])[] {
    const counts = new Map<number, number>();
    for (const { bytes, usage } of this.#live.values())
      if (isStorage(usage)) counts.set(bytes, (counts.get(bytes) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => b - a);
  }

  /** Leaves WebGPU as it was. */
  stop(): void {
    GPUDevice.prototype.createBuffer = this.#createBuffer;
    GPUBuffer.prototype.destroy = this.#destroy;
  }

  #add(buffer: GPUBuffer): void {
    const { size: bytes, usage } = buffer;
    this.#live.set(buffer, { bytes, usage });
    this.#count(usage, bytes);
    if (this.#storage + this.#other > this.#peak.total) this.#peak = this.now();
  }

  #remove(buffer: GPUBuffer): void {
    const live = this.#live.get(buffer);
    if (!live) return; // destroying twice is allowed
    this.#live.delete(buffer);
    this.#count(live.usage, -live.bytes);
  }

  #count(usage: GPUBufferUsageFlags, bytes: number): void {
    if (isStorage(usage)) this.#storage += bytes;
    else this.#other += bytes;
  }
}
