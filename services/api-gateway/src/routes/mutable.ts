export type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T

/** As the serialiser's types want it, which know no read-only lists. It is handed to nobody who changes it. */
export const mutable = <T>(value: T): Mutable<T> => value as Mutable<T>
