/** Small enough to be drawn at any size without a smaller one. */
const leastSide = 512;

/** A picture and smaller ones, each half of the one before. The browser makes them at once, on the thread that asks: a large picture's belong in a worker. */
export async function levelsOf(image: ImageBitmap): Promise<ImageBitmap[]> {
  const levels = [image];
  for (let last = image; Math.max(last.width, last.height) > leastSide; last = levels.at(-1)!) {
    levels.push(
      await createImageBitmap(last, {
        resizeWidth: Math.max(1, Math.round(last.width / 2)),
        resizeHeight: Math.max(1, Math.round(last.height / 2)),
        resizeQuality: 'medium',
      }),
    );
  }
  return levels;
}
