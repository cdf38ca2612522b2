/** True if the visitor asked their system for less movement. */
export const prefersStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
