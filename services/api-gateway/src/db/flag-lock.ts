/** Who writes flags takes this advisory lock before any row: so no two ever wait for each other in a circle. */
export const flagLockKey = 8_306_007
