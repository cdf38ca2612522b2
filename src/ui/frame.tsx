import type { ComponentChildren, VNode } from 'preact';

/** A frame of the clip's own shape, as large as the stage allows. */
export function Frame(props: {
  readonly shape: { readonly width: number; readonly height: number };
  readonly children: ComponentChildren;
}): VNode {
  const { width, height } = props.shape;
  return (
    <div class="frame" style={{ '--ratio': (width / height).toFixed(4) }}>
      {props.children}
    </div>
  );
}
