import type { Progress } from '../command.js'

/** What a command in the gateway tells its client, one JSON text a line. The last one is `exit`. */
export type CommandEvent =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'error'; readonly text: string }
  | ({ readonly type: 'progress' } & Progress)
  /** The command failed: the program's last words, which it says in its own name. */
  | { readonly type: 'failure'; readonly message: string }
  | { readonly type: 'exit'; readonly code: number }
