/** A function that counts its calls. */
export function counted<Args extends unknown[], Result>(body: (...args: Args) => Result) {
  const fn = function counter(...args: Args): Result {
    fn.calls++
    return body(...args)
  }
  fn.calls = 0
  return fn
}
