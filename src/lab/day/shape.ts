/** Shapes that a day has often, by name. */
export const SHAPES = ['flat', 'noon-peak', 'two-peaks', 'morning', 'evening'] as const;
export type Shape = (typeof SHAPES)[number];

/** Parts of the day by which a shape is drawn. */
const PARTS = 48;

/** Hills of a shape: where (0 to 1 of the day), how wide, how high; and what there is anyhow. */
const HILLS: Readonly<
  Record<Shape, { readonly base: number; readonly hills: readonly (readonly [number, number, number])[] }>
> = {
  flat: { base: 1, hills: [] },
  'noon-peak': { base: 0.3, hills: [[0.5, 0.18, 1]] },
  'two-peaks': {
    base: 0.3,
    hills: [
      [0.22, 0.1, 1],
      [0.65, 0.12, 0.8],
    ],
  },
  morning: { base: 0.3, hills: [[0.15, 0.12, 1]] },
  evening: { base: 0.3, hills: [[0.85, 0.12, 1]] },
};

/** A weight for each of equal parts of the day. */
export function weightsOf(shape: Shape): number[] {
  const { base, hills } = HILLS[shape];
  return Array.from({ length: PARTS }, (_, part) => {
    const at = (part + 0.5) / PARTS;
    return hills.reduce(
      (weight, [middle, width, height]) => weight + height * Math.exp(-(((at - middle) / width) ** 2)),
      base,
    );
  });
}
