/** Which panes the place in front can fold away: the frame's keys (mod+b, mod+alt+b) and the palette ask here. */
export interface Foldable {
  list?: (() => void) | undefined;
  details?: (() => void) | undefined;
}

let front: Foldable = {};

export function paneKeys(panes: Foldable): () => void {
  front = panes;
  return () => {
    if (front === panes) front = {};
  };
}

export const foldList = () => front.list?.();
export const foldDetails = () => front.details?.();
