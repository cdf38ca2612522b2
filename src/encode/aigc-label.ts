/**
 * The metadata label that says that a file is AI-generated, as GB 45438-2025 annex E spells it. All values are text.
 * Written into the MP4 as JSON under the key `AIGC`.
 */
export interface AigcLabel {
  /** `1`: the content is AI-generated. (`2`: it may be; `3`: it is suspected to be. Those are for platforms, not for the maker.) */
  readonly Label: '1' | '2' | '3';
  /** Name or code of the service that generated the content. */
  readonly ContentProducer: string;
  /** The producer's number for this content. */
  readonly ProduceID: string;
  /** The producer's security field, such as a hash; may be empty. */
  readonly ReservedCode1: string;
  /** Name or code of the service that passed the content on. */
  readonly ContentPropagator: string;
  /** The propagator's number for this content. */
  readonly PropagateID: string;
  /** The propagator's security field; may be empty. */
  readonly ReservedCode2: string;
}

/** What a label is made from. */
export interface AigcLabelParts {
  /** Name of the generating service. */
  readonly producer: string;
  /** Identifies the clip: the same for the same job, so that a repeated clip is the same file. */
  readonly produceId: string;
}

/** The label of a clip that was generated and saved in one place: the maker is also the first to pass it on. */
export function aigcLabel({ producer, produceId }: AigcLabelParts): AigcLabel {
  return {
    Label: '1',
    ContentProducer: producer,
    ProduceID: produceId,
    ReservedCode1: '',
    ContentPropagator: producer,
    PropagateID: produceId,
    ReservedCode2: '',
  };
}
