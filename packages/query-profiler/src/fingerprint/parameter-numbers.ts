/**
 * Numbers for the values of a form, from 1, in order; a parameter that is there again keeps its number. Undefined:
 * none is there again.
 * @param parameters the parameter's number in the text for each value; 0: a literal
 */
export function parameterNumbers(parameters: Uint16Array, values: number): readonly number[] | undefined {
  let highest = 0
  let index = 0
  for (; index < values; index++) {
    const parameter = parameters[index] as number
    if (parameter > highest) highest = parameter
    else if (parameter > 0) break
  }
  if (index === values) return undefined
  const given = new Map<number, number>()
  const numbers: number[] = []
  let last = 0
  for (index = 0; index < values; index++) {
    const parameter = parameters[index] as number
    const known = parameter > 0 ? given.get(parameter) : undefined
    numbers.push(known ?? ++last)
    if (parameter > 0 && known === undefined) given.set(parameter, last)
  }
  return last === values ? undefined : numbers
}
