import type { ComponentChildren, VNode } from 'preact';

// Drawn for this project on a 24-pixel grid. They repeat what the words beside them say, so screen readers skip them.
const drawn = (children: ComponentChildren): VNode => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
);

/** The mark: a seedling whose right leaf is a flame. */
export const Mark = (): VNode => (
  <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
    <path class="mark-stem" d="M23.6 44c-.6-8 .2-13.5 1-18" />
    <path class="mark-leaf" d="M23.7 31C12.5 31.5 6.5 25 6 15c10.5.3 17 6 17.7 16Z" />
    <path
      class="mark-flame"
      d="M24.5 29c-3.5-9.5 6.5-13.5 5.5-24.5 8.5 5 13 12.5 10.5 18.5-2 5-9.5 7.5-16 6Z"
    />
    <path class="mark-heart" d="M27.5 27.3c.2-5.5 6-7 6.3-12 3.2 3.6 4 7 2 9.4-1.8 2.1-5.2 3-8.3 2.6Z" />
  </svg>
);

/** A die showing five. */
export const DiceIcon = (): VNode =>
  drawn(
    <>
      <rect x="4" y="4" width="16" height="16" rx="4" />
      {[8.5, 15.5].flatMap((x) =>
        [8.5, 15.5].map((y) => <circle key={`${x}-${y}`} class="dot" cx={x} cy={y} r="1.3" />),
      )}
      <circle class="dot" cx="12" cy="12" r="1.3" />
    </>,
  );

/** A picture with a hill and the sun. */
export const PictureIcon = (): VNode =>
  drawn(
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="3" />
      <circle cx="9" cy="10" r="1.6" />
      <path d="m4.5 17 4.5-4 3 2.5 4-4.5 4 5" />
    </>,
  );

/** A cross. */
export const CloseIcon = (): VNode => drawn(<path d="m7 7 10 10M17 7 7 17" />);

/** An arrow into a tray. */
export const DownloadIcon = (): VNode => drawn(<path d="M12 4v11m-4.5-4L12 15.5 16.5 11M5 19.5h14" />);

/** An arrow around. */
export const AgainIcon = (): VNode => drawn(<path d="M18.5 12a6.5 6.5 0 1 1-2-4.7L19 9.5M19 5v4.5h-4.5" />);

/** An arrow out of a box. */
export const ShareIcon = (): VNode =>
  drawn(<path d="M12 14V4m-3.5 3.2L12 4l3.5 3.2M7 11H5.5v8.5h13V11H17" />);

/** Two sheets. */
export const CopyIcon = (): VNode => drawn(<path d="M9 9h10v10.5H9ZM15 9V4.5H5V15h4" />);

/** A spark with two small ones. */
export const SparkIcon = (): VNode =>
  drawn(
    <path d="M11 4.5c.7 4.5 2.3 6 6.5 6.8-4.2.8-5.8 2.3-6.5 6.7-.7-4.4-2.3-5.9-6.5-6.7 4.2-.8 5.8-2.3 6.5-6.8ZM18.5 16.5v4M16.5 18.5h4" />,
  );

/** An i in a circle. */
export const InfoIcon = (): VNode =>
  drawn(
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 11.2V16" />
      <circle class="dot" cx="12" cy="8" r="1.1" />
    </>,
  );

/** An arrow that goes on from a line. */
export const NextIcon = (): VNode =>
  drawn(
    <>
      <path d="M5 5v14" />
      <path d="M9 12h11" />
      <path d="m15.5 7.5 4.5 4.5-4.5 4.5" />
    </>,
  );
