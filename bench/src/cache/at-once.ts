/** `calls` calls, so many under way at a time: each that ends is followed by the next. */
export async function atOnce(
  width: number,
  calls: number,
  call: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: Math.min(width, calls) }, lane))
}
