/** A picture that a clip will begin with. */
export interface Picture {
  readonly file: Blob;
  readonly name: string;
  /** Pixels as people see them, after the rotation that the file asks for. */
  readonly width: number;
  readonly height: number;
  /** Object URL of a small copy; whoever puts the picture away calls {@link releasePicture}. */
  readonly thumbnailUrl: string;
}

/** Lets the small copy go. */
export const releasePicture = (picture: Picture | null): void => {
  if (picture) URL.revokeObjectURL(picture.thumbnailUrl);
};
