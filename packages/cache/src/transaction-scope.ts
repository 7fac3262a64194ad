import { AsyncSlot } from '@voiceassist/kernel'

type Hook = () => unknown

/** A transaction, or a savepoint within one, that the cache knows of. */
export class TransactionScope {
  readonly parent: TransactionScope | undefined
  /** Of a savepoint they join the parent's when it is released. */
  readonly hooks: Hook[] = []
  open = true

  constructor(parent?: TransactionScope) {
    this.parent = parent
  }
}

/** How many are open in this process: while it is 0, nobody is within one, and a hit need not ask further. */
export let openTransactions = 0

const scopes = new AsyncSlot<TransactionScope>()

export function currentScope(): TransactionScope | undefined {
  return openTransactions === 0 ? undefined : scopes.getStore()
}

/** Whether the caller runs within a transaction: what it reads may be older or newer than what others may see. */
export function isInTransaction(): boolean {
  for (let scope = currentScope(); scope; scope = scope.parent) if (scope.open) return true
  return false
}

/** Runs `work` within the scope, which is over when `work` has settled. */
export async function enterScope<T>(scope: TransactionScope, work: () => Promise<T>): Promise<T> {
  openTransactions++
  try {
    return await scopes.run(scope, work)
  } finally {
    scope.open = false
    openTransactions--
  }
}

/** For what was done too early: it is done once more when the transaction has committed. */
export function afterCommitToo(hook: Hook): void {
  let scope = currentScope()
  while (scope && !scope.open) scope = scope.parent
  scope?.hooks.push(hook)
}
